package console

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/kiosk/theme/tokens"
)

func TestSignIn(t *testing.T) {
	for _, c := range []struct {
		name, window, number, pin, says, goes string
		status                                int
	}{
		{"right", "w1", "1001", "1001", "", "/window/w1", http.StatusSeeOther},
		{"wrong PIN", "w1", "1001", "9999", "工号或密码不正确", "", http.StatusForbidden},
		{"nobody", "w1", "4711", "4711", "工号或密码不正确", "", http.StatusForbidden},
		{"manager", "hall", "9001", "9001", "", "/hall", http.StatusSeeOther},
		{"manager's wrong PIN", "hall", "9001", "1", "工号或密码不正确", "", http.StatusForbidden},
		{"no manager", "hall", "1001", "1001", "没有大厅管理权限", "", http.StatusForbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := visit(t, site(t, newFakeHall(), Options{})).signIn(c.window, c.number, c.pin)
			if p.StatusCode != c.status || p.Header.Get("Location") != c.goes || !strings.Contains(p.body, c.says) {
				t.Errorf("%s to %q: %.400s", p.Status, p.Header.Get("Location"), p.body)
			}
			if strings.Contains(p.body, `value="`+c.pin+`"`) && c.pin != c.number {
				t.Error("the page repeats the PIN")
			}
		})
	}
}

// A post without the token of its cookie changes nothing, be it from another
// site or from a page that has grown stale.
func TestForgedPost(t *testing.T) {
	hall := newFakeHall()
	at := site(t, hall, Options{})
	v := visit(t, at)
	form := url.Values{"window": {"w1"}, "number": {"1001"}, "pin": {"1001"}, "id": {newID()}, "token": {"0123"}}
	if p := v.post("/sign-in", form); p.StatusCode != http.StatusForbidden || !strings.Contains(p.body, "页面已过期") {
		t.Errorf("without a token: %s", p.Status)
	}
	stale := v.get("/").hidden(t, "token") // the token of a cookie that is gone
	form.Set("token", stale)
	if p := visit(t, at).post("/sign-in", form); p.StatusCode != http.StatusForbidden {
		t.Errorf("with the token of another cookie: %s", p.Status)
	}
	v.at("w1", "1001")
	before := len(hall.done())
	if status, a := v.act("w1", stale, act{ID: newID(), Verb: "next"}); status != http.StatusForbidden || a.Error == nil || a.Error.Code != "stale" {
		t.Errorf("an act with the token of before the sign-in: %d %+v", status, a)
	}
	r, _ := http.NewRequest("POST", at+"/sign-out", strings.NewReader("token="+stale+"&id="+newID()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if p := v.send(r); p.StatusCode != http.StatusForbidden {
		t.Errorf("a sign-out from another site: %s", p.Status)
	}
	if n := len(hall.done()) - before; n != 0 {
		t.Errorf("%d requests came through", n)
	}
}

// Nobody sees or works a window but who is signed in there; a former person's
// page acts no more when somebody else has taken over (R-WIN-01).
func TestWindowIsItsPersons(t *testing.T) {
	hall := newFakeHall()
	at := site(t, hall, Options{})
	if p := visit(t, at).get("/window/w1"); p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != "/?window=w1" {
		t.Errorf("a stranger: %s to %s", p.Status, p.Header.Get("Location"))
	}
	v := visit(t, at)
	token := v.at("w1", "1001")
	if p := v.get("/window/w2"); p.StatusCode != http.StatusSeeOther {
		t.Errorf("the next window's page: %s", p.Status)
	}
	if status, _ := v.act("w2", token, act{ID: newID(), Verb: "next"}); status != http.StatusForbidden {
		t.Errorf("an act for the next window: %d", status)
	}
	if p := v.get("/hall"); p.StatusCode != http.StatusSeeOther {
		t.Errorf("the manager's page: %s", p.Status)
	}
	if p := v.get("/hall/events"); !strings.Contains(p.body, `"gone":"not-manager"`) || strings.Contains(p.body, "regions") {
		t.Errorf("the manager's stream: %.200s", p.body)
	}
	before := len(hall.done())
	hall.change(func(s *Snapshot) { s.Windows[0].StaffID, s.Windows[0].Staff = "mu", "穆云帆" })
	if p := v.get("/window/w1"); p.StatusCode != http.StatusSeeOther {
		t.Errorf("the page after another person's sign-in: %s", p.Status)
	}
	if status, a := v.act("w1", token, act{ID: newID(), Verb: "next"}); status != http.StatusForbidden || a.Error.Code != "signed-off" {
		t.Errorf("an act after another person's sign-in: %d %+v", status, a)
	}
	if p := v.get("/window/w1/events"); !strings.Contains(p.body, `"gone":"signed-off"`) {
		t.Errorf("the stream after another person's sign-in: %.200s", p.body)
	}
	if n := len(hall.done()) - before; n != 0 {
		t.Errorf("%d requests came through", n)
	}
}

// The same id is the same act, and a refusal comes in the hall's own words.
func TestActs(t *testing.T) {
	hall := newFakeHall()
	v := visit(t, site(t, hall, Options{}))
	token := v.at("w1", "1001")
	id := newID()
	for range 3 {
		if status, a := v.act("w1", token, act{ID: id, Verb: "next"}); status != http.StatusOK || a.Result != contract.ResultOK || a.ID != id {
			t.Fatalf("%d %+v", status, a)
		}
	}
	if got := typesOf(hall.done()); got != "sign-in next" {
		t.Errorf("requests: %s", got)
	}
	if _, a := v.act("w1", token, act{ID: newID(), Verb: "start", Expect: "B001"}); a.Result != contract.ResultRefused || a.Error.Message != "当前号码已变化，请查看后再操作。" {
		t.Errorf("a refusal: %+v", a)
	}
	if _, a := v.act("w1", token, act{ID: newID(), Verb: "transfer", Expect: "A004", Service: "plate"}); a.Result != contract.ResultOK {
		t.Errorf("transfer: %+v", a)
	}
	last := hall.done()[len(hall.done())-1]
	var moved contract.Transfer
	if err := json.Unmarshal(last.Data, &moved); err != nil || moved != (contract.Transfer{Window: "w1", ToService: "plate", Expect: "A004"}) {
		t.Errorf("transfer: %s", last.Data)
	}
	for _, bad := range []act{{ID: newID(), Verb: "void"}, {ID: newID()}, {ID: "1", Verb: "next"}, {Verb: "next"}} {
		if status, a := v.act("w1", token, bad); status != http.StatusBadRequest || a.Error.Code != "bad-request" {
			t.Errorf("%+v: %d %+v", bad, status, a)
		}
	}
	r, _ := http.NewRequest("POST", v.url+"/window/w1/do", strings.NewReader(`{"id":"`+newID()+`","verb":"next","reason":"`+strings.Repeat("x", 1<<20)+`"}`))
	r.Header.Set("X-Token", token)
	if p := v.send(r); p.StatusCode != http.StatusBadRequest {
		t.Errorf("1 MiB: %s", p.Status)
	}
}

// Who works at a window does not see the ratings of the running day; the
// manager does (R-KEY-08).
func TestRatingsAreTheManagers(t *testing.T) {
	hall := newFakeHall()
	hall.change(func(s *Snapshot) {
		s.Ratings = []Rating{{Window: "w1", Levels: [6]int{5: 7351, 1: 7352}, Absent: 7353}}
	})
	at := site(t, hall, Options{})
	v := visit(t, at)
	v.at("w1", "1001")
	first := v.stream("/window/w1/events")
	seen := v.get("/window/w1").body + v.get("/").body + first.next()
	for _, w := range []string{"735", "满意", "评价"} {
		if strings.Contains(seen, w) {
			t.Errorf("the window's page tells %q", w)
		}
	}
	m := visit(t, at)
	m.signIn("hall", "9001", "9001")
	if p := m.get("/hall"); p.StatusCode != http.StatusOK || !strings.Contains(p.body, "7351") || !strings.Contains(p.body, "7353") {
		t.Errorf("the manager's page: %s", p.Status)
	}
}

// What people and other systems have typed stays text.
func TestHostileText(t *testing.T) {
	const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	hall := newFakeHall()
	hall.change(func(s *Snapshot) {
		s.Catalogue.Hall.Name.ZH, s.Catalogue.Hall.ConsultPhone = evil, evil
		for i := range s.Catalogue.Services {
			s.Catalogue.Services[i].Name = contract.Text2{ZH: evil, EN: evil}
		}
		s.Windows[0].Held = []Ticket{{Number: evil, Service: evil, Reason: evil}}
		s.Windows[0].Actions = []Action{{Type: evil, Number: evil, Reason: evil, Staff: evil}}
		s.Windows[1].Name.ZH, s.Windows[1].Staff, s.Windows[1].State, s.Windows[1].Reason = evil, evil, evil, evil
		s.Punches[0].Name, s.Punches[0].Person, s.Punches[0].Terminal, s.Punches[0].Suspect = evil, evil, evil, evil
		s.Devices[0].Device, s.Devices[0].Node = evil, evil
		s.Devices[1].Faults[0] = evil
		s.Unconfirmed[0].Reason = evil
		s.Calendar.Open, s.Calendar.Reason.ZH = false, evil
		s.Classes[0].Name = evil
		s.Windows[0].Waiting = []Ticket{{Number: evil, Service: evil, Class: evil, NoCard: true}}
		s.Voided = []Ticket{{Number: evil, Service: "deed", Kiosk: evil, Reason: evil, Fault: evil}}
		s.Windows[0].Held[0].Keeper, s.Windows[0].Held[0].Remind = evil, morning
		s.Catalogue.Units[0] = contract.UnitInfo{ID: "housing", Name: contract.Text2{ZH: evil}, Chief: evil, Scope: contract.Text2{ZH: evil, EN: evil}}
		s.Alarms = []Alarm{{Kind: evil, Subject: evil, Words: contract.Text2{ZH: evil}}}
	})
	hall.over = Overview{RuleWords: contract.Text2{ZH: evil, EN: evil}, Paused: map[string]string{"deed": evil}, MissingHolidays: evil, Closed: true,
		WaitServices: []WaitLine{{Service: evil}}, WaitDays: []WaitLine{{Day: evil}}, FirstAsked: []FirstAsked{{Window: evil, Staff: evil}},
		Appointments: []Appointment{{Service: evil, State: evil, Number: evil}}, Kiosks: []Kiosk{{ID: evil, Away: true, Blocks: []Block{{Prefix: evil}}}},
		Conflicts: []contract.NumberConflict{{Number: evil, Kiosk: evil, Reason: evil, Service: evil}}, Reprinted: []Ticket{{Number: evil}},
		Circling: []Ticket{{Number: evil, Service: evil}}, Changes: []Change{{Staff: evil, What: evil, Reason: evil, Rule: true}},
		Notices:   []Posted{{Notice: contract.Notice{ID: evil, Kind: evil, Text: contract.Text2{ZH: evil, EN: evil}, Title: contract.Text2{ZH: evil}, Zones: []string{evil}}, Staff: evil}},
		Results:   []contract.Result{{ID: evil, Case: evil, Name: evil, Service: contract.Text2{ZH: evil}, Outcome: contract.Text2{ZH: evil}, Date: evil}},
		Duty:      []contract.DutyDay{{Day: evil, Officers: []contract.DutyOfficer{{Name: evil, Post: contract.Text2{ZH: evil}, Place: contract.Text2{ZH: evil}}}}},
		WindowDay: []Figures{{ID: evil}}, ServiceDay: []Figures{{ID: evil}}, Unspoken: []Unspoken{{Number: evil, Zone: evil, Reason: evil}}}
	at := site(t, hall, Options{})
	v, m := visit(t, at), visit(t, at)
	v.at("w1", "1001")
	m.signIn("hall", "9001", "9001")
	bad := v.signIn("w1", evil, "1")
	for name, body := range map[string]string{"entrance": v.get("/?window=" + url.QueryEscape(evil) + "&why=" + url.QueryEscape(evil)).body,
		"refused": bad.body, "window": v.get("/window/w1").body, "hall": m.get("/hall").body, "lead": m.get("/lead").body} {
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img") || !strings.Contains(body, "&lt;script&gt;") {
			t.Errorf("%s: %.2000s", name, body)
		}
	}
	for _, s := range []*stream{v.stream("/window/w1/events"), m.stream("/hall/events"), m.stream("/lead/events")} {
		var u update
		if err := json.Unmarshal([]byte(s.next()), &u); err != nil {
			t.Fatal(err)
		}
		for name, html := range u.Regions {
			if strings.Contains(html, "<script") || strings.Contains(html, "<img") {
				t.Errorf("region %s: %s", name, html)
			}
		}
	}
}

func TestHeaders(t *testing.T) {
	v := visit(t, site(t, newFakeHall(), Options{}))
	v.at("w1", "1001")
	for _, path := range []string{"/", "/window/w1", "/assets/console.js", "/assets/hall.css", "/nothing"} {
		h := v.get(path).Header
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: Content-Security-Policy lacks %s: %s", path, want, csp)
			}
		}
		if strings.Contains(csp, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
	}
	inline := regexp.MustCompile(`(?i)\son[a-z]+=|\sstyle=|<style|<script>`)
	for _, path := range []string{"/", "/window/w1"} {
		if m := inline.FindString(v.get(path).body); m != "" {
			t.Errorf("%s has %q, which its own policy forbids", path, m)
		}
	}
	if css := v.get("/assets/hall.css").body; css != tokens.Light("#1f5f8b").CSS() {
		t.Errorf("hall.css: %s", css)
	}
}

func TestCookies(t *testing.T) {
	for _, secure := range []bool{false, true} {
		h := New(newFakeHall(), Options{Secure: secure})
		get := func(r *http.Request) *http.Response {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w.Result()
		}
		before := get(httptest.NewRequest("GET", "/", nil))
		first := before.Cookies()[0]
		if !first.HttpOnly || first.SameSite != http.SameSiteStrictMode || first.Secure != secure || first.Path != "/" || first.Domain != "" {
			t.Errorf("secure %v: %v", secure, first)
		}
		body, _ := io.ReadAll(before.Body)
		p := page{before, string(body)}
		form := url.Values{"window": {"w1"}, "number": {"1001"}, "pin": {"1001"}, "id": {p.hidden(t, "id")}, "token": {p.hidden(t, "token")}}
		r := httptest.NewRequest("POST", "/sign-in", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(first)
		in := get(r)
		if len(in.Cookies()) != 1 || in.Cookies()[0].Value == first.Value {
			t.Errorf("the sign-in keeps the cookie of before: %v", in.Cookies())
		}
	}
}

// A session ends after a time without input, and in any case after a day's
// work; the stream of an open page does not keep it alive.
func TestSessionEnds(t *testing.T) {
	hall := newFakeHall()
	var late atomic.Int64
	now := func() time.Time { return morning.Add(time.Duration(late.Load())) }
	facts := &memory{}
	o := Options{Facts: facts, Idle: 20 * time.Minute, Longest: time.Hour, Now: now}
	at := site(t, hall, o)
	v := visit(t, at)
	v.at("w1", "1001")
	late.Store(int64(15 * time.Minute))
	if p := v.get("/window/w1"); p.StatusCode != http.StatusOK {
		t.Fatalf("after 15 minutes: %s", p.Status)
	}
	s := v.stream("/window/w1/events")
	s.next()
	late.Store(int64(30 * time.Minute))
	hall.change(func(s *Snapshot) { s.At = s.At.Add(time.Minute); s.Queue.Waiting++ })
	if got := s.next(); strings.Contains(got, `"gone"`) {
		t.Errorf("the stream after 15 minutes without input: %s", got)
	}
	late.Store(int64(36 * time.Minute))
	hall.change(func(*Snapshot) {})
	if got := s.next(); !strings.Contains(got, `"gone":"ended"`) {
		t.Errorf("the stream after 21 minutes without input: %s", got)
	}
	if p := v.get("/window/w1"); p.StatusCode != http.StatusSeeOther {
		t.Errorf("the page after 21 minutes without input: %s", p.Status)
	}

	v = visit(t, at)
	v.at("w1", "1001")
	restarted := visit(t, site(t, hall, o)) // the same facts on the disk
	restarted.http.Jar.SetCookies(mustURL(t, restarted.url), v.http.Jar.Cookies(mustURL(t, at)))
	for minutes := 36; minutes <= 95; minutes += 15 {
		late.Store(int64(time.Duration(minutes) * time.Minute))
		for name, who := range map[string]*visitor{"first": v, "restarted": restarted} {
			if p := who.get("/window/w1"); p.StatusCode != http.StatusOK {
				t.Errorf("%s: %d minutes after the sign-in: %s", name, minutes-36, p.Status)
			}
		}
	}
	late.Store(int64(97 * time.Minute))
	if p := v.get("/window/w1"); p.StatusCode != http.StatusSeeOther {
		t.Errorf("61 minutes after the sign-in: %s", p.Status)
	}
	if blob, _, _ := facts.Get(factKey); strings.Contains(string(blob), v.http.Jar.Cookies(mustURL(t, at))[0].Value) {
		t.Error("the cookie itself is on the disk")
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
