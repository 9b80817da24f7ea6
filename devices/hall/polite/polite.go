// Package polite knows the words that nobody in a hall may use towards a
// citizen (服务忌语). It looks at every text that reaches a public screen or
// voice: the machine's own words, what staff type, and what the centre sends
// (R-VOICE-03). A hit names the word and where it is forbidden, so that the
// writer can see what to change.
//
// A text is compared in a plain form: full-width letters, capitals, traditional
// characters and anything that may be put between the characters of a word
// without changing how it reads make no difference.
package polite

import (
	"strings"
	"unicode"
)

// Sources of the words.
const (
	fromDistrict = "S0 L380" // a district's rules: 禁止使用“不知道、我不管、少啰嗦”等生、冷、硬、顶的语言
	fromVehicles = "S3 L260" // a vehicle office: 不得有“不懂”、“不知道”等推诿性的言语
	fromOwn      = "own list after Annex F of S4"
)

// Word is a word with its source.
type Word struct {
	Text   string
	Source string
}

// Forbidden is the list. S4 6.3.3 only names the one of its Annex F, so most of
// it is designed here; a hall with a list of its own replaces it. A word in
// Latin letters counts at the beginning of a word only.
var Forbidden = append([]Word{
	{"不知道", fromDistrict}, {"我不管", fromDistrict}, {"少啰嗦", fromDistrict}, {"少罗嗦", fromDistrict},
	{"不懂", fromVehicles},
}, own(
	"不归我管", "不关我的事", "啰嗦", "急什么", "着什么急", "没看见", "自己看", "自己去看", "不会看", "你瞎", "烦死了", "真烦",
	"下班了", "快下班", "还没上班", "有意见你", "有意见去", "随便你", "爱办不办", "你去告", "找领导去",
	"怎么这么笨", "听不懂", "说过了", "不是告诉你", "我没空", "等着吧", "不行就是不行",
	"停止服务", "拒绝受理", "非法操作", "致命错误",
	"shut up", "not my problem", "don't know", "stupid", "illegal operation", "fatal error", "go away",
)...)

func own(words ...string) []Word {
	list := make([]Word, len(words))
	for i, w := range words {
		list[i] = Word{w, fromOwn}
	}
	return list
}

// Hit is a forbidden word that was found.
type Hit struct{ Word, Source string }

// Check finds a forbidden word in a text: the first of the list.
func Check(text string) (Hit, bool) {
	if text == "" {
		return Hit{}, false
	}
	spaced, tight := plain(text)
	for _, w := range Forbidden {
		if w.Text[0] < 0x80 && begins(spaced, w.Text) || w.Text[0] >= 0x80 && strings.Contains(tight, w.Text) {
			return Hit{Word: w.Text, Source: w.Source}, true
		}
	}
	return Hit{}, false
}

// begins tells whether a word of the text begins with w.
func begins(text, w string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], w)
		if i < 0 {
			return false
		}
		i += from
		if i == 0 || text[i-1] < 'a' || text[i-1] > 'z' {
			return true
		}
		from = i + len(w)
	}
}

// plain is the text as it is compared: with single spaces for Latin words, and
// without any for Chinese ones. What ends a sentence or a part of it stays in
// both, so that no word comes about across it.
func plain(text string) (spaced, tight string) {
	var a, b strings.Builder
	space := false
	for _, r := range text {
		r = fold(r)
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r): // joiners, direction marks, variation selectors
			continue
		}
		if space && a.Len() > 0 {
			a.WriteByte(' ')
		}
		space = false
		a.WriteRune(r)
		if !strings.ContainsRune("·•・.-_*~^+=#|/\\'\"`…—“”‘’「」《》", r) {
			b.WriteRune(r)
		}
	}
	return a.String(), b.String()
}

// fold is the plain character of a variant: half-width, small, simplified.
func fold(r rune) rune {
	switch {
	case r >= '！' && r <= '～': // the full-width forms of ASCII, in its order
		r -= '！' - '!'
	case r == '’' || r == '‘':
		r = '\''
	}
	if s, ok := simple[r]; ok {
		return s
	}
	return unicode.ToLower(r)
}

// simple are the traditional forms, and the radicals that some converters
// write in place of characters, of what stands in the list.
var simple = pairs("關关歸归囉啰羅罗麼么甚什見见沒没煩烦還还說说過过訴诉聽听辦办愛爱隨随領领導导務务絕绝誤误錯错會会著着這这⾃自⼈人⾏行⻅见⽌止⾮非⾔言⼿手⼀一")

func pairs(s string) map[rune]rune {
	m := map[rune]rune{}
	runes := []rune(s)
	for i := 0; i+1 < len(runes); i += 2 {
		m[runes[i]] = runes[i+1]
	}
	return m
}
