package printer

import (
	"fmt"
	"time"
)

// machine is the interpreter: modes, the line being composed and the paper.
type machine struct {
	p    *Printer
	roll roll
	sink *sink // data of a command that has begun
	line line
	mode mode
	asb  byte // GS a
	// jammed is the cutter error: it stops the interpreter until it is cleared.
	jammed bool
	qr     qrCode
	stored *bitmap // GS ( L graphics, waiting to be printed
	dirty  bool    // something was printed since the last cut
	rows   int     // of pictures, counted for the paper-end switch
}

// mode is what ESC @ sets back.
type mode struct {
	align    int
	w, h     int // of letters, 1..8
	hw, hh   int // of hanzi
	fontB    bool
	bold     bool
	under    int
	reverse  bool
	spacing  int // dots
	hanzi    bool
	page     byte
	left     int // GS L
	width    int // GS W
	charGap  int // ESC SP
	hanziGap int // FS S
}

// sink collects the data bytes that follow a command's head.
type sink struct {
	left  int  // bytes still to come
	unit  int  // hand over every that many bytes; 0: all at the end
	toNUL bool // ends at a NUL instead of after left bytes
	limit int  // bytes kept; the rest is swallowed
	acc   []byte
	full  func([]byte)
}

// dataLimit is how much of one command's data is kept: QR data and graphics
// of sensible size.
const dataLimit = 1 << 20

func (m *machine) init(p *Printer) {
	*m = machine{p: p}
	m.roll = newRoll(p.o.Dots, p.o.Cutter)
	m.qr = qrCode{module: 3, level: '0'}
	m.reset()
	m.resetSize()
}

// reset is ESC @: the line and the modes, not the receive buffer. The automatic
// status is off again.
func (m *machine) reset() {
	hw, hh := m.mode.hw, m.mode.hh
	m.mode = mode{w: 1, h: 1, spacing: 30, hanzi: !m.p.o.Quirks.HanziOff, width: m.p.o.Dots}
	m.line = line{}
	m.asb = 0
	if m.p.o.Quirks.SizeSticks {
		m.mode.hw, m.mode.hh = hw, hh
		return
	}
	m.resetSize()
}

func (m *machine) resetSize() { m.mode.hw, m.mode.hh = 1, 1 }

// abort drops the line and a command that waits for its data.
func (m *machine) abort() {
	m.sink = nil
	m.line = line{}
}

// printing tells whether something of a slip is on the paper or in the line.
func (m *machine) printing() bool {
	return len(m.line.cells) > 0 || m.sink != nil || m.dirty
}

// step interprets the front of b and returns how many bytes it used; 0 when
// what is there is no whole command yet, or must be tried again.
func (m *machine) step(b []byte) int {
	if m.sink != nil {
		return m.pour(b)
	}
	c := b[0]
	switch {
	case c == esc || c == gs || c == fs || c == dle:
		return m.command(b)
	case c >= 0x20:
		return m.text(b)
	}
	switch c {
	case '\n':
		m.printLine(m.mode.spacing)
	case '\f':
		m.toMark()
	case '\t':
		m.tab()
	case 0, '\r', 0x18: // NUL, CR without automatic line feed, CAN
	default:
		m.unknown(b[:1])
	}
	return 1
}

// pour gives bytes to the command that waits for them, at most one unit.
func (m *machine) pour(b []byte) int {
	s := m.sink
	n := len(b)
	if s.toNUL {
		for i, c := range b {
			if c == 0 {
				s.keep(b[:i])
				m.end()
				return i + 1
			}
		}
		s.keep(b)
		return n
	}
	n = min(n, s.left)
	if s.unit > 0 {
		n = min(n, s.unit-len(s.acc))
	}
	s.keep(b[:n])
	s.left -= n
	switch {
	case s.left == 0:
		m.end()
	case s.unit > 0 && len(s.acc) == s.unit:
		s.full(s.acc)
		s.acc = s.acc[:0]
	}
	return n
}

func (s *sink) keep(b []byte) {
	room := max(0, s.limit-len(s.acc))
	s.acc = append(s.acc, b[:min(len(b), room)]...)
}

func (m *machine) end() {
	s := m.sink
	m.sink = nil
	s.full(s.acc)
}

// collect makes the next n bytes data of a command.
func (m *machine) collect(n, unit int, full func([]byte)) {
	if n == 0 {
		full(nil)
		return
	}
	m.sink = &sink{left: n, unit: unit, limit: dataLimit, full: full}
}

func (m *machine) unknown(b []byte) { count(m.p.stats.Unknown, fmt.Sprintf("% X", b)) }

// ignored counts a command that is known but not valid where it stands.
func (m *machine) ignored(name string) { count(m.p.stats.Ignored, name) }

// count adds to a counter map of bounded size.
func count(m map[string]int, key string) {
	if _, ok := m[key]; ok || len(m) < 1024 {
		m[key]++
	}
}

// printLine puts the line on the paper and feeds at least the given dots.
func (m *machine) printLine(spacing int) {
	l := m.line
	m.line = line{}
	if len(l.cells) == 0 {
		m.feed(spacing)
		return
	}
	height, extent := l.extent()
	x := m.offset(extent)
	y := m.roll.h
	m.feed(max(spacing, height))
	for _, c := range l.cells {
		m.roll.draw(c.dots, x+c.x, y+height-c.dots.h)
	}
	m.note(l.string(), "")
}

// offset is where something of that width begins, by alignment and margin.
func (m *machine) offset(width int) int {
	free := max(0, m.area()-width)
	return m.mode.left + free*m.mode.align/2
}

// area is the width that may be printed on.
func (m *machine) area() int {
	return max(0, min(m.mode.width, m.p.o.Dots-m.mode.left))
}

// note records what was printed last. The number of marks on one slip is
// limited by its length, for each needs at least one row.
func (m *machine) note(text, code string) {
	m.dirty = true
	if n := len(m.roll.marks); n > 0 && m.roll.marks[n-1].y == m.roll.h && code == "" {
		if last := &m.roll.marks[n-1]; len(last.text) < 1024 {
			last.text += " " + text
		}
		return
	}
	m.roll.marks = append(m.roll.marks, mark{m.roll.h, text, code})
}

// feed moves the paper; one call is one line for the paper-end switch.
func (m *machine) feed(rows int) {
	if rows <= 0 {
		return
	}
	if m.roll.h+rows > maxRows {
		m.p.tear()
	}
	m.roll.feed(rows)
	m.move(rows)
	m.countLine()
}

// countLine lets the paper end when its lines are used up.
func (m *machine) countLine() {
	if m.p.sw.after == 0 {
		return
	}
	if m.p.sw.after--; m.p.sw.after == 0 {
		m.p.sw.on["paper-out"] = true
		m.p.report()
	}
}

// add puts a cell on the line. The line is printed when somebody keeps writing
// over its start, so that it cannot grow for ever.
func (m *machine) add(c cell) {
	m.line.cells = append(m.line.cells, c)
	m.line.x = c.x + c.w
	if len(m.line.cells) >= 2048 {
		m.printLine(m.mode.spacing)
	}
}

// move keeps the mechanism busy for as long as the rows take.
func (m *machine) move(rows int) {
	speed := m.p.o.Speed
	if m.p.sw.on["slow"] {
		speed = slowSpeed
	}
	if speed > 0 {
		m.p.busy = time.Now().Add(time.Duration(rows) * time.Second / time.Duration(8*speed))
	}
}

// toMark feeds to the next black mark; plain paper has none, and the printer
// feeds the slip out.
func (m *machine) toMark() {
	if len(m.line.cells) > 0 {
		m.printLine(m.mode.spacing)
	}
	m.feed(m.p.o.Cutter)
}

// cut separates the slip; false when the cutter jams and must try again. A cut
// behind an unfinished line is ignored, as many printers do (§1.1).
func (m *machine) cut(how string, feed int) bool {
	switch {
	case len(m.line.cells) > 0:
		m.ignored("cut behind an unfinished line")
		return true
	case m.p.o.Quirks.NoCutter:
		if how == "full" {
			m.feed(feed)
		}
		return true
	case m.p.sw.once:
		m.p.sw.once = false
		delete(m.p.sw.on, "cutter-once")
		m.jammed = true
		m.p.report()
		return false
	}
	m.feed(feed)
	if rows := m.roll.h - m.p.o.Cutter; rows > 0 {
		m.p.cutAt(rows, how)
	}
	return true
}
