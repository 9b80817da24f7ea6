// Package strip simulates LED strips (条屏) with BX font cards: several cards
// with addresses on one RS-485 line, or one card on a network port. It is written
// from the maker's description of the protocol and shares no code with the
// driver. A card keeps what it was told to show and to speak, and draws a
// picture of its dots.
package strip

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"hallward/devices/sim/port"
	"hallward/devices/sim/printer"
	"hallward/devices/sim/switches"
)

// Switches are the faults of a card, with a word for each.
var Switches = map[string]string{
	"silent":    "takes nothing, says nothing",
	"garble":    "answers noise",
	"nack":      "refuses everything: busy",
	"crc":       "each answer has a wrong checksum",
	"slow":      "answers after 700 ms",
	"power-off": "dark, and what it showed is lost",
	"babble":    "sends noise all the time",
	"busy":      "takes one update a second and refuses others",
	"bytewise":  "looks for escapes in the second byte of a hanzi",
	"unchecked": "answers with the checksum FF FF",
	"fixed":     "answers only to the source address 8000",
}

// Times of the faults.
const (
	slow   = 700 * time.Millisecond
	babble = 40 * time.Millisecond
)

// Addresses that mean every card (4).
const (
	everybody = 0xFFFF // nobody answers
	anybody   = 0xFFFE // and each answers with this address
)

// Opts are a line of strips.
type Opts struct {
	Addresses     []int // of the cards, 1..32767; none is 1
	Width, Height int   // pixels; 0 is 128 by 16
	Font          *printer.Font
}

// Line is a simulated line with its cards.
type Line struct {
	font *printer.Font

	mu    sync.Mutex
	cards []*card
	line  io.Writer // nil while nobody has opened the port
	lost  int
}

// New makes a line.
func New(o Opts) (*Line, error) {
	if len(o.Addresses) == 0 {
		o.Addresses = []int{1}
	}
	if o.Width == 0 {
		o.Width = 128
	}
	if o.Height == 0 {
		o.Height = 16
	}
	if o.Width < 16 || o.Width > 4096 || o.Height < 16 || o.Height > 1024 {
		return nil, fmt.Errorf("strip of %d by %d pixels: want 16 by 16 to 4096 by 1024", o.Width, o.Height)
	}
	l := &Line{font: o.Font}
	for _, a := range o.Addresses {
		if a < 1 || a > 0x7FFF || l.card(a) != nil {
			return nil, fmt.Errorf("strip at address %d: want different ones from 1 to 32767", a)
		}
		l.cards = append(l.cards, &card{
			address: a, width: o.Width, height: o.Height, level: 15,
			on: switches.New(slices.Collect(maps.Keys(Switches))...), areas: map[byte]*area{},
		})
	}
	return l, nil
}

func (l *Line) card(address int) *card {
	for _, c := range l.cards {
		if c.address == address {
			return c
		}
	}
	return nil
}

// Run serves the port until ctx ends.
func (l *Line) Run(ctx context.Context, on port.Port) error { return on.Run(ctx, l.Serve) }

// Serve plays the line for one driver.
func (l *Line) Serve(ctx context.Context, line io.ReadWriteCloser) error {
	l.mu.Lock()
	l.line = line
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.line = nil
		l.mu.Unlock()
	}()
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = line.Close() })
	defer stop()
	all.Go(func() { l.babble(ctx, line) })
	var s scanner
	buf := make([]byte, 512)
	for {
		n, err := line.Read(buf)
		s.feed(buf[:n], func(p packet) { l.receive(p, line) })
		l.mu.Lock()
		l.lost += s.lost
		s.lost = 0
		l.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// noise is no frame, but parts that look like one.
var noise = []byte{0x00, 0xA5, 0xA5, 0x01, 0x5B, 0x7F, 0xA5, 0xA0, 0x00, 0xA6, 0x02, 0x5A, 0xFF, 0x13}

// babble plays the cards that do not keep quiet.
func (l *Line) babble(ctx context.Context, line io.Writer) {
	t := time.NewTicker(babble)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		l.mu.Lock()
		loud := slices.ContainsFunc(l.cards, func(c *card) bool { return c.on["babble"] && !c.on["power-off"] })
		l.mu.Unlock()
		if loud {
			_, _ = line.Write(noise) // a host that has gone does not mind
		}
	}
}

// receive has the cards do what a packet says.
func (l *Line) receive(p packet, line io.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.cards {
		to := p.to()
		reserved := to >= 0x8000 && to <= 0xDFFF && len(l.cards) == 1 // networks do not need addresses
		if to != c.address && to != anybody && to != everybody && !reserved {
			continue
		}
		if c.on["silent"] || c.on["power-off"] || c.on["fixed"] && p.from() != 0x8000 || p[atVersion] != 2 || p[atType] != 0xFE && p[atType] != 0x61 {
			continue
		}
		var said []byte
		switch {
		case !p.sound():
			said = nack(errCheck)
		case c.on["nack"]:
			said = nack(errBusy)
		default:
			c.overlay = p[atDisplay] == 1
			said = c.do(p.data(), time.Now())
		}
		if said[0] == 0xA0 && said[1] == 1 {
			c.refused++
		}
		if d := p.data(); to == everybody || len(d) >= 3 && d[2] == 2 {
			continue
		}
		from := c.address
		if to == anybody {
			from = anybody
		}
		l.reply(c, answer(p.from(), from, said), line)
	}
}

// reply sends an answer, with the card's faults. The caller holds mu.
func (l *Line) reply(c *card, b []byte, line io.Writer) {
	switch {
	case c.on["garble"]:
		b = bytes.Repeat(noise, 2)
	case c.on["unchecked"]: // the check is written as "not calculated"
		p := plain(b[8 : len(b)-1])
		p[len(p)-2], p[len(p)-1] = 0xFF, 0xFF
		b = wire(p)
	case c.on["crc"]:
		p := plain(b[8 : len(b)-1])
		p[len(p)-1] ^= 0x01
		b = wire(p)
	}
	if c.on["slow"] {
		time.AfterFunc(slow, func() { _, _ = line.Write(b) })
		return
	}
	_, _ = line.Write(b) // a host that has gone does not mind
}

// Set turns a fault of a card on or off; address 0 is all of them.
func (l *Line) Set(address int, name string, on bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := false
	for _, c := range l.cards {
		if address != 0 && c.address != address {
			continue
		}
		found = true
		if err := c.on.Set(name, on); err != nil {
			return err
		}
		if name == "power-off" && on {
			c.off()
		}
	}
	if !found {
		return fmt.Errorf("strip: no card at address %d", address)
	}
	return nil
}

// Card is one strip as people see it.
type Card struct {
	Address  int            `json:"address"`
	Text     string         `json:"text"` // of the first page of its areas, from the first area
	Colour   string         `json:"colour,omitempty"`
	Runs     bool           `json:"runs"`    // from right to left
	Flashes  bool           `json:"flashes"` // takes turns with an empty page
	Whole    bool           `json:"whole"`   // nothing is cut off at the edges
	Level    int            `json:"level"`   // of brightness, 0..15
	Areas    int            `json:"areas"`
	Overlay  bool           `json:"overlay"`
	Said     []Said         `json:"said,omitempty"`
	Commands int            `json:"commands"`
	Refused  int            `json:"refused"`
	Strange  int            `json:"strange"` // escapes and codes that are none
	Switches switches.Board `json:"switches"`
}

// State is the line as a whole.
type State struct {
	Cards []Card `json:"cards"`
	Open  bool   `json:"open"` // a driver has the port
	Lost  int    `json:"lost_bytes"`
}

// State is what the strips show now.
func (l *Line) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := State{Open: l.line != nil, Lost: l.lost}
	for _, c := range l.cards {
		s.Cards = append(s.Cards, c.state(time.Now()))
	}
	return s
}

// Card is one of them.
func (l *Line) Card(address int) (Card, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.card(address)
	if c == nil {
		return Card{}, false
	}
	return c.state(time.Now()), true
}

var colourNames = map[byte]string{'1': "red", '2': "green", '3': "yellow", '4': "blue", '5': "cyan", '6': "magenta", '7': "white"}

func (c *card) state(now time.Time) Card {
	c.expire(now)
	s := Card{Address: c.address, Whole: true, Level: int(c.level), Areas: len(c.areas), Overlay: c.overlay,
		Said: slices.Clone(c.said), Commands: c.commands, Refused: c.refused, Strange: c.strange, Switches: maps.Clone(c.on)}
	if c.dark || c.on["power-off"] {
		return s
	}
	ids := slices.Sorted(maps.Keys(c.areas))
	for i, id := range ids {
		a := c.areas[id]
		if i > 0 {
			s.Text += "\n"
		}
		s.Text += a.pages[0].string()
		s.Runs = s.Runs || a.mode == 3 || a.mode == 4
		s.Flashes = s.Flashes || len(a.pages) == 2 && a.pages[1].blank() && a.stay == 1
		s.Whole = s.Whole && a.whole()
		for _, line := range a.pages[0] {
			if s.Colour == "" && len(line) > 0 {
				s.Colour = colourNames[line[0].colour]
			}
		}
	}
	return s
}

// whole: a still text stands inside its area, or runs through it.
func (a *area) whole() bool {
	if a.mode == 3 || a.mode == 4 {
		return true
	}
	for _, p := range a.pages {
		tall := 0
		for _, line := range p {
			h := 0
			for _, g := range line {
				h = max(h, g.font)
			}
			tall += h
			if lineWidth(line) > a.w {
				return false
			}
		}
		if tall > a.h {
			return false
		}
	}
	return true
}
