package identity

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var today = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// The vectors of GB 11643-1999 and of the residence permits, and what a wrong
// keyboard makes of them (R-KIOSK-19).
func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		want Number
		err  error
	}{
		{"11010519491231002X", Number{Resident, "19491231", "F", "11010519491231002X"}, nil},
		{" 110105 19491231 002x ", Number{Resident, "19491231", "F", "11010519491231002X"}, nil},
		{"１１０１０５１９４９１２３１００２Ｘ", Number{Resident, "19491231", "F", "11010519491231002X"}, nil},
		{"34052419800101001X", Number{Resident, "19800101", "M", "34052419800101001X"}, nil},
		{"440524188001010014", Number{Resident, "18800101", "M", "440524188001010014"}, nil},
		{"810000199001010019", Number{Permit, "19900101", "M", "810000199001010019"}, nil},
		{"820000199001010010", Number{Permit, "19900101", "M", "820000199001010010"}, nil},
		{"830000199001010012", Number{Permit, "19900101", "M", "830000199001010012"}, nil},
		{"911840199003070022", Number{Foreigner, "19900307", "F", "911840199003070022"}, nil},
		{"FRA110085091201", Number{Foreigner2017, "", "", "FRA110085091201"}, nil},
		{"340524800101001", Number{Old, "19800101", "M", "34052419800101001X"}, nil},
		{"110105491231002", Number{Old, "19491231", "F", "11010519491231002X"}, nil},

		{"110105194912310021", Number{}, ErrChecksum},
		{"11010519491231003X", Number{}, ErrChecksum},
		{"11010519490229002X", Number{}, ErrBirth}, // 1949 had no 29 February
		{"110105202611240011", Number{}, ErrBirth}, // tomorrow
		{"110105000000000011", Number{}, ErrBirth},
		{"00010519491231002X", Number{}, ErrRegion},
		{"83010519491231002X", Number{}, ErrRegion},
		{"340524801301001", Number{}, ErrBirth},
		{"810000900101001", Number{}, ErrRegion},
		{"X1010519491231002X", Number{}, ErrForm},
		{"1101051949123100XX", Number{}, ErrForm},
		{"11010519491231002Y", Number{}, ErrForm},
		{"F1A110085091201", Number{}, ErrForm},
		{"FRA11008509120X", Number{}, ErrForm},
		{"张张张张张张", Number{}, ErrForm},
		{"", Number{}, ErrLength},
		{"13912345678", Number{}, ErrLength},
		{"11010519491231002", Number{}, ErrLength},
		{"11010519491231002XX", Number{}, ErrLength},
	} {
		n, err := Parse(c.text, today)
		if n != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q: %s birth %s sex %s canonical %q, %v; want %q, %v", c.text, n.Kind, n.Birth, n.Sex, n.text, err, c.want.text, c.err)
		}
	}
}

func TestBornToday(t *testing.T) {
	s := "11010520261123001"
	n, err := Parse(s+string(checkDigit(s)), today)
	if err != nil || n.Birth != "20261123" {
		t.Errorf("born today: %v, %v", n, err)
	}
	if _, err := Parse(s+string(checkDigit(s)), today.AddDate(0, 0, -1)); !errors.Is(err, ErrBirth) {
		t.Errorf("born tomorrow: %v", err)
	}
}

// What the card says besides its number must agree with it.
func TestCheckCard(t *testing.T) {
	for _, c := range []struct {
		kind               Kind
		number, sex, birth string
		err                error
	}{
		{Resident, "34052419800101001X", "M", "19800101", nil},
		{Resident, "34052419800101001X", "", "", nil},
		{Resident, "34052419800101001X", "F", "19800101", ErrSex},
		{Resident, "34052419800101001X", "M", "19800102", ErrOtherDay},
		{Resident, "340524800101001", "M", "19800101", ErrOld},
		{Resident, "810000199001010019", "M", "19900101", ErrKind},
		{Permit, "810000199001010019", "F", "19900101", nil}, // parity is a promise for residents only
		{Permit, "34052419800101001X", "M", "19800101", ErrKind},
		{Foreigner, "911840199003070022", "F", "19900307", nil},
		{Foreigner2017, "FRA110085091201", "M", "19850912", nil},
		{Foreigner2017, "34052419800101001X", "M", "", ErrKind},
		{Resident, "34052419800101002X", "M", "", ErrChecksum},
	} {
		if _, err := CheckCard(c.kind, c.number, c.sex, c.birth, today); !errors.Is(err, c.err) {
			t.Errorf("%s %s %s %s: %v, want %v", c.kind, c.number, c.sex, c.birth, err, c.err)
		}
	}
}

// drawNumber draws a valid number.
func drawNumber(t *rapid.T) string {
	region := rapid.SampledFrom([]string{"110105", "340524", "440524", "650102", "810000", "830000", "911840"}).Draw(t, "region")
	day := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 46_000).Draw(t, "day"))
	s := region + day.Format("20060102") + fmt.Sprintf("%03d", rapid.IntRange(0, 999).Draw(t, "sequence"))
	return s + string(checkDigit(s))
}

// GB 11643 promises that one wrong digit, and two neighbours exchanged, are
// always found.
func TestOneSlipIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawNumber(t)
		if _, err := Parse(s, today); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		b := []byte(s)
		i := rapid.IntRange(0, 17).Draw(t, "place")
		if rapid.Bool().Draw(t, "exchange") && i < 17 {
			b[i], b[i+1] = b[i+1], b[i]
		} else {
			b[i] = rapid.SampledFrom([]byte("0123456789")).Draw(t, "digit")
		}
		if _, err := Parse(string(b), today); string(b) != s && err == nil {
			t.Fatalf("%s passes for %s", b, s)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "340524800101001", "FRA110085091201", "１１", "张三"} {
		f.Add(s)
	}
	form := regexp.MustCompile(`^(\d{17}[\dX]|[A-Z]{3}\d{12})$`)
	f.Fuzz(func(t *testing.T, s string) {
		n, err := Parse(s, today)
		if err == nil && !form.MatchString(n.Canonical()) {
			t.Errorf("%q gives %q", s, n.Canonical())
		}
		again, _ := Parse(Normalise(s), today)
		if again != n {
			t.Errorf("%q is another number once normalised", s)
		}
		if err != nil && len(strings.TrimSpace(s)) > 3 && strings.Contains(err.Error(), s) {
			t.Errorf("the error repeats what was typed: %v", err)
		}
	})
}

// R-SEC-01: no verb of fmt shows the number or the key.
func TestNothingPrintsANumberOrKey(t *testing.T) {
	n, err := Parse("34052419800101001X", today)
	if err != nil {
		t.Fatal(err)
	}
	key := Key(strings.Repeat("k", KeySize))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if s := fmt.Sprintf(verb, n); strings.Contains(s, "1980") || strings.Contains(s, "001X") {
			t.Errorf("%s shows %s", verb, s)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if s := fmt.Sprintf(verb, key); s != "person key" {
			t.Errorf("%s shows %s", verb, s)
		}
	}
}
