// Package flow is the kiosk's screens as a pure state machine: a State and an
// Event give the next State and the Effects that somebody else carries out.
// There is no clock, no disk, no printer and no Fyne in it, so a whole day of a
// kiosk runs in a test within milliseconds.
//
// The way of a citizen (办事群众) is
//
//	Attract → Home → Services → Taking → Printing → Done → Attract
//
// three touches and no confirmation in between. Before a number is taken the
// flow looks at the hours, the service, the controller and the printer, and
// says on a Trouble page what is wrong and what still works. After a number is
// taken the ticket and its paper are one transaction: when the paper fails, the
// citizen sees the number (Unprinted) and notes it, has it printed once more or
// gives it up.
//
// Everything else leaves that way and comes back to it: a class of priority, an
// ID card (persons.go), several services on one ticket (several.go),
// appointments (appointments.go, booking.go), the code of a slip held before
// the scanner (look.go) and the wish to be called by eye only (quiet.go). No ID number is ever in a State: the station keeps what
// is typed, and gives the flow a keyed hash.
//
// kiosk/station runs the machine, kiosk/view draws its State.
package flow

import (
	"time"

	"hallward/devices/contract"
)

// Screen is a page of the kiosk.
type Screen string

// Screens.
const (
	Attract   Screen = "attract"   // waits for somebody
	Home      Screen = "home"      // the units of the hall
	Top       Screen = "top"       // the most used services
	Services  Screen = "services"  // the services of one unit
	Help      Screen = "help"      // whom to ask: a person always
	Taking    Screen = "taking"    // the number is being taken
	Printing  Screen = "printing"  // the paper is on its way
	Done      Screen = "done"      // number and paper are there
	Unprinted Screen = "unprinted" // a number without paper: note it or give it up
	Noting    Screen = "noting"    // the hall is being told that it is noted
	Trouble   Screen = "trouble"   // what happened, what to do, whom to ask
	Idle      Screen = "idle"      // nobody has touched for long: more time?

	Classes Screen = "classes" // who goes first
	Laying  Screen = "card"    // the ID card is to be laid on the reader
	Keypad  Screen = "keypad"  // a number is typed
	Basket  Screen = "basket"  // the services for one ticket, in their order
	Info    Screen = "info"    // a service that gives information, not numbers
	Holding Screen = "holding" // the person has a number already
	Status  Screen = "status"  // how the ticket of a slip stands
	Asking  Screen = "asking"  // the hall is being asked

	Visit    Screen = "appointments" // check an appointment in, or book one
	Found    Screen = "found"        // some were found: which one?
	Bookable Screen = "bookable"     // the services with appointments
	Days     Screen = "days"         // with free times
	Hours    Screen = "hours"        // the free times of one day
	Holder   Screen = "holder"       // by card or by phone
	Booked   Screen = "booked"       // the code of the new appointment
)

// Screens lists every screen, for tests that visit them all.
var Screens = []Screen{Attract, Home, Top, Services, Help, Taking, Printing, Done, Unprinted, Noting, Trouble, Idle,
	Classes, Laying, Keypad, Basket, Info, Holding, Status, Asking,
	Visit, Found, Bookable, Days, Hours, Holder, Booked}

// Languages of the screens. Chinese is the one that every person starts with.
const (
	Chinese = "zh-CN"
	English = "en"
)

// PerPage is the greatest number of choices on one page.
const PerPage = 8

// Times are the waits of the flow; a zero field takes the default that its
// comment names.
type Times struct {
	Idle   time.Duration // untouched until everything is wiped: 60 s
	Warn   time.Duration // before that, the question "more time?": 20 s
	Done   time.Duration // how long a finished ticket stays: 20 s
	Answer time.Duration // longest wait for the controller: 8 s
	Print  time.Duration // longest wait for the printer's word: 45 s
}

func (t Times) filled() Times {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&t.Idle, 60*time.Second)
	def(&t.Warn, 20*time.Second)
	def(&t.Done, 20*time.Second)
	def(&t.Answer, 8*time.Second)
	def(&t.Print, 45*time.Second)
	return t
}

// Printer is what the flow needs to know of the kiosk's printer.
type Printer struct {
	Ready bool
	Fault string // devices.FaultCode, when not ready
	Low   bool   // the roll is near its end
	Left  bool   // a slip stands in the presenter that nobody has taken
}

// Readers are what the kiosk can know a person by, besides a touch.
type Readers struct {
	Card bool // ID cards, on a reader that works
	Type bool // ID numbers, typed: the hall's person key is there
	Scan bool // codes of slips
}

// State is everything that a screen shows. The upper part belongs to the
// machine and outlives a visit; the lower part belongs to one person and is
// wiped when that person has gone. Slices in it are never changed in place.
type State struct {
	Times     Times
	Now       time.Time
	Online    bool // the hall controller answers
	Lent      Lent // what can be given without it
	Printer   Printer
	Readers   Readers
	CardOn    bool // a card lies on the reader
	Catalogue contract.Catalogue
	Queue     contract.Queue
	Calendar  contract.Calendar
	Windows   contract.Windows

	Screen  Screen // the page; Face tells what is really shown
	Return  Screen // where Back leads from Help and Trouble
	Warned  bool   // the question "more time?" covers the page
	Touched time.Time
	Until   time.Time // Taking, Printing, Noting, Asking, Done: when it ends by itself
	Lang    string
	Large   bool // larger text
	Unit    string
	Page    int
	Service string
	Asked   string // id of the request that is under way
	Paper   bool   // the ticket being taken is to be printed
	Ticket  *contract.Ticket
	Noted   bool   // Done by the citizen's word, not by paper
	Reason  Reason // of Trouble and Unprinted
	Maybe   bool   // Unprinted: paper may have come out
	Problem contract.Problem

	Class   string   // of priority, as chosen: "" is ordinary
	List    Screen   // the page on which the service was chosen
	Several bool     // services are collected for one ticket
	Chosen  []string // of them, in the order of their turn
	Purpose Purpose  // what Laying, Keypad, Asking and Trouble are about
	Entry   Entry    // what is typed on Keypad
	Typed   string   // what Keypad shows of it; of an ID number the last character only
	Hint    Hint     // what was wrong with the last card or entry
	Person  string   // keyed hash of the ID number of the person here
	Name    string   // masked, as the card says it
	NoCard  bool     // the person goes on without a card
	Look    *contract.Ticket
	Wish    string // id of the request under way that the ticket be called by eye only, or not
	Unmet   Unmet  // why the last one is not known to be met

	Arrival string // the appointment that is being checked in
	Found   []contract.Appointment
	Slots   contract.Slots
	Day     string // of the slot, "2006-01-02" in the hall
	Start   time.Time
	Booked  *contract.Appointment
	Slip    SlipState // of the paper for Booked
}

// New is the state of a kiosk that has just been switched on.
func New(t Times, now time.Time) State {
	return State{Times: t.filled(), Now: now, Screen: Attract, Lang: Chinese}
}

// Next is the machine. It changes nothing but what it returns.
func (s State) Next(now time.Time, e Event) (State, []Effect) {
	if now.After(s.Now) {
		s.Now = now
	}
	switch e := e.(type) {
	case Tap:
		return s.tap(e)
	case Online:
		s.Online = bool(e)
	case Printer:
		s.Printer = e
	case CatalogueView:
		s.Catalogue = contract.Catalogue(e)
		s = s.settled()
	case QueueView:
		s.Queue = contract.Queue(e)
	case CalendarView:
		s.Calendar = contract.Calendar(e)
	case WindowsView:
		s.Windows = contract.Windows(e)
	case Lent:
		s.Lent = e
	case Readers:
		s.Readers = e
	case Card:
		return s.card(e)
	case CardUnread:
		s = s.unread()
	case CardUnfit:
		s = s.unfit(e.Typed)
	case CardGone:
		s.CardOn = false
	case Scan:
		return s.scan(e)
	case SlipState:
		if s.Screen == Booked {
			s.Slip = e
		}
	case Answered:
		return s.answered(e)
	case Printed:
		if s.holds(e.Ticket) && (s.Screen == Printing || s.Screen == Unprinted) {
			s.Reason, s.Maybe = "", false
			return s.done(), nil
		}
	case PrintFailed:
		if s.holds(e.Ticket) && s.Screen == Printing {
			return s.unprinted(reasonOf(e.Fault), e.Maybe), nil
		}
	}
	return s.aged(), nil
}

func (s State) holds(ticket string) bool { return s.Ticket != nil && s.Ticket.Ticket == ticket }

// aged lets the time do what only time does.
func (s State) aged() State {
	switch s.Screen {
	case Attract:
		return s
	case Taking:
		if !s.Now.Before(s.Until) {
			return s.trouble(NoAnswer)
		}
		return s
	case Noting:
		if !s.Now.Before(s.Until) {
			return s.trouble(NotNoted)
		}
		return s
	case Asking:
		if !s.Now.Before(s.Until) {
			return s.unanswered()
		}
		return s
	case Printing:
		if !s.Now.Before(s.Until) {
			return s.unprinted(NoPrinter, true)
		}
		return s
	case Done:
		if !s.Now.Before(s.Until) {
			return s.wiped()
		}
		return s
	}
	switch quiet := s.Now.Sub(s.Touched); {
	case quiet >= s.Times.Idle:
		return s.wiped()
	case quiet >= s.Times.Idle-s.Times.Warn:
		s.Warned = true
	}
	return s
}

// wiped forgets the person: back to the attract screen in Chinese, standard
// text, nothing typed or chosen left over.
func (s State) wiped() State {
	return State{
		Times: s.Times, Now: s.Now, Online: s.Online, Lent: s.Lent, Printer: s.Printer, Readers: s.Readers, CardOn: s.CardOn,
		Catalogue: s.Catalogue, Queue: s.Queue, Calendar: s.Calendar, Windows: s.Windows,
		Screen: Attract, Lang: Chinese,
	}
}
