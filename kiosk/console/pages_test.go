package console

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hallward/devices/contract"
)

func typesOf(rs []contract.Request) string {
	var s []string
	for _, r := range rs {
		s = append(s, strings.TrimSuffix(strings.TrimPrefix(r.Type, "window."), "/1"))
	}
	return strings.Join(s, " ")
}

// signInByKeys goes through the first page without a mouse.
func signInByKeys(url string) chromedp.Tasks {
	return chromedp.Tasks{
		chromedp.Navigate(url + "/?window=w1"),
		focused("input[name=number]"),
		chromedp.KeyEvent("1001" + kb.Tab + "1001" + kb.Enter),
		enabled("next"),
	}
}

// unfold opens cards of the manager's page.
func unfold(cards ...string) chromedp.Tasks {
	var steps chromedp.Tasks
	for _, id := range cards {
		steps = append(steps, chromedp.Click("#card-"+id+" > summary"))
	}
	return steps
}

// A whole stretch of work at a window with the keyboard alone.
func TestKeyboardAlone(t *testing.T) {
	hall := newFakeHall()
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx,
		chromedp.Navigate(url), picture(t, "entrance"),
		signInByKeys(url),
		shows("#queue", "A004"), picture(t, "window-idle"),
		chromedp.KeyEvent(kb.Enter), shows("#number", "A004"), enabled("start"), picture(t, "window-called"),
		chromedp.KeyEvent("r"), shows("#present", "已重呼 1 次"), enabled("start"),
		chromedp.KeyEvent("s"), shows("#present", "办理中"), enabled("finish"), picture(t, "window-serving"),
		chromedp.KeyEvent("f"), enabled("next"),
		chromedp.KeyEvent("n"), shows("#number", "B001"), enabled("hold"),
		chromedp.KeyEvent("h"), focused("dialog[open] *"), chromedp.KeyEvent("1"), focused("#ask-find"), chromedp.KeyEvent(kb.Enter), shows("#aside", "补充材料"), enabled("next"),
		chromedp.KeyEvent("c"), focused("dialog[open] *"), chromedp.KeyEvent(kb.ArrowDown+kb.Enter), shows("#number", "A006"), enabled("no-show"),
		chromedp.KeyEvent("m"), shows("#aside", "A006"), enabled("unhold"), picture(t, "window-lists"),
		chromedp.KeyEvent("u"), focused("dialog[open] *"), chromedp.KeyEvent(kb.Enter), shows("#number", "B001"), enabled("transfer"),
		chromedp.KeyEvent("t"), focused("#ask-find"), picture(t, "window-transfer"),
		chromedp.KeyEvent("plate"), shows("#ask-list", "机动车号牌"), chromedp.KeyEvent(kb.Enter), enabled("next"),
		chromedp.KeyEvent("n"), shows("#number", "A005"), enabled("hold"),
		chromedp.KeyEvent("h"), focused("dialog[open] *"), chromedp.KeyEvent("2"), focused("#ask-find"), chromedp.KeyEvent(kb.Enter), shows("#aside", "等待缴费"), enabled("return"),
		chromedp.KeyEvent("b"), focused("dialog[open] *"), chromedp.KeyEvent("1"), shows("#queue", "A005"), enabled("pause"),
		chromedp.KeyEvent("p"), focused("dialog[open] *"), picture(t, "window-pause"), chromedp.KeyEvent("2"), shows("#present", "取送材料"), enabled("resume"), picture(t, "window-paused"),
		chromedp.KeyEvent("p"), enabled("next"),
		chromedp.KeyEvent("q"), focused("dialog[open] *"), chromedp.KeyEvent(kb.Enter), shows(".problem", "您已退出登录"),
	)
	want := "sign-in next recall start finish next hold call no-show unhold transfer next hold return pause resume sign-out"
	if got := typesOf(hall.done()); got != want {
		t.Errorf("requests:\n got %s\nwant %s", got, want)
	}
}

// Staff give a number priority by the keyboard alone, with a class and a typed
// reason; it is called next, and the page says why (R-KIOSK-06).
func TestGrantByKeys(t *testing.T) {
	hall := newFakeHall()
	rich(hall)
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url),
		shows("#queue li:nth-child(1)", "预约 09:30"), shows("#queue li:nth-child(2)", "老年人"), shows("#queue li:nth-child(3)", "请核对身份"),
		shows("#numbers summary", "1 个未确认或作废"), picture(t, "console-window"),
		chromedp.KeyEvent("y"), focused("#ask-find"), shows("#ask-title", "授予优先 · 哪个号码"),
		chromedp.KeyEvent("a006"+kb.Enter), shows("#ask-title", "授予优先 · A006 · 哪一类优先"), focused("#ask-list"), picture(t, "console-grant-class"),
		chromedp.KeyEvent("1"), focused("#ask-find"), shows("#ask-title", "A006 · 特事特办 · 理由"), picture(t, "console-grant"),
		chromedp.SendKeys("#ask-find", "突发疾病需就医"), shows("#ask-list", "按输入的理由"), chromedp.KeyEvent(kb.Enter),
		shows("#queue li:nth-child(1)", "A006"), shows("#queue li:nth-child(1)", "特事特办"), shows("#actions", "授予优先 · 突发疾病需就医"), enabled("next"),
		chromedp.KeyEvent("n"), shows("#number", "A006"), shows("#present", "特事特办（授权：林青禾）（越过3人），理由：突发疾病需就医"), enabled("start"), picture(t, "console-why"),
	)
	done := hall.done()
	if got := typesOf(done); got != "sign-in ticket.grant next" {
		t.Errorf("requests: %s", got)
	}
	if got := string(done[1].Data); got != `{"window":"w1","number":"A006","class":"urgent","reason":"突发疾病需就医"}` {
		t.Errorf("grant: %s", got)
	}
}

// A number that is not on the list is typed, and the hall says whether there is
// one.
func TestGrantOfAnotherNumber(t *testing.T) {
	hall := newFakeHall()
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url), chromedp.KeyEvent("y"), focused("#ask-find"), chromedp.KeyEvent("c099"+kb.Enter),
		focused("#ask-list"), chromedp.KeyEvent("1"), focused("#ask-find"), chromedp.KeyEvent(kb.Enter), shows("#say", "今天没有“C099”号"))
}

// When a fee would follow, the end of the service asks whether it does
// (R-KIOSK-16).
func TestFinishAsksForTheFee(t *testing.T) {
	hall := newFakeHall()
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url), chromedp.KeyEvent("n"), enabled("start"), chromedp.KeyEvent("s"), enabled("finish"))
	hall.change(func(s *Snapshot) {
		p := *s.Windows[0].Present
		p.FeeDue = true
		s.Windows[0].Present = &p
		s.Windows[0].Waiting = append(s.Windows[0].Waiting, ticket("A099", "deed", 0)) // shows that the page has it
	})
	run(t, ctx, shows("#queue", "A099"), chromedp.KeyEvent("f"), focused("dialog[open] *"), shows("#ask-list", "本次无需缴费"), chromedp.KeyEvent("2"), enabled("next"))
	done := hall.done()
	if got := string(done[len(done)-1].Data); got != `{"window":"w1","expect":"A004","no_fee":true}` {
		t.Errorf("finish: %s", got)
	}
}

// A change that another window or a kiosk makes appears without a reload, and a
// refusal is said in the hall's words.
func TestLiveAndRefused(t *testing.T) {
	hall := newFakeHall()
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url), chromedp.Evaluate(`window.mark = 1`, nil))
	hall.change(func(s *Snapshot) {
		s.Windows[0].Waiting = append(s.Windows[0].Waiting, ticket("A007", "deed", 0))
	})
	run(t, ctx, shows("#queue", "A007"), chromedp.KeyEvent("c"), focused("dialog[open] *"))
	hall.change(func(s *Snapshot) { s.Windows[0].Waiting = s.Windows[0].Waiting[1:] }) // window 2 was faster
	var same bool
	run(t, ctx, shows("#queue", "B001"), chromedp.KeyEvent(kb.Enter), shows("#say", "刚由2号窗口呼叫"), picture(t, "window-refused"),
		chromedp.Evaluate(`window.mark === 1`, &same))
	if !same {
		t.Error("the page was loaded again")
	}
}

// A double click is one act (the button is locked, and the id is the same).
func TestDoubleClickIsOne(t *testing.T) {
	hall := newFakeHall()
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url), chromedp.DoubleClick(`[data-verb=next]`), shows("#number", "A004"), enabled("start"))
	if got := typesOf(hall.done()); got != "sign-in next" {
		t.Errorf("requests: %s", got)
	}
}

// lossyFront loses the first answers of the hall on their way back.
func lossyFront(h http.Handler, lose int) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/do") {
			mu.Lock()
			lost := lose > 0
			lose--
			mu.Unlock()
			if lost {
				h.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			}
		}
		h.ServeHTTP(w, r)
	})
}

// An answer that is lost is asked for again with the same id (contract rule 7).
func TestLostAnswerIsAskedAgain(t *testing.T) {
	hall := newFakeHall()
	url := serve(t, lossyFront(New(hall, Options{}), 2))
	ctx := browser(t)
	run(t, ctx, signInByKeys(url), chromedp.KeyEvent("n"), shows("#number", "A004"), enabled("start"))
	if got := typesOf(hall.done()); got != "sign-in next" {
		t.Errorf("requests: %s", got)
	}
}

// When the stream is lost the page says so and offers nothing; when the hall is
// back it shows what has happened meanwhile, and offers again.
func TestLostStream(t *testing.T) {
	hall := newFakeHall()
	facts := &memory{}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	srv := &http.Server{Handler: New(hall, Options{Facts: facts})}
	go srv.Serve(ln)
	ctx := browser(t)
	run(t, ctx, signInByKeys("http://"+addr))
	srv.Close()
	run(t, ctx, shows("#link", "连接已断开"), picture(t, "window-lost"))
	var can int
	run(t, ctx, chromedp.Evaluate(`document.querySelectorAll('[data-verb]:enabled').length`, &can))
	if can != 0 {
		t.Errorf("%d buttons are offered while the hall is away", can)
	}
	hall.change(func(s *Snapshot) {
		s.Windows[0].Waiting = append(s.Windows[0].Waiting, ticket("A008", "deed", 0))
	})
	if ln, err = net.Listen("tcp", addr); err != nil {
		t.Fatal(err)
	}
	srv = &http.Server{Handler: New(hall, Options{Facts: facts})} // restarted: only the facts are left
	go srv.Serve(ln)
	defer srv.Close()
	run(t, ctx, shows("#link", "已连接"), shows("#queue", "A008"), enabled("next"))
}

// The manager sees ratings, punches with the person, and devices (R-KEY-08,
// R-ATT-13).
func TestManagerPage(t *testing.T) {
	hall := newFakeHall()
	url := serve(t, New(hall, Options{}))
	ctx := browser(t)
	run(t, ctx,
		chromedp.Navigate(url+"/?window=hall"), focused("input[name=number]"),
		chromedp.KeyEvent("9001"+kb.Tab+"9001"+kb.Enter),
		shows("#link", "已连接"), picture(t, "hall"), unfold("punches", "devices", "ratings"),
		shows("#punches", "林青禾"), shows("#devices", "无应答"))
	hall.change(func(s *Snapshot) { s.Ratings = []Rating{{Window: "w1", Levels: [6]int{5: 8, 4: 2, 2: 1}, Absent: 4}} })
	run(t, ctx, shows("#ratings [data-window=w1]", "8"))
}
