package strip

import (
	"bytes"
	"context"
	"encoding/hex"
	"flag"
	"image/png"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallward/devices/sim/printer"
	"hallward/kiosk/theme/fonts"
)

var update = flag.Bool("update", false, "write the pictures anew")

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Frames of the maker's document (v1.4), of another implementation and of the
// field, between their marks.
const (
	ping    = "01 00 00 80 00 00 00 00 00 00 FE 02 05 00 A2 00 01 00 00 68 F8"
	status  = "01 00 00 80 00 00 00 00 00 00 FE 02 05 00 A1 02 01 00 00 2D 40"
	cleared = "01 00 00 80 00 00 00 00 00 00 FE 02 05 00 A3 10 01 00 00 51 F8"
	welcome = "FE FF 00 80 00 00 00 00 00 00 FE 02 2C 00 A3 06 01 00 00 00 01 23 00 00 00 80 00 00 80 80 20 00 00 00 00 0A 00 00 00 00 02 01 01 00 02 0A 08 00 00 00 BB B6 D3 AD B9 E2 C1 D9 3C 49"
	ticker  = "01 00 00 80 00 00 00 00 00 00 FE 02 32 00 A3 06 01 2D 00 00 01 29 00 00 00 00 00 00 18 00 20 00 00 00 00 02 00 00 00 00 02 02 03 00 04 05 0E 00 00 00 30 31 32 33 34 35 51 52 53 54 54 56 27 42 A8 7D"
	temper  = "01 00 00 80 00 00 00 00 00 00 FE 02 35 00 A3 06 02 00 00 00 01 2C 00 00 00 00 0C 00 40 00 0C 00 01 0A 01 02 00 00 00 00 01 01 01 00 17 02 11 00 00 00 5C 46 4F 30 30 30 54 45 4D 50 45 52 3A 32 31 A1 E6 82 DA"
	unwell  = "01 00 00 80 00 00 00 00 00 00 FE 02 32 00 A3 06 01 2D 00 00 01 29 00 00 00 00 00 00 80 00 20 00 00 00 00 02 00 00 00 00 02 02 03 00 04 05 0E 00 00 00 30 31 32 33 34 35 51 52 53 54 54 56 27 42 A8 7D"
	acked   = "00 80 FE FF 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 14 AC"
	nacked  = "00 80 FE FF 00 00 00 00 00 00 FE 02 05 00 A0 01 05 00 00 05 51"
)

// played is a line with the test at its other end.
func played(t *testing.T, o Opts) (*Line, net.Conn) {
	t.Helper()
	l, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx, near) }()
	t.Cleanup(func() { stop(); far.Close(); <-done })
	return l, far
}

// ask sends a frame and gives the answer without its marks; nil is none, told by
// the answer to a ping after it.
func ask(t *testing.T, line net.Conn, frame string) packet {
	t.Helper()
	if err := line.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = line.Write(wire(unhex(t, frame)))
		_, _ = line.Write(wire(unhex(t, ping)))
	}()
	var answers []packet
	var s scanner
	buf := make([]byte, 64)
	for {
		n, err := line.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		s.feed(buf[:n], func(p packet) { answers = append(answers, p) })
		if n := len(answers); n > 0 && answers[n-1].from() == 1 && bytes.Equal(answers[n-1].data(), ack()) {
			if n == 1 && frame != ping { // of the ping: is the other still to come?
				if wantsAnswer(unhex(t, frame)) && toOne(unhex(t, frame)) {
					continue
				}
				return nil
			}
			return answers[0]
		}
	}
}

func wantsAnswer(p packet) bool { return p.data()[2] == 1 }
func toOne(p packet) bool       { return p.to() == 1 || p.to() == anybody }

// The golden frames are understood, and answered with the document's answers.
func TestGoldenFrames(t *testing.T) {
	l, line := played(t, Opts{Width: 192, Height: 32})
	if got := ask(t, line, welcome); !bytes.Equal(got, unhex(t, acked)) {
		t.Errorf("the answer to welcome is % X", got)
	}
	if c, _ := l.Card(1); c.Text != "欢迎光临" || c.Runs || !c.Whole || c.Colour != "red" {
		t.Errorf("welcome: %+v", c)
	}
	ask(t, line, ticker)
	if c, _ := l.Card(1); c.Text != "012345QRSTTV'B" || !c.Runs {
		t.Errorf("ticker: %+v", c)
	}
	if got := ask(t, line, status); got.data()[0] != 0xA1 || got.data()[5] != 1 || got.data()[6] != 15 || got.data()[22] != 1 {
		t.Errorf("status % X", got.data())
	}
	ask(t, line, cleared)
	if c, _ := l.Card(1); c.Areas != 0 || c.Text != "" {
		t.Errorf("cleared: %+v", c)
	}
	if got := ask(t, line, temper); got != nil {
		t.Errorf("an answer that nobody wants: % X", got)
	}
	if c, _ := l.Card(1); c.Text != "" || c.Refused != 1 {
		t.Errorf("an area of 512 pixels is on a strip of 192: %+v", c)
	}
	tall, line := played(t, Opts{Width: 512, Height: 24})
	ask(t, line, temper)
	if c, _ := tall.Card(1); c.Text != "TEMPER:21℃" || c.Strange != 0 {
		t.Errorf("temper: %+v", c)
	}
}

// A frame with a wrong checksum is refused with the document's own words.
func TestWrongChecksum(t *testing.T) {
	l, line := played(t, Opts{Width: 192, Height: 32})
	p := packet(unhex(t, unwell))
	p[atTo], p[atTo+1] = 0xFE, 0xFF
	if got := ask(t, line, hex.EncodeToString(p)); !bytes.Equal(got, unhex(t, nacked)) {
		t.Errorf("the answer is % X", got)
	}
	if c, _ := l.Card(1); c.Areas != 0 {
		t.Errorf("it shows %+v", c)
	}
}

// Whatever arrives, nothing grows and nothing breaks.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{ping, welcome, ticker, temper, acked} {
		f.Add(wire(unhex(f, s)))
	}
	f.Add([]byte{0xA5, 0xA6, 0x03, 0xA5, 0x5B})
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := New(Opts{Addresses: []int{1, 2}})
		if err != nil {
			t.Fatal(err)
		}
		var s scanner
		s.feed(b, func(p packet) { l.receive(p, io.Discard) })
		if len(s.buf) > most {
			t.Fatalf("%d bytes are kept", len(s.buf))
		}
		l.State()
	})
}

// Whatever a command says, a card answers and shows what it can.
func FuzzCommand(f *testing.F) {
	for _, s := range []string{ping, status, welcome, ticker, temper} {
		f.Add([]byte(packet(unhex(f, s)).data()))
	}
	f.Fuzz(func(t *testing.T, d []byte) {
		l, err := New(Opts{Width: 64, Height: 32})
		if err != nil {
			t.Fatal(err)
		}
		if got := l.cards[0].do(d, time.Now()); len(got) < 5 {
			t.Fatalf("answer % X", got)
		}
		l.State()
	})
}

// What the tests show in pictures.
var pictures = []struct {
	name          string
	width, height int
	font          string
	text          string // in the card's writing, UTF-8
	page          int
	level         byte
	mode          byte
}{
	{"called", 160, 16, "000", `\C1请A001号到3号窗口`, 0, 15, 1},
	{"two-lines", 128, 32, "000", `\C1请VB999号到\n128号窗口`, 0, 15, 1},
	{"large", 256, 32, "002", `\C2A001请到12`, 0, 8, 1},
	{"paused", 192, 24, "001", `\C3暂停办理请稍候`, 0, 15, 1},
	{"gbk", 192, 16, "000", `\C5乗俓誠鋅哎唉播□＼`, 0, 15, 1},
	{"empty-page", 160, 16, "000", `\C1请A001号到3号窗口\n `, 1, 15, 1},
}

// The pictures are as they were when somebody looked at them.
func TestPictures(t *testing.T) {
	font, err := printer.ParseFont(fonts.Regular)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pictures {
		l, err := New(Opts{Width: p.width, Height: p.height, Font: font})
		if err != nil {
			t.Fatal(err)
		}
		var text []byte
		for _, r := range `\FO` + p.font + `\FE` + p.font + p.text {
			text = append(text, gbk(t, r)...)
		}
		lines, strange, code := readText(text, false)
		if strange > 0 || code != 0 {
			t.Fatalf("%s: %d strange, error %d", p.name, strange, code)
		}
		c := l.cards[0]
		c.level = p.level
		c.areas[0] = &area{w: p.width, h: p.height, align: 0x0A, mode: p.mode, stay: 1, pages: paginate(lines, p.width, p.height, false, false)}
		if s, _ := l.Card(1); !s.Whole {
			t.Errorf("%s is cut off", p.name)
		}
		img, err := l.Picture(1, p.page)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := png.Encode(&got, img); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", p.name+".png")
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := png.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if img.Bounds() != want.Bounds() {
			t.Errorf("%s: %v, want %v", p.name, img.Bounds(), want.Bounds())
			continue
		}
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				r, g, b, _ := img.At(x, y).RGBA()
				r2, g2, b2, _ := want.At(x, y).RGBA()
				if r != r2 || g != g2 || b != b2 {
					t.Fatalf("%s differs at %d, %d", p.name, x, y)
				}
			}
		}
	}
}

func TestFaultsAreSwitched(t *testing.T) {
	l, line := played(t, Opts{Addresses: []int{1, 2}, Height: 32})
	if err := l.Set(2, "smoke", true); err == nil {
		t.Error("an unknown fault was set")
	}
	if err := l.Set(3, "silent", true); err == nil {
		t.Error("a card that is not there has a fault")
	}
	two := strings.Replace(welcome, "FE FF", "02 00", 1)
	p := packet(unhex(t, two))
	c := crc16(p[:len(p)-2])
	p[len(p)-2], p[len(p)-1] = byte(c), byte(c>>8)
	ask(t, line, hex.EncodeToString(p))
	if s, _ := l.Card(2); s.Text != "欢迎光临" {
		t.Fatalf("%+v", s)
	}
	for _, on := range []bool{true, false} {
		if err := l.Set(2, "power-off", on); err != nil {
			t.Fatal(err)
		}
		if s, _ := l.Card(2); s.Text != "" || s.Areas != 0 {
			t.Errorf("without power %v it shows %+v", on, s)
		}
	}
	if _, err := New(Opts{Addresses: []int{1, 1}}); err == nil {
		t.Error("two cards at one address")
	}
}

// gbk is one character in the card's code.
func gbk(t *testing.T, r rune) []byte {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
