package queue

import (
	"fmt"
	"slices"
	"time"
)

// Rule is how the next ticket is chosen; a manager reads and sets it.
//
// A window calls first who was granted the very head (特事特办), then who was
// sent to just this window, then by class, by preference and by place. What
// class and preference may do to the others is bounded, for every ticket and
// at every window:
//
//   - it is overtaken at most Overtake times in its life;
//   - once it was its turn (it was the oldest that a calling window could
//     serve) and another was called, it is not overtaken later than Beyond
//     after that moment.
//
// A ticket at its bound holds back only those behind it; priority goes on among
// those before it. So one such ticket at the end of a long line does not
// suspend the priority of all, and yet nobody passes it: the bounds hold
// because whoever is called stands before every ticket at its bound.
//
// Grants, transfers to one window and numbers chosen by staff are decisions of
// persons, each logged, and outside the bounds. The zero Rule is first come,
// first served.
type Rule struct {
	Classes  []Class
	Overtake int           // k, 0 to 100; 0 is first come, first served
	Beyond   time.Duration // T, 0 to 8 h

	// Staff names a member of staff by id, for the explanation of a grant; nil
	// leaves the id.
	Staff func(id string) string
}

// Class is a class of priority (优先类别). A ticket of a class that the rule
// does not have is ordinary.
type Class struct {
	ID     string
	Name   string // for the explanation; "" is the id
	Weight int    // 0 (as ordinary) to 9; larger goes first
	Head   bool   // goes to the very head: by grant of staff only
	Grant  bool   // given by staff, never chosen at the kiosk
}

// Appointment (预约) is the class of a ticket that was checked in for a time. A
// rule without this class has it with a weight of 5.
const Appointment = "appointment"

var appointment = Class{ID: Appointment, Name: "预约", Weight: 5}

// Class finds a class by id; an unknown one weighs as an ordinary ticket.
func (r Rule) Class(id string) Class {
	if id == "" {
		return Class{}
	}
	for _, c := range r.Classes {
		if c.ID == id {
			if c.Name == "" {
				c.Name = id
			}
			return c
		}
	}
	if id == Appointment {
		return appointment
	}
	return Class{ID: id, Name: id}
}

// Caller is a window that calls.
type Caller struct {
	Window   string
	Services []string // that it may call
	Classes  []string // that it takes before everybody (绿色通道)
	First    []string // services that it takes before its others, within one class
}

func (c Caller) may(t *Ticket) bool {
	if t.Bound != "" {
		return t.Bound == c.Window
	}
	return slices.Contains(c.Services, t.Service)
}

// Choice is the ticket to call. Overtaken are those with an earlier place that
// the rule passed over, in order; grants and transfers pass over nobody by rule.
type Choice struct {
	Ticket    *Ticket
	Why       string
	Overtaken []*Ticket
}

// Pass counts on the tickets of Choice.Overtaken that they were passed over. It
// was the first one's turn.
func Pass(overtaken []*Ticket, at time.Time) {
	for i, t := range overtaken {
		t.Overtaken++
		if i == 0 && t.OvertakenAt.IsZero() {
			t.OvertakenAt = at
		}
	}
}

// Reasons of a call, as Why in the event and on the console. The rule gives
// others with names and figures in them, see Choice.
const (
	WhyTransferred = "转办到本窗口"
	WhyOldest      = "按取号先后"
	WhyChosen      = "人工指定"
	WhyHeld        = "暂存后继续办理"
	WhyWalkIn      = "窗口直接受理" // without a ticket before
)

// entry is a ticket as one window sees it at one moment.
type entry struct {
	*Ticket
	rank      int // the larger goes first
	overtaken int // so far
	head      bool
	sent      bool // to just this window
	early     bool // an appointment before its time
	late      bool // Beyond is over
}

// A rank is made of, from the heaviest: is the class one that the window takes
// before everybody, the weight of the class, does the window prefer the service.
const (
	ofService = 1
	ofWeight  = 2 * ofService
	ofClass   = 10 * ofWeight
)

// line is who a window may call, in order of place.
type line []entry

func (r Rule) line(c Caller, tickets []*Ticket, now time.Time) line {
	l := make(line, len(tickets))
	for i, t := range tickets {
		class := r.Class(t.Class)
		l[i] = entry{Ticket: t, overtaken: t.Overtaken,
			rank:  min(max(0, class.Weight), 9) * ofWeight,
			head:  class.Head,
			sent:  t.Bound != "" && t.Bound == c.Window,
			early: now.Before(t.Due),
			late:  !t.OvertakenAt.IsZero() && !now.Before(t.OvertakenAt.Add(r.Beyond))}
		if t.Class != "" && slices.Contains(c.Classes, t.Class) {
			l[i].rank += ofClass
		}
		if slices.Contains(c.First, t.Service) {
			l[i].rank += ofService
		}
	}
	return l
}

// pick finds whom to call. barred is the ticket at its bound that kept somebody
// of higher rank behind it, or -1. An empty line has no pick: -1.
func (l line) pick(r Rule) (best, barred int) {
	best, barred = -1, -1
	for i := range l {
		if l[i].head {
			return i, -1
		}
		if l[i].sent && best < 0 {
			best = i
		}
	}
	if best >= 0 {
		return best, -1
	}
	early, limit := -1, -1
	for i := range l {
		e := &l[i]
		switch {
		case e.early:
			if early < 0 || e.Due.Before(l[early].Due) {
				early = i
			}
			continue
		case best < 0 || e.rank > l[best].rank:
			if limit >= 0 {
				return best, limit
			}
			best = i
		}
		if limit < 0 && (e.late || e.overtaken >= r.Overtake) {
			limit = i
		}
	}
	if best < 0 {
		best = early
	}
	return best, -1
}

// byRule tells whether passing others over counts against the bounds.
func (e *entry) byRule() bool { return !e.head && !e.sent && !e.early }

func (l line) choose(r Rule, now time.Time) Choice {
	i, barred := l.pick(r)
	if i < 0 {
		return Choice{}
	}
	c := Choice{Ticket: l[i].Ticket}
	var passed []*Ticket
	for j := range l[:i] {
		if !l[j].early {
			passed = append(passed, l[j].Ticket)
		}
	}
	c.Why = l.why(i, barred, len(passed), r, now.Location())
	if l[i].byRule() {
		c.Overtaken = passed
	}
	return c
}

// why says why l[i] is called, past so many others.
func (l line) why(i, barred, passed int, r Rule, zone *time.Location) string {
	e, class := &l[i], r.Class(l[i].Class)
	past := ""
	if passed > 0 {
		past = fmt.Sprintf("（越过%d人）", passed)
	}
	due := e.Due.In(zone).Format("15:04")
	switch {
	case e.head && e.Granted != "":
		by := e.Granted
		if r.Staff != nil {
			by = r.Staff(by)
		}
		return class.Name + "（授权：" + by + "）" + past
	case e.head:
		return class.Name + past
	case e.sent:
		return WhyTransferred
	case e.early:
		return "预约" + due + "，无人等候，提前办理"
	case passed == 0 && barred >= 0:
		return l.barred(barred, r)
	case passed == 0:
		return WhyOldest
	}
	turn := l[slices.IndexFunc(l, func(e entry) bool { return !e.early })]
	switch {
	case e.rank/ofClass > turn.rank/ofClass:
		return "本窗口" + class.Name + "优先" + past
	case e.rank/ofWeight == turn.rank/ofWeight:
		return "本窗口优先事项" + past
	case class.ID == Appointment && !e.Due.IsZero():
		return "预约" + due + "到时" + past
	}
	return class.Name + "优先" + past
}

// barred says why nobody may pass l[i] any more.
func (l line) barred(i int, r Rule) string {
	e := &l[i]
	switch {
	case e.overtaken >= r.Overtake && e.overtaken > 0:
		return fmt.Sprintf("%s已被越过%d次，%s", e.Number, e.overtaken, WhyOldest)
	case e.late:
		return fmt.Sprintf("%s轮到后已满%d分钟，%s", e.Number, int(r.Beyond/time.Minute), WhyOldest)
	}
	return WhyOldest
}

// sequence calls one after another until t was called, or all.
func (l line) sequence(r Rule, t *Ticket) []*Ticket {
	calls := make([]*Ticket, 0, len(l))
	if l.plain() {
		for _, e := range l {
			calls = append(calls, e.Ticket)
			if e.Ticket == t {
				break
			}
		}
		return calls
	}
	for len(l) > 0 {
		i, _ := l.pick(r)
		e := l[i]
		calls = append(calls, e.Ticket)
		if e.Ticket == t {
			break
		}
		if e.byRule() {
			l[:i].pass(r)
		}
		if i == 0 {
			l = l[1:]
		} else {
			l = slices.Delete(l, i, i+1)
		}
	}
	return calls
}

// plain tells whether the order is that of the places.
func (l line) plain() bool {
	for i := range l {
		if e := &l[i]; e.rank != l[0].rank || e.head || e.sent || e.early {
			return false
		}
	}
	return true
}

// pass is Pass for a line that is called without delay.
func (l line) pass(r Rule) {
	turn := true
	for i := range l {
		e := &l[i]
		if e.early {
			continue
		}
		e.overtaken++
		if turn && e.OvertakenAt.IsZero() && r.Beyond <= 0 {
			e.late = true
		}
		turn = false
	}
}
