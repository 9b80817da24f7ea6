package switches_test

import (
	"strings"
	"testing"

	"hallward/devices/sim/switches"
)

func TestBoard(t *testing.T) {
	b := switches.New("silent", "garbage")
	if err := b.Set("silent", true); err != nil || !b["silent"] || b["garbage"] {
		t.Errorf("after silent: %v, %v", b, err)
	}
	if err := b.Set("silent", false); err != nil || b["silent"] {
		t.Errorf("after it is mended: %v, %v", b, err)
	}
	if err := b.Set("loud", true); err == nil || !strings.Contains(err.Error(), "[garbage silent]") || len(b) != 2 {
		t.Errorf("an unknown one: %v, %v", b, err)
	}
}
