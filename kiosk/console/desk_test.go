package console

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hallward/devices/contract"
)

// lastOf is the data of the last request.
func lastOf(hall *fakeHall) string {
	done := hall.done()
	return string(done[len(done)-1].Data)
}

func wants(t *testing.T, hall *fakeHall, want string) {
	t.Helper()
	if got := lastOf(hall); got != want {
		t.Errorf("asked %s\nwant  %s", got, want)
	}
}

// What a window does beside calling, with the keyboard alone: it
// holds with a reminder, serves without a ticket, corrects a service, calls by
// eye only, and lets the next follow by itself.
func TestDeskByKeys(t *testing.T) {
	hall := newFakeHall()
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url),
		chromedp.KeyEvent("w"), focused("#ask-list"), shows("#ask-title", "无号办理 · 哪个事项"), chromedp.KeyEvent("2"), shows("#ask-list", "现在办理"), picture(t, "console-walk-in"),
		chromedp.KeyEvent("1"), shows("#present", "无号办理"), shows("#present", "办理中"), enabled("correct"))
	wants(t, hall, `{"window":"w1","service":"permit"}`)
	run(t, ctx, chromedp.KeyEvent("e"), focused("#ask-list"), shows("#ask-list", "不动产权证书办理"), chromedp.KeyEvent(kb.Enter), shows("#present", "不动产权证书办理"), enabled("hold"))
	wants(t, hall, `{"window":"w1","service":"deed","expect":"A901"}`)
	run(t, ctx, chromedp.KeyEvent("h"), focused("#ask-list"), chromedp.KeyEvent("1"), focused("#ask-find"), shows("#ask-list", "10 分钟"), picture(t, "console-hold"),
		chromedp.KeyEvent("25"), shows("#ask-list", "分钟后提醒"), chromedp.KeyEvent(kb.Enter), shows("#aside", "还剩 25 分钟 · 林青禾 · 补充材料"), enabled("walk-in"))
	wants(t, hall, `{"window":"w1","reason":"补充材料","expect":"A901","minutes":25}`)
	run(t, ctx, chromedp.KeyEvent("w"), focused("#ask-list"), chromedp.KeyEvent("1"), shows("#ask-list", "呼叫到窗口"), chromedp.KeyEvent("2"), shows("#present", "已呼叫"), enabled("silent"))
	wants(t, hall, `{"window":"w1","service":"deed","call":true}`)
	run(t, ctx, chromedp.KeyEvent("v"), shows("#present .marks", "静音"), shows("[data-verb=silent]", "现为静音"), enabled("silent"))
	wants(t, hall, `{"number":"A901","silent":true,"window":"w1"}`)
	run(t, ctx, chromedp.KeyEvent("v"), until(`!document.querySelector("#present .marks").innerText.includes("静音")`), enabled("no-show"),
		chromedp.KeyEvent("m"), enabled("silent"), chromedp.KeyEvent("v"), focused("#ask-list"), chromedp.KeyEvent("2"), shows("#queue li:nth-child(2)", "静音"))
	wants(t, hall, `{"number":"B001","silent":true,"window":"w1"}`)
	ready := until(`document.querySelector(".switch:enabled") !== null`)
	run(t, ctx, ready, chromedp.KeyEvent("a"), until(`document.querySelector(".switch").getAttribute("aria-checked") === "true"`), ready)
	wants(t, hall, `{"window":"w1","auto_next":true}`)
	run(t, ctx, ready, chromedp.KeyEvent("a"), until(`document.querySelector(".switch").getAttribute("aria-checked") === "false"`))
	wants(t, hall, `{"window":"w1","auto_next":false}`)
}

// Where the hall asks what came of a service, its end asks; nothing typed there
// is a key of the page, and a result that is needed is asked for.
func TestOutcomeByKeys(t *testing.T) {
	hall := newFakeHall()
	hall.change(func(s *Snapshot) { s.Desk.Outcome = map[string]string{"deed": "required", "permit": "optional"} })
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url), chromedp.KeyEvent("n"), enabled("start"), chromedp.KeyEvent("s"), enabled("finish"),
		chromedp.KeyEvent("f"), focused("#finish [name=result]"), shows("#finish-title", "A004"), chromedp.KeyEvent(kb.Enter), shows("#finish-words", "请先选择办理结果"),
		chromedp.KeyEvent("3"), until(`document.querySelector("[value=supplement]").checked`),
		chromedp.Focus("#finish [value=permit]"), chromedp.KeyEvent(" "),
		chromedp.Focus("#finish [name=case]"), chromedp.KeyEvent("LT-2026-15"), picture(t, "console-finish"))
	var bad, pale string
	run(t, ctx, chromedp.Evaluate(`JSON.stringify([...document.querySelectorAll("#finish, #finish *")].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth).map(e => e.outerHTML.slice(0, 60)))`, &bad), chromedp.Evaluate(faint, &pale))
	if bad != "[]" || pale != "[]" {
		t.Errorf("cut: %s, too pale: %s", bad, pale)
	}
	run(t, ctx, chromedp.KeyEvent(kb.Enter), enabled("next"), until(`!document.querySelector("#finish").open`))
	wants(t, hall, `{"window":"w1","expect":"A004","outcome":{"done":["deed","permit"],"case":"LT-2026-15","result":"supplement"}}`)
	// Where it is optional, F and Enter end the service.
	run(t, ctx, chromedp.KeyEvent("n"), shows("#number", "B001"), enabled("start"), chromedp.KeyEvent("s"), enabled("finish"),
		chromedp.KeyEvent("f"), focused("#finish [name=result]"), chromedp.KeyEvent(kb.Enter), enabled("next"))
	wants(t, hall, `{"window":"w1","expect":"B001"}`)
	// A dialog of a number that is in hand no more closes by itself.
	run(t, ctx, chromedp.KeyEvent("n"), shows("#number", "A005"), enabled("start"), chromedp.KeyEvent("s"), enabled("finish"), chromedp.KeyEvent("f"), focused("#finish [name=result]"))
	hall.change(func(s *Snapshot) { s.Windows[0].Present = nil })
	run(t, ctx, until(`!document.querySelector("#finish").open`), enabled("next"))
}

// Calling past a number that is held too long needs a second word; the first
// thing offered is to take it up again.
func TestPastAnOverdueHold(t *testing.T) {
	hall := newFakeHall()
	hall.change(func(s *Snapshot) {
		s.Windows[0].Held = []Ticket{{Number: "A002", Service: "deed", State: "held", Reason: "等待会商", Keeper: "林青禾", Remind: morning.Add(-3 * time.Minute)}}
	})
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url), shows("#aside .over", "已超时 3 分钟 · 林青禾"), chromedp.KeyEvent("n"), focused("#past-back"), shows("#past-words", "A002号已到提醒时间"), picture(t, "console-past"),
		chromedp.KeyEvent(kb.Escape), until(`!document.querySelector("#past").open`), enabled("next"),
		chromedp.KeyEvent("n"), focused("#past-back"), chromedp.KeyEvent("n"), shows("#number", "A004"), enabled("no-show"))
	wants(t, hall, `{"window":"w1","past_held":true}`)
	run(t, ctx, chromedp.KeyEvent("m"), enabled("next"), chromedp.KeyEvent("n"), focused("#past-back"), chromedp.KeyEvent(kb.Enter), shows("#number", "A002"))
	if got := typesOf(hall.done()); got != "sign-in next next next no-show next unhold" {
		t.Errorf("requests: %s", got)
	}
}

// A recall says how many are left and from when; after the last the page
// advises a no-show.
func TestRecallLimits(t *testing.T) {
	hall := newFakeHall()
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url), chromedp.KeyEvent("n"), shows("[data-verb=recall]", "还可 3 次"), enabled("recall"))
	set := func(recalls int, ago time.Duration) {
		hall.change(func(s *Snapshot) {
			p := *s.Windows[0].Present
			p.Recalls, p.Recalled = recalls, s.At.Add(-ago)
			s.Windows[0].Present = &p
		})
	}
	set(1, -time.Hour) // long to wait, however slow this machine
	run(t, ctx, shows("[data-verb=recall]", "秒后"), until(`document.querySelector("[data-verb=recall]").disabled`), picture(t, "console-recall"))
	set(2, time.Minute)
	run(t, ctx, shows("[data-verb=recall]", "还可 1 次"), enabled("recall"))
	set(3, time.Minute)
	run(t, ctx, shows("[data-verb=recall]", "已到次数"), shows("#present", "无人应答请按"), until(`document.querySelector("[data-verb=recall]").disabled && document.querySelector(".advised[data-verb=no-show]") !== null`), picture(t, "console-recalled"))
}

// The page of a window names its unit's chief representative and scope
// (R-WIN-07), and how long a pause may last (R-WIN-05).
func TestUnitAndPause(t *testing.T) {
	hall := newFakeHall()
	url := serve(t, New(hall, Options{PauseReasons: []PauseReason{{Name: "取送材料", Limit: 15 * time.Minute}, {Name: "用餐"}}}))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url), shows("#unit", "首席代表 林青禾"), chromedp.Click("#unit summary"), shows("#unit", "授权范围：受理、审核、盖章、发证"),
		chromedp.KeyEvent("p"), focused("#ask-list"), shows("#ask-list", "最长 15 分钟"), shows("#ask-list", "最长 30 分钟"), chromedp.KeyEvent("1"),
		shows("#present", "应于 09:42 前恢复，还剩 30 分钟"), picture(t, "console-paused"))
	hall.change(func(s *Snapshot) { s.Windows[0].Over = morning.Add(-2 * time.Minute) })
	run(t, ctx, shows("#present .over", "已超时 2 分钟"))
}

// unhurried is a key of a person, who takes their time.
func unhurried(key string) chromedp.Action {
	return chromedp.Tasks{chromedp.KeyEvent(key), chromedp.Evaluate(`window.pressed = performance.now()`, nil), until(`performance.now() - window.pressed > 150`)}
}

// swiped is a card that is read by a reader, between whose keys no time passes.
func swiped(number string) chromedp.Tasks {
	return chromedp.Tasks{chromedp.Evaluate(`void Object.defineProperty(Event.prototype, "timeStamp", { get: () => 0 })`, nil), chromedp.KeyEvent(number + kb.Enter)}
}

// One field takes both: after a person's typing Enter goes on to
// the PIN, and what a reader types signs in at once, even while a window is
// being chosen.
func TestOneFieldTakesBoth(t *testing.T) {
	hall := newFakeHall()
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	keys := chromedp.Tasks{chromedp.Navigate(url + "/?window=w1"), focused("input[name=number]")}
	for _, k := range "1001" {
		keys = append(keys, unhurried(string(k)))
	}
	run(t, ctx, append(keys, chromedp.KeyEvent(kb.Enter), focused("input[name=pin]"), picture(t, "console-entrance"), chromedp.KeyEvent("1001"+kb.Enter), enabled("next"),
		chromedp.KeyEvent("q"), focused("dialog[open] *"), chromedp.KeyEvent(kb.Enter), shows(".problem", "您已退出登录"),
		chromedp.Focus("[name=window][value=w2]"), chromedp.KeyEvent(" "), swiped("0004711002"), enabled("next"), shows(".top", "2号窗口"), shows(".top", "穆云帆"))...)
	var data contract.SignIn
	if lastData(t, hall, &data); data.Card != "0004711002" || data.Staff != "" || data.PIN != "" || data.Window != "w2" {
		t.Errorf("the card's sign-in is for %q at %q", data.Staff, data.Window)
	}
}
