// Package rtu is Modbus RTU from the master's side: the language in which a
// computer talks to many small devices on one pair of wires (RS-485). Number
// panels, relays, air sensors and the boards of this project speak it, and any
// technician's tool can listen.
//
// Only the master speaks unasked. It sends a frame to one unit, 1 to 247, and
// that unit answers; unit 0 is everybody, and nobody answers. A unit is a table
// of 16-bit registers: input registers that can be read (04), holding registers
// that can be read (03) and written, one (06) or several at once (10, decimal
// 16). What a register means stands in the unit's manual, nowhere else.
//
//	unit | function | data, 0 to 252 bytes, numbers high byte first | CRC low | CRC high
//
// A unit that understood but will not sets bit 7 of the function and sends one
// byte that says why: an Exception. Frames are kept apart by silence, at least
// 3.5 characters. A Linux machine cannot see 1.5 characters of silence inside a
// frame, so an answer is found by its expected length and its CRC instead.
//
// Written from the MODBUS Application Protocol Specification V1.1b3 and MODBUS
// over Serial Line V1.02 (modbus.org), sections 6 and 2.5.1. Held to the client
// and the server of github.com/simonvetter/modbus and to npm's modbus-serial.
package rtu
