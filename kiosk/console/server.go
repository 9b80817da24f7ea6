package console

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"html/template"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
	"hallward/kiosk/theme/tokens"
)

//go:embed assets
var assets embed.FS

//go:embed pages
var pageFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"clock":   clock,
	"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"state":   stateWord,
	"action":  actionWord,
	"fault":   faultWord,
	"result":  func(s string) string { return word(reasonWords, s) },
	"cause":   cause,
	"clash":   func(s string) string { return word(conflictWords, s) },
	"booked":  func(s string) string { return word(bookingWords, s) },
	"marks":   marks,
	"class":   className,
	"day":     day,
	"alarm":   func(s string) string { return word(alarmWords, s) },
	"why":     func(s string) string { return word(unspokenWords, s) },
	"kind":    func(s string) string { return word(noticeKinds, s) },
	"came":    resultWord,
	"dress":   dress,
	"long":    long,
	"onDuty":  onDuty,
	"weekday": weekday,
	"results": func() []choice { return results },
	"inc":     func(i int) int { return i + 1 },
}).ParseFS(pageFiles, "pages/*.html"))

type server struct {
	b        Backend
	o        Options
	sessions *sessions
}

func (s *server) routes() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", s.entrance)
	m.HandleFunc("POST /sign-in", s.signIn)
	m.HandleFunc("POST /sign-out", s.signOut)
	m.HandleFunc("GET /window/{id}", s.windowPage)
	m.HandleFunc("GET /window/{id}/events", s.windowEvents)
	m.HandleFunc("POST /window/{id}/do", s.windowDo)
	m.HandleFunc("GET /lead", s.leadPage)
	m.HandleFunc("GET /lead/events", s.leadEvents)
	m.HandleFunc("POST /lead/do", s.leadDo)
	m.HandleFunc("GET /hall", s.hallPage)
	m.HandleFunc("GET /hall/events", s.hallEvents)
	m.HandleFunc("POST /hall/do", s.managerDo)
	m.HandleFunc("GET /assets/hall.css", s.hallColours)
	m.HandleFunc("GET /assets/{file}", asset)
	return guard(http.NewCrossOriginProtection().Handler(m))
}

// guard sets what every answer carries: nothing but our own files may run, and
// nobody may put the page into a frame.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "+
			"img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, contract.MaxPayload)
		next.ServeHTTP(w, r)
	})
}

func asset(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, assets, path.Join("assets", path.Base(r.PathValue("file"))))
}

// hallColours gives the style sheet the same colours as kiosk and board have,
// around the hall's one strong colour.
func (s *server) hallColours(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	io.WriteString(w, tokens.Light(s.b.Snapshot().Catalogue.Hall.Colour).CSS())
}

func (s *server) show(w http.ResponseWriter, status int, page string, data any) {
	var buf bytes.Buffer
	if err := pages.ExecuteTemplate(&buf, page, data); err != nil {
		s.o.Log.Error("console: page not rendered", "page", page, "error", err)
		http.Error(w, "页面暂时无法显示，请稍后再试。 The page cannot be shown now.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(buf.Bytes())
}

// entranceData is what the first page shows.
type entranceData struct {
	Hall    contract.HallInfo
	Windows []Window
	Token   string
	ID      string // of the sign-in, so that a double click is one
	Problem string
	Window  string // chosen before a mistake
	Number  string
	Session *session
}

func (s *server) entrance(w http.ResponseWriter, r *http.Request) {
	s.showEntrance(w, r, http.StatusOK, entranceData{Window: r.URL.Query().Get("window"), Problem: entranceWords[r.URL.Query().Get("why")]})
}

func (s *server) showEntrance(w http.ResponseWriter, r *http.Request, status int, d entranceData) {
	snap := s.b.Snapshot()
	d.Hall, d.Windows = snap.Catalogue.Hall, snap.Windows
	d.Token = s.sessions.tokenOf(w, r)
	d.ID = ulid.Make().String()
	if n, ok := s.sessions.find(r, false); ok && s.stillThere(snap, n) {
		d.Session = &n
	}
	s.show(w, status, "entrance.html", d)
}

// Choices of the first page that are no window. With no choice at all the
// person's role decides.
const (
	managerDoor = "hall"
	leadDoor    = "lead"
)

// signIn takes a staff number with a PIN, or what the reader typed into the
// same field, which nobody completes by a PIN.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) {
	d := entranceData{Window: r.PostFormValue("window"), Number: strings.TrimSpace(r.PostFormValue("number"))}
	id, err := ulid.ParseStrict(r.PostFormValue("id"))
	if err != nil || !s.sessions.tokenGood(r, r.PostFormValue("token")) {
		d.Number, d.Problem = "", entranceWords["stale"]
		s.showEntrance(w, r, http.StatusForbidden, d)
		return
	}
	proof := Proof{Number: d.Number, PIN: r.PostFormValue("pin")}
	if proof.PIN == "" {
		proof, d.Number = Proof{Card: d.Number}, "" // a card's number is never shown again
	}
	switch d.Window {
	case managerDoor, leadDoor, "":
		s.officeIn(w, r, d, proof)
		return
	}
	answer := s.ask(r.Context(), Actor{d.Number, d.Window}, id.String(), contract.AskWindowSignIn,
		contract.SignIn{Window: d.Window, Staff: proof.Number, PIN: proof.PIN, Card: proof.Card})
	if answer.Result != contract.ResultOK {
		d.Problem = problemWords(answer)
		s.showEntrance(w, r, http.StatusForbidden, d)
		return
	}
	win, ok := findWindow(s.b.Snapshot(), d.Window)
	if !ok || win.StaffID == "" {
		d.Problem = entranceWords["taken"]
		s.showEntrance(w, r, http.StatusConflict, d)
		return
	}
	s.sessions.begin(w, r, session{Staff: win.StaffID, Name: win.Staff, Window: win.ID})
	http.Redirect(w, r, "/window/"+win.ID, http.StatusSeeOther)
}

// officeIn lets in who sits at no window: the manager to the whole hall, a lead
// to their units.
func (s *server) officeIn(w http.ResponseWriter, r *http.Request, d entranceData, proof Proof) {
	p, problem := s.b.Check(r.Context(), proof)
	goes := ""
	switch {
	case problem != nil:
		d.Problem = problem.Message
	case p.Manager && d.Window != leadDoor:
		goes = "/hall"
	case d.Window == managerDoor:
		d.Problem = entranceWords["not-manager"]
	case p.Lead || p.Manager:
		goes = "/lead"
	case d.Window == leadDoor:
		d.Problem = entranceWords["not-lead"]
	default:
		d.Problem = entranceWords["no-window"]
	}
	if goes == "" {
		s.showEntrance(w, r, http.StatusForbidden, d)
		return
	}
	s.sessions.begin(w, r, session{Staff: p.ID, Name: p.Name, Manager: p.Manager, Lead: p.Lead})
	http.Redirect(w, r, goes, http.StatusSeeOther)
}

// signOut ends the session and, at a window, the person's sitting there.
func (s *server) signOut(w http.ResponseWriter, r *http.Request) {
	n, ok := s.sessions.find(r, true)
	if !ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	id, err := ulid.ParseStrict(r.PostFormValue("id"))
	if err != nil || !s.sessions.tokenGood(r, r.PostFormValue("token")) {
		s.showEntrance(w, r, http.StatusForbidden, entranceData{Problem: entranceWords["stale"]})
		return
	}
	if n.Window != "" && s.stillThere(s.b.Snapshot(), n) {
		answer := s.ask(r.Context(), Actor{n.Staff, n.Window}, id.String(), contract.AskWindowSignOut, contract.WindowRef{Window: n.Window})
		if answer.Result != contract.ResultOK {
			s.showEntrance(w, r, http.StatusConflict, entranceData{Problem: problemWords(answer)})
			return
		}
	}
	s.sessions.end(w, r)
	http.Redirect(w, r, "/?why=signed-out", http.StatusSeeOther)
}

// ask hands a request to the hall, and answers "failed" when the hall does not.
func (s *server) ask(ctx context.Context, actor Actor, id, typ string, data any) contract.Answer {
	blob, err := json.Marshal(data)
	if err != nil {
		return failed(id, "bad-request")
	}
	now := s.o.Now()
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	answer := s.b.Do(ctx, actor, contract.Request{ID: id, Type: typ, Issued: now, Expires: now.Add(answerTime), Data: blob})
	if answer.Result != contract.ResultOK && answer.Error == nil {
		answer.Error = failed(id, "no-answer").Error
	}
	return answer
}

func failed(id, code string) contract.Answer {
	return contract.Answer{ID: id, Result: contract.ResultFailed,
		Error: &contract.Problem{Code: code, Message: word(problemTable, code)}}
}

func problemWords(a contract.Answer) string {
	if a.Error != nil && a.Error.Message != "" {
		return a.Error.Message
	}
	return word(problemTable, "no-answer")
}

func findWindow(snap Snapshot, id string) (Window, bool) {
	for _, w := range snap.Windows {
		if w.ID == id {
			return w, true
		}
	}
	return Window{}, false
}

// stillThere tells whether a session's person still sits at its window: after
// somebody else has signed in, the former person's page acts no more (R-WIN-01).
func (s *server) stillThere(snap Snapshot, n session) bool {
	if n.Window == "" {
		return n.Manager || n.Lead
	}
	w, ok := findWindow(snap, n.Window)
	return ok && w.StaffID == n.Staff
}
