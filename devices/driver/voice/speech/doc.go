// Package speech drives text-to-speech chips (语音合成芯片) on a serial line, such
// as stand in queue machines and window panels: the SYN6288 of 宇音天下 and the
// XFS5152CE of iFlytek (科大讯飞). The chip reads GBK text aloud; marks in brackets
// tell it how.
//
// Written from the SYN6288 datasheet V1.7 and the XFS5152CE development guide:
//
//	FD | length, 2 bytes | command | parameter | text | XOR     SYN6288
//	FD | length, 2 bytes | command | parameter | text           XFS5152CE
//
// The length counts what follows it; the XOR is of everything before it. The
// chip answers with single bytes: 41 taken, 45 not understood, 4E speaking,
// 4F idle, which also comes by itself at the end of a text, and 4A after a
// reset.
//
// What follows from the datasheet:
//   - A frame with more than 8 ms between two of its bytes is lost, and two
//     frames with less between them are not told apart. So a frame is one Write,
//     and the next one keeps its distance. The latency timer of a USB adapter
//     must be no longer than that.
//   - A new text cuts off the one that is spoken. So the next one is sent only
//     after 4F, and Say returns with it. Should the 4F be lost, the chip is asked.
//   - The SYN6288 takes 200 bytes at a time: longer text is cut at punctuation.
//   - The volume mark stands only at the beginning of a frame. Marks are valid
//     until a reset; they stand in every frame, so that a reset which nobody has
//     seen changes nothing.
//   - A chip that loses its power in the middle of a sentence says 4A: that
//     announcement has failed, the next one is tried.
//
// A ticket is read digit by digit ([n1][y1]A001), a window as a value ([n2]12).
// The SYN6288 reads English letter by letter, so it leaves English sentences out
// unless it is told to spell them; the XFS5152CE speaks English. Sentences in
// another language are left out. Characters that GBK does not have are too.
//
// The SYN6288 starts with 9600 baud, always. Opts.Baud makes it faster: a chip
// that does not answer at that speed is looked for at 9600 and told to change. The
// XFS5152CE has pins for its speed.
package speech
