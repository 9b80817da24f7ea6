package flow

import (
	"time"

	"hallward/devices/contract"
)

// Event is something that happened: Tap, Tick, one of the views, Online,
// Printer, Readers, a Card or what became of it, a Scan, Answered, Printed,
// PrintFailed or SlipState.
type Event interface{ event() }

// Tap is a touch of something that the screen offers. Fresh is a new ULID for
// the request that the touch may lead to.
type Tap struct {
	Touch Touch
	Arg   string // what is touched: a unit, service, class, key, day, time …
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

// Card is a person known by an ID card on the reader, or by a typed number that
// was found right. Person is the keyed hash; Name is masked ("张*") and empty
// for a typed number. Fresh is a new ULID for the request that it may lead to.
type Card struct {
	Person, Name string
	Typed        bool
	Fresh        string
}

// CardUnread is a card that could not be read, CardUnfit one whose number
// fails the check (GB 11643-1999), or such a number typed.
type (
	CardUnread struct{}
	CardUnfit  struct{ Typed bool }
)

// CardGone is the card taken from the reader.
type CardGone struct{}

// Scan is the text of a code before the scanner.
type Scan struct{ Text, Fresh string }

// SlipState is what became of the paper for a new appointment.
type SlipState string

// States of that paper.
const (
	SlipPrinting SlipState = "printing"
	SlipPrinted  SlipState = "printed"
	SlipFailed   SlipState = "failed" // the code is on the screen all the same
)

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
func (Readers) event()       {}
func (Card) event()          {}
func (CardUnread) event()    {}
func (CardUnfit) event()     {}
func (CardGone) event()      {}
func (Scan) event()          {}
func (SlipState) event()     {}

// Effect is something to do: Ask, Print, PrintAppointment, TypeID or CheckID.
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
	Name   string // masked, where the service wants it on the slip
}

// PrintAppointment puts a new appointment on paper and comes back as SlipState.
type PrintAppointment struct {
	Appointment contract.Appointment
	Lang        string
}

// TypeID adds a key to the ID number that the station keeps while somebody
// types it; EraseKey takes the last one back, and "" all of them.
type TypeID struct{ Key string }

// CheckID ends the typing; it comes back as Card or CardUnfit, and the number
// is gone.
type CheckID struct{}

func (Ask) effect()              {}
func (Print) effect()            {}
func (PrintAppointment) effect() {}
func (TypeID) effect()           {}
func (CheckID) effect()          {}
