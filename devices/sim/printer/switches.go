package printer

import (
	"fmt"
	"slices"
	"time"
)

// switches are the faults that are set.
type switches struct {
	on     map[string]bool
	after  int  // lines until the paper is out, 0: not counting
	midJob bool // the cover was opened while a slip was being printed
	once   bool // the next cut jams
	off    bool // no power
}

// Switches are the names that Set takes, and what they do.
var Switches = map[string]string{
	"paper-low":    "the roll is near its end",
	"paper-out":    "no paper; put back, a slip that was cut short is torn off and its rest printed on the new roll",
	"cover":        "cover open",
	"cutter":       "cutter blocked until the switch is turned off",
	"cutter-once":  "the next cut jams; DLE ENQ recovers",
	"broken":       "unrecoverable error until the power is cycled",
	"hot":          "head too hot",
	"offline":      "taken offline at the panel",
	"slip-waiting": "a slip stands in the presenter (kiosk modules)",
	"silence":      "prints, but answers nothing",
	"garbage":      "answers noise",
	"slow":         "prints 10 mm a second",
	"freeze":       "hangs: reads nothing, answers nothing; what was sent to it is printed when it goes on",
	"xoff":         "has sent XOFF, and loses what comes nevertheless",
	"half-open":    "turned on, it starts anew and the other end of its connection is not told (TCP)",
	"power-off":    "no power: buffer, line and modes are lost, bytes too",
	"unplug":       "the line is pulled out",
}

// Flow control bytes of the switch "xoff".
const (
	xon  = 0x11
	xoff = 0x13
)

// pendingFault is a fault that waits for its byte.
type pendingFault struct {
	bytes int // still to come, 0: none waits
	name  string
	lasts time.Duration // of a power failure, 0: until it is mended
}

// slowSpeed is that of the switch "slow", in mm/s.
const slowSpeed = 10

// Set turns a switch of Switches on or off.
func (p *Printer) Set(name string, on bool) error {
	if _, ok := Switches[name]; !ok {
		return fmt.Errorf("printer %s: no switch %q", p.o.Name, name)
	}
	defer p.finish()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch name {
	case "unplug":
		return p.unplug(on)
	case "half-open":
		return p.halfOpen(on)
	case "power-off":
		if on {
			p.cutPower(0)
		} else {
			p.restorePower()
		}
		return nil
	}
	p.set(name, on)
	return nil
}

// After turns a switch on when that many more bytes have come, in the middle of
// a slip if it comes so; real-time commands do not count. Only one fault waits
// at a time, 0 bytes call it off.
func (p *Printer) After(bytes int, name string) error {
	if _, ok := Switches[name]; !ok {
		return fmt.Errorf("printer %s: no switch %q", p.o.Name, name)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = pendingFault{bytes: max(0, bytes), name: name}
	return nil
}

// strike lets the fault happen whose byte has come. The caller holds mu.
func (p *Printer) strike() {
	f := p.fault
	p.fault = pendingFault{}
	switch f.name {
	case "power-off":
		p.cutPower(f.lasts)
	case "unplug":
		_ = p.unplug(true) // a printer that is plugged in nowhere loses nothing
	case "half-open":
		_ = p.halfOpen(true) // nor one without a connection
	default:
		p.set(f.name, true)
	}
}

// halfOpen is a printer behind a network that has lost its memory, and of whose
// new beginning nobody has told the other end. The caller holds mu.
func (p *Printer) halfOpen(on bool) error {
	if !on || p.sw.off {
		return nil
	}
	at, ok := p.port.(interface{ Forget() })
	if !ok {
		return fmt.Errorf("printer %s: no connection that could be half open", p.o.Name)
	}
	p.forget()
	at.Forget()
	p.signal()
	return nil
}

func (p *Printer) set(name string, on bool) {
	was := p.sw.on[name]
	p.sw.on[name] = on
	switch name {
	case "paper-out":
		p.sw.after = 0
		if was && !on {
			p.tear()
		}
	case "cover":
		p.sw.midJob = on && (p.sw.midJob || p.m.printing())
	case "cutter":
		p.m.jammed = on
	case "cutter-once":
		p.sw.once = on
		if !on {
			p.m.jammed = p.sw.on["cutter"]
		}
	case "garbage":
		if on && p.out != nil {
			p.answer(0)
		}
	case "xoff":
		if on {
			p.say(xoff)
		} else if was {
			p.say(xon)
		}
	}
	p.report()
	if !p.sw.off {
		p.run()
	}
	p.signal()
}

// PaperOutAfter lets the paper end after that many printed or fed lines, in the
// middle of a slip if it comes so. 0 ends the counting.
func (p *Printer) PaperOutAfter(lines int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sw.after = max(lines, 0)
}

// PowerLoss takes the power away, after that many more bytes have come (0: at
// once), and brings it back after d (0: by Set("power-off", false) only).
// Everything in the printer's memory is lost; paper that has passed the head
// stays where it is, and the next slip is printed below it.
func (p *Printer) PowerLoss(bytes int, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if bytes > 0 {
		p.fault = pendingFault{bytes, "power-off", d}
		return
	}
	p.cutPower(d)
}

func (p *Printer) cutPower(d time.Duration) {
	if p.sw.off {
		return
	}
	p.sw.off = true
	p.forget()
	if p.port != nil && p.port.DiesWithDevice() {
		p.port.Plug(false)
	}
	if d > 0 {
		time.AfterFunc(d, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.restorePower()
		})
	}
	p.signal()
}

// forget is what the loss of power does to a printer's memory. What hangs of a
// slip stays where it is. The caller holds mu.
func (p *Printer) forget() {
	p.life++
	p.buf = p.buf[:0]
	p.rt = scanner{}
	roll, dirty := p.m.roll, p.m.dirty
	p.m.init(p)
	p.m.roll, p.m.dirty = roll, dirty
	p.m.resetSize()
	p.busy = time.Time{}
	p.fault = pendingFault{}
	for _, name := range []string{"broken", "freeze", "xoff"} {
		delete(p.sw.on, name)
	}
}

func (p *Printer) restorePower() {
	if !p.sw.off {
		return
	}
	p.sw.off = false
	p.m.jammed = p.sw.on["cutter"]
	p.said = p.auto()
	if p.port != nil && p.port.DiesWithDevice() && !p.sw.on["unplug"] {
		p.port.Plug(true)
	}
	p.signal()
}

// unplug pulls the line out or puts it back. The caller holds mu.
func (p *Printer) unplug(out bool) error {
	p.sw.on["unplug"] = out
	if p.port == nil {
		return fmt.Errorf("printer %s: not plugged in anywhere", p.o.Name)
	}
	if out || !p.sw.off || !p.port.DiesWithDevice() {
		p.port.Plug(!out)
	}
	return nil
}

// State is the printer as a person beside it would see it.
type State struct {
	Name     string   `json:"name"`
	Model    string   `json:"model"`
	Port     string   `json:"port,omitempty"` // as link.Open takes it
	Powered  bool     `json:"powered"`
	Online   bool     `json:"online"`
	Switches []string `json:"switches"` // that are on
	Buffered int      `json:"buffered"` // bytes that wait in the receive buffer
	Printing bool     `json:"printing"` // a slip hangs in the printer, not yet cut
	Session  bool     `json:"session"`  // a driver has the line open
	Papers   int      `json:"papers"`
	Stats    Stats    `json:"stats"`
	Error    string   `json:"error,omitempty"` // a picture could not be written
}

// State returns the present state.
func (p *Printer) State() State {
	stats := p.Stats()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := State{
		Name: p.o.Name, Model: p.o.Model, Powered: !p.sw.off, Online: !p.sw.off && !p.offline(),
		Buffered: len(p.buf), Printing: p.m.printing(), Session: p.out != nil, Papers: p.stats.Papers,
		Stats: stats, Switches: []string{},
	}
	if p.port != nil {
		s.Port = p.port.Spec()
	}
	for name, on := range p.sw.on {
		if on {
			s.Switches = append(s.Switches, name)
		}
	}
	if p.sw.off {
		s.Switches = append(s.Switches, "power-off")
	}
	slices.Sort(s.Switches)
	if p.saveErr != nil {
		s.Error = p.saveErr.Error()
	}
	return s
}
