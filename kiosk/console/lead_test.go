package console

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hallward/devices/contract"
)

// watched fills the page of a lead: a window left, a pause and a hold that are
// too long, and a number that was called and is not served.
func watched(hall *fakeHall) {
	hall.change(func(s *Snapshot) {
		w := s.Windows
		for i := range w {
			w[i].Services = [][]string{{"deed", "permit"}, {"deed"}, {"plate"}, nil}[i]
		}
		w[0].State, w[0].StaffID, w[0].Staff, w[0].Since = contract.WindowOpen, "lin", "林青禾", morning.Add(-40*time.Minute)
		w[0].Present = &Present{Ticket: Ticket{Number: "A003", Service: "deed", State: "called"}, CalledAt: morning.Add(-5 * time.Minute)}
		w[0].Held = []Ticket{{Number: "A001", Service: "deed", State: "held", Reason: "补充材料", Keeper: "林青禾", Remind: morning.Add(-4 * time.Minute)}}
		w[0].Missed = []Ticket{ticket("A002", "deed", 44)}
		w[0].Waiting[1].Silent, w[0].Waiting[2].Class = true, "elderly"
		w[1].State, w[1].Since = contract.WindowClosed, morning.Add(-12*time.Minute)
		w[1].Waiting = []Ticket{w[0].Waiting[0], w[0].Waiting[2]}
		w[2].State, w[2].StaffID, w[2].Staff, w[2].Reason = contract.WindowPaused, "wen", "闻一舟", "取送材料"
		w[2].Since, w[2].Over, w[2].Waiting = morning.Add(-41*time.Minute), morning.Add(-11*time.Minute), []Ticket{ticket("C001", "plate", 33)}
		w[2].Missed = []Ticket{ticket("C009", "plate", 50)}
		s.Alarms = []Alarm{
			{Kind: "window.paused-long", Subject: "w3", Words: contract.Text2{ZH: "3号窗口（闻一舟）暂停已超过30分钟，请了解情况并恢复受理，或安排他人顶岗"}, Since: morning.Add(-41 * time.Minute), Limit: 30},
			{Kind: "hold.overdue", Subject: "A001", Words: contract.Text2{ZH: "A001号暂存已超过10分钟，请林青禾继续办理或退回队列"}, Since: morning.Add(-14 * time.Minute), Limit: 10},
			{Kind: "window.unstaffed", Subject: "w2", Words: contract.Text2{ZH: "2号窗口在办公时间无人值守已超过10分钟，请安排同岗人员（B岗）到岗；有困难请联系值班领导"}, Since: morning.Add(-12 * time.Minute), Limit: 10},
			{Kind: "duty.empty", Subject: "2026-03-09", Words: contract.Text2{ZH: "2026-03-09没有值班人员，请办公室补充值班表"}, Since: morning.Add(-72 * time.Minute)},
		}
	})
}

func plain(html string) string {
	return regexp.MustCompile(`<[^>]*>|\s+`).ReplaceAllString(html, "")
}

// Where somebody lands follows from the role and the door: a card
// alone is enough, and its number never comes back to the page.
func TestDoors(t *testing.T) {
	for _, c := range []struct {
		name, window, number, pin, goes, says string
	}{
		{"a card at a window", "w1", "0004711001", "", "/window/w1", ""},
		{"a lead's card, no door", "", "0004711002", "", "/lead", ""},
		{"a lead's PIN, no door", "", "1002", "1002", "/lead", ""},
		{"a manager's card, no door", "", "0004719001", "", "/hall", ""},
		{"a manager at the lead's door", "lead", "9001", "9001", "/lead", ""},
		{"a lead at the manager's door", "hall", "1002", "1002", "", "没有大厅管理权限"},
		{"a clerk at the lead's door", "lead", "1001", "1001", "", "没有科室负责人权限"},
		{"a clerk, no door", "", "0004711001", "", "", "请先选择窗口"},
		{"an unknown card", "w1", "0009999999", "", "", "未能识别该工作证"},
		{"an unknown card, no door", "", "0009999999", "", "", "未能识别该工作证"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := visit(t, site(t, newFakeHall(), Options{})).signIn(c.window, c.number, c.pin)
			if p.Header.Get("Location") != c.goes || !strings.Contains(p.body, c.says) {
				t.Errorf("%s to %q: %.600s", p.Status, p.Header.Get("Location"), p.body)
			}
			if c.pin == "" && strings.Contains(p.body, c.number) {
				t.Error("the page repeats the card's number")
			}
		})
	}
}

// A lead sees the windows, queues and alarms of their units, and no others; a
// manager sees all (R-WIN-05).
func TestLeadSeesTheirUnits(t *testing.T) {
	hall := newFakeHall()
	watched(hall)
	at := site(t, hall, Options{})
	v := visit(t, at)
	v.signIn("lead", "1002", "1002")
	body := plain(v.get("/lead").body)
	for _, want := range []string{"住房和城乡建设局", "1号窗口", "2号窗口", "呼叫后未办理", "A003", "A001", "林青禾·补充材料", "无人值守2号窗口", "暂存超时A001号", "A002", "静音", "老年人", "A不动产权证书办理"} {
		if !strings.Contains(body, want) {
			t.Errorf("the lead's page does not say %q", want)
		}
	}
	for _, other := range []string{"3号窗口", "机动车号牌", "C001", "C009", "值班空缺", "车辆管理所"} {
		if strings.Contains(body, other) {
			t.Errorf("the lead's page says %q", other)
		}
	}
	if n := strings.Count(body, "A004"); n != 1 {
		t.Errorf("a number that waits for two windows stands there %d times", n)
	}
	m := visit(t, at)
	m.signIn("lead", "9001", "9001")
	body = plain(m.get("/lead").body)
	for _, want := range []string{"3号窗口", "暂停超时3号窗口", "C001", "值班空缺2026-03-09"} {
		if !strings.Contains(body, want) {
			t.Errorf("the manager's view does not say %q", want)
		}
	}
	clerk := visit(t, at)
	clerk.signIn("w4", "1001", "1001")
	if p := clerk.get("/lead"); p.Header.Get("Location") != "/?window=lead" {
		t.Errorf("a clerk: %s to %q", p.Status, p.Header.Get("Location"))
	}
	if p := clerk.get("/lead/events"); !strings.Contains(p.body, `"gone":"not-lead"`) || strings.Contains(p.body, "regions") {
		t.Errorf("a clerk's stream: %.200s", p.body)
	}
}

// A lead helps in their own name, from a window of their own; without one, or
// with an act that is not a lead's, nothing happens.
func TestLeadHelps(t *testing.T) {
	hall := newFakeHall()
	hall.change(func(s *Snapshot) { s.Windows[0].Missed = []Ticket{ticket("A002", "deed", 44)} })
	at := site(t, hall, Options{})
	help := func(v *visitor, token string, a act) (int, contract.Answer) {
		blob, _ := json.Marshal(a)
		r, _ := http.NewRequest("POST", at+"/lead/do", bytes.NewReader(blob))
		r.Header.Set("X-Token", token)
		p := v.send(r)
		var answer contract.Answer
		if err := json.Unmarshal([]byte(p.body), &answer); err != nil {
			t.Fatalf("%s: %v: %.200s", p.Status, err, p.body)
		}
		return p.StatusCode, answer
	}
	token := func(v *visitor) string {
		m := regexp.MustCompile(`data-token="([^"]+)"`).FindStringSubmatch(v.get("/lead").body)
		if m == nil {
			t.Fatal("no page of a lead")
		}
		return m[1]
	}
	back := func() act { return act{ID: newID(), Verb: "reinstate", Number: "A002"} }
	away := visit(t, at)
	away.signIn("lead", "1002", "1002")
	if status, a := help(away, token(away), back()); status != http.StatusForbidden || a.Error.Code != "no-window" {
		t.Errorf("without a window: %d %+v", status, a)
	}
	clerk := visit(t, at)
	if status, a := help(clerk, clerk.at("w4", "1001"), back()); status != http.StatusForbidden || a.Error.Code != "not-lead" {
		t.Errorf("a clerk: %d %+v", status, a)
	}
	v := visit(t, at)
	v.at("w1", "1002")
	good := token(v)
	if status, a := help(v, "0123", back()); status != http.StatusForbidden || a.Error.Code != "stale" {
		t.Errorf("without the token: %d %+v", status, a)
	}
	if status, a := help(v, good, act{ID: newID(), Verb: "next"}); status != http.StatusBadRequest {
		t.Errorf("a window's act: %d %+v", status, a)
	}
	if status, a := help(v, good, back()); status != http.StatusOK || a.Result != contract.ResultOK {
		t.Errorf("a lead: %d %+v", status, a)
	}
	if got := typesOf(hall.done()); got != "sign-in sign-in reinstate" {
		t.Errorf("requests: %s", got)
	}
	if last := hall.actors[len(hall.actors)-1]; last != (Actor{Staff: "mu", Window: "w1"}) {
		t.Errorf("in the name of %+v", last)
	}
}

// The page of a lead is live, gives priority by the keyboard, and fits.
func TestLeadPage(t *testing.T) {
	hall := newFakeHall()
	watched(hall)
	hall.change(func(s *Snapshot) { s.Windows[1].Waiting = append(s.Windows[1].Waiting, ticket("A088", "deed", 7)) })
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, chromedp.Navigate(url+"/?window=w2"), focused("input[name=number]"), swiped("0004711002"),
		enabled("next"), chromedp.Click(".top .go"), shows("#link", "已连接"), shows("#lead-facts", "暂存超时"), picture(t, "console-lead"))
	hall.change(func(s *Snapshot) { s.Windows[0].Missed = append(s.Windows[0].Missed, ticket("A077", "deed", 3)) })
	run(t, ctx, shows("#lead-numbers", "A077"),
		chromedp.Focus(`[data-verb=grant][data-number=A088]`), chromedp.KeyEvent(kb.Enter), focused("#ask-list"), shows("#ask-title", "授予优先 · A088"),
		chromedp.KeyEvent("1"), focused("#ask-find"), chromedp.KeyEvent(kb.Enter), shows("#lead-numbers", "特事特办"))
	done := hall.done()
	if got := string(done[len(done)-1].Data); got != `{"window":"w2","number":"A088","class":"urgent","reason":"年老体弱"}` {
		t.Errorf("grant: %s", got)
	}
	var wide, pale string
	run(t, ctx, chromedp.Evaluate(`JSON.stringify([...document.querySelectorAll("body, .card, .card > div, .alerts p, .top")].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className))`, &wide),
		chromedp.Evaluate(faint, &pale))
	if wide != "[]" || pale != "[]" {
		t.Errorf("wider than the screen: %s, too pale: %s", wide, pale)
	}
}

// What wears which dress is reminded of when it changes, by month (R-WIN-08).
func TestDress(t *testing.T) {
	for date, want := range map[string]string{"2026-05-01": "春夏装", "2026-05-07": "春夏装", "2026-05-08": "", "2026-11-01": "秋冬装", "2026-10-31": "", "2026-03-09": "", "": ""} {
		if got := dress(date); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", date, got, want)
		}
	}
	hall := newFakeHall()
	hall.change(func(s *Snapshot) { s.Calendar.Day = "2026-05-06" })
	at := site(t, hall, Options{})
	v, m := visit(t, at), visit(t, at)
	v.at("w1", "1001")
	m.manager()
	for path, body := range map[string]string{"/window/w1": v.get("/window/w1").body, "/hall": m.get("/hall").body, "/lead": m.get("/lead").body} {
		if !strings.Contains(body, "换装提醒") {
			t.Errorf("%s does not remind of the dress", path)
		}
	}
}

// Every verb of a lead is a verb of the window.
func TestLeadVerbs(t *testing.T) {
	for _, name := range leadVerbs {
		if !slices.ContainsFunc(verbs, func(v verb) bool { return v.Name == name }) {
			t.Errorf("%s is no verb", name)
		}
	}
}
