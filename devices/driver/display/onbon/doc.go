// Package onbon drives LED strips (条屏, 窗口屏) with a BX font card by Onbon
// (仰邦): BX-5K, 5MK, 6K and their speaking variants "-YY". The card draws the
// text itself from the fonts in its memory, so one short frame changes a strip.
// Several cards share an RS-485 line, each with an address; one card alone hangs
// on RS-232 or on TCP port 5005.
//
// Written from the maker's "BX-5K/6K 通讯协议用户版本" v1.4
// (doc.onbonbx.com/zh/k/potocol); clause numbers below are its own:
//
//	A5 ×8 | header 14 | data ≤ 512 (5K) or 1024 (6K) | CRC-16/ARC | 5A     3, 3.3
//	data:   group, command, answer wanted, 2 reserved, …                   5.1
//	answer: A0 00 taken, A0 01 refused, with an error number               6, 7
//
// A sign is one dynamic area (动态区, A3 06), which is lost with the power and
// wears out no memory; so devices/signage shows it again every minute. The card
// takes a new area once a second (2.1) and may answer "busy" until then.
//
// What a card does with a sign:
//   - A text that fits, in as many lines as the strip has, stands in the middle.
//     A longer one runs from right to left on one line.
//   - A flash is a second, empty page that takes turns with the text. The cards
//     have no other blinking; a running text does not flash.
//   - Brightness has 16 levels (8.17). There is no command that gives it back to
//     the card, so a sign with Bright 0 leaves it as it is.
//   - A blank sign is an area with a single space: dark.
//   - In normal display mode areas and stored programs must not overlap (4). The
//     driver asks for dynamic mode, where an area covers the program.
//
// Text goes out in GBK or GB2312. What the strip's fonts cannot have becomes □;
// a backslash and an opening bracket, which begin the card's own escapes (11.1),
// become their full-width forms. The second byte of a GBK character may be 5C,
// the backslash: a card that reads bytes instead of characters stumbles there
// (Quirks.Bytewise).
//
// Speech (cards -YY) is part of the area (9.1): the words travel with the text
// that is shown. The card does not tell when it is through, so Say waits for as
// long as the words should take (Spoken). Whether new text at the same strip
// cuts off a sentence is not said in the document.
package onbon
