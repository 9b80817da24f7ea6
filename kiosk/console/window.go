package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
)

// windowData is what the page of one window shows.
type windowData struct {
	Snapshot
	W       Window
	Stage   string
	Name    string // of the person
	Token   string
	Verbs   []verb
	Service func(string) string // Chinese name of a service
	ServEN  func(string) string
	Window  func(string) string // name of a window
	Others  int                 // waiting in the hall for services of other windows
	Unit    contract.UnitInfo   // of the window
	Lead    bool                // the person has the page of a lead, too
}

// grantable are the classes of priority that staff may give: the head of the
// queue first, then those that a citizen cannot choose.
func (d windowData) grantable() []Class {
	list := slices.DeleteFunc(slices.Clone(d.Classes), func(c Class) bool { return c.ID == appointmentClass })
	slices.SortStableFunc(list, func(a, b Class) int {
		return cmp.Or(order(a.Head)-order(b.Head), order(a.Grant)-order(b.Grant))
	})
	return list
}

// Unheld are the numbers of the window's services that nobody may hold, and the
// void ones: what a citizen with such a number asks about.
func (d windowData) Unheld() (list []Ticket) {
	for _, t := range slices.Concat(d.Unconfirmed, d.Voided) {
		if slices.Contains(d.W.Services, t.Service) {
			list = append(list, t)
		}
	}
	return list
}

// choice is one line of a list that the page asks from.
type choice struct {
	Value  string `json:"value"`
	Label  string `json:"label"`
	Detail string `json:"detail,omitempty"`
}

// windowState is what the page's script needs: what may be done now, and the
// lists that it asks from.
type windowState struct {
	Paused bool                `json:"paused"`
	Auto   bool                `json:"auto"`   // calls the next by itself after finish
	Number string              `json:"number"` // in hand
	Silent bool                `json:"silent"` // the number in hand is called by eye only
	Can    map[string]string   `json:"can"`    // verb to the lists it asks from, with spaces between
	Lists  map[string][]choice `json:"lists"`
	Recall *recallState        `json:"recall,omitempty"`
	Finish *finishState        `json:"finish,omitempty"`
}

// recallState is how the number in hand may be called again. At is when, Unix
// milliseconds of the hall's clock.
type recallState struct {
	Left int   `json:"left"`
	At   int64 `json:"at"`
}

// finishState is what is asked at the end of a service.
type finishState struct {
	Need     bool     `json:"need"` // a result must be chosen
	Fee      bool     `json:"fee"`  // a fee follows, unless nothing is to be paid
	Own      string   `json:"own"`  // the ticket's own service
	Services []choice `json:"services"`
}

var windowRegions = []string{"present", "queue", "aside", "numbers-brief", "numbers", "actions", "bar", "unit"}

// windowOf is the page of a session's window; without one, what all pages
// share.
func (s *server) windowOf(snap Snapshot, n session) (windowData, bool) {
	services, windows := map[string]contract.ServiceInfo{}, map[string]string{}
	for _, i := range snap.Catalogue.Services {
		services[i.ID] = i
	}
	for _, v := range snap.Windows {
		windows[v.ID] = v.Name.ZH
	}
	d := windowData{Snapshot: snap, Name: n.Name, Verbs: verbs,
		Service: func(id string) string { return orID(services[id].Name.ZH, id) },
		ServEN:  func(id string) string { return services[id].Name.EN },
		Window:  func(id string) string { return orID(windows[id], id) },
	}
	w, ok := findWindow(snap, n.Window)
	if !ok {
		return d, false
	}
	d.W, d.Stage, d.Others = w, stage(w), max(0, snap.Queue.Waiting-len(w.Waiting))
	for _, u := range snap.Catalogue.Units {
		if u.ID == w.Unit {
			d.Unit = u
		}
	}
	return d, true
}

func orID(name, id string) string {
	if name == "" {
		return id
	}
	return name
}

func (s *server) windowPage(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	n, ok := s.sessions.find(r, true)
	snap := s.b.Snapshot()
	if !ok || n.Window != id || !s.stillThere(snap, n) {
		http.Redirect(w, r, "/?window="+url.QueryEscape(id), http.StatusSeeOther)
		return
	}
	d, _ := s.windowOf(snap, n)
	d.Token, d.Lead = s.sessions.tokenOf(w, r), s.leads(n)
	s.show(w, http.StatusOK, "window.html", d)
}

func (s *server) windowEvents(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.stream(w, r, func(snap Snapshot) (map[string]string, any, string) {
		n, ok := s.sessions.find(r, false)
		if !ok {
			return nil, nil, "ended"
		}
		d, ok := s.windowOf(snap, n)
		if !ok || n.Window != id || !s.stillThere(snap, n) {
			return nil, nil, "signed-off"
		}
		return s.regions(windowRegions, d), s.windowState(d), ""
	})
}

func (s *server) windowState(d windowData) windowState {
	w := d.W
	st := windowState{Paused: w.State == contract.WindowPaused, Auto: w.Auto, Can: allowed(w, len(d.grantable()) > 0), Lists: d.lists()}
	if p := w.Present; p != nil {
		st.Number, st.Silent = p.Number, p.Silent
		if stage(w) == stageCalled {
			st.Recall = d.recall(*p)
		}
		if how := d.Desk.Outcome[p.Service]; how != "" && stage(w) == stageServing {
			st.Can["finish"], st.Finish = "outcome", d.finish(*p, how)
		}
	}
	for _, r := range s.o.PauseReasons {
		st.Lists["pause"] = append(st.Lists["pause"], choice{Value: r.Name, Label: r.Name, Detail: fmt.Sprintf("最长 %d 分钟", int(r.Limit/time.Minute))})
	}
	return st
}

// recall is how often and from when a number may be called again.
func (d windowData) recall(p Present) *recallState {
	r := &recallState{Left: max(0, d.Desk.Recalls-p.Recalls)}
	if !p.Recalled.IsZero() {
		r.At = p.Recalled.Add(d.Desk.Every).UnixMilli()
	}
	return r
}

// finish is what is asked at the end of a service: the ticket's own and what
// the window could have done beside it.
func (d windowData) finish(p Present, how string) *finishState {
	f := &finishState{Need: how == "required", Fee: p.FeeDue, Own: p.Service}
	for _, id := range slices.Concat([]string{p.Service}, d.W.Services) {
		if !slices.ContainsFunc(f.Services, func(c choice) bool { return c.Value == id }) {
			f.Services = append(f.Services, choice{Value: id, Label: d.Service(id)})
		}
	}
	return f
}

// lists are what the page asks from, by name.
func (d windowData) lists() map[string][]choice {
	lists := map[string][]choice{"waiting": {}, "held": {}, "missed": {}}
	for name, from := range map[string][]Ticket{"waiting": d.W.Waiting, "held": d.W.Held, "missed": d.W.Missed} {
		for _, t := range from {
			lists[name] = append(lists[name], choice{t.Number, t.Number, d.Service(t.Service)})
		}
	}
	if d.W.Present != nil {
		lists["grantee"] = append(lists["grantee"], choice{d.W.Present.Number, d.W.Present.Number, "当前号码"})
	}
	lists["grantee"] = append(lists["grantee"], lists["waiting"]...)
	for _, c := range d.grantable() {
		detail := fmt.Sprintf("权重 %d", c.Weight)
		if c.Head {
			detail = "排到最前"
		}
		lists["class"] = append(lists["class"], choice{c.ID, c.Name, detail})
	}
	for name, words := range map[string][]string{"grant": grantReasons, "hold": holdReasons} {
		for _, w := range words {
			lists[name] = append(lists[name], choice{Value: w, Label: w})
		}
	}
	lists["fee"] = []choice{{Value: "pay", Label: "办结，请群众到收费窗口缴费", Detail: "Fee to be paid"},
		{Value: "no", Label: "办结，本次无需缴费", Detail: "Nothing to pay"}}
	for _, i := range d.Catalogue.Services {
		if i.Paused == "" {
			lists["targets"] = append(lists["targets"], choice{"service:" + i.ID, i.Name.ZH, "事项 · " + i.Prefix + " · " + i.Name.EN})
		}
	}
	for _, o := range d.Windows {
		if o.ID != d.W.ID {
			lists["targets"] = append(lists["targets"], choice{"window:" + o.ID, o.Name.ZH, "窗口 · " + stateWord(o.State)})
		}
	}
	for _, id := range d.W.Services {
		c := choice{id, d.Service(id), d.ServEN(id)}
		lists["services"] = append(lists["services"], c)
		if p := d.W.Present; p != nil && p.Service != id {
			lists["correct"] = append(lists["correct"], c)
		}
	}
	lists["walk-in"] = []choice{{Value: "serve", Label: "已在窗口，现在办理", Detail: "不播报 · Serve now"}, {Value: "call", Label: "呼叫到窗口", Detail: "播报号码 · Call"}}
	for _, t := range d.W.Waiting {
		value, detail := "on:"+t.Number, "改为静音呼叫"
		if t.Silent {
			value, detail = "off:"+t.Number, "现为静音，恢复语音"
		}
		lists["quiet"] = append(lists["quiet"], choice{value, t.Number, detail})
	}
	lists["minutes"] = holdMinutes(int(d.Desk.Remind / time.Minute))
	lists["leave"] = []choice{{Value: "yes", Label: "退出登录，离开窗口", Detail: "Sign out"}}
	return lists
}

// holdMinutes are the times after which the owner of a held ticket is reminded,
// the hall's own first.
func holdMinutes(usual int) []choice {
	list := []choice{{Value: "0", Label: fmt.Sprintf("%d 分钟", usual), Detail: "通常"}}
	for _, m := range []int{5, 10, 15, 30, 60, 120} {
		if m != usual {
			list = append(list, choice{Value: fmt.Sprint(m), Label: fmt.Sprintf("%d 分钟", m)})
		}
	}
	return list
}

// act is a post of the window page.
type act struct {
	ID       string `json:"id"`
	Verb     string `json:"verb"`
	Number   string `json:"number"`
	Reason   string `json:"reason"`
	Service  string `json:"service"`
	ToWindow string `json:"to_window"`
	Class    string `json:"class"`
	NoFee    bool   `json:"no_fee"`
	Expect   string `json:"expect"`
	Call     bool   `json:"call"` // of a walk-in that is not at the window yet
	Silent   bool   `json:"silent"`
	Auto     bool   `json:"auto"`
	Minutes  int    `json:"minutes"`
	PastHeld bool   `json:"past_held"`

	Outcome contract.Outcome `json:"outcome"`
}

// windowDo carries out one act. Posted again with the same id, by a double
// click or after a lost answer, it is the same act.
func (s *server) windowDo(w http.ResponseWriter, r *http.Request) {
	window := r.PathValue("id")
	n, ok := s.sessions.find(r, true)
	switch {
	case !s.sessions.tokenGood(r, r.Header.Get("X-Token")):
		reply(w, http.StatusForbidden, failed("", "stale"))
		return
	case !ok:
		reply(w, http.StatusUnauthorized, failed("", "ended"))
		return
	case n.Window != window || !s.stillThere(s.b.Snapshot(), n):
		reply(w, http.StatusForbidden, failed("", "signed-off"))
		return
	}
	s.do(w, r, n, window, func(verb) bool { return true })
}

// do carries out the act of a request for a window, if it may be one.
func (s *server) do(w http.ResponseWriter, r *http.Request, n session, window string, may func(verb) bool) {
	var a act
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
		reply(w, http.StatusBadRequest, failed("", "bad-request"))
		return
	}
	v, known := verbNamed(a.Verb)
	id, err := ulid.ParseStrict(a.ID)
	if !known || !may(v) || err != nil {
		reply(w, http.StatusBadRequest, failed(a.ID, "bad-request"))
		return
	}
	answer := s.ask(r.Context(), Actor{n.Staff, window}, id.String(), v.Type, a.request(v.Type, window))
	if answer.Result == contract.ResultOK && v.Type == contract.AskWindowSignOut {
		s.sessions.end(w, r)
	}
	reply(w, http.StatusOK, answer)
}

func reply(w http.ResponseWriter, status int, a contract.Answer) {
	a.Data = nil // what the page shows comes by the stream
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(a)
}

// clock is a time of day in the hall.
func clock(s Snapshot, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	loc := s.Location
	if loc == nil {
		loc = time.UTC
	}
	return t.In(loc).Format("15:04")
}
