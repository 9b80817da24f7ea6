package console

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hallward/devices/contract"
)

// rich fills the manager's page as on a day with some of everything.
func rich(hall *fakeHall) {
	hall.change(func(s *Snapshot) {
		w := s.Windows
		w[0].Waiting[0].Class, w[0].Waiting[0].Due = "appointment", morning.Add(18*time.Minute)
		w[0].Waiting[1].Class = "elderly"
		w[0].Waiting[2].NoCard, w[0].Waiting[2].Offline = true, true
		w[1].State, w[1].StaffID, w[1].Staff = contract.WindowOpen, "mu", "穆云帆"
		w[1].Present = &Present{Ticket: Ticket{Number: "A003", Service: "deed", State: "serving"}, CalledAt: morning.Add(-9 * time.Minute), StartedAt: morning.Add(-8 * time.Minute), Why: "按取号先后"}
		s.Voided = []Ticket{{Number: "A002", Service: "deed", Kiosk: "kiosk-2", State: "void", IssuedAt: morning.Add(-40 * time.Minute), Reason: "unconfirmed", Fault: "paper-out"}}
		s.Unconfirmed[0].Kiosk = "kiosk-1"
		s.Queue.Services[2].Stop, s.Queue.Services[2].Reason = "quota", contract.Text2{ZH: "“机动车号牌补换领”今天的号已发完，请明天再来"}
	})
	hall.mu.Lock()
	defer hall.mu.Unlock()
	o := &hall.over
	o.WaitDays = []WaitLine{{Day: "2026-03-09", Told: 41, Inside: 36, Early: 3, Late: 2, Typical: -2}, {Day: "2026-03-06", Told: 180, Inside: 131, Early: 12, Late: 37, Typical: 4}}
	o.WaitServices = []WaitLine{{Service: "deed", Told: 2210, Inside: 1923, Early: 160, Late: 127, Typical: 0}, {Service: "permit", Told: 12, Inside: 7, Early: 1, Late: 4, Typical: 6}}
	o.FirstAsked = []FirstAsked{{Window: "w1", Staff: "林青禾", Tickets: 21, Misdirected: 1}, {Window: "w2", Staff: "穆云帆", Tickets: 17}}
	o.Appointments = []Appointment{{Start: morning.Add(-42 * time.Minute), Service: "deed", State: "missed"},
		{Start: morning.Add(18 * time.Minute), Service: "deed", State: "arrived", Number: "A004"}, {Start: morning.Add(78 * time.Minute), Service: "permit", State: "booked"}}
	o.Kiosks = []Kiosk{{ID: "kiosk-1", Blocks: []Block{{Prefix: "A", From: 501, To: 540}, {Prefix: "B", From: 501, To: 520}}},
		{ID: "kiosk-2", Away: true, Blocks: []Block{{Prefix: "A", From: 541, To: 560, Used: 3}}}}
	o.Conflicts = []contract.NumberConflict{{Number: "A547", Kiosk: "kiosk-2", Reason: "other-day", Service: "deed", At: morning.Add(-15 * time.Hour)}}
	o.Reprinted = []Ticket{{Number: "A001", Service: "deed", Kiosk: "kiosk-1", State: "finished", IssuedAt: morning.Add(-55 * time.Minute), Reprints: 1}}
	o.Circling = []Ticket{{Number: "A006", Service: "deed", State: "waiting", IssuedAt: morning.Add(-50 * time.Minute)}}
	o.MissingHolidays = "2027"
	o.Notices = []Posted{{Notice: contract.Notice{Kind: "slogan", Text: contract.Text2{ZH: "一次办好，群众满意"}}, Fixed: true},
		{Notice: contract.Notice{ID: "n0", Kind: "line", Text: contract.Text2{ZH: "本周六上午延时服务", EN: "Open on Saturday morning"}, From: morning.Add(-time.Hour), Until: morning.Add(100 * time.Hour), Zones: []string{"f1"}}, Staff: "周望舒"}}
	o.Results = []contract.Result{{ID: "r1", Case: "LT-2026-0187", Name: "柯*", Service: contract.Text2{ZH: "建筑工程施工许可证核发"}, Outcome: contract.Text2{ZH: "准予许可"}, Date: "2026-03-06"}}
	o.Duty = []contract.DutyDay{{Day: "2026-03-09", Officers: []contract.DutyOfficer{{Name: "范景行", Post: contract.Text2{ZH: "值班主任", EN: "Duty officer"}, Place: contract.Text2{ZH: "一楼咨询台", EN: "Service desk"}, Phone: "0713-555-0120", Photo: strings.Repeat("a", 64)}}}, {Day: "2026-03-10"}}
	o.WindowDay = []Figures{{ID: "w1", Called: 21, Served: 18, Missed: 2, Wait: 544, Service: 395, Results: map[string]int{"done": 12, "supplement": 3}, Rated: 10, Good: 9}, {ID: "w2", Called: 17, Served: 16, Wait: 610, Service: 48}}
	o.ServiceDay = []Figures{{ID: "deed", Taken: 33, Called: 30, Served: 27, Missed: 2, Wait: 580, Service: 402, Results: map[string]int{"done": 12}}, {ID: "plate", Taken: 2, Wait: -1, Service: -1}}
	o.Unspoken, o.Silenced = []Unspoken{{At: morning.Add(-20 * time.Minute), Number: "A001", Zone: "一楼大厅", Reason: "voice"}}, 3
	o.Changes = []Change{{At: morning.Add(-30 * time.Minute), Staff: "周望舒", What: "修改叫号规则：最多越过 3 → 5 次", Rule: true}}
}

// manager signs a manager in and gives the token of the page.
func (v *visitor) manager() (token string) {
	v.t.Helper()
	v.signIn("hall", "9001", "9001")
	m := regexp.MustCompile(`data-token="([^"]+)"`).FindStringSubmatch(v.get("/hall").body)
	if m == nil {
		v.t.Fatal("the manager's page has no token")
	}
	return m[1]
}

func (v *visitor) manage(token string, a managerAct) (int, contract.Answer) {
	v.t.Helper()
	blob, _ := json.Marshal(a)
	r, _ := http.NewRequest("POST", v.url+"/hall/do", bytes.NewReader(blob))
	r.Header.Set("X-Token", token)
	p := v.send(r)
	var answer contract.Answer
	if err := json.Unmarshal([]byte(p.body), &answer); err != nil {
		v.t.Fatalf("%s: %v: %.200s", p.Status, err, p.body)
	}
	return p.StatusCode, answer
}

// Only a manager's session with its token manages; what is asked bears the
// manager's id, whatever the page sent.
func TestManagerActs(t *testing.T) {
	hall := newFakeHall()
	at := site(t, hall, Options{})
	pause := func() managerAct {
		return managerAct{ID: newID(), Verb: "pause", Service: "deed", Reason: "系统维护"}
	}
	stranger := visit(t, at)
	stranger.get("/")
	if status, _ := stranger.manage("", pause()); status != http.StatusForbidden {
		t.Errorf("a stranger: %d", status)
	}
	v := visit(t, at)
	if status, a := v.manage(v.at("w1", "1001"), pause()); status != http.StatusForbidden || a.Error.Code != "not-manager" {
		t.Errorf("a window's session: %d %+v", status, a)
	}
	m := visit(t, at)
	token := m.manager()
	if status, a := m.manage("0123", pause()); status != http.StatusForbidden || a.Error.Code != "stale" {
		t.Errorf("without the token: %d %+v", status, a)
	}
	for _, bad := range []managerAct{{ID: newID(), Verb: "next"}, {ID: newID(), Verb: "order"}, {ID: "1", Verb: "resume"}, {}} {
		if status, a := m.manage(token, bad); status != http.StatusBadRequest || a.Error.Code != "bad-request" {
			t.Errorf("%+v: %d %+v", bad, status, a)
		}
	}
	if got := typesOf(hall.done()); got != "sign-in" {
		t.Fatalf("requests before: %s", got)
	}
	once := pause()
	for range 2 {
		if status, a := m.manage(token, once); status != http.StatusOK || a.Result != contract.ResultOK {
			t.Fatalf("pause: %d %+v", status, a)
		}
	}
	if _, a := m.manage(token, managerAct{ID: newID(), Verb: "end-day", Reason: "停电"}); a.Result != contract.ResultOK {
		t.Errorf("end-day: %+v", a)
	}
	done := hall.done()
	if got := typesOf(done); got != "sign-in service.pause day.close" {
		t.Errorf("requests: %s", got)
	}
	if got := string(done[1].Data); got != `{"service":"deed","staff":"zhou","reason":"系统维护"}` {
		t.Errorf("pause: %s", got)
	}
	if got := string(done[2].Data); got != `{"staff":"zhou","reason":"停电"}` {
		t.Errorf("end-day: %s", got)
	}
}

// A rule that somebody else has changed meanwhile is not overwritten unseen, and
// asking again after a lost answer is no such case.
func TestRuleIsNotOverwrittenUnseen(t *testing.T) {
	hall := newFakeHall()
	m := visit(t, site(t, hall, Options{}))
	token := m.manager()
	was := hall.Overview().Rule
	other := contract.OrderRule{Overtake: 2, Beyond: 30, Weights: was.Weights}
	mine := contract.OrderRule{Overtake: 8, Beyond: 30, Weights: was.Weights}
	if _, a := m.manage(token, managerAct{ID: newID(), Verb: "order", Rule: &other, Was: &was}); a.Result != contract.ResultOK {
		t.Fatalf("%+v", a)
	}
	if status, a := m.manage(token, managerAct{ID: newID(), Verb: "order", Rule: &mine, Was: &was}); status != http.StatusConflict || a.Error.Code != "rule-moved" {
		t.Errorf("a rule that moved: %d %+v", status, a)
	}
	if _, a := m.manage(token, managerAct{ID: newID(), Verb: "order", Rule: &other, Was: &was}); a.Result != contract.ResultOK {
		t.Errorf("asked again: %+v", a)
	}
	if got := hall.Overview().Rule.Overtake; got != 2 {
		t.Errorf("overtake is %d", got)
	}
}

// The page says in words what needs a person, how the waits came true, and
// nothing of who booked.
func TestManagerReads(t *testing.T) {
	hall := newFakeHall()
	rich(hall)
	m := visit(t, site(t, hall, Options{}))
	m.manager()
	body := regexp.MustCompile(`<[^>]*>|\s+`).ReplaceAllString(m.get("/hall").body, "")
	for _, want := range []string{
		"取号机kiosk-2未连接", "缺少2027年节假日安排", "有1个号码冲突", "A006号已多次转办",
		"今天每100人88人应验·可信", "3月6日18073%1237晚4分钟基本可信", "建筑工程施工许可证核发1258%14晚6分钟次数还少",
		"3个·已签到1·未到1", "10:30建筑工程施工许可证核发未到时间", "09:30不动产权证书办理已签到A004",
		"A501至A540B501至B5204020", "A541至A560至多17",
		"A002不动产权证书办理08:32kiosk-2作废无人确认·缺纸", "C002机动车号牌补换领09:12kiosk-1未确认打印结果不明", "号码属于另一个业务日",
		"呼叫38·办结34·过号2", "1号窗口当场办结12、一次性告知补正3211829分04秒6分35秒1090%", "不动产权证书办理当场办结1233302729分40秒6分42秒", "机动车号牌补换领2000——",
		"配置按配置", "滚动字幕本周六上午延时服务OpenonSaturdaymorning3月9日08:12至3月13日13:12一楼大厅周望舒撤下", "LT-2026-0187柯*建筑工程施工许可证核发准予许可3月6日",
		"3月9日周一范景行（值班主任）一楼咨询台", "3月10日周二没有值班人员", "今天3次", "08:52A001一楼大厅语音设备故障",
		"首问38人·转错1", "1号窗口林青禾211", "今日已满", "08:42周望舒修改叫号规则：最多越过3→5次",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, calm := range []string{"今日业务已提前结束", "大厅时钟不可信"} {
		if strings.Contains(body, calm) {
			t.Errorf("the page says %q", calm)
		}
	}
	hall.mu.Lock()
	hall.over.Doubt, hall.over.Closed = morning, true
	hall.mu.Unlock()
	body = m.get("/hall").body
	for _, want := range []string{"今日业务已提前结束", "大厅时钟不可信", "作废其余等候号码"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// What the wait report says in words.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		l    WaitLine
		want string
	}{
		{WaitLine{}, "0 次数还少 正好"},
		{WaitLine{Told: 19, Inside: 19}, "100 次数还少 正好"},
		{WaitLine{Told: 20, Inside: 17, Typical: 1}, "85 可信 晚 1 分钟"},
		{WaitLine{Told: 100, Inside: 84, Early: 16, Typical: -3}, "84 基本可信 早 3 分钟"},
		{WaitLine{Told: 100, Inside: 69, Early: 1, Late: 30}, "69 偏乐观，群众等得更久 正好"},
		{WaitLine{Told: 100, Inside: 69, Early: 30, Late: 1}, "69 偏保守，群众等得更短 正好"},
	} {
		if got := strings.Join([]string{jsonOf(c.l.Share()), c.l.Verdict(), c.l.TypicalWords()}, " "); got != c.want {
			t.Errorf("%+v: %s, want %s", c.l, got, c.want)
		}
	}
}

func jsonOf(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// waited waits until a button that asks once more may be pressed.
func waited(sel string) chromedp.Action {
	return until(`document.querySelector("` + sel + `:enabled") !== null`)
}

// twice is a double click, as fast as can be.
func twice(sel string) chromedp.Action {
	return chromedp.Evaluate(`{ const b = document.querySelector("`+sel+`"); b.click(); b.click() }`, nil)
}

func managerIn(url string) chromedp.Tasks {
	return chromedp.Tasks{chromedp.Navigate(url + "/?window=hall"), focused("input[name=number]"),
		chromedp.KeyEvent("9001" + kb.Tab + "9001" + kb.Enter), shows("#link", "已连接")}
}

// A manager's decisions with the keyboard and a few clicks: the rule is changed
// after the change was shown, a service stops with a reason and goes on, and the
// day ends only after a second word. What is typed survives news of the hall.
func TestManagerDecidesOnThePage(t *testing.T) {
	hall := newFakeHall()
	rich(hall)
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, managerIn(url), picture(t, "console-manager"),
		unfold("rule"), picture(t, "console-rule"),
		chromedp.Click(`[data-act=order]`), chromedp.SetValue(`#order-rows tr:nth-child(1) input`, "3"),
		chromedp.SetValue(`#order-rows tr:nth-child(3) input`, "4"))
	hall.change(func(s *Snapshot) { s.Queue.Waiting++ })
	run(t, ctx, shows("#hall-facts", "7"), picture(t, "console-rule-change"),
		chromedp.Click("#order-do"), shows("#order-changes", "每个号最多被越过几次：5 → 3"), shows("#order-changes", "权重：老年人：3 → 4"),
		picture(t, "console-rule-check"), waited("#order-do"), chromedp.Click("#order-do"), shows("#card-rule .brief", "最多越过 3 次"),
		shows("#hall-rule .log", "周望舒"), shows("#hall-rule .log", "最多越过 5 → 3 次"))
	run(t, ctx, chromedp.Click(`[data-service=permit][data-act=pause]`), picture(t, "console-stop"),
		chromedp.SendKeys(`#stop [name=other]`, "专家会审"), chromedp.KeyEvent(kb.Enter),
		shows(`tr[data-service=permit]`, "专家会审"), shows(`tr[data-service=permit]`, "已暂停"),
		chromedp.Click(`[data-service=permit][data-act=resume]`), focused("#resume *"), chromedp.Click("#resume .main"), shows(`tr[data-service=permit]`, "正常"))
	run(t, ctx, unfold("day"), chromedp.Click(`[data-act=end-day]`), twice("#stop-do"),
		shows("#stop-check", "将以“停电”为由结束今天的业务，8 个等候或未确认的号码作废"), picture(t, "console-end-day"), waited("#stop-do"))
	if got := typesOf(hall.done()); got != "order.set service.pause service.resume" {
		t.Errorf("before the second word: %s", got)
	}
	run(t, ctx, chromedp.Click("#stop-do"), shows("#hall-alerts", "今日业务已提前结束"))
	if got := typesOf(hall.done()); got != "order.set service.pause service.resume day.close" {
		t.Errorf("requests: %s", got)
	}
	var set contract.SetOrder
	if err := json.Unmarshal(hall.done()[0].Data, &set); err != nil || set.Staff != "zhou" || set.Rule.Overtake != 3 || set.Rule.Beyond != 30 || set.Rule.Weights["elderly"] != 4 || set.Rule.Weights["appointment"] != 5 {
		t.Errorf("the rule that was set: %+v %v", set, err)
	}
}

// The pages behind the folds, for a person to look at.
func TestManagerCards(t *testing.T) {
	hall := newFakeHall()
	rich(hall)
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, managerIn(url), unfold("waits", "bookings"), picture(t, "console-waits"), unfold("waits", "bookings"),
		unfold("tickets", "kiosks"), picture(t, "console-numbers"), unfold("tickets", "kiosks"),
		unfold("devices", "first", "day"), picture(t, "console-rest"))
	var wide string
	run(t, ctx, chromedp.Evaluate(`JSON.stringify([...document.querySelectorAll(".card, .card > div, .alerts p")].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.id))`, &wide))
	if wide != "[]" {
		t.Errorf("wider than the screen: %s", wide)
	}
}
