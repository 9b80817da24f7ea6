package model

import (
	"slices"

	"hallward/devices/contract"
)

// Layout is how one board is arranged: what it shows beside the calls, which
// are always there (R-BOARD-01).
type Layout struct {
	Zones  []string // ids of the zones whose calls, queues and notices are shown; none is all
	Side   int      // percent of the width, on a tall screen of the height, that the panels take
	Panels []Panel  // below each other, on a tall screen too
}

// Panel is one part of the side area: pages that take turns.
type Panel struct {
	Percent int // of the side area's height; 0 is an equal share
	Pages   []PageSetting
}

// PageSetting is one page of a playlist.
type PageSetting struct {
	Show    string           // one of Kinds
	Seconds int              // that it stays
	Title   contract.Text2   // instead of its own; empty is its own
	Texts   []contract.Text2 // of slogans; of no-smoking, the way to the smoking area
	Folder  string           // of slides: pictures on this machine's own disk
}

// Kinds of pages.
const (
	PageCalls     = "calls"      // more calls than stand beside the newest
	PageWaiting   = "waiting"    // who waits for what, and how long
	PageNotices   = "notices"    // 公示栏 (R-BOARD-03)
	PageResults   = "results"    // 审批结果公示 (R-BOARD-04)
	PageFigures   = "figures"    // 办件统计 (R-BOARD-07)
	PageDuty      = "duty"       // 今日值班 (R-BOARD-06)
	PageClosed    = "closed"     // days to come on which the hall is closed (R-BOARD-05)
	PagePhones    = "phones"     // of the centre and of its supervision (R-INFO-11)
	PageSlogans   = "slogans"    // R-BOARD-08
	PageNoSmoking = "no-smoking" // R-BOARD-09
	PageSlides    = "slides"     // pictures
)

// Kinds are all kinds of pages.
var Kinds = []string{PageCalls, PageWaiting, PageNotices, PageResults, PageFigures, PageDuty, PageClosed, PagePhones, PageSlogans, PageNoSmoking, PageSlides}

// Plain is the layout of a board that is told nothing else: who waits for what,
// beside the calls.
var Plain = Layout{Side: 40, Panels: []Panel{{Pages: []PageSetting{{Show: PageWaiting, Seconds: 20}}}}}

// here tells whether something of a zone belongs on the board. What has no zone
// belongs everywhere.
func (l *Layout) here(zone string) bool {
	return zone == "" || len(l.Zones) == 0 || slices.Contains(l.Zones, zone)
}

// anyHere is here for a list of zones.
func (l *Layout) anyHere(zones []string) bool {
	return len(zones) == 0 || slices.ContainsFunc(zones, l.here)
}

// has tells whether a kind of page is in the playlists.
func (l *Layout) has(kind string) bool {
	return slices.ContainsFunc(l.Panels, func(p Panel) bool {
		return slices.ContainsFunc(p.Pages, func(s PageSetting) bool { return s.Show == kind })
	})
}

// StrangeZones are the board's zones that the hall does not have: nothing is
// ever called there, so it is a mistake in the board's settings.
func (s *State) StrangeZones() []string {
	if s.Catalogue.Version == 0 {
		return nil
	}
	var list []string
	for _, id := range s.layout.Zones {
		if !slices.ContainsFunc(s.Catalogue.Zones, func(z contract.ZoneInfo) bool { return z.ID == id }) {
			list = append(list, id)
		}
	}
	return list
}
