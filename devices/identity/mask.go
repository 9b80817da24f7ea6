package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaskName is how a name stands on a slip or screen: the surname and a star,
// "张*", "欧阳*"; the first letter of a name in Latin letters, "S*". It says
// nothing of how long the name is. Without a name it is "*".
func MaskName(name string) string {
	name = strings.TrimFunc(name, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	if name == "" {
		return "*"
	}
	for _, s := range compoundSurnames {
		if rest := strings.TrimPrefix(name, s); rest != name && rest != "" {
			return s + "*"
		}
	}
	_, n := utf8.DecodeRuneInString(name)
	return name[:n] + "*"
}

// compoundSurnames (复姓) that are met today.
var compoundSurnames = []string{
	"欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "长孙", "宇文", "夏侯", "轩辕", "端木", "南宫", "独孤", "闻人", "申屠",
}

// Lengths of a number that may be shown in part. Of any other length nothing
// is shown: it may be something else.
const (
	shortNumber = 15
	longNumber  = 18
)

// MaskNumber shows the first six and the last four characters of a number,
// "110105********1234", for staff who compare it with a card in their hand.
func MaskNumber(number string) string { return mask(number, 6) }

// MaskNumberStrict shows the last four characters, "**************1234", for
// the person's own screen. Slips, boards and voice show no number at all.
func MaskNumberStrict(number string) string { return mask(number, 0) }

func mask(number string, head int) string {
	number = Normalise(number)
	n := utf8.RuneCountInString(number)
	if n != len(number) || n != shortNumber && n != longNumber {
		return strings.Repeat("*", n)
	}
	return number[:head] + strings.Repeat("*", n-head-4) + number[n-4:]
}

// PhoneTail is the last four digits of a phone number, by which an appointment
// is found; "" when it is none of 7 to 15 digits, as ITU-T E.164 has it at
// most.
func PhoneTail(phone string) string {
	s := strings.TrimPrefix(Normalise(phone), "+")
	if len(s) < 7 || len(s) > 15 || !digits(s) {
		return ""
	}
	return s[len(s)-4:]
}
