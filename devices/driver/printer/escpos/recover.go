package escpos

import (
	"bytes"
	"context"
	"time"

	"hallward/devices/link"
)

// forget makes link and printer drop what is left of a broken job, so that it
// does not come out when somebody puts in paper or plugs in the line. An error
// is the end of the session: some links forget only when they are closed.
func (s *session) forget(ctx context.Context) error {
	if l, ok := s.d.l.(link.Discarder); ok {
		if _, err := l.Discard(); err != nil {
			return err
		}
	}
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
			return true, s.cutRemains(ctx)
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
	b := make([]byte, headLength)
	if flood {
		b = make([]byte, headLength+floodLength)
	}
	b = append(b, cmdInit...)
	if s.d.o.Profile.ASB {
		b = append(b, cmdASB...)
	}
	if !s.noMarker {
		b = append(append(b, cmdMarker...), cmdMarker...)
		s.markers += 2
	}
	if s.d.o.Profile.ProcessID {
		b = append(append(b, cmdPrinted...), "----"...)
	}
	if s.d.o.Profile.Identify && len(s.model) == 0 {
		b = append(append(b, cmdMaker...), cmdModel...)
		s.names += 2
	}
	return b
}

// settle waits until all that was asked has been answered, so that no late
// answer is taken for that of the next job.
func (s *session) settle(ctx context.Context) error {
	p := s.d.o.Profile
	complete := func() bool {
		return s.markers == 0 && (!p.ProcessID || s.printed != nil) && s.names == 0
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
	s.pairOK = s.pairOK || s.marked > 1 && s.markers == 0
	s.idOK = s.idOK || bytes.Equal(s.printed, []byte("----"))
	s.markers, s.names = 0, 0
	s.unsynced, s.broken = false, false
	s.believe()
	return s.cutRemains(ctx)
}

// cutRemains separates what hangs in the printer of a slip that broke off: half
// a number above the next citizen's slip would be taken for a part of it.
func (s *session) cutRemains(ctx context.Context) error {
	if !s.d.hasRemains() {
		return nil
	}
	w, err := s.send(ctx, s.d.o.Profile.cut(), nil, nil)
	if w.err == nil {
		s.d.setRemains(false)
	}
	return err
}
