package devices

import (
	"strings"
	"testing"
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

func TestShade(t *testing.T) {
	for _, c := range [][4]int{{0, 4, 4, 4}, {0, 4, 2, 2}, {1, 4, 4, 1}, {25, 4, 4, 1}, {26, 4, 4, 2}, {75, 4, 4, 3}, {100, 4, 4, 4}, {101, 4, 4, 4}, {50, 15, 0, 8}, {-1, 4, 3, 3}} {
		if got := Shade(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%d%% of %d levels: %d, want %d", c[0], c[1], got, c[3])
		}
	}
}
