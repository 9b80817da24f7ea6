// Package ssd1306 drives small OLED displays (OLED 小屏) of 128 × 64 dots with a
// Solomon Systech SSD1306, on I²C: the number and the way in a window's counter
// or on a door. The bytes are those of periph's driver.
//
// Written from the datasheet SSD1306 Rev 1.1 (2008): set-up as in its
// application note, the status bit of display on and off in 8.1.5 and table 9-2.
//
// Every order first asks the chip whether it is still on: one that has lost its
// power for a moment answers, and is dark. It is then set up anew. The number
// is drawn as large as it fits; below it stand Chinese words, of which the
// driver brings those that it needs, and English ones. A hanzi that it does not
// have is a box.
//
// Chips of type SH1106 begin their lines two dots further left; they are not
// supported. SPI modules are not either.
package ssd1306
