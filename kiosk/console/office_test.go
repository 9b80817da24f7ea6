package console

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hallward/devices/contract"
)

func lastData(t *testing.T, hall *fakeHall, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(lastOf(hall)), into); err != nil {
		t.Fatal(err)
	}
}

// What a manager posts bears the session's name, whatever the page sent, and
// local times become moments (R-BOARD-03, -06).
func TestOfficeActs(t *testing.T) {
	hall := newFakeHall()
	m := visit(t, site(t, hall, Options{}))
	token := m.manager()
	for name, bad := range map[string]managerAct{"a notice without one": {Verb: "notice"}, "a roster without a day": {Verb: "duty"},
		"a time that is none": {Verb: "notice", Notice: &draft{From: "tomorrow"}}} {
		bad.ID = newID()
		if status, _ := m.manage(token, bad); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	hall.mu.Lock()
	hall.over.Duty = []contract.DutyDay{{Day: "2026-03-10"}}
	hall.mu.Unlock()
	d := draft{Notice: contract.Notice{Kind: "page", Text: contract.Text2{ZH: "停水通知"}, Zones: []string{"f2"}}, From: "2026-03-10T08:00", Until: "2026-03-10T17:30"}
	for _, a := range []managerAct{{Verb: "notice", Notice: &d}, {Verb: "notice-off", Subject: "n1"}, {Verb: "result-off", Subject: "r1"},
		{Verb: "duty", Day: &contract.DutyDay{Day: "2026-03-10", Officers: []contract.DutyOfficer{{Name: "范景行", Post: contract.Text2{ZH: "值班主任"}}}}}} {
		a.ID = newID()
		if status, answer := m.manage(token, a); status != http.StatusOK || answer.Result != contract.ResultOK {
			t.Errorf("%s: %d %+v", a.Verb, status, answer)
		}
	}
	done := hall.done()
	if got := typesOf(done); got != "notice.post notice.withdraw results.withdraw duty.set-days" {
		t.Fatalf("requests: %s", got)
	}
	for i, want := range []string{
		`{"notice":{"text":{"zh":"停水通知","en":""},"from":"2026-03-10T00:00:00Z","until":"2026-03-10T09:30:00Z","kind":"page","zones":["f2"]},"staff":"zhou"}`,
		`{"id":"n1","staff":"zhou"}`, `{"ids":["r1"],"staff":"zhou"}`,
		`{"days":[{"day":"2026-03-10","officers":[{"name":"范景行","post":{"zh":"值班主任","en":""},"place":{"zh":"","en":""}}]}],"staff":"zhou"}`,
	} {
		if got := string(done[i].Data); got != want {
			t.Errorf("%s\n got %s\nwant %s", done[i].Type, got, want)
		}
	}
	v := visit(t, m.url)
	if status, _ := v.manage(v.at("w1", "1001"), managerAct{ID: newID(), Verb: "notice", Notice: &d}); status != http.StatusForbidden {
		t.Errorf("a clerk posts a notice: %d", status)
	}
}

// A notice is written, refused for a word with its source, corrected, and
// withdrawn; the roster of a day is edited, and what the form does not show stays
// (R-BOARD-03, R-BOARD-06, R-VOICE-03).
func TestOfficeOnThePage(t *testing.T) {
	hall := newFakeHall()
	rich(hall)
	watched(hall)
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, managerIn(url), shows("#hall-alerts", "自 08:31 · 规定 30 分钟"), picture(t, "console-alarms"),
		chromedp.Click("#card-windows > summary"), chromedp.Click("#card-queues > summary"), unfold("figures", "unspoken"), picture(t, "console-figures"),
		chromedp.Click("#card-figures > summary"), unfold("notices"), chromedp.Click("[data-act=notice]"), focused("#notice [name=text]"),
		chromedp.KeyEvent("本月起"+forbidden), shows("#notice-preview", "本月起"), chromedp.Click("#notice .main"), shows("#notice-words", "“"+forbidden+"”（依据：示例规定第3条）"),
		chromedp.Click("#notice [value=page]"), until(`!document.querySelector("#notice .page").hidden`), chromedp.SetValue("#notice [name=title]", "停水通知"),
		chromedp.SetValue("#notice [name=text]", "3月10日停水一天，饮水请到二楼。"), chromedp.SetValue("#notice [name=text_en]", "No water on 10 March."), chromedp.SetValue("#notice [name=issuer]", "办公室"),
		chromedp.SetValue("#notice [name=until]", "2026-03-10T17:30"), chromedp.Click("#notice [value=f2]"), shows("#notice-preview", "停水通知"), picture(t, "console-notice"))
	var bad string
	fits := func() {
		t.Helper()
		run(t, ctx, chromedp.Evaluate(`JSON.stringify([...document.querySelectorAll("dialog[open], dialog[open] *")].filter(e => e.clientWidth && (e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().bottom > innerHeight)).map(e => e.outerHTML.slice(0, 60)))`, &bad))
		if bad != "[]" {
			t.Errorf("cut: %s", bad)
		}
	}
	fits()
	run(t, ctx, chromedp.Click("#notice .main"), shows("#notices", "停水通知"), until(`!document.querySelector("#notice").open`))
	var posted contract.PostNotice
	lastData(t, hall, &posted)
	if n := posted.Notice; posted.Staff != "zhou" || n.Kind != "page" || n.Title.ZH != "停水通知" || n.Issuer.ZH != "办公室" || n.Date != "2026-03-09" || !n.Until.Equal(time.Date(2026, 3, 10, 9, 30, 0, 0, time.UTC)) || strings.Join(n.Zones, " ") != "f2" {
		t.Errorf("posted: %+v", posted)
	}
	run(t, ctx, picture(t, "console-notices"), chromedp.Click("[data-act=notice-off][data-subject=n1]"), focused("#off *"), chromedp.Click("#off .main"), until(`!document.querySelector("#notices").innerText.includes("停水通知")`),
		chromedp.Click("#card-notices > summary"), unfold("results"), chromedp.Click("[data-act=result-off]"), focused("#off *"), chromedp.KeyEvent(kb.Tab), chromedp.Focus("#off .main"), chromedp.KeyEvent(kb.Enter), shows("#hall-results", "没有公示的结果"))
	wants(t, hall, `{"ids":["r1"],"staff":"zhou"}`)
	run(t, ctx, unfold("duty"), chromedp.Click(`[data-act=duty][data-day="2026-03-09"]`), focused("#duty [name=name]"), chromedp.Click("#duty-more"), focused("#duty tr:nth-child(2) [name=name]"),
		chromedp.KeyEvent("褚思远"+kb.Tab+"值班民警"), picture(t, "console-duty"))
	fits()
	run(t, ctx, chromedp.KeyEvent(kb.Enter), shows("#duty-days", "褚思远（值班民警）"), until(`!document.querySelector("#duty").open`))
	var set contract.SetDuty
	lastData(t, hall, &set)
	if set.Staff != "zhou" || len(set.Days) != 1 || len(set.Days[0].Officers) != 2 || set.Days[0].Officers[0].Photo == "" || set.Days[0].Officers[0].Phone != "0713-555-0120" || set.Days[0].Officers[0].Place.EN != "Service desk" {
		t.Errorf("set: %+v", set)
	}
	var pale string
	run(t, ctx, chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => { d.open = true })`, nil), chromedp.Evaluate(faint, &pale))
	if pale != "[]" {
		t.Errorf("too pale: %s", pale)
	}
}
