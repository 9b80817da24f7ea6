// Package fonts holds the two fonts of every screen and every drawn slip: Noto
// Sans SC, Regular and Bold, reduced to the GBK repertoire. They are embedded
// because a kiosk that relies on installed fonts shows empty boxes on some
// machines and something else on each of the others.
//
// The files are OpenType with CFF outlines; Fyne's text engine and
// golang.org/x/image/font/opentype both read them. deploy/fonts.sh makes them
// again, OFL.txt is their licence. This package does not import Fyne.
package fonts

import _ "embed"

// Regular is Noto Sans SC Regular.
//
//go:embed NotoSansSC-Regular.otf
var Regular []byte

// Bold is Noto Sans SC Bold.
//
//go:embed NotoSansSC-Bold.otf
var Bold []byte
