package e2e

import (
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/sim/people"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Where no number is given, the button says so before it is touched and the
// page says why and what to do: a service that the manager has paused on the
// console, one whose numbers of today are given, one that only informs
// (R-KIOSK-08).
func TestServicesThatGiveNoNumber(t *testing.T) {
	h := newHouse(t)
	h.edit("services.yaml", "quota: 60 ", "quota: 1 ")
	k := h.opened()
	manager := h.browser()
	manager.signIn("hall", "1001")

	button := func(service string) people.Touch {
		t.Helper()
		s, err := k.Look(t.Context())
		b, there := s.Find("service", service)
		if err != nil || !there {
			t.Fatalf("%s: %+v, %v", service, s, err)
		}
		return b
	}
	dimmed := func(service string, dim bool) {
		t.Helper()
		h.shows(k, 10*time.Second, func(s people.Screen) bool { b, there := s.Find("service", service); return there && b.Dim == dim })
	}

	h.walk(k, "start", "unit housing", "service housing-rent")
	number, _ := h.ends(k)
	h.goTo(k, "housing")
	dimmed("housing-rent", true)
	h.reads(k, "services", "今日号满")
	if button("housing-permit").Dim {
		t.Error("a service that gives numbers is grey")
	}
	h.touch(k, "service", "housing-rent")
	if s := h.reads(k, "trouble", "“房屋租赁登记备案”今天的号已发完，请", "再来，或到1号咨询窗口咨询"); s.Reason != "quota" {
		t.Errorf("the reason is %q, want quota", s.Reason)
	}
	h.picture("kiosk", "kiosk-quota", 0.02)
	h.homeward(k)

	h.goTo(k, "housing")
	dimmed("housing-permit", false)
	manager.do(chromedp.Click("#quiet > summary"), chromedp.Click(`[data-service=housing-permit][data-act=pause]`),
		chromedp.SendKeys(`#stop [name=other]`, "专家会审"), chromedp.KeyEvent(kb.Enter),
		reads(`tr[data-service=housing-permit]`, "专家会审"))
	dimmed("housing-permit", true)
	h.picture("kiosk", "kiosk-paused", 0)
	h.touch(k, "service", "housing-permit")
	if s := h.reads(k, "trouble", "该事项暂停办理：专家会审"); s.Reason != "paused" {
		t.Errorf("the reason is %q, want paused", s.Reason)
	}
	manager.do(chromedp.Click(`[data-service=housing-permit][data-act=resume]`),
		holds(`document.querySelector("#resume").open`), chromedp.Click("#resume .main"),
		reads(`tr[data-service=housing-permit]`, "正常"))
	h.walk(k, "retry")
	permit, _ := h.ends(k)

	h.walk(k, "start", "unit vehicle")
	h.on(k, "services")
	for s := h.on(k, "services"); ; s = h.on(k, "services") {
		if _, there := s.Find("service", "licence-health"); there {
			break
		}
		h.touch(k, "next-page", "")
	}
	h.touch(k, "service", "licence-health")
	h.reads(k, "info", "本事项在各指定医院办理体检", "不需要到窗口取号")
	h.homeward(k)

	issued := arrived[contract.TicketIssued](h, contract.EvTicketIssued, 2)
	if issued[0].Number != number || issued[1].Number != permit {
		t.Errorf("issued %s and %s, want %s and %s", issued[0].Number, issued[1].Number, number, permit)
	}
	paused := arrived[contract.ServiceChanged](h, contract.EvServicePaused, 1)[0]
	if paused.Staff != "zhao" || !strings.Contains(paused.Reason, "专家会审") {
		t.Errorf("the pause at the centre: %+v", paused)
	}
	arrived[contract.ServiceChanged](h, contract.EvServiceResumed, 1)
}
