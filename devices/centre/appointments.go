package centre

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"

	"hallward/devices/appointments"
	"hallward/devices/contract"
)

// commander sends commands to the nodes of a hall; *node.Host is one.
type commander interface {
	Command(ctx context.Context, node, typ string, data any) (contract.Answer, error)
}

// errUnknownHall is a hall that the centre does not have.
var errUnknownHall = errors.New("no such hall")

// controllerOf is the hall controller of a hall, by its role.
func (s *Server) controllerOf(hall string) (commander, string, error) {
	h := s.hosts[hall]
	if h == nil {
		return nil, "", fmt.Errorf("hall %.40q: %w", hall, errUnknownHall)
	}
	for id, n := range h.Nodes() {
		if n.Ready && n.Birth.Role == "hall" {
			return h, id, nil
		}
	}
	return nil, "", fmt.Errorf("hall %s: its controller is away; nothing was sent, please try again later", hall)
}

// send carries a list of appointments to a hall controller, one command after
// the other. When one fails the result tells what those before it did; the list
// may be sent again as it is.
func send(ctx context.Context, to commander, node string, list []contract.AppointmentBooked) (contract.Imported, error) {
	var sum contract.Imported
	for _, batch := range appointments.Batches(list) {
		a, err := to.Command(ctx, node, contract.CmdAppointments, batch)
		if err != nil {
			return sum, err
		}
		if a.Error != nil {
			return sum, a.Error
		}
		var done contract.Imported
		if err := json.Unmarshal(a.Data, &done); err != nil {
			return sum, fmt.Errorf("the hall's answer cannot be read: %w", err)
		}
		sum = appointments.Add(sum, done)
	}
	return sum, nil
}

//go:embed appointments.html
var appointmentsHTML string

var appointmentsPage = template.Must(template.New("appointments").Parse(appointmentsHTML))

// uploadLimit is the largest form, in bytes: the largest list and its wrapping.
const uploadLimit = appointments.MaxSize + 64<<10

// outcome is what the page says after a list.
type outcome struct {
	Halls  []string
	Hall   string
	Done   bool
	Error  string
	Result contract.Imported
}

// appointmentsHandler is the page on which a person sends a list of
// appointments to a hall: GET shows it, POST takes the form (hall, file). A
// program posts the same form with Accept: application/json, and gets the
// contract's Imported, or a text with each mistake by line.
func appointmentsHandler(halls []string, controller func(hall string) (commander, string, error)) http.Handler {
	show := func(w http.ResponseWriter, r *http.Request, status int, o outcome) {
		if r.Header.Get("Accept") == "application/json" {
			if o.Error != "" {
				http.Error(w, o.Error, status)
				return
			}
			reply(w, o.Result, nil)
			return
		}
		o.Halls = halls
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
		w.WriteHeader(status)
		_ = appointmentsPage.Execute(w, o) // the reader has gone: nobody to tell
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /appointments", func(w http.ResponseWriter, r *http.Request) { show(w, r, http.StatusOK, outcome{}) })
	mux.HandleFunc("POST /appointments", func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, uploadLimit)
		file, head, err := r.FormFile("file")
		o := outcome{Hall: r.FormValue("hall")}
		if err != nil {
			o.Error = "file: want a list as a CSV file"
			show(w, r, http.StatusBadRequest, o)
			return
		}
		defer file.Close()
		list, err := appointments.Read(head.Filename, file)
		if err != nil {
			o.Error = "nothing was sent:\n" + err.Error()
			show(w, r, http.StatusBadRequest, o)
			return
		}
		if !slices.Contains(halls, o.Hall) {
			o.Error = fmt.Sprintf("hall %.40q: %v", o.Hall, errUnknownHall)
			show(w, r, http.StatusNotFound, o)
			return
		}
		to, node, err := controller(o.Hall)
		if err == nil {
			o.Result, err = send(r.Context(), to, node, list)
			o.Done = true
		}
		if err != nil {
			o.Error = err.Error()
			show(w, r, http.StatusBadGateway, o)
			return
		}
		show(w, r, http.StatusOK, o)
	})
	// No page of somebody else may send a list in the name of who is here.
	return http.NewCrossOriginProtection().Handler(mux)
}
