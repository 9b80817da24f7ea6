// Package escpos drives ticket printers that speak ESC/POS: the thermal
// printers of desks and kiosk cabinets, 58 and 80 mm, of Epson and of the
// makers that follow it.
//
// What a model can do stands in its Profile; the table in profile.go has the
// usual ones. The codec (Encode) is a pure function from a document to bytes.
// Dev owns the port: one goroutine reads, one writes, and a status request
// never stands between the bytes of a job, where many printers take it for a
// part of a command.
//
// A print is successful when the printer has said so: each job ends with GS r,
// which a printer answers when it has processed all that stands before it, and
// where the model has it with GS ( H, which it answers after the paper has
// moved. The answer to GS r is one byte, and a stray NUL looks like it: a
// second answer goes with it, the name of the model (GS I) where the printer
// has one, the same byte again where not. When they do not come, or the printer
// reports a fault in the middle, the error says that paper may have come out.
//
// After such a job nothing of it may come out later, and nothing may hang from
// the next slip. What waits in the link is thrown away. The printer may stand
// inside an unfinished picture and would take the next ticket for pixels, so it
// is first flooded out of it and made to answer; then the remains are cut off,
// unless a person has had the printer open anyway. That is remembered when the
// link is opened anew (Inherit).
//
// Written from: Epson ESC/POS application programming guide (commands, GS r,
// GS ( H, ASB); HPRT TP809 programming manual p. 31 and Citizen CBM-1000
// command reference p. 49-50 (DLE EOT, real-time bytes in image data); Custom
// KPM300 manual p. 80 (full status, DLE EOT 20); Pyramid Reliance ESC/POS
// commands, "paper movement" (GS e).
package escpos
