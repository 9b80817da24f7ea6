package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
)

// hallData is what the manager's page shows.
type hallData struct {
	windowData
	ID      string // of the sign-out
	Queues  []queueLine
	Rated   []ratingLine
	Trouble int // devices that are down or have a fault
}

type queueLine struct {
	contract.ServiceQueue
	Name   contract.Text2
	Prefix string
}

type ratingLine struct {
	Rating
	Name  string
	Given int
}

var hallRegions = []string{"hall-facts", "hall-windows", "hall-queues", "hall-ratings", "hall-punches", "hall-devices", "hall-tickets", "bar"}

func (s *server) hallOf(snap Snapshot, n session) hallData {
	d, _ := s.windowOf(snap, n)
	if d.Service == nil {
		names := map[string]string{}
		for _, i := range snap.Catalogue.Services {
			names[i.ID] = i.Name.ZH
		}
		d = windowData{Snapshot: snap, Name: n.Name, Service: func(id string) string { return orID(names[id], id) }}
	}
	h := hallData{windowData: d}
	info := map[string]contract.ServiceInfo{}
	for _, i := range snap.Catalogue.Services {
		info[i.ID] = i
	}
	for _, q := range snap.Queue.Services {
		if q.Waiting > 0 || q.Last != "" || q.Open > 0 {
			h.Queues = append(h.Queues, queueLine{q, info[q.Service].Name, info[q.Service].Prefix})
		}
	}
	for _, r := range snap.Ratings {
		line := ratingLine{Rating: r, Name: r.Window}
		if w, ok := findWindow(snap, r.Window); ok {
			line.Name = w.Name.ZH
		}
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

func (s *server) hallPage(w http.ResponseWriter, r *http.Request) {
	n, ok := s.sessions.find(r, true)
	if !ok || !n.Manager {
		http.Redirect(w, r, "/?window="+managerDoor, http.StatusSeeOther)
		return
	}
	d := s.hallOf(s.b.Snapshot(), n)
	d.Token, d.ID = s.sessions.tokenOf(w, r), ulid.Make().String()
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
		return s.regions(hallRegions, s.hallOf(snap, n)), nil, ""
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

// OpenWindows counts the windows that call people now.
func (h hallData) OpenWindows() int {
	n := 0
	for _, w := range h.Windows {
		if w.State == contract.WindowOpen {
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
