package printer

import "fmt"

const (
	esc = 0x1B
	fs  = 0x1C
	gs  = 0x1D
)

// entry is one command: how many bytes follow its two, and what it does with
// them. run returns false when it must be tried again later (a jammed cutter).
type entry struct {
	args int
	run  func(m *machine, a []byte) bool
}

// nothing takes a command that changes nothing on a simulated printer.
func nothing(args int) entry {
	return entry{args, func(*machine, []byte) bool { return true }}
}

// do wraps a command that cannot fail.
func do(args int, run func(m *machine, a []byte)) entry {
	return entry{args, func(m *machine, a []byte) bool { run(m, a); return true }}
}

func on(b byte) bool { return b&1 != 0 }

func le(a []byte) int { return int(a[0]) | int(a[1])<<8 }

func signed(a []byte) int { return int(int16(le(a))) }

// table is the command table of the protocol notes (§1.1), keyed by the first
// two bytes. It is filled in init, because some entries look into it again.
var table map[[2]byte]entry

func init() {
	table = map[[2]byte]entry{
		{esc, '@'}:  do(0, func(m *machine, _ []byte) { m.reset() }),
		{esc, 'a'}:  do(1, (*machine).align),
		{esc, '!'}:  do(1, (*machine).printMode),
		{esc, 'E'}:  do(1, func(m *machine, a []byte) { m.mode.bold = on(a[0]) }),
		{esc, 'G'}:  do(1, func(m *machine, a []byte) { m.mode.bold = on(a[0]) }),
		{esc, '-'}:  do(1, func(m *machine, a []byte) { m.mode.under = int(a[0]) & 3 }),
		{esc, 'M'}:  do(1, func(m *machine, a []byte) { m.mode.fontB = on(a[0]) }),
		{esc, '2'}:  do(0, func(m *machine, _ []byte) { m.mode.spacing = 30 }),
		{esc, '3'}:  do(1, func(m *machine, a []byte) { m.mode.spacing = int(a[0]) }),
		{esc, ' '}:  do(1, func(m *machine, a []byte) { m.mode.charGap = int(a[0]) }),
		{esc, 'd'}:  do(1, func(m *machine, a []byte) { m.feedLines(int(a[0])) }),
		{esc, 'J'}:  do(1, func(m *machine, a []byte) { m.printLine(int(a[0])) }),
		{esc, '$'}:  do(2, func(m *machine, a []byte) { m.line.x = min(le(a), m.area()) }),
		{esc, '\\'}: do(2, func(m *machine, a []byte) { m.line.x = max(0, min(m.line.x+signed(a), m.area())) }),
		{esc, 't'}:  do(1, func(m *machine, a []byte) { m.mode.page = a[0] }),
		{esc, '*'}:  do(3, (*machine).column),
		{esc, 'i'}:  {0, func(m *machine, _ []byte) bool { return m.cut("full", 0) }},
		{esc, 'm'}:  {0, func(m *machine, _ []byte) bool { return m.cut("partial", 0) }},
		{esc, 'R'}:  nothing(1), // international set
		{esc, '{'}:  nothing(1), // upside down
		{esc, 'V'}:  nothing(1), // rotation
		{esc, 'B'}:  nothing(2), // buzzer
		{esc, 'p'}:  nothing(3), // drawer
		{esc, 'c'}:  nothing(2), // sensors and panel keys
		{esc, '='}:  nothing(1), // peripheral
		{esc, 'r'}:  nothing(1), // colour
		{esc, 'D'}:  do(0, func(m *machine, _ []byte) { m.toNUL(func([]byte) {}) }),
		{esc, '('}:  do(3, (*machine).skipBlock),

		{fs, '&'}: do(0, func(m *machine, _ []byte) { m.mode.hanzi = true }),
		{fs, '.'}: do(0, func(m *machine, _ []byte) { m.mode.hanzi = false }),
		{fs, '!'}: do(1, func(m *machine, a []byte) { m.hanziSize(1+int(a[0]>>2&1), 1+int(a[0]>>3&1)) }),
		{fs, 'W'}: do(1, func(m *machine, a []byte) { m.hanziSize(1+int(a[0]&1), 1+int(a[0]&1)) }),
		{fs, 'S'}: do(2, func(m *machine, a []byte) { m.mode.hanziGap = int(a[0]) + int(a[1]) }),
		{fs, '-'}: nothing(1), // underlining of hanzi
		{fs, 'C'}: nothing(1), // Japanese code system
		{fs, '('}: do(3, (*machine).skipBlock),
		{fs, 'p'}: do(2, func(m *machine, a []byte) { m.note(fmt.Sprintf("[logo %d]", a[0]), "") }),

		{gs, '!'}:  do(1, (*machine).size),
		{gs, 'B'}:  do(1, func(m *machine, a []byte) { m.mode.reverse = on(a[0]) }),
		{gs, 'L'}:  do(2, func(m *machine, a []byte) { m.mode.left = min(le(a), m.p.o.Dots) }),
		{gs, 'W'}:  do(2, func(m *machine, a []byte) { m.mode.width = min(le(a), m.p.o.Dots) }),
		{gs, 'P'}:  nothing(2), // motion units
		{gs, 'b'}:  nothing(1), // smoothing
		{gs, 'f'}:  nothing(1), // font of bar code text
		{gs, 'h'}:  nothing(1), // bar code height
		{gs, 'w'}:  nothing(1), // bar code width
		{gs, 'H'}:  nothing(1), // bar code text
		{gs, 'k'}:  do(1, (*machine).barCode),
		{gs, '\f'}: do(0, func(m *machine, _ []byte) { m.toMark() }),
		{gs, 'V'}:  {1, (*machine).cutCommand},
		{gs, 'v'}:  do(6, (*machine).raster),
		{gs, '('}:  do(3, (*machine).block),
		{gs, '8'}:  do(5, (*machine).longBlock),
		{gs, 'a'}:  do(1, (*machine).enableStatus),
		{gs, 'r'}:  do(1, (*machine).transmit),
		{gs, 'I'}:  do(1, (*machine).identify),
		{gs, 'e'}:  do(1, (*machine).presenter),

		// Real-time commands were executed when they came; here they only take
		// their place in the stream.
		{dle, eot}: nothing(1),
		{dle, enq}: nothing(1),
		{dle, dc4}: {1, nil},
	}
}

// command interprets one command; 0 while it is incomplete.
func (m *machine) command(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	e, ok := table[[2]byte{b[0], b[1]}]
	if !ok {
		m.unknown(b[:2])
		return 2
	}
	n := 2 + e.args
	if len(b) < n {
		return 0
	}
	if e.run == nil { // DLE DC4: the length depends on the function
		n = 2 + max(1, realtimeArgs(b[2]))
		if len(b) < n {
			return 0
		}
		return n
	}
	if b[0] == gs && b[1] == 'V' && (b[2] == 'A' || b[2] == 'B') {
		if n++; len(b) < n {
			return 0
		}
	}
	if !e.run(m, b[2:n]) {
		return 0
	}
	m.p.stats.Commands++
	return n
}

// toNUL makes everything up to a NUL data of a command.
func (m *machine) toNUL(full func([]byte)) {
	m.sink = &sink{toNUL: true, limit: 256, full: full}
}

// align is ESC a: valid at the start of a line only.
func (m *machine) align(a []byte) {
	switch n := int(a[0]) & 0x0F; {
	case len(m.line.cells) > 0:
		m.ignored("alignment within a line")
	case n <= 2:
		m.mode.align = n
	}
}

// printMode is ESC !.
func (m *machine) printMode(a []byte) {
	n := a[0]
	m.mode.fontB, m.mode.bold = n&1 != 0, n&8 != 0
	m.mode.under = int(n >> 7)
	m.letterSize(1+int(n>>5&1), 1+int(n>>4&1))
}

// size is GS !.
func (m *machine) size(a []byte) {
	m.letterSize(1+int(a[0]>>4&7), 1+int(a[0]&7))
}

// letterSize scales letters, and hanzi too unless the clone ignores that.
func (m *machine) letterSize(w, h int) {
	m.mode.w, m.mode.h = w, h
	if !m.p.o.Quirks.HanziIgnoresSize {
		m.mode.hw, m.mode.hh = w, h
	}
}

// hanziSize is FS ! and FS W; the command that came last counts.
func (m *machine) hanziSize(w, h int) { m.mode.hw, m.mode.hh = w, h }

func (m *machine) feedLines(n int) {
	if len(m.line.cells) > 0 && n > 0 {
		m.printLine(m.mode.spacing)
		n--
	}
	for ; n > 0; n-- {
		m.feed(m.mode.spacing)
	}
}

// cutCommand is GS V: 0 and 1 cut where the paper stands, 65 and 66 feed the
// slip to the cutter first.
func (m *machine) cutCommand(a []byte) bool {
	switch a[0] {
	case 0, '0':
		return m.cut("full", 0)
	case 1, '1':
		return m.cut("partial", 0)
	case 'A':
		return m.cut("full", m.p.o.Cutter+int(a[1]))
	case 'B':
		return m.cut("partial", m.p.o.Cutter+int(a[1]))
	}
	m.unknown([]byte{gs, 'V', a[0]})
	return true
}

// enableStatus is GS a: four status bytes at once and on each change.
func (m *machine) enableStatus(a []byte) {
	m.asb = a[0]
	if m.asb != 0 {
		now := m.p.auto()
		m.p.said = now
		m.p.answer(now[:]...)
	}
}

// transmit is GS r: 1 paper, 2 drawer.
func (m *machine) transmit(a []byte) {
	m.betweenSlips()
	if m.p.o.Quirks.NoProof {
		return
	}
	switch a[0] {
	case 1, '1':
		m.p.answer(m.p.paperStatus())
	case 2, '2':
		m.p.answer(0)
	default:
		m.unknown([]byte{gs, 'r', a[0]})
	}
}

// betweenSlips keeps the proof of the slip before out of the next one's bytes.
func (m *machine) betweenSlips() {
	if !m.printing() {
		m.p.slip = tally{}
	}
}

// presenter is GS e of kiosk modules (Pyramid Reliance, "paper movement"): 2
// retracts and 5 ejects the slip in the presenter.
func (m *machine) presenter(a []byte) {
	if !m.p.o.Quirks.Presenter || a[0] != 2 && a[0] != 5 {
		m.unknown([]byte{gs, 'e', a[0]})
		return
	}
	if m.p.sw.on["slip-waiting"] {
		m.p.sw.on["slip-waiting"] = false
		m.p.stats.Cleared++
	}
}

// identify is GS I.
func (m *machine) identify(a []byte) {
	m.betweenSlips()
	if m.p.o.Quirks.NoName {
		return
	}
	switch a[0] {
	case 'A':
		m.p.answer([]byte("_1.00\x00")...)
	case 'B':
		m.p.answer([]byte("_" + m.p.o.Maker + "\x00")...)
	case 'C':
		m.p.answer([]byte("_" + m.p.o.Model + "\x00")...)
	default:
		m.unknown([]byte{gs, 'I', a[0]})
	}
}

// skipBlock swallows a command of the form "fn pL pH data".
func (m *machine) skipBlock(a []byte) {
	m.collect(le(a[1:]), 0, func([]byte) {})
}

// block is GS ( x pL pH data: k two-dimensional codes, L graphics, H proof.
func (m *machine) block(a []byte) {
	run := map[byte]func(*machine, []byte){'k': (*machine).symbol, 'L': (*machine).graphics, 'H': (*machine).respond}[a[0]]
	fn := a[0]
	m.collect(le(a[1:]), 0, func(d []byte) {
		if run == nil || len(d) < 2 {
			m.unknown([]byte{gs, '(', fn})
			return
		}
		run(m, d)
	})
}

// longBlock is GS 8 L p1..p4 data: graphics beyond 64 kB.
func (m *machine) longBlock(a []byte) {
	n := le(a[1:]) | le(a[3:])<<16
	fn := a[0]
	m.collect(n, 0, func(d []byte) {
		if fn != 'L' || len(d) < 2 {
			m.unknown([]byte{gs, '8', fn})
			return
		}
		m.graphics(d)
	})
}

// respond is GS ( H function 48: says its four bytes back when everything
// before it is printed.
func (m *machine) respond(d []byte) {
	if len(d) != 6 || d[0] != '0' || d[1] != '0' {
		m.unknown([]byte{gs, '(', 'H'})
		return
	}
	if m.p.o.Quirks.PrintProof {
		m.p.answer(0x37, 0x22, d[2], d[3], d[4], d[5], 0x00)
	}
}
