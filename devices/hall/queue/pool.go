package queue

import (
	"cmp"
	"slices"
)

// Pool is everybody who waits. A ticket stands in the line of its service or,
// when it was transferred to one window, in the line of that window; each line
// is in the order of issue. The order never comes from a clock, so a step of
// the time changes nobody's place (R-KIOSK-07).
type Pool struct {
	byService map[string][]*Ticket
	byWindow  map[string][]*Ticket
}

// Add lets a ticket wait at its place.
func (p *Pool) Add(t *Ticket) {
	lines, key := p.line(t)
	line := (*lines)[key]
	i, found := slices.BinarySearchFunc(line, t.Order, byOrder)
	if found {
		return
	}
	if *lines == nil {
		*lines = map[string][]*Ticket{}
	}
	(*lines)[key] = slices.Insert(line, i, t)
}

// Remove takes a ticket out. Service, Bound and Order must be as at Add.
func (p *Pool) Remove(t *Ticket) {
	lines, key := p.line(t)
	line := (*lines)[key]
	if i, found := slices.BinarySearchFunc(line, t.Order, byOrder); found {
		(*lines)[key] = slices.Delete(line, i, i+1)
	}
}

func (p *Pool) line(t *Ticket) (*map[string][]*Ticket, string) {
	if t.Bound != "" {
		return &p.byWindow, t.Bound
	}
	return &p.byService, t.Service
}

func byOrder(t *Ticket, order uint64) int { return cmp.Compare(t.Order, order) }

// Reasons of a call, as Why in the event and on the console.
const (
	WhyTransferred = "转办到本窗口"
	WhyOldest      = "按取号先后"
	WhyChosen      = "人工指定"
	WhyHeld        = "暂存后继续办理"
)

// Next is whom a window with these services calls now: first who was sent to
// this very window, then the oldest number of all its services. It is nil when
// nobody waits for it.
func (p *Pool) Next(window string, services []string) (*Ticket, string) {
	if line := p.byWindow[window]; len(line) > 0 {
		return line[0], WhyTransferred
	}
	var oldest *Ticket
	for _, s := range services {
		if line := p.byService[s]; len(line) > 0 && (oldest == nil || line[0].Order < oldest.Order) {
			oldest = line[0]
		}
	}
	return oldest, WhyOldest
}

// Bound are the tickets that only this window may call.
func (p *Pool) Bound(window string) []*Ticket { return slices.Clone(p.byWindow[window]) }

// Before counts who waits in the lines of these services and windows with a
// place before order.
func (p *Pool) Before(order uint64, services, windows []string) int {
	n := 0
	for _, s := range services {
		i, _ := slices.BinarySearchFunc(p.byService[s], order, byOrder)
		n += i
	}
	for _, w := range windows {
		i, _ := slices.BinarySearchFunc(p.byWindow[w], order, byOrder)
		n += i
	}
	return n
}

// Waiting is everybody, in order.
func (p *Pool) Waiting() []*Ticket {
	var all []*Ticket
	for _, lines := range []map[string][]*Ticket{p.byService, p.byWindow} {
		for _, line := range lines {
			all = append(all, line...)
		}
	}
	slices.SortFunc(all, func(a, b *Ticket) int { return cmp.Compare(a.Order, b.Order) })
	return all
}
