// Package samv drives the readers of Chinese identity cards that hold a SAM_V
// security module (GA 467): 华视 CVR-100, 精伦 iDR210, 新中新 DKQ, 普天 CP IDMR02,
// 神思 SS628 and others, on a serial port, 8N1, 115200 baud as they are delivered
// (57600, 38400, 19200 and 9600 can be set).
//
//	to the SAM:   AA AA AA 96 69 | length | command parameter | XOR
//	from the SAM: AA AA AA 96 69 | length | SW1 SW2 SW3 data… | XOR
//
// The length is two bytes, high byte first, and counts what follows it; XOR is
// over everything after the preamble. Written from the frames and the text
// block in GA 467, GA/T 490 and the public manuals of these readers.
//
// The driver looks for a card every 400 ms (find, select, read) and reports each
// once: a SAM answers "no card" to find for a card that it has read, until the
// card is taken away. Reading the card's new address (30 03) serves to notice
// that. What the card says in it is not looked at.
//
// It reads four kinds of cards: residents', residence permits of people from
// Hong Kong, Macao and Taiwan, and permanent residents' of 2017 and 2023. Of a
// card's data it takes name, number, sex, birth date and expiry. The photo comes
// in the same answer, and the decoder lets it fall byte by byte; fingerprints
// (30 10) are never asked for. Buffers are wiped after use, and neither a log
// nor an error says what stands on a card.
package samv
