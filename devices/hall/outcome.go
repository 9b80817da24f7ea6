package hall

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hallward/devices/contract"
)

// What came of a service (办理结果), as staff say at its end. It goes to the
// centre with the end of the service and stands on no screen.

// Service.Outcome: whether staff are asked what came of the service.
const (
	OutcomeOptional = "optional"
	OutcomeRequired = "required" // it cannot be ended without a result
)

// OutcomeResults are the results that a service can have: done on the spot,
// accepted, material to be supplemented, not accepted, advice given, sent
// elsewhere.
var OutcomeResults = []string{"done", "accepted", "supplement", "refused", "advice", "elsewhere"}

const (
	caseLength = 40  // characters of a case number
	noteLength = 200 // characters of a note
)

// outcome is what staff said, trimmed and checked, for the end of a service.
func (s *State) outcome(service string, o contract.Outcome, now time.Time) (contract.Outcome, *contract.Problem) {
	o.Case, o.Note, o.Result = strings.TrimSpace(o.Case), strings.TrimSpace(o.Note), strings.TrimSpace(o.Result)
	if len(o.Done) == 0 {
		o.Done = nil
	}
	for i, id := range o.Done {
		switch {
		case s.x.service[id] == nil:
			return o, s.x.refuse(UnknownService, about{})
		case slices.Contains(o.Done[:i], id):
			return o, s.x.refuse(BadRequest, about{})
		}
	}
	v := s.x.service[service]
	switch {
	case o.Result != "" && !slices.Contains(OutcomeResults, o.Result):
		return o, s.x.refuse(BadRequest, about{})
	case o.Result == "" && v != nil && v.Outcome == OutcomeRequired:
		return o, s.x.refuse(OutcomeNeeded, about{Service: v.Name})
	case !printable(o.Case, caseLength):
		return o, s.x.refuse(CaseForm, about{Limit: caseLength})
	case !printable(strings.NewReplacer("\r", "", "\n", "").Replace(o.Note), noteLength):
		return o, s.x.refuse(NoteForm, about{Limit: noteLength})
	case looksPersonal(o.Note, now, true) || looksPersonal(o.Case, now, false):
		return o, s.x.refuse(PersonalData, about{})
	}
	return o, nil
}

// OutcomeOf tells whether staff are asked what came of a service:
// OutcomeRequired, OutcomeOptional or "".
func (s *State) OutcomeOf(service string) string {
	if v := s.x.service[service]; v != nil {
		return v.Outcome
	}
	return ""
}

// printable tells whether a text is at most so many characters, all of which
// can be seen.
func printable(text string, most int) bool {
	return utf8.RuneCountInString(text) <= most && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

var (
	idShape     = regexp.MustCompile(`^[0-9]{17}[0-9X]$`)
	mobileShape = regexp.MustCompile(`^(86)?1[3-9][0-9]{9}$`)
	digitRuns   = regexp.MustCompile(`[0-9]+X?`)
)

// looksPersonal tells whether a text holds what looks like an ID number (GB
// 11643: region, birth date, sequence, check character) or a mobile phone
// number. A number of a case may have 18 digits with a date among them, so there
// a wrong check character lets it pass (strict is false); in a note a mistyped ID
// number is one still.
func looksPersonal(text string, now time.Time, strict bool) bool {
	text = plainDigits(text)
	together := strings.Join(strings.Fields(text), "") // as some write them, in groups
	for _, run := range digitRuns.FindAllString(text+" "+together, -1) {
		if mobileShape.MatchString(run) {
			return true
		}
		if !idShape.MatchString(run) {
			continue
		}
		birth, err := time.Parse("20060102", run[6:14])
		if err == nil && birth.Year() >= 1900 && birth.Before(now) && (strict || rightCheck(run)) {
			return true
		}
	}
	return false
}

// plainDigits is a text with digits of any width as those of ASCII.
func plainDigits(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == 'x' || r == 'ｘ' || r == 'Ｘ':
			return 'X'
		}
		return r
	}, text)
}

// rightCheck is the check of 18 characters by GB 11643 (ISO 7064, MOD 11-2): the
// weighted sum of all is 1 modulo 11.
func rightCheck(number string) bool {
	sum := 0
	for _, c := range number {
		digit := 10 // X
		if c != 'X' {
			digit = int(c - '0')
		}
		sum = (2*sum + digit) % 11
	}
	return sum == 1
}
