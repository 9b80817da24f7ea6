package idcard

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// Card is a fictional identity card. Which fields count depends on its kind.
type Card struct {
	Kind      Kind
	Name      string // Chinese
	Latin     string // of foreigners
	Sex       string // "1" male, "2" female, "0", "9"
	Nation    string // of residents, "01" to "56": 汉族 is 01
	Birth     string // 20060102
	Address   string // of residents
	Number    string
	Authority string // that issued it
	From, To  string // 20060102; To also "长期"
	Country   string // of foreigners, ISO 3166-1 alpha-3
	Permit    string // number of the travel permit, of residence permits

	NewAddress string // that was written to the card later; "" for none
	Scratched  int    // so many reads fail with 41 before one goes well
}

// Kind is the mark of the text block.
type Kind byte

// Kinds of cards.
const (
	Resident      Kind = ' ' // 居民身份证
	Permit        Kind = 'J' // 港澳台居民居住证
	Foreigner2017 Kind = 'I' // 外国人永久居留身份证
	Foreigner2023 Kind = 'Y' // the same, issued from 2023-12-01
)

// Samples are the cards in the drawer of the demonstration, by a short name.
// Nobody has them: the numbers are those of the standards' own examples, or end
// in the sequence of a fictional birth register.
var Samples = map[string]Card{
	"zhang": {Kind: Resident, Name: "张样例", Sex: "1", Nation: "01", Birth: "19800101", Address: "罗田县样例路1号",
		Number: "34052419800101001X", Authority: "样例县公安局", From: "20200101", To: "20400101"},
	"li": {Kind: Resident, Name: "李样例", Sex: "2", Nation: "01", Birth: "19491231", Address: "罗田县样例路2号",
		Number: "11010519491231002X", Authority: "样例县公安局", From: "20100101", To: "长期", NewAddress: "罗田县新样例路2号"},
	"ouyang": {Kind: Resident, Name: "欧阳样例", Sex: "2", Nation: "15", Birth: "20000101", Address: "罗田县样例路3号",
		Number: "110101200001010045", Authority: "样例县公安局", From: "20230101", To: "20330101"},
	"ho": {Kind: Permit, Name: "何样例", Sex: "1", Birth: "19900101", Address: "罗田县样例路4号",
		Number: "810000199001010019", Authority: "样例县公安局", From: "20240101", To: "20290101", Permit: "H00000000"},
	"smith": {Kind: Foreigner2017, Latin: "SAMPLE, JOHN", Name: "样约翰", Sex: "1", Birth: "19850912",
		Number: "GBR110085091201", From: "20180101", To: "20280101", Country: "GBR"},
	"durand": {Kind: Foreigner2023, Latin: "ECHANTILLON, MARIE", Sex: "2", Birth: "19900307",
		Number: "911840199003070022", From: "20240101", To: "20340101", Country: "FRA"},
	"scratched": {Kind: Resident, Name: "孙样例", Sex: "1", Nation: "01", Birth: "19800101", Address: "罗田县样例路5号",
		Number: "34052419800101001X", Authority: "样例县公安局", From: "20200101", To: "20400101", Scratched: 1},
	"broken": {Kind: Resident, Name: "周样例", Sex: "1", Nation: "01", Birth: "19800101", Address: "罗田县样例路6号",
		Number: "34052419800101001X", Authority: "样例县公安局", From: "20200101", To: "20400101", Scratched: 1 << 30},
}

// The sizes of a card's parts.
const (
	textSize    = 256
	photoSize   = 1024
	fingerSize  = 1024
	addressSize = 70
)

// place is where a field stands: offset and length in bytes.
type place struct{ at, size int }

// text writes the block of 256 bytes: UTF-16LE, spaces in all that is empty.
func (c Card) text() ([]byte, error) {
	b := spaces(textSize)
	fields := map[place]string{{188, 16}: c.From, {204, 16}: c.To, {248, 2}: string(rune(c.Kind))}
	put := func(at, size int, s string) { fields[place{at, size}] = s }
	switch c.Kind {
	case Resident, Permit:
		put(0, 30, c.Name)
		put(30, 2, c.Sex)
		put(36, 16, c.Birth)
		put(52, 70, c.Address)
		put(122, 36, c.Number)
		put(158, 30, c.Authority)
		if c.Kind == Resident {
			put(32, 4, c.Nation)
			break
		}
		put(220, 18, c.Permit)
		put(238, 4, "01")
	case Foreigner2017:
		put(0, 120, c.Latin)
		put(120, 2, c.Sex)
		put(122, 30, c.Number)
		put(152, 6, c.Country)
		put(158, 30, c.Name)
		put(220, 16, c.Birth)
		put(236, 4, "01")
		put(240, 8, "1500")
	case Foreigner2023:
		first, rest := c.Latin, ""
		if len(first) > 35 {
			first, rest = first[:35], first[35:]
		}
		put(0, 30, c.Name)
		put(30, 2, c.Sex)
		put(32, 4, "00")
		put(36, 16, c.Birth)
		put(52, 70, first)
		put(122, 36, c.Number)
		put(220, 22, rest)
		put(242, 6, c.Country)
	default:
		return nil, fmt.Errorf("card of kind %q: want ' ', J, I or Y", c.Kind)
	}
	for p, s := range fields {
		units := utf16.Encode([]rune(s))
		if 2*len(units) > p.size {
			return nil, fmt.Errorf("card: %q has %d characters, %d fit at %d", s, len(units), p.size/2, p.at)
		}
		for i, u := range units {
			binary.LittleEndian.PutUint16(b[p.at+2*i:], u)
		}
	}
	return b, nil
}

func spaces(n int) []byte {
	b := make([]byte, n)
	for i := 0; i < n; i += 2 {
		b[i] = ' '
	}
	return b
}

// address writes the block of a new address, 70 bytes.
func (c Card) address() []byte {
	b := spaces(addressSize)
	for i, u := range utf16.Encode([]rune(c.NewAddress)) {
		if 2*i < addressSize {
			binary.LittleEndian.PutUint16(b[2*i:], u)
		}
	}
	return b
}
