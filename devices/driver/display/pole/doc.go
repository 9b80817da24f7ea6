// Package pole drives pole displays (客显, 顾客显示屏): two lines of 20 characters,
// vacuum fluorescent or LCD, on a pole or at the counter's edge, on RS-232 at
// 9600 8N1. Most can be switched between several command sets; this package
// speaks the two that nearly all have, CD5220 and Epson's DM-D.
//
// Written from the User's Manual of the CD5220 (Partner Tech), from "4.1.2 EPSON
// Command Mode" of the POS-X XP8200 manual, page 12, and from Epson's DM-D110
// specification, pages 41 to 56. Where clones differ, the bytes that are sent
// are those which all of them know: init, cursor off, place, text, brightness,
// blink.
//
// These displays have no hanzi: they show the number, the window and English
// words. A character they do not have is shown as a question mark, so that a
// missing word is seen.
//
// They cannot answer. Show returns when its bytes have left this machine, and an
// error tells of the port alone; a pole display that is switched off is not
// noticed. It is right again with the next sign, which always says everything.
//
// One that hangs on the printer's line ("pass-through") listens to what follows
// 1B 3D 02 and no longer after 1B 3D 01, see Opts.Select. A port belongs to one
// device of a configuration, so its printer cannot be driven as well.
package pole
