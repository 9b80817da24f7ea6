package pole

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"net"
	"strings"
	"testing"
)

func display(t testing.TB, set string) *Display {
	t.Helper()
	d, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The examples of the manuals, and what each leaves on the glass.
func TestCommands(t *testing.T) {
	pad := func(s string) string { return s + strings.Repeat(" ", Cols-len(s)) }
	for _, c := range []struct {
		name, set, bytes string
		want             [Rows]string
		strange          int
	}{
		{"text runs over both lines", CD5220, "TOTAL DUE           $24.50", [2]string{"TOTAL DUE", "$24.50"}, 0},
		{"and from the second to the first", CD5220, strings.Repeat("x", 40) + "A", [2]string{"A" + strings.Repeat("x", 19), strings.Repeat("x", 20)}, 0},
		{"place", CD5220, "TOTAL DUE\x1bl\x01\x02$24.50", [2]string{"TOTAL DUE", "$24.50"}, 0},
		{"place outside", CD5220, "A\x1bl\x15\x02B", [2]string{"AB", ""}, 1},
		{"home, clear", CD5220, "old\x0cMilk\x0bB", [2]string{"Bilk", ""}, 0},
		{"clear a line", CD5220, "A\x0aB\x18C", [2]string{"A", "C"}, 0},
		{"string mode", CD5220, "\x1bQAITEM\rlost\x1bQBPRICE\r\x1b*\x01", [2]string{"ITEM", "PRICE"}, 5},
		{"string mode is ended", CD5220, "\x1bQAITEM\r\x0cfree", [2]string{"free", ""}, 0},
		{"vertical scroll", CD5220, "\x1b\x12" + pad("Item 1") + pad("Item 2") + "Item 3", [2]string{"Item 2", "Item 3"}, 0},
		{"arrows", CD5220, "A\x1b[BB\x1b[AC\x08D\x1b[KE", [2]string{"A D", "EB"}, 0},
		{"reset", CD5220, "old\x1b@new", [2]string{"new", ""}, 0},
		{"Epson's place means nothing", CD5220, "\x1f$\x01\x02A", [2]string{"A", ""}, 3},
		{"place", DMD, "A\x1f$\x14\x02Z", [2]string{"A", strings.Repeat(" ", 19) + "Z"}, 0},
		{"bottom, up, end of line", DMD, "\x1fBA\x1f\x0aB\x1f\rC", [2]string{" B" + strings.Repeat(" ", 17) + "C", "A"}, 0},
		{"printer and display", DMD, "\x1b=\x01lost\x1f$\x05\x02\x1b@\x1b=\x02A\x1b=\x03B", [2]string{"AB", ""}, 0},
		{"half a command", DMD, "A\x1f$\x14", [2]string{"A", ""}, 0},
	} {
		d := display(t, c.set)
		d.hear([]byte(c.bytes))
		s := d.State()
		for y := range c.want {
			if s.Lines[y] != pad(c.want[y]) {
				t.Errorf("%s %s: line %d is %q, want %q", c.set, c.name, y+1, s.Lines[y], c.want[y])
			}
		}
		if s.Strange != c.strange {
			t.Errorf("%s %s: %d strange commands, want %d", c.set, c.name, s.Strange, c.strange)
		}
	}
}

func TestBrightnessBlinkCursor(t *testing.T) {
	d := display(t, CD5220)
	d.hear([]byte("\x1b*\x02\x1b_\x00\x1fE\x05"))
	if s := d.State(); s.Bright != 2 || s.Cursor || s.Blink != 5 {
		t.Errorf("%+v", s)
	}
	d.hear([]byte("\x1b*\x05"))
	if s := d.State(); s.Bright != 2 || s.Strange != 1 {
		t.Errorf("brightness 5: %+v", s)
	}
	d = display(t, DMD)
	d.hear([]byte("A\x1fX\x01\x1fC\x01\x1fE\xff"))
	if s := d.State(); s.Bright != 1 || !s.Cursor || !s.Dark || s.Blink != 0 {
		t.Errorf("%+v", s)
	}
	d.hear([]byte("\x1fE\x00"))
	if s := d.State(); s.Dark || s.Lines[0][0] != 'A' {
		t.Errorf("on again: %+v", s)
	}
}

func TestSwitches(t *testing.T) {
	d := display(t, "")
	for name := range Switches {
		d.hear([]byte("\x0cA"))
		if err := d.Set(name, true); err != nil {
			t.Fatal(err)
		}
		d.hear([]byte("B"))
		if err := d.Set(name, false); err != nil {
			t.Fatal(err)
		}
		want := "A"
		if name == "off" {
			want = " "
		}
		if got := d.State().Lines[0][:2]; got != want+" " {
			t.Errorf("%s: %q", name, got)
		}
	}
	if err := d.Set("fire", true); err == nil {
		t.Error("an unknown switch was set")
	}
	if _, err := New("hd44780"); err == nil {
		t.Error("an unknown command set was taken")
	}
}

// Any bytes, in any pieces, leave the same glass and never more than a command
// in memory.
func FuzzHear(f *testing.F) {
	f.Add([]byte("\x1b@\x1bQAITEM\rA\x1bl\x01\x02B\x1fE\x05"), 3, true)
	f.Add([]byte("\x1f$\x14\x02Z\x1b=\x01\x1b=\x02\x1f\x0a"), 1, false)
	f.Fuzz(func(t *testing.T, b []byte, step int, epson bool) {
		set := CD5220
		if epson {
			set = DMD
		}
		step = 1 + step&7
		whole, pieces := display(t, set), display(t, set)
		whole.hear(b)
		for at := 0; at < len(b); at += step {
			pieces.hear(b[at:min(at+step, len(b))])
			if len(pieces.run) > 4 || len(pieces.line) > 40 {
				t.Fatalf("%d and %d bytes are kept", len(pieces.run), len(pieces.line))
			}
		}
		if a, b := whole.State(), pieces.State(); a.Lines != b.Lines || a.Strange != b.Strange {
			t.Errorf("at once %+v, in pieces %+v", a, b)
		}
	})
}

func TestServeAndPicture(t *testing.T) {
	d := display(t, CD5220)
	near, far := net.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Serve(ctx, near) }()
	if _, err := io.WriteString(far, "\x1b_\x00A\x7f"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err == nil {
		t.Error("Serve ended without a word")
	}
	var out bytes.Buffer
	if err := d.WritePNG(&out); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	if n := lit(img); n != dot*dot*(18+35) { // an A has 18 dots, an unknown character all 35
		t.Errorf("%d pixels are lit, want those of 53 dots", n)
	}
	if err := d.Set("off", true); err != nil {
		t.Fatal(err)
	}
	if n := lit(d.Picture()); n != 0 {
		t.Errorf("%d pixels are lit without power", n)
	}
}

func lit(img image.Image) (n int) {
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if _, g, _, _ := img.At(x, y).RGBA(); g > 0x8000 {
				n++
			}
		}
	}
	return n
}
