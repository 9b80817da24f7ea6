// Package switches is the faults that a simulated device can be given: a name
// for each, on or off.
package switches

import (
	"fmt"
	"maps"
	"slices"
)

// Board is the switches of one device: every name that it has, and whether it
// is on. The lock of the device guards it.
type Board map[string]bool

// New has these switches, all of them off.
func New(names ...string) Board {
	b := make(Board, len(names))
	for _, name := range names {
		b[name] = false
	}
	return b
}

// Set turns a switch on or off. The error of an unknown one lists all names.
func (b Board) Set(name string, on bool) error {
	if _, known := b[name]; !known {
		return fmt.Errorf("switch %q: want one of %v", name, slices.Sorted(maps.Keys(b)))
	}
	b[name] = on
	return nil
}
