// Package catalog is the list of the devices that this software drives: for
// each kind ("printer/escpos") the capability it brings, the settings it
// takes, and how it is opened. A configuration names a device by Spec; Check
// says everything that is wrong with one without touching a port, Open opens
// the link and makes the driver.
//
// The table in kinds.go is explicit: a new driver is one line there and one
// function that reads its settings.
package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sort"
	"strings"

	"golang.org/x/image/font"

	"hallward/devices"
	"hallward/devices/contract"
)

// Spec is one device of a configuration file.
type Spec struct {
	ID       string         `yaml:"id"`       // [a-z0-9-]{1,32}, unique in the process
	Kind     string         `yaml:"kind"`     // "printer/escpos"; see Kinds
	Link     string         `yaml:"link"`     // "serial:/dev/ttyUSB0?baud=9600", "tcp:host:9100", "listen:10.0.0.2:8081"
	Settings map[string]any `yaml:"settings"` // of the kind; unknown keys are errors
}

// Options is what a process gives to the drivers beside their settings. The
// zero value is usable.
type Options struct {
	// Face draws the lines of a slip whose characters the printer does not
	// have; nil leaves boxes in their place.
	Face font.Face
	// Stamps keeps how far each attendance terminal has uploaded; nil forgets
	// it at the end of the process, and the terminals send everything again.
	Stamps Stamps
	// Synced tells whether this machine's clock can be trusted; nil trusts it.
	// Terminals take their time from here.
	Synced func() bool
	// Log takes the audit lines of drivers; nil is slog.Default().
	Log *slog.Logger
}

// Stamps keeps the upload cursors of attendance terminals over a restart.
type Stamps interface {
	Stamp(terminal, table string) string
	SetStamp(terminal, table, stamp string)
}

// Port is an opened device together with the link below it.
type Port struct {
	Device devices.Device
	link   io.Closer
}

// NewPort joins a device and the link that it was made on. Link may be nil.
func NewPort(d devices.Device, link io.Closer) *Port { return &Port{Device: d, link: link} }

// Close closes the link. A Run that still reads there ends with an error.
func (p *Port) Close() error {
	if p.link == nil {
		return nil
	}
	return p.link.Close()
}

// SettingError is one mistake in a Spec. Opening again does not help: a person
// has to mend the configuration.
type SettingError struct {
	Index   int    // of the Spec in the list that CheckAll was given, 0..
	Device  string // id
	Key     string // "kind", "link" or "settings.units"
	Value   any    // as it stands in the file; nil when it is missing
	Problem string // what is wrong and what is wanted
}

func (e *SettingError) Error() string {
	if e.Value == nil {
		return fmt.Sprintf("device %s: %s: %s", e.Device, e.Key, e.Problem)
	}
	return fmt.Sprintf("device %s: %s: %.80q: %s", e.Device, e.Key, fmt.Sprint(e.Value), e.Problem)
}

// Kinds lists the kinds in alphabetical order.
func Kinds() []string {
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Capability is what a kind of device can do: "printer", "keypad",
// "attendance", "idcard", "scanner", "display", "voice"; "" for an unknown kind.
func Capability(kind string) string { return kinds[kind].capability }

// Speaks tells whether a kind of device has a voice: every voice, and displays
// with a speaker of their own.
func Speaks(kind string) bool { return kinds[kind].speaks || kinds[kind].capability == "voice" }

// Check lists the mistakes in a spec, each a *SettingError, without any I/O.
func Check(spec Spec) []error {
	_, errs := plan(&Options{}, spec)
	return errs
}

// CheckAll checks all devices of a process, and that no two have one id.
func CheckAll(specs []Spec) []*SettingError {
	var all []*SettingError
	seen := map[string]bool{}
	for i, s := range specs {
		errs := Check(s)
		if seen[s.ID] {
			errs = append(errs, &SettingError{Device: s.ID, Key: "id", Value: s.ID, Problem: "another device has this id"})
		}
		seen[s.ID] = true
		for _, err := range errs {
			var e *SettingError
			if errors.As(err, &e) {
				e.Index = i
				all = append(all, e)
			}
		}
	}
	return all
}

// Open opens the link of a device and makes its driver. A *SettingError
// inside the error says that trying again makes no sense; any other error is
// of the moment (not plugged in, no route, port in use).
func Open(ctx context.Context, o *Options, spec Spec) (*Port, error) {
	if o == nil {
		o = &Options{}
	}
	open, errs := plan(o, spec)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	port, err := open(ctx)
	if err != nil {
		return nil, fmt.Errorf("device %s: %w", spec.ID, err)
	}
	return port, nil
}

// opener is a spec that was read without a mistake.
type opener func(ctx context.Context) (*Port, error)

func plan(o *Options, spec Spec) (opener, []error) {
	s := &settings{spec: spec, left: map[string]any{}}
	for key, value := range spec.Settings {
		s.left[key] = value
	}
	if err := contract.CheckID(spec.ID); err != nil {
		s.bad("id", spec.ID, "want 1 to 32 of a-z, 0-9 and -")
	}
	k, ok := kinds[spec.Kind]
	if !ok {
		s.bad("kind", spec.Kind, "unknown, want one of "+strings.Join(Kinds(), ", "))
		return nil, s.errs
	}
	open := k.read(o, s)
	s.rest()
	return open, s.errs
}
