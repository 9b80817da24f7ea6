package hall

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// Numbers for the time without the hall (R-KIOSK-26, R-QUE-14). All services of
// a prefix share one sequence, so numbers are lent by prefix: blocks of serials
// above everything that was given or lent on the day. The hall's own sequence
// jumps over them. A block belongs to a kiosk's stock, which is what the kiosk
// keeps of it on its disk; a new disk is a new stock, and nobody ever gets the
// numbers of an old one.
//
// A hall that has lost its disk, or runs on a restored backup, knows less than
// its kiosks. Each tells with every session what it has seen, before it takes
// its first number; the hall then jumps over all of it, and over leap more that
// nobody may have seen.

// leap is how many numbers are left out above the highest one that is known.
const leap = 50

// lastSerial is the highest serial that is believed.
const lastSerial = 99_999

// maxHolds is how many blocks a stock may report.
const maxHolds = 500

// CmdCopied tells that the journal of the hall is a copy that was put back: it
// may know less than it once did. No data.
const CmdCopied = "journal.copied"

func lendRules() map[string]rule {
	return map[string]rule{
		contract.AskNumbersLend:  {kiosks, read((*State).lend)},
		contract.EvTicketTaken:   {kiosks, read((*State).join)},
		contract.EvTicketGivenUp: {kiosks, read((*State).abandon)},
		contract.EvQuietAsked:    {kiosks, read((*State).hush)},
		CmdCopied:                {itself, func(s *State, _ Command, now time.Time) Decision { return s.copied(now) }},
	}
}

func lendAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{
		contract.EvNumbersLent:    with((*State).numbersLent),
		contract.EvNumbersRaised:  with((*State).numbersRaised),
		contract.EvNumberConflict: with((*State).numberConflict),
	}
}

// lender decides on a copy of what is lent, and gathers what follows.
type lender struct {
	*State
	now     time.Time
	kiosk   string
	stock   string
	serials map[string]int
	lent    []contract.NumbersLent
	events  []contract.Event
}

func (s *State) lender(kiosk, stock string, now time.Time) *lender {
	return &lender{State: s, now: now, kiosk: kiosk, stock: stock, serials: maps.Clone(s.Serials), lent: slices.Clone(s.Lent)}
}

// lend answers with everything that the kiosk's stock may give today. Asked
// again it lends no more, as long as half a block is left: a block that the
// stock does not hold yet, because an answer was lost, counts as left.
func (s *State) lend(c Command, d contract.LendNumbers, now time.Time) Decision {
	if !requestID.MatchString(d.Stock) || len(d.Holds) > maxHolds {
		return s.refuse(BadRequest, about{})
	}
	l := s.lender(c.Node, d.Stock, now)
	if d.Day == s.Day {
		l.jump(d)
		l.adopt(d.Holds)
	} else {
		d.Left, d.Holds = nil, nil
	}
	for _, prefix := range s.x.prefixes() {
		l.renew(prefix, d)
	}
	answer := contract.Numbers{Day: s.Day, Now: now, Ends: s.dayEnd(now), Blocks: []contract.NumberBlock{}}
	for _, b := range l.lent {
		if b.Kiosk == c.Node && b.Stock == d.Stock {
			answer.Blocks = append(answer.Blocks, contract.NumberBlock{Prefix: b.Prefix, From: b.From, To: b.To})
		}
	}
	return Decision{Events: l.events, Answer: answer}
}

// prefixes are those that a number can be taken of, in order.
func (x *index) prefixes() []string {
	var list []string
	for i := range x.Services {
		if v := &x.Services[i]; len(x.windowsOf[v.ID]) > 0 && v.Message.ZH == "" {
			list = append(list, v.Prefix)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// dayEnd is when the present business day ends.
func (s *State) dayEnd(now time.Time) time.Time {
	day, err := time.ParseInLocation(time.DateOnly, s.Day, s.x.Hours.Zone)
	if err != nil {
		return s.x.Hours.NextDay(now).UTC()
	}
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, int(s.x.Hours.DayStart), 0, 0, day.Location()).UTC()
}

func (l *lender) add(b contract.NumbersLent) {
	l.lent = append(l.lent, b)
	l.events = append(l.events, event(contract.EvNumbersLent, l.now, b))
}

// adopt takes over blocks that the hall has forgotten, unless their numbers
// went elsewhere since.
func (l *lender) adopt(holds []contract.NumberBlock) {
	for _, h := range holds {
		b := contract.NumbersLent{Kiosk: l.kiosk, Stock: l.stock, Day: l.Day, Prefix: h.Prefix, From: h.From, To: h.To}
		if h.Prefix == "" || len(h.Prefix) > 8 || h.From < 1 || h.To < h.From || h.To > lastSerial || h.To-h.From >= l.x.Lending.Most {
			continue
		}
		elsewhere := slices.ContainsFunc(l.lent, func(o contract.NumbersLent) bool {
			return o.Kiosk != "" && o.Prefix == h.Prefix && o.From <= h.To && h.From <= o.To
		})
		for serial := h.From; serial <= h.To && !elsewhere; serial++ {
			t := l.numbers[queue.Number(h.Prefix, serial)]
			elsewhere = t != nil && t.Kiosk != l.kiosk
		}
		if !elsewhere {
			l.add(b)
		}
	}
}

// jump leaves out what the kiosk knows and the hall does not.
func (l *lender) jump(d contract.LendNumbers) {
	for _, prefix := range windows(d.Seen) {
		if n := d.Seen[prefix]; n > l.serials[prefix] && n <= lastSerial && len(prefix) <= 8 {
			l.raise(prefix, n+leap)
		}
	}
	lent := maps.Clone(d.Lent)
	for _, h := range d.Holds {
		if lent == nil {
			lent = map[string]int{}
		}
		lent[h.Prefix] = max(lent[h.Prefix], h.To)
	}
	for _, prefix := range windows(lent) {
		if n := lent[prefix]; n > top(l.lent, prefix) && n <= lastSerial && len(prefix) <= 8 {
			l.burn(prefix, n+leap)
		}
	}
}

func (l *lender) raise(prefix string, serial int) {
	l.serials[prefix] = serial
	l.events = append(l.events, event(contract.EvNumbersRaised, l.now,
		contract.NumbersRaised{Kiosk: l.kiosk, Day: l.Day, Prefix: prefix, Serial: serial}))
}

// burn lends numbers to nobody: all through a serial that are not lent yet. A
// forgotten block among them is still its kiosk's.
func (l *lender) burn(prefix string, through int) {
	from := l.x.Lending.From
	l.add(contract.NumbersLent{Day: l.Day, Prefix: prefix, From: from, To: max(from, through)})
}

// renew lends another block when less than half of one is left.
func (l *lender) renew(prefix string, d contract.LendNumbers) {
	held, unheld := 0, 0
	for _, b := range l.lent {
		if b.Kiosk != l.kiosk || b.Stock != l.stock || b.Prefix != prefix {
			continue
		}
		if slices.Contains(d.Holds, contract.NumberBlock{Prefix: prefix, From: b.From, To: b.To}) {
			held += b.To - b.From + 1
		} else {
			unheld += b.To - b.From + 1
		}
	}
	size := l.blockSize(l.kiosk, prefix, l.now)
	if 2*(min(max(d.Left[prefix], 0), held)+unheld) >= size {
		return
	}
	from := max(l.x.Lending.From, top(l.lent, prefix)+1, l.serials[prefix]+1, l.beyondTickets(prefix)+1)
	l.add(contract.NumbersLent{Kiosk: l.kiosk, Stock: l.stock, Day: l.Day, Prefix: prefix, From: from, To: from + size - 1})
}

// blockSize is how many numbers a kiosk probably needs for the time of
// Lending.Outlast, by its own use of the prefix today.
func (s *State) blockSize(kiosk, prefix string, now time.Time) int {
	used, first := 0, now
	for _, t := range s.Tickets {
		if t.Kiosk == kiosk && t.Prefix == prefix {
			used++
			if t.IssuedAt.Before(first) {
				first = t.IssuedAt
			}
		}
	}
	hours := max(1, now.Sub(first).Hours())
	size := int(math.Ceil(float64(used) / hours * s.x.Lending.Outlast.Hours()))
	return min(max(size, s.x.Lending.Least), s.x.Lending.Most)
}

// beyondTickets is the highest serial of a prefix that stands on any ticket of
// the day, also on one in conflict.
func (s *State) beyondTickets(prefix string) int {
	high := 0
	for _, t := range s.Tickets {
		if t.Prefix == prefix {
			high = max(high, t.Serial)
		}
	}
	for _, c := range s.Conflicts {
		if digits, ok := strings.CutPrefix(c.Number, prefix); ok && c.Day == s.Day {
			if n, err := strconv.Atoi(digits); err == nil && n <= lastSerial {
				high = max(high, n)
			}
		}
	}
	return high
}

// top is the highest serial of a prefix that is lent.
func top(lent []contract.NumbersLent, prefix string) int {
	high := 0
	for _, b := range lent {
		if b.Prefix == prefix {
			high = max(high, b.To)
		}
	}
	return high
}

// nextSerial is the next number of the hall's own sequence: above the last one,
// and no number that is lent or stands on a ticket already.
func (s *State) nextSerial(prefix string) int {
	for n := s.Serials[prefix] + 1; ; n++ {
		for _, b := range s.Lent { // in the order of lending, so that a prefix's blocks rise
			if b.Prefix == prefix && b.From <= n && n <= b.To {
				n = b.To + 1
			}
		}
		number := queue.Number(prefix, n)
		conflict := func(c contract.NumberConflict) bool { return c.Number == number && c.Day == s.Day }
		if s.numbers[number] == nil && !slices.ContainsFunc(s.Conflicts, conflict) && s.owner(prefix, n) == nil {
			return n
		}
	}
}

// owner is the block that a serial belongs to, or nil; one that is lent to
// nobody if there is no other.
func (s *State) owner(prefix string, serial int) (owner *contract.NumbersLent) {
	for i := range s.Lent {
		if b := &s.Lent[i]; b.Prefix == prefix && b.From <= serial && serial <= b.To && (owner == nil || b.Kiosk != "") {
			owner = b
		}
	}
	return owner
}

// copied jumps over the numbers that a restored backup cannot know: leap more of
// the hall's own, and as many lent ones as a block may have. What the kiosks
// have seen comes on top of it.
func (s *State) copied(now time.Time) Decision {
	l := s.lender("", "", now)
	for _, prefix := range windows(s.Serials) {
		l.raise(prefix, s.Serials[prefix]+leap)
	}
	for _, prefix := range s.x.prefixes() {
		l.burn(prefix, max(top(s.Lent, prefix), s.x.Lending.From-1)+s.x.Lending.Most)
	}
	return Decision{Events: l.events}
}

// lentTops are the highest serials that are lent, by prefix.
func (s *State) lentTops() map[string]int {
	var tops map[string]int
	for _, b := range s.Lent {
		if tops == nil {
			tops = map[string]int{}
		}
		tops[b.Prefix] = max(tops[b.Prefix], b.To)
	}
	return tops
}

func (s *State) numbersLent(d contract.NumbersLent, _ time.Time) error {
	s.Lent = append(s.Lent[:len(s.Lent):len(s.Lent)], d)
	return nil
}

func (s *State) numbersRaised(d contract.NumbersRaised, _ time.Time) error {
	s.Serials[d.Prefix] = max(s.Serials[d.Prefix], d.Serial)
	return nil
}
