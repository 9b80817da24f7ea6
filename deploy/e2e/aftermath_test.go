package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hallward/deploy/e2e/judge"
	"hallward/devices/contract"
	"hallward/devices/journal"
	"hallward/devices/sim/printer"
	"hallward/kiosk/flow"
)

// recover mends everything and waits until everybody is well.
func (c *chaos) recover() {
	c.t.Helper()
	for _, l := range c.due {
		l.do()
	}
	c.due = nil
	for _, w := range c.wires {
		w.mend()
	}
	for _, name := range []string{"centre", "hallsim", "hall"} {
		c.mustRun(name)
		c.well(name)
	}
	for _, id := range []string{"kiosk-1", "kiosk-2"} {
		for name := range printer.Switches {
			c.set(id, name, false)
		}
	}
	for process, k := range c.kiosks {
		c.mustRun(process)
		k.shows(30*time.Second, "well again", headlessState.well)
	}
	// Everything works again: a number is given on each kiosk.
	for _, k := range c.kiosks {
		had := len(k.notes(c.t))
		until(c.t, 20*time.Second, k.name+" gives numbers again", func() error {
			for _, n := range k.notes(c.t)[had:] {
				if n.What == "kept" {
					return nil
				}
			}
			return errors.New("none yet")
		})
		c.order(k, "rest")
	}
}

// drain lets everything come to rest, stops the hall and the kiosks in order,
// and gives the events of the hall's disk, which are those of the centre.
func (c *chaos) drain() []contract.Event {
	c.t.Helper()
	for _, k := range c.kiosks {
		k.shows(40*time.Second, "everything reported", func(s headlessState) bool {
			return s.Screen == flow.Attract && s.Open == 0 && s.First == s.Last+1
		})
	}
	// No number stays unconfirmed for longer than confirm_within (10 s).
	if err := within(40*time.Second, func() error {
		events, err := c.events()
		if err != nil {
			return err
		}
		if left := judge.Give(events).In(judge.Pending); len(left) > 0 {
			return fmt.Errorf("pending: %v", left)
		}
		return nil
	}); err != nil {
		c.wrong("other", "not every number is confirmed or void at the centre: %v", err)
	}
	c.look()
	marks := map[string]uint64{}
	for process, k := range c.kiosks {
		c.stop(process)
		j, err := journal.Open(filepath.Join(k.data, "kiosk.db"), &journal.Options{Hall: hallID, Node: k.name, Outbox: true})
		if err != nil {
			c.t.Fatal(err)
		}
		marks[k.name] = j.Last()
		if open, err := j.Facts("print/"); err != nil || len(open) > 0 || j.First() != j.Last()+1 {
			c.wrong("other", "%s: prints left open %v, events left %d of %d: %v", k.name, open, j.First(), j.Last(), err)
		}
		if err := j.Close(); err != nil {
			c.t.Error(err)
		}
	}
	return c.compare(marks)
}

// wrong is something that must not be, of one of these kinds: "lost", "doubled",
// "ghost" or "other".
func (c *chaos) wrong(kind, format string, args ...any) {
	c.t.Helper()
	c.wrongs[kind]++
	c.t.Errorf(kind+": "+format, args...)
}

// kindOf sorts a complaint of the judge.
func kindOf(complaint string) string {
	for _, k := range []struct{ word, kind string }{{"ghost", "ghost"}, {"twice", "doubled"}, {"second time", "doubled"}, {"in hand", "doubled"}} {
		if strings.Contains(complaint, k.word) {
			return k.kind
		}
	}
	return "other"
}

// judge holds the account against what kiosks and clerks were told, and gives
// how many answers the windows had.
func (c *chaos) judge(a *judge.Account) (confirmed int) {
	c.t.Helper()
	for _, s := range a.Complaints {
		c.wrong(kindOf(s), "%s", s)
	}
	took, begun, kept := 0, 0, 0
	for _, k := range c.kiosks {
		for _, n := range k.notes(c.t) {
			t := a.Tickets[n.Ticket]
			if t == nil {
				c.wrong("lost", "%s: ticket %s %s, %s at %v, is not at the centre", k.name, n.Ticket, n.Number, n.What, n.At)
				continue
			}
			if n.Number != "" && t.Issued.Number != n.Number {
				c.wrong("other", "%s: ticket %s is number %s there, %s at the centre", k.name, n.Ticket, n.Number, t.Issued.Number)
			}
			switch n.What {
			case "took":
				took++
			case "begun":
				begun++
				if t.Proof == "" && len(t.Unproved) == 0 && t.At != judge.Void {
					c.wrong("lost", "%s: the print of %s has begun and has no end: %+v", k.name, t.Issued.Number, t)
				}
			case "kept":
				kept++
				if t.Proof == "" {
					c.wrong("lost", "%s: a citizen left with %s, which nobody has confirmed: %+v", k.name, t.Issued.Number, t)
				}
			}
		}
	}
	confirmed = checkConfirmed(a, c.clerks, func(format string, args ...any) { c.wrong("lost", format, args...) })
	c.t.Logf("%v; %d numbers acknowledged, %d prints begun, %d numbers kept; faults %v", a, took, begun, kept, c.count)
	return confirmed
}

// result is the line that chaos.sh reads.
func (c *chaos) result(a *judge.Account, confirmed, events int) {
	offline := 0
	for _, t := range a.Tickets {
		if t.Issued.Offline {
			offline++
		}
	}
	c.t.Logf("result: seed=%s kills=%d hall=%d kiosks=%d alone=%d printers=%d centre=%d cables=%d troubles=%d tickets=%d offline=%d papers=%d calls=%d confirmed=%d events=%d lost=%d doubled=%d ghosts=%d other=%d",
		c.seed(), c.kills, c.count["kill hall"], c.count["kill kiosk"], c.count["alone"], c.count["kill hallsim"], c.count["kill centre"],
		c.count["cable"], c.count["printer"], len(a.Tickets), offline, len(c.papers), a.Call, confirmed, events,
		c.wrongs["lost"], c.wrongs["doubled"], c.wrongs["ghost"], c.wrongs["other"])
}

// judgePapers reads the papers that came out: each number on one paper only,
// and with the ticket that it belongs to; and a paper for each number of which
// the printer's word was taken.
func (c *chaos) judgePapers(a *judge.Account) {
	c.t.Helper()
	byNumber := map[string]*judge.Told{}
	for _, t := range a.Tickets {
		byNumber[t.Issued.Number] = t
	}
	printed := map[string]string{} // ticket → paper
	for name, p := range c.papers {
		if p.Cut == "torn" {
			continue
		}
		// Below the remains of a slip that lost its power stands the next one:
		// the paper belongs to the last number on it.
		number := ""
		for _, line := range p.Lines {
			if byNumber[line] != nil {
				number = line
			}
		}
		if len(p.Codes) == 0 || number == "" {
			continue // half a slip: the power or the paper ended within it
		}
		ticket := p.Codes[len(p.Codes)-1]
		ticket = ticket[strings.LastIndexByte(ticket, '/')+1:]
		t := a.Tickets[ticket]
		if t == nil || number != t.Issued.Number {
			c.wrong("doubled", "paper %s has the number %q and the code of ticket %s: %q", name, number, ticket, p.Lines)
			continue
		}
		if other := printed[ticket]; other != "" {
			c.wrong("doubled", "number %s came out twice, as %s and %s", number, other, name)
		}
		printed[ticket] = name
	}
	for id, t := range a.Tickets {
		unseen := slices.ContainsFunc(c.blind, func(b [2]time.Time) bool { return t.Proved.After(b[0]) && t.Issued.At.Before(b[1]) })
		if (t.Proof == "printed" || t.Proof == "consumed") && printed[id] == "" && !unseen {
			c.wrong("other", "number %s has the proof %q at %v, and no paper: %s", t.Issued.Number, t.Proof, t.Proved, marshalled(t.Issued))
			for name, p := range c.papers {
				if near := p.Done.Sub(t.Proved).Abs(); strings.HasPrefix(name, t.Issued.Kiosk+"/") && near < 2*time.Second {
					c.t.Logf("paper %s, %s at %v: %q %q", name, p.Cut, p.Done.UTC(), p.Lines, p.Codes)
				}
			}
		}
	}
}

func marshalled(v any) string {
	b, _ := json.Marshal(v) // of the contract's own types
	return string(b)
}
