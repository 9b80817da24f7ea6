// Package template drives displays whose protocol is a frame and nothing more:
// a head, an address, a text or a number, a checksum, an end. Hundreds of LED
// strips and number panels (条屏, 数码屏) are like that, each maker's a little
// different, so the frame stands in the configuration as a list of parts.
//
// A part is
//
//	Hex     fixed bytes                          {hex: "3A 01"}
//	Address the unit's address                   {addr: 1}
//	Length  of the parts inside it               {len: 1, of: [...], plus: 2}
//	Text    what the sign says                   {text: "{number}", encoding: gbk, pad: 8}
//	Value   its digits, as a number              {value: "{number}", size: 2, as: bcd}
//	Bright  the brightness                       {bright: 1, max: 16}
//	Sum     a checksum of the bytes before it    {sum: xor8, from: 1}
//
// and the frames of a display are called after what they are for: show, one for
// each state of a sign that looks different (closed, open, paused, called,
// serving, message), flash while a call is new, clear, bright. Only show is
// needed. Escapes replace bytes that the protocol keeps for itself, wherever
// they occur outside parts that are raw, also inside a hanzi.
//
// A display that answers is told what its answer looks like; one that does not
// has been told when its bytes have left. A number that a part has no room for is
// an error, a text is cut between two characters.
//
// Tables are frames that somebody has already written down:
//
//	id-hi-lo-sum  number panels with frames of four bytes: address, number
//	              high, number low, their sum; 9600 8N1. The manual says
//	              whether the number is binary or BCD, and this one is binary.
//	alpha         Adaptive's Alpha and BetaBrite signs, ASCII only: the priority
//	              text file of the Alpha protocol, mode "hold", "flash" for a new
//	              call. Link: ?baud=9600&bits=7&parity=even. Addresses are those
//	              of the sign, 0 is every sign on the line.
//	alpha-sum     the same with the checksum of the protocol's second form, for
//	              long lines.
package template
