package display

import "hallward/kiosk/display/model"

// mostParts is how many parts of a long page follow each other before the other
// pages have their turn; the page goes on there the next time.
const mostParts = 4

// place is where a part of a page begins: an entry, and a line of it where the
// entry is longer than a part.
type place struct{ item, row int }

// turn is where one panel is in its playlist.
type turn struct {
	index  int // of the page
	kind   string
	first  place // of the part that is shown
	next   place // of the part after it; zero: it is the last
	parts  int   // of the page that were shown in this round
	left   float32
	resume map[string]place // by kind: where a page goes on that was not finished
}

// follow finds the page again after the content has changed: pages come and go.
func (t *turn) follow(pages []model.Page) model.Page {
	if t.index < len(pages) && pages[t.index].Kind == t.kind {
		return pages[t.index]
	}
	for i, p := range pages {
		if p.Kind == t.kind {
			t.index = i
			return p
		}
	}
	t.begin(pages, t.index%len(pages))
	return pages[t.index]
}

// begin turns to a page.
func (t *turn) begin(pages []model.Page, index int) {
	p := pages[index]
	t.index, t.kind, t.parts, t.left = index, p.Kind, 1, float32(p.Seconds)
	t.first, t.next = t.resume[p.Kind], place{}
}

// step lets time pass and says whether something else is to be drawn.
func (t *turn) step(seconds float32, pages []model.Page) bool {
	p := t.follow(pages)
	if t.left -= seconds; t.left > 0 {
		return false
	}
	most := mostParts
	if len(pages) > 1 && p.Kind == model.PageWaiting { // the longest queues, which come first, are asked for most
		most = 2
	}
	if t.next != (place{}) && t.parts < most {
		t.first, t.left = t.next, float32(p.Seconds)
		t.parts++
		return true
	}
	was := t.first
	if t.resume == nil {
		t.resume = map[string]place{}
	}
	t.resume[t.kind] = t.next
	t.begin(pages, (t.index+1)%len(pages))
	return len(pages) > 1 || t.first != was
}

// turnPages lets the pages of all panels take turns.
func (b *Board) turnPages(seconds float32) {
	again := false
	for i, s := range b.last.Sides {
		if b.turns[i].step(seconds, s.Pages) {
			again = true
		}
	}
	if again || b.captionTurns(seconds) || b.lacks(seconds) {
		b.draw()
	}
}

// lacks tells once a second that a picture was asked for that was not there.
func (b *Board) lacks(seconds float32) bool {
	if !b.lacking {
		return false
	}
	b.asked += seconds
	if b.asked < 1 {
		return false
	}
	b.asked = 0
	return true
}

// sides are the panels, one below the other.
func (b *Board) sides(x, y, w, h float32) {
	list := b.last.Sides
	given, rest := 0, 0
	for _, s := range list {
		if given += s.Percent; s.Percent == 0 {
			rest++
		}
	}
	share := func(s model.Side) float32 {
		switch {
		case s.Percent == 0:
			return float32(max(100-given, 20*rest)) / float32(rest)
		default:
			return float32(s.Percent)
		}
	}
	var sum float32
	for _, s := range list {
		sum += share(s)
	}
	space := h - float32(len(list)-1)*gap*b.u
	for i, s := range list {
		part := space * share(s) / sum
		b.panel(&b.turns[i], s, x, y, w, part)
		y += part + gap*b.u
	}
}

// panel draws the page whose turn it is.
func (b *Board) panel(t *turn, s model.Side, x, y, w, h float32) {
	p := t.follow(s.Pages)
	if t.first.item >= b.entries(p) { // there are fewer now
		t.first = place{}
	}
	t.next = b.page(p, t.first, x, y, w, h)
	if len(s.Pages) > 1 && p.Kind != model.PageSlides {
		b.dots(len(s.Pages), t.index, x+w/2, y+16*b.u)
	}
}

// entries is how many entries a page has.
func (b *Board) entries(p model.Page) int {
	if p.Kind == model.PageWaiting {
		return len(b.last.Counts)
	}
	return len(p.Items) + len(p.Lines) + len(p.Slides) // a page has one kind
}

// dots tell how many pages there are and which one this is.
func (b *Board) dots(n, at int, middle, y float32) {
	u, l := b.u, b.look
	left := middle - float32(n)*10*u
	for i := range n {
		c, side := l.Line, 8*u
		if i == at {
			c, side = l.Strong, 12*u
		}
		b.sheet.rect(left+float32(i)*20*u+(20*u-side)/2, y-side/2, side, side, c, c, 0, side/2)
	}
}
