package printer

// scanner finds real-time commands in the stream of arriving bytes, wherever
// they stand: the printer knows no command borders at this layer (§1.2 rule 1).
type scanner struct {
	state byte // 0: none, DLE, EOT, ENQ, DC4
	args  []byte
}

// Control bytes of the real-time commands.
const (
	dle = 0x10
	eot = 0x04
	enq = 0x05
	dc4 = 0x14
)

// command is a real-time command: its second byte and its arguments.
type command struct {
	kind byte
	args []byte
}

// next takes one byte and returns a command when this byte completes it.
func (s *scanner) next(c byte) (command, bool) {
	switch s.state {
	case dle:
		switch c {
		case eot, enq, dc4:
			s.state, s.args = c, nil
		case dle:
		default:
			s.state = 0
		}
		return command{}, false
	case eot, enq:
		kind := s.state
		s.state = 0
		if c == dle {
			s.state = dle
		}
		return command{kind, []byte{c}}, c != dle
	case dc4:
		s.args = append(s.args, c)
		want := realtimeArgs(s.args[0])
		if want == 0 || len(s.args) < want {
			if want == 0 {
				s.state = 0
			}
			return command{}, false
		}
		s.state = 0
		return command{dc4, s.args}, true
	}
	if c == dle {
		s.state = dle
	}
	return command{}, false
}

// realtimeArgs is how many bytes follow DLE DC4, the function included; 0 for
// functions that do not exist.
func realtimeArgs(fn byte) int {
	switch fn {
	case 1, 2: // drawer pulse, power off
		return 3
	case 8: // clear buffers: 08 01 03 14 01 06 02 08
		return 8
	}
	return 0
}

// realtime executes a real-time command. The caller holds mu.
func (p *Printer) realtime(c command) {
	p.stats.Realtime++
	switch c.kind {
	case eot:
		p.status(c.args[0])
	case enq:
		switch c.args[0] {
		case 1:
			p.recoverError()
		case 2:
			p.clearBuffers()
			p.recoverError()
		}
	case dc4:
		if string(c.args) == "\x08\x01\x03\x14\x01\x06\x02\x08" {
			p.clearBuffers()
			p.answer(0x37, 0x25, 0x00)
		}
	}
}

// recoverError ends an error that recovery can end: not a cutter that is still
// blocked, and not an unrecoverable one.
func (p *Printer) recoverError() {
	p.m.jammed = p.sw.on["cutter"]
	p.report()
}

// clearBuffers drops what was received and what the current line holds, in the
// middle of a command too.
func (p *Printer) clearBuffers() {
	p.buf = p.buf[:0]
	p.m.abort()
	p.signal()
}

// offline tells whether the printer takes no print data.
func (p *Printer) offline() bool {
	return p.paperOut() || p.m.jammed || p.sw.on["cover"] || p.sw.on["broken"] || p.sw.on["hot"] || p.sw.on["offline"]
}

func (p *Printer) paperOut() bool { return p.sw.on["paper-out"] }

func (p *Printer) paperLow() bool { return p.sw.on["paper-low"] || p.paperOut() }

// blocked tells whether the interpreter stands.
func (p *Printer) blocked() bool { return p.sw.off || p.offline() }

// hot tells of an error that ends by itself: a hot head, or a cover that was
// opened while a slip was being printed (DLE EOT 3 bit 6).
func (p *Printer) hot() bool {
	return p.sw.on["hot"] || p.sw.on["cover"] && p.sw.midJob
}

func bit(on bool, v byte) byte {
	if on {
		return v
	}
	return 0
}

// pair is both bits of a paper sensor, or one on a printer that has that quirk.
func (p *Printer) pair(v byte) byte {
	if p.o.Quirks.OneBitPaper {
		return v & -v
	}
	return v
}

// status answers DLE EOT n (§1.2): 1 printer, 2 offline cause, 3 error cause,
// 4 roll paper, 17 and 20 of kiosk modules. Others stay without an answer.
func (p *Printer) status(n byte) {
	s := byte(0x12)
	broken := p.sw.on["broken"]
	switch n {
	case 1:
		s |= bit(p.offline(), 0x08)
	case 2:
		s |= bit(p.sw.on["cover"], 0x04) | bit(p.paperOut(), 0x20) | bit(p.m.jammed || broken || p.hot(), 0x40)
	case 3:
		s |= bit(p.m.jammed, 0x08) | bit(broken, 0x20) | bit(p.hot(), 0x40)
	case 4:
		s |= bit(p.paperLow(), p.pair(0x0C)) | bit(p.paperOut(), p.pair(0x60))
	case 17:
		if !p.o.Quirks.FullStatus {
			return
		}
		s |= bit(p.paperOut(), 0x20)
	case 20:
		if p.o.Quirks.FullStatus {
			p.fullStatus()
		}
		return
	default:
		return
	}
	p.answer(s)
}

// fullStatus answers DLE EOT 20 of kiosk modules: 10 0F, paper, user,
// recoverable, unrecoverable (KPM210 manual p.36).
func (p *Printer) fullStatus() {
	p.answer(0x10, 0x0F,
		bit(p.paperOut(), 0x01)|bit(p.paperLow(), 0x04)|bit(p.sw.on["slip-waiting"], 0x20),
		bit(p.sw.on["cover"], 0x03),
		bit(p.sw.on["hot"], 0x01),
		bit(p.m.jammed, 0x01)|bit(p.sw.on["broken"], 0x04))
}

// auto is the automatic status of GS a: four bytes (§1.2).
func (p *Printer) auto() [4]byte {
	return [4]byte{
		0x10 | bit(p.offline(), 0x08) | bit(p.sw.on["cover"], 0x20),
		bit(p.m.jammed, 0x08) | bit(p.sw.on["broken"], 0x20) | bit(p.hot(), 0x40),
		bit(p.paperLow(), p.pair(0x03)) | bit(p.paperOut(), p.pair(0x0C)),
		0,
	}
}

// report sends the automatic status when it is enabled and has changed.
func (p *Printer) report() {
	now := p.auto()
	said := p.said
	p.said = now
	wanted := p.m.asb&0x02 != 0 && now[0] != said[0] ||
		p.m.asb&0x04 != 0 && now[1] != said[1] ||
		p.m.asb&0x08 != 0 && now[2] != said[2]
	if wanted {
		p.answer(now[:]...)
	}
}

// paperStatus answers GS r 1: not in real time, so it says too that everything
// before it was processed.
func (p *Printer) paperStatus() byte {
	return bit(p.paperLow(), p.pair(0x03)) | bit(p.paperOut(), p.pair(0x0C))
}
