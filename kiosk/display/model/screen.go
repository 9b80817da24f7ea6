package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/kiosk/text"
)

// Screen is what a board shows at one moment.
type Screen struct {
	Name   contract.Text2 // of the hall
	Clock  string         // "09:41"
	Date   contract.Text2 // "11月23日 星期一", "Mon 23 November"
	Link   contract.Text2 // what is wrong with the link; empty for nothing
	Hero   *Line          // the call in large type; nil: Quiet stands there
	Flash  bool           // Hero is being announced
	Lit    bool           // and in the bright half of its flashing
	Lines  []Line         // the other calls, newest first
	Quiet  Quiet          // instead of calls
	Counts []Count        // who waits for what, the longest queue first
	Queues bool           // Counts and Total mean something now
	Total  int            // people who wait
	Open   int            // windows that serve; 0 where that is not known
	Notice string         // the running line
	Phones [2]string      // consulting and complaint

	Zones    contract.Text2 // the part of the hall, where the board is not for all of it
	Captions [2]Caption     // of what is being announced; without texts: none
	Side     int            // percent of the screen that the panels take
	Sides    []Side
}

// Quiet is what stands in the place of the calls when there is none: that
// nobody was called yet, that the hall is closed, that it is not connected.
type Quiet struct {
	Symbol string // of kiosk/theme
	Title  contract.Text2
	More   []contract.Text2 // opening hours, the next opening
}

// Line is one call.
type Line struct {
	Call   uint64
	Number string
	Window contract.Text2
	State  contract.Text2 // "请到窗口", "办理中" …
	Over   bool           // finished or missed: nobody has to move
}

// Count is one queue.
type Count struct {
	Name    contract.Text2
	Waiting int
	Wait    string // minutes, "15–20", or not before a time, "14:00后"; "" when not known
}

// MostLines is how many calls beside the Hero a screen holds.
const MostLines = 10

// Screen is what to draw at a moment. zone is the hall's.
func (s *State) Screen(now time.Time, zone *time.Location) Screen {
	local := now.In(zone)
	hall := s.Catalogue.Hall
	v := Screen{
		Name: hall.Name, Clock: local.Format("15:04"), Date: date(local),
		Phones: [2]string{hall.ConsultPhone, hall.ComplaintPhone},
		Notice: s.notice(now),
	}
	if v.Name.ZH == "" {
		v.Name = noName
	}
	if s.AsOf.IsZero() {
		v.Quiet = Quiet{Symbol: "clock", Title: connecting}
		return v
	}
	if !s.link {
		v.Link = with(away, moment(s.AsOf.In(zone), local))
	}
	for _, w := range s.Windows.Windows {
		if w.State == contract.WindowOpen && s.layout.here(w.Zone) {
			v.Open++
		}
	}
	v.Zones = s.zones()
	for i, c := range s.slots {
		v.Captions[i] = c.Caption
	}
	s.counts(&v, zone)
	s.calls(&v, local)
	v.Side = s.layout.Side
	s.sides(&v, now, local)
	return v
}

// zones are the names of the board's zones, with their floors.
func (s *State) zones() contract.Text2 {
	var zh, en []string
	for _, z := range s.Catalogue.Zones {
		if len(s.layout.Zones) > 0 && s.layout.here(z.ID) && z.Name.ZH != "" {
			zh, en = append(zh, z.Name.ZH), append(en, z.Name.In("en"))
		}
	}
	return contract.Text2{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}
}

func (s *State) calls(v *Screen, local time.Time) {
	air, flash := s.OnAirNow()
	shown := map[string]bool{}
	busy := flash
	if flash {
		l := lineOf(air)
		v.Hero, v.Flash, v.Lit = &l, true, local.Sub(s.since)%(2*Blink) < Blink
		shown[air.Number] = true
	}
	for _, c := range s.Calls.Calls {
		if !s.layout.here(c.Zone) {
			continue
		}
		busy = busy || c.State == "called" || c.State == "serving"
		switch {
		case flash && c.Call == air.Call:
			l := lineOf(c) // what became of it meanwhile
			v.Hero = &l
		case shown[c.Number]: // an earlier call of the same ticket
		case v.Hero == nil:
			l := lineOf(c)
			v.Hero = &l
		case len(v.Lines) < MostLines:
			v.Lines = append(v.Lines, lineOf(c))
		}
		shown[c.Number] = true
	}
	closed := s.closed(local)
	if v.Hero != nil && (busy || !closed) {
		return
	}
	v.Hero, v.Lines = nil, nil
	v.Quiet = s.quiet(closed, local)
	v.Queues = !closed || v.Total > 0
}

func lineOf(c contract.Call) Line {
	w, ok := states[c.State]
	if !ok {
		w = states["called"]
	}
	return Line{Call: c.Call, Number: c.Number, Window: c.Name, State: w, Over: c.State == "finished" || c.State == "missed"}
}

// closed tells that the hall does not serve now. Without the link the board
// knows the hours of the day on which it was lost, and nothing later.
func (s *State) closed(local time.Time) bool {
	switch {
	case s.Calendar.Version == 0:
		return false
	case s.link:
		return !s.Calendar.Open
	case s.Calendar.Day != local.Format(time.DateOnly):
		return false
	}
	clock := local.Format("15:04")
	return !slices.ContainsFunc(s.Calendar.Segments, func(g contract.Segment) bool { return g.From <= clock && clock < g.To })
}

func (s *State) quiet(shut bool, local time.Time) Quiet {
	q := Quiet{Symbol: "speech", Title: noCalls}
	if shut {
		q.Symbol, q.Title = "clock", closed
		if s.Calendar.Reason.ZH != "" && s.link {
			q.Title = s.Calendar.Reason
		}
		if s.Calendar.Next.After(local) {
			q.More = append(q.More, label(text.NextOpening, opening(s.Calendar.Next.In(local.Location()), local)))
		}
	}
	if len(s.Calendar.Segments) > 0 && s.Calendar.Day == local.Format(time.DateOnly) {
		var hours []string
		for _, g := range s.Calendar.Segments {
			hours = append(hours, g.From+"–"+g.To)
		}
		all := strings.Join(hours, "  ")
		q.More = append(q.More, label(text.Hours, contract.Text2{ZH: all, EN: all}))
	}
	return q
}

func label(k text.Key, value contract.Text2) contract.Text2 {
	return contract.Text2{ZH: k.In(text.Chinese) + "  " + value.ZH, EN: k.In(text.English) + " " + value.EN}
}

// opening is the time of the next opening: "今天 14:00", "tomorrow 08:00".
func opening(next, local time.Time) contract.Text2 {
	day := func(k text.Key) contract.Text2 {
		clock := next.Format("15:04")
		return contract.Text2{ZH: k.In(text.Chinese) + " " + clock, EN: k.In(text.English) + " " + clock}
	}
	switch next.Format(time.DateOnly) {
	case local.Format(time.DateOnly):
		return day(text.Today)
	case local.AddDate(0, 0, 1).Format(time.DateOnly):
		return day(text.Tomorrow)
	}
	d, clock := date(next), next.Format("15:04")
	return contract.Text2{ZH: d.ZH + " " + clock, EN: d.EN + " " + clock}
}

// counts are the queues by service, the longest first; a service that nobody
// waits for is left out.
func (s *State) counts(v *Screen, zone *time.Location) {
	names := map[string]contract.Text2{}
	for _, i := range s.Catalogue.Services {
		names[i.ID] = i.Name
	}
	here := s.served()
	for _, q := range s.Queue.Services {
		if !here(q.Service) {
			continue
		}
		v.Total += q.Waiting
		if q.Waiting == 0 {
			continue
		}
		c := Count{Name: names[q.Service], Waiting: q.Waiting}
		switch {
		case c.Name.ZH == "":
			c.Name = contract.Text2{ZH: q.Service}
		case !q.After.IsZero(): // through lunch: a time says more than minutes
			c.Wait = q.After.In(zone).Format("15:04") + "后"
		case q.WaitMax > q.WaitMin:
			c.Wait = fmt.Sprintf("%d–%d", q.WaitMin, q.WaitMax)
		case q.WaitMax > 0:
			c.Wait = fmt.Sprint(q.WaitMax)
		}
		v.Counts = append(v.Counts, c)
	}
	slices.SortStableFunc(v.Counts, func(a, b Count) int { return b.Waiting - a.Waiting })
	if v.Queues = true; len(s.layout.Zones) == 0 {
		v.Total = s.Queue.Waiting
	}
}

// served tells which services are given at the windows of the board's zones.
// One of which no window is known may be given anywhere.
func (s *State) served() func(service string) bool {
	if len(s.layout.Zones) == 0 {
		return func(string) bool { return true }
	}
	zone := map[string]string{}
	for _, w := range s.Windows.Windows {
		zone[w.ID] = w.Zone
	}
	elsewhere := map[string]bool{}
	for _, i := range s.Catalogue.Services {
		elsewhere[i.ID] = len(i.Windows) > 0 && !slices.ContainsFunc(i.Windows, func(w string) bool { return s.layout.here(zone[w]) })
	}
	return func(service string) bool { return !elsewhere[service] }
}

// ownPage is where a kind of notice stands when the board has such a page; else
// it runs through the line.
var ownPage = map[string]string{"page": PageNotices, "figures": PageFigures, "slogan": PageSlogans}

// notice is the running line: the notices that are valid now, in both languages.
func (s *State) notice(now time.Time) string {
	var parts []string
	for _, n := range s.Notices.Notices {
		page, other := ownPage[n.Kind]
		if n.Kind == "slide" || other && s.layout.has(page) || !s.shown(n, now) {
			continue
		}
		zh, en := n.Text.ZH, n.Text.EN
		if n.Title.ZH != "" {
			zh = strings.TrimSpace(n.Title.ZH + " " + zh)
		}
		if n.Title.EN != "" {
			en = strings.TrimSpace(n.Title.EN + ": " + en)
		}
		if words := strings.TrimSpace(zh + "　" + en); words != "" {
			parts = append(parts, words)
		}
	}
	return strings.Join(parts, Between)
}

// Between stands between two notices of the running line.
const Between = "　　●　　"
