package devices

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSignFill(t *testing.T) {
	s := Sign{Number: "A001", Window: "3", Text: "请A001号到3号窗口", English: "A001 to window 3", Staff: "王样例", Post: "综合", Waiting: 12}
	for _, c := range []struct{ template, want string }{
		{"", ""},
		{"{number} 请到{window}号窗", "A001 请到3号窗"},
		{"{text}|{english}", "请A001号到3号窗口|A001 to window 3"},
		{"{staff} {post} {waiting}", "王样例 综合 12"},
		{"{nobody}", "{nobody}"},
	} {
		if got := s.Fill(c.template); got != c.want {
			t.Errorf("%q: %q, want %q", c.template, got, c.want)
		}
	}
	if got := (Sign{Text: "{number}", Number: "A001"}).Fill("{text}"); got != "{number}" {
		t.Errorf("a text with a brace became %q", got)
	}
}

func TestCheckSignTemplate(t *testing.T) {
	for template, want := range map[string]string{
		"{number} {window}": "", "": "", "请{number}号": "",
		"{numbr}": `"{numbr}" is no place`, "{number": `"{number" is no place`, "number}": `"}" is no place`, "{Number}": `"{Number}"`,
	} {
		err := CheckSignTemplate(template)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", template, err, want)
		}
	}
}

// gbk is the room that a character takes in GBK.
func gbk(r rune) int {
	if r < 0x80 {
		return 1
	}
	return 2
}

// R-WIN-09: where there is little room no number is cut, since half a number is
// a wrong one.
func TestSqueeze(t *testing.T) {
	called := Sign{State: SignCalled, Number: "VB999", Window: "128", Text: "请VB999号到128号窗口"}
	serving := Sign{State: SignServing, Number: "C002", Window: "6", Text: "6号窗口 正在为C002号办理"}
	paused := Sign{State: SignPaused, Window: "128", Text: "128号窗口 暂停办理，请到其他窗口"}
	for _, c := range []struct {
		s    Sign
		room int
		want string
	}{
		{called, 99, "请VB999号到128号窗口"}, {called, 20, "请VB999号到128号窗口"}, {called, 19, "VB999 128号窗口"}, {called, 15, "VB999 128号窗口"},
		{called, 14, "VB999"}, {called, 5, "VB999"}, {called, 4, "请"}, {called, 1, ""},
		{serving, 16, "C002 6号窗口"}, {serving, 11, "C002"},
		{paused, 15, "128号窗口 暂停"}, {paused, 3, "128"}, {paused, 2, ""},
		{Sign{State: SignMessage, Number: "A1", Text: "Service Hall 2026"}, 15, "Service Hall "},
		{Sign{State: SignMessage, Text: "Service Hall"}, 4, "Serv"},
		{Sign{State: SignMessage, Text: "\xff\xff1"}, 4, "\xff\xff"},
	} {
		if got := c.s.Squeeze(c.room, gbk); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.s.Text, c.room, got, c.want)
		}
	}
}

func TestHeadKeepsNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.SampledFrom([]rune("请号A0B1 9窗-z")), 0, 20).Draw(t, "text"))
		room := rapid.IntRange(0, 30).Draw(t, "room")
		head := Head(text, room, gbk)
		rest, begins := strings.CutPrefix(text, head)
		took := 0
		for _, r := range head {
			took += gbk(r)
		}
		if !begins || took > room {
			t.Fatalf("%q in %d: %q", text, room, head)
		}
		last := head[len(strings.TrimRightFunc(head, inWord)):]
		next := rest
		if end := strings.IndexFunc(rest, func(r rune) bool { return !inWord(r) }); end >= 0 {
			next = rest[:end]
		}
		if last != "" && next != "" && strings.ContainsAny(last+next, "019") {
			t.Fatalf("%q in %d cuts a number: %q", text, room, head)
		}
	})
}

func TestShade(t *testing.T) {
	for _, c := range [][4]int{{0, 4, 4, 4}, {0, 4, 2, 2}, {1, 4, 4, 1}, {25, 4, 4, 1}, {26, 4, 4, 2}, {75, 4, 4, 3}, {100, 4, 4, 4}, {101, 4, 4, 4}, {50, 15, 0, 8}, {-1, 4, 3, 3}} {
		if got := Shade(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%d%% of %d levels: %d, want %d", c[0], c[1], got, c[3])
		}
	}
}
