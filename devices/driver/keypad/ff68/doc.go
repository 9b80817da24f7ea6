// Package ff68 drives the "FF 68" keypads (评价器, 呼叫器): call pads for staff
// and four-key evaluators for citizens, many units on one serial line
// (RS-232 or RS-485, 9600 8N1), each with an address.
//
// Written from the only serial protocol of such keypads that is public, the
// host program of JackQChen/QueueSystem@50f57ba (CallSystem/frmMain.cs):
//
//	FF 68 | L | L | 68 | ADDR | FUNC | DATA… | SUM | 16
//	L = 2 + len(DATA), sent twice; SUM = ADDR + FUNC + DATA… mod 256
//
// What is certain: the last byte of a key's data is the key, and 0F (确认) with
// 06, 00 or 03 before it gives the number up, sets it aside or calls it back. A
// frame has at most five bytes from L to DATA, so there is room for two digits
// before a key, and the host of the source does not look at them. That digits
// which stand there were typed before the key (the window of a transfer, the
// number of a call) is ours; up to six are taken.
//
// A key is acknowledged by sending its frame back, a rating by FUNC 01 with
// the same data. The driver acknowledges only what the sink has stored, so a
// press that meets a full disk or a stopped program is repeated by the pad.
// Such repeats count once. A rating waits 300 ms first: two keys pressed
// together are nobody's answer, and the citizen is asked again.
//
// A unit that sends new presses faster than a person is cut off until it has been
// calm for 5 s, so that no call comes out of its noise; the others are heard.
//
// The protocol has no heartbeat. A unit that is unplugged from the line is
// noticed when it leaves several prompts in a row without any answer (the pad
// answers a prompt that the citizen ignores with code 1).
package ff68
