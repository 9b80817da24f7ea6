package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/host"
	"hallward/devices/sim/keypad"
	"hallward/devices/sim/port"
)

// padLineDouble is a line of keypads that notes what its units are told. Each order
// takes as long as fifteen bytes at 9600 baud.
type padLineDouble struct {
	devices.Keypad
	dead  int // the unit whose orders hang
	away  atomic.Bool
	units int // of windows
	there int // on the line, when not all of them

	mu   sync.Mutex
	told []string
}

const orderTime = 16 * time.Millisecond

func (l *padLineDouble) say(ctx context.Context, unit int, s string) error {
	switch {
	case l.away.Load():
		return devices.ErrAway
	case l.there > 0 && unit > l.there:
		return fmt.Errorf("unit %d: %w", unit, devices.ErrNoUnit)
	case unit == l.dead:
		<-ctx.Done()
		return ctx.Err()
	}
	<-time.After(orderTime)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = append(l.told, fmt.Sprintf("%d %s", unit, s))
	return nil
}

func (l *padLineDouble) Prompt(ctx context.Context, unit int) error {
	return l.say(ctx, unit, "prompt")
}
func (l *padLineDouble) Beep(ctx context.Context, unit int) error  { return l.say(ctx, unit, "beep") }
func (l *padLineDouble) Stars(ctx context.Context, unit int) error { return l.say(ctx, unit, "stars") }
func (l *padLineDouble) ShowQueue(ctx context.Context, unit, waiting, number int) error {
	return l.say(ctx, unit, fmt.Sprintf("show %d %d", waiting, number))
}

// heard is what the units were told since the last look.
func (l *padLineDouble) heard() []string {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	told := l.told
	l.told = nil
	return told
}

// withLine runs a line of so many units in a bubble.
func withLine(t *testing.T, d *padLineDouble, do func(*testing.T, *keypads)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		setup := &hall.Setup{}
		for i := range d.units {
			setup.Windows = append(setup.Windows, hall.Window{ID: fmt.Sprintf("w%d", i+1), Keypad: i + 1})
		}
		k := newKeypads(setup, map[string]devices.Keypad{"line": d}, nil, "hall", quiet)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { k.lines[0].run(ctx, quiet); close(ended) }()
		do(t, k)
		stop()
		<-ended
	})
}

func (k *keypads) showAll(d digits) {
	for _, pads := range k.byWindow {
		for _, p := range pads {
			p.show(d)
		}
	}
}

func finished(window string) []contract.Event {
	raw, _ := json.Marshal(contract.TicketFinished{Window: window})
	return []contract.Event{{Type: contract.EvTicketFinished, Data: raw}}
}

// A finished service invites to rate, a rating that was given lights the stars,
// at the pads of its window only.
func TestKeypadsFollow(t *testing.T) {
	d := &padLineDouble{units: 2}
	withLine(t, d, func(t *testing.T, k *keypads) {
		given, _ := json.Marshal(contract.RatingGiven{Window: "w1", Level: 5})
		k.follow(finished("w1"))
		k.follow(finished("w9")) // has no keypad
		time.Sleep(time.Second)
		k.follow([]contract.Event{{Type: contract.EvRatingGiven, Data: given}, {Type: contract.EvTicketCalled, Data: given}})
		time.Sleep(time.Second)
		if got := d.heard(); !slices.Equal(slices.DeleteFunc(got, isShow), []string{"1 prompt", "1 stars"}) {
			t.Errorf("told %v", got)
		}
	})
}

func isShow(s string) bool { return strings.Contains(s, "show") }

// A new number goes out at once, a longer queue at most once a second, and only as
// it is then.
func TestDigitsAreTheLatest(t *testing.T) {
	d := &padLineDouble{units: 1}
	withLine(t, d, func(t *testing.T, k *keypads) {
		k.showAll(digits{0, -1})
		time.Sleep(100 * time.Millisecond)
		if got := d.heard(); !slices.Equal(got, []string{"1 show 0 -1"}) {
			t.Errorf("at first %v", got)
		}
		for n := range 100 {
			k.showAll(digits{n, -1})
			time.Sleep(25 * time.Millisecond)
		}
		if got := d.heard(); len(got) != 2 {
			t.Errorf("in 2.5 s %v, want two looks at the queue", got)
		}
		time.Sleep(time.Second)
		if got := d.heard(); !slices.Equal(got, []string{"1 show 99 -1"}) {
			t.Errorf("in the end %v", got)
		}
		k.showAll(digits{98, -1})
		k.showAll(digits{98, 37})
		time.Sleep(20 * time.Millisecond)
		if got := d.heard(); !slices.Equal(got, []string{"1 show 98 37"}) {
			t.Errorf("a call: %v", got)
		}
		time.Sleep(digitsAgain + time.Second)
		if got := d.heard(); !slices.Equal(got, []string{"1 show 98 37"}) {
			t.Errorf("to a pad that may have been without power: %v", got)
		}
	})
}

// 32 units on one line: one is dead and hangs every order, one babbles and is
// told so all the time. The others are told everything, in turns, and none waits
// for more than one hanging order.
func TestDeadAndBabblingUnits(t *testing.T) {
	d := &padLineDouble{units: 32, dead: 7}
	withLine(t, d, func(t *testing.T, k *keypads) {
		babbling := true
		refuse := func() {
			if babbling {
				k.refuse(padAt{"line", 9}, devices.KeyPress{Unit: 9, Key: devices.KeyCancel}, "", "test")
			}
		}
		run := func(length time.Duration) {
			for end := time.Now().Add(length); time.Now().Before(end); {
				refuse()
				time.Sleep(5 * time.Millisecond)
			}
		}
		k.showAll(digits{12, 37})
		run(orderLimit + 32*3*orderTime)
		told := d.heard()
		for u := 1; u <= 32; u++ {
			if want := fmt.Sprintf("%d show 12 37", u); u != 7 && !slices.Contains(told, want) {
				t.Errorf("unit %d was not told its digits", u)
			}
		}
		for round := range 20 { // for minutes: the dead one is tried again now and then
			u := 10 + round
			k.follow(finished(fmt.Sprintf("w%d", u)))
			run(orderLimit + 2*orderTime)
			if told := d.heard(); !slices.Contains(told, fmt.Sprintf("%d prompt", u)) {
				t.Errorf("unit %d was not told to invite: %d orders in between", u, len(told))
			}
		}
		// Digits of all change: nobody waits for long while one hangs.
		babbling = false
		run(2 * padRetryMax)
		d.heard()
		k.showAll(digits{13, 38})
		run(32*2*orderTime + 100*time.Millisecond)
		if told := slices.DeleteFunc(d.heard(), func(s string) bool { return !strings.HasSuffix(s, "show 13 38") }); len(told) != 31 {
			t.Errorf("%d units were told in time, want 31: the dead one is not waited for each time", len(told))
		}
	})
}

// A line that is away is asked once a second, a unit that is not there never
// again.
func TestLineAway(t *testing.T) {
	d := &padLineDouble{units: 2}
	d.away.Store(true)
	withLine(t, d, func(t *testing.T, k *keypads) {
		k.showAll(digits{1, 2})
		k.follow(finished("w1"))
		time.Sleep(10 * time.Second)
		d.away.Store(false)
		time.Sleep(2 * time.Second)
		told := d.heard()
		slices.Sort(told)
		if !slices.Equal(told, []string{"1 show 1 2", "2 show 1 2"}) {
			t.Errorf("when it is back: %v; an old invitation is worse than none", told)
		}
	})
	absent := &padLineDouble{units: 3, there: 2}
	withLine(t, absent, func(t *testing.T, k *keypads) {
		k.showAll(digits{1, 2})
		time.Sleep(2 * digitsAgain)
		synctest.Wait()
		if p := k.byWindow["w3"][0]; !p.absent {
			t.Error("a unit that the line does not have is asked again")
		}
	})
}

// What the digits show, by the state of the window.
func TestDigitsOfAWindow(t *testing.T) {
	for state, want := range map[string]digits{"closed": {-1, -1}, "free": {4, -1}, "paused": {4, -1}, "called": {3, 2}, "serving-p": {3, 2}} {
		h := deskOf(t, nil)
		h.arrange(state)
		h.Look(func(s *hall.State) {
			if got := digitsOf(s, "w1"); got != want {
				t.Errorf("%s: %v, want %v", state, got, want)
			}
		})
		h.stop()
	}
}

// A hall of 32 windows on one line of simulated keypads, through the driver and a
// serial port: windows are worked from their keypads while one unit is dead and
// one babbles. R-KEY-07, -08: the citizen's key counts for the service that has
// ended.
func TestKeypadsOfAWholeHall(t *testing.T) {
	const units = 32
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	line, err := keypad.New(units)
	if err != nil {
		t.Fatal(err)
	}
	p, err := port.OpenPTY(filepath.Join(t.TempDir(), "pads"))
	if err != nil {
		t.Fatal(err)
	}
	h := deskOf(t, func(s *hall.Setup) {
		s.Windows = nil
		for i := range units {
			s.Windows = append(s.Windows, hall.Window{ID: fmt.Sprintf("w%d", i+1), Label: fmt.Sprint(i + 1), Name: contract.Text2{ZH: "窗口", EN: "Window"},
				Services: []string{"one"}, Keypad: i + 1, KeypadDevice: "pads"})
		}
	})
	spec := catalog.Spec{ID: "pads", Kind: "keypad/ff68", Link: p.Spec()}
	devs := host.New([]catalog.Spec{spec}, func(ctx context.Context, device string, r devices.Reading) error {
		switch r := r.(type) {
		case devices.KeyPress:
			return h.pads.press(ctx, device, r)
		case devices.Score:
			return h.Reading(ctx, hall.CmdScore, hall.Score{Window: h.pads.windowOf(device, r.Unit), Level: r.Level, Code: r.Code, Scale: r.Scale})
		}
		return nil
	}, quiet)
	kp, _ := devs.Keypad("pads")
	h.pads = newKeypads(h.setup, map[string]devices.Keypad{"pads": kp}, h.Engine, "hall", quiet)
	h.follow.Store(h.pads)

	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	all.Go(func() { _ = line.Run(ctx, p) })
	all.Go(func() { _ = devs.Run(ctx) })
	all.Go(func() { h.pads.run(ctx) })

	until := func(what string, ok func(keypad.State) bool) {
		t.Helper()
		look := time.NewTicker(5 * time.Millisecond)
		defer look.Stop()
		for !ok(line.State()) {
			select {
			case <-look.C:
			case <-ctx.Done():
				t.Fatalf("%s: %+v", what, line.State())
			}
		}
	}
	unit := func(s keypad.State, n int) keypad.Unit { return s.Units[n-1] }
	press := func(n int, digits, key string) {
		t.Helper()
		if err := line.Type(ctx, n, digits, key); err != nil {
			t.Fatalf("unit %d, %s %s: %v", n, digits, key, err)
		}
	}
	until("the line is opened", func(s keypad.State) bool { return s.Open })
	until("digits are dark before anybody is there", func(s keypad.State) bool { return unit(s, 5).Waiting == "   " })
	for _, fault := range []string{"dead", "babble"} {
		if err := line.Set(fault, true); err != nil {
			t.Fatal(err)
		}
	}
	h.open("w5", "1001")
	h.waits(3)
	until("the queue is shown", func(s keypad.State) bool { return unit(s, 5).Waiting == "003" && unit(s, 5).Number == "   " })
	press(5, "", "call")
	until("the number is shown", func(s keypad.State) bool { return unit(s, 5).Waiting == "002" && unit(s, 5).Number == "001" })
	press(5, "", "evaluate") // A001 came; the service ends
	until("the citizen is asked", func(s keypad.State) bool { return unit(s, 5).Prompted && unit(s, 5).Number == "   " })
	if err := line.Rate(ctx, 5, 3); err != nil {
		t.Fatal(err)
	}
	until("the stars are lit", func(s keypad.State) bool { return unit(s, 5).Stars })
	press(5, "003", "call")
	until("A003 is called by its digits", func(s keypad.State) bool { return unit(s, 5).Number == "003" && unit(s, 5).Waiting == "001" })
	beeps := unit(line.State(), 5).Beeps
	press(5, "", "cancel")
	until("cancel is refused with a beep", func(s keypad.State) bool { return unit(s, 5).Beeps == beeps+1 })
	if err := line.Press(ctx, units, "call"); !errors.Is(err, keypad.ErrNoReply) {
		t.Errorf("the dead unit: %v", err)
	}
	if err := line.Set("babble", false); err != nil {
		t.Fatal(err)
	}
	press(5, "", "give-up")
	until("A003 is given up", func(s keypad.State) bool { return unit(s, 5).Number == "   " })
	h.Look(func(s *hall.State) {
		if n := len(s.Calls); n != 2 {
			t.Errorf("%d calls, want two: none of the unit that babbles", n)
		}
	})
}
