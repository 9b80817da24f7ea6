package controller

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// breath is how long the publisher pauses after it has published: a change
// after a pause goes out at once, changes that come together share one snapshot.
const breath = 5 * time.Millisecond

// calendarEvery is how often the hours are looked at when nothing happens.
const calendarEvery = time.Second

// publisher turns the state into the retained views, each only when it says
// something new.
type publisher struct {
	engine  *Engine
	publish func(name string, payload []byte) error
	log     *slog.Logger
	now     func() time.Time
	last    map[string]string // view → its text without the version
}

// run publishes until ctx ends.
func (p *publisher) run(ctx context.Context) {
	changed := p.engine.watch.watch(ctx)
	clock := time.NewTicker(calendarEvery)
	defer clock.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		p.once()
		pause.Reset(breath)
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-clock.C:
		}
	}
}

func (p *publisher) once() {
	now := p.now()
	views := map[string]any{}
	p.engine.Look(func(s *hall.State) {
		views[contract.ViewCalls] = s.CallsView(now)
		views[contract.ViewQueue] = s.QueueView(now)
		views[contract.ViewWindows] = s.WindowsView(now)
		views[contract.ViewCalendar] = s.CalendarView(now)
	})
	// Calls first: they are what somebody waits for.
	for _, name := range []string{contract.ViewCalls, contract.ViewQueue, contract.ViewWindows, contract.ViewCalendar} {
		p.offer(name, views[name])
	}
}

// offer publishes a view whose content differs from the last. The version is
// part of every view and rises with each event, so it is left out of the
// comparison.
func (p *publisher) offer(name string, view any) {
	text := withoutVersion(view)
	if p.last[name] == text {
		return
	}
	raw, err := json.Marshal(view)
	if err == nil {
		err = p.publish(name, raw)
	}
	if err != nil {
		p.log.Error("a view cannot be published", "view", name, "error", err)
		return
	}
	p.last[name] = text
}

func withoutVersion(view any) string {
	switch v := view.(type) {
	case contract.Calls:
		v.Version = 0
		view = v
	case contract.Queue:
		v.Version = 0
		view = v
	case contract.Windows:
		v.Version = 0
		view = v
	case contract.Calendar:
		v.Version = 0
		view = v
	}
	raw, _ := json.Marshal(view) // the same value is marshalled for real below
	return string(raw)
}
