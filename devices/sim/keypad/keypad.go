// Package keypad simulates a line of evaluation and call keypads (评价器 /
// 呼叫器) that speak the FF 68 protocol: several addressed units on one RS-232 or
// RS-485 line. It is written from the published description of the protocol
// and shares no code with the driver.
//
// A unit repeats a key or a rating until the host has acknowledged it, as the
// deployed ones do, and gives up after some tries.
package keypad

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"sync"
	"time"

	"hallward/devices/sim/port"
	"hallward/devices/sim/switches"
)

// Keys of the call keypad by name, and the bytes that each sends. To give a
// number up, set it aside and call it back are a digit and then confirm.
var Keys = map[string][]byte{
	"call": {0x0C}, "recall": {0x0D}, "evaluate": {0x0B}, "cancel": {0x0E},
	"confirm": {0x0F}, "pause": {0x12}, "transfer": {0x13},
	"give-up": {0x06, 0x0F}, "suspend": {0x00, 0x0F}, "call-back": {0x03, 0x0F},
}

// Repetition of what was not acknowledged.
const (
	repeatAfter = 400 * time.Millisecond
	repeatMost  = 5
)

// readSize is how much is read from the line at a time.
const readSize = 256

// Line is a simulated line with its units.
type Line struct {
	mu      sync.Mutex
	units   map[byte]*unit
	line    io.Writer // nil while nobody has opened the port
	waiting map[string]chan struct{}
	on      switches.Board
	lost    int
	strange int // frames for addresses that are not there
	babble  context.CancelFunc
}

type unit struct {
	digits   [6]byte
	prompted bool
	asked    int // prompts so far
	stars    bool
	beeps    int
}

// Unit is what one keypad shows, for people and tests. Waiting and Number are
// the digits as they are lit, "  12" and "   7"; blanks are spaces.
type Unit struct {
	Address  int    `json:"address"`
	Waiting  string `json:"waiting"`
	Number   string `json:"number"`
	Prompted bool   `json:"prompted"` // asks for a rating
	Stars    bool   `json:"stars"`
	Beeps    int    `json:"beeps"`
}

// State is the line as a whole.
type State struct {
	Units    []Unit         `json:"units"`
	Open     bool           `json:"open"` // a driver has the port
	Switches switches.Board `json:"switches"`
	Lost     int            `json:"lost_bytes"`
	Strange  int            `json:"strange_frames"`
}

// Switches of a line. "silent" takes nothing and says nothing, "garbage" puts
// noise before each frame, "half" cuts each frame in the middle. "dead" is the
// last unit without power; with "babble" the first one sends keys without an end.
var Switches = []string{"silent", "garbage", "half", "dead", "babble"}

// babbleEvery is between two frames of a unit that babbles.
const babbleEvery = 15 * time.Millisecond

// New is a line with units 1 to n, at most 247.
func New(n int) (*Line, error) {
	if n < 1 || n > 247 {
		return nil, fmt.Errorf("keypad line of %d units: want 1 to 247", n)
	}
	l := &Line{units: map[byte]*unit{}, waiting: map[string]chan struct{}{}, on: switches.New(Switches...)}
	for i := range n {
		u := &unit{}
		blank(&u.digits)
		l.units[byte(i+1)] = u
	}
	return l, nil
}

func blank(d *[6]byte) {
	for i := range d {
		d[i] = 0x0A
	}
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
	stop := context.AfterFunc(ctx, func() { _ = line.Close() })
	defer stop()
	var s scanner
	buf := make([]byte, readSize)
	for {
		n, err := line.Read(buf)
		s.feed(buf[:n], l.receive)
		l.mu.Lock()
		l.lost += s.lost
		s.lost = 0
		l.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// receive does what a frame of the host says.
func (l *Line) receive(f frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.on["silent"] || l.dead(f.addr) {
		return
	}
	if done, ok := l.waiting[ackKey(f)]; ok {
		delete(l.waiting, ackKey(f))
		close(done)
		return
	}
	u := l.units[f.addr]
	switch {
	case u == nil:
		l.strange++
	case f.fn == funcShow && len(f.data) == 6:
		copy(u.digits[:], f.data)
	case f.fn == funcShow && bytes.Equal(f.data, []byte{0x05}):
		u.stars = true
	case f.fn == funcBeep:
		u.beeps++
	case f.fn == funcKey && bytes.Equal(f.data, []byte{0x0B}):
		u.prompted, u.stars = true, false
		u.asked++
		l.wait(f.addr, u, u.asked)
	default:
		l.strange++
	}
}

// patience is how long a unit waits for the citizen. Then it reports by itself
// that nothing was pressed, with code 1.
const patience = 10 * time.Second

func (l *Line) wait(addr byte, u *unit, asked int) {
	time.AfterFunc(patience, func() {
		l.mu.Lock()
		idle := u.prompted && u.asked == asked && l.line != nil
		l.mu.Unlock()
		if idle {
			_ = l.Rate(context.Background(), int(addr), 1) // a host that has gone is not told
		}
	})
}

// ackKey is what an acknowledgement and what it acknowledges have in common.
func ackKey(f frame) string { return fmt.Sprintf("%d/%d/%x", f.addr, f.fn, f.data) }

// Errors of a press.
var (
	ErrNoUnit  = errors.New("there is no such unit on this line")
	ErrNoHost  = errors.New("nobody has opened the line")
	ErrNoReply = errors.New("the host has not acknowledged it")
)

// Press presses a key of the call keypad. The host acknowledges with the same
// frame.
func (l *Line) Press(ctx context.Context, address int, key string) error {
	return l.Type(ctx, address, "", key)
}

// Type types digits and then presses a key.
func (l *Line) Type(ctx context.Context, address int, digits, key string) error {
	code, ok := Keys[key]
	if !ok {
		return fmt.Errorf("key %q is not on the keypad", key)
	}
	var data []byte
	for _, d := range []byte(digits) {
		if d < '0' || d > '9' {
			return fmt.Errorf("%q: want digits", digits)
		}
		data = append(data, d-'0')
	}
	if data = append(data, code...); len(data) > maxData {
		return fmt.Errorf("%q: too many digits", digits)
	}
	f := frame{byte(address), funcKey, data}
	return l.send(ctx, address, f, f)
}

// dead tells whether a unit has no power.
func (l *Line) dead(addr byte) bool { return l.on["dead"] && int(addr) == len(l.units) }

// Rate presses a key of the evaluator: 3 非常满意, 2 满意, 0 不满意, and 1 for
// nothing pressed in time. The host acknowledges with function 01.
func (l *Line) Rate(ctx context.Context, address, code int) error {
	if code < 0 || code > 3 {
		return fmt.Errorf("rating %d: want 0 to 3", code)
	}
	f := frame{byte(address), funcResult, []byte{byte(code)}}
	err := l.send(ctx, address, f, frame{f.addr, funcKey, f.data})
	if err == nil {
		l.mu.Lock()
		l.units[f.addr].prompted = false
		l.mu.Unlock()
	}
	return err
}

// send repeats a frame until it is acknowledged.
func (l *Line) send(ctx context.Context, address int, f, ack frame) error {
	l.mu.Lock()
	if address < 1 || l.units[byte(address)] == nil || address > 255 {
		l.mu.Unlock()
		return fmt.Errorf("unit %d: %w", address, ErrNoUnit)
	}
	done := make(chan struct{})
	l.waiting[ackKey(ack)] = done
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.waiting[ackKey(ack)] == done {
			delete(l.waiting, ackKey(ack))
		}
	}()
	t := time.NewTimer(0)
	defer t.Stop()
	for range repeatMost {
		if err := l.say(f); err != nil {
			return fmt.Errorf("unit %d: %w", address, err)
		}
		t.Reset(repeatAfter)
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
	return fmt.Errorf("unit %d: %w", address, ErrNoReply)
}

// noise is what an open line picks up: no frame, but parts that look like one.
var noise = []byte{0x00, 0xFF, 0x68, 0x03, 0x9C, 0xFF, 0xFF, 0x68, 0x16}

// say sends a frame of a unit.
func (l *Line) say(f frame) error {
	l.mu.Lock()
	dead := l.dead(f.addr)
	l.mu.Unlock()
	if dead {
		return nil
	}
	return l.write(f.bytes())
}

func (l *Line) write(b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.line == nil:
		return ErrNoHost
	case l.on["silent"]:
		return nil
	case l.on["half"]:
		b = b[:len(b)/2]
	case l.on["garbage"]:
		b = append(append([]byte(nil), noise...), b...)
	}
	_, err := l.line.Write(b)
	return err
}

// Raw puts bytes on the line as they are.
func (l *Line) Raw(b []byte) error { return l.write(b) }

// Set turns a fault on or off.
func (l *Line) Set(name string, on bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.on.Set(name, on); err != nil {
		return err
	}
	if name == "babble" && on != (l.babble != nil) {
		if l.babble != nil {
			l.babble()
			l.babble = nil
			return nil
		}
		ctx, stop := context.WithCancel(context.Background())
		l.babble = stop
		go l.babbling(ctx)
	}
	return nil
}

// babbling sends one key after the other as the first unit, until it is mended.
func (l *Line) babbling(ctx context.Context) {
	each := time.NewTicker(babbleEvery)
	defer each.Stop()
	codes := []byte{0x0C, 0x0D, 0x12}
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-each.C:
			_ = l.say(frame{1, funcKey, codes[i%len(codes):][:1]}) // a host that has gone hears nothing
		}
	}
}

// State is what the line shows now.
func (l *Line) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := State{Open: l.line != nil, Switches: maps.Clone(l.on), Lost: l.lost, Strange: l.strange}
	for a := 1; a <= len(l.units); a++ {
		u := l.units[byte(a)]
		s.Units = append(s.Units, Unit{Address: a, Waiting: lit(u.digits[:3]), Number: lit(u.digits[3:]), Prompted: u.prompted, Stars: u.stars, Beeps: u.beeps})
	}
	return s
}

func lit(d []byte) string {
	out := make([]byte, len(d))
	for i, b := range d {
		out[i] = ' '
		if b <= 9 {
			out[i] = '0' + b
		}
	}
	return string(out)
}
