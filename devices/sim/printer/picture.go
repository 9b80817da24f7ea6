package printer

import (
	"fmt"

	qrcode "github.com/skip2/go-qrcode"
)

// raster is GS v 0 m xL xH yL yH: x bytes a row, y rows; m doubles the width
// (1), the height (2) or both (3). Rows print as they come, so a job that
// breaks off leaves the printer waiting for the rest.
func (m *machine) raster(a []byte) {
	if a[0] != '0' {
		m.unknown([]byte{gs, 'v', a[0]})
		return
	}
	scale := a[1] & 3
	row, rows := le(a[2:]), le(a[4:])
	if row == 0 || rows == 0 {
		return
	}
	if len(m.line.cells) > 0 {
		m.printLine(m.mode.spacing)
	}
	wide, high := 1+int(scale&1), 1+int(scale>>1)
	x := m.offset(row * 8 * wide)
	count := rows
	m.sink = &sink{left: row * rows, unit: row, limit: row, full: func(d []byte) {
		if len(d) > 0 {
			m.rasterRow(d, x, wide, high)
		}
		if count--; count == 0 {
			m.note(fmt.Sprintf("[raster %dx%d]", row*8*wide, rows*high), "")
		}
	}}
}

func (m *machine) rasterRow(d []byte, x, wide, high int) {
	y := m.roll.h
	if y+high > maxRows {
		m.p.tear()
		y = m.roll.h
	}
	m.roll.feed(high)
	m.move(high)
	m.dirty = true
	if m.rows++; m.rows%24 == 0 { // a line's height
		m.countLine()
	}
	for i := 0; i < len(d)*8 && x+i*wide < m.roll.w; i++ {
		if d[i/8]&(0x80>>(i%8)) != 0 {
			m.roll.fill(x+i*wide, y, wide, high)
		}
	}
}

// column is ESC * m nL nH: n columns of 8 dots (m 0, 1) or 24 dots (m 32, 33);
// the modes 0 and 32 double the width. It becomes part of the line.
func (m *machine) column(a []byte) {
	tall := 1
	if a[0]&32 != 0 {
		tall = 3
	}
	wide := 2 - int(a[0]&1)
	n := le(a[1:])
	if n == 0 {
		return
	}
	show := min(n*wide, max(0, m.area()-m.line.x))
	img := newBitmap(max(show, 1), tall*8)
	col := 0
	m.sink = &sink{left: n * tall, unit: tall, limit: tall, full: func(d []byte) {
		for y := range len(d) * 8 {
			if d[y/8]&(0x80>>(y%8)) != 0 {
				img.fill(col*wide, y, wide, 1)
			}
		}
		if col++; col == n {
			m.add(cell{m.line.x, img.w, img, "[picture]"})
		}
	}}
}

// graphics is GS ( L and GS 8 L: store a raster picture (function 112), print
// it (2, 50) or print one from the printer's memory (69).
func (m *machine) graphics(d []byte) {
	if !m.p.o.Quirks.Graphics {
		m.ignored("graphics")
		return
	}
	switch {
	case d[1] == 112 && len(d) >= 10:
		m.storeGraphics(d)
	case d[1] == 2 || d[1] == 50:
		if m.stored != nil {
			m.printPicture(m.stored, fmt.Sprintf("[graphics %dx%d]", m.stored.w, m.stored.h), "")
			m.stored = nil
		}
	case d[1] == 69:
		m.note("[logo]", "")
	default:
		m.unknown([]byte{gs, '(', 'L', d[1]})
	}
}

// storeGraphics reads 30 70 30 bx by 31 xL xH yL yH data; x is in dots.
func (m *machine) storeGraphics(d []byte) {
	bx, by := int(d[3]&3), int(d[4]&3)
	w, h := le(d[6:]), le(d[8:])
	stride := (w + 7) / 8
	if bx == 0 || by == 0 || w == 0 || h == 0 || h*by > maxRows/2 || len(d) < 10+stride*h {
		m.ignored("graphics of wrong size")
		return
	}
	src := bitmap{w, h, d[10 : 10+stride*h]}
	b := newBitmap(min(w*bx, m.p.o.Dots), h*by)
	for y := range h {
		for x := range w {
			if src.at(x, y) {
				b.fill(x*bx, y*by, bx, by)
			}
		}
	}
	m.stored = b
}

// printPicture prints a picture as a line of its own.
func (m *machine) printPicture(b *bitmap, text, code string) {
	if len(m.line.cells) > 0 {
		m.printLine(m.mode.spacing)
	}
	x := m.offset(b.w)
	m.feed(b.h)
	m.roll.draw(b, x, m.roll.h-b.h)
	m.note(text, code)
}

// qrCode is what GS ( k has set and stored.
type qrCode struct {
	module int
	level  byte
	data   string
}

// levels of error correction, '0' is L.
var levels = map[byte]qrcode.RecoveryLevel{'0': qrcode.Low, '1': qrcode.Medium, '2': qrcode.High, '3': qrcode.Highest}

// maxQR is the most that a QR code of version 40 can hold, in bytes.
const maxQR = 2953

// symbol is GS ( k cn fn: cn 49 is QR. 65 model, 67 module size 1..16, 69 error
// correction '0'..'3', 80 store, 81 print.
func (m *machine) symbol(d []byte) {
	if m.p.o.Quirks.NoQR {
		m.ignored("QR")
		return
	}
	if d[0] != '1' || len(d) < 3 {
		m.unknown(append([]byte{gs, '(', 'k'}, d[:2]...))
		return
	}
	switch v := d[2]; {
	case d[1] == 'A': // model 1 or 2: both print as 2
	case d[1] == 'C' && v >= 1 && v <= 16:
		m.qr.module = int(v)
	case d[1] == 'E' && v >= '0' && v <= '3':
		m.qr.level = v
	case d[1] == 'P' && len(d)-3 <= maxQR:
		m.qr.data = string(d[3:])
	case d[1] == 'Q':
		m.printQR()
	default:
		m.unknown([]byte{gs, '(', 'k', d[1], v})
	}
}

func (m *machine) printQR() {
	if m.qr.data == "" {
		m.ignored("QR without data")
		return
	}
	code, err := qrcode.New(m.qr.data, levels[m.qr.level])
	if err != nil {
		m.ignored("QR with too much data")
		return
	}
	code.DisableBorder = true // the quiet zone is the document's affair
	dots := code.Bitmap()
	if len(dots)*m.qr.module > m.area() {
		m.ignored("QR wider than the paper")
		return
	}
	b := newBitmap(len(dots)*m.qr.module, len(dots)*m.qr.module)
	for y, row := range dots {
		for x, black := range row {
			if black {
				b.fill(x*m.qr.module, y*m.qr.module, m.qr.module, m.qr.module)
			}
		}
	}
	m.printPicture(b, "[QR]", m.qr.data)
}

// barCode is GS k m: up to 6 the data ends at a NUL, from 65 its length comes
// first. It is recorded, not drawn: no slip of the hall has one.
func (m *machine) barCode(a []byte) {
	record := func(d []byte) {
		m.feed(m.mode.spacing)
		m.note(fmt.Sprintf("[bar code %q]", d), "")
	}
	switch {
	case a[0] <= 6:
		m.toNUL(record)
	case a[0] >= 65 && a[0] <= 79:
		m.collect(1, 0, func(n []byte) { m.collect(int(n[0]), 0, record) })
	default:
		m.unknown([]byte{gs, 'k', a[0]})
	}
}
