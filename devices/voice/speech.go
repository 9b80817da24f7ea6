// Package voice lets the hall speak (语音叫号): the grammar of an announcement,
// and one queue for each zone, so that announcements never overlap. The sound
// itself is a driver's (devices/driver/voice/...): recorded clips on a sound
// card, a speech chip, a strip with a speaker.
//
// A call is a sentence of fixed words with two numbers in it: the ticket is read
// digit by digit, the window as a value. Speeches gives it in parts that a voice
// can speak without understanding them; Caption is the same sentence in writing,
// for the boards (R-BOARD-10). Spell takes a part down to single words, which
// are the clips of a recorded voice (devices/voice/clips).
package voice

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"hallward/devices"
	"hallward/devices/contract"
)

// Languages of an announcement.
const (
	Mandarin  = "zh-CN" // 普通话 (R-VOICE-05)
	English   = "en"
	Cantonese = "yue" // 粤语: the same characters as Mandarin, in a voice of its own
)

// Places in the sentence of a call.
const (
	thePause  = "," // between two halves of the sentence; a comma in writing
	theNumber = "{number}"
	theWindow = "{window}"
)

// pauseMS is how long a comma is.
const pauseMS = "150"

// Fixed phrases (R-VOICE-01, -02).
var (
	Greeting  = contract.Text2{ZH: "您好，欢迎光临", EN: "Welcome"}
	Farewell  = contract.Text2{ZH: "再见，请慢走", EN: "Goodbye"}
	OneMoment = contract.Text2{ZH: "请稍等", EN: "One moment please"}
)

var phrases = []contract.Text2{Greeting, Farewell, OneMoment}

// grammar is how one language says a call.
type grammar struct {
	call   []string // words in their order
	comma  string   // in writing
	space  string   // between words in writing
	digits [10]string
	value  func(n int) []string
	window func(contract.Call) (text string, parts []devices.Part)
}

var chinese = grammar{
	call:   []string{"请", theNumber, "号", "到", theWindow, "办理"},
	comma:  "，",
	digits: chineseDigits,
	value:  chineseValue,
	window: chineseWindow,
}

var grammars = map[string]grammar{
	Mandarin:  chinese,
	Cantonese: chinese,
	English: {
		call:   []string{"Number", theNumber, thePause, "please go to", theWindow},
		comma:  ",",
		space:  " ",
		digits: englishDigits,
		value:  englishValue,
		window: englishWindow,
	},
}

// Known tells whether the hall can speak a language.
func Known(lang string) bool { _, ok := grammars[lang]; return ok }

// Speeches is a call as it is spoken, one sentence for each language; none is
// Mandarin. A language without a grammar is left out.
func Speeches(c contract.Call, langs []string) []devices.Speech {
	var list []devices.Speech
	for _, lang := range languages(langs) {
		if g, ok := grammars[lang]; ok {
			_, parts := g.say(c)
			list = append(list, devices.Speech{Lang: lang, Parts: parts})
		}
	}
	return list
}

// Caption is a call as it is written: the same words as are spoken (R-BOARD-10).
// In a language without a grammar it is empty.
func Caption(c contract.Call, lang string) string {
	g, ok := grammars[lang]
	if !ok {
		return ""
	}
	text, _ := g.say(c)
	return text
}

// Texts is free text as it is spoken, such as a notice. Only Greeting, Farewell
// and OneMoment are words that every voice knows; recorded clips cannot speak
// another.
func Texts(t contract.Text2, langs []string) []devices.Speech {
	kind := devices.PartText
	for _, p := range phrases {
		if t == p {
			kind = devices.PartWord
		}
	}
	var list []devices.Speech
	for _, lang := range languages(langs) {
		text := t.ZH
		if lang == English {
			text = t.EN
		}
		if Known(lang) && strings.TrimSpace(text) != "" {
			list = append(list, devices.Speech{Lang: lang, Parts: []devices.Part{{Kind: kind, Text: text}}})
		}
	}
	return list
}

func languages(langs []string) []string {
	if len(langs) == 0 {
		return []string{Mandarin}
	}
	return langs
}

// say is the sentence of a call, in writing and in parts.
func (g grammar) say(c contract.Call) (string, []devices.Part) {
	var text strings.Builder
	var parts []devices.Part
	for i, word := range g.call {
		if i > 0 && word != thePause {
			text.WriteString(g.space)
		}
		switch word {
		case thePause:
			text.WriteString(g.comma)
			parts = append(parts, devices.Part{Kind: devices.PartPause, Text: pauseMS})
		case theNumber:
			text.WriteString(c.Number)
			parts = append(parts, spoken(c.Number, devices.PartDigits)...)
		case theWindow:
			window, more := g.window(c)
			text.WriteString(window)
			parts = append(parts, more...)
		default:
			text.WriteString(word)
			parts = append(parts, devices.Part{Kind: devices.PartWord, Text: word})
		}
	}
	return text.String(), parts
}

// spoken cuts a ticket number or a label into parts: letters by their names,
// figures as figures says, other writing as text. A mark between them is a
// short silence.
func spoken(s, figures string) []devices.Part {
	var parts []devices.Part
	rest := []rune(strings.TrimSpace(s))
	for len(rest) > 0 {
		n := 1
		for n < len(rest) && class(rest[n]) == class(rest[0]) {
			n++
		}
		run := string(rest[:n])
		p := devices.Part{Text: strings.ToUpper(run)}
		switch class(rest[0]) {
		case aFigure:
			p.Kind = figures
			if figures == devices.PartValue && n > 3 {
				p.Kind = devices.PartDigits
			}
		case aLetter:
			if p.Kind = devices.PartDigits; n > 3 { // no initials, but a word
				p = devices.Part{Kind: devices.PartText, Text: run}
			}
		case aMark:
			p = devices.Part{Kind: devices.PartPause, Text: pauseMS}
		default:
			p = devices.Part{Kind: devices.PartText, Text: run}
		}
		if last := len(parts) - 1; last >= 0 && p.Kind == devices.PartDigits && parts[last].Kind == p.Kind {
			parts[last].Text += p.Text
		} else {
			parts = append(parts, p)
		}
		rest = rest[n:]
	}
	return parts
}

// Sorts of characters in a label.
const (
	aFigure = iota
	aLetter
	aMark
	aWord
)

func class(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return aFigure
	case r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z':
		return aLetter
	case unicode.IsLetter(r) || unicode.IsNumber(r):
		return aWord
	}
	return aMark
}

// places are ends of a label that say by themselves what it is.
var places = []string{"窗口", "台", "处", "室", "厅", "区", "柜", "岛"}

// chineseWindow is 12号窗口, A3号窗口, 综合1号窗口, 综合窗口, 咨询台.
func chineseWindow(c contract.Call) (string, []devices.Part) {
	label := strings.TrimSpace(c.Label)
	if label == "" {
		label = strings.TrimSuffix(strings.TrimSuffix(orElse(c.Name.ZH, c.Window), "窗口"), "号")
	}
	ending := "号窗口"
	if last := []rune(label); len(last) > 0 && class(last[len(last)-1]) == aWord {
		ending = "窗口"
	}
	for _, p := range places {
		if strings.HasSuffix(label, p) {
			return label, spoken(label, devices.PartValue)
		}
	}
	return label + ending, append(spoken(label, devices.PartValue), devices.Part{Kind: devices.PartWord, Text: ending})
}

// englishWindow is window 12 and window A3; a label in Chinese cannot be read in
// English, so there the English name of the window stands.
func englishWindow(c contract.Call) (string, []devices.Part) {
	label := strings.TrimSpace(c.Label)
	plain := label != "" && strings.IndexFunc(label, func(r rune) bool { return class(r) == aWord }) < 0
	if !plain {
		label = orElse(strings.TrimSpace(c.Name.EN), orElse(label, c.Window))
		if !strings.Contains(strings.ToLower(label), "window") && !strings.Contains(label, " ") {
			plain = true
		}
	}
	if plain {
		return "window " + label, append([]devices.Part{{Kind: devices.PartWord, Text: "window"}}, spoken(label, devices.PartValue)...)
	}
	var parts []devices.Part
	for _, word := range strings.Fields(label) {
		switch {
		case strings.EqualFold(word, "window"):
			parts = append(parts, devices.Part{Kind: devices.PartWord, Text: "window"})
		case strings.ContainsAny(word, "0123456789") || len(word) == 1:
			parts = append(parts, spoken(word, devices.PartValue)...)
		case len(parts) > 0 && parts[len(parts)-1].Kind == devices.PartText:
			parts[len(parts)-1].Text += " " + word
		default:
			parts = append(parts, devices.Part{Kind: devices.PartText, Text: word})
		}
	}
	return label, parts
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Spell takes a part down to single words: of "A01" in Chinese A, 零, 一. Each
// of them is a clip of a recorded voice, with that id. A pause has none.
func Spell(p devices.Part, lang string) ([]string, error) {
	g, ok := grammars[lang]
	if !ok {
		return nil, fmt.Errorf("voice: language %q has no grammar", lang)
	}
	switch p.Kind {
	case devices.PartWord, devices.PartText:
		return []string{p.Text}, nil
	case devices.PartPause:
		return nil, nil
	case devices.PartDigits:
		return g.spellDigits(p.Text)
	case devices.PartValue:
		n, err := whole(p.Text)
		if err != nil {
			return nil, err
		}
		return g.value(n), nil
	}
	return nil, fmt.Errorf("voice: part of kind %q", p.Kind)
}

func (g grammar) spellDigits(text string) ([]string, error) {
	var words []string
	for _, r := range text {
		switch class(r) {
		case aFigure:
			words = append(words, g.digits[r-'0'])
		case aLetter:
			words = append(words, strings.ToUpper(string(r)))
		default:
			return nil, fmt.Errorf("voice: %q has no digit %q", text, r)
		}
	}
	return words, nil
}

// Estimate is about how long an announcement takes to speak: a third of a second
// for a syllable of Chinese, half a second for an English word or a letter.
func Estimate(a devices.Announcement) time.Duration {
	total := 500 * time.Millisecond
	if a.Chime {
		total += 2 * time.Second
	}
	for _, s := range a.Speeches {
		total += 500 * time.Millisecond
		for _, p := range s.Parts {
			words, _ := Spell(p, s.Lang)
			for _, w := range words {
				for _, r := range w {
					if r > unicode.MaxLatin1 {
						total += 350 * time.Millisecond
					}
				}
				if strings.IndexFunc(w, func(r rune) bool { return r <= unicode.MaxLatin1 }) >= 0 {
					total += time.Duration(len(strings.Fields(w))) * 500 * time.Millisecond
				}
			}
		}
	}
	return total
}
