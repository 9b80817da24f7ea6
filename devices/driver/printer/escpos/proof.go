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

// proof is the printer's word on one job: what it was asked behind the job, and
// what counts as an answer.
//
// The answer to GS r is one byte that may be any of 64, so a printer that has
// lost its power within the job proves what it likes when it comes back with a
// stray byte. A second answer goes with it. The name of the model is best: no
// noise spells it. A printer without a name says the same byte twice.
type proof struct {
	s     *session
	id    []byte // of GS ( H, four digits
	named bool   // GS I is asked
	pair  bool   // GS r is asked twice
	begun uint64 // bytes dropped before
}

// newProof forgets the answers to the job before.
func (s *session) newProof() *proof {
	s.serial = (s.serial + 1) % 10000
	s.markers, s.marked, s.words, s.names, s.name, s.printed = 0, 0, nil, 0, "", nil
	named := len(s.model) == 2 && s.model[1] != ""
	return &proof{s: s, id: fmt.Appendf(nil, "%04d", s.serial), named: named, pair: !named && s.pairOK, begun: s.dem.dropped}
}

// request is what the printer is asked. Standing behind the cut, it is answered
// when all before it is done.
func (p *proof) request() []byte {
	var b []byte
	if !p.s.noMarker {
		b = append(b, cmdMarker...)
		p.s.markers++
		switch {
		case p.named:
			b = append(b, cmdModel...)
			p.s.names++
		case p.pair:
			b = append(b, cmdMarker...)
			p.s.markers++
		}
	}
	if p.s.idOK {
		b = append(append(b, cmdPrinted...), p.id...)
	}
	return b
}

// kind is what has been proved so far, "" for nothing. Once a status request is
// left without an answer, one must be answered well before GS r counts.
func (p *proof) kind() devices.ProofKind {
	switch s := p.s; {
	case s.idOK && bytes.Equal(s.printed, p.id):
		return devices.ProofPrinted
	case s.marked == 0 || s.missed > 0 || s.dem.dropped != p.begun:
		return ""
	case p.named && (s.names > 0 || s.name != s.model[1]):
		return ""
	case p.pair && (s.marked < 2 || s.words[0] != s.words[1]):
		return ""
	}
	return devices.ProofConsumed
}

// complete tells that the printer has said all that it can.
func (p *proof) complete() bool {
	k := p.kind()
	return k == devices.ProofPrinted || k == devices.ProofConsumed && !p.s.idOK
}

// confirm waits for the printer's word on a job that the link has taken.
func (s *session) confirm(ctx context.Context, j *job, p *proof) error {
	if j.told {
		return nil
	}
	if s.noMarker && !s.idOK {
		return s.confirmSent(ctx, j)
	}
	for end := time.Now().Add(s.d.o.Confirm); ; {
		done := func() bool { return p.complete() || s.facts.broken() != "" || j.ctx.Err() != nil }
		if err := s.wait(ctx, min(watchEvery, time.Until(end)), nil, j.ctx.Done(), done); err != nil {
			return err
		}
		switch {
		case p.complete():
			j.succeed(p.kind())
			return nil
		case s.facts.broken() != "", j.ctx.Err() != nil:
			s.look(j)
			return nil
		case !time.Now().Before(end):
			s.unconfirmed(j, p)
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
func (s *session) unconfirmed(j *job, p *proof) {
	switch {
	case p.kind() == devices.ProofConsumed:
		j.succeed(devices.ProofConsumed)
		return
	case s.dem.dropped != p.begun:
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
