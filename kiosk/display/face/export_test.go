package face

import (
	"fyne.io/fyne/v2"

	"hallward/devices/contract"
)

// Words are the fixed words.
func Words() []contract.Text2 {
	return []contract.Text2{waiting, others, staffNo, party, chief, scope}
}

// LineObject holds the running line.
func (f *Face) LineObject() fyne.CanvasObject {
	layers := f.paper.Layers()
	return layers[len(layers)-1]
}
