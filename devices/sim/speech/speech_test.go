package speech

import (
	"encoding/hex"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden are the frames of the SYN6288 datasheet, and what the chip makes of them.
var golden = []struct{ name, bytes, words, answer string }{
	{"GB2312", "FD 00 0B 01 00 D3 EE D2 F4 CC EC CF C2 C1", "宇音天下", "A"},
	{"GBK", "FD 00 0B 01 01 D3 EE D2 F4 CC EC CF C2 C0", "宇音天下", "A"},
	{"BIG5", "FD 00 0B 01 02 A6 74 AD B5 A4 D1 A4 55 BB", "宇音天下", "A"},
	{"Unicode", "FD 00 0B 01 03 8B ED 97 F3 59 29 4E 0B C3", "语音天下", "A"},
	{"GBK with music 1", "FD 00 0B 01 09 D3 EE D2 F4 CC EC CF C2 C8", "宇音天下", "A"},
	{"GBK with music 15", "FD 00 0B 01 79 D3 EE D2 F4 CC EC CF C2 B8", "宇音天下", "A"},
	{"volume 11", "FD 00 08 01 01 5B 76 31 31 5D 85", "", "AO"},
	{"stop", "FD 00 02 02 FD", "", "A"},
	{"pause", "FD 00 02 03 FC", "", "A"},
	{"resume", "FD 00 02 04 FB", "", "A"},
	{"status", "FD 00 02 21 DE", "", "O"},
	{"sleep", "FD 00 02 88 77", "", "A"},
	{"9600", "FD 00 03 31 00 CF", "", "A"},
	{"19200", "FD 00 03 31 01 CE", "", "A"},
	{"38400", "FD 00 03 31 02 CD", "", "A"},
	{"a wrong check", "FD 00 02 21 DF", "", "E"},
	{"no such command", "FD 00 02 55 AA", "", "E"},
}

// bench is a chip with a hand-made host.
type bench struct {
	c       *Chip
	host    net.Conn
	answers chan byte
}

// newBench plugs a chip in, inside a synctest bubble.
func newBench(t *testing.T, chip string) *bench {
	t.Helper()
	c, err := New(Opts{Chip: chip})
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	b := &bench{c: c, host: far, answers: make(chan byte, 100)}
	done := make(chan error, 1)
	go func() { done <- c.Serve(t.Context(), near) }()
	go func() {
		one := make([]byte, 1)
		for {
			if _, err := io.ReadFull(far, one); err != nil {
				close(b.answers)
				return
			}
			b.answers <- one[0]
		}
	}()
	t.Cleanup(func() { far.Close(); near.Close(); <-done })
	return b
}

// tell sends bytes, waits and gives what the chip has answered.
func (b *bench) tell(t *testing.T, p []byte, wait time.Duration) string {
	t.Helper()
	if _, err := b.host.Write(p); err != nil {
		t.Fatal(err)
	}
	return b.after(wait)
}

func (b *bench) after(wait time.Duration) string {
	<-time.After(wait)
	synctest.Wait()
	said := ""
	for {
		select {
		case c := <-b.answers:
			said += string([]byte{c})
		default:
			return said
		}
	}
}

func TestGoldenFrames(t *testing.T) {
	for _, g := range golden {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, "syn6288")
			if got := b.tell(t, unhex(t, g.bytes), 20*time.Millisecond); got != g.answer {
				t.Errorf("%s: answer %q, want %q", g.name, got, g.answer)
			}
			s := b.c.State()
			if g.words != "" && (len(s.Said) != 1 || s.Said[0].Words != g.words) {
				t.Errorf("%s: %+v, want %q", g.name, s.Said, g.words)
			}
			if g.name == "19200" && s.Baud != 19200 {
				t.Errorf("baud %d", s.Baud)
			}
			if g.name == "volume 11" && s.Said[0].Volume != 11 {
				t.Errorf("volume %d", s.Said[0].Volume)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // the XFS5152CE's own: no check
		b := newBench(t, "xfs5152")
		if got := b.tell(t, unhex(t, "FD 00 01 21"), 30*time.Millisecond); got != "O" {
			t.Errorf("status: %q", got)
		}
		if got := b.tell(t, unhex(t, "FD 00 0A 01 01 D3 EE D2 F4 CC EC CF C2"), 5*time.Second); got != "AO" || b.c.State().Said[0].Words != "宇音天下" {
			t.Errorf("speak: %q, %+v", got, b.c.State())
		}
		if got := b.tell(t, unhex(t, "FD 00 01 88"), 30*time.Millisecond); got != "A" || !b.c.State().Asleep {
			t.Errorf("sleep: %q", got)
		}
		if got := b.tell(t, unhex(t, "FD 00 01 21"), 30*time.Millisecond); got != "" {
			t.Errorf("status of a sleeping one: %q", got)
		}
		if got := b.tell(t, unhex(t, "FD 00 01 FF"), 30*time.Millisecond); got != "A" {
			t.Errorf("wake: %q", got)
		}
	})
}

// The times of the datasheet: gaps, the end that is told, pre-emption, pause.
func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "syn6288")
		speakIt := unhex(t, "FD 00 0B 01 00 D3 EE D2 F4 CC EC CF C2 C1") // 0.8 s
		status := unhex(t, "FD 00 02 21 DE")
		if got := b.tell(t, speakIt[:5], 9*time.Millisecond) + b.tell(t, speakIt[5:], 20*time.Millisecond); got != "" || b.c.State().Torn != 1 {
			t.Errorf("a gap of 9 ms: %q, %+v", got, b.c.State())
		}
		if got := b.tell(t, speakIt[:5], 8*time.Millisecond) + b.tell(t, speakIt[5:], 9*time.Millisecond); got != "A" {
			t.Errorf("a gap of 8 ms: %q", got)
		}
		if got := b.tell(t, status, 9*time.Millisecond); got != "N" {
			t.Errorf("status while it speaks: %q", got)
		}
		if got := b.tell(t, slices.Concat(status, status), 9*time.Millisecond); got != "N" || b.c.State().Crowded != 1 {
			t.Errorf("two frames without a gap: %q", got)
		}
		if got := b.tell(t, speakIt, 700*time.Millisecond); got != "A" { // the first is cut off
			t.Errorf("pre-emption: %q", got)
		}
		if got := b.after(200 * time.Millisecond); got != "O" {
			t.Errorf("the end: %q", got)
		}
		if s := b.c.State().Said; !s[0].Cut || s[1].Cut || !s[1].Over {
			t.Errorf("%+v", s)
		}
		b.tell(t, speakIt, 400*time.Millisecond)
		if got := b.tell(t, unhex(t, "FD 00 02 03 FC"), time.Minute); got != "A" {
			t.Errorf("held: %q", got)
		}
		if got := b.tell(t, unhex(t, "FD 00 02 04 FB"), 300*time.Millisecond); got != "A" {
			t.Errorf("resumed: %q", got)
		}
		if got := b.after(200 * time.Millisecond); got != "O" {
			t.Errorf("the end after a pause: %q", got)
		}
	})
}

// What is heard: the examples of the datasheet, and its rules for marks.
func TestMarks(t *testing.T) {
	for _, c := range []struct {
		chip, text, words string
		strange           int
	}{
		{"syn6288", "[v12][t4][x1]soundk，请[n1][y1]A001号，到[n2]12号窗口办理", "<soundk>，请A零零一号，到十二号窗口办理", 0},
		{"syn6288", "请[n1][y0]B11号", "请B幺幺号", 0},
		{"syn6288", "请001号到12号窗口", "请零零幺号到十二号窗口", 0}, // the guess
		{"syn6288", "[x0]soundk，[n2]105，110，20，1020", "soundk，一百零五，一百一十，二十，一千零二十", 0},
		{"syn6288", "[x1]sounda到soundz，ringaa", "sounda到soundz，ringaa", 0}, // not set off, or none
		{"syn6288", "您好[v3]", "您好", 1},
		{"syn6288", "[v17][t6][q1][n3][", "", 5},
		{"syn6288", "[g2]12", "十二", 1},
		{"xfs5152", "[v10][s10][g2][h2]Number [n1]01 window [n2]12", "Number 0 1 window 12", 0},
		{"xfs5152", "[v11][t4]", "", 2},
	} {
		w := usual(models[c.chip])
		if h := w.hear(models[c.chip], c.text, 200*time.Millisecond); h.words != c.words || h.strange != c.strange {
			t.Errorf("%s %q: %q with %d strange marks, want %q with %d", c.chip, c.text, h.words, h.strange, c.words, c.strange)
		}
	}
	w := usual(models["syn6288"])
	slow := w.hear(models["syn6288"], "[t0]请到窗口", 200*time.Millisecond).took
	if fast := w.hear(models["syn6288"], "[t5]请到窗口", 200*time.Millisecond).took; fast >= slow || w.volume != 8 {
		t.Errorf("fast takes %s, slow %s", fast, slow)
	}
}

// Every fault has its effect, and is gone when it is mended.
func TestSwitches(t *testing.T) {
	speakIt := "FD 00 0B 01 00 D3 EE D2 F4 CC EC CF C2 C1"
	for name, want := range map[string]string{"silent": "", "reject": "E", "busy": "A", "reset": "AJ", "garble": "\x00a\xff\x00o\xff", "no-ack": "O", "no-end": "A", "deaf": "", "one-way": ""} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, "syn6288")
			if err := b.c.Set(name, true); err != nil {
				t.Fatal(err)
			}
			if got := b.tell(t, unhex(t, speakIt), 3*time.Second); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
			if err := b.c.Set(name, false); err != nil {
				t.Fatal(err)
			}
			b.after(3 * time.Second)
			if got := b.tell(t, unhex(t, speakIt), 3*time.Second); got != "AO" {
				t.Errorf("%s mended: %q", name, got)
			}
		})
	}
	c, err := New(Opts{})
	if err != nil || len(Switches) != len(c.State().Switches) || c.Set("smoke", true) == nil {
		t.Errorf("%v", err)
	}
	if _, err := New(Opts{Chip: "wt588"}); err == nil {
		t.Error("a chip that is not there")
	}
}

// No bytes make the buffer grow, and no text makes the reader fall over.
func FuzzReceiver(f *testing.F) {
	for _, g := range golden {
		f.Add(unhex(f, g.bytes))
	}
	f.Add([]byte{0xFD, 0xFF, 0xFF, 0xFD, 0, 2, 0x21, 0xDE})
	f.Fuzz(func(t *testing.T, p []byte) {
		for name, m := range models {
			r := receiver{m: m}
			frames := 0
			for _, b := range p {
				frame, done := r.feed(b)
				if len(r.buf) > m.text+6 {
					t.Fatalf("%d bytes are kept", len(r.buf))
				}
				if done {
					frames++
				}
				if len(frame) > 1 && frame[0] == speak {
					if text, err := codes[frame[1]&3].NewDecoder().Bytes(frame[2:]); err == nil {
						w := usual(m)
						if h := w.hear(m, string(text), time.Millisecond); h.took < 0 || w.volume > m.volume {
							t.Fatalf("%s: %q: %+v", name, text, h)
						}
					}
				}
			}
			if frames == 0 && r.lost+len(r.buf) != len(p) {
				t.Fatalf("%s: %d bytes lost and %d kept of %d", name, r.lost, len(r.buf), len(p))
			}
		}
	})
}
