// Package theme is the Fyne side of the project's look: the embedded fonts, the
// colours of kiosk/theme/tokens and the symbols. Kiosk and board set it as the
// application's theme; what they draw themselves takes its colours and sizes
// from a Look.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"hallward/kiosk/theme/fonts"
	_ "hallward/kiosk/theme/locale" // before Fyne looks for a language
	"hallward/kiosk/theme/tokens"
)

var (
	regular = fyne.NewStaticResource("NotoSansSC-Regular.otf", fonts.Regular)
	bold    = fyne.NewStaticResource("NotoSansSC-Bold.otf", fonts.Bold)
)

// Look is what one screen needs to draw: colours, and sizes in millimetres with
// the screen's own scale.
type Look struct {
	tokens.Palette
	tokens.Sizes
	Variant tokens.Variant
	px      float64 // per millimetre
}

// NewLook is the look of a variant with a hall's strong colour ("#rrggbb") on a
// screen of dpi pixels an inch; 0 is the reference screen.
func NewLook(v tokens.Variant, strong string, dpi float64) *Look {
	return &Look{Palette: v.Palette(strong), Sizes: v.Sizes(), Variant: v, px: tokens.PxPerMM(dpi)}
}

// Px turns millimetres into pixels of the screen.
func (l *Look) Px(mm float64) float32 { return float32(mm * l.px) }

// Theme is the Fyne theme around a look. Of Fyne's own widgets the screens use
// none, so it is little more than the fonts and the ground.
type Theme struct{ look *Look }

var _ fyne.Theme = (*Theme)(nil)

// New is the theme for a look.
func New(l *Look) *Theme { return &Theme{look: l} }

// Font is Noto Sans SC for every style: an italic or a monospaced Chinese font
// would bring another design to the screen.
func (t *Theme) Font(s fyne.TextStyle) fyne.Resource {
	if s.Bold {
		return bold
	}
	return regular
}

// Color maps Fyne's names to the palette; the system's dark mode changes nothing.
func (t *Theme) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	switch n {
	case fynetheme.ColorNameBackground:
		return t.look.Ground
	case fynetheme.ColorNameForeground:
		return t.look.Ink
	case fynetheme.ColorNamePrimary, fynetheme.ColorNameFocus:
		return t.look.Strong
	}
	return fynetheme.DefaultTheme().Color(n, fynetheme.VariantLight)
}

// Icon is Fyne's own; the screens use Symbol instead.
func (t *Theme) Icon(n fyne.ThemeIconName) fyne.Resource {
	return fynetheme.DefaultTheme().Icon(n)
}

// Size is the body size for text, and no padding: the screens place everything
// themselves.
func (t *Theme) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case fynetheme.SizeNameText:
		return t.look.Px(t.look.Body)
	case fynetheme.SizeNamePadding, fynetheme.SizeNameInnerPadding:
		return 0
	}
	return fynetheme.DefaultTheme().Size(n)
}
