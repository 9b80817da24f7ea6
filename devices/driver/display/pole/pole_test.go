package pole

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/display"
	"periph.io/x/conn/v3/display/displaytest"
	"pgregory.net/rapid"

	"hallward/devices"
	"hallward/devices/link"
	"hallward/devices/link/linktest"
)

// tape is a link that keeps what is written.
type tape struct {
	bytes.Buffer
	drains int
}

func (t *tape) Read([]byte) (int, error) { return 0, link.ErrTimeout }
func (t *tape) Drain() error             { t.drains++; return nil }
func (t *tape) Close() error             { return nil }
func (t *tape) String() string           { return "tape" }

var called = devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3"}

// The bytes of the manuals, after one reset with its pause.
func TestGoldenBytes(t *testing.T) {
	const first, second = "    NUMBER A001     ", "  WINDOW 3, PLEASE  "
	for _, c := range []struct {
		name string
		set  Commands
		o    Opts
		sign devices.Sign
		want string
	}{
		{"cd5220", CD5220, Opts{Align: devices.Center}, called,
			"\x1b@" + "\x1b*\x04\x1b_\x00\x1b\x11" + "\x1bl\x01\x01" + first + "\x1bl\x01\x02" + second + "\x1fE\x00"},
		{"dmd", DMD, Opts{Align: devices.Center}, called,
			"\x1b@" + "\x1fX\x04\x1fC\x00\x1f\x01" + "\x1f$\x01\x01" + first + "\x1f$\x01\x02" + second + "\x1fE\x00"},
		{"half bright and flashing", CD5220, Opts{Align: devices.Center}, with(called, func(s *devices.Sign) { s.Bright, s.Flash = 50, time.Now().Add(time.Hour) }),
			"\x1b@" + "\x1b*\x02\x1b_\x00\x1b\x11" + "\x1bl\x01\x01" + first + "\x1bl\x01\x02" + second + "\x1fE\x05"},
		{"flashing is over, own brightness", DMD, Opts{Align: devices.Center, Bright: 3}, with(called, func(s *devices.Sign) { s.Flash = time.Now().Add(-time.Second) }),
			"\x1b@" + "\x1fX\x03\x1fC\x00\x1f\x01" + "\x1f$\x01\x01" + first + "\x1f$\x01\x02" + second + "\x1fE\x00"},
		{"on the printer's line", DMD, Opts{Align: devices.Center, Select: true}, called,
			"\x1b=\x02\x1b@\x1b=\x01" + "\x1b=\x02" + "\x1fX\x04\x1fC\x00\x1f\x01" + "\x1f$\x01\x01" + first + "\x1f$\x01\x02" + second + "\x1fE\x00" + "\x1b=\x01"},
	} {
		l := &tape{}
		c.o.Settle = time.Millisecond
		d, err := New(l, c.set, &c.o)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Show(t.Context(), 0, c.sign); err != nil {
			t.Fatal(err)
		}
		if l.Buffer.String() != c.want {
			t.Errorf("%s:\n%q, want\n%q", c.name, l.Buffer.String(), c.want)
		}
		if l.drains < 2 {
			t.Errorf("%s: the bytes were not waited for", c.name)
		}
		l.Reset()
		if err := d.Show(t.Context(), 0, c.sign); err != nil || strings.Contains(l.Buffer.String(), "\x1b@") {
			t.Errorf("%s again: %q, %v, want no reset", c.name, l.Buffer.String(), err)
		}
	}
}

func with(s devices.Sign, change func(*devices.Sign)) devices.Sign {
	change(&s)
	return s
}

func TestPages(t *testing.T) {
	long := strings.Repeat("Please bring your papers ", 4)
	for _, c := range []struct {
		name   string
		lines  map[string][Rows]string
		align  devices.Align
		sign   devices.Sign
		want   [Rows]string
		errHas string
	}{
		{"dark", nil, devices.Center, devices.Sign{}, [2]string{"", ""}, ""},
		{"closed", nil, devices.Left, devices.Sign{State: devices.SignClosed, Window: "3"}, [2]string{"WINDOW 3 CLOSED", "PLEASE TRY ANOTHER"}, ""},
		{"open", nil, devices.Right, devices.Sign{State: devices.SignOpen, Window: "128"}, [2]string{"          WINDOW 128", "             WELCOME"}, ""},
		{"paused", nil, devices.Left, devices.Sign{State: devices.SignPaused, Window: "3"}, [2]string{"WINDOW 3 PAUSED", "PLEASE TRY ANOTHER"}, ""},
		{"serving, five characters", nil, devices.Left, devices.Sign{State: devices.SignServing, Number: "VB999", Window: "128"}, [2]string{"NUMBER VB999", "WINDOW 128"}, ""},
		{"one character", nil, devices.Left, devices.Sign{State: devices.SignServing, Number: "7", Window: "1"}, [2]string{"NUMBER 7", "WINDOW 1"}, ""},
		{"hanzi are seen to be missing", nil, devices.Left, devices.Sign{State: devices.SignClosed, Window: "综1"}, [2]string{"WINDOW ?1 CLOSED", "PLEASE TRY ANOTHER"}, ""},
		{"a short message", nil, devices.Left, devices.Sign{State: devices.SignMessage, English: "Hello"}, [2]string{"Hello", ""}, ""},
		{"a message on both lines", nil, devices.Left, devices.Sign{State: devices.SignMessage, English: "Please keep the hall quiet"}, [2]string{"Please keep the hall", "quiet"}, ""},
		{"a long message", nil, devices.Left, devices.Sign{State: devices.SignMessage, English: long}, [2]string{"Please bring your", "papers Please..."}, ""},
		{"control characters are text", nil, devices.Left, devices.Sign{State: devices.SignMessage, English: "a\x0cb\x1b@c\nd"}, [2]string{"a?b?@c d", ""}, ""},
		{"a brace in a message", nil, devices.Left, devices.Sign{State: devices.SignMessage, English: "{number}", Number: "A001"}, [2]string{"{number}", ""}, ""},
		{"own lines", map[string][Rows]string{devices.SignCalled: {"{number} > {window}", "{waiting} WAIT"}}, devices.Left,
			devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3", Waiting: 12}, [2]string{"A001 > 3", "12 WAIT"}, ""},
		{"a name that is too long is cut", map[string][Rows]string{devices.SignOpen: {"{staff}", ""}}, devices.Left,
			devices.Sign{State: devices.SignOpen, Staff: "Maximiliana Mustermann"}, [2]string{"Maximiliana Musterma", ""}, ""},
		{"half a number is none", nil, devices.Left, devices.Sign{State: devices.SignServing, Number: "A0000000000001", Window: "3"}, [2]string{}, `"NUMBER A0000000000001", want at most 20`},
		{"an unknown state", nil, devices.Left, devices.Sign{State: "asleep"}, [2]string{}, `state "asleep"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := New(nil, CD5220, &Opts{Lines: c.lines, Align: c.align})
			if err != nil {
				t.Fatal(err)
			}
			got, err := d.page(c.sign)
			if c.errHas != "" {
				if err == nil || !strings.Contains(err.Error(), c.errHas) {
					t.Errorf("%v, want %q", err, c.errHas)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				if want := c.want[i] + strings.Repeat(" ", Cols-len(c.want[i])); got[i] != want {
					t.Errorf("line %d is %q, want %q", i+1, got[i], want)
				}
			}
		})
	}
}

// Property: whatever is shown, each line is twenty characters that the display
// has, and no command can hide in it.
func TestALineIsALine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, err := New(nil, DMD, &Opts{Align: devices.Align(rapid.IntRange(0, 2).Draw(t, "align"))})
		if err != nil {
			t.Fatal(err)
		}
		page, err := d.page(devices.Sign{
			State:   rapid.SampledFrom([]string{"", "closed", "open", "paused", "called", "serving", "message"}).Draw(t, "state"),
			Number:  rapid.StringN(0, 5, -1).Draw(t, "number"),
			Window:  rapid.StringN(0, 3, -1).Draw(t, "window"),
			English: rapid.String().Draw(t, "english"),
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range page {
			if len(line) != Cols || strings.Trim(line, " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~") != "" {
				t.Fatalf("line %d is %q", i+1, line)
			}
		}
	})
}

func TestWrongSettings(t *testing.T) {
	for want, o := range map[string]*Opts{
		"brightness 5":             {Bright: 5},
		"settle 1m0s":              {Settle: time.Minute},
		`lines of "away"`:          {Lines: map[string][Rows]string{"away": {}}},
		`lines of "open": line 2`:  {Lines: map[string][Rows]string{"open": {"", "{nobody}"}}},
		`"{nobody}" is no place`:   {Lines: map[string][Rows]string{"open": {"", "{nobody}"}}},
		"brightness -1: want 1 to": {Bright: -1},
	} {
		if _, err := New(nil, CD5220, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	d, err := New(&tape{}, CD5220, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Show(t.Context(), 1, called); err == nil || !strings.Contains(err.Error(), "unit 1") {
		t.Errorf("a second unit: %v", err)
	}
}

// A port that takes nothing is an error, the next sign starts with a reset, and a
// port that goes ends Run.
func TestDeadPort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := linktest.NewPipe(0)
		l := linktest.NewFaulty(near, linktest.Faults{Stall: true})
		d, err := New(l, CD5220, nil)
		if err != nil {
			t.Fatal(err)
		}
		ran := make(chan error, 1)
		go func() { ran <- d.Run(t.Context(), nil) }()
		if err := d.Show(t.Context(), 0, called); !errors.Is(err, link.ErrStalled) {
			t.Errorf("%v, want a stall", err)
		}
		l.Set(linktest.Faults{})
		go func() {
			buf := make([]byte, 256)
			for {
				if _, err := far.Read(buf); err != nil && !errors.Is(err, link.ErrTimeout) {
					return
				}
			}
		}()
		ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond) // less than it settles
		defer stop()
		if err := d.Show(ctx, 0, called); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("during the reset: %v", err)
		}
		begun := time.Now()
		if err := d.Show(t.Context(), 0, called); err != nil || time.Since(begun) < 200*time.Millisecond {
			t.Errorf("%v after %s, want a whole reset", err, time.Since(begun))
		}
		if err := d.Halt(); err != nil {
			t.Error(err)
		}
		far.Close()
		if err := <-ran; !errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "cd5220") {
			t.Errorf("Run: %v", err)
		}
	})
}

// periph's own suite for text displays. The CD5220 set cannot turn the glass
// off, and says so.
func TestTextDisplay(t *testing.T) {
	for _, c := range []struct {
		set  Commands
		want int
	}{{CD5220, 1}, {DMD, 0}} {
		d, err := New(&tape{}, c.set, &Opts{Settle: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		errs := displaytest.TestTextDisplay(d, false)
		if len(errs) != c.want {
			t.Errorf("%s: %v", d, errs)
		}
		for _, err := range errs {
			if !errors.Is(err, display.ErrNotImplemented) {
				t.Errorf("%s: %v", d, err)
			}
		}
	}
}

// Each call of the text display is the command of the manual.
func TestTextCommands(t *testing.T) {
	for _, c := range []struct {
		name        string
		do          func(*Dev) error
		cd5220, dmd string
	}{
		{"clear", (*Dev).Clear, "\x0c", "\x0c"},
		{"home", (*Dev).Home, "\x0b", "\x0b"},
		{"move to", func(d *Dev) error { return d.MoveTo(2, 20) }, "\x1bl\x14\x02", "\x1f$\x14\x02"},
		{"up", func(d *Dev) error { return d.Move(display.Up) }, "\x1b[A", "\x1f\x0a"},
		{"down", func(d *Dev) error { return d.Move(display.Down) }, "\x0a", "\x0a"},
		{"forward", func(d *Dev) error { return d.Move(display.Forward) }, "\x09", "\x09"},
		{"backward", func(d *Dev) error { return d.Move(display.Backward) }, "\x08", "\x08"},
		{"cursor", func(d *Dev) error { return d.Cursor(display.CursorUnderline) }, "\x1b_\x01", "\x1fC\x01"},
		{"scroll", func(d *Dev) error { return d.AutoScroll(true) }, "\x1b\x12", "\x1f\x02"},
		{"no scroll", func(d *Dev) error { return d.AutoScroll(false) }, "\x1b\x11", "\x1f\x01"},
		{"on", func(d *Dev) error { return d.Display(true) }, "\x1fE\x00", "\x1fE\x00"},
		{"text", func(d *Dev) error { _, err := d.WriteString("A请\x1b1"); return err }, "A??1", "A??1"},
		{"bytes", func(d *Dev) error { _, err := d.Write([]byte("A\x0c1")); return err }, "A?1", "A?1"},
	} {
		for set, want := range map[*Commands]string{&CD5220: c.cd5220, &DMD: c.dmd} {
			l := &tape{}
			d, err := New(l, *set, &Opts{Settle: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.do(d); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			if got := l.Buffer.String(); got != "\x1b@"+want {
				t.Errorf("%s: %s: %q, want %q", d.set.name, c.name, got, want)
			}
		}
	}
}
