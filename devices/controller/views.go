package controller

import (
	"context"
	"encoding/json"
	"reflect"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// breath is how long the publisher pauses after the views that count and
// forecast: a change after a pause goes out at once, changes that come together
// share one snapshot. Calls never wait: somebody is looking up at the board.
const breath = 5 * time.Millisecond

// calendarEvery is how often the hours are looked at when nothing happens.
const calendarEvery = time.Second

// PublishViews hands the views that follow the state to publish, as JSON, each
// whenever it says something new, until ctx ends. Of changes that come closely
// together only the last may go out.
func (e *Engine) PublishViews(ctx context.Context, publish func(name string, payload []byte) error) {
	p := publisher{engine: e, publish: publish, last: map[string]any{}}
	changed := e.watch.watch(ctx)
	clock := time.NewTicker(calendarEvery)
	defer clock.Stop()
	pause := time.NewTimer(breath)
	defer pause.Stop()
	p.calls()
	p.others()
	owed, rested := false, false
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			p.calls()
			owed = true
		case <-clock.C:
			owed = true
		case <-pause.C:
			rested = true
		}
		if owed && rested {
			p.others()
			owed, rested = false, false
			pause.Reset(breath)
		}
	}
}

// publisher turns the state into the retained views, each only when it says
// something new.
type publisher struct {
	engine  *Engine
	publish func(name string, payload []byte) error
	last    map[string]any // view → what it said, without the version
	hours   uint64         // last version of the calendar
}

func (p *publisher) calls() {
	now := p.engine.now()
	var v contract.Calls
	p.engine.Look(func(s *hall.State) { v = s.CallsView(now) })
	plain := v
	plain.Version = 0
	p.offer(contract.ViewCalls, v, plain)
}

func (p *publisher) others() {
	now := p.engine.now()
	var q contract.Queue
	var w contract.Windows
	var c contract.Calendar
	var n contract.Notices
	var r contract.Results
	var d contract.Duty
	p.engine.Look(func(s *hall.State) {
		q, w, c = s.QueueView(now), s.WindowsView(now), s.CalendarView(now)
		n, r, d = s.NoticesView(now), s.ResultsView(now), s.DutyView(now)
	})
	// Its version is the clock, which may step back; nodes would ignore it then.
	c.Version = max(c.Version, p.hours)
	p.hours = c.Version
	queue, windows, calendar, notices, results, duty := q, w, c, n, r, d
	queue.Version, windows.Version, calendar.Version, notices.Version, results.Version, duty.Version = 0, 0, 0, 0, 0, 0
	p.offer(contract.ViewQueue, q, queue)
	p.offer(contract.ViewWindows, w, windows)
	p.offer(contract.ViewCalendar, c, calendar)
	p.offer(contract.ViewNotices, n, notices)
	p.offer(contract.ViewResults, r, results)
	p.offer(contract.ViewDuty, d, duty)
}

// offer publishes a view whose content differs from the last. The version is
// part of every view and rises with each event, so plain, which is compared,
// goes without it.
func (p *publisher) offer(name string, view, plain any) {
	if reflect.DeepEqual(p.last[name], plain) {
		return
	}
	raw, err := json.Marshal(view)
	if err == nil {
		err = p.publish(name, raw)
	}
	if err != nil {
		p.engine.log.Error("a view cannot be published", "view", name, "error", err)
		return
	}
	p.last[name] = plain
}
