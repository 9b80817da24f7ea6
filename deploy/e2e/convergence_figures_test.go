package e2e

import (
	"fmt"
	"slices"
	"time"
)

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
	c.t.Logf("result: calls=%d recalls=%d silent=%d displays=%d boards=%d zones=%d windows=%d seconds=%.0f whole=%d drawn=%d announced=%d spoken=%d unspoken=%d resent=%d doubted=%d flat=%.2f",
		v.calls, v.recalls, v.silent, len(c.screens), screens["board"], screens["zone"], screens["window"], took.Seconds(), c.whole,
		v.drawn, v.announced, v.spoken, v.unspoken, c.resent, v.doubted, flat)
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
