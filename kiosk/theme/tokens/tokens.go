// Package tokens is the look of the project in numbers: colours, sizes of type
// and sizes of touch. Kiosk, board, console and slip take them from here, so
// that they look like one house. It imports nothing of Fyne; the web pages get
// the same values from Palette.CSS.
//
// Everything is derived from one strong colour, which the hall's profile names
// (contract.HallInfo.Colour), and from physical sizes in millimetres, which a
// screen turns into pixels by its own dpi.
package tokens

import (
	"fmt"
	"image/color"
	"strings"
)

// DefaultColour is the strong colour of a hall that names none.
const DefaultColour = "#1f5f8b"

// Palette is the colours of one screen. Pairs that carry text have a contrast
// of at least 7:1 (WCAG AAA), shapes that carry meaning at least 3:1; Pairs
// lists them and a test computes them.
type Palette struct {
	Ground  color.NRGBA // behind everything
	Surface color.NRGBA // cards
	Pressed color.NRGBA // a card under a finger
	Ink     color.NRGBA // text
	Soft    color.NRGBA // second text
	Line    color.NRGBA // borders that make a shape visible
	Hair    color.NRGBA // decoration only: rules between things already apart

	Strong     color.NRGBA // the hall's colour, darkened until white reads on it
	StrongDeep color.NRGBA // the same under a finger
	StrongSoft color.NRGBA // a tint of it, for the ground of symbols
	OnStrong   color.NRGBA // text on Strong and StrongDeep

	Alert     color.NRGBA // edge and symbol of a trouble page
	AlertSoft color.NRGBA // its ground
	Good      color.NRGBA // edge and symbol of success
	GoodSoft  color.NRGBA // its ground
	Bad       color.NRGBA // what has failed, for staff
	BadSoft   color.NRGBA // its ground
}

var (
	white = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	black = color.NRGBA{A: 0xff}
)

// Light is the palette of the standard and large-text variants around a strong
// colour "#rrggbb"; a colour that cannot be read falls back to DefaultColour.
func Light(strong string) Palette {
	c, err := ParseHex(strong)
	if err != nil {
		c, _ = ParseHex(DefaultColour)
	}
	for Contrast(c, white) < 7.2 {
		c = Mix(c, black, 0.04)
	}
	return Palette{
		Ground:  hex("#f3f6f8"),
		Surface: white,
		Pressed: Mix(white, c, 0.16),
		Ink:     hex("#15202b"),
		Soft:    hex("#3f4c58"),
		Line:    hex("#72808d"),
		Hair:    hex("#d5dce2"),

		Strong:     c,
		StrongDeep: Mix(c, black, 0.30),
		StrongSoft: Mix(white, c, 0.10),
		OnStrong:   white,

		Alert:     hex("#a34a00"),
		AlertSoft: hex("#fff4e3"),
		Good:      hex("#0b6b40"),
		GoodSoft:  hex("#e7f5ed"),
		Bad:       hex("#9b1c1c"),
		BadSoft:   hex("#fdeceb"),
	}
}

// Dark is the palette of the high-contrast variant: yellow and white on black,
// whatever the hall's colour is.
func Dark() Palette {
	return Palette{
		Ground: black, Surface: hex("#101418"), Pressed: hex("#3a3f00"),
		Ink: white, Soft: hex("#f0f0f0"), Line: hex("#ffffff"), Hair: hex("#8a8f94"),
		Strong: hex("#ffd60a"), StrongDeep: hex("#fff2a0"), StrongSoft: hex("#2b2600"), OnStrong: black,
		Alert: hex("#ffb347"), AlertSoft: hex("#1d1400"),
		Good: hex("#7bed9f"), GoodSoft: hex("#00190b"),
		Bad: hex("#ff9b93"), BadSoft: hex("#210503"),
	}
}

// Pair is two colours that meet on a screen, and the least contrast they need.
type Pair struct {
	Name   string
	On, Of color.NRGBA
	Least  float64
}

// Pairs lists every pair of the palette that carries text (7:1) or a shape
// (3:1), as kiosk-ui asks.
func (p Palette) Pairs() []Pair {
	return []Pair{
		{"ink on ground", p.Ground, p.Ink, 7},
		{"ink on surface", p.Surface, p.Ink, 7},
		{"ink on pressed", p.Pressed, p.Ink, 7},
		{"ink on strong tint", p.StrongSoft, p.Ink, 7},
		{"ink on alert tint", p.AlertSoft, p.Ink, 7},
		{"ink on good tint", p.GoodSoft, p.Ink, 7},
		{"ink on bad tint", p.BadSoft, p.Ink, 7},
		{"soft on ground", p.Ground, p.Soft, 7},
		{"soft on surface", p.Surface, p.Soft, 7},
		{"soft on alert tint", p.AlertSoft, p.Soft, 7},
		{"soft on good tint", p.GoodSoft, p.Soft, 7},
		{"text on strong", p.Strong, p.OnStrong, 7},
		{"text on strong, pressed", p.StrongDeep, p.OnStrong, 7},
		{"strong text on surface", p.Surface, p.Strong, 7},
		{"line on ground", p.Ground, p.Line, 3},
		{"line on surface", p.Surface, p.Line, 3},
		{"strong shape on ground", p.Ground, p.Strong, 3},
		{"strong shape on its tint", p.StrongSoft, p.Strong, 3},
		{"alert shape", p.AlertSoft, p.Alert, 3},
		{"good shape", p.GoodSoft, p.Good, 3},
		{"bad shape", p.BadSoft, p.Bad, 3},
		{"alert shape on ground", p.Ground, p.Alert, 3},
	}
}

// CSS is the palette as custom properties for a style sheet:
// ":root{--ground:#f3f6f8;…}".
func (p Palette) CSS() string {
	var b strings.Builder
	b.WriteString(":root{")
	for _, v := range []struct {
		name string
		c    color.NRGBA
	}{
		{"ground", p.Ground}, {"surface", p.Surface}, {"pressed", p.Pressed},
		{"ink", p.Ink}, {"soft", p.Soft}, {"line", p.Line}, {"hair", p.Hair},
		{"strong", p.Strong}, {"strong-deep", p.StrongDeep}, {"strong-soft", p.StrongSoft}, {"on-strong", p.OnStrong},
		{"alert", p.Alert}, {"alert-soft", p.AlertSoft},
		{"good", p.Good}, {"good-soft", p.GoodSoft}, {"bad", p.Bad}, {"bad-soft", p.BadSoft},
	} {
		fmt.Fprintf(&b, "--%s:%s;", v.name, Hex(v.c))
	}
	b.WriteString("}")
	return b.String()
}
