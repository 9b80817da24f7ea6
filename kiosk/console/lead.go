package console

import (
	"net/http"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
)

// leadData is what the page of a lead (窗口首席代表, 科室负责人) shows: the
// windows and queues of their units, and what is not as it should be there. A
// manager sees all units.
type leadData struct {
	windowData
	ID     string // of the sign-out
	Units  []contract.UnitInfo
	Rows   []Window
	Queues []queueLine
	Alarms []Alarm    // of these windows and their tickets
	Wait   []atWindow // of these services, the longest first
	Held   []atWindow
	Missed []atWindow
	Helps  bool // the person sits at a window, in whose name it is recorded
}

// atWindow is a ticket with the window that it is at.
type atWindow struct {
	Ticket
	At string // id
}

// longestShown is how many of those who wait stand on the page of a lead.
const longestShown = 12

// unanswered is how long a called number may stay without its service being
// begun before the page marks it.
const unanswered = 3 * time.Minute

var leadRegions = []string{"bar", "lead-facts", "lead-alarms", "lead-windows", "lead-queues", "lead-numbers"}

// leads tells whether a session may see the page of a lead. The right stands in
// the configuration, not in the session.
func (s *server) leads(n session) bool {
	p := s.b.Person(n.Staff)
	return p.Lead || p.Manager
}

func (s *server) leadOf(snap Snapshot, n session) leadData {
	d, sits := s.windowOf(snap, n)
	l := leadData{windowData: d, Helps: sits}
	units := s.b.Person(n.Staff).Units
	for _, u := range snap.Catalogue.Units {
		if len(units) == 0 || slices.Contains(units, u.ID) {
			l.Units = append(l.Units, u)
		}
	}
	info, mine := map[string]contract.ServiceInfo{}, map[string]bool{}
	for _, i := range snap.Catalogue.Services {
		info[i.ID], mine[i.ID] = i, len(units) == 0 || slices.Contains(units, i.Unit)
	}
	for _, w := range snap.Windows {
		if mineToo := slices.ContainsFunc(w.Services, func(id string) bool { return mine[id] }); len(units) == 0 || slices.Contains(units, w.Unit) || mineToo {
			l.window(w, mine)
		}
	}
	slices.SortStableFunc(l.Wait, func(a, b atWindow) int { return a.IssuedAt.Compare(b.IssuedAt) })
	h := hallData{}
	for _, q := range snap.Queue.Services {
		if line := h.queueLine(q, info[q.Service]); mine[q.Service] && (q.Waiting > 0 || q.Open > 0 || q.Last != "" || line.Stop != "") {
			l.Queues = append(l.Queues, line)
		}
	}
	for _, a := range snap.Alarms {
		if len(units) == 0 || l.concerns(a) {
			l.Alarms = append(l.Alarms, a)
		}
	}
	return l
}

// window adds a window and its tickets. Those who wait for several windows stand
// there once.
func (l *leadData) window(w Window, mine map[string]bool) {
	l.Rows = append(l.Rows, w)
	add := func(to *[]atWindow, from []Ticket) {
		for _, t := range from {
			known := slices.ContainsFunc(*to, func(o atWindow) bool { return o.Number == t.Number })
			if mine[t.Service] && !known {
				*to = append(*to, atWindow{t, w.ID})
			}
		}
	}
	add(&l.Wait, w.Waiting)
	add(&l.Held, w.Held)
	add(&l.Missed, w.Missed)
}

// concerns tells whether an alarm is about one of these windows or of the
// numbers that they hold.
func (l *leadData) concerns(a Alarm) bool {
	return slices.ContainsFunc(l.Rows, func(w Window) bool { return w.ID == a.Subject || w.StaffID != "" && w.StaffID == a.Subject }) ||
		slices.ContainsFunc(l.Held, func(t atWindow) bool { return t.Number == a.Subject })
}

// Longest are those who wait the longest.
func (l leadData) Longest() []atWindow { return l.Wait[:min(len(l.Wait), longestShown)] }

// Late tells whether a number was called long ago and nobody serves it.
func (l leadData) Late(p Present) bool {
	return p.StartedAt.IsZero() && !p.CalledAt.IsZero() && l.At.Sub(p.CalledAt) >= unanswered
}

// Unanswered counts the numbers that were called long ago.
func (l leadData) Unanswered() int {
	n := 0
	for _, w := range l.Rows {
		if w.Present != nil && l.Late(*w.Present) {
			n++
		}
	}
	return n
}

// Overdue tells whether the owner of a held ticket should have gone on with it.
func (s Snapshot) Overdue(t Ticket) bool { return !t.Remind.IsZero() && !s.At.Before(t.Remind) }

// OverdueHolds counts them.
func (l leadData) OverdueHolds() int {
	n := 0
	for _, t := range l.Held {
		if l.Overdue(t.Ticket) {
			n++
		}
	}
	return n
}

// LongPauses counts the windows whose pause should be over.
func (l leadData) LongPauses() int {
	n := 0
	for _, w := range l.Rows {
		if w.State == contract.WindowPaused && !w.Over.IsZero() && !l.At.Before(w.Over) {
			n++
		}
	}
	return n
}

// WindowsIn counts the windows in a state.
func (l leadData) WindowsIn(state string) int {
	n := 0
	for _, w := range l.Rows {
		if w.State == state {
			n++
		}
	}
	return n
}

// state is what the script of the page needs: how a lead may help, from their
// own window.
func (l leadData) state() windowState {
	st := windowState{Can: map[string]string{}, Lists: map[string][]choice{}}
	if !l.Helps {
		return st
	}
	all := l.lists()
	st.Lists["class"], st.Lists["grant"] = all["class"], all["grant"]
	if len(l.Missed) > 0 {
		st.Can["reinstate"] = "missed"
	}
	if len(all["class"]) > 0 {
		st.Can["grant"] = "grantee class grant"
	}
	return st
}

// leadVerbs are what a lead does for a number of any window.
var leadVerbs = []string{"reinstate", "grant"}

// leadIn is the session of a request, if it may see the page.
func (s *server) leadIn(r *http.Request, input bool) (n session, gone string) {
	n, ok := s.sessions.find(r, input)
	switch {
	case !ok:
		return n, "ended"
	case !s.stillThere(s.b.Snapshot(), n):
		return n, "signed-off"
	case !s.leads(n):
		return n, "not-lead"
	}
	return n, ""
}

func (s *server) leadPage(w http.ResponseWriter, r *http.Request) {
	n, gone := s.leadIn(r, true)
	if gone != "" {
		http.Redirect(w, r, "/?window="+leadDoor, http.StatusSeeOther)
		return
	}
	d := s.leadOf(s.b.Snapshot(), n)
	d.Token, d.ID = s.sessions.tokenOf(w, r), ulid.Make().String()
	s.show(w, http.StatusOK, "lead.html", d)
}

func (s *server) leadEvents(w http.ResponseWriter, r *http.Request) {
	s.stream(w, r, func(snap Snapshot) (map[string]string, any, string) {
		n, gone := s.leadIn(r, false)
		if gone != "" {
			return nil, nil, gone
		}
		d := s.leadOf(snap, n)
		return s.regions(leadRegions, d), d.state(), ""
	})
}

// leadDo helps a number of any window in the name of the lead, who sits at a
// window of their own.
func (s *server) leadDo(w http.ResponseWriter, r *http.Request) {
	n, gone := s.leadIn(r, true)
	switch {
	case !s.sessions.tokenGood(r, r.Header.Get("X-Token")):
		reply(w, http.StatusForbidden, failed("", "stale"))
	case gone == "ended":
		reply(w, http.StatusUnauthorized, failed("", gone))
	case gone != "":
		reply(w, http.StatusForbidden, failed("", gone))
	case n.Window == "":
		reply(w, http.StatusForbidden, failed("", "no-window"))
	default:
		s.do(w, r, n, n.Window, func(v verb) bool { return slices.Contains(leadVerbs, v.Name) })
	}
}
