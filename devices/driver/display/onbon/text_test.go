package onbon

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices"
)

func opts(t testing.TB, o Opts) *Opts {
	t.Helper()
	if err := o.check(); err != nil {
		t.Fatal(err)
	}
	return &o
}

// The area of the document's example 2, byte for byte.
func TestGoldenArea(t *testing.T) {
	a := area{w: 128, h: 32, timeout: 10, show: showStill, speed: 2, stay: 10, text: opts(t, Opts{}).bytes("欢迎光临")}
	if got, want := a.update(answerYes), unhex(t, welcome); !bytes.Equal(got, want) {
		t.Errorf("% X, want\n% X", got, want)
	}
	if got, want := (area{id: 2}).remove(answerNo), unhex(t, "A3 06 02 00 00 01 02 00"); !bytes.Equal(got, want) {
		t.Errorf("% X, want % X", got, want)
	}
	spoken := area{w: 128, h: 16, sound: soundSpeech, speaker: 1, volume: 7, pace: 5, speech: []byte("ab"), show: showStill, text: []byte("x")}
	if got, want := spoken.update(answerYes)[9:], unhex(t, "00 00 80 00 00 80 80 10 00 00 00 00 00 00 02 01 07 05 02 00 00 00 61 62 00 00 02 01 01 00 00 00 01 00 00 00 78"); !bytes.Equal(got, want) {
		t.Errorf("% X, want\n% X", got, want)
	}
}

func TestLayout(t *testing.T) {
	for _, c := range []struct {
		name  string
		opts  Opts
		sign  devices.Sign
		flash bool
		want  string // the text of the area without its style; GBK read back
		runs  bool
	}{
		{"a call on one line", Opts{Width: 160}, devices.Sign{State: devices.SignCalled, Text: "请A001号到3号窗口"}, false, "请A001号到3号窗口", false},
		{"which flashes", Opts{Width: 160}, devices.Sign{State: devices.SignCalled, Text: "请A001号到3号窗口"}, true, `请A001号到3号窗口\n `, false},
		{"too long: it runs and does not flash", Opts{Width: 96}, devices.Sign{State: devices.SignCalled, Text: "请A001号到3号窗口"}, true, "请A001号到3号窗口", true},
		{"two lines, and no number torn", Opts{Width: 96, Height: 32}, devices.Sign{State: devices.SignCalled, Text: "请VB0001号到综合3号窗口"}, false, `请VB0001号到\n综合3号窗口`, false},
		{"two lines that flash", Opts{Width: 96, Height: 32}, devices.Sign{State: devices.SignCalled, Text: "请A001号到3号窗口"}, true, `请A001号到\n3号窗口\n `, false},
		{"one of two lines that flashes", Opts{Width: 160, Height: 32}, devices.Sign{State: devices.SignCalled, Text: "请A001号到3号窗口"}, true, `请A001号到3号窗口\n \n `, false},
		{"a mark never begins a line", Opts{Width: 64, Height: 48}, devices.Sign{State: devices.SignPaused, Text: "暂停办理，请稍候"}, false, `暂停办\n理，请稍\n候`, false},
		{"larger letters", Opts{Width: 128, Height: 32, Font: 32}, devices.Sign{State: devices.SignCalled, Text: "A001请到3"}, false, "A001请到3", true},
		{"a template", Opts{Width: 128, Templates: map[string]string{devices.SignCalled: "{number} 请到{window}号窗"}}, devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3", Text: "x"}, false, "A001 请到3号窗", false},
		{"both languages", Opts{Width: 200, Height: 32, Templates: map[string]string{devices.SignOpen: "{text}\n{english}"}}, devices.Sign{State: devices.SignOpen, Text: "欢迎您", English: "Welcome"}, false, `欢迎您\nWelcome`, false},
		{"a sign without words", Opts{}, devices.Sign{State: devices.SignServing, Number: "A001"}, false, "A001", false},
		{"dark", Opts{}, devices.Sign{Text: "left over"}, false, " ", false},
		{"what would be an escape", Opts{Width: 320}, devices.Sign{State: devices.SignMessage, Text: `a\C1[n1]` + "\x00\x1b\tb"}, false, "a＼C1［n1] b", false},
		{"what no font has", Opts{Width: 320}, devices.Sign{State: devices.SignMessage, Text: "𠮷😀€\xff"}, false, "□□□□", false},
		{"simplified fonts only", Opts{Width: 320, Charset: GB2312}, devices.Sign{State: devices.SignMessage, Text: "3号視窗"}, false, "3号□窗", false},
		{"a second byte of 5C", Opts{Width: 320}, devices.Sign{State: devices.SignMessage, Text: "誠鋅"}, false, "誠鋅", false},
		{"on a card that stumbles there", Opts{Width: 320, Quirks: Quirks{Bytewise: true}}, devices.Sign{State: devices.SignMessage, Text: "誠信"}, false, "□信", false},
	} {
		o := opts(t, c.opts)
		a := o.area(c.sign, c.flash)
		style := []byte(o.style(c.sign.State))
		if !bytes.HasPrefix(a.text, style) {
			t.Errorf("%s: begins with %q, want %q", c.name, a.text, style)
			continue
		}
		want := c.want
		for _, part := range strings.Split(want, `\n`) {
			want = strings.Replace(want, part, string(o.bytes(part)), 1)
		}
		if got := string(a.text[len(style):]); got != want || (a.show == showLeft) != c.runs || a.single != c.runs {
			t.Errorf("%s: % X (runs %v), want % X (%v)", c.name, got, a.show == showLeft, want, c.runs)
		}
		if c.flash && !c.runs && a.stay != 1 {
			t.Errorf("%s: pages stay for %d half seconds", c.name, a.stay)
		}
	}
}

// The fonts and the colour stand before every text.
func TestStyle(t *testing.T) {
	o := opts(t, Opts{Height: 32, Font: 24, Colours: map[string]string{devices.SignOpen: "cyan"}})
	for state, want := range map[string]string{
		devices.SignCalled: `\FO001\FE001\C1`, devices.SignServing: `\FO001\FE001\C2`, devices.SignPaused: `\FO001\FE001\C3`,
		devices.SignOpen: `\FO001\FE001\C5`, "": `\FO001\FE001\C1`,
	} {
		if got := o.style(state); got != want {
			t.Errorf("%s: %q, want %q", state, got, want)
		}
	}
}

// R-WIN-09: whatever stands on a sign, its frame fits a card, and its text has
// no escape that the driver has not put there.
func TestAnySignFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Opts{Width: rapid.IntRange(16, 512).Draw(t, "width"), Height: rapid.SampledFrom([]int{16, 24, 32, 64}).Draw(t, "height"),
			Charset: rapid.SampledFrom([]Charset{GBK, GB2312}).Draw(t, "charset"), Sound: Speech}
		if err := o.check(); err != nil {
			t.Fatal(err)
		}
		text := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune(`乗誠哎唉\[]n1CFO，。A0 `+"\n")), rapid.Rune())).Draw(t, "text")
		a := o.area(devices.Sign{State: rapid.SampledFrom([]string{"", "called", "message"}).Draw(t, "state"), Text: text}, rapid.Bool().Draw(t, "flash"))
		a.sound = soundSpeech
		a.speech, _ = o.speech(devices.Speech{Lang: "zh-CN", Parts: []devices.Part{{Kind: devices.PartText, Text: text}}})
		if n := len(a.update(answerYes)); n > MaxData {
			t.Fatalf("%d bytes", n)
		}
		body := a.text[len(o.style("")):]
		for i := 0; i < len(body); i++ {
			switch {
			case body[i] >= 0x80:
				i++
			case body[i] == '\\' && (i+1 == len(body) || body[i+1] != 'n'), body[i] == '[', body[i] < ' ':
				t.Fatalf("% X at %d of % X", body[i], i, body)
			}
		}
	})
}

func TestSpeech(t *testing.T) {
	o := opts(t, Opts{Sound: Speech})
	call := devices.Speech{Lang: "zh-CN", Parts: []devices.Part{
		{Kind: devices.PartWord, Text: "请"}, {Kind: devices.PartDigits, Text: "A001"}, {Kind: devices.PartWord, Text: "号到"},
		{Kind: devices.PartPause, Text: "200"}, {Kind: devices.PartValue, Text: "12"}, {Kind: devices.PartWord, Text: "号窗口"},
	}}
	got, ok := o.speech(call)
	if want := o.bytes("请[n1]A001号到，[n2]12号窗口"); !ok || !bytes.Equal(got, want) {
		t.Errorf("% X, want % X", got, want)
	}
	if _, ok := o.speech(devices.Speech{Lang: "yue", Parts: call.Parts}); ok {
		t.Error("it speaks Cantonese")
	}
	if got, _ := o.speech(devices.Speech{Lang: "en", Parts: []devices.Part{{Kind: devices.PartText, Text: "[v10] window"}, {Kind: devices.PartValue, Text: "3"}}}); string(got) != "[g2]"+string(o.bytes("［"))+"v10] window [n2]3" {
		t.Errorf("%q", got)
	}
	if d := Spoken(call, 5); d < 3*time.Second || d > 6*time.Second {
		t.Errorf("a call takes %s", d)
	}
	if Spoken(call, 10) >= Spoken(call, 5) || Spoken(call, 1) <= Spoken(call, 5) {
		t.Error("the pace does not count")
	}
}

func TestNewRefusesWrongSettings(t *testing.T) {
	for _, o := range []*Opts{
		{Units: []int{-1}}, {Units: []int{32768}}, {Units: []int{0, 1}}, {Width: 8}, {Height: 4000}, {Font: 20}, {Font: 32},
		{Area: 5}, {Speed: 25}, {Speaker: 6}, {Pace: 11}, {Charset: "big5"}, {Sound: "loud"}, {Forget: time.Millisecond},
		{Templates: map[string]string{"called": "{name}"}}, {Colours: map[string]string{"called": "pink"}},
	} {
		if _, err := New(nil, o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
