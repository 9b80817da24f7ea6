package bubble

import (
	"fmt"
	"time"
)

// wrong notes a fault that was drawn.
func (w *world) wrong(format string, args ...any) {
	w.say(format, args...)
	w.plan = append(w.plan, fmt.Sprintf(format, args...))
}

// wait lets drawn time pass. The plan of a day ends by this sum and not by the
// clock, so that what takes its own time cannot make it longer or shorter.
func (w *world) wait(d time.Duration) {
	w.planned += d
	time.Sleep(d)
}

// fault lets something go wrong, or be mended. Durations are of the bubble.
func (w *world) fault() {
	r := w.plot
	k := w.kiosks[r.IntN(len(w.kiosks))]
	who := []string{"hall", "kiosk-1", "kiosk-2", "board-1"}[r.IntN(4)]
	switch n := r.IntN(100); {
	case n < 14:
		w.wrong("link of %s is cut", who)
		w.wires.cut(w.identity(who))
	case n < 24:
		w.wrong("link of %s swallows everything", who)
		w.wires.swallow(w.identity(who))
	case n < 34:
		away := time.Duration(5+r.IntN(180)) * time.Second
		w.wrong("%s cannot be reached for %v", who, away)
		w.wires.close(w.identity(who), true)
		time.AfterFunc(away, func() { w.wires.close(w.identity(who), false) })
	case n < 38:
		w.wrong("the broker restarts")
		w.brokerStop()
		w.wait(time.Duration(r.IntN(20_000)) * time.Millisecond)
		w.startBroker()
	case n < 52:
		w.wrong("the hall is killed")
		w.hall.kill()
		w.wait(time.Duration(r.IntN(r.IntN(90_000)+1)) * time.Millisecond)
		w.startHall()
		w.say("the hall is back")
	case n < 66:
		w.wrong("%s is killed", k.id)
		k.proc.kill()
		w.wait(time.Duration(r.IntN(8000)) * time.Millisecond)
		w.startKiosk(k)
	case n < 69:
		w.wrong("the board is switched off and on")
		w.restartBoard(w.boards[0])
	case n < 94:
		w.paper(k)
	default:
		step := time.Duration(r.IntN(1200)-600) * time.Second
		w.wrong("the hall's clock steps by %v", step)
		w.mu.Lock()
		w.skew += step
		w.mu.Unlock()
		back := time.Duration(10+r.IntN(60)) * time.Second
		time.AfterFunc(back, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.skew -= step
		})
	}
}

// paper does something to a printer, often in the middle of a slip.
func (w *world) paper(k *kiosk) {
	r := w.plot
	name := []string{"paper-out", "cover", "cutter-once", "power-off", "unplug", "silence", "xoff", "freeze", "offline"}[r.IntN(9)]
	lasts := time.Duration(2+r.IntN(90)) * time.Second
	w.wrong("printer of %s: %s for %v", k.id, name, lasts)
	if r.IntN(2) == 0 {
		_ = k.printer.After(1+r.IntN(400), name) // known names only
	} else {
		_ = k.printer.Set(name, true)
	}
	time.AfterFunc(lasts, func() {
		_ = k.printer.After(0, name)
		_ = k.printer.Set(name, false)
	})
}

// mend ends every fault: from here on nothing goes wrong any more.
func (w *world) mend() {
	w.mu.Lock()
	w.calm = true
	w.mu.Unlock()
	for _, id := range []string{"hall", "kiosk-1", "kiosk-2", "board-1"} {
		w.wires.close(w.identity(id), false)
	}
	w.say("everything is mended")
}
