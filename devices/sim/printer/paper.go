package printer

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"time"
)

// maxRows is the longest slip in dots (2 m). Longer paper tears by itself, so
// that no stream of bytes can fill the memory.
const maxRows = 16000

// Paper is one slip that came out of the printer.
type Paper struct {
	Number int           `json:"number"`         // running
	Lines  []string      `json:"lines"`          // as printed; pictures and codes in brackets
	Codes  []string      `json:"codes"`          // data of the two-dimensional codes
	Cut    string        `json:"cut"`            // "full", "partial" or "torn"
	Bytes  int           `json:"bytes"`          // received for it
	First  time.Time     `json:"first"`          // when its first byte came
	Done   time.Time     `json:"done"`           // when it was cut
	Wire   time.Duration `json:"wire"`           // of its bytes at the printer's baud rate, in ns
	Width  int           `json:"width"`          // dots that the head can print
	Height int           `json:"height"`         // dots, 8 a millimetre
	File   string        `json:"file,omitempty"` // its picture

	dots []byte
}

// margin is the blank paper beside the head, 4 mm.
const margin = 32

var inks = color.Palette{color.RGBA{0xFD, 0xFC, 0xF8, 0xFF}, color.RGBA{0x1C, 0x1B, 0x1F, 0xFF}}

// Image is the slip with its margins, one pixel a dot.
func (p Paper) Image() *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, p.Width+2*margin, max(p.Height, 1)), inks)
	b := bitmap{p.Width, p.Height, p.dots}
	for y := range p.Height {
		for x := range p.Width {
			if b.at(x, y) {
				img.SetColorIndex(margin+x, y, 1)
			}
		}
	}
	return img
}

// WritePNG writes the slip's picture, at 203 dots an inch.
func (p Paper) WritePNG(w io.Writer) error { return png.Encode(w, p.Image()) }

// roll is the paper in the printer: what has passed the head since the last cut.
type roll struct {
	bitmap
	marks []mark
}

// mark is a line of text or a code, and the row that it ends on.
type mark struct {
	y    int
	text string
	code string
}

func newRoll(dots, lead int) roll { return roll{bitmap: *newBitmap(dots, lead)} }

// feed moves the paper by n rows.
func (r *roll) feed(n int) {
	r.h += n
	r.pix = append(r.pix, make([]byte, n*r.stride())...)
}

// cut takes the first rows off as a slip.
func (r *roll) cut(rows int) Paper {
	s := r.stride()
	p := Paper{Width: r.w, Height: rows, dots: append([]byte(nil), r.pix[:rows*s]...), Lines: []string{}, Codes: []string{}}
	var rest []mark
	for _, m := range r.marks {
		switch {
		case m.y > rows:
			m.y -= rows
			rest = append(rest, m)
			continue
		case m.code != "":
			p.Codes = append(p.Codes, m.code)
		}
		p.Lines = append(p.Lines, m.text)
	}
	r.marks = rest
	r.pix = append([]byte(nil), r.pix[rows*s:]...)
	r.h -= rows
	return p
}

// cutAt separates the first rows of the roll. The caller holds mu; finish
// writes the picture later.
func (p *Printer) cutAt(rows int, how string) {
	slip := p.m.roll.cut(rows)
	p.number++
	p.stats.Papers++
	slip.Number, slip.Cut, slip.Done = p.number, how, time.Now()
	slip.Bytes, slip.First, slip.Wire = p.slip.bytes, p.slip.first, p.WireTime(p.slip.bytes)
	p.slip = tally{}
	p.m.dirty = len(p.m.roll.marks) > 0
	if p.o.Quirks.Presenter && how != "torn" {
		p.sw.on["slip-waiting"] = true
	}
	if p.o.Dir != "" {
		slip.File = filepath.Join(p.o.Dir, fmt.Sprintf("%06d.png", slip.Number))
	}
	p.papers = append(p.papers, slip)
	if over := len(p.papers) - p.o.Keep; over > 0 {
		p.papers = append([]Paper(nil), p.papers[over:]...)
	}
	if p.o.Dir != "" || p.o.OnPaper != nil {
		p.finished = append(p.finished, slip)
	}
}

// finish writes and announces what was cut, in order, without holding mu.
func (p *Printer) finish() {
	p.fileMu.Lock()
	defer p.fileMu.Unlock()
	p.mu.Lock()
	done := p.finished
	p.finished = nil
	p.mu.Unlock()
	for _, slip := range done {
		if slip.File != "" {
			if err := slip.save(); err != nil {
				p.mu.Lock()
				p.saveErr = err
				p.mu.Unlock()
			}
		}
		if p.o.OnPaper != nil {
			p.o.OnPaper(slip)
		}
	}
}

// save writes the picture under its name in one step: who sees the file sees
// all of it.
func (p Paper) save() error {
	var b bytes.Buffer
	if err := p.WritePNG(&b); err != nil {
		return err
	}
	if err := os.WriteFile(p.File+".part", b.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(p.File+".part", p.File)
}

// Papers returns the slips that are kept in memory, the oldest first.
func (p *Printer) Papers() []Paper {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Paper(nil), p.papers...)
}

// Tear tears the paper off at the cutter, as a person does: also at a printer
// without one. Blank paper is no slip.
func (p *Printer) Tear() {
	defer p.finish()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tear()
}

func (p *Printer) tear() {
	if p.m.dirty {
		p.cutAt(p.m.roll.h, "torn")
	}
	p.m.roll = newRoll(p.o.Dots, p.o.Cutter)
}
