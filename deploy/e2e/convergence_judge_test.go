package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/journal"
	"hallward/devices/voice"
)

// callAgain calls one ticket after another at a window of its own and repeats
// each call twice. Every second one is called without a voice (R-ACC-07).
func (c *calling) callAgain(ctx context.Context) {
	const pause = 6200 * time.Millisecond // the least between two calls of a ticket, and a bit
	ask := func(what string) (contract.WindowAnswer, error) {
		return c.desk.Ask(c.t.Context(), what, contract.WindowRef{Window: again.id})
	}
	for n := 0; ctx.Err() == nil; n++ {
		for i, what := range []string{contract.AskWindowNext, contract.AskWindowRecall, contract.AskWindowRecall, contract.AskWindowNoShow} {
			c.halls.RLock()
			var err error
			if i == 0 {
				var t contract.Ticket
				if t, err = c.ticket(again.service, n%2 == 1); err == nil {
					c.mu.Lock()
					c.made[t.Number] = newMade(t.Number, again, -1)
					c.made[t.Number].silent = n%2 == 1
					c.mu.Unlock()
				}
			}
			if err == nil {
				_, err = ask(what)
			}
			c.halls.RUnlock()
			if err != nil {
				c.t.Errorf("window %s: %s: %v", again.id, what, err)
				return
			}
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return
			}
		}
	}
}

// voices reads on in what each zone has heard, until it has the calls that were
// made, or the hall says that one was not spoken.
func (c *calling) voices(made ...*made) {
	c.t.Helper()
	until(c.t, 90*time.Second, fmt.Sprintf("batch %d: the voices", c.batch), func() error {
		list, err := c.timeline(len(c.heard["east"]))
		if err != nil {
			return err
		}
		c.heard["east"] = append(c.heard["east"], list...)
		var after time.Time
		if west := c.heard["west"]; len(west) > 0 {
			after = west[len(west)-1].at
		}
		if list, err = c.chip(after); err != nil {
			return err
		}
		for _, u := range list {
			// An answer of the chip that is lost makes the driver ask whether it
			// speaks, and send the text again when it does not. A real chip speaks
			// for seconds and says yes; one that needs 1 ms for a syllable is through.
			if west := c.heard["west"]; len(west) > 0 && west[len(west)-1].words == u.words {
				west[len(west)-1].at = u.at
				c.resent++
				continue
			}
			c.heard["west"] = append(c.heard["west"], u)
		}
		for _, m := range made {
			words := inWords(m)
			if !slices.ContainsFunc(recent(c.heard[m.at.zone]), func(u utterance) bool { return strings.HasPrefix(u.words, words) }) &&
				!strings.Contains(c.said("hall"), "number="+m.number+" reason=") {
				return fmt.Errorf("%s is not spoken in the %s", m.number, m.at.zone)
			}
		}
		return nil
	})
}

// recent is the end of what was heard.
func recent(list []utterance) []utterance { return list[max(0, len(list)-50):] }

// digits as they are read out one by one.
var digits = strings.NewReplacer("0", "零", "1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九")

// values are the labels of the windows as they are read out.
var values = map[string]string{"1": "一", "2": "二", "3": "三", "7": "七", "9": "九", "10": "十", "12": "十二", "36": "三十六", "88": "八十八",
	"101": "一百零一", "208": "二百零八"}

// inWords is what a voice says of a call, without spaces.
func inWords(m *made) string {
	return "请" + digits.Replace(m.number) + "号到" + values[m.at.label] + "号窗口"
}

// ordered is a call as the hall's disk has it.
type ordered struct {
	call   uint64
	number string
	window string
	at     time.Time
	recall bool
}

// verdict counts what was compared.
type verdict struct {
	calls, recalls, silent, drawn, announced, spoken, unspoken, doubted int
}

// judge holds the hall's disk against what every display has drawn and
// announced and what every voice has said.
func (c *calling) judge(took time.Duration) {
	c.t.Helper()
	calls, unspoken := c.journal()
	v := c.compare(calls, unspoken)
	if most := 1 + v.calls/1000; v.doubted > most {
		c.wrong("west: %d calls were heard although the hall noted that no voice spoke them, more than %d", v.doubted, most)
	}
	for _, w := range c.wrongs {
		c.t.Error(w)
	}
	c.control(calls, unspoken)
	c.report(v, took)
}

// wrong is a complaint of the judge.
func (c *calling) wrong(format string, args ...any) {
	c.wrongs = append(c.wrongs, fmt.Sprintf(format, args...))
}

// compare holds what was drawn, announced and spoken against the hall's calls.
func (c *calling) compare(calls []ordered, unspoken map[string]map[uint64]string) (v verdict) {
	for _, o := range calls {
		if o.recall {
			v.recalls++
		} else {
			v.calls++
		}
		if m := c.made[o.number]; m != nil && m.silent {
			v.silent++
		}
	}
	for _, s := range c.screens {
		c.judgeScreen(s, calls, &v)
	}
	for _, zone := range zonesOfCalls {
		c.judgeVoice(zone, calls, unspoken, &v)
	}
	return v
}

// journal gives the calls of the hall's disk in their order, and the calls that
// were not spoken, by zone.
func (c *calling) journal() (calls []ordered, unspoken map[string]map[uint64]string) {
	c.t.Helper()
	j, err := journal.Open(filepath.Join(c.dir, "data", "hall", "hall.db"), &journal.Options{Hall: hallID, Node: "hall"})
	if err != nil {
		c.t.Fatal(err)
	}
	defer j.Close()
	numbers, unspoken := map[string]string{}, map[string]map[uint64]string{}
	err = j.Replay(context.Background(), 0, func(e contract.Event) error {
		var d struct {
			Ticket, Number, Window, Zone, Reason string
			Call                                 uint64
		}
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return nil // no event that is asked for here
		}
		switch e.Type {
		case contract.EvTicketIssued:
			numbers[d.Ticket] = d.Number
		case contract.EvTicketCalled, contract.EvTicketRecalled:
			calls = append(calls, ordered{d.Call, numbers[d.Ticket], d.Window, e.Time, e.Type == contract.EvTicketRecalled})
		case contract.EvCallUnspoken:
			if unspoken[d.Zone] == nil {
				unspoken[d.Zone] = map[uint64]string{}
			}
			unspoken[d.Zone][d.Call] = d.Reason
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, o := range calls {
		if o.call != uint64(i+1) {
			c.wrong("call %d of the hall has the number %d", i+1, o.call)
		}
		if m := c.made[o.number]; m == nil || m.at.id != o.window {
			c.wrong("call %d: %s at %s, which no window asked for", o.call, o.number, o.window)
		}
		if seen[o.number] != o.recall {
			c.wrong("call %d: %s, recall %v, was called before: %v", o.call, o.number, o.recall, seen[o.number])
		}
		seen[o.number] = true
	}
	if len(seen) != len(c.made) {
		c.wrong("the hall has called %d numbers, the windows %d", len(seen), len(c.made))
	}
	return calls, unspoken
}

// old is when nobody wants to hear of a call any more.
const old = 70 * time.Second

// judgeScreen: every call that belongs on the screen was drawn, unless the
// screen was away, with its number and window; announced were calls in their
// order, none of them old.
func (c *calling) judgeScreen(s *screen, calls []ordered, v *verdict) {
	c.t.Helper()
	left := map[uint64]*drawing{}
	for call, d := range s.drawn {
		left[call] = d
	}
	var announced []*drawing
	made := map[uint64]time.Time{}
	for _, o := range calls {
		d := left[o.call]
		delete(left, o.call)
		m := c.made[o.number]
		switch {
		case m == nil:
		case !s.shows(m.at):
			if d != nil {
				c.wrong("%s (%s) has drawn call %d of window %s", s.name, s.kind(), o.call, o.window)
			}
		case d == nil && !s.wasAway(o.at):
			c.wrong("%s (%s) has not drawn call %d, %s at %s", s.name, s.kind(), o.call, o.number, o.window)
		case d == nil:
		case d.Number != o.number || d.Window != m.at.label+"号窗口":
			c.wrong("%s: call %d is %s at %s, it has drawn %s at %s", s.name, o.call, o.number, o.window, d.Number, d.Window)
		default:
			v.drawn++
			made[o.call] = o.at
			if !d.Announced.IsZero() {
				v.announced++
				announced = append(announced, d)
			}
		}
	}
	for call, d := range left {
		c.wrong("%s: call %d, %s, is not one of the hall", s.name, call, d.Number)
	}
	slices.SortStableFunc(announced, func(a, b *drawing) int { return a.Announced.Compare(b.Announced) })
	for i, d := range announced {
		if i > 0 && s.window == "" && d.Call < announced[i-1].Call {
			c.wrong("%s has announced call %d after call %d", s.name, d.Call, announced[i-1].Call)
		}
		if age := d.Announced.Sub(made[d.Call]); age > old {
			c.wrong("%s (%s) has announced call %d when it was %v old", s.name, s.kind(), d.Call, age)
		}
	}
}

// wasAway tells whether a display was away at a time, or about then.
func (s *screen) wasAway(at time.Time) bool {
	return slices.ContainsFunc(s.away, func(a [2]time.Time) bool {
		return at.After(a[0].Add(-2*time.Second)) && (a[1].IsZero() || at.Before(a[1].Add(time.Second)))
	})
}

// judgeVoice: each call of a zone that is not silent was spoken once, in the
// right words and in order, recalls among themselves; or the hall's disk says
// why it was not.
func (c *calling) judgeVoice(zone string, calls []ordered, unspoken map[string]map[uint64]string, v *verdict) {
	c.t.Helper()
	byWords := map[string]uint64{}
	for _, o := range calls {
		if m := c.made[o.number]; m != nil && !o.recall {
			byWords[inWords(m)+"办理"] = o.call
		}
	}
	at := map[uint64]int{}
	for i, u := range c.heard[zone] {
		if u.call == 0 {
			u.call = byWords[u.words]
		}
		if before, twice := at[u.call]; twice {
			c.wrong("%s: call %d is spoken twice, as number %d and %d", zone, u.call, before, i)
		}
		at[u.call] = i
	}
	last := map[bool]int{false: -1, true: -1} // first calls, recalls
	for _, o := range calls {
		m := c.made[o.number]
		i, heard := at[o.call]
		delete(at, o.call)
		reason := unspoken[zone][o.call]
		switch {
		case m == nil:
		case m.at.zone != zone || m.silent:
			if heard {
				c.wrong("%s: call %d, %s, is spoken there (silent: %v)", zone, o.call, o.number, m.silent)
			}
		case !heard && reason != "":
			v.unspoken++
		case !heard:
			c.wrong("%s: call %d, %s, is not spoken, and nothing says why", zone, o.call, o.number)
		case reason == voice.UnspokenVoice && zone == "west":
			// The chip was heard, its answers were lost on a line that had no
			// time for them: the hall says that it does not know of it.
			v.doubted++
		case reason != "":
			c.wrong("%s: call %d, %s, is spoken and not (%s)", zone, o.call, o.number, reason)
		default:
			v.spoken++
			if words := c.heard[zone][i].words; !strings.HasPrefix(words, inWords(m)) {
				c.wrong("%s: call %d, %s: %q", zone, o.call, o.number, words)
			}
			if i < last[o.recall] {
				c.wrong("%s: call %d, %s, is spoken before an earlier one", zone, o.call, o.number)
			}
			last[o.recall] = i
		}
	}
	for call := range at {
		c.wrong("%s: call %d is spoken and not one of the hall", zone, call)
	}
}
