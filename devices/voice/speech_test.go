package voice_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/voice"
)

func call(number, label string) contract.Call {
	return contract.Call{Call: 1, Number: number, Window: "w-" + label, Label: label,
		Name: contract.Text2{ZH: label + "号窗口", EN: "Window " + label}, State: "called"}
}

// words spells a sentence with a stroke between two words.
func words(t testing.TB, s devices.Speech) string {
	t.Helper()
	var list []string
	for _, p := range s.Parts {
		if p.Kind == devices.PartPause {
			list = append(list, ",")
			continue
		}
		w, err := voice.Spell(p, s.Lang)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, w...)
	}
	return strings.Join(list, "|")
}

// R-VOICE-02, R-VOICE-05, R-BOARD-10: the sentence of a call as it is spoken and
// as it is written, for numbers of 1 to 5 characters and windows of 1 to 3, and
// for labels that are no numbers.
func TestSentences(t *testing.T) {
	for _, c := range []struct {
		call                   contract.Call
		zh, caption, en, encap string
	}{
		{call("A001", "12"), "请|A|零|零|一|号|到|十|二|号窗口|办理", "请A001号到12号窗口办理",
			"Number|A|zero|zero|one|,|please go to|window|twelve", "Number A001, please go to window 12"},
		{call("7", "2"), "请|七|号|到|二|号窗口|办理", "请7号到2号窗口办理", "Number|seven|,|please go to|window|two", "Number 7, please go to window 2"},
		{call("AB123", "105"), "请|A|B|一|二|三|号|到|一|百|零|五|号窗口|办理", "请AB123号到105号窗口办理",
			"Number|A|B|one|two|three|,|please go to|window|one|hundred|and|five", "Number AB123, please go to window 105"},
		{call("b12", "A3"), "请|B|一|二|号|到|A|三|号窗口|办理", "请b12号到A3号窗口办理", "Number|B|one|two|,|please go to|window|A|three", "Number b12, please go to window A3"},
		{call("A-01", "3-1"), "请|A|,|零|一|号|到|三|,|一|号窗口|办理", "请A-01号到3-1号窗口办理",
			"Number|A|,|zero|one|,|please go to|window|three|,|one", "Number A-01, please go to window 3-1"},
		{call("婚001", "03"), "请|婚|零|零|一|号|到|三|号窗口|办理", "请婚001号到03号窗口办理", "Number|婚|zero|zero|one|,|please go to|window|three", "Number 婚001, please go to window 03"},
		{call("C009", "1205"), "请|C|零|零|九|号|到|一|二|零|五|号窗口|办理", "请C009号到1205号窗口办理",
			"Number|C|zero|zero|nine|,|please go to|window|one|two|zero|five", "Number C009, please go to window 1205"},
		{contract.Call{Number: "A001", Label: "综合1", Name: contract.Text2{ZH: "综合1号窗口", EN: "General Window 1"}},
			"请|A|零|零|一|号|到|综合|一|号窗口|办理", "请A001号到综合1号窗口办理",
			"Number|A|zero|zero|one|,|please go to|General|window|one", "Number A001, please go to General Window 1"},
		{contract.Call{Number: "A001", Label: "综合", Name: contract.Text2{EN: "General"}},
			"请|A|零|零|一|号|到|综合|窗口|办理", "请A001号到综合窗口办理", "Number|A|zero|zero|one|,|please go to|window|General", "Number A001, please go to window General"},
		{contract.Call{Number: "A001", Label: "咨询台", Name: contract.Text2{EN: "Information Desk"}},
			"请|A|零|零|一|号|到|咨询台|办理", "请A001号到咨询台办理", "Number|A|zero|zero|one|,|please go to|Information Desk", "Number A001, please go to Information Desk"},
		{contract.Call{Number: "A001", Window: "w3", Name: contract.Text2{ZH: "3号窗口", EN: "Window 3"}},
			"请|A|零|零|一|号|到|三|号窗口|办理", "请A001号到3号窗口办理", "Number|A|zero|zero|one|,|please go to|window|three", "Number A001, please go to Window 3"},
		{contract.Call{Number: "A001", Window: "9"},
			"请|A|零|零|一|号|到|九|号窗口|办理", "请A001号到9号窗口办理", "Number|A|zero|zero|one|,|please go to|window|nine", "Number A001, please go to window 9"},
	} {
		s := voice.Speeches(c.call, []string{voice.Mandarin, voice.English, voice.Cantonese})
		if len(s) != 3 || s[0].Lang != "zh-CN" || s[1].Lang != "en" || s[2].Lang != "yue" {
			t.Fatalf("%+v", s)
		}
		if got := words(t, s[0]); got != c.zh {
			t.Errorf("%s to %q: %s, want %s", c.call.Number, c.call.Label, got, c.zh)
		}
		if got := words(t, s[1]); got != c.en {
			t.Errorf("%s to %q: %s, want %s", c.call.Number, c.call.Label, got, c.en)
		}
		if words(t, s[2]) != c.zh {
			t.Errorf("Cantonese reads %s", words(t, s[2]))
		}
		if got := voice.Caption(c.call, "zh-CN"); got != c.caption {
			t.Errorf("caption %q, want %q", got, c.caption)
		}
		if got := voice.Caption(c.call, "en"); got != c.encap {
			t.Errorf("caption %q, want %q", got, c.encap)
		}
	}
}

// Every window from 1 to 999 is read as a number, in words of the vocabulary; the
// readings are told apart, and read back they are the number.
func TestEveryWindow(t *testing.T) {
	seen := map[string]int{}
	known := map[string]bool{}
	for _, lang := range []string{voice.Mandarin, voice.English} {
		for _, w := range voice.Vocabulary(lang) {
			known[lang+w.ID] = true
		}
	}
	for n := 1; n <= 999; n++ {
		for _, lang := range []string{voice.Mandarin, voice.English} {
			list, err := voice.Spell(devices.Part{Kind: devices.PartValue, Text: fmt.Sprint(n)}, lang)
			if err != nil {
				t.Fatal(err)
			}
			said := lang + strings.Join(list, "|")
			if before := seen[said]; before != 0 {
				t.Fatalf("%d and %d are both %s", before, n, said)
			}
			seen[said] = n
			for _, w := range list {
				if !known[lang+w] {
					t.Fatalf("%d in %s: %q is not in the vocabulary", n, lang, w)
				}
			}
			if lang == voice.Mandarin {
				if strings.Contains(said, "两") {
					t.Fatalf("%d is %s", n, said)
				}
				if got := readChinese(strings.Join(list, "")); got != n {
					t.Fatalf("%d is %s, which is %d", n, said, got)
				}
			}
		}
	}
	for _, bad := range []string{"", "-1", "1000", "x"} {
		if _, err := voice.Spell(devices.Part{Kind: devices.PartValue, Text: bad}, "zh-CN"); err == nil {
			t.Errorf("%q has a value", bad)
		}
	}
}

// readChinese reads a number below 1000 as people do.
func readChinese(s string) int {
	digits := []rune("零一二三四五六七八九")
	total, digit := 0, 1
	for i, r := range []rune(s) {
		switch r {
		case '百':
			total, digit = total+digit*100, 0
		case '十':
			if i == 0 {
				digit = 1
			}
			total, digit = total+digit*10, 0
		default:
			digit = slices.Index(digits, r)
		}
	}
	return total + digit
}

// R-VOICE-01, R-VOICE-02: a call begins with 请 (please) and names the window; the
// greeting and the farewell are of the polite list.
func TestPolite(t *testing.T) {
	for _, label := range []string{"1", "12", "999", "A3", "综合", "综合1"} {
		zh, en := voice.Caption(call("A001", label), "zh-CN"), voice.Caption(call("A001", label), "en")
		if !strings.HasPrefix(zh, "请") || !strings.Contains(zh, "窗口") || !strings.Contains(zh, "A001") {
			t.Errorf("%q", zh)
		}
		if !strings.Contains(en, "please") || !strings.Contains(strings.ToLower(en), "window") || !strings.Contains(en, "A001") {
			t.Errorf("%q", en)
		}
	}
	if !strings.HasPrefix(voice.Greeting.ZH, "您好") || !strings.HasPrefix(voice.Farewell.ZH, "再见") || !strings.Contains(voice.Farewell.ZH, "请慢走") || !strings.HasPrefix(voice.OneMoment.ZH, "请稍等") {
		t.Errorf("%+v %+v %+v", voice.Greeting, voice.Farewell, voice.OneMoment)
	}
	for _, w := range voice.Vocabulary(voice.Mandarin) {
		if strings.Contains(w.Context, "号") && !strings.HasPrefix(w.Context, "请") {
			t.Errorf("%q", w.Context)
		}
	}
}

// R-VOICE-05: characters with several readings have the one of the phrase.
func TestReadings(t *testing.T) {
	for text, want := range map[string]string{
		"号":         "hao4",
		"号窗口":       "hao4 chuang1 kou3",
		"号码":        "hao4 ma3",
		"银行窗口":      "yin2 hang2 chuang1 kou3",
		"行政审批":      "xing2 zheng4 shen3 pi1",
		"社会保险":      "",
		"重新取号":      "chong2 xin1 qu3 hao4",
		"重要":        "zhong4 yao4",
		"会计":        "kuai4 ji4",
		"处理":        "chu3 li3",
		"综合处":       "zong1 he2 chu4",
		"变更登记":      "bian4 geng1 deng1 ji4",
		"再见，请慢走":    "zai4 jian4 qing3 man4 zou3",
		"您好，欢迎光临":   "nin2 hao3 huan1 ying2 guang1 lin2",
		"请十二号到办理二十": "qing3 shi2 er4 hao4 dao4 ban4 li3 er4 shi2",
	} {
		got, err := voice.Pinyin(text)
		if strings.Join(got, " ") != want || (err != nil) != (want == "") {
			t.Errorf("%s: %v, %v; want %s", text, got, err, want)
		}
	}
	for _, w := range voice.Vocabulary(voice.Mandarin) {
		if strings.IndexFunc(w.ID, func(r rune) bool { return unicode.Is(unicode.Han, r) }) < 0 {
			continue
		}
		syllables, err := voice.Pinyin(w.ID)
		if err != nil {
			t.Error(err)
		}
		for _, s := range syllables {
			if len(s) < 2 || s[len(s)-1] < '1' || s[len(s)-1] > '4' {
				t.Errorf("%s: syllable %q has no tone", w.ID, s)
			}
		}
	}
}

// The vocabulary has every word that a call of any number to any window takes,
// and is about as long as a person can record in an hour.
func TestVocabulary(t *testing.T) {
	for lang, most := range map[string]int{"zh-CN": 60, "yue": 60, "en": 65} {
		list := voice.Vocabulary(lang)
		if len(list) > most || len(list) < 50 {
			t.Errorf("%s: %d words", lang, len(list))
		}
		known := map[string]bool{}
		for _, w := range list {
			if w.Context == "" || known[w.ID] {
				t.Errorf("%s: %+v", lang, w)
			}
			known[w.ID] = true
		}
		for letter := 'A'; letter <= 'Z'; letter++ {
			for _, s := range voice.Speeches(call(fmt.Sprintf("%c%d", letter, 1234567890), "1"), []string{lang}) {
				for _, w := range strings.Split(words(t, s), "|") {
					if w != "," && !known[w] {
						t.Fatalf("%s: no word %q", lang, w)
					}
				}
			}
		}
	}
	if voice.Vocabulary("fr") != nil || voice.Known("fr") || voice.Caption(call("A1", "1"), "fr") != "" || voice.Speeches(call("A1", "1"), []string{"fr"}) != nil {
		t.Error("there is a grammar for fr")
	}
}

// Without a language Mandarin is spoken. Free text is one part; the phrases are
// words that clips know.
func TestTexts(t *testing.T) {
	if s := voice.Speeches(call("A1", "1"), nil); len(s) != 1 || s[0].Lang != "zh-CN" {
		t.Errorf("%+v", s)
	}
	s := voice.Texts(contract.Text2{ZH: "今天下午停电"}, []string{"zh-CN", "en"})
	if len(s) != 1 || s[0].Parts[0] != (devices.Part{Kind: devices.PartText, Text: "今天下午停电"}) {
		t.Errorf("%+v", s)
	}
	s = voice.Texts(voice.Farewell, []string{"zh-CN", "en"})
	if len(s) != 2 || s[1].Parts[0] != (devices.Part{Kind: devices.PartWord, Text: "Goodbye"}) {
		t.Errorf("%+v", s)
	}
}

// No number and no label makes a sentence that cannot be spelled.
func FuzzSpeeches(f *testing.F) {
	f.Add("A001", "12")
	f.Add("婚01", "综合-1")
	f.Add("", "")
	f.Add("\xff", "１２")
	f.Fuzz(func(t *testing.T, number, label string) {
		c := contract.Call{Number: number, Label: label, Window: "w1"}
		for _, s := range voice.Speeches(c, []string{"zh-CN", "en", "yue"}) {
			for _, p := range s.Parts {
				if _, err := voice.Spell(p, s.Lang); err != nil {
					t.Errorf("%q to %q: %v", number, label, err)
				}
			}
			if !strings.Contains(voice.Caption(c, s.Lang), number) {
				t.Errorf("the caption lacks %q", number)
			}
		}
	})
}
