package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/signage"
	"hallward/devices/voice"
	"hallward/kiosk/display/model"
)

// gear is a line of ten strips and a voice in memory. The lock is never held
// across a wait.
type gear struct {
	mu    sync.Mutex
	off   bool
	shows [10]devices.Sign
	said  []uint64
}

func (g *gear) String() string                          { return "gear" }
func (g *gear) Run(context.Context, devices.Sink) error { return errors.New("nobody runs it") }
func (g *gear) Halt() error                             { return nil }

func (g *gear) power(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.off = !on
	if g.off {
		g.shows = [10]devices.Sign{}
	}
}

// Show takes as long as a strip on a serial line, or as a driver waits for one.
func (g *gear) Show(ctx context.Context, unit int, s devices.Sign) error {
	time.Sleep(40 * time.Millisecond)
	g.mu.Lock()
	off := g.off
	if !off {
		g.shows[unit] = s
	}
	g.mu.Unlock()
	if !off {
		return nil
	}
	time.Sleep(260 * time.Millisecond)
	return errors.New("no answer")
}

// Say takes as long as an announcement.
func (g *gear) Say(ctx context.Context, _ int, a devices.Announcement) error {
	g.mu.Lock()
	off := g.off
	g.mu.Unlock()
	if off {
		return errors.New("no power")
	}
	time.Sleep(4 * time.Second)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.said = append(g.said, a.Call)
	return nil
}

// smallHall calls at ten windows, and tells a board, the strips and the voice.
type smallHall struct {
	t      *testing.T
	calls  []contract.Call // newest first
	board  *model.State
	linked bool
	signs  *signage.Signs
	zone   *voice.Zone
}

// next calls a new number at a window; the one before it there is finished.
func (h *smallHall) next(window int) {
	last := uint64(0)
	if len(h.calls) > 0 {
		last = h.calls[0].Call
	}
	id := fmt.Sprintf("w%d", window)
	for i := range h.calls {
		if h.calls[i].Window == id {
			h.calls[i].State = "finished"
		}
	}
	c := contract.Call{Call: last + 1, Number: fmt.Sprintf("A%03d", last+1), Window: id, Label: fmt.Sprint(window), Zone: "all",
		Name: contract.Text2{ZH: fmt.Sprintf("%d号窗口", window), EN: "Window"}, At: time.Now(), State: "called"}
	h.calls = append([]contract.Call{c}, h.calls[:min(len(h.calls), 19)]...)
	v := contract.Calls{Version: c.Call, Calls: slices.Clone(h.calls)}
	h.zone.Calls(v, time.Now())
	w := contract.WindowView{ID: id, Label: c.Label, Name: c.Name, State: contract.WindowOpen, Number: c.Number, Ticket: "called"}
	h.signs.Set(hall.Place{Device: "strips", Unit: window}, signage.Face(w, v.Calls, time.Now()))
	if h.linked {
		h.tellBoard()
	}
}

func (h *smallHall) tellBoard() {
	raw, err := json.Marshal(contract.Calls{Version: h.calls[0].Call, Calls: h.calls})
	if err == nil {
		err = h.board.View(contract.ViewCalls, raw, time.Now())
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// wait lets time pass and gives what the board announces meanwhile.
func (h *smallHall) wait(span time.Duration) (announced []uint64) {
	for end := time.Now().Add(span); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		h.board.Tick(time.Now())
		if c, on := h.board.OnAirNow(); on && !slices.Contains(announced, c.Call) {
			announced = append(announced, c.Call)
		}
	}
	return announced
}

// upTo are the calls from one to another.
func upTo(from, to uint64) (list []uint64) {
	for c := from; c <= to; c++ {
		list = append(list, c)
	}
	return list
}

// A board, strips and a voice that were off for an hour, in
// which six hundred people were called, are right within two seconds and
// announce nothing old; the hour's calls are each said to be unspoken; ten
// windows that press next at once then give ten announcements everywhere, in
// order (R-BOARD-02, R-WIN-09, R-VOICE-06, HALL-019).
func TestAnHourOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		strips, speaker := &gear{}, &gear{}
		quiet := slog.New(slog.DiscardHandler)
		var targets []signage.Target
		for unit := range 10 {
			targets = append(targets, signage.Target{Device: "strips", Unit: unit, Display: strips})
		}
		unspoken := map[uint64]string{}
		h := &smallHall{t: t, board: model.New(), linked: true, signs: signage.New(targets, signage.Opts{Log: quiet}),
			zone: voice.New(voice.Opts{Zone: "all", Voices: []voice.Speaker{{ID: "voice", Voice: speaker}}, Log: quiet,
				Unspoken: func(u contract.CallUnspoken) { unspoken[u.Call] = u.Reason }})}
		ctx, end := context.WithCancel(t.Context())
		var all sync.WaitGroup
		defer all.Wait()
		defer end()
		all.Go(func() { _ = h.signs.Run(ctx) })
		all.Go(func() { _ = h.zone.Run(ctx) })
		h.zone.Calls(contract.Calls{}, time.Now())
		h.board.Link(true, time.Now())
		h.next(0)
		h.wait(time.Minute)

		// An hour without power at the strips and the voice and without a link at
		// the board.
		h.board.Link(false, time.Now())
		h.linked = false
		strips.power(false)
		speaker.power(false)
		for n := range 600 {
			h.next(n % 10)
			if announced := h.wait(6 * time.Second); announced != nil {
				t.Fatalf("without the hall the board announces %v", announced)
			}
		}
		h.wait(2 * time.Minute)
		strips.power(true)
		speaker.power(true)
		h.board.Link(true, time.Now())
		h.linked = true
		h.tellBoard()

		if announced := h.wait(2 * time.Second); announced != nil {
			t.Errorf("after the hour the board announces %v", announced)
		}
		s := h.board.Screen(time.Now(), time.UTC)
		if s.Hero == nil || s.Hero.Call != 601 || len(s.Lines) != model.MostLines || s.Lines[0].Call != 600 {
			t.Errorf("after two seconds the board shows %+v, %+v", s.Hero, s.Lines)
		}
		strips.mu.Lock()
		for unit, sign := range strips.shows {
			if want := fmt.Sprintf("A%03d", 592+unit); sign.Number != want {
				t.Errorf("after two seconds strip %d shows %q, want %s", unit, sign.Number, want)
			}
		}
		strips.mu.Unlock()
		speaker.mu.Lock()
		if !slices.Equal(speaker.said, []uint64{1}) {
			t.Errorf("spoken %v", speaker.said)
		}
		speaker.mu.Unlock()
		for call := uint64(2); call <= 601; call++ {
			if unspoken[call] != voice.UnspokenVoice {
				t.Errorf("call %d was not spoken, and the reason is %q", call, unspoken[call])
			}
		}

		// Ten at once.
		for window := range 10 {
			h.next(window)
		}
		if announced := h.wait(time.Minute); !slices.Equal(announced, upTo(602, 611)) {
			t.Errorf("ten at once: the board announces %v", announced)
		}
		speaker.mu.Lock()
		defer speaker.mu.Unlock()
		if !slices.Equal(speaker.said[1:], upTo(602, 611)) {
			t.Errorf("ten at once: spoken are %v", speaker.said[1:])
		}
		strips.mu.Lock()
		defer strips.mu.Unlock()
		for unit, sign := range strips.shows {
			if want := fmt.Sprintf("A%03d", 602+unit); sign.Number != want {
				t.Errorf("ten at once: strip %d shows %q, want %s", unit, sign.Number, want)
			}
		}
	})
}
