package console

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
)

// fakeHall is a hall of a few windows that knows just enough of the rules.
type fakeHall struct {
	mu       sync.Mutex
	snap     Snapshot
	over     Overview
	answers  map[string]contract.Answer
	requests []contract.Request // that had an effect or a refusal, once for each id
	actors   []Actor
	watchers map[chan struct{}]bool
}

var morning = time.Date(2026, 3, 9, 1, 12, 0, 0, time.UTC) // 09:12 in Shanghai

func ticket(number, service string, minutes int) Ticket {
	at := morning.Add(-time.Duration(minutes) * time.Minute)
	return Ticket{Number: number, Service: service, State: "waiting", IssuedAt: at, Since: at}
}

func newFakeHall() *fakeHall {
	h := &fakeHall{answers: map[string]contract.Answer{}, watchers: map[chan struct{}]bool{}}
	s := &h.snap
	s.At, s.Location = morning, time.FixedZone("CST", 8*3600)
	s.Catalogue = contract.Catalogue{
		Hall: contract.HallInfo{ID: "luotian", Name: contract.Text2{ZH: "罗田县人民政府行政服务中心", EN: "Luotian Government Service Centre"},
			ConsultPhone: "0713-555-0100", ComplaintPhone: "0713-555-0199", Colour: "#1f5f8b"},
		Services: []contract.ServiceInfo{
			{ID: "deed", Unit: "housing", Name: contract.Text2{ZH: "不动产权证书办理", EN: "Property certificate"}, Prefix: "A", Windows: []string{"w1", "w2"}},
			{ID: "permit", Unit: "housing", Name: contract.Text2{ZH: "建筑工程施工许可证核发", EN: "Construction permit"}, Prefix: "B", Windows: []string{"w1"}},
			{ID: "plate", Unit: "vehicle", Name: contract.Text2{ZH: "机动车号牌补换领", EN: "Vehicle plates"}, Prefix: "C", Windows: []string{"w3"}},
		},
	}
	s.Catalogue.Units = []contract.UnitInfo{{ID: "housing", Name: contract.Text2{ZH: "住房和城乡建设局", EN: "Housing and construction"}, Chief: "林青禾",
		Scope: contract.Text2{ZH: "受理、审核、盖章、发证", EN: "Accept, examine, seal and issue"}}, {ID: "vehicle", Name: contract.Text2{ZH: "车辆管理所", EN: "Vehicles"}}}
	s.Catalogue.Zones = []contract.ZoneInfo{{ID: "f1", Name: contract.Text2{ZH: "一楼大厅", EN: "Ground floor"}}, {ID: "f2", Name: contract.Text2{ZH: "二楼大厅", EN: "First floor"}}}
	s.Desk = DeskRules{Recalls: 3, Every: 10 * time.Second, Remind: 10 * time.Minute, Outcome: map[string]string{}}
	s.Calendar = contract.Calendar{Day: "2026-03-09", Zone: "Asia/Shanghai", Open: true, Issuing: true}
	s.Queue = contract.Queue{Waiting: 6, Services: []contract.ServiceQueue{
		{Service: "deed", Waiting: 3, WaitMin: 10, WaitMax: 15, Open: 1, Last: "A003"},
		{Service: "permit", Waiting: 1, WaitMin: 5, WaitMax: 10, Open: 1},
		{Service: "plate", Waiting: 2, WaitMin: -1, WaitMax: -1},
	}}
	for i, unit := range []string{"1号窗口", "2号窗口", "3号窗口", "4号窗口"} {
		s.Windows = append(s.Windows, Window{WindowView: contract.WindowView{ID: fmt.Sprintf("w%d", i+1), Label: fmt.Sprint(i + 1),
			Name: contract.Text2{ZH: unit, EN: fmt.Sprintf("Window %d", i+1)}, State: contract.WindowClosed}})
	}
	s.Windows[0].Waiting = []Ticket{ticket("A004", "deed", 12), ticket("B001", "permit", 8), ticket("A005", "deed", 7), ticket("A006", "deed", 2)}
	s.Windows[0].Services = []string{"deed", "permit"}
	for i, unit := range []string{"housing", "housing", "vehicle", ""} {
		s.Windows[i].Unit = unit
	}
	s.Ratings = []Rating{{Window: "w1", Levels: [6]int{5: 7, 4: 2, 2: 1}, Absent: 4}}
	s.Punches = []Punch{{PunchRecorded: contract.PunchRecorded{Terminal: "T6-01", Person: "1001", At: morning.Add(-80 * time.Minute)}, Name: "林青禾", Unit: "住房和城乡建设"}}
	s.Devices = []Device{{Node: "kiosk-1", Health: devices.Health{Device: "printer-1", Kind: "escpos", Up: true, Since: morning}},
		{Node: "hall", Health: devices.Health{Device: "keypads", Kind: "ff68", Faults: []devices.FaultCode{devices.FaultSilent}, Since: morning}}}
	s.Unconfirmed = []Ticket{{Number: "C002", Service: "plate", State: "unconfirmed", IssuedAt: morning, Reason: "unknown"}}
	s.Centre = Centre{Configured: true, Online: false, Waiting: 23}
	s.Classes = []Class{{ID: "elderly", Name: "老年人（65周岁以上）", Weight: 3}, {ID: "appointment", Name: "预约", Weight: 5},
		{ID: "urgent", Name: "特事特办", Weight: 9, Head: true, Grant: true}}
	h.over = Overview{Rule: contract.OrderRule{Overtake: 5, Beyond: 30, Weights: map[string]int{"elderly": 3, "appointment": 5, "urgent": 9}},
		RuleWords: contract.Text2{ZH: "优先类别按权重从大到小：预约（5）、老年人（3）；其余按取号先后。", EN: "Priority by weight; everybody else in the order of taking a number."},
		Paused:    map[string]string{}}
	return h
}

func (h *fakeHall) Overview() Overview {
	h.mu.Lock()
	defer h.mu.Unlock()
	o := h.over
	o.Paused = maps.Clone(o.Paused)
	return o
}

var people = map[string]Person{
	"1001": {ID: "lin", Number: "1001", Name: "林青禾", Post: "综合受理"},
	"1002": {ID: "mu", Number: "1002", Name: "穆云帆", Post: "综合受理", Lead: true, Units: []string{"housing"}},
	"9001": {ID: "zhou", Number: "9001", Name: "周望舒", Manager: true},
}

// cards are what the reader reads from the staff cards.
var staffCards = map[string]string{"0004711001": "1001", "0004711002": "1002", "0004719001": "9001"}

func (h *fakeHall) Check(_ context.Context, p Proof) (Person, *contract.Problem) {
	if p.Card != "" {
		if number, ok := staffCards[p.Card]; ok {
			return people[number], nil
		}
		return Person{}, &contract.Problem{Code: "wrong-card", Message: "未能识别该工作证，请重试，或输入工号和密码登录。"}
	}
	who, ok := people[p.Number]
	if !ok || p.PIN != p.Number {
		return Person{}, &contract.Problem{Code: "wrong-pin", Message: "工号或密码不正确，请重新输入。"}
	}
	return who, nil
}

func (h *fakeHall) Person(id string) Person {
	for _, p := range people {
		if p.ID == id {
			return p
		}
	}
	return Person{}
}

func (h *fakeHall) Snapshot() Snapshot {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.snap
	s.Windows = slices.Clone(s.Windows)
	return s
}

func (h *fakeHall) Watch(ctx context.Context) <-chan struct{} {
	ch := make(chan struct{}, 1)
	h.mu.Lock()
	h.watchers[ch] = true
	h.mu.Unlock()
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.watchers[ch] {
			delete(h.watchers, ch)
			close(ch)
		}
	})
	return ch
}

// change alters the hall and wakes the pages.
func (h *fakeHall) change(f func(*Snapshot)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(&h.snap)
	h.wake()
}

func (h *fakeHall) wake() {
	for ch := range h.watchers {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// stop ends all streams, as a hall that goes down does.
func (h *fakeHall) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.watchers {
		delete(h.watchers, ch)
		close(ch)
	}
}

func (h *fakeHall) done() []contract.Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.requests)
}

func (h *fakeHall) Do(_ context.Context, actor Actor, r contract.Request) contract.Answer {
	h.mu.Lock()
	defer h.mu.Unlock()
	if a, ok := h.answers[r.ID]; ok {
		return a
	}
	h.requests = append(h.requests, r)
	h.actors = append(h.actors, actor)
	a := contract.Answer{ID: r.ID, Result: contract.ResultOK}
	if p := h.decide(actor, r); p != nil {
		a.Result, a.Error = contract.ResultRefused, p
	}
	h.answers[r.ID] = a
	h.wake()
	return a
}

func (h *fakeHall) decide(actor Actor, r contract.Request) *contract.Problem {
	if actor.Window == "" {
		return h.manage(actor, r)
	}
	w := &h.snap.Windows[slices.IndexFunc(h.snap.Windows, func(w Window) bool { return w.ID == actor.Window })]
	var ref contract.WindowRef
	json.Unmarshal(r.Data, &ref)
	if w.Present != nil && ref.Expect != "" && ref.Expect != w.Present.Number {
		return &contract.Problem{Code: "changed", Message: "当前号码已变化，请查看后再操作。"}
	}
	switch r.Type {
	case contract.AskWindowSignIn:
		var in contract.SignIn
		json.Unmarshal(r.Data, &in)
		p, problem := h.Check(context.Background(), Proof{in.Staff, in.PIN, in.Card})
		if problem != nil {
			return problem
		}
		w.State, w.StaffID, w.Staff, w.Post = contract.WindowOpen, p.ID, p.Name, p.Post
	case contract.AskWindowSignOut:
		w.State, w.StaffID, w.Staff = contract.WindowClosed, "", ""
	case contract.AskWindowNext, contract.AskWindowCall:
		for _, t := range w.Held {
			if h.snap.Overdue(t) && !ref.PastHeld {
				return &contract.Problem{Code: "held-overdue", Message: "暂存的" + t.Number + "号已到提醒时间，请先继续办理或退回队列；如需先叫其他号，请再次确认"}
			}
		}
		at := 0
		if ref.Number != "" {
			at = slices.IndexFunc(w.Waiting, func(t Ticket) bool { return t.Number == ref.Number })
		}
		if at < 0 || len(w.Waiting) == 0 {
			return &contract.Problem{Code: "taken", Message: "该号码刚由2号窗口呼叫，请选择其他号码。"}
		}
		why := "等候时间最长"
		if by := w.Waiting[at].Granted; by != "" {
			why = "特事特办（授权：" + by + "）（越过3人）"
		}
		h.take(w, w.Waiting[at], why)
		w.Waiting = slices.Delete(slices.Clone(w.Waiting), at, at+1)
	case contract.AskWindowStart:
		p := *w.Present
		p.State, p.StartedAt = "serving", h.snap.At
		w.Present = &p
	case contract.AskWindowRecall:
		p := *w.Present
		p.Recalls++
		p.Recalled = h.snap.At.Add(-h.snap.Desk.Every) // it may be called again at once
		w.Present = &p
	case contract.AskWindowFinish, contract.AskWindowTransfer:
		if h.snap.Desk.Outcome[w.Present.Service] == "required" && ref.Outcome.Result == "" && r.Type == contract.AskWindowFinish {
			return &contract.Problem{Code: "outcome-needed", Message: "请先选择办理结果，再点“办结”"}
		}
		w.Present = nil
	case contract.AskWindowWalkIn:
		var d contract.WalkIn
		json.Unmarshal(r.Data, &d)
		t := ticket("A901", d.Service, 0)
		t.WalkIn = true
		h.take(w, t, "无号办理")
		if !d.Call {
			w.Present.State, w.Present.StartedAt = "serving", h.snap.At
		}
	case contract.AskWindowCorrect:
		var d contract.Correct
		json.Unmarshal(r.Data, &d)
		p := *w.Present
		p.Service = d.Service
		w.Present = &p
	case contract.AskWindowSet:
		var d contract.SetWindow
		json.Unmarshal(r.Data, &d)
		w.Auto = d.Auto
	case contract.AskTicketQuiet:
		var d contract.QuietTicket
		json.Unmarshal(r.Data, &d)
		w.Waiting = slices.Clone(w.Waiting)
		for i := range w.Waiting {
			if w.Waiting[i].Number == d.Number {
				w.Waiting[i].Silent = d.Silent
			}
		}
		if w.Present != nil && w.Present.Number == d.Number {
			p := *w.Present
			p.Silent = d.Silent
			w.Present = &p
		}
	case contract.AskWindowReturn:
		if i := slices.IndexFunc(w.Held, func(t Ticket) bool { return t.Number == ref.Number }); i >= 0 {
			w.Waiting = append([]Ticket{w.Held[i]}, w.Waiting...)
			w.Held = slices.Delete(slices.Clone(w.Held), i, i+1)
		} else {
			w.Waiting = append([]Ticket{w.Present.Ticket}, w.Waiting...)
			w.Present = nil
		}
	case contract.AskWindowNoShow:
		w.Missed = append([]Ticket{w.Present.Ticket}, w.Missed...)
		w.Present = nil
	case contract.AskWindowHold:
		t := w.Present.Ticket
		t.Reason, t.Keeper, t.Remind = ref.Reason, w.Staff, h.snap.At.Add(h.snap.Desk.Remind)
		if ref.Minutes > 0 {
			t.Remind = h.snap.At.Add(time.Duration(ref.Minutes) * time.Minute)
		}
		w.Held = append(w.Held, t)
		w.Present = nil
	case contract.AskWindowUnhold:
		i := slices.IndexFunc(w.Held, func(t Ticket) bool { return t.Number == ref.Number })
		h.take(w, w.Held[i], "取回暂存")
		w.Held = slices.Delete(slices.Clone(w.Held), i, i+1)
	case contract.AskTicketGrant:
		var g contract.Grant
		json.Unmarshal(r.Data, &g)
		i := slices.IndexFunc(w.Waiting, func(t Ticket) bool { return t.Number == g.Number })
		if i < 0 {
			return &contract.Problem{Code: "unknown-number", Message: "今天没有“" + g.Number + "”号，请核对号码"}
		}
		t := w.Waiting[i]
		t.Class, t.Granted, t.GrantReason = g.Class, w.Staff, g.Reason
		w.Waiting = append([]Ticket{t}, slices.Delete(slices.Clone(w.Waiting), i, i+1)...)
	case contract.AskWindowReinstate:
		i := slices.IndexFunc(w.Missed, func(t Ticket) bool { return t.Number == ref.Number })
		w.Waiting = append([]Ticket{w.Missed[i]}, w.Waiting...)
		w.Missed = slices.Delete(slices.Clone(w.Missed), i, i+1)
	case contract.AskWindowPause:
		w.State, w.Reason, w.Since, w.Over = contract.WindowPaused, ref.Reason, h.snap.At, h.snap.At.Add(30*time.Minute)
	case contract.AskWindowResume:
		w.State, w.Reason = contract.WindowOpen, ""
	default:
		return &contract.Problem{Code: "unknown", Message: "暂不支持该操作。"}
	}
	number := ref.Number
	if w.Present != nil {
		number = w.Present.Number
	}
	w.Actions = append([]Action{{At: h.snap.At, Type: eventOf[r.Type], Number: number, Reason: ref.Reason}}, w.Actions...)
	return nil
}

// forbidden is a word that this hall does not post.
const forbidden = "示例忌语"

// manage does what a manager asks, as far as a page can see it.
func (h *fakeHall) manage(actor Actor, r contract.Request) *contract.Problem {
	s, o := &h.snap, &h.over
	change := Change{At: s.At, Staff: people["9001"].Name}
	switch r.Type {
	case contract.AskOrderSet:
		var d contract.SetOrder
		json.Unmarshal(r.Data, &d)
		change.What, change.Rule = fmt.Sprintf("修改叫号规则：最多越过 %d → %d 次", o.Rule.Overtake, d.Rule.Overtake), true
		o.Rule = d.Rule
	case contract.AskServicePause, contract.AskServiceResume:
		var d contract.PauseService
		json.Unmarshal(r.Data, &d)
		i := slices.IndexFunc(s.Queue.Services, func(q contract.ServiceQueue) bool { return q.Service == d.Service })
		s.Queue.Services = slices.Clone(s.Queue.Services)
		s.Queue.Services[i].Stop = ""
		o.Paused = maps.Clone(o.Paused)
		delete(o.Paused, d.Service)
		change.What = "恢复取号"
		if r.Type == contract.AskServicePause {
			change.What = "暂停取号"
			o.Paused[d.Service], s.Queue.Services[i].Stop = d.Reason, "paused"
		}
		change.Reason = d.Reason
	case contract.AskDayClose:
		var d contract.CloseDay
		json.Unmarshal(r.Data, &d)
		o.Closed, change.What, change.Reason = true, "提前结束当日业务", d.Reason
	case contract.AskNoticePost:
		var d contract.PostNotice
		json.Unmarshal(r.Data, &d)
		if strings.Contains(d.Notice.Text.ZH, forbidden) {
			return &contract.Problem{Code: "forbidden-word", Message: "文字中有服务忌语“" + forbidden + "”（依据：示例规定第3条），没有发布。请修改后再提交"}
		}
		d.Notice.ID = "n1"
		o.Notices = append(slices.Clone(o.Notices), Posted{Notice: d.Notice, Staff: change.Staff})
		change.What = "发布公告"
	case contract.AskNoticeWithdraw:
		var d contract.WithdrawNotice
		json.Unmarshal(r.Data, &d)
		o.Notices = slices.DeleteFunc(slices.Clone(o.Notices), func(n Posted) bool { return n.ID == d.ID })
	case contract.AskResultsWithdraw:
		var d contract.PublishResults
		json.Unmarshal(r.Data, &d)
		o.Results = slices.DeleteFunc(slices.Clone(o.Results), func(n contract.Result) bool { return slices.Contains(d.IDs, n.ID) })
	case contract.AskDutySet:
		var d contract.SetDuty
		json.Unmarshal(r.Data, &d)
		o.Duty = slices.Clone(o.Duty)
		for i := range o.Duty {
			if o.Duty[i].Day == d.Days[0].Day {
				o.Duty[i] = d.Days[0]
			}
		}
		change.What = "修改值班表"
	}
	o.Changes = append([]Change{change}, o.Changes...)
	return nil
}

func (h *fakeHall) take(w *Window, t Ticket, why string) {
	t.State = "called"
	w.Present = &Present{Ticket: t, CalledAt: h.snap.At, Why: why}
}

var eventOf = map[string]string{
	contract.AskWindowSignIn: contract.EvWindowSignedIn, contract.AskWindowNext: contract.EvTicketCalled, contract.AskWindowCall: contract.EvTicketCalled,
	contract.AskWindowStart: contract.EvTicketStarted, contract.AskWindowRecall: contract.EvTicketRecalled, contract.AskWindowFinish: contract.EvTicketFinished,
	contract.AskWindowNoShow: contract.EvTicketMissed, contract.AskWindowHold: contract.EvTicketHeld, contract.AskWindowPause: contract.EvWindowPaused,
	contract.AskWindowResume: contract.EvWindowResumed, contract.AskWindowTransfer: contract.EvTicketTransferred, contract.AskWindowUnhold: contract.EvTicketResumed,
	contract.AskWindowWalkIn: contract.EvTicketStarted, contract.AskWindowCorrect: contract.EvTicketCorrected, contract.AskWindowSet: contract.EvWindowSet,
	contract.AskWindowReinstate: contract.EvTicketReinstated, contract.AskTicketGrant: contract.EvTicketGranted, contract.AskWindowReturn: contract.EvTicketReturned,
}

// memory keeps facts as the journal does.
type memory struct {
	mu sync.Mutex
	m  map[string][]byte
}

func (m *memory) Put(_ context.Context, key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.m == nil {
		m.m = map[string][]byte{}
	}
	m.m[key] = value
	return nil
}

func (m *memory) Get(key string) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.m[key]
	return v, ok, nil
}
