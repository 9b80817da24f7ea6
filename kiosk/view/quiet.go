package view

import (
	"hallward/kiosk/flow"
	"hallward/kiosk/text"
)

// quietFace is the button for a silent call: what it offers, or what came of
// the last touch, and what another one does.
func (p *page) quietFace() face {
	f := face{kind: plain, aside: true, symbol: "mute", touch: flow.Quiet, titleSize: p.px(p.l.Body), symbolSize: p.px(11)}
	what, how := text.QuietAsk, text.QuietHow
	switch {
	case p.s.Wish != "":
		f.symbol = "clock"
		what, how = text.NotingNow, ""
	case p.s.Unmet != "":
		f.symbol = "alert"
		what, how = unmetWords[p.s.Unmet], text.QuietRetry
		if p.s.Unmet == flow.UnmetRefused {
			how = text.QuietDesk
		}
	case p.s.Shown().Silent:
		f.symbol = "check"
		what, how = text.QuietSet, text.QuietUndo
	}
	f.title = p.in(what)
	if how != "" {
		f.sub = p.in(how)
	}
	return f
}

var unmetWords = map[flow.Unmet]text.Key{
	flow.UnmetAway: text.QuietAway, flow.UnmetUnsure: text.QuietUnsure, flow.UnmetRefused: text.QuietRefused,
}

// quietHeight is how high the button must be for its words.
func (p *page) quietHeight(f face, w float32) float32 {
	st := p.body()
	st.leading, st.lines = 1.3, 2
	bold := st.strong()
	pad := p.px(2.5)
	room := w - 2*pad - f.symbolSize - p.px(4)
	return max(p.px(p.l.Target), heightOf(f.title, bold, room)+heightOf(f.sub, st, room)+2*pad)
}

// ticketActions draws the main buttons of a page about a ticket and, before
// them, the one for a silent call. It returns the upper edge of all.
func (p *page) ticketActions(faces ...face) float32 {
	if !p.offered(flow.Quiet) {
		return p.actions(faces...)
	}
	f := p.quietFace()
	if p.wideScreen() && len(faces) > 0 {
		return p.actions(append([]face{f}, faces...)...)
	}
	below := p.px(6)
	bottom := p.actions(faces...)
	if len(faces) > 0 {
		bottom += below - p.px(p.l.ChoiceGap)
	}
	h := p.quietHeight(f, p.inner())
	p.button(f, p.margin(), bottom-h, p.inner(), h)
	return bottom - h - below
}
