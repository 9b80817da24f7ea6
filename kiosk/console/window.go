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
	Number string              `json:"number"` // in hand
	Can    map[string]string   `json:"can"`    // verb to the lists it asks from, with spaces between
	Lists  map[string][]choice `json:"lists"`
}

var windowRegions = []string{"present", "queue", "aside", "numbers-brief", "numbers", "actions", "bar"}

func (s *server) windowOf(snap Snapshot, n session) (windowData, bool) {
	w, ok := findWindow(snap, n.Window)
	if !ok {
		return windowData{}, false
	}
	services := map[string]contract.ServiceInfo{}
	for _, i := range snap.Catalogue.Services {
		services[i.ID] = i
	}
	windows := map[string]string{}
	for _, v := range snap.Windows {
		windows[v.ID] = v.Name.ZH
	}
	d := windowData{Snapshot: snap, W: w, Stage: stage(w), Name: n.Name, Verbs: verbs,
		Service: func(id string) string { return orID(services[id].Name.ZH, id) },
		ServEN:  func(id string) string { return services[id].Name.EN },
		Window:  func(id string) string { return orID(windows[id], id) },
		Others:  max(0, snap.Queue.Waiting-len(w.Waiting)),
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
	d.Token = s.sessions.tokenOf(w, r)
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
	st := windowState{Paused: d.W.State == contract.WindowPaused, Can: allowed(d.W, len(d.grantable()) > 0), Lists: map[string][]choice{}}
	if d.W.Present != nil {
		st.Number = d.W.Present.Number
	}
	ticket := func(t Ticket) choice {
		return choice{t.Number, t.Number, d.Service(t.Service)}
	}
	lists := []struct {
		name string
		from []Ticket
	}{{"waiting", d.W.Waiting}, {"held", d.W.Held}, {"missed", d.W.Missed}}
	for _, l := range lists {
		st.Lists[l.name] = []choice{}
		for _, t := range l.from {
			st.Lists[l.name] = append(st.Lists[l.name], ticket(t))
		}
	}
	if d.W.Present != nil {
		st.Lists["grantee"] = append(st.Lists["grantee"], choice{d.W.Present.Number, d.W.Present.Number, "当前号码"})
	}
	st.Lists["grantee"] = append(st.Lists["grantee"], st.Lists["waiting"]...)
	for _, c := range d.grantable() {
		detail := fmt.Sprintf("权重 %d", c.Weight)
		if c.Head {
			detail = "排到最前"
		}
		st.Lists["class"] = append(st.Lists["class"], choice{c.ID, c.Name, detail})
	}
	for _, r := range grantReasons {
		st.Lists["grant"] = append(st.Lists["grant"], choice{Value: r, Label: r})
	}
	st.Lists["fee"] = []choice{{Value: "pay", Label: "办结，请群众到收费窗口缴费", Detail: "Fee to be paid"},
		{Value: "no", Label: "办结，本次无需缴费", Detail: "Nothing to pay"}}
	for _, i := range d.Catalogue.Services {
		if i.Paused == "" {
			st.Lists["targets"] = append(st.Lists["targets"], choice{"service:" + i.ID, i.Name.ZH, "事项 · " + i.Prefix + " · " + i.Name.EN})
		}
	}
	for _, o := range d.Windows {
		if o.ID != d.W.ID {
			st.Lists["targets"] = append(st.Lists["targets"], choice{"window:" + o.ID, o.Name.ZH, "窗口 · " + stateWord(o.State)})
		}
	}
	for _, p := range s.o.PauseReasons {
		st.Lists["pause"] = append(st.Lists["pause"], choice{Value: p, Label: p})
	}
	for _, h := range holdReasons {
		st.Lists["hold"] = append(st.Lists["hold"], choice{Value: h, Label: h})
	}
	st.Lists["leave"] = []choice{{Value: "yes", Label: "退出登录，离开窗口", Detail: "Sign out"}}
	return st
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
}

// windowDo carries out one act. Posted again with the same id, by a double
// click or after a lost answer, it is the same act.
func (s *server) windowDo(w http.ResponseWriter, r *http.Request) {
	window := r.PathValue("id")
	var a act
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
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
		reply(w, http.StatusBadRequest, failed("", "bad-request"))
		return
	}
	v, known := verbNamed(a.Verb)
	id, err := ulid.ParseStrict(a.ID)
	if !known || err != nil {
		reply(w, http.StatusBadRequest, failed(a.ID, "bad-request"))
		return
	}
	var data any = contract.WindowRef{Window: window, Number: a.Number, Reason: a.Reason, Expect: a.Expect, NoFee: a.NoFee}
	switch v.Type {
	case contract.AskWindowTransfer:
		data = contract.Transfer{Window: window, ToService: a.Service, ToWindow: a.ToWindow, Reason: a.Reason, Expect: a.Expect}
	case contract.AskTicketGrant:
		data = contract.Grant{Window: window, Number: a.Number, Class: a.Class, Reason: a.Reason}
	}
	answer := s.ask(r.Context(), Actor{n.Staff, window}, id.String(), v.Type, data)
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
