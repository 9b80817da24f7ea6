package tokens

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// R-ACC-03: text 7:1, shapes 3:1, for every strong colour that a hall can name.
func TestContrast(t *testing.T) {
	for _, strong := range []string{"#1f5f8b", "#8b1f1f", "#2e7d32", "#ffd400", "#000000", "#ffffff", "nonsense", ""} {
		checkPairs(t, strong, Light(strong))
	}
	checkPairs(t, "dark", Dark())
}

type reporter interface {
	Helper()
	Errorf(string, ...any)
}

func checkPairs(t reporter, name string, p Palette) {
	t.Helper()
	for _, pair := range p.Pairs() {
		if got := Contrast(pair.On, pair.Of); got < pair.Least {
			t.Errorf("%s: %s: %s on %s is %.2f:1, want %.0f:1", name, pair.Name, Hex(pair.Of), Hex(pair.On), got, pair.Least)
		}
	}
}

func TestContrastOfAnyColour(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		strong := rapid.StringMatching(`#[0-9a-f]{6}`).Draw(t, "strong")
		checkPairs(t, strong, Light(strong))
	})
}

func TestContrastOfKnownPairs(t *testing.T) {
	if got := Contrast(black, white); got < 20.99 || got > 21.01 {
		t.Errorf("black on white: %.2f, want 21", got)
	}
	// #767676 on white is the well-known 4.54:1.
	if got := Contrast(hex("#767676"), white); got < 4.53 || got > 4.55 {
		t.Errorf("#767676 on white: %.3f, want 4.54", got)
	}
}

// R-ACC-03: the sizes of kiosk-ui, in millimetres.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		name                         string
		s                            Sizes
		body, choice, target, number float64
		leading                      float64
	}{
		{"standard", Standard(), 4.8, 25, 20, 25, 1.3},
		{"large", Large(), 7.5, 35, 25, 35, 1.5},
	} {
		least := map[string][2]float64{
			"capital of body text": {c.s.Body * CapHeight, c.body},
			"main choice":          {c.s.Choice, c.choice},
			"gap of choices":       {c.s.ChoiceGap, 8},
			"touch target":         {c.s.Target, c.target},
			"capital of number":    {c.s.Number * CapHeight, c.number},
			"line spacing":         {c.s.Leading, c.leading},
		}
		for what, v := range least {
			if v[0] < v[1] {
				t.Errorf("%s: %s is %.2f, want at least %.2f", c.name, what, v[0], v[1])
			}
		}
	}
}

func TestHex(t *testing.T) {
	for _, bad := range []string{"", "#12345", "#1234567", "1f5f8b0", "#12345g"} {
		if _, err := ParseHex(bad); err == nil {
			t.Errorf("ParseHex(%q) took it", bad)
		}
	}
	c, err := ParseHex("#1f5f8b")
	if err != nil || Hex(c) != "#1f5f8b" {
		t.Errorf("#1f5f8b became %s, %v", Hex(c), err)
	}
}

func TestCSS(t *testing.T) {
	css := Light("").CSS()
	for _, want := range []string{":root{", "--ground:#f3f6f8;", "--on-strong:#ffffff;"} {
		if !strings.Contains(css, want) {
			t.Errorf("%s lacks %s", css, want)
		}
	}
}
