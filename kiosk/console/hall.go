package console

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
)

// card is one section of the manager's page. Closed it still says the gist, so
// that the page stays calm.
type card struct {
	ID, ZH, EN  string
	Right, Open bool
}

// cards are rendered from the templates "brief-ID" and "hall-ID".
var cards = []card{
	{ID: "windows", ZH: "窗口", EN: "Windows", Open: true},
	{ID: "queues", ZH: "事项与排队", EN: "Services", Open: true},
	{ID: "figures", ZH: "当日统计", EN: "Figures"},
	{ID: "notices", ZH: "公告与公示", EN: "Notices"},
	{ID: "results", ZH: "审批结果公示", EN: "Results"},
	{ID: "duty", ZH: "值班表", EN: "Duty"},
	{ID: "rule", ZH: "叫号规则", EN: "Order", Right: true},
	{ID: "waits", ZH: "等候预报", EN: "Expected waits", Right: true},
	{ID: "bookings", ZH: "今日预约", EN: "Appointments", Right: true},
	{ID: "tickets", ZH: "异常号码", EN: "Numbers", Right: true},
	{ID: "kiosks", ZH: "取号机与备用号码", EN: "Kiosks", Right: true},
	{ID: "devices", ZH: "设备", EN: "Devices", Right: true},
	{ID: "unspoken", ZH: "未播报的呼叫", EN: "Not spoken", Right: true},
	{ID: "ratings", ZH: "评价", EN: "Ratings", Right: true},
	{ID: "first", ZH: "首问负责", EN: "First asked", Right: true},
	{ID: "punches", ZH: "考勤打卡", EN: "Punches", Right: true},
	{ID: "day", ZH: "当日业务与管理记录", EN: "Day", Right: true},
}

// shownCard is a card with its content.
type shownCard struct {
	card
	Brief, Body template.HTML
}

// hallData is what the manager's page shows.
type hallData struct {
	windowData
	Overview
	ID      string // of the sign-out
	Cards   []shownCard
	Queues  []queueLine // with somebody waiting or served today, or stopped
	Others  []queueLine
	Stopped int // services that give no tickets
	Rated   []ratingLine
	Trouble int // devices that are down or have a fault
}

type queueLine struct {
	contract.ServiceQueue
	Name   contract.Text2
	Prefix string
	Stop   string // in a word, "" while tickets are given
	Why    string // the manager's reason for a pause, or the whole sentence
	Paused bool   // by a manager
	Fixed  bool   // by the configuration: not for the console to change
}

type ratingLine struct {
	Rating
	Name  string
	Given int
}

var hallRegions = func() []string {
	list := []string{"hall-facts", "hall-alerts", "bar"}
	for _, c := range cards {
		list = append(list, "brief-"+c.ID, "hall-"+c.ID)
	}
	return list
}()

func (s *server) hallOf(snap Snapshot, n session) hallData {
	d, _ := s.windowOf(snap, n)
	h := hallData{windowData: d, Overview: s.b.Overview()}
	info := map[string]contract.ServiceInfo{}
	for _, i := range snap.Catalogue.Services {
		info[i.ID] = i
	}
	for _, q := range snap.Queue.Services {
		line := h.queueLine(q, info[q.Service])
		if line.Stop != "" && q.Stop != "message" {
			h.Stopped++
		}
		if q.Waiting > 0 || q.Last != "" || q.Open > 0 || line.Stop != "" && q.Stop != "message" {
			h.Queues = append(h.Queues, line)
		} else {
			h.Others = append(h.Others, line)
		}
	}
	for _, r := range snap.Ratings {
		line := ratingLine{Rating: r, Name: d.Window(r.Window)}
		for _, n := range r.Levels {
			line.Given += n
		}
		h.Rated = append(h.Rated, line)
	}
	h.Devices = slices.Clone(snap.Devices)
	slices.SortStableFunc(h.Devices, func(a, b Device) int { return order(a.troubled()) - order(b.troubled()) })
	for _, dev := range h.Devices {
		if dev.troubled() {
			h.Trouble++
		}
	}
	return h
}

func (h *hallData) queueLine(q contract.ServiceQueue, info contract.ServiceInfo) queueLine {
	l := queueLine{ServiceQueue: q, Name: info.Name, Prefix: info.Prefix, Fixed: info.Paused != "" || info.Message.ZH != ""}
	if q.Stop != "" {
		l.Stop, l.Why = word(stopWords, q.Stop), q.Reason.ZH
	}
	if reason, paused := h.Overview.Paused[q.Service]; paused {
		l.Stop, l.Why, l.Paused = stopWords["paused"], reason, true
	}
	return l
}

func (s *server) hallPage(w http.ResponseWriter, r *http.Request) {
	n, ok := s.sessions.find(r, true)
	if !ok || !n.Manager {
		http.Redirect(w, r, "/?window="+managerDoor, http.StatusSeeOther)
		return
	}
	d := s.hallOf(s.b.Snapshot(), n)
	d.Token, d.ID = s.sessions.tokenOf(w, r), ulid.Make().String()
	for _, c := range cards {
		d.Cards = append(d.Cards, shownCard{c, template.HTML(s.region("brief-"+c.ID, d)), template.HTML(s.region("hall-"+c.ID, d))})
	}
	s.show(w, http.StatusOK, "hall.html", d)
}

func (s *server) hallEvents(w http.ResponseWriter, r *http.Request) {
	s.stream(w, r, func(snap Snapshot) (map[string]string, any, string) {
		n, ok := s.sessions.find(r, false)
		switch {
		case !ok:
			return nil, nil, "ended"
		case !n.Manager:
			return nil, nil, "not-manager"
		}
		d := s.hallOf(snap, n)
		return s.regions(hallRegions, d), stateOf(d), ""
	})
}

func (d Device) troubled() bool { return !d.Up || len(d.Faults) > 0 }

// order puts what needs a person first.
func order(first bool) int {
	if first {
		return 0
	}
	return 1
}

// Words is a device's faults in words.
func (d Device) Words() string {
	var words []string
	for _, f := range d.Faults {
		words = append(words, faultWord(f))
	}
	if len(words) == 0 && !d.Up {
		return "未连接"
	}
	return strings.Join(words, "、")
}

// WindowsIn counts the windows in a state.
func (h hallData) WindowsIn(state string) int {
	n := 0
	for _, w := range h.Windows {
		if w.State == state {
			n++
		}
	}
	return n
}

// RatedToday counts the ratings that citizens gave; silence is none.
func (h hallData) RatedToday() int {
	n := 0
	for _, r := range h.Rated {
		n += r.Given
	}
	return n
}

// BookedIn counts today's appointments in a state.
func (h hallData) BookedIn(state string) int {
	n := 0
	for _, a := range h.Appointments {
		if a.State == state {
			n++
		}
	}
	return n
}

// AskedFirst sums up the first-asked report.
func (h hallData) AskedFirst() (sum FirstAsked) {
	for _, l := range h.FirstAsked {
		sum.Tickets += l.Tickets
		sum.Misdirected += l.Misdirected
	}
	return sum
}

// RuleChanges are today's changes of the rule of the queue, with what was before.
func (h hallData) RuleChanges() (list []Change) {
	for _, c := range h.Changes {
		if c.Rule {
			list = append(list, c)
		}
	}
	return list
}

// Away lists the kiosks that are not connected.
func (h hallData) Away() (list []string) {
	for _, k := range h.Kiosks {
		if k.Away {
			list = append(list, k.ID)
		}
	}
	return list
}

// RuleLines are the sentences of the rule of the queue.
func (h hallData) RuleLines() []string {
	return strings.Split(strings.TrimSuffix(h.RuleWords.ZH, "。"), "；")
}

// WaitToday is today's line of the report on waits, with nothing told before
// the first call.
func (h hallData) WaitToday() WaitLine {
	if len(h.WaitDays) > 0 && h.WaitDays[0].Day == h.Calendar.Day {
		return h.WaitDays[0]
	}
	return WaitLine{Day: h.Calendar.Day}
}

// fewTold is how many waits a share is worth reading from.
const fewTold = 20

// Enough tells whether the share says anything.
func (l WaitLine) Enough() bool { return l.Told >= fewTold }

// Verdict says in words what the share means to a manager.
func (l WaitLine) Verdict() string {
	switch share := l.Share(); {
	case !l.Enough():
		return "次数还少"
	case share >= 85:
		return "可信"
	case share >= 70:
		return "基本可信"
	case l.Late > l.Early:
		return "偏乐观，群众等得更久"
	}
	return "偏保守，群众等得更短"
}

// TypicalWords says how far the waits usually were from what was told.
func (l WaitLine) TypicalWords() string {
	switch {
	case l.Typical > 0:
		return fmt.Sprintf("晚 %d 分钟", l.Typical)
	case l.Typical < 0:
		return fmt.Sprintf("早 %d 分钟", -l.Typical)
	}
	return "正好"
}

// day is a date as people say it.
func day(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.Format("1月2日")
}
