package centre

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
)

// What the centre puts on the boards of a hall: notices, results of approvals
// and the duty roster, each as one command. What a hall refuses, for a forbidden
// word or want of room, comes back in words. The centre keeps no copy: what was
// sent are the hall's own events of it.

//go:embed boards.html
var boardsHTML string

var boardsPage = template.Must(template.New("boards").Parse(boardsHTML))

// listLimit is the largest list of results or duties, in bytes: it becomes one
// command.
const listLimit = contract.MaxPayload

// china is the zone of the times on the page.
var china = time.FixedZone("CST", 8*60*60)

// orders make a command from the form, by the form's field "do".
var orders = map[string]func(r *http.Request) (typ string, data any, err error){
	"notice":   noticeForm,
	"withdraw": withdrawForm,
	"results":  resultsForm,
	"recall":   recallForm,
	"duty":     dutyForm,
}

func noticeForm(r *http.Request) (string, any, error) {
	both := func(name string) contract.Text2 {
		return contract.Text2{ZH: r.FormValue(name + "_zh"), EN: r.FormValue(name + "_en")}
	}
	n := contract.Notice{ID: r.FormValue("id"), Kind: r.FormValue("kind"), Text: both("text"), Title: both("title"), Issuer: both("issuer"),
		Date: r.FormValue("date"), Zones: strings.Fields(r.FormValue("zones"))}
	for name, at := range map[string]*time.Time{"from": &n.From, "until": &n.Until} {
		text := r.FormValue(name)
		if text == "" {
			continue
		}
		t, err := parseTime(text)
		if err != nil {
			return "", nil, fmt.Errorf("%s %.40q: %w", name, text, err)
		}
		*at = t
	}
	return contract.CmdNoticePost, contract.PostNotice{Notice: n}, nil
}

// parseTime reads a time as a page's form has it, in China Standard Time.
func parseTime(text string) (time.Time, error) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(form, text, china); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("want 2026-11-23 09:30")
}

func withdrawForm(r *http.Request) (string, any, error) {
	return contract.CmdNoticeWithdraw, contract.WithdrawNotice{ID: strings.TrimSpace(r.FormValue("id"))}, nil
}

func recallForm(r *http.Request) (string, any, error) {
	ids := strings.Fields(r.FormValue("ids"))
	if len(ids) == 0 {
		return "", nil, errors.New("ids: want at least one")
	}
	return contract.CmdResultsWithdraw, contract.PublishResults{IDs: ids}, nil
}

func resultsForm(r *http.Request) (string, any, error) {
	rows, err := listOf(r, []string{"id", "case", "service_zh", "outcome_zh", "date"}, []string{"name", "service_en", "outcome_en", "until"})
	if err != nil {
		return "", nil, err
	}
	var list []contract.Result
	for _, row := range rows {
		one := contract.Result{ID: row.value["id"], Case: row.value["case"], Name: row.value["name"], Date: row.value["date"],
			Service: contract.Text2{ZH: row.value["service_zh"], EN: row.value["service_en"]},
			Outcome: contract.Text2{ZH: row.value["outcome_zh"], EN: row.value["outcome_en"]}}
		if until := row.value["until"]; until != "" {
			if one.Until, err = parseTime(until); err != nil {
				return "", nil, fmt.Errorf("%s: until %.40q: %w", row.at, until, err)
			}
		}
		list = append(list, one)
	}
	return contract.CmdResultsPublish, contract.PublishResults{Results: list}, nil
}

// dutyForm reads a list with a line for each officer of each day; a day with an
// empty name is one on which nobody is on duty.
func dutyForm(r *http.Request) (string, any, error) {
	rows, err := listOf(r, []string{"day"}, []string{"name", "post_zh", "post_en", "place_zh", "place_en", "phone"})
	if err != nil {
		return "", nil, err
	}
	var days []contract.DutyDay
	for _, row := range rows {
		v := row.value
		i := slices.IndexFunc(days, func(d contract.DutyDay) bool { return d.Day == v["day"] })
		if i < 0 {
			i, days = len(days), append(days, contract.DutyDay{Day: v["day"], Officers: []contract.DutyOfficer{}})
		}
		if v["name"] != "" {
			days[i].Officers = append(days[i].Officers, contract.DutyOfficer{Name: v["name"], Phone: v["phone"],
				Post: contract.Text2{ZH: v["post_zh"], EN: v["post_en"]}, Place: contract.Text2{ZH: v["place_zh"], EN: v["place_en"]}})
		}
	}
	return contract.CmdDutySet, contract.SetDuty{Days: days}, nil
}

// line is one line of a list, by column.
type line struct {
	at    string // "list.csv:3"
	value map[string]string
}

// listOf reads the CSV file of a form: UTF-8, with a header, the columns in any
// order.
func listOf(r *http.Request, needed, more []string) ([]line, error) {
	file, head, err := r.FormFile("file")
	if err != nil {
		return nil, errors.New("file: want a list as a CSV file")
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, listLimit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", head.Filename, err)
	}
	if len(raw) > listLimit {
		return nil, fmt.Errorf("%s: more than %d bytes; please split the list", head.Filename, listLimit)
	}
	records := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))) // spreadsheets begin with a mark
	columns, err := records.Read()
	if err != nil {
		return nil, fmt.Errorf("%s:1: want a line with the columns %s", head.Filename, strings.Join(append(needed, more...), ","))
	}
	for i, c := range columns {
		columns[i] = strings.ToLower(strings.TrimSpace(c))
		if !slices.Contains(needed, columns[i]) && !slices.Contains(more, columns[i]) || slices.Contains(columns[:i], columns[i]) {
			return nil, fmt.Errorf("%s:1: column %.40q: want each of %s at most once", head.Filename, c, strings.Join(append(needed, more...), ","))
		}
	}
	var list []line
	for {
		record, err := records.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", head.Filename, err)
		}
		n, _ := records.FieldPos(0)
		l := line{at: fmt.Sprintf("%s:%d", head.Filename, n), value: map[string]string{}}
		for i, c := range columns {
			l.value[c] = strings.TrimSpace(record[i])
		}
		for _, c := range needed {
			if l.value[c] == "" {
				return nil, fmt.Errorf("%s: column %s is missing", l.at, c)
			}
		}
		list = append(list, l)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: the list is empty", head.Filename)
	}
	return list, nil
}

// posted is one line of what was sent to the boards.
type posted struct {
	At   time.Time
	Hall string
	What string
	ID   string
	Text string
}

// postsShown is how many lines of each kind the page lists.
const postsShown = 20

// sentToBoards lists what the halls have taken from the centre, the newest
// first.
func (s *Store) sentToBoards(ctx context.Context) ([]posted, error) {
	var list []posted
	for _, typ := range []string{contract.EvNoticePosted, contract.EvNoticeWithdrawn, contract.EvResultsPublished, contract.EvResultsWithdrawn, contract.EvDutySet} {
		records, err := s.Find(ctx, Query{Type: typ, Newest: true, Limit: 5 * postsShown})
		if err != nil {
			return nil, err
		}
		n := 0
		for _, r := range records {
			var v struct {
				Source  string
				ID      string
				IDs     []string
				Notice  contract.Notice
				Results []contract.Result
				Days    []contract.DutyDay
			}
			if json.Unmarshal(r.Event.Data, &v) != nil || v.Source != "centre" || n == postsShown {
				continue
			}
			n++
			p := posted{At: r.Event.Time.In(china), Hall: r.Hall, What: typ, ID: v.ID}
			switch {
			case v.Notice.ID != "":
				p.ID, p.Text = v.Notice.ID, strings.TrimSpace(v.Notice.Title.ZH+" "+v.Notice.Text.ZH)
			case len(v.Results) > 0:
				p.ID, p.Text = v.Results[0].ID, fmt.Sprintf("%s %s … %d", v.Results[0].Case, v.Results[0].Outcome.ZH, len(v.Results))
			case len(v.IDs) > 0:
				p.ID = strings.Join(v.IDs, " ")
			case len(v.Days) > 0:
				p.Text = fmt.Sprintf("%s … %s", v.Days[0].Day, v.Days[len(v.Days)-1].Day)
			}
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b posted) int { return b.At.Compare(a.At) })
	return list, nil
}

// sending is what the page says after a form.
type sending struct {
	Halls []string
	Hall  string
	Done  bool
	Error string
	Sent  []posted
}

// boardsHandler is the page from which a person at the centre fills the boards
// of a hall: GET shows it with what was sent, POST takes one of its forms (hall,
// do, and the fields of that). A program posts the same with Accept:
// application/json and gets the hall's answer, or a text.
func boardsHandler(store *Store, halls []string, controller func(hall string) (commander, string, error)) http.Handler {
	show := func(w http.ResponseWriter, r *http.Request, status int, v sending) {
		if r.Header.Get("Accept") == "application/json" && v.Error != "" {
			http.Error(w, v.Error, status)
			return
		}
		var err error
		if v.Sent, err = store.sentToBoards(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		v.Halls = halls
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
		w.WriteHeader(status)
		_ = boardsPage.Execute(w, v) // the reader has gone: nobody to tell
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /boards", func(w http.ResponseWriter, r *http.Request) { show(w, r, http.StatusOK, sending{}) })
	mux.HandleFunc("POST /boards", func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, uploadLimit)
		v := sending{Hall: r.FormValue("hall")}
		fail := func(status int, err error) {
			v.Error = err.Error()
			show(w, r, status, v)
		}
		order := orders[r.FormValue("do")]
		if order == nil {
			fail(http.StatusBadRequest, fmt.Errorf("do %.40q: want notice, withdraw, results, recall or duty", r.FormValue("do")))
			return
		}
		typ, data, err := order(r)
		if err != nil {
			fail(http.StatusBadRequest, fmt.Errorf("nothing was sent: %w", err))
			return
		}
		if !slices.Contains(halls, v.Hall) {
			fail(http.StatusNotFound, fmt.Errorf("hall %.40q: %w", v.Hall, errUnknownHall))
			return
		}
		to, node, err := controller(v.Hall)
		var a contract.Answer
		if err == nil {
			a, err = to.Command(r.Context(), node, typ, data)
		}
		switch {
		case err != nil:
			fail(http.StatusBadGateway, err)
		case a.Error != nil:
			fail(http.StatusConflict, fmt.Errorf("%s\n%s", a.Error.Message, a.Error.MessageEN))
		case r.Header.Get("Accept") == "application/json":
			reply(w, a, nil)
		default:
			v.Done = true
			show(w, r, http.StatusOK, v)
		}
	})
	// No page of somebody else may send anything in the name of who is here.
	return http.NewCrossOriginProtection().Handler(mux)
}
