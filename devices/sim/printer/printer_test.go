package printer

import (
	"bytes"
	"context"
	"encoding/hex"
	"image"
	"image/png"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// wire is a printer with a recorder on its way back.
type wire struct {
	*Printer
	t   *testing.T
	out chan []byte
}

func attach(t *testing.T, o Opts) *wire {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{p, t, make(chan []byte, 1024)}
	p.out = w.out
	return w
}

func (w *wire) send(parts ...string) *wire {
	w.t.Helper()
	for _, s := range parts {
		if n := w.Receive([]byte(s)); n != len(s) {
			w.t.Fatalf("took %d of %d bytes", n, len(s))
		}
	}
	return w
}

func (w *wire) answers() []byte {
	var all []byte
	for {
		select {
		case b := <-w.out:
			all = append(all, b...)
		default:
			return all
		}
	}
}

func (w *wire) expect(hexed string) *wire {
	w.t.Helper()
	if got := hex.EncodeToString(w.answers()); got != strings.ReplaceAll(hexed, " ", "") {
		w.t.Errorf("answered %s, want %s", got, hexed)
	}
	return w
}

func (w *wire) set(name string, on bool) *wire {
	w.t.Helper()
	if err := w.Set(name, on); err != nil {
		w.t.Fatal(err)
	}
	return w
}

// last is the newest slip.
func (w *wire) last() Paper {
	w.t.Helper()
	all := w.Papers()
	if len(all) == 0 {
		w.t.Fatal("no slip was cut")
	}
	return all[len(all)-1]
}

func gb(s string) string {
	b, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return b
}

const (
	initialise = "\x1b@"
	cutFeed    = "\x1dVA\x00"
	proof      = "\x1dr1"
)

// TestStatusBits holds DLE EOT 1-4 to the bits of the notes (§1.2) for every
// fault that a switch makes. R-PRN-06.
func TestStatusBits(t *testing.T) {
	tests := []struct {
		set    string
		want   string // answers to DLE EOT 1, 2, 3, 4
		before string
	}{
		{"", "12 12 12 12", ""},
		{"paper-low", "12 12 12 1e", ""},
		{"paper-out", "1a 32 12 7e", ""},
		{"cover", "1a 16 12 12", ""},
		{"cover", "1a 56 52 12", "a line\n"}, // opened while printing: auto-recoverable
		{"cutter", "1a 52 1a 12", ""},
		{"broken", "1a 52 32 12", ""},
		{"hot", "1a 52 52 12", ""},
		{"offline", "1a 12 12 12", ""},
	}
	for _, tt := range tests {
		t.Run(tt.set, func(t *testing.T) {
			w := attach(t, Opts{}).send(tt.before)
			if tt.set != "" {
				w.set(tt.set, true)
			}
			w.send("\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04").expect(tt.want)
			for _, b := range w.answers() {
				if b&0x93 != 0x12 {
					t.Errorf("answer %02x breaks the fixed pattern", b)
				}
			}
			if tt.set != "" {
				w.set(tt.set, false).send("\x10\x04\x01\x10\x04\x02").expect("1212")
			}
		})
	}
}

func TestOneBitPaper(t *testing.T) {
	attach(t, Opts{Quirks: Quirks{OneBitPaper: true}}).set("paper-out", true).
		send("\x10\x04\x04").expect("36")
}

func TestFullStatus(t *testing.T) {
	plain := attach(t, Opts{})
	plain.send("\x10\x04\x14\x10\x04\x11").expect("")
	w := attach(t, Opts{Quirks: Quirks{FullStatus: true}})
	w.send("\x10\x04\x14").expect("10 0f 00 00 00 00")
	w.set("slip-waiting", true).set("paper-low", true).send("\x10\x04\x14").expect("10 0f 24 00 00 00")
	w.set("cover", true).set("cutter", true).send("\x10\x04\x14").expect("10 0f 24 03 00 01")
	w.set("paper-out", true).send("\x10\x04\x11").expect("32")
}

// TestAutomaticStatus: four bytes on GS a, and four on each change; ESC @ ends it.
func TestAutomaticStatus(t *testing.T) {
	w := attach(t, Opts{}).send(initialise, "\x1da\xff").expect("10 00 00 00")
	w.set("cover", true).expect("38 00 00 00")
	w.set("cover", true).expect("")
	w.set("cover", false).expect("10 00 00 00")
	w.set("paper-low", true).expect("10 00 03 00")
	w.set("paper-out", true).expect("18 00 0f 00")
	w.set("paper-out", false).set("paper-low", false).expect("10 00 03 00 10 00 00 00")
	w.set("cutter", true).expect("18 08 00 00")
	w.set("cutter", false).expect("10 00 00 00")
	w.send(initialise).set("cover", true).expect("")
}

// TestProof: GS r answers when everything before it was processed, so never
// while the printer stands.
func TestProof(t *testing.T) {
	w := attach(t, Opts{}).send("A001\n", cutFeed, proof).expect("00")
	w.set("paper-low", true).send(proof).expect("03")
	w.set("cover", true).send("A002\n", cutFeed, proof).expect("")
	if n := len(w.Papers()); n != 1 {
		t.Errorf("%d slips with the cover open, want 1", n)
	}
	w.set("cover", false).expect("03")
	if got := w.last().Lines; !slices.Equal(got, []string{"A002"}) {
		t.Errorf("lines %q", got)
	}
	attach(t, Opts{Quirks: Quirks{NoProof: true}}).send(proof).expect("")
}

func TestPrintProof(t *testing.T) {
	ask := "\x1d(H\x06\x0000AB12"
	attach(t, Opts{Quirks: Quirks{PrintProof: true}}).send("x\n", ask).expect("37 22 41 42 31 32 00")
	attach(t, Opts{}).send("x\n", ask).expect("")
}

func TestIdentify(t *testing.T) {
	attach(t, Opts{Maker: "EPSON", Model: "TM-T20II"}).send("\x1dIB\x1dIC").
		expect(hex.EncodeToString([]byte("_EPSON\x00_TM-T20II\x00")))
}

// TestRealtimeInsidePicture: real-time bytes in picture data are executed
// (§1.2 rule 1), and a clear in there leaves the rest of the picture as text.
func TestRealtimeInsidePicture(t *testing.T) {
	w := attach(t, Opts{}).send("\x1dv0\x00\x03\x00\x02\x00\x10\x04\x01").expect("12")
	w.send("\x00\x00\x00", proof).expect("00")

	w = attach(t, Opts{}).send("\x1dv0\x00\x03\x00\x02\x00\x10\x05\x02AB\n", cutFeed)
	if got := w.last().Lines; !slices.Equal(got, []string{"AB"}) {
		t.Errorf("lines %q: the clear must end the picture", got)
	}
	w.send("\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08").expect("37 25 00")
}

// TestStatusInsideCommand: a DLE EOT between the bytes of a command becomes
// part of that command (§1.2 rule 2).
func TestStatusInsideCommand(t *testing.T) {
	w := attach(t, Opts{}).send("\x1d\x10\x04\x01!\x11A\n", cutFeed).expect("12")
	if s := w.Stats(); s.Unknown["1D 10"] != 1 {
		t.Errorf("unknown commands %v, want 1D 10", s.Unknown)
	}
}

// TestRaggedPicture: a job that breaks off inside a picture eats the next
// slip, until NULs have filled the picture up (§1.2 rule 4).
func TestRaggedPicture(t *testing.T) {
	w := attach(t, Opts{}).send("\x1dv0\x00\x48\x00\x40\x00", strings.Repeat("\xaa", 100))
	w.send(initialise, "A002\n", cutFeed, proof).expect("")
	w.send(strings.Repeat("\x00", 8192), initialise, "\x1da\xff").expect("10 00 00 00")
	w.send("A003\n", cutFeed, proof).expect("00")
	if got := w.last().Lines; !slices.Equal(got, []string{"[raster 576x64]", "A003"}) {
		t.Errorf("lines %q", got)
	}
}

func TestText(t *testing.T) {
	tests := []struct {
		name string
		o    Opts
		in   string
		want string
	}{
		// The vector of the notes (§1.1).
		{"vector", Opts{}, "\xc7\xeb\x41\x30\x30\x31\xba\xc5\xb5\xbd\x33\xba\xc5\xb4\xb0\xbf\xda\xb0\xec\xc0\xed", "请A001号到3号窗口办理"},
		{"rare two bytes", Opts{}, "\xfd\x93\xfe\x9f", "龘䶮"},
		{"four bytes", Opts{}, "\x95\x34\xb2\x35\x81\x39\xee\x39", "𠮷㐀"},
		{"four bytes on GBK", Opts{Encoding: GBK}, "\x95\x34\xb2\x35", "□4□5"},
		{"euro GBK", Opts{Encoding: GBK}, "\x80", "€"},
		{"euro GB18030", Opts{}, "\xa2\xe3", "€"},
		{"circled", Opts{}, "\xa2\xd9", "①"},
		{"utf-8", Opts{Encoding: UTF8}, "取号A1", "取号A1"},
		{"utf-8 broken", Opts{Encoding: UTF8}, "\xe5A", "□A"},
		{"hanzi off", Opts{}, "\x1c.\x81\x82\x1c&\xc7\xeb", "üé请"},
		{"powers up off", Opts{Quirks: Quirks{HanziOff: true}}, "\x81\x1c&\xc7\xeb", "ü请"},
		{"lead without trail", Opts{}, "\xc7\x1b@", ""},
		{"table strokes", Opts{}, "\x1c.\x1bt\x01\x95\x96", "─│"},
		{"tab and columns", Opts{}, "a\tb\x1b$\xc8\x00c", "a b c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := attach(t, tt.o).send(tt.in, "\n", cutFeed)
			var got string
			if l := w.last().Lines; len(l) > 0 {
				got = l[0]
			}
			if got != tt.want {
				t.Errorf("printed %q, want %q", got, tt.want)
			}
		})
	}
}

// inked is the height and width of what is black on the slip.
func inked(p Paper) (w, h int) {
	b := bitmap{p.Width, p.Height, p.dots}
	x0, x1, y0, y1 := p.Width, -1, p.Height, -1
	for y := range p.Height {
		for x := range p.Width {
			if b.at(x, y) {
				x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
			}
		}
	}
	return x1 - x0 + 1, y1 - y0 + 1
}

// TestSizes: the clones that scale hanzi by FS ! only, and those whose FS !
// sticks until the power is cycled (§1.1, "hanzi size trap").
func TestSizes(t *testing.T) {
	hanzi := gb("号")
	tests := []struct {
		name string
		q    Quirks
		in   string
		w, h int // of the box that stands for the character
	}{
		{"GS ! letter", Quirks{}, "\x1d!\x32A", 32, 54},
		{"GS ! hanzi", Quirks{}, "\x1d!\x11" + hanzi, 32, 36},
		{"GS ! ignored", Quirks{HanziIgnoresSize: true}, "\x1d!\x11" + hanzi, 16, 18},
		{"FS !", Quirks{HanziIgnoresSize: true}, "\x1d!\x11\x1c!\x0c" + hanzi, 32, 36},
		{"FS W", Quirks{}, "\x1cW\x01" + hanzi, 32, 36},
		{"ESC !", Quirks{}, "\x1b!\x30A", 16, 36},
		{"ESC @ resets", Quirks{}, "\x1c!\x0c\x1b@" + hanzi, 16, 18},
		{"FS ! sticks", Quirks{SizeSticks: true}, "\x1c!\x0c\x1b@" + hanzi, 32, 36},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := attach(t, Opts{Quirks: tt.q}).send(tt.in, "\n", cutFeed)
			if gw, gh := inked(w.last()); gw != tt.w || gh != tt.h {
				t.Errorf("%d x %d dots, want %d x %d", gw, gh, tt.w, tt.h)
			}
		})
	}
}

func TestAlign(t *testing.T) {
	left := func(s string) int {
		p := attach(t, Opts{Dots: 384}).send(s, "\n", cutFeed).last()
		b := bitmap{p.Width, p.Height, p.dots}
		for x := range p.Width {
			for y := range p.Height {
				if b.at(x, y) {
					return x
				}
			}
		}
		return -1
	}
	if got := []int{left("AB"), left("\x1ba\x01AB"), left("\x1ba2AB"), left("A\x1ba\x02B")}; !slices.Equal(got, []int{2, 182, 362, 2}) {
		t.Errorf("left edges %v", got)
	}
}

// TestQR: the native code reads back, from a picture with the paper's margins.
func TestQR(t *testing.T) {
	data := "https://hall.example/t/A001?k=" + strings.Repeat("x", 30)
	store := "\x1d(k" + string([]byte{byte(len(data) + 3), 0}) + "1P0" + data
	w := attach(t, Opts{}).send("\x1ba\x01\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E0", store, "\x1d(k\x03\x001Q0", cutFeed)
	slip := w.last()
	if !slices.Equal(slip.Codes, []string{data}) || !slices.Equal(slip.Lines, []string{"[QR]"}) {
		t.Errorf("codes %q, lines %q", slip.Codes, slip.Lines)
	}
	if got := decode(t, slip.Image()); got != data {
		t.Errorf("the picture reads %q", got)
	}
	attach(t, Opts{Quirks: Quirks{NoQR: true}}).send(store, "\x1d(k\x03\x001Q0", "x\n", cutFeed)
}

func decode(t *testing.T, img image.Image) string {
	t.Helper()
	b, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	r, err := qrcode.NewQRCodeReader().Decode(b, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	if err != nil {
		r, err = qrcode.NewQRCodeReader().Decode(b, nil)
	}
	if err != nil {
		t.Fatal("QR not readable:", err)
	}
	return r.GetText()
}

func TestRaster(t *testing.T) {
	for m, want := range []image.Point{{8, 2}, {16, 2}, {8, 4}, {16, 4}} {
		w := attach(t, Opts{}).send("\x1dv0", string(rune(m)), "\x01\x00\x02\x00\xff\xff", cutFeed)
		if x, y := inked(w.last()); x != want.X || y != want.Y {
			t.Errorf("mode %d: %d x %d dots, want %v", m, x, y, want)
		}
	}
	store := "\x1d(L\x0c\x00" + "0p0\x02\x011\x08\x00\x02\x00\xff\xff"
	show := "\x1d(L\x02\x0002"
	w := attach(t, Opts{Quirks: Quirks{Graphics: true}}).send(store, show, cutFeed)
	if x, y := inked(w.last()); x != 16 || y != 2 {
		t.Errorf("GS ( L: %d x %d dots, want 16 x 2", x, y)
	}
	long := "\x1d8L\x0c\x00\x00\x00" + "0p0\x01\x011\x08\x00\x02\x00\xff\xff"
	w = attach(t, Opts{Quirks: Quirks{Graphics: true}}).send(long, show, cutFeed)
	if x, y := inked(w.last()); x != 8 || y != 2 {
		t.Errorf("GS 8 L: %d x %d dots, want 8 x 2", x, y)
	}
	w = attach(t, Opts{}).send("\x1b*\x21\x02\x00\xff\xff\xff\xff\xff\xff\n", cutFeed)
	if x, y := inked(w.last()); x != 2 || y != 24 {
		t.Errorf("ESC *: %d x %d dots, want 2 x 24", x, y)
	}
}

// TestCut: where the blade stands, 10 mm above the head, decides what is on a
// slip; a cut behind an unfinished line is ignored.
func TestCut(t *testing.T) {
	w := attach(t, Opts{}).send("one\n", "\x1dV\x00")
	if got := w.last().Lines; len(got) != 0 {
		t.Errorf("cut at once: %q is on the slip, but has not reached the blade", got)
	}
	w.send("two\n", cutFeed)
	if got := w.last(); !slices.Equal(got.Lines, []string{"one", "two"}) || got.Cut != "full" {
		t.Errorf("next slip %q %s", got.Lines, got.Cut)
	}
	w.send("three", "\x1dVB\x00", "\n", "\x1dVB\x00")
	if got := w.last(); !slices.Equal(got.Lines, []string{"three"}) || got.Cut != "partial" || got.Number != 3 {
		t.Errorf("slip %d %q %s", got.Number, got.Lines, got.Cut)
	}
	if n := w.Stats().Ignored["cut behind an unfinished line"]; n != 1 {
		t.Errorf("ignored %d cuts, want 1", n)
	}
}

func TestNoCutter(t *testing.T) {
	w := attach(t, Opts{Quirks: Quirks{NoCutter: true}}).send("one\n", cutFeed)
	if n := len(w.Papers()); n != 0 {
		t.Fatalf("%d slips cut without a cutter", n)
	}
	w.Tear()
	if got := w.last(); got.Cut != "torn" || !slices.Equal(got.Lines, []string{"one"}) {
		t.Errorf("%q %s", got.Lines, got.Cut)
	}
}

// TestPaperOutMidSlip: the printer stops at once and prints the rest on the new
// roll.
func TestPaperOutMidSlip(t *testing.T) {
	w := attach(t, Opts{}).send("\x1da\xff").expect("10000000")
	w.PaperOutAfter(2)
	w.send("one\ntwo\nthree\n", cutFeed, proof).expect("18 00 0f 00")
	w.set("paper-out", false).expect("10 00 00 00 00")
	slips := w.Papers()
	if len(slips) != 2 || slips[0].Cut != "torn" || !slices.Equal(slips[0].Lines, []string{"one", "two"}) ||
		!slices.Equal(slips[1].Lines, []string{"three"}) {
		t.Errorf("slips %+v", slips)
	}
}

// TestCutterJam: DLE ENQ 1 tries the cut again, DLE ENQ 2 forgets the job.
func TestCutterJam(t *testing.T) {
	for _, tt := range []struct {
		recover string
		proof   string
		slips   int
	}{{"\x10\x05\x01", "00", 1}, {"\x10\x05\x02", "", 0}} {
		w := attach(t, Opts{}).set("cutter-once", true).send("x\n", cutFeed, proof).expect("")
		w.send("\x10\x04\x03").expect("1a")
		w.send(tt.recover).expect(tt.proof)
		w.send("\x10\x04\x03").expect("12")
		if n := len(w.Papers()); n != tt.slips {
			t.Errorf("%x: %d slips, want %d", tt.recover, n, tt.slips)
		}
	}
	w := attach(t, Opts{}).set("cutter", true).send("\x10\x05\x01\x10\x04\x03")
	w.expect("1a") // still blocked
}

// TestPowerLoss: memory is lost, the paper stays in the machine.
func TestPowerLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := attach(t, Opts{}).send("\x1da\xff", "\x1d!\x11").expect("10000000")
		w.PowerLoss(7, 3*time.Second)
		w.send("A1\nA2\nA3\nA4\n", cutFeed, "\x10\x04\x01").expect("")
		if s := w.State(); s.Powered || s.Stats.Lost == 0 {
			t.Errorf("state %+v", s)
		}
		time.Sleep(4 * time.Second)
		w.send("\x10\x04\x01").expect("12")
		w.send("B1\n", cutFeed)
		got := w.last()
		if !slices.Equal(got.Lines, []string{"A1", "A2", "B1"}) {
			t.Errorf("lines %q", got.Lines)
		}
		w.set("cover", true).expect("") // automatic status is off after power-up
	})
}

// TestBufferFull: an offline printer takes its buffer full and no more, and
// answers real-time commands as long as it takes bytes.
func TestBufferFull(t *testing.T) {
	w := attach(t, Opts{Buffer: 256}).set("paper-out", true)
	if n := w.Receive(bytes.Repeat([]byte("x"), 253)); n != 253 {
		t.Fatalf("took %d", n)
	}
	w.send("\x10\x04\x01").expect("1a")
	if n := w.Receive([]byte("more")); n != 0 {
		t.Errorf("took %d bytes with a full buffer", n)
	}
	w.set("paper-out", false)
	if n := w.Receive([]byte("more")); n != 4 {
		t.Errorf("took %d bytes after the buffer was printed", n)
	}
}

func TestSilenceAndGarbage(t *testing.T) {
	w := attach(t, Opts{}).set("silence", true).send("A001\n", cutFeed, proof, "\x10\x04\x01").expect("")
	if len(w.Papers()) != 1 {
		t.Error("a silent printer prints")
	}
	w.set("silence", false).set("garbage", true)
	w.answers()
	w.send(strings.Repeat(proof, 64))
	if noise := w.answers(); len(noise) < 64 || bytes.Equal(noise, make([]byte, 64)) {
		t.Errorf("no noise: % x", noise)
	}
}

// TestSlow: at 10 mm a second a line of 30 dots takes 375 ms, and the proof
// comes after it; real-time status is answered meanwhile.
func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := attach(t, Opts{}).set("slow", true)
		start := time.Now()
		w.send("one\ntwo\n", proof, "\x10\x04\x01").expect("12")
		b := <-w.out
		if took := time.Since(start); took < 740*time.Millisecond || took > 760*time.Millisecond || b[0] != 0 {
			t.Errorf("proof % x after %v, want 750 ms", b, took)
		}
	})
}

// TestWireClock: 251 bytes take 22 ms at 115200 baud and 0.26 s at 9600 (§5).
func TestWireClock(t *testing.T) {
	for baud, want := range map[int]time.Duration{115200: 22 * time.Millisecond, 9600: 261 * time.Millisecond} {
		w := attach(t, Opts{Baud: baud}).send("\x10\x04\x01", strings.Repeat("x", 246), "\n", cutFeed, proof)
		slip := w.last()
		if slip.Bytes != 251 || slip.Wire.Round(time.Millisecond) != want {
			t.Errorf("%d baud: %d bytes in %v, want 251 in %v", baud, slip.Bytes, slip.Wire, want)
		}
	}
}

// TestPace: bytes really arrive at the speed of the line.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := New(Opts{Baud: 9600, Pace: true})
		if err != nil {
			t.Fatal(err)
		}
		host, far := net.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- p.Serve(ctx, far) }()
		start := time.Now()
		go host.Write([]byte(strings.Repeat("x", 249) + "\n" + proof))
		var b [1]byte
		if _, err := host.Read(b[:]); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start).Round(time.Millisecond); took != 264*time.Millisecond {
			t.Errorf("253 bytes at 9600 baud took %v, want 264 ms", took)
		}
		cancel()
		if err := <-done; err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	})
}

func TestPictures(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "000041.png"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var told []int
	p, err := New(Opts{Dir: dir, Keep: 2, OnPaper: func(p Paper) { told = append(told, p.Number) }})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		p.Receive([]byte("A001\n" + cutFeed))
	}
	if !slices.Equal(told, []int{42, 43, 44}) || len(p.Papers()) != 2 {
		t.Errorf("told %v, kept %d", told, len(p.Papers()))
	}
	f, err := os.Open(filepath.Join(dir, "000044.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil || img.Bounds().Dx() != 576+64 {
		t.Errorf("picture %v, %v", img.Bounds(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Opts{{Dots: 100}, {Dots: 2048}, {Buffer: 10}, {Encoding: "big5"}, {Baud: 1}, {Speed: -1}} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
	if err := attach(t, Opts{}).Set("paper-cut", true); err == nil {
		t.Error("a switch that does not exist is accepted")
	}
}
