package escpos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// Times of a job.
const (
	syncLimit  = 10 * time.Second       // to bring a printer back that a broken job left behind
	syncAnswer = time.Second            // for it to answer one attempt
	syncTries  = 3                      // before a printer counts as one that answers no GS r
	watchEvery = 500 * time.Millisecond // status requests while a job prints
)

// job is one document on its way.
type job struct {
	ctx    context.Context
	data   []byte
	result chan outcome
	told   bool
}

type outcome struct {
	proof devices.Proof
	err   *devices.PrintError
}

// fail and succeed answer the caller of Print; the first answer counts.
func (j *job) fail(code devices.FaultCode, maybe bool, err error) {
	j.answer(outcome{err: &devices.PrintError{Code: code, Maybe: maybe, Err: err}})
}

func (j *job) succeed(kind devices.ProofKind) {
	j.answer(outcome{proof: devices.Proof{Kind: kind, At: time.Now()}})
}

func (j *job) answer(o outcome) {
	if !j.told {
		j.told = true
		j.result <- o
	}
}

// print carries one job through. An error is the end of the session; the
// job's own failure goes to its caller.
func (s *session) print(ctx context.Context, j *job) error {
	if err := s.prepare(ctx, j); err != nil {
		j.fail(devices.FaultMissing, false, err)
		return err
	}
	if j.told {
		return nil
	}
	begun := s.dem.dropped
	s.markers, s.marked, s.printed = 0, 0, nil
	id := s.nextID()
	w, err := s.send(ctx, s.withProof(j.data, id), j.ctx.Done(), func() { s.look(j) })
	if err == nil && w.err == nil {
		err = s.confirm(ctx, j, id, begun)
	}
	switch {
	case err != nil:
		j.fail(devices.FaultMissing, w.n > 0, err)
	case w.err != nil:
		code := s.facts.broken()
		if code == "" {
			code = devices.FaultOffline
		}
		j.fail(code, w.n > 0, w.err)
		s.breakOff()
	}
	if err == nil && s.broken {
		err = s.forget(ctx)
	}
	return err
}

// prepare refuses a job that cannot be printed, while nothing has been sent.
// With a fresh status it does no I/O.
func (s *session) prepare(ctx context.Context, j *job) error {
	if !s.fresh() || !s.d.Status().Ready() {
		if err := s.poll(ctx, nil); err != nil {
			return err
		}
		if s.missed == 1 { // one more, before a ticket is refused for one lost byte
			if err := s.poll(ctx, nil); err != nil {
				return err
			}
		}
	}
	if st := s.d.Status(); !st.Ready() || !s.fresh() && s.d.o.Profile.Realtime {
		code := st.Trouble()
		if code == "" {
			code = devices.FaultSilent
		}
		j.fail(code, false, nil)
		return nil
	}
	if s.unsynced {
		ok, err := s.sync(ctx, j.ctx.Done())
		if err != nil {
			return err
		}
		if !ok {
			j.fail(devices.FaultGarbled, false, errors.New("the printer does not come out of an earlier job"))
		}
	}
	if err := j.ctx.Err(); err != nil {
		j.fail(devices.FaultOffline, false, err)
	}
	return nil
}

// withProof adds what the printer is to answer when it is through.
func (s *session) withProof(data, id []byte) []byte {
	b := bytes.Clone(data)
	if !s.noMarker {
		b = append(b, cmdMarker...)
		s.markers++
	}
	if s.idOK {
		b = append(append(b, cmdPrinted...), id...)
	}
	return b
}

// nextID is the next name of a job for GS ( H, four digits.
func (s *session) nextID() []byte {
	s.serial = (s.serial + 1) % 10000
	return fmt.Appendf(nil, "%04d", s.serial)
}

// look ends a job early for its caller when the printer reports a fault, or
// when the caller has gone. The bytes go on to the link's end: a job that
// breaks off within a command costs the next ticket.
func (s *session) look(j *job) {
	if code := s.facts.broken(); code != "" {
		j.fail(code, true, nil)
		s.breakOff()
	} else if err := j.ctx.Err(); err != nil {
		j.fail(devices.FaultSilent, true, err)
		s.breakOff()
	}
}

func (s *session) breakOff() { s.unsynced, s.broken = true, true }

// confirm waits for the printer's word on a job that the link has taken.
func (s *session) confirm(ctx context.Context, j *job, id []byte, begun uint64) error {
	if j.told {
		return nil
	}
	if s.noMarker && !s.idOK {
		return s.confirmSent(ctx, j)
	}
	kind := devices.ProofKind("")
	// The answer to GS r is one byte that may be any of 64, so a printer that
	// has lost its power within the job proves what it likes when it comes back
	// with noise. Once a status request is left without an answer, one must be
	// answered well before the byte counts.
	proven := func() bool {
		kind = ""
		if s.idOK && bytes.Equal(s.printed, id) {
			kind = devices.ProofPrinted
		} else if s.marked > 0 && s.missed == 0 && s.dem.dropped == begun {
			kind = devices.ProofConsumed
		}
		return kind == devices.ProofPrinted || kind == devices.ProofConsumed && !s.idOK
	}
	for end := time.Now().Add(s.d.o.Confirm); ; {
		done := func() bool { return proven() || s.facts.broken() != "" || j.ctx.Err() != nil }
		if err := s.wait(ctx, min(watchEvery, time.Until(end)), nil, j.ctx.Done(), done); err != nil {
			return err
		}
		switch {
		case proven():
			j.succeed(kind)
			return nil
		case s.facts.broken() != "", j.ctx.Err() != nil:
			s.look(j)
			return nil
		case !time.Now().Before(end):
			s.unconfirmed(j, kind, s.dem.dropped != begun)
			return nil
		}
		if s.d.o.Profile.Realtime {
			if err := s.poll(ctx, nil); err != nil {
				return err
			}
		}
	}
}

// unconfirmed ends a job that was not confirmed in time. A printer that has
// consumed all of it but never said "printed" has at least done that.
func (s *session) unconfirmed(j *job, kind devices.ProofKind, noise bool) {
	switch {
	case kind == devices.ProofConsumed:
		j.succeed(kind)
		return
	case noise:
		j.fail(devices.FaultGarbled, true, errors.New("the answers cannot be read"))
	case s.facts.hot:
		j.fail(devices.FaultHot, true, nil)
	case s.facts.offline:
		j.fail(devices.FaultOffline, true, nil)
	default:
		j.fail(devices.FaultSilent, true, fmt.Errorf("no confirmation within %s", s.d.o.Confirm))
	}
	s.breakOff()
}

// confirmSent serves a printer that confirms nothing: all bytes have left, and
// its status, if it has one, is still good.
func (s *session) confirmSent(ctx context.Context, j *job) error {
	if err := s.d.l.Drain(); err != nil {
		if !errors.Is(err, link.ErrStalled) {
			return err
		}
		j.fail(devices.FaultOffline, true, err)
		s.breakOff()
		return nil
	}
	if s.d.o.Profile.Realtime {
		if err := s.poll(ctx, nil); err != nil {
			return err
		}
	}
	if s.look(j); !j.told {
		j.succeed(devices.ProofSent)
	}
	return nil
}

// forget makes the printer drop what is left of a broken job, so that it does
// not come out when somebody puts in paper.
func (s *session) forget(ctx context.Context) error {
	var b []byte
	if s.d.o.Profile.Clear {
		b = append(b, cmdClear...)
	}
	if s.d.o.Profile.Realtime && (s.facts.cutter || s.facts.jam) {
		b = append(b, cmdRecover...)
	}
	if b == nil {
		return nil
	}
	_, err := s.send(ctx, b, nil, nil)
	return err
}

// sync makes sure that the printer takes the next byte for a command. After a
// broken job it may be in the middle of a picture: NULs fill that up, and mean
// nothing outside. Whether that has worked shows in an answer to GS r or GS a,
// which are executed in their turn.
func (s *session) sync(ctx context.Context, cancel <-chan struct{}) (bool, error) {
	p := s.d.o.Profile
	end := time.Now().Add(syncLimit)
	flood := s.broken
	for try := 1; ; try++ {
		marked, reports := s.marked, s.reports
		s.printed = nil
		w, err := s.send(ctx, s.greeting(flood), nil, nil)
		if err != nil {
			return false, err
		}
		if w.err == nil && !p.ASB && s.noMarker {
			s.unsynced, s.broken = false, false
			return true, nil
		}
		answered := func() bool {
			if s.noMarker {
				return s.reports > reports
			}
			return s.marked > marked
		}
		if err := s.wait(ctx, min(syncAnswer, time.Until(end)), nil, cancel, answered); err != nil {
			return false, err
		}
		if answered() {
			return true, s.settle(ctx)
		}
		if !s.noMarker && !s.markerOK && try == syncTries {
			s.noMarker = true // it takes DLE EOT and ignores GS r: a clone on USB or TCP
			if s.reports > 0 || !p.ASB {
				return true, s.settle(ctx)
			}
		}
		flood = true
		if !time.Now().Before(end) || closed(cancel) {
			return false, nil
		}
	}
}

// greeting is what sync sends.
func (s *session) greeting(flood bool) []byte {
	var b []byte
	if flood {
		b = make([]byte, floodLength)
	}
	b = append(b, cmdInit...)
	if s.d.o.Profile.ASB {
		b = append(b, cmdASB...)
	}
	if !s.noMarker {
		b = append(b, cmdMarker...)
		s.markers++
	}
	if s.d.o.Profile.ProcessID {
		b = append(append(b, cmdPrinted...), "----"...)
	}
	if s.d.o.Profile.Identify && len(s.model) == 0 {
		b = append(append(b, cmdMaker...), cmdModel...)
	}
	return b
}

// settle waits until all that was asked has been answered, so that no late
// answer is taken for that of the next job.
func (s *session) settle(ctx context.Context) error {
	p := s.d.o.Profile
	complete := func() bool {
		return s.markers == 0 && (!p.ProcessID || s.printed != nil) && (!p.Identify || len(s.model) == 2)
	}
	for last := -1; last != s.marked && !complete(); {
		last = s.marked
		quiet := quietAfter
		if s.markers > 0 { // what has come was for an earlier job: the printer is still in the flood
			quiet = syncAnswer
		}
		if err := s.wait(ctx, quiet, nil, nil, complete); err != nil {
			return err
		}
	}
	s.markerOK = s.markerOK || s.marked > 0
	s.idOK = s.idOK || bytes.Equal(s.printed, []byte("----"))
	s.markers = 0
	s.unsynced, s.broken = false, false
	s.believe()
	return nil
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
