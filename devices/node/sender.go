package node

import (
	"time"

	"hallward/devices/contract"
)

// sender decides which event of the outbox goes out next. It is pure: time
// comes in, nothing goes out, and one is made for each session.
type sender struct {
	acked uint64 // the host has everything through here
	next  uint64 // to be sent next; acked+1 <= next

	moved     time.Time // when acked last rose, or sending began anew
	rewoundTo uint64    // a repeated acknowledgement of this made the last rewind
	rewoundAt time.Time
	behind    uint64 // the lowest acknowledgement below acked, since acked last rose
	Resends   uint64 // events that were or will be sent again
}

// underWay is how many events may be on their way to the host without its
// acknowledgement. How many the broker may have without its PUBACK
// (contract.Window) is the session's matter.
const underWay = 4 * contract.Window

// rewindPause keeps the acknowledgements of one gap, of which there may be
// many, from making as many rewinds.
const rewindPause = time.Second

func newSender(first uint64) *sender {
	return &sender{acked: first - 1, next: first}
}

// room is how many events may go out now, when last is stored.
func (s *sender) room(last uint64) int {
	if last < s.next {
		return 0
	}
	under := s.next - 1 - s.acked
	if under >= underWay {
		return 0
	}
	return int(min(last-s.next+1, underWay-under))
}

// sent notes that one event has gone out.
func (s *sender) sent(seq uint64, now time.Time) {
	if s.next == s.acked+1 {
		s.moved = now
	}
	s.next = seq + 1
}

// ack takes the host's word and tells whether the outbox may let go of
// everything through s.acked. A repeated word is a gap at the host: go back.
func (s *sender) ack(through uint64, now time.Time) (rose bool) {
	switch {
	case through > s.acked:
		s.acked, s.moved, s.behind = through, now, 0
		s.next = max(s.next, through+1)
		return true
	case through == s.acked && s.next > s.acked+1:
		if s.rewoundTo == through && now.Sub(s.rewoundAt) < rewindPause && !s.rewoundAt.IsZero() {
			return false
		}
		s.rewoundTo, s.rewoundAt = through, now
		s.rewind(now)
	case through < s.acked:
		s.behind = through + 1
	}
	return false
}

// rewind starts again after the last acknowledged event.
func (s *sender) rewind(now time.Time) {
	s.Resends += s.next - s.acked - 1
	s.next, s.moved = s.acked+1, now
}

// due is when everything under way counts as lost; zero when nothing is.
func (s *sender) due() time.Time {
	if s.next == s.acked+1 {
		return time.Time{}
	}
	return s.moved.Add(resendAfter)
}
