package escpos

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/image/font"

	"hallward/devices"
	"hallward/devices/link"
)

// The commands that the driver sends beside the text of a slip. The codec in
// encode.go has those of a slip.
var (
	cmdInit    = []byte{0x1b, '@'}       // clears modes and line buffer, not the receive buffer
	cmdASB     = []byte{0x1d, 'a', 0xff} // report every change, and the state now
	cmdHanzi   = []byte{0x1c, '&'}       // double-byte characters on
	cmdMarker  = []byte{0x1d, 'r', 1}    // answered when all before it is processed
	cmdMaker   = []byte{0x1d, 'I', 0x42} // answered with 5F, the name, 00; so is the model
	cmdModel   = []byte{0x1d, 'I', 0x43}
	cmdEject   = []byte{0x1d, 'e', 5}                          // of kiosk modules: what stands in the presenter falls out
	cmdRetract = []byte{0x1d, 'e', 2}                          // or goes back into the cabinet
	cmdRecover = []byte{0x10, 0x05, 2}                         // real time: leave an error, clear buffers
	cmdClear   = []byte{0x10, 0x14, 8, 1, 3, 0x14, 1, 6, 2, 8} // real time: clear buffers
	cmdPrinted = []byte{0x1d, '(', 'H', 6, 0, '0', '0'}        // and four characters, sent back after printing
)

// floodLength is how many NULs bring a printer out of an unfinished picture:
// no strip has more bytes.
const floodLength = 8192

// headLength is how many NULs complete the head of any command that a job broke
// off in, with a length of nothing. Without them the first status request would
// do that, and make a picture of a megabyte out of it.
const headLength = 8

// Opts are the settings of a printer. The zero value of each is its default.
type Opts struct {
	Profile Profile       // the zero value is the profile "80mm"
	Face    font.Face     // draws lines with characters that the printer does not have; nil leaves boxes
	Poll    time.Duration // between two status requests, 2 s
	Answer  time.Duration // for the printer to answer a status request, 500 ms
	Confirm time.Duration // for the printer to confirm a job that it has taken, 10 s
	Silence time.Duration // of a printer that has answered before, until Run gives up the link, 15 s
	Left    time.Duration // that a slip stands in the presenter until its owner counts as gone, 60 s
	XONXOFF bool          // the line has software flow control
}

// Dev is one printer on one link.
type Dev struct {
	l link.Link
	o Opts

	mu     sync.Mutex
	status devices.PrinterStatus
	busy   bool // a write is under way: the printer cannot be asked
	run    *session
	drops  uint64
	torn   bool // a slip broke off, and its remains may hang in the printer
}

var _ devices.Device = (*Dev)(nil)

// New makes a driver for the printer on a link. It does no I/O. A setting that
// cannot be is an error.
func New(l link.Link, o *Opts) (*Dev, error) {
	d := &Dev{l: l}
	if o != nil {
		d.o = *o
	}
	if d.o.Profile == (Profile{}) {
		d.o.Profile, _ = Lookup("80mm")
	}
	if err := d.o.Profile.check(); err != nil {
		return nil, err
	}
	for _, t := range []struct {
		value   *time.Duration
		name    string
		missing time.Duration
	}{
		{&d.o.Poll, "poll", 2 * time.Second}, {&d.o.Answer, "answer", 500 * time.Millisecond}, {&d.o.Confirm, "confirm", 10 * time.Second},
		{&d.o.Silence, "silence", 15 * time.Second}, {&d.o.Left, "left", time.Minute},
	} {
		if *t.value == 0 {
			*t.value = t.missing
		}
		if *t.value < 0 {
			return nil, fmt.Errorf("escpos: %s: %s, want a time above 0", t.name, *t.value)
		}
	}
	return d, nil
}

// String names the printer and its port.
func (d *Dev) String() string { return "escpos(" + d.l.String() + ")" }

// errStopped is what Halt makes Run return.
var errStopped = errors.New("escpos: stopped")

// Run keeps the printer's status fresh and prints, until ctx ends or the link
// dies. A link on which the printer has answered and then falls silent
// (link.ErrSilent), or on which half a job waits that must not come out later
// (link.ErrStalled), counts as dead: whoever opens it anew finds the printer
// again. Run hands every change of the status to out. It does not close the
// link.
func (d *Dev) Run(ctx context.Context, out devices.Sink) error {
	ctx, stop := context.WithCancelCause(ctx)
	s := newSession(d, stop)
	d.mu.Lock()
	if d.run != nil {
		d.mu.Unlock()
		stop(nil)
		return fmt.Errorf("%s: is running already", d)
	}
	d.run = s
	d.mu.Unlock()

	err := s.live(ctx, out)

	d.mu.Lock()
	d.run = nil
	d.busy = false
	d.status = devices.PrinterStatus{Model: d.status.Model, Reason: err.Error()}
	d.mu.Unlock()
	close(s.over)
	return err
}

// Halt stops Run and leaves the printer with empty buffers where it can.
func (d *Dev) Halt() error {
	d.mu.Lock()
	s := d.run
	d.mu.Unlock()
	if s != nil {
		s.stop(errStopped)
		<-s.over
	}
	var empty []byte
	if d.o.Profile.Clear {
		empty = append(empty, cmdClear...)
	}
	if _, err := d.l.Write(append(empty, cmdInit...)); err != nil {
		return fmt.Errorf("%s: halt: %w", d, err)
	}
	return d.l.Drain()
}

var _ devices.Heir = (*Dev)(nil)

// Inherit learns from the driver that had the port before whether it left half
// a slip in the printer, which then comes out by itself before the next one.
func (d *Dev) Inherit(before devices.Device) {
	if b, ok := before.(*Dev); ok && b.hasRemains() {
		d.setRemains(true)
	}
}

func (d *Dev) hasRemains() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.torn
}

func (d *Dev) setRemains(torn bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.torn = torn
}

// Drops is how many bytes of the printer made no sense since the start.
func (d *Dev) Drops() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.drops
}

var _ devices.Printer = (*Dev)(nil)

// Status is what the printer last said, without any I/O. It is not Known when
// that was too long ago. A printer whose profile has no status at all counts
// as ready while its link is up.
func (d *Dev) Status() devices.PrinterStatus {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.status
	if s.Known && !d.busy && time.Since(s.At) > d.stale() {
		s.Known = false
		s.Reason = "no answer since " + s.At.Format(time.TimeOnly)
	}
	return s
}

// stale is how old a status may be to be believed: two requests may get lost.
func (d *Dev) stale() time.Duration { return 3*d.o.Poll + 4*d.o.Answer }

// Print sends one document in one piece and waits for the printer's word. It
// refuses before the first byte when the printer says that it cannot print.
// The error is always a *devices.PrintError: with Maybe, bytes have left, and
// paper may have come out.
//
// Printing takes place in Run: without it, Print fails at once.
func (d *Dev) Print(ctx context.Context, doc devices.Document) (devices.Proof, error) {
	data, err := encode(doc, d.o.Profile, d.o.Face)
	if err != nil {
		return devices.Proof{}, &devices.PrintError{Code: devices.FaultRejected, Err: err}
	}
	d.mu.Lock()
	s := d.run
	d.mu.Unlock()
	if s == nil {
		return devices.Proof{}, &devices.PrintError{Code: devices.FaultMissing, Err: fmt.Errorf("%s: not running", d)}
	}
	j := &job{ctx: ctx, data: data, result: make(chan outcome, 1)}
	select {
	case s.jobs <- j:
	case <-s.over:
		return devices.Proof{}, &devices.PrintError{Code: devices.FaultMissing, Err: fmt.Errorf("%s: has ended", d)}
	case <-ctx.Done():
		return devices.Proof{}, &devices.PrintError{Code: devices.FaultOffline, Err: ctx.Err()}
	}
	o := <-j.result
	if o.err != nil {
		return devices.Proof{}, o.err
	}
	return o.proof, nil
}
