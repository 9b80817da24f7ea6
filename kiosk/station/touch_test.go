package station

import (
	"testing"
	"testing/synctest"

	"hallward/devices"
	"hallward/kiosk/flow"
)

// A fault of the very moment of the touch is said before a number is taken:
// the printer is not looked at by the clock alone (R-PRN-06).
func TestTouchLooksAtThePrinter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, c, p := newDisk(), &counter{}, good()
		k := switchOn(t, d, c, p)
		defer k.off()
		k.feed()
		k.Touch(flow.Start, "")
		k.Touch(flow.Unit, "u")
		k.on(flow.Services)
		p.set(devices.PrinterStatus{Known: true, Online: true, Paper: devices.PaperOut})
		k.Touch(flow.Service, "s")
		if s := k.on(flow.Trouble); s.Reason != flow.PaperOut {
			t.Errorf("reason %s", s.Reason)
		}
		if len(c.asked) != 0 {
			t.Errorf("asked %v", c.asked)
		}
	})
}
