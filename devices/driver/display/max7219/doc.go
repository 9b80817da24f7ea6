// Package max7219 drives rows of eight seven-segment digits (八位数码管) with a
// Maxim MAX7219 on SPI: the number on the left, the window on the right.
//
// Written from the datasheet 19-4452 Rev 4 (registers: table 2; segments: table
// 6). The bytes go over periph's SPI. Its driver for this chip knows digits and
// E, H, L and P only and shows other letters as some digit ("A001" as "1001"),
// and hides errors of the set-up; so the segments are set here.
//
// The chip cannot be read: whether it is there is not known, and no error comes
// from an empty port. Against loss of power and sparks on the cable everything
// is sent again every Refresh, which nobody sees.
//
// Seven segments have no good K, M, V, W and X. The usual approximations are
// used; where numbers begin with these letters another display is better.
package max7219
