package speech

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"hallward/devices"
)

func call(number, window string) []devices.Part {
	return []devices.Part{{Kind: devices.PartWord, Text: "请"}, {Kind: devices.PartDigits, Text: number}, {Kind: devices.PartWord, Text: "号，到"},
		{Kind: devices.PartValue, Text: window}, {Kind: devices.PartWord, Text: "号窗口办理"}}
}

var english = []devices.Part{{Kind: devices.PartWord, Text: "Number"}, {Kind: devices.PartDigits, Text: "A001"}, {Kind: devices.PartPause, Text: "150"},
	{Kind: devices.PartWord, Text: "please go to"}, {Kind: devices.PartWord, Text: "window"}, {Kind: devices.PartValue, Text: "12"}}

func written(t testing.TB, m Model, o Opts, a devices.Announcement) (texts, left []string) {
	t.Helper()
	if err := o.check(m); err != nil {
		t.Fatal(err)
	}
	list, left := o.phrases(m, a)
	for _, p := range list {
		b, err := simplifiedchinese.GBK.NewDecoder().Bytes(p.text)
		if err != nil || len(p.text) > MaxText || p.takes <= 0 {
			t.Fatalf("% X of %s: %v", p.text, p.takes, err)
		}
		texts = append(texts, string(b))
	}
	return texts, left
}

// R-VOICE-05: the ticket digit by digit, the window as a value.
func TestWriting(t *testing.T) {
	zh := devices.Speech{Lang: "zh-CN", Parts: call("A001", "12")}
	en := devices.Speech{Lang: "en", Parts: english}
	notice := func(text string) devices.Speech {
		return devices.Speech{Lang: "zh-CN", Parts: []devices.Part{{Kind: devices.PartText, Text: text}}}
	}
	for _, c := range []struct {
		name string
		m    Model
		o    Opts
		a    devices.Announcement
		want []string
		left []string
	}{
		{"the datasheet's way", SYN6288, Opts{}, devices.Announcement{Chime: true, Volume: 75, Speeches: []devices.Speech{zh}},
			[]string{"[v12][t4][x1]soundk，请[n1][y1]A001号，到[n2]12号窗口办理"}, nil},
		{"without a chime, slow, with 幺", SYN6288, Opts{Speed: 2, Yao: true}, devices.Announcement{Volume: 1, Speeches: []devices.Speech{zh}},
			[]string{"[v1][t2][x0]请[n1][y0]A001号，到[n2]12号窗口办理"}, nil},
		{"English is left out", SYN6288, Opts{Chime: "soundg"}, devices.Announcement{Chime: true, Volume: 100, Speeches: []devices.Speech{en, zh, {Lang: "yue", Parts: zh.Parts}}},
			[]string{"[v16][t4][x1]soundg，请[n1][y1]A001号，到[n2]12号窗口办理"}, []string{"en", "yue"}},
		{"or spelled", SYN6288, Opts{English: Spell}, devices.Announcement{Volume: 50, Speeches: []devices.Speech{en}},
			[]string{"[v8][t4][x0]Number [n1][y1]A001 , please go to window [n2]12 "}, nil},
		{"English of the XFS5152CE", XFS5152, Opts{Speed: 7}, devices.Announcement{Chime: true, Volume: 70, Speeches: []devices.Speech{zh, en}},
			[]string{"[v7][s7][x0][g1]请[n1][y1][h1]A001号，到[n2]12号窗口办理", "[v7][s7][x0][g2][h2]Number [n1][y1][h1]A001 , [h2]please go to [h2]window [n2]12 "}, nil},
		{"its chime", XFS5152, Opts{Chime: "sound301", English: Skip}, devices.Announcement{Chime: true, Volume: 71, Speeches: []devices.Speech{zh, en}},
			[]string{"[v8][s5][x1][g1]sound301，请[n1][y1][h1]A001号，到[n2]12号窗口办理"}, []string{"en"}},
		{"a notice with marks and tones in it", SYN6288, Opts{}, devices.Announcement{Chime: true, Volume: 50, Speeches: []devices.Speech{notice("[v16]soundb，3楼\x07[n2]停电😀𠮷[")}},
			[]string{"[v8][t4][x1]soundk，", "[v8][t4][x0][n0]v16soundb，[n0]3楼n2停电"}, nil},
		{"nothing to say", SYN6288, Opts{}, devices.Announcement{Chime: true, Volume: 50, Speeches: []devices.Speech{notice("😀[]")}}, nil, nil},
	} {
		got, left := written(t, c.m, c.o, c.a)
		if !slices.Equal(got, c.want) || !slices.Equal(left, c.left) {
			t.Errorf("%s:\n%q, left %q, want\n%q, left %q", c.name, got, left, c.want, c.left)
		}
	}
}

// Text longer than a frame is cut at its punctuation, and every frame has the
// marks for itself.
func TestLongText(t *testing.T) {
	sentence := strings.Repeat("窗口因故停止办理业务", 3) + "，"
	long := strings.Repeat(sentence, 6) + strings.Repeat("请大家稍等", 40) + "12345678901234567890" + strings.Repeat("，", 80)
	a := devices.Announcement{Volume: 50, Speeches: []devices.Speech{{Lang: "zh-CN", Parts: []devices.Part{{Kind: devices.PartText, Text: long}}}}}
	got, _ := written(t, SYN6288, Opts{}, a)
	whole := ""
	for i, text := range got {
		body, ok := strings.CutPrefix(text, "[v8][t4][x0]")
		if !ok || i < 2 && !strings.HasSuffix(body, "，") {
			t.Errorf("%d: %q", i, text)
		}
		whole += strings.ReplaceAll(body, asGuess, "")
	}
	if whole != long || !strings.Contains(strings.Join(got, "|"), "12345678901234567890") {
		t.Errorf("%q\nis not what was to be said:\n%q", whole, long)
	}
}

// Whatever is to be said fits its frames, is written in GBK without a broken
// character, and has no mark but the driver's own.
func TestWritingHolds(t *testing.T) {
	own := []string{asGuess, asDigits, asValue, tonesOn, tonesOff, inChinese, inEnglish, wordLetters, wordWhole, "[y0]", "[y1]"}
	rapid.Check(t, func(rt *rapid.T) {
		m := rapid.SampledFrom([]Model{SYN6288, XFS5152}).Draw(rt, "model")
		kind := rapid.SampledFrom([]string{devices.PartWord, devices.PartDigits, devices.PartValue, devices.PartText, devices.PartPause})
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`([请到窗口，。号0-9A-Z a-z\[\]v]){0,300}`))
		a := devices.Announcement{Chime: rapid.Bool().Draw(rt, "chime"), Volume: rapid.IntRange(1, 100).Draw(rt, "volume")}
		for range rapid.IntRange(0, 3).Draw(rt, "speeches") {
			s := devices.Speech{Lang: rapid.SampledFrom([]string{"zh-CN", "en"}).Draw(rt, "lang")}
			for range rapid.IntRange(0, 6).Draw(rt, "parts") {
				p := devices.Part{Kind: kind.Draw(rt, "kind"), Text: text.Draw(rt, "text")}
				if p.Kind == devices.PartDigits || p.Kind == devices.PartValue {
					p.Text = rapid.StringMatching(`[A-Z0-9\[]{0,8}`).Draw(rt, "number")
				}
				s.Parts = append(s.Parts, p)
			}
			a.Speeches = append(a.Speeches, s)
		}
		o := Opts{}
		if err := o.check(m); err != nil {
			rt.Fatal(err)
		}
		list, _ := o.phrases(m, a)
		for _, p := range list {
			b, err := simplifiedchinese.GBK.NewDecoder().Bytes(p.text)
			if err != nil || len(p.text) > MaxText || bytes.ContainsRune(b, utf8.RuneError) || p.takes < leadIn || p.takes > 5*time.Minute {
				rt.Fatalf("%d bytes %q of %s: %v", len(p.text), b, p.takes, err)
			}
			text := string(b)
			text = text[strings.Index(text, tonesMark(text)):]
			for _, mark := range own {
				text = strings.ReplaceAll(text, mark, "")
			}
			if strings.ContainsAny(text, "[]") {
				rt.Fatalf("marks of others in %q", b)
			}
		}
	})
}

func tonesMark(text string) string {
	if strings.Contains(text, tonesOn) {
		return tonesOn
	}
	return tonesOff
}

func TestLevels(t *testing.T) {
	for _, c := range [][3]int{{1, 16, 1}, {0, 16, 1}, {50, 16, 8}, {100, 16, 16}, {200, 16, 16}, {1, 10, 1}, {75, 10, 8}, {100, 10, 10}} {
		if got := level(c[0], c[1]); got != c[2] {
			t.Errorf("%d %% of %d is %d, want %d", c[0], c[1], got, c[2])
		}
	}
}
