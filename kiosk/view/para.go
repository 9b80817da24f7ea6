package view

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"hallward/kiosk/text/wrap"
)

// style is how a paragraph is set. Sizes are pixels.
type style struct {
	size    float32
	bold    bool
	colour  color.NRGBA
	align   fyne.TextAlign
	leading float32
	lines   int     // at most; 0 is any
	least   float32 // the size may shrink to this where lines would be exceeded; 0 is size
}

// para is a paragraph of text lines that are reused from text to text: changing
// the words allocates nothing but what is longer than ever before.
type para struct {
	box    *fyne.Container
	lines  []*canvas.Text
	last   setting
	height float32
}

type setting struct {
	s       string
	st      style
	x, y, w float32
}

func newPara() *para { return &para{box: container()} }

// container is a container without a layout: the page places what is in it.
func container(objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Objects: objects}
}

func measure(size float32, bold bool) func(string) float32 {
	return func(s string) float32 {
		return fyne.MeasureText(s, size, fyne.TextStyle{Bold: bold}).Width
	}
}

// broken is the text in lines, and the size that it needed.
func broken(s string, st style, w float32) ([]string, float32) {
	size := st.size
	for {
		m := measure(size, st.bold)
		lines := wrap.Lines(s, w, m)
		fits := st.lines == 0 || len(lines) <= st.lines
		if st.least > 0 && size > st.least && (!fits || wrap.Longest(s, m) > w) {
			size = max(size*0.94, st.least)
			continue
		}
		if fits {
			return balanced(s, lines, w, m), size
		}
		lines = lines[:st.lines]
		end := st.lines - 1
		lines[end] = wrap.Shorten(lines[end]+"…", w, measure(size, st.bold))
		return lines, size
	}
}

// balanced makes the lines of a short text, or of each short part of it, about
// equally long, so that no single character is left over on the last one.
func balanced(s string, lines []string, w float32, m func(string) float32) []string {
	if parts := strings.Split(s, "\n"); len(parts) > 1 {
		lines = nil
		for _, part := range parts {
			lines = append(lines, balanced(part, wrap.Lines(part, w, m), w, m)...)
		}
		return lines
	}
	n := len(lines)
	if n < 2 || n > 4 {
		return lines
	}
	low, high := max(w/2, wrap.Longest(s, m)), w
	if low >= high {
		return lines
	}
	for range 6 {
		mid := (low + high) / 2
		if try := wrap.Lines(s, mid, m); len(try) == n {
			lines, high = try, mid
		} else {
			low = mid
		}
	}
	return lines
}

// heightOf is the height that set would take.
func heightOf(s string, st style, w float32) float32 {
	if s == "" {
		return 0
	}
	lines, size := broken(s, st, w)
	return float32(len(lines)) * size * st.leading
}

// set places the text with its upper left corner at x, y in a column of width w
// and says how high it is.
func (p *para) set(s string, st style, x, y, w float32) float32 {
	want := setting{s, st, x, y, w}
	if want == p.last && p.box.Visible() {
		return p.height
	}
	p.last = want
	p.box.Show()
	var lines []string
	size := st.size
	if s != "" {
		lines, size = broken(s, st, w)
	}
	slot := size * st.leading
	for i, line := range lines {
		if i == len(p.lines) {
			p.lines = append(p.lines, canvas.NewText("", st.colour))
			p.box.Add(p.lines[i])
		}
		t := p.lines[i]
		t.Text, t.TextSize, t.Color, t.Alignment = line, size, st.colour, st.align
		t.TextStyle = fyne.TextStyle{Bold: st.bold}
		t.Show()
		h := t.MinSize().Height
		t.Move(fyne.NewPos(x, y+float32(i)*slot+(slot-h)/2))
		t.Resize(fyne.NewSize(w, h))
		t.Refresh()
	}
	for _, t := range p.lines[len(lines):] {
		t.Hide()
	}
	p.height = float32(len(lines)) * slot
	return p.height
}

func (p *para) hide() { p.box.Hide() }

// widest is the width of the longest line that the text would take in w.
func widest(s string, st style, w float32) float32 {
	if s == "" {
		return 0
	}
	lines, size := broken(s, st, w)
	m := measure(size, st.bold)
	var out float32
	for _, l := range lines {
		out = max(out, m(l))
	}
	return out
}
