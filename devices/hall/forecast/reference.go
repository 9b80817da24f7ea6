package forecast

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Priorities of the published algorithm. Walk-ins have Ordinary unless staff
// raise them.
const (
	Urgent   = 1 // before everybody
	Raised   = 2 // before an appointment whose time is after the arrival
	Ordinary = 3
)

// Entry is somebody in the queue of the published algorithm.
type Entry struct {
	Number      int
	Priority    int       // of a walk-in: Urgent to Ordinary
	At          time.Time // arrival of a walk-in, time of an appointment
	Appointment bool
}

// Estimate is the published forecast for one entry, in whole minutes from now.
type Estimate struct {
	Entry
	Minutes    int // estimate, the pessimistic one
	Optimistic int
}

// Unknown is why the published algorithm has no answer.
var Unknown = errors.New("forecast: nothing to estimate from")

// grace is how much too early an appointment may enter (ZMS, QueueList).
const grace = 2 * time.Minute

// optimism is what an optimist leaves of each slot (ZMS, QueueList).
const optimism = 0.8

// Reference is the forecast of ZMS, the system of Berlin's and Munich's public
// offices (it-at-m/eappointment, zmsentities, QueueList; peers §4.4), kept as
// the yardstick of this package and as its answer before there is history. It
// knows one average of minutes for everybody and how many desks serve; a slot
// is average ÷ desks. The estimate adds a whole slot for each person and starts
// with one; the optimistic figure adds 0.8 slot and nothing for the first as
// many people as there are desks.
//
// It answers the queue in the order of service, and what a newcomer would be
// told. Unknown is returned without a desk and for an average that is not
// between 0 and a day.
func Reference(average float64, desks int, now time.Time, queue []Entry) ([]Estimate, Estimate, error) {
	slot := time.Duration(average * float64(time.Minute) / float64(max(desks, 1)))
	if !countable(average, desks, slot) {
		return nil, Estimate{}, fmt.Errorf("%w: average of %g minutes, %d desks", Unknown, average, desks)
	}
	var walkIns, appointments []Entry
	for _, e := range queue {
		if e.Appointment {
			appointments = append(appointments, e)
		} else {
			walkIns = append(walkIns, e)
		}
	}
	slices.SortStableFunc(appointments, func(a, b Entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Number, b.Number))
	})
	slices.SortStableFunc(walkIns, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), a.At.Compare(b.At), cmp.Compare(a.Number, b.Number))
	})
	c := counter{slot: slot, desks: desks}
	var told []Estimate
	newcomer := Entry{Priority: math.MaxInt, At: now}
	for walkIns = append(walkIns, newcomer); len(walkIns) > 0; c.people++ {
		if len(appointments) > 0 && c.enters(walkIns[0], appointments[0], now) {
			told = append(told, c.appointment(appointments[0], appointments[0].At.Sub(now)))
			appointments = appointments[1:]
			continue
		}
		told = append(told, Estimate{walkIns[0], minutes(c.estimate()), minutes(c.optimistic())})
		walkIns = walkIns[1:]
	}
	last := len(told) - 1
	for _, a := range appointments { // after the newcomer, each at its time
		c.people = max(c.people, int((a.At.Sub(now)-grace+slot-1)/slot))
		told = append(told, c.appointment(a, a.At.Sub(now)))
		c.people++
	}
	new := told[last]
	return slices.Delete(told, last, last+1), new, nil
}

// Newcomer is what Reference tells a newcomer behind so many people without
// appointments: the estimate and the optimistic figure in minutes. ok is false
// where Reference says Unknown.
func Newcomer(average float64, desks, ahead int) (estimate, optimistic float64, ok bool) {
	slot := time.Duration(average * float64(time.Minute) / float64(max(desks, 1)))
	if !countable(average, desks, slot) {
		return 0, 0, false
	}
	c := counter{slot: slot, desks: desks, people: max(0, ahead)}
	return float64(minutes(c.estimate())), float64(minutes(c.optimistic())), true
}

func countable(average float64, desks int, slot time.Duration) bool {
	return desks > 0 && average > 0 && average < 24*60 && slot >= time.Second
}

// counter counts slots as the queue is served.
type counter struct {
	slot   time.Duration
	desks  int
	people int // served so far
}

func (c counter) estimate() time.Duration { return time.Duration(c.people+1) * c.slot }

func (c counter) optimistic() time.Duration {
	return time.Duration(optimism * float64(c.slot) * float64(max(0, c.people-c.desks+1)))
}

func (c counter) clock() time.Duration { return grace + time.Duration(c.people)*c.slot }

// enters tells whether the appointment goes before the walk-in.
func (c counter) enters(walkIn, appointment Entry, now time.Time) bool {
	if walkIn.Priority <= Urgent || walkIn.Priority == Raised && walkIn.At.Before(appointment.At) {
		return false
	}
	return c.clock() >= appointment.At.Sub(now)
}

// appointment says when an appointment is served: from its own time on, unless
// even the optimist is later than that.
func (c counter) appointment(a Entry, in time.Duration) Estimate {
	if c.optimistic() >= in {
		return Estimate{a, minutes(c.estimate()), minutes(c.optimistic())}
	}
	return Estimate{a, int(math.Ceil(c.clock().Minutes())) + 1, minutes(in)}
}

func minutes(d time.Duration) int { return int(d / time.Minute) }
