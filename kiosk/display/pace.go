package display

import "time"

// Limits of the running line.
const (
	Frame    = time.Second / 30      // between two frames, at least
	tooSlow  = 50 * time.Millisecond // between two frames on average: no smooth line
	judged   = 60                    // frames that make the average
	tryAgain = 5 * time.Minute       // then the line may run once more
)

// Pace decides whether a board draws fast enough for a running line. The time
// between two frames is measured from outside, where people see it: it holds
// the drawing itself, of whatever kind, and all that a busy machine does
// besides.
type Pace struct {
	last   time.Time // frame
	spent  time.Duration
	frames int
	slow   time.Time // since when the line changes page by page
}

// Step tells of a frame that has been drawn, and whether the line moved in it.
// It returns the average when the line is found too slow just now, and whether
// the line should change page by page.
func (p *Pace) Step(now time.Time, moving bool) (average time.Duration, paging bool) {
	if !p.slow.IsZero() {
		if now.Sub(p.slow) < tryAgain {
			return 0, true
		}
		*p = Pace{}
	}
	since := now.Sub(p.last)
	known := !p.last.IsZero()
	p.last = now
	if !moving || !known || since < 0 {
		if !moving {
			*p = Pace{}
		}
		return 0, false
	}
	p.spent += since
	if p.frames++; p.frames < judged {
		return 0, false
	}
	average = p.spent / judged
	p.spent, p.frames = 0, 0
	if average <= tooSlow {
		return 0, false
	}
	p.slow = now
	return average, true
}
