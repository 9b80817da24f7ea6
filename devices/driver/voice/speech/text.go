package speech

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallward/devices"
)

// traits are how the models differ.
type traits struct {
	sum     bool // frames end with an XOR
	gap     time.Duration
	volume  int    // highest level of [v]
	rate    byte   // the letter of the mark for speed
	fastest int    // its highest level
	usual   int    // its level after a reset
	chime   string // name of a tone
	words   bool   // English is spoken, not spelled
}

var models = map[Model]traits{
	SYN6288: {sum: true, gap: 12 * time.Millisecond, volume: 16, rate: 't', fastest: 5, usual: 4, chime: "soundk"},
	XFS5152: {gap: 20 * time.Millisecond, volume: 10, rate: 's', fastest: 10, usual: 5, words: true},
}

// Marks in the text: how digits are read ([n]), and the XFS5152CE's for English.
const (
	asGuess  = "[n0]"
	asDigits = "[n1]"
	asValue  = "[n2]"

	tonesOn  = "[x1]"
	tonesOff = "[x0]"

	inChinese   = "[g1]" // XFS5152CE: language of digits and signs
	inEnglish   = "[g2]"
	wordLetters = "[h1]" // XFS5152CE: Latin letters one by one
	wordWhole   = "[h2]"
)

// phrase is what one frame has the chip speak.
type phrase struct {
	text  []byte // GBK, with marks
	takes time.Duration
}

// token is a part of a sentence that is not cut.
type token struct {
	text  string
	takes time.Duration
	ends  bool // with a punctuation mark: a good place to cut behind it
}

// phrases writes an announcement in the chip's own writing. left names the
// languages that it cannot speak.
func (o *Opts) phrases(m Model, a devices.Announcement) (list []phrase, left []string) {
	chime := o.chime(m, a)
	for _, s := range a.Speeches {
		lang, ok := o.language(m, s.Lang)
		if !ok {
			left = append(left, s.Lang)
			continue
		}
		tokens := o.tokens(m, s)
		if len(tokens) == 0 {
			continue
		}
		if chime != nil && !free(s) { // else the names of tones in the text would sound too
			tokens = append([]token{*chime}, tokens...)
			lang, chime = tonesOn+lang, nil
		} else {
			if chime != nil {
				list = append(list, o.pack(m, a.Volume, tonesOn, []token{*chime})...)
				chime = nil
			}
			lang = tonesOff + lang
		}
		list = append(list, o.pack(m, a.Volume, lang, tokens)...)
	}
	return list, left
}

// free tells whether there is text in a sentence that a person wrote.
func free(s devices.Speech) bool {
	for _, p := range s.Parts {
		if p.Kind == devices.PartText {
			return true
		}
	}
	return false
}

// chime is the tone before an announcement, set off by a comma: next to letters
// its name would be read out.
func (o *Opts) chime(m Model, a devices.Announcement) *token {
	name := o.Chime
	if name == "" {
		name = models[m].chime
	}
	if !a.Chime || name == "" {
		return nil
	}
	return &token{text: name + "，", takes: tone, ends: true}
}

// language gives the marks of a language, and whether the chip speaks it.
func (o *Opts) language(m Model, lang string) (marks string, ok bool) {
	words := models[m].words
	switch {
	case lang == "zh-CN" && words:
		return inChinese, true
	case lang == "zh-CN":
		return "", true
	case lang != "en" || o.English == Skip:
		return "", false
	case words:
		return inEnglish, true
	}
	return "", o.English == Spell
}

// tokens cuts a sentence into pieces with their marks.
func (o *Opts) tokens(m Model, s devices.Speech) []token {
	english := s.Lang == "en"
	comma, space := "，", ""
	if english {
		comma, space = ",", " "
	}
	one := "[y1]"
	if o.Yao {
		one = "[y0]"
	}
	letters, whole := "", ""
	if models[m].words {
		letters, whole = wordLetters, wordWhole
	}
	var list []token
	for _, p := range s.Parts {
		text := clean(p.Text)
		if text == "" && p.Kind != devices.PartPause {
			continue
		}
		if p.Kind == devices.PartPause {
			if len(list) > 0 {
				list = append(list, token{text: comma + space, takes: breath, ends: true})
			}
			continue
		}
		for _, clause := range clauses(text) {
			t := token{text: clause + space, takes: o.spell(m, clause), ends: endsClause(clause)}
			switch p.Kind {
			case devices.PartDigits:
				t.text = asDigits + one + letters + t.text
			case devices.PartValue:
				t.text, t.takes = asValue+t.text, o.syllables(m, 2*len(clause))
			default:
				if strings.ContainsAny(clause, "0123456789") {
					t.text = asGuess + t.text
				}
				if strings.IndexFunc(clause, latin) >= 0 {
					t.text = whole + t.text
				}
			}
			list = append(list, t)
		}
	}
	return list
}

// clean takes out what the chip would take for a mark or a command, and what GBK
// does not have.
func clean(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '[' || r == ']':
			return -1
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || gbk(r) == nil:
			return -1
		}
		return r
	}, text))
}

// gbk is one character as the chip takes it, or nil where it has none.
func gbk(r rune) []byte {
	if r < 0x80 {
		return []byte{byte(r)}
	}
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
	if err != nil || len(b) != 2 {
		return nil
	}
	return b
}

func encode(text string) []byte {
	var b []byte
	for _, r := range text {
		b = append(b, gbk(r)...)
	}
	return b
}

func latin(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// longClause is where a sentence without punctuation is cut, in characters; it
// fits a frame with all its marks.
const longClause = 70

// clauses cuts text behind its punctuation, and what is too long in the middle,
// though not in a word or a number.
func clauses(text string) (list []string) {
	rest := []rune(text)
	for len(rest) > 0 {
		n := 1
		for n < len(rest) && n < longClause && !(stop(rest[n-1]) && !stop(rest[n])) {
			n++
		}
		if n < len(rest) && !stop(rest[n-1]) {
			for back := n; back > longClause/2; back-- {
				if !ascii(rest[back-1]) || !ascii(rest[back]) {
					n = back
					break
				}
			}
		}
		list = append(list, string(rest[:n]))
		rest = rest[n:]
	}
	return list
}

func stop(r rune) bool { return strings.ContainsRune("，。；：？！、,;:?!", r) }

func ascii(r rune) bool { return latin(r) || r >= '0' && r <= '9' || r == '.' }

func endsClause(clause string) bool {
	r := []rune(clause)
	return len(r) > 0 && stop(r[len(r)-1])
}

// pack puts the tokens of a sentence into as few frames as will do.
func (o *Opts) pack(m Model, volume int, marks string, tokens []token) (list []phrase) {
	t := models[m]
	before := fmt.Sprintf("[v%d][%c%d]%s", level(volume, t.volume), t.rate, o.speed(m), marks)
	for len(tokens) > 0 {
		n, size, end := 0, len(before), 0
		for n < len(tokens) {
			if size += len(encode(tokens[n].text)); size > MaxText && n > 0 {
				break
			}
			if n++; tokens[n-1].ends {
				end = n
			}
		}
		if n < len(tokens) && end > 0 {
			n = end
		}
		p := phrase{text: []byte(before), takes: leadIn}
		for _, t := range tokens[:n] {
			p.text = append(p.text, encode(t.text)...)
			p.takes += t.takes
		}
		list = append(list, p)
		tokens = tokens[n:]
	}
	return list
}

// level turns percent into one of 1..highest: nothing that is to be heard is
// silent.
func level(percent, highest int) int {
	return min(highest, max(1, (percent*highest+99)/100))
}

func (o *Opts) speed(m Model) int {
	if o.Speed == 0 {
		return models[m].usual
	}
	return o.Speed
}

// Times of speech at the usual speed, on the long side: they say when a chip that
// has not reported its end is asked, and when it has failed.
const (
	leadIn   = 400 * time.Millisecond
	syllable = 270 * time.Millisecond
	breath   = 300 * time.Millisecond
	tone     = 2500 * time.Millisecond // soundk is 2 s
)

// spell is how long text takes, letters by their names.
func (o *Opts) spell(m Model, text string) (d time.Duration) {
	n := 0
	for _, r := range text {
		switch {
		case stop(r):
			d += breath
		case r != ' ':
			n++
		}
	}
	return d + o.syllables(m, n)
}

// syllables takes into account that a step of the SYN6288's speed is about a
// sixth, one of the XFS5152CE's a tenth.
func (o *Opts) syllables(m Model, n int) time.Duration {
	slower := models[m].usual - o.speed(m)
	scale := 1 + float64(slower)/float64(models[m].fastest+1)
	return time.Duration(float64(n) * scale * float64(syllable))
}
