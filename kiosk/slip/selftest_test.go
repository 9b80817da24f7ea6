package slip_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hallward/devices"
	"hallward/kiosk/slip"
	"hallward/kiosk/text"
)

// The test slip shows what a technician looks for, and nobody can take it for a
// ticket.
func TestSelfTest(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 5, 7, 0, time.FixedZone("CST", 8*3600))
	d := slip.SelfTest("kiosk-1/printer", at)
	got := strings.Join(lines(d), "\n")
	for _, want := range []string{"kiosk-1/printer", "2026-03-02 09:05:07 +08:00", "123456789012345678901234567890123456789012345678\n", "镕", "𠮷", "不是号票"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if bad := text.Offends(got); bad != "" {
		t.Errorf("it contains %q", bad)
	}
	sizes, sides, codes := map[int]bool{}, map[devices.Align]bool{}, 0
	beyond := false
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case devices.Text:
			sizes[b.Size], sides[b.Align] = true, true
			for _, r := range b.S {
				beyond = beyond || utf8.RuneLen(r) == 4
			}
		case devices.QR:
			codes++
			if b.Data != "hallward test kiosk-1/printer" {
				t.Errorf("the code is %q", b.Data)
			}
		}
	}
	if len(sizes) < 3 || len(sides) != 3 || codes != 1 || !beyond {
		t.Errorf("sizes %v, sides %v, %d codes, beyond the BMP %v", sizes, sides, codes, beyond)
	}
}
