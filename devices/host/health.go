package host

import (
	"context"
	"errors"
	"slices"
	"sort"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// source is a fault and who says so: "host", "driver" or "status" (the
// printer's own state). The same code from two sources is one fault.
type source struct {
	by   string
	code devices.FaultCode
}

// faultSet is the present faults with their details.
type faultSet map[source]string

func (s faultSet) has(k source) bool { _, ok := s[k]; return ok }

// byCode joins the sources.
func (s faultSet) byCode() map[devices.FaultCode]string {
	joined := map[devices.FaultCode]string{}
	for k, detail := range s {
		if old, ok := joined[k.code]; !ok || detail > old {
			joined[k.code] = detail
		}
	}
	return joined
}

// set notes a fault and tells whether that changed anything.
func (u *unit) set(k source, on bool, detail string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	old, had := u.faults[k]
	switch {
	case !on && !had, on && had && (k.by == "host" || old == detail):
		return false
	case on:
		u.faults[k] = detail
	default:
		delete(u.faults, k)
	}
	return true
}

// note is set for what the device says of itself, with a line in the log for
// each change.
func (u *unit) note(k source, on bool, detail string) bool {
	if !u.set(k, on, detail) {
		return false
	}
	if on {
		u.host.log.Warn("device has a fault", "device", u.spec.ID, "fault", k.code, "detail", detail)
	} else {
		u.host.log.Info("fault is over", "device", u.spec.ID, "fault", k.code)
	}
	return true
}

// noteStatus turns a printer's status into its faults, and tells whether that
// changed anything.
func (u *unit) noteStatus(s devices.PrinterStatus) bool {
	changed := u.note(source{"status", devices.FaultSilent}, !s.Known, s.Reason)
	if !s.Known {
		return changed // the rest is as it was last known
	}
	trouble := s.Cover || s.Paper == devices.PaperOut || s.Cutter || s.Fatal || s.Hot
	for code, on := range map[devices.FaultCode]bool{
		devices.FaultCoverOpen: s.Cover,
		devices.FaultPaperOut:  s.Paper == devices.PaperOut,
		devices.FaultPaperLow:  s.Paper == devices.PaperLow,
		devices.FaultCutter:    s.Cutter,
		devices.FaultBroken:    s.Fatal,
		devices.FaultHot:       s.Hot,
		devices.FaultSlipLeft:  s.Left,
		devices.FaultOffline:   !s.Online && !trouble, // otherwise the cause is named
	} {
		changed = u.note(source{"status", code}, on, "") || changed
	}
	return changed
}

// failed tells whether the device was down before.
func (u *unit) failed() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, code := range downCodes {
		if u.faults.has(source{"host", code}) {
			return true
		}
	}
	return false
}

// downCodes are what the host says of a device that is down.
var downCodes = []devices.FaultCode{devices.FaultMissing, devices.FaultBroken, devices.FaultSilent}

// isUp notes that the device is there.
func (u *unit) isUp(ctx context.Context) {
	u.mu.Lock()
	was := u.up
	if !was {
		u.up, u.since, u.detail, u.mute = true, time.Now(), "", false
		for _, code := range downCodes {
			delete(u.faults, source{"host", code})
		}
	}
	u.mu.Unlock()
	if !was {
		u.host.log.Info("device is up", "device", u.spec.ID, "kind", u.spec.Kind, "link", u.spec.Link)
		u.publish()
		u.tell(ctx)
	}
}

// down notes that the device is gone, and why. What the driver said of it is
// no longer known.
func (u *unit) down(ctx context.Context, err error) {
	code := devices.FaultMissing
	var p *panicked
	switch {
	case errors.As(err, &p), permanent(err):
		code = devices.FaultBroken
	case errors.Is(err, link.ErrStalled), errors.Is(err, link.ErrSilent):
		code = devices.FaultSilent
	}
	u.mu.Lock()
	k := source{"host", code}
	fresh := u.up || !u.faults.has(k)
	if u.up || u.detail == "" {
		u.since = time.Now()
	}
	u.up, u.detail, u.mute = false, err.Error(), errors.Is(err, link.ErrSilent)
	for old := range u.faults {
		if old.by != "host" || (old != k && old.code != devices.FaultStorage) {
			delete(u.faults, old)
		}
	}
	if fresh {
		u.faults[k] = err.Error()
	}
	u.mu.Unlock()
	if fresh {
		u.host.log.Warn("device is down", "device", u.spec.ID, "kind", u.spec.Kind, "link", u.spec.Link, "fault", code, "err", err)
		u.publish()
	}
	u.tell(ctx)
}

// tell brings the sink's knowledge of the faults up to date: one Fault for
// each change. What the sink does not take is tried again later.
func (u *unit) tell(ctx context.Context) error {
	select {
	case u.telling <- struct{}{}:
		defer func() { <-u.telling }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for _, f := range u.untold() {
		err := u.host.sink(ctx, u.spec.ID, f)
		u.stored(ctx, err)
		if err != nil {
			return err
		}
		u.mu.Lock()
		if f.On {
			u.told[f.Code] = f.Detail
		} else {
			delete(u.told, f.Code)
		}
		u.mu.Unlock()
	}
	return nil
}

// stored notes whether the sink takes what devices say. This fault stands in
// the health only: it could not be stored.
func (u *unit) stored(ctx context.Context, err error) {
	k := source{"host", devices.FaultStorage}
	switch {
	case err == nil:
		if u.set(k, false, "") {
			u.host.log.Info("what the device says is stored again", "device", u.spec.ID)
			u.publish()
		}
	case ctx.Err() == nil:
		if u.set(k, true, err.Error()) {
			u.host.log.Error("what the device says cannot be stored", "device", u.spec.ID, "err", err)
			u.publish()
		}
	}
}

// untold lists the changes since the sink was last told: what is over first,
// then what has begun, in order of the codes.
func (u *unit) untold() []devices.Fault {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.faults.byCode()
	delete(now, devices.FaultStorage)
	var begun, over []devices.Fault
	for code, detail := range now {
		if old, known := u.told[code]; !known || old != detail {
			begun = append(begun, devices.Fault{Device: u.spec.ID, Code: code, On: true, Detail: detail, At: time.Now()})
		}
	}
	for code := range u.told {
		if _, still := now[code]; !still {
			over = append(over, devices.Fault{Device: u.spec.ID, Code: code, At: time.Now()})
		}
	}
	for _, list := range [][]devices.Fault{begun, over} {
		sort.Slice(list, func(i, j int) bool { return list[i].Code < list[j].Code })
	}
	return append(over, begun...)
}

// state is the unit's health now.
func (u *unit) state() devices.Health {
	u.mu.Lock()
	defer u.mu.Unlock()
	h := devices.Health{
		Device: u.spec.ID, Kind: u.spec.Kind, Link: u.spec.Link,
		Up: u.up, Detail: u.detail, Since: u.since, Drops: u.drops,
	}
	details := []string{}
	for code, detail := range u.faults.byCode() {
		h.Faults = append(h.Faults, code)
		details = append(details, detail)
	}
	slices.Sort(h.Faults)
	if h.Detail == "" {
		slices.Sort(details)
		h.Detail = firstText(details)
	}
	if u.dev != nil {
		h.Drops += dropsOf(u.dev)
	}
	return h
}

func firstText(texts []string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// publish hands the new health to whoever asked. The lock keeps the newest
// one last.
func (u *unit) publish() {
	u.publishing.Lock()
	defer u.publishing.Unlock()
	u.host.mu.Lock()
	listeners := slices.Clone(u.host.changed)
	u.host.mu.Unlock()
	for _, f := range listeners {
		f(u.state())
	}
}
