package escpos

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// quietAfter ends an incomplete answer: a printer sends the bytes of one
// without a pause.
const quietAfter = 300 * time.Millisecond

// session is one Run: a goroutine that reads, one that writes, one that
// reports, and the one that decides, which alone uses the fields below.
type session struct {
	d    *Dev
	stop context.CancelCauseFunc
	over chan struct{} // closed when Run has ended

	jobs  chan *job
	next  *job // accepted, waits for a status request under way
	rx    chan []byte
	gone  chan error // the read error that ended the link
	tx    chan []byte
	wrote chan written
	news  chan devices.PrinterStatus // the newest, not yet reported

	dem     demux
	facts   facts
	at      time.Time // of the last believable answer
	heard   time.Time // of the last byte
	known   bool
	trusted bool   // the last status request was answered well
	noise   uint64 // bytes dropped when it began
	missed  int    // status requests in a row without a good answer
	expect  byte   // n of the DLE EOT that is not answered yet, 0 for none
	reports int    // ASB answers so far
	markers int    // GS r that are not answered yet
	marked  int    // GS r answers so far
	words   []byte // the answers to GS r of this job
	names   int    // GS I that are not answered yet
	model   []string
	name    string // the answer to GS I of this job
	printed []byte
	waiting time.Time // since when a slip stands in the presenter

	unsynced bool // it is not known what the printer takes our bytes for
	broken   bool // a job broke off: it may be in the middle of a picture
	noMarker bool // it answers status but no GS r: jobs are "sent"
	markerOK bool // it has answered GS r once
	pairOK   bool // it has answered two GS r at once
	idOK     bool // it has answered GS ( H once
	lived    bool // it has answered a status request on this link
	stalled  bool // the last status request did not leave
	serial   int  // of GS ( H
}

// written is the end of one write.
type written struct {
	n   int
	err error
}

func newSession(d *Dev, stop context.CancelCauseFunc) *session {
	return &session{
		d: d, stop: stop, over: make(chan struct{}),
		jobs: make(chan *job), rx: make(chan []byte), gone: make(chan error, 1),
		tx: make(chan []byte), wrote: make(chan written, 1), news: make(chan devices.PrinterStatus, 1),
		dem:      demux{kiosk: d.o.Profile.FullStatus, xonxoff: d.o.XONXOFF},
		unsynced: true, noMarker: !d.o.Profile.Marker,
	}
}

// live runs the four goroutines and returns when all have ended.
func (s *session) live(ctx context.Context, out devices.Sink) error {
	inner, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() { s.read(inner) })
	all.Go(func() { s.write(inner) })
	all.Go(func() { s.tell(inner, out) })
	err := s.serve(ctx)
	cancel()
	if s.next != nil {
		s.next.fail(devices.FaultMissing, false, err)
	}
	all.Wait()
	return err
}

func (s *session) read(ctx context.Context) {
	for ctx.Err() == nil {
		buf := make([]byte, 512)
		n, err := s.d.l.Read(buf)
		if n > 0 {
			select {
			case s.rx <- buf[:n]:
			case <-ctx.Done():
			}
		}
		if err != nil && !errors.Is(err, link.ErrTimeout) {
			s.gone <- err
			return
		}
	}
}

func (s *session) write(ctx context.Context) {
	for {
		select {
		case b := <-s.tx:
			n, err := s.d.l.Write(b)
			if err == nil && len(b) >= floodLength {
				err = s.d.l.Drain() // the time for the answer begins when the flood has left
			}
			s.wrote <- written{n, err}
		case <-ctx.Done():
			return
		}
	}
}

// tell reports each change once. What the sink did not take is offered again.
func (s *session) tell(ctx context.Context, out devices.Sink) {
	for {
		select {
		case st := <-s.news:
			for out(ctx, st) != nil {
				retry := time.NewTimer(s.d.o.Poll)
				select {
				case st = <-s.news:
				case <-retry.C:
				case <-ctx.Done():
					retry.Stop()
					return
				}
				retry.Stop()
			}
		case <-ctx.Done():
			return
		}
	}
}

func (s *session) serve(ctx context.Context) error {
	for {
		if err := s.poll(ctx, s.jobs); err != nil {
			return err
		}
		if s.next == nil && s.missed == 1 {
			continue // a lost byte, or silence: ask again at once
		}
		if s.next == nil && s.unsynced && s.able() {
			if _, err := s.sync(ctx, nil); err != nil {
				return err
			}
		}
		due := time.Now().Add(s.d.o.Poll)
		mended := func() bool { return s.broken && s.able() }
		for s.next != nil || time.Now().Before(due) && !mended() {
			if j := s.next; j != nil {
				s.next = nil
				if err := s.print(ctx, j); err != nil {
					return err
				}
				continue
			}
			if err := s.wait(ctx, time.Until(due), s.jobs, nil, func() bool { return s.next != nil || mended() }); err != nil {
				return err
			}
		}
	}
}

// wait handles what the printer says until done, for at most d. It also ends
// when a job arrives on jobs (nil: none is taken now) or cancel is closed. An
// error is the end of the session.
func (s *session) wait(ctx context.Context, d time.Duration, jobs <-chan *job, cancel <-chan struct{}, done func() bool) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for !done() {
		select {
		case b := <-s.rx:
			s.take(b)
		case err := <-s.gone:
			s.gone <- err
			return err
		case s.next = <-jobs:
			return nil
		case <-cancel:
			return nil
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// send writes and waits until the link has taken the bytes. watch is called
// after each thing that the printer says meanwhile. An error of the write ends
// the session, unless the printer merely takes nothing.
func (s *session) send(ctx context.Context, b []byte, cancel <-chan struct{}, watch func()) (written, error) {
	s.setBusy(true)
	defer s.setBusy(false)
	select {
	case s.tx <- b:
	case <-ctx.Done():
		return written{}, context.Cause(ctx)
	}
	for {
		select {
		case w := <-s.wrote:
			if w.err != nil && !errors.Is(w.err, link.ErrStalled) {
				return w, w.err
			}
			return w, nil
		case b := <-s.rx:
			s.take(b)
		case <-cancel:
			cancel = nil
		case <-ctx.Done():
			w := <-s.wrote // bounded by the link
			return w, context.Cause(ctx)
		}
		if watch != nil {
			watch()
		}
	}
}

func (s *session) setBusy(busy bool) {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	s.d.busy = busy
}

// take handles bytes of the printer.
func (s *session) take(b []byte) {
	now := time.Now()
	if now.Sub(s.heard) > quietAfter {
		s.dem.quiet()
	}
	s.heard = now
	for _, c := range b {
		s.dem.feed(c, s.handle)
	}
	s.d.mu.Lock()
	s.d.drops = s.dem.dropped
	s.d.mu.Unlock()
}

func (s *session) handle(a answer) {
	switch a.kind {
	case realtime:
		if s.expect != 0 && s.expect != 20 { // else a picture contained a request, or it is too late
			s.facts.realtime(s.expect, a.data[0])
			s.expect = 0
		}
	case fullStatus:
		s.facts.full(a.data)
		if s.expect == 20 {
			s.expect = 0
		}
	case automatic:
		if !s.d.o.Profile.ASB {
			s.dem.dropped += 4
			return
		}
		s.facts.automatic(a.data)
		s.reports++
		if s.clean() || !s.d.o.Profile.Realtime {
			s.believe()
		}
	case marker:
		if s.markers == 0 {
			s.dem.dropped++
			return
		}
		s.markers--
		s.marked++
		s.words = append(s.words, a.data[0])
		s.facts.marker(a.data[0])
	case block:
		switch {
		case a.data[0] == 0x37 && len(a.data) == 6 && a.data[1] == 0x22:
			s.printed = append([]byte(nil), a.data[2:]...)
		case a.data[0] == 0x5f && s.names > 0:
			s.names--
			s.name = strings.TrimSpace(string(a.data[1:]))
			if len(s.model) < 2 {
				s.model = append(s.model, s.name)
			}
		}
	}
}

// poll asks for the whole status. It ends early when a job arrives: the answer
// under way is taken as it comes.
func (s *session) poll(ctx context.Context, jobs <-chan *job) error {
	p := s.d.o.Profile
	if !p.Realtime {
		return s.pollPort()
	}
	requests := []byte{1, 2, 3, 4}
	if p.FullStatus {
		requests = append(requests, 20)
	}
	before := s.clean()
	s.trusted, s.noise = true, s.dem.dropped
	for _, n := range requests {
		ok, err := s.ask(ctx, n, jobs)
		if err != nil || s.next != nil {
			s.trusted = before
			return err
		}
		if !ok || !s.clean() {
			return s.miss(ctx)
		}
	}
	if s.missed > 1 || !s.known {
		s.unsynced = true // it was away: switched off perhaps, and has forgotten GS a
	}
	s.missed, s.lived = 0, true
	s.believe()
	return nil
}

// ask sends DLE EOT n and waits for its answer.
func (s *session) ask(ctx context.Context, n byte, jobs <-chan *job) (bool, error) {
	answered := func() bool { return s.expect == 0 }
	if err := s.wait(ctx, s.d.o.Answer, jobs, nil, answered); err != nil || s.next != nil || !answered() {
		return false, err
	}
	s.expect = n // the answer may come before the write returns
	request := []byte{0x10, 0x04, n}
	if s.unsynced {
		request = append(make([]byte, headLength), request...)
	}
	w, err := s.send(ctx, request, nil, nil)
	if s.stalled = w.err != nil; err != nil || s.stalled {
		return false, err
	}
	if err := s.wait(ctx, s.d.o.Answer, jobs, nil, func() bool { return answered() || s.next != nil }); err != nil || s.next != nil {
		return false, err
	}
	return answered(), nil
}

// miss counts a status request that was not answered, or among noise. One may
// be bad luck, unless the link did not take it; after the second the printer's
// state is not known. When the printer stays silent the link is given up: a
// connection whose other end is gone without a word looks the same.
func (s *session) miss(ctx context.Context) error {
	s.missed++
	if s.stalled {
		s.missed++
	}
	s.trusted = false
	if s.missed > 1 {
		s.known = false
		reason := "no answer"
		if noise := s.dem.dropped - s.noise; noise > 0 {
			reason = fmt.Sprintf("answers that cannot be read (%d bytes)", noise)
		}
		s.publish(devices.PrinterStatus{Reason: reason})
	}
	// A late answer must not be taken for that of the next request.
	err := s.wait(ctx, s.d.o.Answer, nil, nil, func() bool { return false })
	s.expect = 0
	s.dem.quiet()
	if quiet := time.Since(s.heard); err == nil && s.lived && s.missed > 1 && quiet >= s.d.o.Silence {
		err = fmt.Errorf("%s: no answer for %s: %w", s.d, quiet.Round(time.Second), link.ErrSilent)
	}
	return err
}

// pollPort serves a printer without status: its USB port knows a little.
func (s *session) pollPort() error {
	port, ok := s.d.l.(link.PrinterPort)
	if ok {
		st, err := port.PortStatus()
		if err != nil {
			return err
		}
		s.facts.offline, s.facts.paperOut = !st.Selected, st.PaperOut
	}
	s.believe()
	if !ok {
		st := s.facts.status(false)
		st.Known, st.At, st.Paper = true, s.at, devices.PaperUnknown
		s.publish(st)
	}
	return nil
}
