package ff68

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"hallward/devices"
)

// line is what one Run knows of the units, all in one goroutine.
type line struct {
	dev    *Dev
	ctx    context.Context
	out    devices.Sink
	err    error // ends Run: an acknowledgement could not be written
	dec    Decoder
	last   time.Time // of the last byte
	ticked time.Time
	units  map[byte]*unit
	faults devices.UnitFaults

	window  time.Time // begin of the noise window
	noise   uint64    // Drops of the decoder then
	counted uint64    // Drops of the decoder that are in the device's own
}

// unit is one address.
type unit struct {
	pressed run // of keys
	rated   run // of results
	held    *held
	deaf    time.Time // results are ignored until then: the citizen is asked again
	tokens  float64   // for the rate limit
	filled  time.Time
	tooMany time.Time // the last frame beyond the rate
	muted   time.Time // until then it babbles: nothing new is taken from it
}

// run is a series of equal frames from one unit: a press with its repeats, or
// a key that is held down.
type run struct {
	frame       Frame
	first, last time.Time
	stored      bool
}

// held is a rating that waits for Together to pass.
type held struct {
	frame Frame
	level int
	at    time.Time
}

func newLine(d *Dev, ctx context.Context, out devices.Sink) *line {
	now := time.Now()
	return &line{dev: d, ctx: ctx, out: out, last: now, ticked: now, window: now, units: map[byte]*unit{}}
}

func (l *line) feed(c chunk) {
	if l.dec.Pending() && c.at.Sub(l.last) > GapAfter {
		l.dec.Gap(func(f Frame) { l.frame(f, l.last) })
	}
	l.last = c.at
	l.dec.Feed(c.p, func(f Frame) { l.frame(f, c.at) })
	l.count()
}

// count adds the decoder's drops to the device's.
func (l *line) count() {
	l.dev.drops.Add(l.dec.Drops - l.counted)
	l.counted = l.dec.Drops
}

func (l *line) frame(f Frame, at time.Time) {
	if l.err != nil || l.dev.echo(f, at) {
		return
	}
	if !l.dev.known(f.Addr) {
		l.dev.drops.Add(1)
		return
	}
	u := l.units[f.Addr]
	if u == nil {
		u = &unit{tokens: Burst, filled: at}
		l.units[f.Addr] = u
	}
	l.dev.heard(f.Addr)
	l.fault(devices.FaultSilent, f.Addr, "", false, at)
	ok := false
	if f.Func == funcResult {
		ok = l.result(u, f, at)
	} else {
		ok = l.key(u, f, at)
	}
	if !ok {
		l.dev.drops.Add(1)
	}
}

// repeats notes a frame and tells whether it is one more of a press that is
// stored already.
func (r *run) repeats(f Frame, at time.Time) bool {
	if !r.same(f) || at.Sub(r.last) > Repeat {
		*r = run{frame: f, first: at, last: at}
		return false
	}
	r.last = at
	return r.stored
}

func (r *run) same(f Frame) bool { return r.frame.Func == f.Func && bytes.Equal(r.frame.Data, f.Data) }

// keep notes that the press is on disk.
func (r *run) keep(f Frame, at time.Time) {
	if r.same(f) {
		r.stored, r.first = true, at
	}
}

// allowed is the rate limit of a unit. One that goes on sending new presses
// beyond it babbles, and nobody presses so fast: until it has been calm for a
// while nothing new is taken from it. A key that is held repeats itself, and that
// is no babbling.
func (l *line) allowed(u *unit, f Frame, again bool, at time.Time) bool {
	u.tokens = min(Burst, u.tokens+at.Sub(u.filled).Seconds()*Rate)
	u.filled = at
	if u.tokens >= 1 {
		u.tokens--
		return again || !at.Before(u.muted)
	}
	u.tooMany = at
	if !again {
		u.muted = at.Add(calm)
	}
	l.fault(devices.FaultGarbled, f.Addr, "sends too much", true, at)
	return false
}

// key passes a key on and acknowledges it when it is stored.
func (l *line) key(u *unit, f Frame, at time.Time) bool {
	press, ok := pressOf(f, at)
	if !ok {
		return false
	}
	again := u.pressed.repeats(f, at)
	if !l.allowed(u, f, again, at) {
		return false
	}
	if !again {
		if err := l.out(l.ctx, press); err != nil {
			return true // understood, not stored: the pad repeats it
		}
		u.pressed.keep(f, at)
	}
	l.acknowledge(f.Addr, f.Func, f.Data)
	return true
}

// pressOf reads a key's frame: its last byte is the key, what stands before it
// was typed.
func pressOf(f Frame, at time.Time) (devices.KeyPress, bool) {
	n := len(f.Data)
	if n == 0 || n > 1+maxDigits {
		return devices.KeyPress{}, false
	}
	p := devices.KeyPress{Unit: int(f.Addr), Key: devices.KeyOther, Code: f.Data[n-1], At: at}
	if k, ok := confirmed[f.Data[0]]; ok && n == 2 && p.Code == dataConfirm {
		p.Key, p.Code = k, f.Data[0]
		return p, true
	}
	for _, b := range f.Data[:n-1] {
		if b > 9 {
			return devices.KeyPress{}, false
		}
		p.Digits += string(rune('0' + b))
	}
	if k, ok := keys[p.Code]; ok {
		p.Key = k
	}
	return p, true
}

// result holds a rating for a moment, to see whether it is the only one.
func (l *line) result(u *unit, f Frame, at time.Time) bool {
	if len(f.Data) != 1 {
		return false
	}
	level, ok := l.dev.opts.Levels[int(f.Data[0])]
	if !ok {
		return false
	}
	if u.held != nil && u.held.frame.Data[0] != f.Data[0] {
		return l.two(u, held{f, level, at})
	}
	again := u.rated.repeats(f, at)
	if !l.allowed(u, f, again, at) {
		return false
	}
	switch {
	case again, at.Before(u.deaf):
		l.acknowledge(f.Addr, funcKey, f.Data)
	case u.held == nil:
		u.held = &held{f, level, at}
	}
	return true
}

// two settles a second rating beside one that is held. "Nothing pressed"
// gives way to a key; of two keys neither is guessed, the citizen is asked
// again (R-KEY-15).
func (l *line) two(u *unit, second held) bool {
	first := *u.held
	if !l.allowed(u, second.frame, false, second.at) {
		return false
	}
	switch {
	case second.level == 0:
		l.acknowledge(second.frame.Addr, funcKey, second.frame.Data)
		return true
	case first.level == 0:
		l.acknowledge(first.frame.Addr, funcKey, first.frame.Data)
		u.held = &second
		u.rated = run{frame: second.frame, first: second.at, last: second.at}
		return true
	}
	u.held = nil
	u.rated = run{}
	u.deaf = second.at.Add(Together)
	l.acknowledge(first.frame.Addr, funcKey, first.frame.Data)
	l.acknowledge(second.frame.Addr, funcKey, second.frame.Data)
	if l.err == nil {
		l.err = l.dev.Prompt(l.ctx, int(first.frame.Addr))
	}
	return true
}

// settle passes on the rating that was held, and acknowledges it when it is
// stored.
func (l *line) settle(u *unit) {
	h := u.held
	u.held = nil
	score := devices.Score{
		Unit: int(h.frame.Addr), Level: h.level,
		Code: int(h.frame.Data[0]), Scale: l.dev.opts.Scale, At: h.at,
	}
	if err := l.out(l.ctx, score); err != nil {
		return // the pad repeats it
	}
	u.rated.keep(h.frame, h.at)
	l.acknowledge(h.frame.Addr, funcKey, h.frame.Data)
}

func (l *line) acknowledge(addr, function byte, data []byte) {
	if l.err == nil {
		l.err = l.dev.send(l.ctx, int(addr), function, data...)
	}
}

// tick does what time has made due.
func (l *line) tick(now time.Time) {
	l.ticked = now
	if l.dec.Pending() && now.Sub(l.last) > GapAfter {
		l.dec.Gap(func(f Frame) { l.frame(f, l.last) })
		l.count()
	}
	for addr, u := range l.units {
		if u.held != nil && now.Sub(u.held.at) >= Together {
			l.settle(u)
		}
		l.stuck(u, addr, now)
		if now.Sub(u.tooMany) > calm && l.faults.Has(devices.FaultGarbled, name(addr)) {
			l.fault(devices.FaultGarbled, addr, "", false, now)
		}
	}
	for _, addr := range l.dev.silent() {
		l.fault(devices.FaultSilent, addr, "answers no prompt", true, now)
	}
	if now.Sub(l.window) >= noiseWindow {
		l.listen(now)
	}
}

// stuck finds a press that does not end (R-KEY-14).
func (l *line) stuck(u *unit, addr byte, now time.Time) {
	for _, r := range []run{u.pressed, u.rated} {
		if r.stored && r.last.Sub(r.first) >= Held && now.Sub(r.last) <= Repeat {
			l.fault(devices.FaultStuck, addr, fmt.Sprintf("sends %X again and again", r.frame.Data), true, now)
			return
		}
	}
	l.fault(devices.FaultStuck, addr, "", false, now)
}

// listen judges the noise of the window that has ended.
func (l *line) listen(now time.Time) {
	noise := l.dec.Drops - l.noise
	l.window, l.noise = now, l.dec.Drops
	switch {
	case noise >= noiseFault:
		l.report(devices.FaultGarbled, "line", "noise", true, now)
	case noise <= noiseOver:
		l.report(devices.FaultGarbled, "line", "", false, now)
	}
}

// next is when tick has something to do.
func (l *line) next() time.Time {
	due := l.ticked.Add(time.Second)
	if l.dec.Pending() {
		due = earlier(due, l.last.Add(GapAfter+time.Millisecond))
	}
	for _, u := range l.units {
		if u.held != nil {
			due = earlier(due, u.held.at.Add(Together))
		}
	}
	return due
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func name(addr byte) string { return fmt.Sprintf("unit %d", addr) }

func (l *line) fault(code devices.FaultCode, addr byte, detail string, on bool, at time.Time) {
	l.report(code, name(addr), detail, on, at)
}

// report hands a change of a fault to the sink. The host keeps it when it
// cannot be stored now.
func (l *line) report(code devices.FaultCode, unit, detail string, on bool, at time.Time) {
	if f, changed := l.faults.Set(code, unit, detail, on, at); changed {
		_ = l.out(l.ctx, f)
	}
}
