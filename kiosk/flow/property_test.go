package flow

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
)

var touches = []Touch{Start, Unit, Service, Units, TopList, NextPage, PrevPage, Back, ToHome, Language,
	TextSize, AskHelp, MoreTime, OnScreen, Noted, GiveUp, Retry, Finish, "nonsense"}

// Whatever happens in whatever order: the machine stays on its screens, a way
// out or a person is always there, no page has more than eight choices, a
// number is asked for at most once at a time, and a print belongs to the number
// that was asked for.
func TestAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := hall()
		s := whole
		ids := 0
		var under string // the request that waits for its answer
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			var e Event
			ids++
			fresh := "ID" + string(rune('A'+ids%26)) + string(rune('a'+ids/26))
			now := s.Now
			switch rapid.IntRange(0, 11).Draw(t, "kind") {
			case 0, 1, 2, 3, 4:
				offered := append(slices.Clone(s.Offers()), rapid.SampledFrom(touches).Draw(t, "any"))
				e = Tap{Touch: rapid.SampledFrom(offered).Draw(t, "touch"),
					Arg: rapid.SampledFrom([]string{"u0", "u1", "s1", "s3", "", "zz"}).Draw(t, "arg"), Fresh: fresh}
			case 5:
				now = now.Add(time.Duration(rapid.IntRange(-60, 90).Draw(t, "seconds")) * time.Second)
				e = Tick{}
			case 6:
				e = Online(rapid.Bool().Draw(t, "online"))
			case 7:
				e = Printer{Ready: rapid.Bool().Draw(t, "ready"), Fault: rapid.SampledFrom([]string{"", "paper-out", "cutter", "silent"}).Draw(t, "fault")}
			case 8:
				c := whole.Catalogue
				c.Services = c.Services[:rapid.IntRange(0, len(c.Services)).Draw(t, "services")]
				e = CatalogueView(c)
			case 9:
				a := answer(under)
				a.Answer.Result = rapid.SampledFrom([]string{contract.ResultOK, contract.ResultRefused, contract.ResultFailed}).Draw(t, "result")
				a.Fresh = fresh
				e = a
			case 10:
				e = Printed{Ticket: under}
			case 11:
				e = PrintFailed{Ticket: under, Fault: "paper-out", Maybe: rapid.Bool().Draw(t, "maybe")}
			}
			was := s
			var eff []Effect
			s, eff = s.Next(now, e)
			for _, f := range eff {
				switch f := f.(type) {
				case Ask:
					if f.ID == "" || f.For <= 0 {
						t.Fatalf("%T %+v: request %+v without id or limit", e, e, f)
					}
					if f.Type == contract.AskTicketTake {
						if was.Screen == Taking {
							t.Fatalf("asked for a second number while the first is under way")
						}
						under = f.ID
					}
				case Print:
					if f.Ticket.Ticket != under {
						t.Fatalf("prints %s, asked for %s", f.Ticket.Ticket, under)
					}
				}
			}
			check(t, s)
		}
		// Left alone, every machine comes back to the attract screen.
		for range 4 {
			s = later(s, s.Times.Idle+s.Times.Print)
		}
		if s.Face() != Attract || s.Lang != Chinese || s.Ticket != nil {
			t.Fatalf("left alone it stays on %s", s.Face())
		}
	})
}

func check(t *rapid.T, s State) {
	face := s.Face()
	if !slices.Contains(Screens, face) {
		t.Fatalf("on %q, which is no screen", face)
	}
	if s.Screen == Trouble && !slices.Contains(Reasons, s.Reason) {
		t.Fatalf("trouble for %q, which is no reason", s.Reason)
	}
	if len(s.UnitsShown()) > PerPage || len(s.ServicesShown()) > PerPage {
		t.Fatal("more than eight choices on a page")
	}
	list := s.Screen == Home || s.Screen == Top || s.Screen == Services
	if list && (s.Page < 0 || s.Page >= s.Pages()) {
		t.Fatalf("page %d of %d", s.Page, s.Pages())
	}
	if (s.Screen == Done || s.Screen == Unprinted || s.Screen == Printing || s.Screen == Noting) && s.Ticket == nil {
		t.Fatalf("on %s without a ticket", s.Screen)
	}
	offers := s.Offers()
	switch face {
	case Taking, Printing, Noting:
		if s.Until.Sub(s.Now) > s.Times.Print {
			t.Fatalf("%s does not end by itself", face)
		}
	case Attract:
	default:
		out := slices.Contains(offers, ToHome) || slices.Contains(offers, Finish) || slices.Contains(offers, GiveUp) || slices.Contains(offers, Back)
		person := face == Help || face == Idle || slices.Contains(offers, AskHelp)
		if !person {
			t.Fatalf("no person to ask on %s: %v", face, offers)
		}
		if !out {
			t.Fatalf("no way out of %s: %v", face, offers)
		}
	}
	if _, shown := s.Left(); !shown && len(offers) > 0 && face != Attract {
		t.Fatalf("%s shows no countdown", face)
	}
}
