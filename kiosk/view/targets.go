package view

import (
	"slices"

	"hallward/kiosk/flow"
)

// Target is something on the screen that a finger can touch, in pixels of the
// window.
type Target struct {
	Touch flow.Touch `json:"touch"`
	Arg   string     `json:"arg,omitempty"`
	X     int        `json:"x"`
	Y     int        `json:"y"`
	W     int        `json:"w"`
	H     int        `json:"h"`
	Dim   bool       `json:"dim,omitempty"` // drawn grey: it gives no number now
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
		list = append(list, Target{Touch: b.face.touch, Arg: b.face.arg, X: int(at.X), Y: int(at.Y), W: int(size.Width), H: int(size.Height), Dim: b.face.dim})
	}
	if v.shown == flow.Attract { // anywhere on the ground
		list = append(list, Target{Touch: flow.Start, W: int(v.size.Width), H: int(v.size.Height)})
	}
	return list
}

// Words lists what stands on the screen, the page's own words before those of
// the buttons. While somebody types it is empty: nobody reads over a shoulder.
// It must run on Fyne's goroutine.
func (v *View) Words() []string {
	st := v.stage[v.shown]
	if st == nil || v.state.Screen == flow.Keypad {
		return nil
	}
	paras := slices.Clone(st.paras)
	for _, b := range st.buttons {
		if b.Visible() {
			paras = append(paras, b.title, b.sub, b.note)
		}
	}
	var list []string
	for _, p := range paras {
		if p.box.Visible() && p.last.s != "" {
			list = append(list, p.last.s)
		}
	}
	return list
}

// Drawn is the state that the screen shows. It must run on Fyne's goroutine.
func (v *View) Drawn() flow.State { return v.state }
