package signage

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// Nineteen dead units, and hanging ones, do not keep the twentieth waiting for
// more than one try of theirs; and while it is called every tenth of a second,
// they are still looked for.
func TestDeadUnitsDoNotDelay(t *testing.T) {
	for _, hangs := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWall(20)
			withSigns(w, func(b *bench) {
				for u := 2; u <= 20; u++ {
					w.with(u, func(s *screen) { s.dead, s.hangs = true, hangs })
					b.set(u, 1)
				}
				bound := dieIn + 2*w.wait
				if hangs {
					bound = 2*time.Second + 2*w.wait
				}
				wait(10 * time.Minute)
				var worst time.Duration
				for n := 2; n <= 300; n++ {
					begun := time.Now()
					b.set(1, n)
					for w.look(1).newest != n {
						wait(time.Millisecond)
					}
					worst = max(worst, time.Since(begun))
					wait(100 * time.Millisecond)
				}
				if worst > bound {
					t.Errorf("hanging %v: a call waited %s, want at most %s", hangs, worst, bound)
				}
				for u := 2; u <= 20; u++ {
					if last := w.look(u).tries; time.Since(last[len(last)-1]) > 5*ProbeMax {
						t.Errorf("unit %d was last looked for %s ago", u, time.Since(last[len(last)-1]))
					}
					w.with(u, func(s *screen) { s.dead, s.hangs = false, false })
				}
				right := func() (n int) {
					for u := 2; u <= 20; u++ {
						n += w.look(u).newest
					}
					return n
				}
				back := time.Now()
				for right() == 0 && time.Since(back) < time.Minute {
					wait(10 * time.Millisecond)
				}
				if time.Since(back) > ProbeMax+time.Second {
					t.Errorf("the first was found %s after all were back", time.Since(back))
				}
				wait(2 * time.Second) // it brings the others
				if n := right(); n != 19 {
					t.Errorf("%d of 19 units are right again", n)
				}
			})
		})
	}
}

// A line that has more to show than it can is still fair: every unit gets its
// turns, and one that was dead is found.
func TestFullLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWall(5)
		withSigns(w, func(b *bench) {
			w.with(5, func(u *screen) { u.dead = true })
			for n := 1; n <= 3000; n++ { // a sign takes 40 ms, four come every 100 ms
				for u := 1; u <= 5; u++ {
					b.set(u, n)
				}
				if n == 2000 {
					w.with(5, func(u *screen) { u.dead = false })
				}
				wait(100 * time.Millisecond)
			}
			for u := 1; u <= 5; u++ {
				if s := w.look(u); s.newest < 2990 {
					t.Errorf("unit %d shows %d of 3000", u, s.newest)
				}
			}
		})
	})
}

// R-WIN-09: whatever happens, in the end every unit that is well shows its newest
// sign, none has ever shown an older one after a newer, no two orders were on the
// line at a time, and each fault that began has ended.
func TestConvergence(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		units := rapid.IntRange(1, 6).Draw(r, "units")
		type step struct {
			what, unit int
			pause      time.Duration
		}
		steps := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) step {
			return step{rapid.IntRange(0, 7).Draw(r, "what"), rapid.IntRange(1, units).Draw(r, "unit"), time.Duration(rapid.IntRange(0, 3000).Draw(r, "ms")) * time.Millisecond}
		}), 1, 60).Draw(r, "steps")
		var problems []string
		synctest.Test(t, func(*testing.T) {
			w := newWall(units)
			withSigns(w, func(b *bench) {
				newest := map[int]int{}
				for n, s := range steps {
					switch s.what {
					case 0, 1, 2:
						newest[s.unit] = n + 1
						b.set(s.unit, n+1)
					case 3:
						w.with(s.unit, func(u *screen) { u.dead = !u.dead })
					case 4:
						w.with(s.unit, func(u *screen) { u.hangs = !u.hangs })
					case 5:
						w.mu.Lock()
						w.away = !w.away
						w.mu.Unlock()
					case 6:
						for u := 1; u <= units; u++ {
							newest[u] = n + 1
							b.set(u, n+1)
						}
					case 7:
						flash := sign(n + 1)
						flash.Flash = time.Now().Add(FlashFor)
						newest[s.unit] = n + 1
						b.signs.Set(at(s.unit), flash)
					}
					wait(s.pause)
				}
				w.mu.Lock()
				w.away = false
				w.mu.Unlock()
				for u := 1; u <= units; u++ {
					w.with(u, func(s *screen) { s.dead, s.hangs = false, false })
				}
				wait(ProbeMax + 5*time.Second)
				for u := 1; u <= units; u++ {
					s := w.look(u)
					if s.newest != newest[u] || s.older || !s.shows.Flash.IsZero() {
						problems = append(problems, fmt.Sprintf("unit %d shows %+v, newest %d, older %v; want %d", u, s.shows, s.newest, s.older, newest[u]))
					}
				}
				if w.mixed {
					problems = append(problems, "two orders at a time")
				}
				on := map[string]int{}
				for _, f := range b.said() {
					name, isOn := strings.CutSuffix(f, " true")
					if on[strings.TrimSuffix(name, " false")]++; (on[strings.TrimSuffix(name, " false")]%2 == 1) != isOn {
						problems = append(problems, "reported twice: "+f)
					}
				}
				for f, n := range on {
					if n%2 != 0 {
						problems = append(problems, "it never ended: "+f)
					}
				}
			})
		})
		if len(problems) > 0 {
			r.Fatal(strings.Join(problems, "\n"))
		}
	})
}
