package speech

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	xunicode "golang.org/x/text/encoding/unicode"
)

// codes are the character codes that a text may have, by its parameter.
var codes = []encoding.Encoding{
	simplifiedchinese.GBK, // GB2312 is a part of it
	simplifiedchinese.GBK,
	traditionalchinese.Big5,
	xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM),
}

// ways are the settings that marks change. They stay until a reset.
type ways struct {
	volume  int
	speed   int
	digits  byte // '0' as the chip guesses, '1' one by one, '2' as a value
	yi      bool // 1 is 一, else 幺
	tones   bool // names of tones sound
	english bool // digits are read in English
}

func usual(m model) ways { return ways{volume: m.volume / 2, speed: m.usual, digits: '0', tones: true} }

// heard is a text as it sounds.
type heard struct {
	words   string // digits as they are read: A零零一
	tones   []string
	took    time.Duration
	strange int // marks that the chip does not know, or not there
}

// hear reads a text aloud. Tones are in the words too, in angle brackets.
func (w *ways) hear(m model, text string, syllable time.Duration) heard {
	h := &heard{}
	r := []rune(text)
	n := 0
	for i := 0; i < len(r); {
		if r[i] == '[' {
			end := i + 1
			for end < len(r) && r[end] != ']' {
				end++
			}
			if end == len(r) || !w.mark(m, string(r[i+1:end]), leading(r[:i])) {
				h.strange++
			}
			i = min(end+1, len(r))
			continue
		}
		kind := sort(r[i])
		end := i + 1
		for end < len(r) && sort(r[end]) == kind {
			end++
		}
		run := string(r[i:end])
		alone := (i == 0 || !letter(r[i-1])) && (end == len(r) || !letter(r[end]))
		switch {
		case kind == aDigit:
			said := w.number(run)
			h.words += said
			n += len([]rune(said))
		case kind == aLetter && w.tones && alone && isTone(run):
			h.tones = append(h.tones, run)
			h.words += "<" + run + ">"
			n += int(2 * time.Second / max(1, 10*syllable))
			h.took += 10 * syllable
		case kind == aLetter && w.english && m.english:
			h.words += run
			n += (len(run) + 2) / 3
		case kind == aMark:
			h.words += run
			n++
		default:
			h.words += run
			n += end - i
		}
		i = end
	}
	h.took += time.Duration(n) * syllable * time.Duration(2*m.fastest-w.speed) / time.Duration(2*m.fastest-m.usual)
	return *h
}

// leading tells whether there is nothing but marks.
func leading(r []rune) bool {
	in := false
	for _, c := range r {
		switch {
		case c == '[':
			in = true
		case c == ']':
			in = false
		case !in:
			return false
		}
	}
	return true
}

// mark takes a mark; front tells that it stands before all text.
func (w *ways) mark(m model, mark string, front bool) bool {
	if mark == "d" {
		if front {
			*w = usual(m)
		}
		return front
	}
	if mark == "" {
		return false
	}
	level, err := strconv.Atoi(mark[1:])
	if err != nil || level < 0 {
		return false
	}
	up := func(to *int, most int) bool {
		if level > most {
			return false
		}
		*to = level
		return true
	}
	switch {
	case mark[0] == 'v':
		return front && up(&w.volume, m.volume)
	case mark[0] == m.rate:
		return up(&w.speed, m.fastest)
	case mark[0] == 'n' && level <= 2:
		w.digits = mark[1]
	case mark[0] == 'y' && level <= 1:
		w.yi = level == 1
	case mark[0] == 'x' && level <= 1:
		w.tones = level == 1
	case mark[0] == 'g' && level <= 2 && m.english:
		w.english = level == 2
	case mark[0] == 'h' && level <= 2 && m.english:
	default:
		return false
	}
	return true
}

// Sorts of characters.
const (
	aDigit = iota
	aLetter
	aMark
	aHanzi
	aBracket
)

func sort(r rune) int {
	switch {
	case r == '[':
		return aBracket
	case r >= '0' && r <= '9':
		return aDigit
	case r < 0x80 && unicode.IsLetter(r):
		return aLetter
	case unicode.IsPunct(r) || unicode.IsSpace(r):
		return aMark
	}
	return aHanzi
}

func letter(r rune) bool {
	return sort(r) == aLetter || sort(r) == aDigit || sort(r) == aHanzi
}

// isTone tells whether a word is the name of one.
func isTone(word string) bool {
	for name, last := range map[string]byte{"sound": 'y', "msg": 'h', "ring": 'o'} {
		if rest, ok := strings.CutPrefix(word, name); ok && len(rest) == 1 && rest[0] >= 'a' && rest[0] <= last {
			return true
		}
	}
	return false
}

const hanzi = "零一二三四五六七八九"

// number reads digits aloud.
func (w *ways) number(run string) string {
	each := []rune(hanzi)
	if w.english {
		if w.digits == '1' {
			return strings.Join(strings.Split(run, ""), " ")
		}
		return run
	}
	if w.digits == '1' || w.digits == '0' && (len(run) > 2 || run[0] == '0') { // it guesses: a code
		if !w.yi || w.digits == '0' {
			each[1] = '幺'
		}
		said := ""
		for _, d := range run {
			said += string(each[d-'0'])
		}
		return said
	}
	n, err := strconv.Atoi(run)
	if err != nil {
		return run
	}
	return value(n)
}

// value is a number of up to four digits as a value: 128 is 一百二十八.
func value(n int) string {
	each := []rune(hanzi)
	if n == 0 {
		return "零"
	}
	if n > 9999 {
		return strconv.Itoa(n)
	}
	said, gap := "", false
	for i, unit := range []string{"千", "百", "十", ""} {
		d := n / []int{1000, 100, 10, 1}[i] % 10
		switch {
		case d == 0:
			gap = said != ""
			continue
		case gap:
			said += "零"
		}
		gap = false
		if d == 1 && unit == "十" && said == "" {
			said += unit
			continue
		}
		said += string(each[d]) + unit
	}
	return said
}
