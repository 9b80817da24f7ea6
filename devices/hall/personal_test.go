package hall

import (
	"testing"
	"time"
)

// R-SEC: no ID number and no phone number of a person stands in the journal by
// way of a note, however it is typed; numbers of cases may be there. The ID
// numbers are made up.
func TestLooksPersonal(t *testing.T) {
	now := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		text         string
		note, inCase bool
	}{
		{"", false, false},
		{"材料齐全", false, false},
		{"110101199001010015", true, true},
		{"11010119900101001６", true, false}, // a wrong check character: mistyped, or a case
		{"330100202602200001", true, false}, // region, day, serial: a case, as many halls count them
		{"330100202613200001", false, false},
		{"330100202604010001", false, false}, // nobody is born next month
		{"11010519491231002X", true, true},
		{"11010519491231002x 本人", true, true},
		{"１１０１０５１９４９１２３１００２Ｘ", true, true},
		{"110105 19491231 002X", true, true},
		{"证110105194912310021X", false, false}, // 18 digits with a letter behind are no ID number
		{"1101051949123100210", false, false},
		{"13900000000", true, true},
		{"139 0000 0000", true, true},
		{"+8613900000000", true, true},
		{"材料3 13900000000", true, true},
		{"电话１３９００００００００，谢谢", true, true},
		{"12345678901", false, false},
		{"139000000001", false, false},
		{"ZH-2026-00012345", false, false},
	} {
		if got := looksPersonal(c.text, now, true); got != c.note {
			t.Errorf("note %q: %v", c.text, got)
		}
		if got := looksPersonal(c.text, now, false); got != c.inCase {
			t.Errorf("case %q: %v", c.text, got)
		}
	}
}
