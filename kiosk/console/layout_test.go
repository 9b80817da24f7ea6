package console

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hallward/devices/contract"
)

// busyHall has more of everything than a page has room for.
func busyHall() *fakeHall {
	hall := newFakeHall()
	hall.change(func(s *Snapshot) {
		long := contract.Text2{ZH: "城镇污水排入排水管网许可证核发及建设工程消防设计审查备案", EN: "Permit to discharge into the sewers, and filing of the fire protection design of a building"}
		s.Catalogue.Services[1].Name = long
		for i := 5; i <= 12; i++ {
			s.Windows = append(s.Windows, Window{WindowView: contract.WindowView{ID: fmt.Sprintf("w%d", i),
				Name: contract.Text2{ZH: fmt.Sprintf("%d号委托窗口", i), EN: fmt.Sprintf("Window %d", i)}, State: contract.WindowPaused, Reason: "系统维护", Staff: "欧阳样例"}})
		}
		w := &s.Windows[0]
		for i := range 20 {
			w.Waiting = append(w.Waiting, ticket(fmt.Sprintf("B%03d", i+2), "permit", 1))
			w.Held = append(w.Held, Ticket{Number: fmt.Sprintf("A%03d", i+30), Service: "permit", Reason: "补充材料"})
			w.Missed = append(w.Missed, ticket(fmt.Sprintf("A%03d", i+60), "permit", 1))
			w.Actions = append(w.Actions, Action{At: morning, Type: contract.EvTicketCalled, Number: "A001"})
			s.Devices = append(s.Devices, s.Devices[1])
			s.Punches = append(s.Punches, s.Punches[0])
		}
		first := ticket("B001", "permit", 12)
		first.FirstAsked, first.Class, first.Granted, first.GrantReason = "w2", "urgent", "穆云帆", "身体不适或急病"
		first.NoCard, first.Offline, first.More, first.Reprints = true, true, []string{"deed", "plate"}, 1
		w.Waiting[0] = first
		w.Waiting[1].Class, w.Waiting[1].Due = "appointment", morning.Add(30*time.Minute)
		for i := range 4 {
			s.Voided = append(s.Voided, Ticket{Number: fmt.Sprintf("A%03d", i+90), Service: "deed", State: "void", IssuedAt: morning, Reason: "unconfirmed", Fault: "paper-out"})
		}
	})
	return hall
}

// cramped lists what does not fit: a page that scrolls, a button outside the
// screen, text that is cut where it must be read.
const cramped = `(() => {
  const bad = [], el = document.scrollingElement;
  if (el.scrollHeight > innerHeight || el.scrollWidth > innerWidth) bad.push("the page scrolls");
  for (const b of document.querySelectorAll(".verbs button:not([hidden])")) {
    const r = b.getBoundingClientRect();
    if (r.bottom > innerHeight || r.right > innerWidth || b.scrollWidth > b.clientWidth) bad.push("button " + b.dataset.verb);
  }
  for (const sel of [".present", ".present .ticket", ".top", ".top .person", ".top .bar"])
    for (const e of document.querySelectorAll(sel))
      if (e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1) bad.push(sel + " is cut");
  return JSON.stringify(bad);
})()`

// Everything that a window needs is on one screen of 1366×768, with and
// without the bars of a browser.
func TestWindowFitsOneScreen(t *testing.T) {
	hall := busyHall()
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url))
	fits := func(stage string) {
		t.Helper()
		for _, high := range []int64{768, 625} {
			var bad string
			run(t, ctx, chromedp.EmulateViewport(1366, high), chromedp.Evaluate(cramped, &bad), picture(t, fmt.Sprintf("busy-%s-%d", stage, high)))
			if bad != "[]" {
				t.Errorf("%s at 1366×%d: %s", stage, high, bad)
			}
		}
	}
	fits("idle")
	run(t, ctx, chromedp.KeyEvent("n"), enabled("start"))
	fits("called")
	run(t, ctx, chromedp.KeyEvent("s"), enabled("finish"), chromedp.KeyEvent("p"), focused("dialog[open] *"), chromedp.KeyEvent("1"), enabled("resume"))
	fits("serving-paused")
}

// faint lists the texts of a page whose contrast is less than 7:1.
const faint = `(() => {
  const lin = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const rgb = s => s.match(/[\d.]+/g).map(Number);
  const lum = c => .2126 * lin(c[0]) + .7152 * lin(c[1]) + .0722 * lin(c[2]);
  const ground = e => {
    for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; }
    return [255, 255, 255];
  };
  const bad = [];
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility() || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [lum(rgb(getComputedStyle(e).color)), lum(ground(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 7) bad.push(e.textContent.trim().slice(0, 20) + " " + ratio.toFixed(2));
  }
  return JSON.stringify([...new Set(bad)]);
})()`

// Text has a contrast of at least 7:1 on every page, whatever the hall's colour
// (R-ACC-03).
func TestTextContrast(t *testing.T) {
	for _, colour := range []string{"#1f5f8b", "#e8b4b8"} {
		hall := busyHall()
		hall.change(func(s *Snapshot) { s.Catalogue.Hall.Colour = colour })
		url := serve(t, New(hall, Options{}))
		ctx := browser(t)
		read := func(page string) {
			t.Helper()
			var out string
			var bad []string
			run(t, ctx, chromedp.Evaluate(faint, &out))
			if err := json.Unmarshal([]byte(out), &bad); err != nil || len(bad) > 0 {
				t.Errorf("%s in %s: %q %v", page, colour, bad, err)
			}
		}
		run(t, ctx, chromedp.Navigate(url+"/?window=w1&why=signed-out"), focused("input[name=number]"))
		read("entrance")
		run(t, ctx, signInByKeys(url))
		read("idle")
		run(t, ctx, chromedp.KeyEvent("n"), enabled("start"), chromedp.KeyEvent("t"), focused("#ask-find"))
		read("transfer")
		run(t, ctx, chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("s"), enabled("finish"))
		read("serving")
		hall.stop()
		run(t, ctx, chromedp.Navigate(url+"/?window=hall"), focused("input[name=number]"),
			chromedp.KeyEvent("9001"+kb.Tab+"9001"+kb.Enter), shows("#link", "已连接"),
			chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => { d.open = true })`, nil))
		read("hall")
	}
}
