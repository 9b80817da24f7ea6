// Package line drives scanners for bar codes and two-dimensional codes that send
// each code as a line of text: on a serial port (or USB as one, CDC), or as a
// keyboard through a link "input:/dev/input/by-id/…", which has the keys
// translated to the same bytes.
//
// It follows no single maker's manual, but what their default settings have in
// common: the text of the code in UTF-8, then CR, LF, both, or nothing at all.
// Without an end the code is over when the line has been quiet for a moment. A
// scanner that has ended one code with CR or LF is expected to end each so, and
// a remainder without an end is then noise.
//
// A code counts once although a scanner may read it several times while it is
// held before the window. What no scanner sends is counted and left out: control
// characters, text that is not UTF-8, and lines of more than 512 bytes. What a
// code says never stands in a log: people hold everything before a scanner,
// their identity papers too.
package line
