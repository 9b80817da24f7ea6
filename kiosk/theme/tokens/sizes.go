package tokens

// CapHeight is the height of a capital of Noto Sans SC in parts of its size
// (OS/2 sCapHeight 733 of 1000). Rules on text size speak of capitals.
const CapHeight = 0.733

// ReferenceDPI is the reference screen: 21.5 inch, 1080×1920, 4 pixels a
// millimetre.
const ReferenceDPI = 101.6

// Sizes are the physical sizes of one variant in millimetres. Type sizes are
// the size of the font, so a capital is CapHeight of it.
type Sizes struct {
	Body    float64 // running text, and the smallest text there is
	Label   float64 // name of a choice
	Title   float64 // of a page
	Display float64 // greeting, what a trouble page says first
	Number  float64 // the ticket number

	Choice    float64 // least height of a main choice
	ChoiceGap float64 // between main choices
	Target    float64 // least side of any touch target
	Gap       float64 // between other targets
	Margin    float64 // of the page
	Radius    float64 // of a card's corners
	Border    float64 // of a card

	Leading float64 // line spacing, in parts of the type size
}

// Standard are the sizes of the standard variant: capitals of 5.1 mm (ADA
// 707.7 and EN 301 549 5.1.4 ask for 4.8), main choices of 25 mm.
func Standard() Sizes {
	return Sizes{
		Body: 7, Label: 10, Title: 13, Display: 20, Number: 62,
		Choice: 25, ChoiceGap: 8, Target: 20, Gap: 4, Margin: 14, Radius: 4, Border: 0.5,
		Leading: 1.35,
	}
}

// Large are the sizes of the large-text variant: capitals of 7.6 mm, main
// choices of 35 mm, any target 25 mm.
func Large() Sizes {
	return Sizes{
		Body: 10.4, Label: 13, Title: 16, Display: 22, Number: 68,
		Choice: 35, ChoiceGap: 8, Target: 25, Gap: 4, Margin: 12, Radius: 4, Border: 0.75,
		Leading: 1.5,
	}
}

// Variant is how one person wants the screen.
type Variant struct {
	Large    bool // larger text and targets
	Contrast bool // high contrast
	Low      bool // every target within reach from a wheelchair
}

// Sizes are the sizes of the variant.
func (v Variant) Sizes() Sizes {
	if v.Large {
		return Large()
	}
	return Standard()
}

// Palette is the palette of the variant for a hall's strong colour.
func (v Variant) Palette(strong string) Palette {
	if v.Contrast {
		return Dark()
	}
	return Light(strong)
}

// PxPerMM turns a screen's dpi into pixels a millimetre; dpi of 0 is the
// reference screen.
func PxPerMM(dpi float64) float64 {
	if dpi <= 0 {
		dpi = ReferenceDPI
	}
	return dpi / 25.4
}
