package main

import (
	"fmt"
	"slices"
	"sync"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/contract"
	"hallward/devices/host"
	"hallward/devices/identity"
	"hallward/kiosk/station"
)

// births is what the kiosk says of its devices when it connects.
func births(specs []catalog.Spec) []contract.DeviceBirth {
	var out []contract.DeviceBirth
	for _, d := range specs {
		b := contract.DeviceBirth{ID: d.ID, Kind: d.Kind, Capabilities: []string{}}
		if c := catalog.Capability(d.Kind); c != "" {
			b.Capabilities = append(b.Capabilities, c)
		}
		out = append(out, b)
	}
	return out
}

// deviceState is what the hall is told of a device; the ticket printer adds its
// paper and its model.
func deviceState(h devices.Health, p station.Printer, printer string) contract.DeviceState {
	s := contract.DeviceState{Up: h.Up, Faults: []string{}, Drops: h.Drops, Since: h.Since.UTC()}
	for _, f := range h.Faults {
		s.Faults = append(s.Faults, string(f))
	}
	if p != nil && h.Device == printer {
		st := p.Status()
		s.Paper, s.Model = string(st.Paper), st.Model
	}
	return s
}

func deviceHealth(h *host.Host, id string) error {
	for _, d := range h.Health() {
		if d.Device == id && (!d.Up || len(d.Faults) > 0) {
			return fmt.Errorf("up %v, faults %v: %s", d.Up, d.Faults, d.Detail)
		}
	}
	return nil
}

// personKey reads the hall's person key; no file is no key.
func personKey(path string) (identity.Key, error) {
	if path == "" {
		return nil, nil
	}
	return identity.LoadKey(path)
}

// working keeps which devices can be used now, for the screens: they are asked
// several times a second.
type working struct {
	mu sync.Mutex
	up map[string]bool
}

func newWorking() *working { return &working{up: map[string]bool{}} }

// hindering are the faults with which a reader cannot be used.
var hindering = []devices.FaultCode{devices.FaultSilent, devices.FaultMissing, devices.FaultGarbled, devices.FaultRejected, devices.FaultBroken}

func (w *working) change(h devices.Health) {
	bad := slices.ContainsFunc(h.Faults, func(f devices.FaultCode) bool { return slices.Contains(hindering, f) })
	w.mu.Lock()
	defer w.mu.Unlock()
	w.up[h.Device] = h.Up && !bad
}

// of asks for one device; nil when there is none.
func (w *working) of(id string) func() bool {
	if id == "" {
		return nil
	}
	return func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.up[id]
	}
}
