// Package hd44780 drives character LCDs (字符液晶屏) of 16 × 2 or 20 × 4 places with
// a Hitachi HD44780 behind the usual I²C backpack, a PCF8574 port expander: the
// number and the window on a counter, in Latin letters and digits.
//
// Written from the datasheets HD44780U ADE-207-272 (set-up in 4 bits: figure 24;
// times: table 6) and PCF8574 (NXP, Rev 5). Pins P0 to P7 of the backpack are RS,
// RW, E, the backlight and D4 to D7.
//
// periph has a driver for this chip on eight GPIO pins. It waits less than the
// datasheet asks and leaves the number of lines to how the pins float, so the
// bytes are written here, over periph's I²C.
//
// The LCD itself is never read; the expander is, before each order: after a loss
// of power all its pins are high, and the display is set up anew. A disturbance
// that makes the LCD lose count of the halves of a byte is over with the next
// sign, since each new one begins with the set-up.
package hd44780
