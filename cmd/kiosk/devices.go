package main

import (
	"fmt"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/contract"
	"hallward/devices/host"
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
