package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
)

// Screen is what a board shows at one moment.
type Screen struct {
	Name   contract.Text2 // of the hall
	Clock  string         // "09:41"
	Date   string         // "11月23日 星期一"
	Link   string         // what is wrong with the link, "" for nothing
	Hero   *Line          // the call in large type
	Flash  bool           // Hero is being announced
	Lit    bool           // and in the bright half of its flashing
	Lines  []Line         // the calls before, newest first
	Quiet  contract.Text2 // instead of calls: nobody has been called, or the hall is closed
	Counts []Count        // who waits for what, the longest queue first
	Total  int
	Notice string
	Phones [2]string // consulting and complaint
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
	Wait    string // "约15-20分钟", "" when not known
}

// Most that a screen holds.
const (
	MostLines  = 8
	MostCounts = 8
)

var weekdays = [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}

var states = map[string]contract.Text2{
	"called":   {ZH: "请到窗口", EN: "please come"},
	"serving":  {ZH: "办理中", EN: "being served"},
	"held":     {ZH: "稍候", EN: "on hold"},
	"missed":   {ZH: "已过号", EN: "missed"},
	"finished": {ZH: "已办结", EN: "done"},
	"waiting":  {ZH: "等候中", EN: "waiting"},
}

// Screen is what to draw at a moment. zone is the hall's.
func (s *State) Screen(now time.Time, zone *time.Location) Screen {
	local := now.In(zone)
	hall := s.Catalogue.Hall
	v := Screen{
		Name: hall.Name, Clock: local.Format("15:04"),
		Date:   fmt.Sprintf("%d月%d日 %s", local.Month(), local.Day(), weekdays[local.Weekday()]),
		Phones: [2]string{hall.ConsultPhone, hall.ComplaintPhone},
		Notice: s.notice(now),
	}
	if !s.link {
		v.Link = "与大厅系统的连接中断，" + s.changed.In(zone).Format("15:04") + " 起显示的是之前的信息"
		if s.Catalogue.Version == 0 {
			v.Link = "正在连接大厅系统"
		}
	}
	s.calls(&v, now)
	s.counts(&v)
	return v
}

func (s *State) calls(v *Screen, now time.Time) {
	hero, flash := s.OnAirNow()
	for _, c := range s.Calls.Calls {
		if flash && c.Number == hero.Number {
			hero.State = c.State // what became of it meanwhile
			continue
		}
		if v.Hero == nil && !flash {
			l := lineOf(c)
			v.Hero = &l
			continue
		}
		if c.Call > hero.Call && flash {
			continue // its turn comes
		}
		if len(v.Lines) < MostLines {
			v.Lines = append(v.Lines, lineOf(c))
		}
	}
	if flash {
		l := lineOf(hero)
		v.Hero, v.Flash = &l, true
		v.Lit = now.Sub(s.since)%(2*Blink) < Blink
	}
	switch {
	case v.Hero != nil:
	case s.Calendar.Version > 0 && !s.Calendar.Open && s.Calendar.Reason.ZH != "":
		v.Quiet = s.Calendar.Reason
	default:
		v.Quiet = contract.Text2{ZH: "请留意叫号", EN: "Numbers will be called here"}
	}
}

func lineOf(c contract.Call) Line {
	w, ok := states[c.State]
	if !ok {
		w = states["called"]
	}
	return Line{Call: c.Call, Number: c.Number, Window: c.Name, State: w, Over: c.State == "finished" || c.State == "missed"}
}

// counts are the queues by service, the longest first; a service that nobody
// waits for is left out.
func (s *State) counts(v *Screen) {
	names := map[string]contract.Text2{}
	for _, i := range s.Catalogue.Services {
		names[i.ID] = i.Name
	}
	for _, q := range s.Queue.Services {
		if q.Waiting == 0 {
			continue
		}
		c := Count{Name: names[q.Service], Waiting: q.Waiting}
		if q.WaitMax > 0 {
			c.Wait = fmt.Sprintf("约%d-%d分钟", q.WaitMin, q.WaitMax)
		}
		v.Counts = append(v.Counts, c)
	}
	slices.SortStableFunc(v.Counts, func(a, b Count) int { return b.Waiting - a.Waiting })
	v.Counts = v.Counts[:min(len(v.Counts), MostCounts)]
	v.Total = s.Queue.Waiting
}

// notice is the running line: the notices that are valid now, in both
// languages.
func (s *State) notice(now time.Time) string {
	var parts []string
	for _, n := range s.Notices.Notices {
		if !n.From.IsZero() && now.Before(n.From) || !n.Until.IsZero() && !now.Before(n.Until) {
			continue
		}
		parts = append(parts, strings.TrimSpace(n.Text.ZH+"　"+n.Text.EN))
	}
	return strings.Join(parts, "　　●　　")
}
