package model

import (
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/kiosk/text"
)

// Side is one panel as it is now: the pages that have something to say.
type Side struct {
	Percent int // of the side area
	Pages   []Page
}

// Page is one page of a panel.
type Page struct {
	Kind    string
	Seconds int
	Title   contract.Text2
	Items   []Item
	Lines   []Line   // of PageCalls
	Slides  []string // pictures, by name
}

// Item is one entry of a page. What is empty is not shown.
type Item struct {
	Title contract.Text2
	Text  contract.Text2
	Note  contract.Text2 // small: date and issuer
	Value string         // large: a telephone number
	Photo string         // SHA-256 of a picture

	Person bool // it is a person on duty: Title the name, Text the post, Note the place
}

// sides are the panels with the pages that have something to show. A panel
// without any is left out.
func (s *State) sides(v *Screen, now, local time.Time) {
	for _, p := range s.layout.Panels {
		side := Side{Percent: p.Percent}
		for _, set := range p.Pages {
			page := Page{Kind: set.Show, Seconds: max(set.Seconds, 1), Title: titles[set.Show]}
			if set.Title.ZH != "" {
				page.Title = set.Title
			}
			if s.fill(&page, set, v, now, local) {
				side.Pages = append(side.Pages, page)
			}
		}
		if len(side.Pages) > 0 {
			v.Sides = append(v.Sides, side)
		}
	}
}

// fill puts the content into a page; false is none.
func (s *State) fill(p *Page, set PageSetting, v *Screen, now, local time.Time) bool {
	switch p.Kind {
	case PageWaiting:
		return v.Queues
	case PageCalls:
		p.Lines = s.older(v)
	case PageNotices:
		p.Items = s.ofKind("page", now)
	case PageFigures:
		p.Items = s.ofKind("figures", now)
	case PageSlogans:
		for _, t := range set.Texts {
			p.Items = append(p.Items, Item{Title: t})
		}
		p.Items = append(p.Items, s.ofKind("slogan", now)...)
	case PageResults:
		p.Items = s.results(now)
	case PageDuty:
		p.Items = s.duty(local)
	case PageClosed:
		p.Items = s.closedDays(local)
	case PagePhones:
		p.Items = s.phones()
	case PageNoSmoking:
		p.Items = []Item{{Title: noSmoking}}
		for _, t := range set.Texts {
			p.Items = append(p.Items, Item{Text: t})
		}
	case PageSlides:
		p.Slides = slices.Clone(s.pictures[set.Folder])
		for _, n := range s.Notices.Notices {
			if n.Kind == "slide" && s.shown(n, now) {
				p.Slides = append(p.Slides, n.Media...)
			}
		}
	}
	return len(p.Items)+len(p.Lines)+len(p.Slides) > 0
}

// shown tells whether a notice is valid now, by the board's own clock
// (R-BOARD-02), and for its zones.
func (s *State) shown(n contract.Notice, now time.Time) bool {
	return valid(n, now) && s.layout.anyHere(n.Zones)
}

func valid(n contract.Notice, now time.Time) bool {
	return (n.From.IsZero() || !now.Before(n.From)) && (n.Until.IsZero() || now.Before(n.Until))
}

// ofKind are the notices of a kind (R-BOARD-03: with date and issuer).
func (s *State) ofKind(kind string, now time.Time) []Item {
	var list []Item
	for _, n := range s.Notices.Notices {
		if n.Kind != kind || !s.shown(n, now) {
			continue
		}
		i := Item{Title: n.Title, Text: n.Text, Note: join(n.Issuer, day(n.Date))}
		if i.Title.ZH == "" && i.Title.EN == "" {
			i.Title, i.Text = i.Text, contract.Text2{}
		}
		list = append(list, i)
	}
	return list
}

// results are the approvals that are public now. Names were masked by the hall.
func (s *State) results(now time.Time) []Item {
	var list []Item
	for _, r := range s.Results.Results {
		if !r.Until.IsZero() && !now.Before(r.Until) {
			continue
		}
		// Names, numbers and dates read the same in both languages.
		list = append(list, Item{Title: contract.Text2{ZH: r.Service.ZH, EN: join(r.Service, r.Outcome).EN},
			Text: contract.Text2{ZH: join(contract.Text2{ZH: r.Name}, r.Outcome).ZH}, Note: contract.Text2{ZH: join(contract.Text2{ZH: r.Case}, day(r.Date)).ZH}})
	}
	return list
}

// duty is who receives citizens today. The roster of another day is nobody's
// business any more, from midnight on; without one people are told whom to ask
// (R-BOARD-06).
func (s *State) duty(local time.Time) []Item {
	if s.Duty.Version == 0 {
		return nil
	}
	var list []Item
	if s.Duty.Day == local.Format(time.DateOnly) {
		for _, o := range s.Duty.Today {
			list = append(list, Item{Title: contract.Text2{ZH: o.Name}, Text: o.Post, Note: o.Place, Value: o.Phone, Photo: o.Photo, Person: true})
		}
	}
	if len(list) == 0 {
		list = []Item{{Title: askDuty, Text: s.whereToAsk(), Value: s.Catalogue.Hall.ConsultPhone}}
	}
	return list
}

// whereToAsk is the place of the desk.
func (s *State) whereToAsk() contract.Text2 {
	if d := s.Catalogue.Hall.Desk; d.ZH != "" {
		return d
	}
	return anyDesk
}

// closedDays are the next days on which the hall is closed (R-BOARD-05).
func (s *State) closedDays(local time.Time) []Item {
	var list []Item
	today := local.Format(time.DateOnly)
	for _, c := range s.Duty.Closed {
		if c.To < today {
			continue
		}
		list = append(list, Item{Title: span(c.From, c.To), Text: c.Reason})
	}
	if len(list) == 0 {
		return nil
	}
	phone := s.Duty.Phone
	if phone == "" {
		phone = s.Catalogue.Hall.DutyPhone
	}
	if phone != "" {
		list = append(list, Item{Title: dutyPhone, Value: phone})
	}
	return list
}

// phones are the centre's own line and the supervision's, where people may
// complain (R-INFO-11), and the line for days off.
func (s *State) phones() []Item {
	h := s.Catalogue.Hall
	var list []Item
	add := func(what, why contract.Text2, number string) {
		if number != "" {
			list = append(list, Item{Title: what, Text: why, Value: number})
		}
	}
	add(text.Consult.Both(), centreLine, h.ConsultPhone)
	add(text.Complaint.Both(), supervisionLine, h.ComplaintPhone)
	add(dutyPhone, contract.Text2{}, h.DutyPhone)
	return list
}

// older are all calls, newest first, for a page of their own.
func (s *State) older(v *Screen) []Line {
	if v.Hero == nil {
		return nil
	}
	var list []Line
	shown := map[string]bool{}
	for _, c := range s.Calls.Calls {
		if !shown[c.Number] && s.layout.here(c.Zone) {
			shown[c.Number] = true
			list = append(list, lineOf(c))
		}
	}
	return list
}

// join puts two texts beside each other, language by language.
func join(a, b contract.Text2) contract.Text2 {
	return contract.Text2{ZH: strings.TrimSpace(a.ZH + "　" + b.ZH), EN: strings.TrimSpace(a.EN + "  " + b.EN)}
}

// day is a date such as "2026-03-02" for people; another text stands as it is.
func day(s string) contract.Text2 {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return contract.Text2{ZH: s, EN: s}
	}
	return contract.Text2{ZH: t.Format("2006年1月2日"), EN: t.Format("2 January 2006")}
}

// span is a stretch of days.
func span(from, to string) contract.Text2 {
	a, b := weekday(from), weekday(to)
	if from == to || to == "" {
		return a
	}
	return contract.Text2{ZH: a.ZH + " 至 " + b.ZH, EN: a.EN + " to " + b.EN}
}

func weekday(s string) contract.Text2 {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return contract.Text2{ZH: s, EN: s}
	}
	return date(t)
}
