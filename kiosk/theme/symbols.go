package theme

import (
	"fmt"
	"image/color"
	"strings"
	"sync"

	"fyne.io/fyne/v2"

	"hallward/kiosk/theme/tokens"
)

// Symbols are drawn here after the ideas of GB/T 10001.1 (public information
// symbols): plain outlines on a 48×48 field, one stroke width, words always
// beside them. "C" stands for the colour.
var symbols = map[string]string{
	// Units of a hall.
	"building":  `<path d="M8 42V17L24 7l16 10v25"/><path d="M4 42h40"/><path d="M19 42V31h10v11"/><path d="M16 21h4M28 21h4"/>`,
	"globe":     `<circle cx="24" cy="24" r="18"/><path d="M6 24h36"/><path d="M24 6c-11 11-11 25 0 36c11-11 11-25 0-36z"/>`,
	"car":       `<path d="M6 35V26l5-12h26l5 12v9z"/><path d="M6 26h36"/><path d="M10 35v5h5v-5M33 35v5h5v-5"/><path d="M13 30.5h4M31 30.5h4"/>`,
	"medical":   `<path d="M18 6h12v12h12v12H30v12H18V30H6V18h12z"/>`,
	"coin":      `<circle cx="24" cy="24" r="18"/><path d="M17 14l7 9l7-9"/><path d="M24 23v13M17 25h14M17 30.5h14"/>`,
	"question":  `<circle cx="24" cy="24" r="18"/><path d="M18 19c0-9 12-8 12-1c0 5-6 5-6 10"/><circle cx="24" cy="34" r="1.2" fill="C"/>`,
	"entrust":   `<path d="M4 28h7l9-4h7c4 0 4 5 0 5h-7"/><path d="M27 28l11-6c4-1 6 3 3 5L27 38H11"/><path d="M4 24v18h7V24z"/><path d="M22 6h14v12H22z"/>`,
	"complaint": `<path d="M6 8h36v25H24l-10 9v-9H6z"/><path d="M24 14v9"/><circle cx="24" cy="28" r="1.2" fill="C"/>`,
	"person":    `<circle cx="24" cy="14" r="8"/><path d="M8 43c0-20 32-20 32 0z"/>`,
	"people":    `<circle cx="18" cy="16" r="7"/><path d="M5 41c0-17 26-17 26 0z"/><path d="M30 10c7-1 9 11 1 13"/><path d="M36 28c5 2 7 7 7 13h-5"/>`,
	"document":  `<path d="M11 5h18l9 9v29H11z"/><path d="M29 5v9h9"/><path d="M17 23h15M17 30h15M17 37h9"/>`,
	"star":      `<path d="M24 5l5.8 12.4L43 19l-9.800 9.300L35.800 42L24 35.200L12.200 42l2.600-13.700L5 19l13.200-1.600z"/>`,
	"shop":      `<path d="M8 20v22h32V20"/><path d="M5 20l4-13h30l4 13z"/><path d="M19 42V29h10v13"/>`,
	"book":      `<path d="M24 12C18 7 11 7 5 9v30c6-2 13-2 19 3c6-5 13-5 19-3V9c-6-2-13-2-19 3z"/><path d="M24 12v30"/>`,

	// Facilities and people.
	"wheelchair": `<circle cx="20" cy="7" r="3.500"/><path d="M20 13v15h13l6 12"/><path d="M20 20h11"/><path d="M15 21c-11 6-8 21 4 21c6 0 10-4 11-8"/>`,

	// What the screens say.
	"paper":   `<path d="M12 4h24v40l-4-3l-4 3l-4-3l-4 3l-4-3l-4 3z"/><path d="M18 14h12M18 22h12M18 30h7"/>`,
	"printer": `<path d="M14 17V5h20v12"/><path d="M14 34H6V17h36v17h-8"/><path d="M14 27h20v16H14z"/><path d="M35 22.500h1"/>`,
	"clock":   `<circle cx="24" cy="24" r="18"/><path d="M24 12v12l8 6"/>`,
	"phone":   `<path d="M10 5h9l3 11l-6 4c3 6 6 9 12 12l4-6l11 3v9c0 3-3 5-6 5C20 43 5 28 5 11c0-3 2-6 5-6z"/>`,
	"window":  `<path d="M6 6h36v26H6z"/><circle cx="24" cy="16" r="4.500"/><path d="M14 32c0-13 20-13 20 0"/><path d="M3 32h42v10H3z"/>`,
	"link":    `<path d="M6 20c10-10 26-10 36 0"/><path d="M12 27c7-7 17-7 24 0"/><path d="M19 34c3-3 7-3 10 0"/><path d="M8 42L40 8"/>`,
	"pause":   `<circle cx="24" cy="24" r="18"/><path d="M19 17v14M29 17v14"/>`,
	"check":   `<circle cx="24" cy="24" r="18"/><path d="M15 25l7 7l12-15"/>`,
	"alert":   `<path d="M24 6l20 36H4z"/><path d="M24 19v11"/><circle cx="24" cy="35.500" r="1.200" fill="C"/>`,
	"cover":   `<path d="M6 24h36v18H6z"/><path d="M8 24L34 6l6 8"/><path d="M14 33h20"/>`,
	"cutter":  `<circle cx="13" cy="12" r="6"/><circle cx="13" cy="36" r="6"/><path d="M18 16l24 18M18 32l24-18"/>`,
	"mute":    `<path d="M6 18v12h8l12 10V8L14 18z"/><path d="M32 18l11 12M43 18L32 30"/>`,
	"voice":   `<path d="M6 18v12h8l12 10V8L14 18z"/><path d="M32 17c5 4 5 10 0 14"/><path d="M37 11c9 8 9 18 0 26"/>`,

	// What people should know.
	"no-smoking": `<circle cx="24" cy="24" r="19"/><path d="M10 27h22v5H10z"/><path d="M36 27v5"/><path d="M31 22c0-6 6-3 6-8"/><path d="M11 11l26 26"/>`,

	// Ways.
	"back":    `<path d="M20 10L6 24l14 14"/><path d="M6 24h36"/>`,
	"home":    `<path d="M5 24L24 7l19 17"/><path d="M11 20v22h26V20"/><path d="M20 42V30h8v12"/>`,
	"forward": `<path d="M28 10l14 14l-14 14"/><path d="M42 24H6"/>`,
	"text":    `<path d="M4 40L16 9l12 31M8 31h16"/><path d="M29 40l8-20l8 20M32 34h10"/>`,
	"speech":  `<path d="M5 7h24v18H16l-7 7v-7H5z"/><path d="M34 15h9v20h-4v7l-7-7H20v-5"/>`,
	"card":    `<path d="M4 9h40v30H4z"/><circle cx="15" cy="20" r="4.500"/><path d="M8 33c0-9 14-9 14 0"/><path d="M27 18h11M27 25h11M27 32h7"/>`,
	"date":    `<path d="M6 10h36v32H6z"/><path d="M6 19h36"/><path d="M15 5v9M33 5v9"/><path d="M14 27h5M24 27h5M14 34h5M24 34h5M34 27h1"/>`,
	"list":    `<path d="M18 11h25M18 24h25M18 37h25"/><path d="M5 11h5M5 24h5M5 37h5"/>`,
	"scan":    `<path d="M5 15V5h10M33 5h10v10M43 33v10H33M15 43H5V33"/><path d="M14 14h8v8h-8zM27 14h7M27 21h7M14 28h8v6h-8zM28 28h6v6"/>`,
	"keys":    `<path d="M7 7h9v9H7zM20 7h9v9h-9zM33 7h9v9h-9zM7 20h9v9H7zM20 20h9v9h-9zM33 20h9v9h-9zM20 33h9v9h-9z"/>`,
	"touch":   `<path d="M19 28V9c0-5 7-5 7 0v13l11 3c4 1 5 4 4 8l-3 12H20L10 32c-3-4 2-8 6-4z"/><path d="M12 12c1-12 20-12 21 0"/>`,
}

// Symbols lists the names of all symbols.
func Symbols() []string {
	var names []string
	for n := range symbols {
		names = append(names, n)
	}
	return names
}

var drawn sync.Map // name and colour → fyne.Resource

// Symbol is a symbol in a colour. An unknown name is the document, so that a
// catalogue with a new name still has a picture.
func Symbol(name string, c color.NRGBA) fyne.Resource {
	body, ok := symbols[name]
	if !ok {
		name, body = "document", symbols["document"]
	}
	hex := tokens.Hex(c)
	file := "symbol-" + name + "-" + strings.TrimPrefix(hex, "#") + ".svg"
	if r, ok := drawn.Load(file); ok {
		return r.(fyne.Resource)
	}
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="0 0 48 48"><g fill="none" stroke="%s" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">%s</g></svg>`,
		hex, strings.ReplaceAll(body, `"C"`, `"`+hex+`"`))
	r := fyne.NewStaticResource(file, []byte(svg))
	drawn.Store(file, r)
	return r
}
