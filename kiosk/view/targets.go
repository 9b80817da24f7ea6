package view

import "hallward/kiosk/flow"

// Target is something on the screen that a finger can touch, in pixels of the
// window.
type Target struct {
	Touch flow.Touch `json:"touch"`
	Arg   string     `json:"arg,omitempty"`
	X     int        `json:"x"`
	Y     int        `json:"y"`
	W     int        `json:"w"`
	H     int        `json:"h"`
}

// Targets lists what can be touched now, for remote help and for tests that
// touch the real window. It must run on Fyne's goroutine.
func (v *View) Targets() []Target {
	st := v.stage[v.shown]
	if st == nil {
		return nil
	}
	var list []Target
	for _, b := range st.buttons {
		if !b.Visible() {
			continue
		}
		at, size := b.Position(), b.Size()
		list = append(list, Target{Touch: b.face.touch, Arg: b.face.arg, X: int(at.X), Y: int(at.Y), W: int(size.Width), H: int(size.Height)})
	}
	if v.shown == flow.Attract { // anywhere on the ground
		list = append(list, Target{Touch: flow.Start, W: int(v.size.Width), H: int(v.size.Height)})
	}
	return list
}

// Drawn is the state that the screen shows. It must run on Fyne's goroutine.
func (v *View) Drawn() flow.State { return v.state }
