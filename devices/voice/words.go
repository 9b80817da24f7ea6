package voice

import (
	"fmt"
	"slices"
	"strings"
)

// Word is a word of the grammar: one clip of a recorded voice.
type Word struct {
	ID       string // as Spell gives it
	Context  string // a sentence with the word in it, for the speaker who records it
	Optional bool   // a pack may be without it
}

// Yao is the digit 1 as many halls read it in Mandarin (幺). It stands in the
// place of 一 where a voice is set so.
const Yao = "幺"

// Vocabulary lists every word of a language, in the order in which they are best
// recorded; nil for a language without a grammar.
func Vocabulary(lang string) []Word {
	g, ok := grammars[lang]
	if !ok {
		return nil
	}
	v := &vocabulary{}
	for _, w := range g.call {
		if w != thePause && w != theNumber && w != theWindow {
			v.add(w, g.example("A001", "12"))
		}
	}
	if lang == English {
		v.add("window", g.example("A001", "12"))
	} else {
		v.add("号窗口", g.example("A001", "12"))
		v.add("窗口", g.example("A001", "综合"))
	}
	for d, word := range g.digits {
		v.add(word, g.example(fmt.Sprintf("A0%d%d", d, d), fmt.Sprint(d)))
	}
	if lang == Mandarin {
		v.add(Yao, "请A幺幺幺号到1号窗口办理")
		v.list[len(v.list)-1].Optional = true
	}
	for n := 10; n <= 999; n++ {
		for _, word := range g.value(n) {
			v.add(word, g.example("A001", fmt.Sprint(n)))
		}
	}
	for letter := 'A'; letter <= 'Z'; letter++ {
		v.add(string(letter), g.example(string(letter)+"001", "12"))
	}
	for _, p := range phrases {
		text := p.ZH
		if lang == English {
			text = p.EN
		}
		v.add(text, text)
	}
	return v.list
}

type vocabulary struct{ list []Word }

func (v *vocabulary) add(id, context string) {
	if !slices.ContainsFunc(v.list, func(w Word) bool { return w.ID == id }) {
		v.list = append(v.list, Word{ID: id, Context: context})
	}
}

// example is a call in writing.
func (g grammar) example(number, window string) string {
	text := strings.Join(g.call, g.space)
	text = strings.ReplaceAll(text, g.space+thePause, g.comma)
	text = strings.Replace(text, theNumber, number, 1)
	switch {
	case g.space != "":
		window = "window " + window
	case window == "综合":
		window += "窗口"
	default:
		window += "号窗口"
	}
	return strings.Replace(text, theWindow, window, 1)
}
