// Package forecast (等候预测) foretells how long a citizen will wait, as an
// interval that comes true at least four times out of five.
//
// It works in three steps. Simulate plays the queue forward with the windows
// that are open now, whom they are busy with and since when, their services and
// the rule of the queue; what comes out is the central forecast. Book is what
// the hall has learned from its own days: minutes of service by service and
// hour, no-shows, the share of priority classes, and how far earlier central
// forecasts were from the truth. Its Interval widens the central forecast by
// just these errors (split conformal prediction on actual ÷ forecast), so that it
// needs no assumption about how service times are spread.
//
// Reference is the best published algorithm, for comparison and for a hall
// without history.
//
// Everything is pure, bounded in memory and the same on replay. Minutes are
// minutes of opening hours; the hall maps them onto its calendar.
package forecast

import (
	"math"
	"slices"
)

// Person is somebody who waits, by expectation. In a list of persons the place
// in the queue is the index.
type Person struct {
	Service   int     // from 0
	Class     int     // index into Rule.Classes; 0 is ordinary
	Window    int     // only this desk (Desk.Window) may call; -1 is any
	Minutes   float64 // at the window
	From      float64 // minutes until the time of an appointment; 0 for everybody else
	Overtaken int     // so far
	Left      float64 // minutes until nobody may overtake any more, below 0 when it is over; 0: it was not its turn yet
}

// Desk is an open window.
type Desk struct {
	Window   int
	Free     float64 // minutes until it can call
	Services []int   // that it may call
	First    []int   // services that it takes first within a class
	Classes  []int   // classes that it takes first within a weight
}

// Rule is the rule of the queue, by expectation: whom a desk calls is what
// queue.Rule says. Classes[0] is the ordinary one.
type Rule struct {
	Classes  []int   // weights, 0 to MaxWeight; larger goes first
	Overtake int     // a person is overtaken at most so often; 0 is first come, first served
	Beyond   float64 // and not later than so many minutes after it was its turn and another was called
}

// MaxWeight is of those who go to the very head, outside the rule.
const MaxWeight = 10

// Outlook is when a newcomer would be called.
type Outlook struct {
	desks []Desk
	// at[d][w] is when desk d would call a newcomer of weight w.
	at [][MaxWeight + 1]float64
}

// Never is a wait without an end: no desk serves.
var Never = math.Inf(1)

// Wait is when the first of the desks that may call the service would call a
// newcomer of this weight, in minutes from now; Never without an open desk.
func (o *Outlook) Wait(service, weight int) float64 {
	soonest := Never
	weight = min(max(weight, 0), MaxWeight)
	for d := range o.desks {
		if has(o.desks[d].Services, service) {
			soonest = min(soonest, o.at[d][weight])
		}
	}
	return soonest
}

func has(list []int, v int) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// Simulate serves everybody who waits: the desk that is free first calls the
// next one by the rule, until no desk finds anybody. Who has no open desk is
// passed over. The arguments are not changed.
func Simulate(desks []Desk, people []Person, rule Rule) Outlook {
	if len(rule.Classes) == 0 {
		rule.Classes = []int{0}
	}
	q := newSimulation(desks, people, rule)
	for d := q.nextDesk(); d >= 0; d = q.nextDesk() {
		q.call(d)
	}
	return Outlook{desks: desks, at: q.at}
}

// simulation is a queue being played forward.
type simulation struct {
	desks  []Desk
	people []Person // our own copy
	rule   Rule
	free   []float64 // minutes until each desk can call
	done   []bool    // the desk found nobody
	stand  [][]int   // persons, by line
	bound  []int     // by desk: the line of those who may be called there only
	lines  [][]line  // by desk, as far as anybody stands there
	heads  []head    // of the desk that calls
	at     [][MaxWeight + 1]float64
}

// line is everybody of one service and class, in order of place, as one desk
// ranks them. Who stands at its head was overtaken at least as often as anybody
// behind, so only heads are asked.
type line struct {
	stand  int  // index into simulation.stand: who stands in it
	rank   int  // the desk's classes, then weight, then the desk's services
	urgent bool // goes to the very head
	due    bool // appointments whose time is still to come
}

// head is the first of a line whom a desk may call.
type head struct {
	line
	person int
}

func newSimulation(desks []Desk, people []Person, rule Rule) *simulation {
	q := &simulation{desks: desks, people: slices.Clone(people), rule: rule,
		free: make([]float64, len(desks)), done: make([]bool, len(desks)), bound: make([]int, len(desks)),
		lines: make([][]line, len(desks)), at: make([][MaxWeight + 1]float64, len(desks))}
	services, classes := 0, len(rule.Classes)
	for i := range q.people {
		p := &q.people[i]
		services = max(services, p.Service+1)
		if p.Class < 0 || p.Class >= classes {
			p.Class = 0
		}
	}
	// Two lines for each service and class: of those who may be called, and of
	// appointments still to come.
	common := 2 * services * classes
	q.stand = make([][]int, common+len(desks))
	for i, p := range q.people {
		key := 2 * (p.Service*classes + p.Class)
		switch {
		case p.Window >= 0:
			for d := range desks {
				if desks[d].Window == p.Window {
					q.stand[common+d] = append(q.stand[common+d], i)
				}
			}
			continue
		case p.From > 0:
			key++
		}
		q.stand[key] = append(q.stand[key], i)
	}
	for d := range desks {
		q.free[d], q.bound[d] = max(0, desks[d].Free), common+d
		for w := range q.at[d] {
			q.at[d][w] = Never
		}
		for _, service := range desks[d].Services {
			if service >= services {
				continue
			}
			for class := range classes {
				for due := range 2 {
					if key := 2*(service*classes+class) + due; len(q.stand[key]) > 0 {
						q.lines[d] = append(q.lines[d], q.line(&desks[d], service, class, key, due == 1))
					}
				}
			}
		}
	}
	return q
}

func (q *simulation) line(desk *Desk, service, class, stand int, due bool) line {
	weight := q.rule.Classes[class]
	l := line{stand: stand, rank: 2 * weight, urgent: weight >= MaxWeight, due: due}
	if has(desk.First, service) {
		l.rank++
	}
	if class > 0 && has(desk.Classes, class) {
		l.rank += 2 * (MaxWeight + 1)
	}
	if l.urgent {
		l.rank = math.MaxInt
	}
	return l
}

// nextDesk is the desk that is free first, -1 when all have found nobody.
func (q *simulation) nextDesk() int {
	next := -1
	for d := range q.desks {
		if !q.done[d] && (next < 0 || q.free[d] < q.free[next]) {
			next = d
		}
	}
	return next
}

// call lets a desk call whom the rule says: who goes to the very head, who was
// sent to this desk, then by rank and place; an appointment before its time
// when there is nobody else.
func (q *simulation) call(d int) {
	now := q.free[d]
	limit := q.look(d, now)
	best, found := q.best(limit)
	switch {
	case found && best.urgent:
		q.newcomer(d, now, MaxWeight)
		q.serve(d, best)
	case len(q.stand[q.bound[d]]) > 0:
		q.newcomer(d, now, MaxWeight-1)
		q.serve(d, head{line{stand: q.bound[d]}, q.stand[q.bound[d]][0]})
	case found:
		heavier := min(best.rank/2, MaxWeight-1)
		if limit < len(q.people) {
			heavier = MaxWeight - 1 // a newcomer stands behind the limit
		}
		q.newcomer(d, now, heavier)
		q.overtake(d, now, best.person)
		q.serve(d, best)
	default:
		q.newcomer(d, now, -1)
		if best, found = q.early(d); found {
			q.serve(d, best)
		} else {
			q.done[d] = true
		}
	}
}

// look collects whom a desk may call now. limit is the first of them at the
// bound of what may be overtaken: nobody behind it is called before it.
func (q *simulation) look(d int, now float64) (limit int) {
	q.heads, limit = q.heads[:0], len(q.people)
	left := q.lines[d][:0]
	for _, l := range q.lines[d] {
		stand := q.stand[l.stand]
		if len(stand) == 0 {
			continue
		}
		left = append(left, l)
		for _, i := range stand {
			p := &q.people[i]
			if l.due && p.From > now {
				continue
			}
			q.heads = append(q.heads, head{l, i})
			if i < limit && (p.Overtaken >= q.rule.Overtake || p.Left != 0 && p.Left <= now) {
				limit = i
			}
			break
		}
	}
	q.lines[d] = left
	return limit
}

// best is the highest rank, and then the first place, among those up to the
// limit. The very head knows no limit.
func (q *simulation) best(limit int) (best head, found bool) {
	for _, h := range q.heads {
		if h.person > limit && !h.urgent {
			continue
		}
		if !found || h.rank > best.rank || h.rank == best.rank && h.person < best.person {
			best, found = h, true
		}
	}
	return best, found
}

// early is the appointment whose time comes first.
func (q *simulation) early(d int) (first head, found bool) {
	for _, l := range q.lines[d] {
		if !l.due {
			continue
		}
		for _, i := range q.stand[l.stand] {
			p, f := &q.people[i], &q.people[first.person]
			if !found || p.From < f.From || p.From == f.From && i < first.person {
				first, found = head{l, i}, true
			}
		}
	}
	return first, found
}

// newcomer notes that the desk would now call a newcomer who is heavier than
// this; an empty hall is -1.
func (q *simulation) newcomer(d int, now float64, than int) {
	for w := than + 1; w <= MaxWeight; w++ {
		q.at[d][w] = min(q.at[d][w], now)
	}
}

// overtake counts everybody whom the desk passes over. It was the first one's
// turn, whose time runs from now.
func (q *simulation) overtake(d int, now float64, chosen int) {
	turn := chosen
	for _, h := range q.heads {
		turn = min(turn, h.person)
	}
	if turn == chosen {
		return
	}
	if p := &q.people[turn]; p.Left == 0 {
		if p.Left = now + q.rule.Beyond; p.Left == 0 {
			p.Left = -1
		}
	}
	for _, l := range q.lines[d] {
		for _, i := range q.stand[l.stand] {
			if i >= chosen {
				break
			}
			if !l.due || q.people[i].From <= now {
				q.people[i].Overtaken++
			}
		}
	}
}

func (q *simulation) serve(d int, h head) {
	stand := q.stand[h.stand]
	if stand[0] == h.person {
		q.stand[h.stand] = stand[1:]
	} else { // an appointment whose time came before that of an earlier place
		q.stand[h.stand] = slices.DeleteFunc(stand, func(i int) bool { return i == h.person })
	}
	if minutes := q.people[h.person].Minutes; minutes > 0 && !math.IsInf(minutes, 0) {
		q.free[d] += minutes
	}
}
