package node

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// HALL-010, HALL-012 as a table: what the host says, and what goes out next.
func TestSenderAnswersToAcks(t *testing.T) {
	for _, c := range []struct {
		name      string
		sent      uint64   // events sent before
		acks      []uint64 // then these words of the host
		at        time.Duration
		acked     uint64
		next      uint64
		wantResnt uint64
	}{
		{"all stored", 5, []uint64{5}, 0, 5, 6, 0},
		{"some stored", 5, []uint64{3}, 0, 3, 6, 0},
		{"nothing stored: a gap at the very beginning", 5, []uint64{0}, 0, 0, 1, 5},
		{"gap: the same word again", 5, []uint64{3, 3}, 0, 3, 4, 2},
		{"one gap, many words", 5, []uint64{3, 3, 3, 3}, 0, 3, 4, 2},
		{"old word, late", 5, []uint64{4, 2}, 0, 4, 6, 0},
		{"repeat when all is stored", 5, []uint64{5, 5}, 0, 5, 6, 0},
		{"more than this session has sent", 2, []uint64{9}, 0, 9, 10, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSender(1)
			for i := uint64(1); i <= c.sent; i++ {
				s.sent(i, nine)
			}
			for _, a := range c.acks {
				s.ack(a, nine.Add(c.at))
			}
			if s.acked != c.acked || s.next != c.next || s.Resends != c.wantResnt {
				t.Errorf("acked %d, next %d, resent %d; want %d, %d, %d", s.acked, s.next, s.Resends, c.acked, c.next, c.wantResnt)
			}
		})
	}
}

// HALL-011: nothing acknowledged for 10 s is due to be sent again, and an
// acknowledgement in between starts the time anew.
func TestHALL011_Due(t *testing.T) {
	s := newSender(1)
	if !s.due().IsZero() {
		t.Error("something is due before anything was sent")
	}
	for i := uint64(1); i <= 3; i++ {
		s.sent(i, nine.Add(time.Duration(i)*time.Second))
	}
	if want := nine.Add(11 * time.Second); !s.due().Equal(want) {
		t.Errorf("due %v, want %v: ten seconds after the first", s.due(), want)
	}
	s.ack(1, nine.Add(8*time.Second))
	if want := nine.Add(18 * time.Second); !s.due().Equal(want) {
		t.Errorf("due %v after an acknowledgement, want %v", s.due(), want)
	}
	s.ack(3, nine.Add(9*time.Second))
	if !s.due().IsZero() {
		t.Error("something is due when all is acknowledged")
	}
}

// HALL-010, HALL-011: through any mix of losses, repeats, disorder and dead sessions the host gets
// every event in order, the window is never overrun, and nothing is let go
// that the host does not have.
func TestSenderProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stored, released, last uint64 // host's store; node's disk: let go, written
		var wire, acks []uint64
		now := nine
		s := newSender(1)
		deliver := func(i int) {
			seq := wire[i]
			wire = append(wire[:i], wire[i+1:]...)
			if seq == stored+1 {
				stored++
			}
			acks = append(acks, stored)
		}
		step := func() {
			if d := s.due(); !d.IsZero() && !now.Before(d) {
				s.rewind(now)
			}
			for room := s.room(last); room > 0; room-- {
				wire = append(wire, s.next)
				s.sent(s.next, now)
			}
			if s.next-1-s.acked > underWay {
				t.Fatalf("%d under way", s.next-1-s.acked)
			}
			if s.next <= s.acked {
				t.Fatalf("next %d, acknowledged %d", s.next, s.acked)
			}
		}
		take := func(a uint64) {
			if s.ack(a, now) {
				released = s.acked
			}
			if released > stored {
				t.Fatalf("let go of %d, the host has %d", released, stored)
			}
		}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			switch rapid.IntRange(0, 8).Draw(t, "what") {
			case 0:
				last += uint64(rapid.IntRange(1, 50).Draw(t, "n"))
			case 1, 2, 3:
				if len(wire) > 0 {
					deliver(0)
				}
			case 4:
				if len(wire) > 0 { // lost
					i := rapid.IntRange(0, len(wire)-1).Draw(t, "i")
					wire = append(wire[:i], wire[i+1:]...)
				}
			case 5:
				if len(wire) > 0 { // out of order
					deliver(rapid.IntRange(0, len(wire)-1).Draw(t, "i"))
				}
			case 6:
				if len(acks) > 0 { // any of them, and it stays to come again
					take(acks[rapid.IntRange(0, len(acks)-1).Draw(t, "a")])
				}
			case 7:
				now = now.Add(time.Duration(rapid.IntRange(0, 12_000).Draw(t, "ms")) * time.Millisecond)
			case 8:
				s, wire, acks = newSender(released+1), nil, nil
			}
			step()
		}
		// The line is good again: everything arrives in finite time.
		for i := 0; stored < last || released < last; i++ {
			if i > int(last)+100 {
				t.Fatalf("stuck: %d stored, %d let go, %d written; next %d", stored, released, last, s.next)
			}
			now = now.Add(resendAfter)
			step()
			for len(wire) > 0 {
				deliver(0)
			}
			if len(acks) > 0 {
				take(acks[len(acks)-1])
			}
		}
	})
}
