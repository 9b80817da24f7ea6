package samv

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// session is one Run. A single goroutine writes, reads and waits.
type session struct {
	dev *Dev
	ctx context.Context
	out devices.Sink
	dec Decoder
	buf []byte

	counted uint64 // Drops of the decoder that are in the device's own
	stray   uint64 // frames that nobody waited for

	started bool // the SAM was reset and is well
	misses  int  // commands in a row without a good answer
	noProbe bool
	lying   bool      // a card was read and has not been taken away
	since   time.Time // it lies there
	absent  int       // probes in a row that found no card
	unread  time.Time // the last CardUnread
	faults  map[devices.FaultCode]bool
}

func (s *session) serve() error {
	s.noProbe = s.dev.opts.Quirks.NoProbe
	for {
		err := s.round()
		if err != nil && !errors.Is(err, errSilent) && !errors.Is(err, errGarbled) {
			return err
		}
		if err := s.listen(s.dev.opts.Poll); err != nil {
			return err
		}
	}
}

// round is one look at the reader.
func (s *session) round() error {
	switch {
	case !s.started:
		return s.start()
	case s.lying && s.noProbe:
		if time.Since(s.since) < HoldFor {
			return nil
		}
		s.gone()
	case s.lying:
		return s.watch()
	}
	return s.seek()
}

// start brings the SAM into a known state and asks who it is.
func (s *session) start() error {
	for _, c := range []command{reset, status} {
		sw, err := s.do(c, nil)
		if err != nil {
			return err
		}
		if sw != swDone {
			s.fault(devices.FaultBroken, fmt.Sprintf("%s: the reader says %02X", c.name, sw))
			return nil
		}
	}
	_, err := s.do(number, func(b []byte) {
		sam := samNumber(b)
		if old := s.dev.sam.Swap(&sam); old == nil || *old != sam {
			s.dev.opts.Log.Info("identity card reader", "link", s.dev.link.String(), "sam", sam)
		}
	})
	if err != nil {
		return err
	}
	s.over(devices.FaultBroken)
	s.begin(true)
	return nil
}

func (s *session) begin(well bool) {
	s.started = well
	s.dev.ready.Store(well)
}

// seek looks for a card and reads it.
func (s *session) seek() error {
	sw, err := s.do(find, nil)
	switch {
	case err != nil:
		return err
	case sw == swFound:
		return s.read()
	case sw == swSelfTest || sw == swNoRight:
		s.fault(devices.FaultBroken, fmt.Sprintf("find: the reader says %02X", sw))
		s.begin(false)
	}
	return nil
}

// read reads the card that was found. Errors of the field (41, 33) often go
// away with the second try; a card that was taken too early, or was read by the
// SAM but not understood here, has to be laid again.
func (s *session) read() error {
	var code byte
	for try := range Tries {
		if try > 0 {
			if err := s.listen(TryAfter); err != nil {
				return err
			}
			if sw, err := s.do(find, nil); err != nil || sw != swFound {
				if err := ofLink(err); err != nil {
					return err
				}
				break
			}
		}
		card, sw, err := s.once()
		if err := ofLink(err); err != nil {
			return err
		}
		if err == nil && sw == swDone {
			s.lying, s.since, s.absent = true, time.Now(), 0
			s.say(card)
			return nil
		}
		code = sw
	}
	if now := time.Now(); s.unread.IsZero() || now.Sub(s.unread) >= UnreadAgain {
		s.unread = now
		s.say(devices.CardUnread{Code: code, At: now})
	}
	return nil
}

// once selects and reads. sw is 0 when the answer made no sense.
func (s *session) once() (card devices.Card, sw byte, err error) {
	if sw, err = s.do(choose, nil); err != nil || sw != swDone {
		return card, sw, err
	}
	var bad error
	sw, err = s.do(read, func(b []byte) {
		if binary.BigEndian.Uint16(b) != textSize || binary.BigEndian.Uint16(b[2:]) != photoSize {
			bad = errTextSize
			return
		}
		card, bad = ParseText(b[4:])
		card.At = time.Now()
	})
	if err == nil && bad != nil {
		s.stray++ // without the error: it is enough that the card was unread
		return devices.Card{}, 0, nil
	}
	return card, sw, err
}

// watch asks whether the card still lies there. One refusal may be a bad
// moment of the field, the second in a row is a card taken away.
func (s *session) watch() error {
	sw, err := s.do(probe, nil)
	switch {
	case err != nil:
		return err
	case sw == swDone || sw == swNone:
		s.absent = 0
	case sw == swCommand || sw == swRight || sw == swUnknown:
		s.noProbe = true
	default:
		if s.absent++; s.absent >= 2 {
			s.gone()
		}
	}
	return nil
}

func (s *session) gone() {
	if s.lying {
		s.lying = false
		s.unread = time.Time{}
		s.say(devices.CardGone{At: time.Now()})
	}
}

// say hands a reading out. A card that nobody takes is not offered again: the
// person will lay it again.
func (s *session) say(r devices.Reading) { _ = s.out(s.ctx, r) }

// do sends a command and waits for its answer. use gets the data of a
// successful answer, to look at before it returns. The error is errSilent or
// errGarbled, or the end of the link.
func (s *session) do(c command, use func([]byte)) (sw byte, err error) {
	rest := time.NewTimer(Between)
	defer rest.Stop()
	select {
	case <-rest.C:
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
	s.dec.Gap()
	s.dec.Keep = c.keep
	if _, err := s.dev.link.Write(encode(c.code, c.parameter)); err != nil {
		return 0, err
	}
	sw, err = s.await(c, use)
	s.count()
	if ofLink(err) == nil {
		s.judge(c, err)
	}
	return sw, err
}

func (s *session) await(c command, use func([]byte)) (sw byte, err error) {
	begun := time.Now()
	last, starts, answered := begun, s.dec.Starts, false
	take := func(a Answer) {
		success := c.answer(a.SW3, a.Size)
		if answered || !success && (a.Size > 0 || !refusals[a.SW3]) {
			s.stray++
			starts = s.dec.Starts // it was another one's
			return
		}
		answered, sw = true, a.SW3
		if success && use != nil {
			use(a.Data)
		}
	}
	for {
		n, err := s.receive(take)
		now := time.Now()
		switch {
		case err != nil:
			return 0, err
		case answered:
			return sw, nil
		case n > 0:
			last = now
		}
		broken := s.dec.Starts > starts && now.Sub(last) >= QuietAfter
		if !broken && now.Sub(begun) < c.wait(&s.dev.opts) {
			continue
		}
		began := broken || s.dec.Starts > starts
		s.dec.Gap()
		if began {
			return 0, errGarbled
		}
		return 0, errSilent
	}
}

// receive reads once, for half a second at most.
func (s *session) receive(take func(Answer)) (int, error) {
	n, err := s.dev.link.Read(s.buf)
	s.dec.Feed(s.buf[:n], take)
	clear(s.buf[:n])
	if s.ctx.Err() != nil {
		return n, s.ctx.Err()
	}
	if err != nil && !errors.Is(err, link.ErrTimeout) {
		return n, err
	}
	return n, nil
}

// listen lets d pass. What the reader says meanwhile is too late for anybody;
// that it is unplugged is noticed at once.
func (s *session) listen(d time.Duration) error {
	s.dec.Keep = 0
	for end := time.Now().Add(d); time.Now().Before(end); {
		if _, err := s.receive(func(Answer) { s.stray++ }); err != nil {
			return err
		}
	}
	s.count()
	return nil
}

// count adds the decoder's drops to the device's.
func (s *session) count() {
	s.dev.drops.Add(s.dec.Drops - s.counted + s.stray)
	s.counted, s.stray = s.dec.Drops, 0
}

// judge keeps the faults of the line.
func (s *session) judge(c command, err error) {
	if err == nil {
		s.misses = 0
		s.over(devices.FaultSilent)
		s.over(devices.FaultGarbled)
		return
	}
	if s.misses++; s.misses < SilentAfter {
		return
	}
	s.begin(false) // it may have lost its power: it is reset when it is back
	s.gone()
	if errors.Is(err, errGarbled) {
		s.over(devices.FaultSilent)
		s.fault(devices.FaultGarbled, "answers cannot be read: speed and cable of the reader")
		return
	}
	s.over(devices.FaultGarbled)
	s.fault(devices.FaultSilent, fmt.Sprintf("no answer to %q: power and speed of the reader", c.name))
}

// fault reports the beginning of a fault, over its end, each once. The host
// keeps what cannot be stored now.
func (s *session) fault(code devices.FaultCode, detail string) {
	if !s.faults[code] {
		s.faults[code] = true
		s.say(devices.Fault{Code: code, On: true, Detail: detail, At: time.Now()})
	}
}

func (s *session) over(code devices.FaultCode) {
	if s.faults[code] {
		delete(s.faults, code)
		s.say(devices.Fault{Code: code, At: time.Now()})
	}
}

// ofLink leaves errors after which the link is of no more use.
func ofLink(err error) error {
	if errors.Is(err, errSilent) || errors.Is(err, errGarbled) {
		return nil
	}
	return err
}
