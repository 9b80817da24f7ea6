package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// atTheDesk is a morning at window 2: somebody without a ticket (R-ACC-07), a
// wrong service, what came of it; an announced walk-in who does not come, however
// often they are called; the next by itself; a call by eye only; a transfer and a
// void number.
func (s *shift) atTheDesk() {
	here := contract.WindowRef{Window: "w02"}
	s.signsIn(s.people, "w02", "1003")
	s.records(contract.EvWindowSignedIn, "window", "w02", "staff", "sun")

	first := s.walksIn()
	s.overdoes()

	s.asks(contract.AskWindowSet, contract.SetWindow{Window: "w02", Auto: true})
	s.records(contract.EvWindowSet, "window", "w02", "staff", "sun", "auto_next", true)
	a, b := s.takes("housing-rent"), s.takes("housing-rent")
	quiet, err := s.people.Node.Ask(s.t.Context(), contract.AskTicketQuiet, contract.QuietTicket{Window: "w02", Number: b.Number, Silent: true})
	if err != nil || quiet.Error != nil {
		s.t.Fatal(quiet.Error, err)
	}
	s.records(contract.EvTicketQuieted, "ticket", b.Ticket, "silent", true, "window", "w02", "staff", "sun")
	s.call(s.people, "w02", a.Number)
	s.hears(a.Number, 2, 1)
	if after := s.served(s.people, "w02"); after.Ticket == nil || after.Ticket.Number != b.Number || after.Ticket.State != "called" {
		s.t.Fatalf("finish with next-after-finish leaves %+v, want %s", after.Ticket, b.Number)
	}
	s.records(contract.EvTicketCalled, "ticket", b.Ticket, "window", "w02", "staff", "sun")
	s.calls(b.Number, "2号窗口")
	s.strip(2, b.Number)

	s.asks(contract.AskWindowSet, contract.SetWindow{Window: "w02"})
	s.records(contract.EvWindowSet, "window", "w02", "staff", "sun", "auto_next", false)
	c, d := s.takes("housing-rent"), s.takes("housing-rent")
	if after := s.served(s.people, "w02"); after.Ticket != nil {
		s.t.Errorf("finish without next-after-finish leaves %+v", after.Ticket)
	}
	s.call(s.people, "w02", c.Number)
	s.hears(c.Number, 2, 1) // after it nothing of a call before can come
	for _, number := range []string{first, b.Number} {
		s.hears(number, 2, 0)
	}

	s.signsIn(s.people, "w03", "1004")
	s.asks(contract.AskWindowTransfer, contract.Transfer{Window: "w02", ToWindow: "w03"})
	s.records(contract.EvTicketTransferred, "ticket", c.Ticket, "from", "w02", "window", "w03", "staff", "sun")
	s.call(s.people, "w03", c.Number)
	s.served(s.people, "w03")
	s.asks(contract.AskWindowVoid, contract.WindowRef{Window: "w02", Number: d.Number})
	s.records(contract.EvTicketVoided, "ticket", d.Ticket, "reason", "staff", "window", "w02", "staff", "sun")
	for window, staff := range map[string]string{"w02": "sun", "w03": "li"} {
		here.Window = window
		s.asks(contract.AskWindowSignOut, here)
		s.records(contract.EvWindowSignedOut, "window", window, "staff", staff)
	}
}

// walksIn serves somebody without a ticket, for another service than they first
// said, and says what came of it.
func (s *shift) walksIn() (number string) {
	a := s.asks(contract.AskWindowWalkIn, contract.WalkIn{Window: "w02", Service: "housing-rent"})
	if a.Ticket == nil || a.Ticket.State != "serving" {
		s.t.Fatalf("a walk-in: %+v", a)
	}
	ticket := a.Ticket.Ticket
	s.records(contract.EvTicketIssued, "ticket", ticket, "walk_in", "w02", "service", "housing-rent")
	s.records(contract.EvTicketStarted, "ticket", ticket, "staff", "sun")
	a = s.asks(contract.AskWindowCorrect, contract.Correct{Window: "w02", Service: "housing-permit", Expect: a.Ticket.Number})
	if a.Ticket == nil || a.Ticket.Service != "housing-permit" {
		s.t.Errorf("after the correction: %+v", a.Ticket)
	}
	s.records(contract.EvTicketCorrected, "ticket", ticket, "from", "housing-rent", "service", "housing-permit", "staff", "sun")
	s.strip(2, "正在为"+a.Ticket.Number+"号办理")
	outcome := contract.Outcome{Done: []string{"housing-permit", "housing-rent"}, Case: "建2026-0031", Result: "supplement", Note: "缺规划许可证"}
	s.asks(contract.AskWindowFinish, contract.WindowRef{Window: "w02", Outcome: outcome})
	s.records(contract.EvTicketFinished, "ticket", ticket, "staff", "sun", "outcome", outcome)
	return a.Ticket.Number
}

// overdoes calls a walk-in who is not there yet again and again, until the hall
// says that it is enough.
func (s *shift) overdoes() {
	here := contract.WindowRef{Window: "w02"}
	a := s.asks(contract.AskWindowWalkIn, contract.WalkIn{Window: "w02", Service: "housing-rent", Call: true})
	if a.Ticket == nil || a.Ticket.State != "called" {
		s.t.Fatalf("a walk-in who is called: %+v", a)
	}
	ticket, number := a.Ticket.Ticket, a.Ticket.Number
	s.records(contract.EvTicketCalled, "ticket", ticket, "window", "w02", "staff", "sun")
	s.calls(number, "2号窗口")
	s.strip(2, number)
	s.hears(number, 2, 1)
	const every = 2 * time.Second // as the hall is set up
	for recalls := 1; recalls <= 2; recalls++ {
		asked, tooSoon := time.Now(), 0
		until(s.t, limit, fmt.Sprintf("recall %d", recalls), func() error {
			_, err := s.people.Ask(s.t.Context(), contract.AskWindowRecall, here)
			var no *contract.Problem
			if errors.As(err, &no) && no.Code == hall.RecallTooSoon {
				tooSoon++
			}
			return err
		})
		if recalls == 2 && tooSoon == 0 && time.Since(asked) < every {
			s.t.Errorf("a recall at once, after %v", time.Since(asked))
		}
	}
	s.records(contract.EvTicketRecalled, "ticket", ticket, "window", "w02", "staff", "sun")
	s.refused(hall.RecallLimit, contract.AskWindowRecall, here)
	s.asks(contract.AskWindowNoShow, here)
	s.records(contract.EvTicketMissed, "ticket", ticket, "window", "w02", "staff", "sun")
}

// signingIn: a card that the hall does not know, a card of 1003, a wrong PIN and
// that of 1004, each at the first page of the console; what was read or typed is
// on no page, in no file and in no log (R-WIN-01).
func (s *shift) signingIn() {
	const card, other = "04A1B2C3", "04FFEE99"
	p := s.console
	reads := func(number, until string) {
		s.t.Helper()
		p.do(chromedp.Navigate(s.url(consolePort)+"/?window=w03"),
			holds(`!!document.activeElement?.matches("input[name=number]")`),
			chromedp.KeyEvent(number+kb.Enter),
			// Keys that come slowly are a person's: Enter goes on to the PIN.
			holds(`(() => { const a = document.activeElement;
				if (a?.name === "pin" && !window.entered) { window.entered = true; a.form.requestSubmit(); }
				return `+until+`})()`))
	}
	problem := func(words string) string {
		return fmt.Sprintf(`!!document.querySelector(".problem")?.innerText.includes(%q)`, words)
	}
	reads(other, problem("未能识别该工作证"))
	p.do(holds(`!document.documentElement.outerHTML.includes("` + other + `")`))
	s.records(contract.EvStaffRefused, "window", "w03", "reason", hall.WrongCard, "staff", "")
	reads(card, `document.body.innerText.includes("孙样例") && location.pathname === "/window/w03"`)
	s.records(contract.EvWindowSignedIn, "window", "w03", "staff", "sun")
	s.strip(3, "3号窗口 欢迎您")
	s.asks(contract.AskWindowSignOut, contract.WindowRef{Window: "w03"})

	p.do(chromedp.Navigate(s.url(consolePort)+"/?window=w03"),
		holds(`!!document.activeElement?.matches("input[name=number]")`),
		chromedp.KeyEvent("1004"+kb.Tab+"0000"+kb.Enter), holds(problem("工号或密码不正确")))
	s.records(contract.EvStaffRefused, "window", "w03", "reason", hall.WrongPIN, "staff", "li")
	p.signIn("w03", "1004")
	s.records(contract.EvWindowSignedIn, "window", "w03", "staff", "li")
	s.asks(contract.AskWindowSignOut, contract.WindowRef{Window: "w03"})

	files := 0
	for _, top := range []string{"data", "logs"} {
		err := filepath.WalkDir(filepath.Join(s.dir, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			b, err := os.ReadFile(path)
			files++
			for _, secret := range []string{card, other} {
				if bytes.Contains(bytes.ToUpper(b), []byte(secret)) {
					s.t.Errorf("%s tells of the card %s", strings.TrimPrefix(path, s.dir), secret)
				}
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a file of the database that has gone meanwhile
			s.t.Fatal(err)
		}
	}
	if files < 5 {
		s.t.Errorf("only %d files were looked at", files)
	}
}
