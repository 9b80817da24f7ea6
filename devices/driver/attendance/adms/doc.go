// Package adms takes the punches of ZKTeco attendance terminals (考勤机) that
// push them over HTTP ("ADMS", "iclock", PUSH). The terminal is always the
// client, so this driver is a small HTTP server, and its link is a listener.
//
//	GET  /iclock/cdata?SN=…&options=all        the handshake: our options
//	GET  /iclock/cdata?SN=…&type=time          the time
//	POST /iclock/cdata?SN=…&table=ATTLOG       punches, one a line
//	POST /iclock/cdata?SN=…&table=OPERLOG      what was done at the terminal
//	GET  /iclock/getrequest?SN=…               heartbeat; commands go back
//	POST /iclock/devicecmd?SN=…                what became of the commands
//
// A terminal sends again whatever was not answered with 200. So a punch is
// handed to the sink first and answered when it is stored, and the rules of
// the hall make a second arrival harmless (terminal, person, time, state,
// verify).
//
// Fingerprints and faces stay in the terminal: the options do not ask for
// them, and what a terminal sends all the same is thrown away unread.
//
// The identity of a terminal is a serial number in a plain request. Keep the
// terminals on a network of their own, and name their addresses and keys.
//
// Written from "PUSH SDK HTTP Protocol" V3.2.0 (ZKTeco, 2018-06-30), with the
// captures of a Solution X100-C (misaalanshori/admsjs@ba81056) and of a
// SpeedFace-V5L (s0x90/zkteco-adms@5576b3f).
package adms
