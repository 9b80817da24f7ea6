package controller

import (
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
)

// At lunch a display says so; at night, and where nobody knows when the hall
// opens, it is dark.
func TestRestingDisplays(t *testing.T) {
	noon := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	lunch := contract.Text2{ZH: "午间休息", EN: "Lunch break"}
	for name, c := range map[string]struct {
		hours contract.Calendar
		want  devices.Sign
	}{
		"lunch":    {contract.Calendar{Reason: lunch, Next: noon.Add(2 * time.Hour)}, devices.Sign{State: devices.SignMessage, Text: lunch.ZH, English: lunch.EN}},
		"night":    {contract.Calendar{Reason: lunch, Next: noon.Add(14 * time.Hour)}, devices.Sign{}},
		"nothing":  {contract.Calendar{Next: noon.Add(time.Hour)}, devices.Sign{}},
		"for ever": {contract.Calendar{Reason: lunch}, devices.Sign{}},
	} {
		if got := resting(c.hours, noon); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
