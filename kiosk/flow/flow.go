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
// citizen sees the number (Unprinted) and either notes it or gives it up.
//
// kiosk/station runs the machine, kiosk/view draws its State.
package flow

import (
	"encoding/json"
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
)

// Screens lists every screen, for tests that visit them all.
var Screens = []Screen{Attract, Home, Top, Services, Help, Taking, Printing, Done, Unprinted, Noting, Trouble, Idle}

// Reason is why a Trouble or Unprinted page is shown. The words stand in
// kiosk/text.
type Reason string

// Reasons.
const (
	PaperOut  Reason = "paper-out"
	CoverOpen Reason = "cover-open"
	Cutter    Reason = "cutter"
	NoPrinter Reason = "no-printer" // silent, missing, offline, broken, too hot
	Paused    Reason = "paused"     // the service gives no numbers now
	Closed    Reason = "closed"     // outside hours
	Away      Reason = "away"       // the hall controller cannot be reached
	NoAnswer  Reason = "no-answer"  // it did not answer in time, or could not do it
	Refused   Reason = "refused"    // it answered no, with words
	NotNoted  Reason = "not-noted"  // the number stands, but the hall could not be told
)

// Reasons lists every reason, for tests that visit them all.
var Reasons = []Reason{PaperOut, CoverOpen, Cutter, NoPrinter, Paused, Closed, Away, NoAnswer, Refused, NotNoted}

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
}

// State is everything that a screen shows. The upper part belongs to the
// machine and outlives a visit; the lower part belongs to one person and is
// wiped when that person has gone. Slices in it are never changed in place.
type State struct {
	Times     Times
	Now       time.Time
	Online    bool // the hall controller answers
	Printer   Printer
	Catalogue contract.Catalogue
	Queue     contract.Queue
	Calendar  contract.Calendar
	Windows   contract.Windows

	Screen  Screen // the page; Face tells what is really shown
	Return  Screen // where Back leads from Help and Trouble
	Warned  bool   // the question "more time?" covers the page
	Touched time.Time
	Until   time.Time // Taking, Printing, Noting, Done: when it ends by itself
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
}

// New is the state of a kiosk that has just been switched on.
func New(t Times, now time.Time) State {
	return State{Times: t.filled(), Now: now, Screen: Attract, Lang: Chinese}
}

// Event is something that happened: Tap, Tick, one of the views, Online,
// Printer, Answered, Printed or PrintFailed.
type Event interface{ event() }

// Tap is a touch of something that the screen offers. Fresh is a new ULID for
// the request that the touch may lead to.
type Tap struct {
	Touch Touch
	Arg   string // the unit or service
	Fresh string
}

// Tick says that time has passed; the station sends one at least every second.
type Tick struct{}

// Online tells whether the hall controller can be asked now.
type Online bool

// CatalogueView, QueueView, CalendarView and WindowsView are new snapshots of
// the hall.
type (
	WindowsView   contract.Windows
	CatalogueView contract.Catalogue
	QueueView     contract.Queue
	CalendarView  contract.Calendar
)

// Answered is the end of a request: an answer, or none in its time (Result
// contract.ResultExpired). Fresh is a new ULID, should the flow have to give a
// number back that came too late.
type Answered struct {
	ID, Type string
	Answer   contract.Answer
	Fresh    string
}

// Printed is the proof that the paper is out, already on disk.
type Printed struct{ Ticket string }

// PrintFailed is paper that failed, or may have; Fault is a devices.FaultCode.
type PrintFailed struct {
	Ticket string
	Fault  string
	Maybe  bool
}

func (Tap) event()           {}
func (Tick) event()          {}
func (Online) event()        {}
func (Printer) event()       {}
func (CatalogueView) event() {}
func (QueueView) event()     {}
func (CalendarView) event()  {}
func (WindowsView) event()   {}
func (Answered) event()      {}
func (Printed) event()       {}
func (PrintFailed) event()   {}

// Effect is something to do: Ask or Print.
type Effect interface{ effect() }

// Ask sends a request to the hall controller, again and again under the same
// id until For has passed, and comes back as one Answered.
type Ask struct {
	ID, Type string
	Data     any
	For      time.Duration
}

// Print puts the ticket on paper and comes back as Printed or PrintFailed.
type Print struct {
	Ticket contract.Ticket
	Lang   string
}

func (Ask) effect()   {}
func (Print) effect() {}

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
		Times: s.Times, Now: s.Now, Online: s.Online, Printer: s.Printer,
		Catalogue: s.Catalogue, Queue: s.Queue, Calendar: s.Calendar, Windows: s.Windows,
		Screen: Attract, Lang: Chinese,
	}
}

func (s State) answered(e Answered) (State, []Effect) {
	ok := e.Answer.Result == contract.ResultOK
	if e.ID != s.Asked || s.Asked == "" {
		// A number that came after the citizen was told that there is none.
		if e.Type == contract.AskTicketTake && ok && !s.holds(e.ID) {
			return s.aged(), []Effect{Ask{ID: e.Fresh, Type: contract.AskTicketVoid,
				Data: contract.TicketRef{Ticket: e.ID}, For: s.Times.Idle}}
		}
		return s.aged(), nil
	}
	s.Asked = ""
	switch {
	case e.Answer.Result == contract.ResultRefused:
		if e.Answer.Error != nil {
			s.Problem = *e.Answer.Error
		}
		return s.trouble(Refused), nil
	case s.Screen == Noting && ok:
		s.Noted = true
		return s.done(), nil
	case s.Screen == Noting:
		return s.trouble(NotNoted), nil
	case s.Screen != Taking:
		return s.aged(), nil
	}
	var t contract.Ticket
	if !ok || json.Unmarshal(e.Answer.Data, &t) != nil || t.Ticket == "" || t.Number == "" {
		return s.trouble(NoAnswer), nil
	}
	s.Ticket = &t
	if !s.Paper {
		return s.unprinted(s.Reason, false), nil
	}
	s.Screen, s.Until = Printing, s.Now.Add(s.Times.Print)
	return s, []Effect{Print{Ticket: t, Lang: s.Lang}}
}

func (s State) done() State {
	s.Screen, s.Warned = Done, false
	s.Until = s.Now.Add(s.Times.Done)
	return s
}

func (s State) unprinted(why Reason, maybe bool) State {
	s.Screen, s.Reason, s.Maybe = Unprinted, why, maybe
	s.Touched, s.Warned = s.Now, false
	return s
}

func (s State) trouble(why Reason) State {
	if s.Return == "" {
		s.Return = Home
	}
	s.Screen, s.Reason, s.Asked = Trouble, why, ""
	s.Touched, s.Warned = s.Now, false
	return s
}
