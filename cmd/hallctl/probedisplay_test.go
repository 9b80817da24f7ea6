package main

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"hallward/devices/sim/panel"
	"hallward/devices/sim/pole"
	"hallward/devices/sim/port"
	"hallward/devices/sim/strip"
)

// eyes look at a display when the probe asks, and answer.
type eyes struct {
	mu     sync.Mutex
	text   strings.Builder
	asked  int
	answer func(question int) string // the first is 1
	typed  *io.PipeWriter
}

func (e *eyes) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if strings.HasPrefix(string(b), "ask") {
		e.asked++
		go func(n int) { _, _ = io.WriteString(e.typed, e.answer(n)+"\n") }(e.asked)
	}
	return e.text.Write(b)
}

func (e *eyes) run(args ...string) (string, error) {
	in, typed := io.Pipe()
	defer in.Close()
	e.typed = typed
	c := rootCommand()
	c.SetArgs(args)
	c.SetIn(in)
	c.SetOut(e)
	err := c.Execute()
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.text.String(), err
}

// soon looks until a display shows what it should, for a while: not every one
// tells when it is through.
func soon(see func() string, want string) bool {
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for late := time.After(time.Minute); see() != want; {
		select {
		case <-again.C:
		case <-late:
			return false
		}
	}
	return true
}

func yes(int) string { return "y" }

// shown are the simulated displays that a probe can reach over a serial line, and
// the settings of each.
func shown(t *testing.T) map[string]struct {
	run  func(context.Context, port.Port) error
	see  func() string
	set  []string
	want []string // at the questions, one after the other
} {
	t.Helper()
	strips, err := strip.New(strip.Opts{Addresses: []int{3, 4}, Width: 192})
	if err != nil {
		t.Fatal(err)
	}
	poles := map[string]*pole.Display{}
	for _, set := range []string{pole.CD5220, pole.DMD} {
		if poles[set], err = pole.New(set); err != nil {
			t.Fatal(err)
		}
	}
	lines := map[string]*panel.Line{}
	for _, protocol := range panel.Protocols {
		if lines[protocol], err = panel.New(protocol, 3); err != nil {
			t.Fatal(err)
		}
	}
	glass := func(set string) func() string {
		return func() string {
			s := poles[set].State()
			return strings.Join(strings.Fields(strings.Join(s.Lines[:], " ")), " ") + flag(s.Blink > 0, " blinks") + []string{"", " faint", "", "", ""}[s.Bright]
		}
	}
	unit := func(protocol string) func() string {
		return func() string {
			u := lines[protocol].State().Units[1]
			return strings.TrimSpace(strings.TrimSpace(u.Number)+" "+u.Text) + flag(u.Blink, " blinks") + flag(protocol == panel.Modbus && u.Bright == 1, " faint")
		}
	}
	english := []string{"NUMBER A037 WINDOW 12, PLEASE", "NUMBER A037 WINDOW 12, PLEASE blinks", "NUMBER A037 WINDOW 12, PLEASE faint", "NUMBER A037 WINDOW 12, PLEASE",
		"Service Hall", "NUMBER VB999 WINDOW 128", "WINDOW 12 PAUSED PLEASE TRY ANOTHER", ""}
	type display = struct {
		run  func(context.Context, port.Port) error
		see  func() string
		set  []string
		want []string
	}
	return map[string]display{
		"display/onbon": {strips.Run, func() string {
			c, _ := strips.Card(3)
			return strings.TrimSpace(c.Text) + flag(c.Flashes, " blinks") + flag(c.Level == 1, " faint")
		}, []string{"units=[3,4]", "width=192"}, []string{"请A037号到12号窗口", "请A037号到12号窗口 blinks", "请A037号到12号窗口 faint", "请A037号到12号窗口",
			"罗田县义水路镕塬窗口", "128号窗口 正在为VB999号办理", "12号窗口 暂停办理，请到其他窗口", ""}},
		"display/cd5220": {poles[pole.CD5220].Run, glass(pole.CD5220), nil, english},
		"display/dmd":    {poles[pole.DMD].Run, glass(pole.DMD), nil, english},
		"display/modbus": {lines[panel.Modbus].Run, unit(panel.Modbus), []string{"units=[2]", "answer=3s", "blink={at: 4}", "bright={at: 5, max: 8}",
			"registers=[{at: 0, of: number, as: bcd, words: 2, fill: 15}, {at: 8, of: text, as: gbk, words: 8}]"},
			[]string{"037 A037 12号窗口", "037 A037 12号窗口 blinks", "037 A037 12号窗口 faint", "037 A037 12号窗口",
				"罗田县义水路镕塬", "999 VB999 128号窗口", "12号窗口 暂停办", ""}},
		"display/template": {lines[panel.Four].Run, unit(panel.Four), []string{"units=[2]", "table=id-hi-lo-sum"},
			[]string{"37", "37", "37", "37", "0", "999", "0", "0"}},
	}
}

func flag(on bool, word string) string {
	if on {
		return word
	}
	return ""
}

// R-WIN-09: what a technician is asked stands on the display at that moment,
// in the way that this display has. A display without something is no failure.
func TestProbeDisplay(t *testing.T) {
	for kind, d := range shown(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			e := &eyes{answer: func(question int) string {
				switch {
				case !soon(d.see, d.want[question-1]):
					t.Errorf("question %d: there stands %q, want %q", question, d.see(), d.want[question-1])
					return "n"
				case kind == "display/template" && question > 1:
					return "-" // only numbers, always as bright
				}
				return " Y"
			}}
			args := []string{"probe", kind, plugged(t, "pty", d.run)}
			for _, s := range d.set {
				args = append(args, "--set", s)
			}
			out, err := e.run(args...)
			if err != nil || !strings.Contains(out, "PASS") {
				t.Fatalf("%v\n%s", err, out)
			}
			if lacks := strings.Count(out, "ok    this display has no such thing: "); e.asked != len(d.want) || lacks > 0 != (kind == "display/template") {
				t.Errorf("%d questions\n%s", e.asked, out)
			}
		})
	}
}

// What a person does not see is a failure, and so is nobody; an answer that is
// none is asked for again.
func TestProbeDisplayAnswers(t *testing.T) {
	t.Parallel()
	d, err := pole.New(pole.CD5220)
	if err != nil {
		t.Fatal(err)
	}
	link := plugged(t, "pty", d.Run)
	e := &eyes{answer: func(question int) string { return []string{"", "perhaps", "n"}[min(question-1, 2)] }}
	out, err := e.run("probe", "display/cd5220", link)
	if err == nil || !strings.Contains(err.Error(), "8 of the suite's checks failed") || strings.Contains(out, "PASS") || e.asked != 10 ||
		!strings.Contains(out, "FAIL  not seen: number A037 and window 12") {
		t.Errorf("%v, %d questions\n%s", err, e.asked, out)
	}
	e = &eyes{}
	e.answer = func(int) string { e.typed.Close(); return "" }
	if out, err := e.run("probe", "display/cd5220", link); err == nil || !strings.Contains(out, "nobody answers; with --no-press nobody is asked") {
		t.Errorf("%v\n%s", err, out)
	}
	e = &eyes{answer: yes}
	out, err = e.run("probe", "display/cd5220", link, "--no-press")
	if err != nil || e.asked != 0 || !strings.Contains(out, "note  nobody looks") {
		t.Errorf("%v\n%s", err, out)
	}
}

// A strip that does not answer fails without a question; one that speaks has to
// keep the promises of a voice as well.
func TestProbeStrips(t *testing.T) {
	t.Parallel()
	strips, err := strip.New(strip.Opts{Addresses: []int{3, 4}})
	if err != nil {
		t.Fatal(err)
	}
	if err := strips.Set(4, "silent", true); err != nil {
		t.Fatal(err)
	}
	link := plugged(t, "pty", strips.Run)
	e := &eyes{answer: yes}
	out, err := e.run("probe", "display/onbon", link, "--unit", "4")
	if err == nil || e.asked != 0 || !strings.Contains(out, "unit 4") || !strings.Contains(out, "does not answer") {
		t.Errorf("%v, %d questions\n%s", err, e.asked, out)
	}
	out, err = e.run("probe", "display/onbon", link, "--unit", "3", "--no-press", "--set", "sound=speech", "--set", "pace=10", "--set", "answer=5s")
	if card, _ := strips.Card(3); err != nil || len(card.Said) == 0 {
		t.Errorf("%v, it spoke %d times\n%s", err, len(card.Said), out)
	}
}

// A text stays on the display when the command has ended.
func TestShow(t *testing.T) {
	t.Parallel()
	strips, err := strip.New(strip.Opts{Addresses: []int{3}, Width: 192})
	if err != nil {
		t.Fatal(err)
	}
	link := plugged(t, "pty", strips.Run)
	out, err := hallctl(t, "show", "display/onbon", link, "请A001号到3号窗口", "--unit", "3", "--set", "width=192", "--set", "answer=5s")
	if card, _ := strips.Card(3); err != nil || card.Text != "请A001号到3号窗口" || !strings.Contains(out, "unit 3 on "+link+" has taken the text") {
		t.Errorf("%v, %+v\n%s", err, card, out)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"show", "keypad/ff68", link, "x"}, "want a display"},
		{[]string{"show", "display/onbon", "serial:/dev/nowhere", "x"}, "/dev/nowhere"},
		{[]string{"show", "display/onbon", link, "x", "--unit", "9", "--set", "units=[3]"}, "no unit 9"},
		{[]string{"show", "display/ssd1306", "i2c:/dev/i2c-99?addr=0x3c", "x"}, "i2c-99"},
		{[]string{"probe", "display/max7219", "i2c:/dev/i2c-1?addr=0x3c"}, "want spi:"},
	} {
		if out, err := hallctl(t, c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q\n%s", c.args, err, c.want, out)
		}
	}
}
