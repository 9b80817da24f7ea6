package controller

import (
	"context"
	"errors"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/voice"
)

// voices speak the calls on the hall's own devices: one queue for each zone.
type voices struct {
	zones    []*voice.Zone
	unspoken chan contract.CallUnspoken
	seen     map[string]bool // notices that were read out, or were there before
}

func newVoices(c *Controller) *voices {
	v := &voices{unspoken: make(chan contract.CallUnspoken, 256)}
	for _, z := range c.cfg.Setup.Zones {
		var speakers []voice.Speaker
		for _, p := range z.Voices {
			if d, ok := c.devices.Voice(p.Device); ok { // Load has checked them
				speakers = append(speakers, voice.Speaker{ID: p.Device, Voice: d, Unit: p.Unit})
			}
		}
		if len(speakers) == 0 {
			continue
		}
		v.zones = append(v.zones, voice.New(voice.Opts{Zone: z.ID, Plan: c.cfg.Setup.Voice, Location: c.cfg.Setup.Hours.Zone,
			Voices: speakers, Log: c.log, Unspoken: func(u contract.CallUnspoken) {
				select {
				case v.unspoken <- u:
				default: // the zone has logged it
				}
			}}))
	}
	return v
}

// run hands every change to the zones until ctx ends. Calls of before the start
// are not spoken: who came to the window then has heard it, or is called again.
func (v *voices) run(ctx context.Context, e *Engine) {
	if len(v.zones) == 0 {
		return
	}
	changed := e.watch.watch(ctx)
	for {
		v.look(e)
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

func (v *voices) look(e *Engine) {
	now := e.now()
	var calls contract.Calls
	var notices contract.Notices
	e.Look(func(s *hall.State) { calls, notices = s.RecentCalls(), s.NoticesView(now) })
	for _, z := range v.zones {
		z.Calls(calls, now)
	}
	first := v.seen == nil
	seen := map[string]bool{}
	for _, n := range notices.Notices {
		if n.ID == "" || !n.Spoken || n.From.After(now) {
			continue
		}
		seen[n.ID] = true
		if first || v.seen[n.ID] {
			continue
		}
		for _, z := range v.zones {
			if z.Hears(n.Zones) {
				z.Announce(n.Text)
			}
		}
	}
	v.seen = seen
}

// storeUnspoken puts dropped announcements into the journal.
func (v *voices) storeUnspoken(ctx context.Context, e *Engine) {
	for {
		select {
		case <-ctx.Done():
			return
		case u := <-v.unspoken:
			if err := e.Reading(ctx, contract.EvCallUnspoken, u); err != nil && !errors.Is(err, context.Canceled) {
				e.log.Warn("a dropped announcement was not stored", "call", u.Call, "zone", u.Zone, "error", err)
			}
		}
	}
}
