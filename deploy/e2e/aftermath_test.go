package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

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
	until(c.t, 40*time.Second, "every number is confirmed or void at the centre", func() error {
		events, err := c.events()
		if err != nil {
			return err
		}
		if left := give(events).in(pending); len(left) > 0 {
			return fmt.Errorf("pending: %v", left)
		}
		return nil
	})
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
			c.t.Errorf("%s: prints left open %v, events left %d of %d: %v", k.name, open, j.First(), j.Last(), err)
		}
		if err := j.Close(); err != nil {
			c.t.Error(err)
		}
	}
	return c.compare(marks)
}

// judge holds the account against what kiosks and clerks were told.
func (c *chaos) judge(a *account) {
	c.t.Helper()
	for _, s := range a.complaints {
		c.t.Error(s)
	}
	took, begun, kept := 0, 0, 0
	for _, k := range c.kiosks {
		for _, n := range k.notes(c.t) {
			t := a.tickets[n.Ticket]
			if t == nil {
				c.t.Errorf("%s: ticket %s, %s at %v, is not at the centre", k.name, n.Ticket, n.What, n.At)
				continue
			}
			if n.Number != "" && t.issued.Number != n.Number {
				c.t.Errorf("%s: ticket %s is number %s there, %s at the centre", k.name, n.Ticket, n.Number, t.issued.Number)
			}
			switch n.What {
			case "took":
				took++
			case "begun":
				begun++
				if t.proof == "" && len(t.unproved) == 0 && t.at != void {
					c.t.Errorf("%s: the print of %s has begun and has no end: %+v", k.name, t.issued.Number, t)
				}
			case "kept":
				kept++
				if t.proof == "" {
					c.t.Errorf("%s: a citizen left with %s, which nobody has confirmed: %+v", k.name, t.issued.Number, t)
				}
			}
		}
	}
	n := checkConfirmed(c.t, a, c.clerks)
	c.t.Logf("%d numbers acknowledged, %d prints begun, %d numbers kept, %d answers to windows", took, begun, kept, n)
}

// judgePapers reads the papers that came out: each number on one paper only,
// and with the ticket that it belongs to; and a paper for each number of which
// the printer's word was taken.
func (c *chaos) judgePapers(a *account) {
	c.t.Helper()
	byNumber := map[string]*told{}
	for _, t := range a.tickets {
		byNumber[t.issued.Number] = t
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
		t := a.tickets[ticket]
		if t == nil || number != t.issued.Number {
			c.t.Errorf("paper %s has the number %q and the code of ticket %s: %q", name, number, ticket, p.Lines)
			continue
		}
		if other := printed[ticket]; other != "" {
			c.t.Errorf("number %s came out twice, as %s and %s", number, other, name)
		}
		printed[ticket] = name
	}
	for id, t := range a.tickets {
		unseen := slices.ContainsFunc(c.blind, func(b [2]time.Time) bool { return t.proved.After(b[0]) && t.issued.At.Before(b[1]) })
		if (t.proof == "printed" || t.proof == "consumed") && printed[id] == "" && !unseen {
			c.t.Errorf("number %s has the proof %q at %v, and no paper: %s", t.issued.Number, t.proof, t.proved, marshalled(t.issued))
			for name, p := range c.papers {
				if near := p.Done.Sub(t.proved).Abs(); strings.HasPrefix(name, t.issued.Kiosk+"/") && near < 2*time.Second {
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
