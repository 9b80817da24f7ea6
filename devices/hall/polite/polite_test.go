package polite_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"hallward/devices/hall/polite"
)

// R-VOICE-03: a word of the list is found however it is written, and named with
// its source.
func TestCheck(t *testing.T) {
	for text, want := range map[string]string{
		"":                "",
		"请到3号窗口办理":        "",
		"这事我不管":           "我不管 S0 L380",
		"不 知　道":           "不知道 S0 L380",
		"不\u200b知\ufeff道": "不知道 S0 L380",
		"不·知·道":           "不知道 S0 L380",
		"“不知”道":           "不知道 S0 L380",
		"他不知，道路已封闭":       "",
		"不懂":              "不懂 S3 L260",
		"少囉嗦":             "少啰嗦 S0 L380",
		"不歸我管":            "不归我管 own list after Annex F of S4",
		"⾃己看":             "自己看 own list after Annex F of S4",
		"ＮＯＴ　ＭＹ　ＰＲＯＢＬＥＭ":          "not my problem own list after Annex F of S4",
		"I Don’t \n know":         "don't know own list after Annex F of S4",
		"Illegal operations":      "illegal operation own list after Annex F of S4",
		"The cargo awaits you":    "",
		"cargo away":              "",
		"cargo away, now go away": "go away own list after Annex F of S4",
		"如有意见或建议，请填写意见簿":          "",
		"有意见你去说":                  "有意见你 own list after Annex F of S4",
	} {
		hit, bad := polite.Check(text)
		if got := strings.TrimSpace(hit.Word + " " + hit.Source); got != want || bad != (want != "") {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Every word of the list is in the plain form in which texts are compared, and
// has a source.
func TestForbidden(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range polite.Forbidden {
		hit, bad := polite.Check(w.Text)
		if !bad || !strings.Contains(w.Text, hit.Word) || w.Source == "" || seen[w.Text] {
			t.Errorf("%+v: found %+v", w, hit)
		}
		seen[w.Text] = true
	}
}

// What is put around and between the characters of a Chinese word hides
// nothing.
func TestHidden(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.SampledFrom(polite.Forbidden).Draw(t, "word")
		if w.Text[0] < utf8.RuneSelf {
			w.Text = strings.ToUpper(w.Text)
		} else {
			var b strings.Builder
			for _, r := range w.Text {
				b.WriteRune(r)
				b.WriteString(rapid.SampledFrom([]string{"", " ", "　", "\u200d", "·", "-"}).Draw(t, "between"))
			}
			w.Text = b.String()
		}
		if _, bad := polite.Check("请看：" + w.Text + "。"); !bad {
			t.Errorf("%q is let through", w.Text)
		}
	})
}

// No text makes Check panic, and what it finds is on the list.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"不知道", "ＳＴＵＰＩＤ", "\xff不\xfe懂", "go awa", "…"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		hit, bad := polite.Check(s)
		if bad == (hit.Word == "") || bad == (hit.Source == "") {
			t.Errorf("%q: %+v %v", s, hit, bad)
		}
	})
}
