package identity

import (
	"errors"
	"strings"
	"time"
	"unicode"
)

// Kind says which rule a number follows.
type Kind string

// Kinds of numbers.
const (
	Resident      Kind = "resident"       // 18 characters, GB 11643-1999
	Permit        Kind = "permit"         // of a residence permit for Hong Kong, Macao or Taiwan: the same, beginning with 810000, 820000 or 830000
	Foreigner     Kind = "foreigner"      // of a permanent resident, cards issued from 2023-12-01: the same, beginning with 9
	Foreigner2017 Kind = "foreigner-2017" // of a permanent resident, older cards: 3 letters and 12 digits
	Old           Kind = "old"            // 15 digits, issued until 1999; on no card that can be read
)

// Number is an identity number that was found right.
type Number struct {
	Kind  Kind
	Birth string // 20060102; "" when the number does not say
	Sex   string // "M" or "F"; "" when the number does not say

	text string
}

// Canonical is the number in the one form that is hashed: capital letters, no
// spaces, and 18 characters for an old number of 15. It must go nowhere else.
func (n Number) Canonical() string { return n.text }

// String hides the number.
func (n Number) String() string { return "number of kind " + string(n.Kind) }

// GoString hides it from %#v.
func (n Number) GoString() string { return n.String() }

// What is wrong with a number. The texts name no part of it.
var (
	ErrLength   = errors.New("identity number: want 18 characters, or 15 of an old number or a foreigner's card")
	ErrForm     = errors.New("identity number: a character stands where it cannot")
	ErrRegion   = errors.New("identity number: no such place of registration")
	ErrBirth    = errors.New("identity number: the birth date is not in the calendar, or in the future")
	ErrChecksum = errors.New("identity number: the check digit is wrong")
	ErrSex      = errors.New("identity number: it contradicts the sex on the card")
	ErrOtherDay = errors.New("identity number: it contradicts the birth date on the card")
	ErrOld      = errors.New("identity number: one of 15 digits is on no card")
	ErrKind     = errors.New("identity number: it is of another kind than the card")
)

// Normalise brings a number as people type or print it into one form: spaces
// and hyphens go, full-width characters become plain ones, letters capital.
func Normalise(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' { // full-width forms of ! to ~
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
}

// Parse checks a number that a person typed; today is the day in the hall. An
// error is one of those above.
func Parse(s string, today time.Time) (Number, error) {
	s = Normalise(s)
	switch {
	case len(s) == 15 && digits(s):
		return old(s, today)
	case len(s) == 15:
		if !capitals(s[:3]) || !digits(s[3:]) {
			return Number{}, ErrForm
		}
		return Number{Kind: Foreigner2017, text: s}, nil
	case len(s) == 18:
		return full(s, today)
	}
	return Number{}, ErrLength
}

// CheckCard checks what was read from a card. Kind is one of the kinds above
// but Old, sex "M", "F" or "" and birth 20060102 or "" as the card says them.
// Number, sex and birth date of a resident must agree: the parity of the 17th
// digit is the sex, odd for men.
func CheckCard(kind Kind, s, sex, birth string, today time.Time) (Number, error) {
	n, err := Parse(s, today)
	switch {
	case err != nil:
		return Number{}, err
	case n.Kind == Old:
		return Number{}, ErrOld
	case n.Kind != kind:
		return Number{}, ErrKind
	case kind == Resident && sex != "" && n.Sex != sex:
		return Number{}, ErrSex
	case birth != "" && n.Birth != "" && birth != n.Birth:
		return Number{}, ErrOtherDay
	}
	return n, nil
}

// full reads 18 characters: region, birth date, sequence, check digit.
func full(s string, today time.Time) (Number, error) {
	if !digits(s[:17]) || s[17] != 'X' && !digits(s[17:]) {
		return Number{}, ErrForm
	}
	n := Number{Kind: Resident, Birth: s[6:14], Sex: sexOf(s[16]), text: s}
	switch {
	case s[0] == '9':
		n.Kind = Foreigner
	case s[:6] == "810000" || s[:6] == "820000" || s[:6] == "830000":
		n.Kind = Permit
	case !provinces[s[:2]]:
		return Number{}, ErrRegion
	}
	if !calendarDay(n.Birth, today) {
		return Number{}, ErrBirth
	}
	if checkDigit(s[:17]) != s[17] {
		return Number{}, ErrChecksum
	}
	return n, nil
}

// old reads 15 digits, region, birth date with two digits of the year, sequence,
// and makes the 18 characters that the person has today: they were issued to
// nobody born after 1999.
func old(s string, today time.Time) (Number, error) {
	long := s[:6] + "19" + s[6:]
	n, err := full(long+string(checkDigit(long)), today)
	switch {
	case err != nil:
		return Number{}, err
	case n.Kind != Resident:
		return Number{}, ErrRegion
	}
	n.Kind = Old
	return n, nil
}

// weights of the 17 digits and the check characters by the sum's remainder, GB
// 11643-1999 (ISO 7064, MOD 11-2).
var weights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const checkCharacters = "10X98765432"

func checkDigit(s string) byte {
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return checkCharacters[sum%11]
}

// provinces are the first two digits of GB/T 2260, with Taiwan (71) and the
// former codes of Hong Kong and Macao (81, 82).
var provinces = map[string]bool{
	"11": true, "12": true, "13": true, "14": true, "15": true,
	"21": true, "22": true, "23": true,
	"31": true, "32": true, "33": true, "34": true, "35": true, "36": true, "37": true,
	"41": true, "42": true, "43": true, "44": true, "45": true, "46": true,
	"50": true, "51": true, "52": true, "53": true, "54": true,
	"61": true, "62": true, "63": true, "64": true, "65": true,
	"71": true, "81": true, "82": true,
}

func sexOf(digit byte) string {
	if (digit-'0')%2 == 1 {
		return "M"
	}
	return "F"
}

func calendarDay(s string, today time.Time) bool {
	_, err := time.Parse("20060102", s)
	return err == nil && s <= today.Format("20060102")
}

func digits(s string) bool   { return strings.Trim(s, "0123456789") == "" }
func capitals(s string) bool { return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" }
