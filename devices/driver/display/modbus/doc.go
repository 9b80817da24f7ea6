// Package modbus drives number panels and small displays that are tables of
// Modbus registers (数码管显示屏, RS-485 LED 看板): many units on one pair of
// wires, each with its address, usually at 9600 8N1.
//
// Every maker has its own table, so it stands in the configuration: which
// register takes the number, the window, the people waiting, the state or a
// text, and in which form. The manual of the panel calls the forms "BCD",
// "ASCII", "binary" or "segment code" (段码). Registers are counted from 0, as
// they travel; a manual that writes 40001 means 0.
//
// A panel that is told with function 10 (decimal 16) gets neighbouring registers
// in one frame and never shows half of a sign. Some know only 06. A number that
// a register has no room for is an error: a wrong number is worse than none.
//
// Modbus itself is hallward/firmware-bridge/rtu; the documents are named there.
package modbus
