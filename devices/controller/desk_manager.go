package controller

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/forecast"
	"hallward/devices/hall/queue"
	"hallward/kiosk/console"
)

// managers are the requests that only a manager may make. Each says in its data
// who that is.
var managers = []string{contract.AskOrderSet, contract.AskServicePause, contract.AskServiceResume, contract.AskDayClose,
	contract.AskNoticePost, contract.AskNoticeWithdraw, contract.AskResultsPublish, contract.AskResultsWithdraw, contract.AskDutySet}

// manages tells whether somebody is a manager: by role, or by the list of the
// controller's own configuration.
func (d *desk) manages(s *hall.Staff) bool {
	return slices.Contains(s.Roles, hall.StaffManager) || slices.Contains(d.c.cfg.Console.Managers, s.ID)
}

// mayManage tells whether a request is a manager's, by a manager, in their own
// name. Who is one stands in the configuration, not in the session: a right
// that was taken away ends with the next start.
func (d *desk) mayManage(actor console.Actor, r contract.Request) bool {
	var by struct{ Staff string }
	return actor.Window == "" && slices.Contains(managers, r.Type) && d.Person(actor.Staff).Manager &&
		json.Unmarshal(r.Data, &by) == nil && by.Staff == actor.Staff
}

// change is one decision of a manager, as the events have it.
type change struct {
	at      time.Time
	staff   string // id
	typ     string
	service string
	reason  string
	words   string // what a change of the rule changed
}

// changesKept is how many decisions of a day the manager's page shows.
const changesKept = 50

func (d *desk) changed(c change) {
	d.changes = append([]change{c}, d.changes[:min(len(d.changes), changesKept-1)]...)
}

// ruleChanged notes a new rule of the queue beside the old one. Weights that it
// does not name are the setup's.
func (d *desk) ruleChanged(at time.Time, staff string, set contract.OrderRule) {
	is := configured(d.c.cfg.Setup)
	is.Overtake, is.Beyond = set.Overtake, set.Beyond
	for class, weight := range set.Weights {
		if _, known := is.Weights[class]; known {
			is.Weights[class] = weight
		}
	}
	words := ""
	if d.rule != nil {
		words = difference(d.c.cfg.Setup, *d.rule, *is)
	}
	d.changed(change{at: at, staff: staff, typ: contract.EvOrderSet, words: words})
	d.rule = is
}

// configured is the rule of a hall where no manager has changed it.
func configured(setup *hall.Setup) *contract.OrderRule {
	r := hall.New(setup).OrderRule()
	return &r
}

// difference says in words what a new rule of the queue changes.
func difference(setup *hall.Setup, was, is contract.OrderRule) string {
	var words []string
	if was.Overtake != is.Overtake {
		words = append(words, fmt.Sprintf("最多越过 %d → %d 次", was.Overtake, is.Overtake))
	}
	if was.Beyond != is.Beyond {
		words = append(words, fmt.Sprintf("时限 %d → %d 分钟", was.Beyond, is.Beyond))
	}
	for _, class := range setup.Classes {
		if before, after := was.Weights[class.ID], is.Weights[class.ID]; before != after {
			words = append(words, fmt.Sprintf("%s %d → %d", class.Name.ZH, before, after))
		}
	}
	return strings.Join(words, "，")
}

// classes are the classes of priority with the weights in force. An appointment
// is checked in, not granted.
func classes(s *hall.State) []console.Class {
	rule := s.OrderRule()
	var list []console.Class
	for _, c := range s.Setup().Classes {
		list = append(list, console.Class{ID: c.ID, Name: c.Name.ZH, Weight: rule.Weights[c.ID], Head: c.Head,
			Grant: (c.Grant || c.Head) && c.ID != hall.ClassAppointment})
	}
	return list
}

// Overview is what only the manager's page shows.
func (d *desk) Overview() console.Overview {
	now := time.Now()
	var v console.Overview
	away := d.kiosksAway()
	d.c.engine.Look(func(s *hall.State) {
		d.mu.Lock()
		defer d.mu.Unlock()
		v.Rule, v.RuleWords = s.OrderRule(), s.OrderInWords()
		v.Paused = map[string]string{}
		for service, reason := range s.Paused {
			v.Paused[service] = reason
		}
		services, days := s.WaitReport()
		v.WaitServices, v.WaitDays = waitLines(services), waitLines(days)
		for _, l := range s.FirstAsked() {
			v.FirstAsked = append(v.FirstAsked, console.FirstAsked{Window: l.Window, Staff: d.Person(l.Staff).Name, Tickets: l.Tickets, Misdirected: l.Misdirected})
		}
		for _, a := range s.AppointmentsToday(now) {
			line := console.Appointment{Start: a.Start, Service: a.Service, State: a.State}
			if t := s.Tickets[a.Ticket]; t != nil {
				line.Number = t.Number
			}
			v.Appointments = append(v.Appointments, line)
		}
		serials := serialsOf(s)
		for _, n := range s.Setup().Nodes {
			if n.Role == hall.RoleKiosk {
				v.Kiosks = append(v.Kiosks, console.Kiosk{ID: n.ID, Away: away[n.ID], Blocks: blocks(s, n.ID, serials)})
			}
		}
		v.Conflicts = slices.Clone(s.Conflicts)
		v.Circling = d.tickets(s.Circling())
		for _, t := range s.TicketsIn(queue.States...) {
			if t.Reprints > 0 {
				v.Reprinted = append(v.Reprinted, d.ticketOf(t))
			}
		}
		v.Doubt, v.Closed = s.Clock.Doubt, s.Closed != nil
		for _, f := range s.Faults {
			if f.Code == hall.CalendarMissing {
				v.MissingHolidays = f.Detail
			}
		}
		v.Notices, v.Results, v.Duty = d.posted(s, now), s.ResultsView(now).Results, s.DutyDays(now, dutyAhead)
		v.WindowDay, v.ServiceDay = d.figures.lines(s, d.ratings)
		v.Unspoken, v.Silenced = d.figures.unspoken(s), d.figures.silenced
		for _, c := range d.changes {
			v.Changes = append(v.Changes, d.inWords(s, c))
		}
	})
	return v
}

func waitLines(lines []forecast.Line) []console.WaitLine {
	var list []console.WaitLine
	for _, l := range lines {
		list = append(list, console.WaitLine{Service: l.Service, Day: l.Day, Told: l.Told, Inside: l.Inside, Early: l.Early, Late: l.Late, Typical: l.MedianError})
	}
	return list
}

// blocks are the numbers lent to a kiosk, with how many of them stand on
// tickets: serials by prefix, in order.
func blocks(s *hall.State, kiosk string, serials map[string][]int) []console.Block {
	var list []console.Block
	for _, b := range s.Lent {
		if b.Kiosk == kiosk {
			from, _ := slices.BinarySearch(serials[b.Prefix], b.From)
			to, _ := slices.BinarySearch(serials[b.Prefix], b.To+1)
			list = append(list, console.Block{Prefix: b.Prefix, From: b.From, To: b.To, Used: to - from})
		}
	}
	return list
}

// serialsOf are the serials that stand on today's tickets, by prefix.
func serialsOf(s *hall.State) map[string][]int {
	serials := map[string][]int{}
	for _, t := range s.Tickets {
		serials[t.Prefix] = append(serials[t.Prefix], t.Serial)
	}
	for _, list := range serials {
		slices.Sort(list)
	}
	return serials
}

// kiosksAway are the kiosks that are not connected.
func (d *desk) kiosksAway() map[string]bool {
	away := map[string]bool{}
	nodes := d.c.nodes.Nodes()
	for _, n := range d.c.cfg.Setup.Nodes {
		if info, known := nodes[n.ID]; n.Role == hall.RoleKiosk && (!known || !info.Ready) {
			away[n.ID] = true
		}
	}
	return away
}

func (d *desk) inWords(s *hall.State, c change) console.Change {
	service := c.service
	for _, i := range s.Setup().Services {
		if i.ID == c.service {
			service = i.Name.ZH
		}
	}
	what := map[string]string{
		contract.EvOrderSet:       "修改叫号规则",
		contract.EvServicePaused:  "暂停取号：" + service,
		contract.EvServiceResumed: "恢复取号：" + service,
		contract.EvDayClosed:      "提前结束当日业务",

		contract.EvNoticePosted:     "发布公告",
		contract.EvNoticeWithdrawn:  "撤下公告",
		contract.EvResultsPublished: "发布审批结果公示",
		contract.EvResultsWithdrawn: "撤下审批结果公示",
		contract.EvDutySet:          "修改值班表",
	}[c.typ]
	if c.words != "" {
		what += "：" + c.words
	}
	staff := d.Person(c.staff).Name
	if c.staff == "" {
		staff = "中心"
	}
	return console.Change{At: c.at, Staff: staff, What: what, Reason: c.reason, Rule: c.typ == contract.EvOrderSet}
}
