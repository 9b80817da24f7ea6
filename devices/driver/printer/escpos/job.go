package escpos

import (
	"context"
	"errors"
	"slices"
	"strings"
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
		j.fail(ended(err), false, err)
		return err
	}
	if j.told {
		return nil
	}
	p := s.newProof()
	w, err := s.send(ctx, slices.Concat(s.clearPresenter(), j.data, p.request()), j.ctx.Done(), func() { s.look(j) })
	if err == nil && w.err == nil {
		err = s.confirm(ctx, j, p)
	}
	switch {
	case err != nil:
		if !j.told && w.n > 0 {
			s.d.setRemains(true)
		}
		j.fail(ended(err), w.n > 0, err)
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

// ended is the fault of a job that the end of the session has cut off.
func ended(err error) devices.FaultCode {
	if errors.Is(err, link.ErrSilent) || errors.Is(err, link.ErrStalled) {
		return devices.FaultSilent
	}
	return devices.FaultMissing
}

// clearPresenter is what moves a slip out of the next citizen's way that its
// owner has left in the presenter.
func (s *session) clearPresenter() []byte {
	if !s.facts.waiting {
		return nil
	}
	switch s.d.o.Profile.Presenter {
	case PresenterEjects:
		return cmdEject
	case PresenterRetracts:
		return cmdRetract
	}
	return nil
}

// prepare refuses a job that cannot be printed, while nothing has been sent.
// With a fresh status it does no I/O.
func (s *session) prepare(ctx context.Context, j *job) error {
	if !s.fresh() || !s.able() {
		if err := s.poll(ctx, nil); err != nil {
			return err
		}
		if s.missed == 1 { // one more, before a ticket is refused for one lost byte
			if err := s.poll(ctx, nil); err != nil {
				return err
			}
		}
	}
	if !s.able() || !s.fresh() && s.d.o.Profile.Realtime {
		code := s.d.Status().Trouble()
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

// breakOff notes that a job has ended before its end. Whoever puts in paper or
// closes the cover has had the remains in the hand.
func (s *session) breakOff() {
	s.unsynced, s.broken = true, true
	f := s.facts
	s.d.setRemains(!f.cover && !f.paperOut && !f.stopped)
	if s.d.Status().Ready() {
		s.publish(devices.PrinterStatus{Model: strings.Join(s.model, " "), Reason: "it has left a slip unfinished"})
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
