package controller

import (
	"context"
	"slices"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/signage"
)

// signs keeps the strips and pole displays of the hall's own ports: one at each
// window, and those that show the last call of a zone.
type signs struct {
	work    *signage.Signs
	windows map[string][]hall.Place // by window
	zones   []hall.Zone
}

// dark is how far away the next opening is when a display is switched off
// instead of saying that the hall rests.
const dark = 3 * time.Hour

func newSigns(c *Controller) *signs {
	s := &signs{windows: map[string][]hall.Place{}}
	var targets []signage.Target
	add := func(list []hall.Place) {
		for _, p := range list {
			if d, ok := c.devices.Display(p.Device); ok { // Load has checked them
				targets = append(targets, signage.Target{Device: p.Device, Unit: p.Unit, Display: d})
			}
		}
	}
	for _, w := range c.cfg.Setup.Windows {
		if len(w.Displays) > 0 {
			s.windows[w.ID] = w.Displays
			add(w.Displays)
		}
	}
	for _, z := range c.cfg.Setup.Zones {
		if len(z.Displays) > 0 {
			s.zones = append(s.zones, z)
			add(z.Displays)
		}
	}
	s.work = signage.New(targets, signage.Opts{Fault: func(f devices.Fault) {
		c.note(contract.DeviceFault{Node: c.cfg.Node, Device: f.Device, Code: string(f.Code), On: f.On, Detail: f.Detail})
		c.engine.watch.wake()
	}, Log: c.log})
	return s
}

// run tells the displays what to show after every change, until ctx ends.
func (s *signs) run(ctx context.Context, e *Engine) {
	if len(s.windows) == 0 && len(s.zones) == 0 {
		return
	}
	changed := e.watch.watch(ctx)
	hours := time.NewTicker(calendarEvery) // a break may begin without any event
	defer hours.Stop()
	for {
		s.show(e)
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-hours.C:
		}
	}
}

func (s *signs) show(e *Engine) {
	now := e.now()
	faces := map[string]contract.WindowView{}
	var calls contract.Calls
	var hours contract.Calendar
	e.Look(func(st *hall.State) {
		for w := range s.windows {
			faces[w] = st.WindowNow(w)
		}
		calls, hours = st.CallsView(now), st.CalendarView(now)
	})
	for w, places := range s.windows {
		sign := signage.Face(faces[w], calls.Calls, now)
		if sign.State == devices.SignClosed && !hours.Open {
			sign = resting(hours, now)
		}
		for _, p := range places {
			s.work.Set(p, sign)
		}
	}
	for i, z := range s.zones {
		sign := signage.ZoneFace(calls.Calls, z.ZoneInfo, i == 0, now)
		if sign.State == devices.SignMessage && !hours.Open {
			sign = resting(hours, now)
		}
		for _, p := range z.Displays {
			s.work.Set(p, sign)
		}
	}
}

// resting is a display while the hall is closed: at lunch it says so, at night
// it is dark.
func resting(hours contract.Calendar, now time.Time) devices.Sign {
	if hours.Reason.ZH == "" || hours.Next.IsZero() || hours.Next.Sub(now) > dark {
		return devices.Sign{}
	}
	return devices.Sign{State: devices.SignMessage, Text: hours.Reason.ZH, English: hours.Reason.In("en")}
}

// units lists the displays that share a device with others, for the pages of
// the staff: the device itself is listed by the host.
func (s *signs) units() []devices.Health {
	shared := map[string]int{}
	for _, p := range s.work.Places() {
		shared[p.Device]++
	}
	var list []devices.Health
	for _, st := range s.work.States() {
		if shared[st.Place.Device] < 2 {
			continue
		}
		h := devices.Health{Device: st.Name, Kind: "display", Up: !st.Down && !st.Away, Since: st.Since, Detail: st.Detail}
		if !h.Up {
			h.Faults = []devices.FaultCode{devices.FaultSilent}
		}
		list = append(list, h)
	}
	return list
}

// places are the devices that the hall's folder names for displays and voices.
func places(setup *hall.Setup) (displays, voices []hall.Place) {
	for _, w := range setup.Windows {
		displays = append(displays, w.Displays...)
	}
	for _, z := range setup.Zones {
		displays, voices = append(displays, z.Displays...), append(voices, z.Voices...)
	}
	return slices.Clip(displays), slices.Clip(voices)
}
