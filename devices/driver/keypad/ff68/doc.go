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
// A key is acknowledged by sending its frame back, a rating by FUNC 01 with
// the same data. The driver acknowledges only what the sink has stored, so a
// press that meets a full disk or a stopped program is repeated by the pad.
// Such repeats count once. A rating waits 300 ms first: two keys pressed
// together are nobody's answer, and the citizen is asked again.
//
// The protocol has no heartbeat. A unit that is unplugged from the line is
// noticed when it leaves several prompts in a row without any answer (the pad
// answers a prompt that the citizen ignores with code 1).
package ff68
