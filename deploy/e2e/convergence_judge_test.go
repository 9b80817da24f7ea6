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
			}
		}
	}
}

// voices reads on in the timeline of each zone, until it has the calls that were
// made.
func (c *calling) voices(made ...*made) {
	c.t.Helper()
	until(c.t, 60*time.Second, fmt.Sprintf("batch %d: the voices", c.batch), func() error {
		for _, zone := range zonesOfCalls {
			list, err := c.timeline(zone, len(c.heard[zone]))
			if err != nil {
				return err
			}
			c.heard[zone] = append(c.heard[zone], list...)
		}
		for _, m := range made {
			if !slices.ContainsFunc(c.heard[m.at.zone], func(u utterance) bool { return strings.HasPrefix(u.words, inWords(m)) }) {
				return fmt.Errorf("%s is not spoken in the %s", m.number, m.at.zone)
			}
		}
		return nil
	})
}

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
	calls, recalls, silent, drawn, announced, spoken, unspoken int
}

// judge holds the hall's disk against what every display has drawn and
// announced and what every voice has said.
func (c *calling) judge(took time.Duration) {
	c.t.Helper()
	calls, unspoken := c.journal()
	var v verdict
	for _, o := range calls {
		if o.recall {
			v.recalls++
		} else {
			v.calls++
		}
		if c.made[o.number].silent {
			v.silent++
		}
	}
	for _, s := range c.screens {
		c.judgeScreen(s, calls, &v)
	}
	for _, zone := range zonesOfCalls {
		c.judgeVoice(zone, calls, unspoken, &v)
	}
	c.report(v, took)
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
			c.t.Errorf("call %d of the hall has the number %d", i+1, o.call)
		}
		if m := c.made[o.number]; m == nil || m.at.id != o.window {
			c.t.Errorf("call %d: %s at %s, which no window asked for", o.call, o.number, o.window)
		}
		if seen[o.number] != o.recall {
			c.t.Errorf("call %d: %s, recall %v, was called before: %v", o.call, o.number, o.recall, seen[o.number])
		}
		seen[o.number] = true
	}
	if len(seen) != len(c.made) {
		c.t.Errorf("the hall has called %d numbers, the windows %d", len(seen), len(c.made))
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
				c.t.Errorf("%s (%s) has drawn call %d of window %s", s.name, s.kind(), o.call, o.window)
			}
		case d == nil && !s.wasAway(o.at):
			c.t.Errorf("%s (%s) has not drawn call %d, %s at %s", s.name, s.kind(), o.call, o.number, o.window)
		case d == nil:
		case d.Number != o.number || d.Window != m.at.label+"号窗口":
			c.t.Errorf("%s: call %d is %s at %s, it has drawn %s at %s", s.name, o.call, o.number, o.window, d.Number, d.Window)
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
		c.t.Errorf("%s: call %d, %s, is not one of the hall", s.name, call, d.Number)
	}
	slices.SortStableFunc(announced, func(a, b *drawing) int { return a.Announced.Compare(b.Announced) })
	for i, d := range announced {
		if i > 0 && s.window == "" && d.Call < announced[i-1].Call {
			c.t.Errorf("%s has announced call %d after call %d", s.name, d.Call, announced[i-1].Call)
		}
		if age := d.Announced.Sub(made[d.Call]); age > old {
			c.t.Errorf("%s (%s) has announced call %d when it was %v old", s.name, s.kind(), d.Call, age)
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
	at := map[uint64]int{}
	for i, u := range c.heard[zone] {
		if before, twice := at[u.call]; twice {
			c.t.Errorf("%s: call %d is spoken twice, as number %d and %d", zone, u.call, before, i)
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
				c.t.Errorf("%s: call %d, %s, is spoken there (silent: %v)", zone, o.call, o.number, m.silent)
			}
		case !heard && reason != "":
			v.unspoken++
		case !heard:
			c.t.Errorf("%s: call %d, %s, is not spoken, and nothing says why", zone, o.call, o.number)
		case reason != "":
			c.t.Errorf("%s: call %d, %s, is spoken and not (%s)", zone, o.call, o.number, reason)
		default:
			v.spoken++
			if words := c.heard[zone][i].words; !strings.HasPrefix(words, inWords(m)) {
				c.t.Errorf("%s: call %d, %s: %q", zone, o.call, o.number, words)
			}
			if i < last[o.recall] {
				c.t.Errorf("%s: call %d, %s, is spoken before an earlier one", zone, o.call, o.number)
			}
			last[o.recall] = i
		}
	}
	for call := range at {
		c.t.Errorf("%s: call %d is spoken and not one of the hall", zone, call)
	}
}

// report says in figures what came of the run, in lines that converge.sh reads.
func (c *calling) report(v verdict, took time.Duration) {
	c.t.Helper()
	screens := map[string]int{}
	for _, s := range c.screens {
		screens[s.kind()]++
	}
	rows := c.latencies()
	flat := 0.0
	if first, last := rows[0].p50, rows[len(rows)-1].p50; first > 0 {
		flat = float64(last) / float64(first)
	}
	c.t.Logf("result: calls=%d recalls=%d silent=%d displays=%d boards=%d zones=%d windows=%d seconds=%.0f drawn=%d announced=%d spoken=%d unspoken=%d flat=%.2f",
		v.calls, v.recalls, v.silent, len(c.screens), screens["board"], screens["zone"], screens["window"], took.Seconds(),
		v.drawn, v.announced, v.spoken, v.unspoken, flat)
	for _, r := range rows {
		c.t.Logf("row: | %d–%d | %s | %s | %s | %s | %s |", r.from, r.to, ms(r.p50), ms(r.p99), ms(r.allP50), ms(r.allP99), ms(r.strips))
	}
	for _, f := range c.faults {
		c.t.Logf("fault: %s", f)
	}
	// A growing list, file or queue makes the last calls slower by far; the noise
	// of a busy machine does not.
	if len(rows) > 1 && flat > 4 {
		c.t.Errorf("the last calls take %.1f times as long as the first", flat)
	}
}

// row is the latency of some calls one after another: from the answer that the
// window has got until a display has drawn the call.
type row struct {
	from, to       int
	p50, p99       time.Duration // of each display
	allP50, allP99 time.Duration // until the last of all displays
	strips         time.Duration // until all strips were right, p50
}

// latencies are the rows of the run.
func (c *calling) latencies() []row {
	var list []*made
	for _, m := range c.made {
		if m.batch >= 0 {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b *made) int { return a.answered.Compare(b.answered) })
	drawn := make([]map[string]time.Time, len(c.screens))
	for i, s := range c.screens {
		drawn[i] = map[string]time.Time{}
		for _, d := range s.drawn {
			drawn[i][d.Number] = d.Drawn
		}
	}
	const many = 500
	var rows []row
	for from := 0; from < len(list); from += many {
		part := list[from:min(from+many, len(list))]
		if len(part) < many/2 && from > 0 {
			break
		}
		var each, all []time.Duration
		for _, m := range part {
			last := time.Duration(-1)
			for i, s := range c.screens {
				at, ok := drawn[i][m.number]
				if !ok || !s.shows(m.at) || s.wasAway(m.answered) {
					continue
				}
				took := max(0, at.Sub(m.answered))
				each, last = append(each, took), max(last, took)
			}
			if last >= 0 {
				all = append(all, last)
			}
		}
		strips := slices.Clone(c.strips[from/len(counters) : min((from+len(part))/len(counters), len(c.strips))])
		rows = append(rows, row{from: from + 1, to: from + len(part), p50: quantile(50, each), p99: quantile(99, each),
			allP50: quantile(50, all), allP99: quantile(99, all), strips: quantile(50, strips)})
	}
	return rows
}

func quantile(percent int, d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(len(d)-1, len(d)*percent/100)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
