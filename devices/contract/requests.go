package contract

import "time"

// Requests of a kiosk (roles "kiosk") and their data.
const (
	AskTicketTake  = "ticket.take/1"  // TakeTicket → Ticket
	AskTicketNoted = "ticket.noted/1" // TicketRef → Ticket: the citizen has noted the number
	AskTicketVoid  = "ticket.void/1"  // TicketRef → Ticket: the citizen gives it up
)

// Further requests of a kiosk.
const (
	AskNumbersLend       = "numbers.lend/1"       // LendNumbers → Numbers
	AskTicketLook        = "ticket.look/1"        // TicketRef → Ticket: of anybody's slip
	AskTicketReprint     = "ticket.reprint/1"     // TicketRef → Ticket: paper once more, marked
	AskAppointmentSlots  = "appointment.slots/1"  // SlotsOf → Slots
	AskAppointmentBook   = "appointment.book/1"   // BookAppointment → Appointment
	AskAppointmentFind   = "appointment.find/1"   // FindAppointment → Appointments
	AskAppointmentArrive = "appointment.arrive/1" // Arrive → Ticket: check in; the request's id becomes the ticket's
	AskAppointmentCancel = "appointment.cancel/1" // AppointmentRef → Appointment
)

// Requests of a desk or the manager.
const (
	AskTicketGrant   = "ticket.grant/1"   // Grant → WindowAnswer: a class of priority, by staff
	AskOrderSet      = "order.set/1"      // SetOrder → OrderRule: by the manager
	AskServicePause  = "service.pause/1"  // PauseService → nothing
	AskServiceResume = "service.resume/1" // PauseService → nothing
	AskDayClose      = "day.close/1"      // CloseDay → nothing
)

// CmdAppointments is the centre's command to a hall: appointments that were
// made elsewhere. Known ids change nothing.
const CmdAppointments = "appointments.import/1" // ImportAppointments → Imported

// Requests of a window (roles "window") and their data; each answers with
// WindowAnswer.
const (
	AskWindowSignIn    = "window.sign-in/1"   // SignIn
	AskWindowSignOut   = "window.sign-out/1"  // WindowRef
	AskWindowPause     = "window.pause/1"     // WindowRef with Reason
	AskWindowResume    = "window.resume/1"    // WindowRef
	AskWindowNext      = "window.next/1"      // WindowRef
	AskWindowCall      = "window.call/1"      // WindowRef with Number
	AskWindowRecall    = "window.recall/1"    // WindowRef
	AskWindowNoShow    = "window.no-show/1"   // WindowRef
	AskWindowStart     = "window.start/1"     // WindowRef
	AskWindowFinish    = "window.finish/1"    // WindowRef
	AskWindowTransfer  = "window.transfer/1"  // Transfer
	AskWindowHold      = "window.hold/1"      // WindowRef with Reason
	AskWindowUnhold    = "window.unhold/1"    // WindowRef with Number: call it again here
	AskWindowReturn    = "window.return/1"    // WindowRef, with Number for a held one: back into the queue
	AskWindowReinstate = "window.reinstate/1" // WindowRef with Number: a no-show came after all
	AskWindowVoid      = "window.void/1"      // WindowRef with Number and Reason
)

// Further requests of a window.
const (
	AskWindowWalkIn  = "window.walk-in/1" // WalkIn → WindowAnswer: serve somebody without a ticket
	AskWindowCorrect = "window.correct/1" // Correct → WindowAnswer: the ticket in hand is for another service
	AskWindowSet     = "window.set/1"     // SetWindow → WindowAnswer
	AskTicketQuiet   = "ticket.quiet/1"   // QuietTicket → Ticket: call it without a voice, or with it again
)

// Requests of a manager, and of the centre as commands with the same data.
const (
	AskNoticePost      = "notice.post/1"      // PostNotice → Notice
	AskNoticeWithdraw  = "notice.withdraw/1"  // WithdrawNotice → nothing
	AskResultsPublish  = "results.publish/1"  // PublishResults → nothing
	AskResultsWithdraw = "results.withdraw/1" // PublishResults with ids only → nothing
	AskDutySet         = "duty.set-days/1"    // SetDuty → Duty
	CmdNoticePost      = "notice.send/1"      // PostNotice → Notice
	CmdNoticeWithdraw  = "notice.recall/1"    // WithdrawNotice → nothing
	CmdResultsPublish  = "results.send/1"     // PublishResults → nothing
	CmdResultsWithdraw = "results.recall/1"   // PublishResults with ids only → nothing
	CmdDutySet         = "duty.send/1"        // SetDuty → Duty
)

// WalkIn serves somebody who has no ticket: the number comes from the same
// sequence, and nothing is announced (R-ACC-07).
type WalkIn struct {
	Window  string `json:"window"`
	Service string `json:"service"`
	Class   string `json:"class,omitempty"`
	Call    bool   `json:"call,omitempty"` // the person is not at the window yet: announce it
}

// Correct changes the service of the ticket in hand. A service that the window
// does not serve is refused; transfer is for those.
type Correct struct {
	Window  string `json:"window"`
	Service string `json:"service"`
	Expect  string `json:"expect,omitempty"`
}

// SetWindow changes how a window works.
type SetWindow struct {
	Window string `json:"window"`
	Auto   bool   `json:"auto_next"`
}

// QuietTicket asks that a ticket be called by eye only.
type QuietTicket struct {
	Ticket string `json:"ticket,omitempty"`
	Number string `json:"number,omitempty"` // instead, from a desk
	Silent bool   `json:"silent"`
	Window string `json:"window,omitempty"` // of the desk, where somebody is signed in
}

// PostNotice puts a notice on the boards; one with the same id is replaced.
type PostNotice struct {
	Notice Notice `json:"notice"`
	Staff  string `json:"staff,omitempty"`
}

// WithdrawNotice takes one off.
type WithdrawNotice struct {
	ID    string `json:"id"`
	Staff string `json:"staff,omitempty"`
}

// PublishResults makes approvals public or, with IDs, takes them back.
type PublishResults struct {
	Results []Result `json:"results,omitempty"`
	IDs     []string `json:"ids,omitempty"`
	Staff   string   `json:"staff,omitempty"`
}

// SetDuty replaces the duty roster of the days that it names.
type SetDuty struct {
	Days  []DutyDay `json:"days"`
	Staff string    `json:"staff,omitempty"`
}

// Requests of a technician (roles "window" and "hall") and their data.
const (
	AskDeviceTest = "device.test/1" // DeviceTest → DeviceTested
)

// Commands of a host to a node.
const (
	CmdPrinterTest = "printer.test/1" // PrinterTest → DeviceTested
)

// TakeTicket asks for a number.
type TakeTicket struct {
	Service string   `json:"service"`
	Lang    string   `json:"lang"`                            // "zh-CN" or "en"
	Class   string   `json:"class,omitempty"`                 // of priority, as the citizen chose
	More    []string `json:"more,omitempty"`                  // further services on the same ticket, in this order
	Person  string   `json:"person,omitempty" privacy:"hash"` // keyed hash of the ID number
	NoCard  bool     `json:"no_card,omitempty"`               // a citizen without a card: the window checks who it is
	Silent  bool     `json:"silent,omitempty"`                // call by eye only
}

// LendNumbers asks for numbers for the time without the hall. Stock is the id
// of what the kiosk keeps of them on its disk: a new disk, or one that was put
// back from a copy, has a new one, and what was lent to the old stock is never
// used again. Holds are the blocks in the stock, Left how many of their numbers
// are unused, by prefix. Seen and Lent are the highest serials of each prefix
// that the kiosk knows to be given and to be lent, by itself or in a view: a
// hall that knows less has lost its disk.
type LendNumbers struct {
	Day   string         `json:"day"`
	Stock string         `json:"stock"`
	Holds []NumberBlock  `json:"holds,omitempty"`
	Left  map[string]int `json:"left,omitempty"`
	Seen  map[string]int `json:"seen,omitempty"`
	Lent  map[string]int `json:"lent,omitempty"`
}

// Numbers is everything that is lent to the kiosk's stock on Day, until Ends.
// What the stock holds beside it must not be used. Now is the hall's clock, by
// which a kiosk tells the time when it is alone.
type Numbers struct {
	Day    string        `json:"day"`
	Now    time.Time     `json:"now"`
	Ends   time.Time     `json:"ends"` // the business day is over
	Blocks []NumberBlock `json:"blocks"`
}

// NumberBlock is the serials From to To of a prefix, both included.
type NumberBlock struct {
	Prefix string `json:"prefix"`
	From   int    `json:"from"`
	To     int    `json:"to"`
}

// Grant gives a ticket a class of priority. Without a number it is the
// ticket's in hand.
type Grant struct {
	Window string `json:"window"`
	Number string `json:"number"`
	Class  string `json:"class"`
	Reason string `json:"reason"`
}

// SetOrder changes the rule of the queue.
type SetOrder struct {
	Staff string    `json:"staff"`
	Rule  OrderRule `json:"rule"`
}

// PauseService stops or resumes the tickets of a service.
type PauseService struct {
	Service string `json:"service"`
	Staff   string `json:"staff"`
	Reason  string `json:"reason,omitempty"` // of a pause: shown to citizens
}

// CloseDay ends the queue although somebody may still wait.
type CloseDay struct {
	Staff  string `json:"staff"`
	Reason string `json:"reason"`
}

// SlotsOf asks for the free times of a service.
type SlotsOf struct {
	Service string `json:"service"`
}

// Slots are the free times, by day.
type Slots struct {
	Service string `json:"service"`
	Slots   []Slot `json:"slots"`
}

// Slot is one time that may be booked.
type Slot struct {
	Start time.Time `json:"start"`
	Free  int       `json:"free"`
}

// BookAppointment books a time. One of Person and Phone must be there.
type BookAppointment struct {
	Service string    `json:"service"`
	Start   time.Time `json:"start"`
	Person  string    `json:"person,omitempty" privacy:"hash"`
	Phone   string    `json:"phone,omitempty" privacy:"tail"` // last four digits
}

// Appointment is an appointment as its holder may see it.
type Appointment struct {
	Appointment string    `json:"appointment"`
	Code        string    `json:"code,omitempty"` // to its holder alone
	Service     string    `json:"service"`
	Start       time.Time `json:"start"`
	State       string    `json:"state"` // "booked", "arrived", "missed", "cancelled"
}

// FindAppointment looks for today's appointments of a holder: by code, keyed
// hash, or the last four digits of the phone number.
type FindAppointment struct {
	Code   string `json:"code,omitempty"`
	Person string `json:"person,omitempty" privacy:"hash"`
	Phone  string `json:"phone,omitempty" privacy:"tail"`
}

// Appointments are what was found, by time.
type Appointments struct {
	Appointments []Appointment `json:"appointments"`
}

// Arrive checks an appointment in.
type Arrive struct {
	Appointment string `json:"appointment"`
	Lang        string `json:"lang"`
	Person      string `json:"person,omitempty" privacy:"hash"` // of the ticket: the hall controller fills it in
}

// AppointmentRef names an appointment, with its code as the proof.
type AppointmentRef struct {
	Appointment string `json:"appointment"`
	Code        string `json:"code"`
}

// ImportAppointments are appointments that were made elsewhere, at most 200 in
// one command.
type ImportAppointments struct {
	Appointments []AppointmentBooked `json:"appointments"`
}

// Imported counts what an import did; Refused names each that was not taken.
type Imported struct {
	Booked  int      `json:"booked"`
	Known   int      `json:"known"`
	Refused []string `json:"refused,omitempty"` // "id: reason"
}

// Ticket is what a citizen holds.
type Ticket struct {
	Ticket   string    `json:"ticket"`
	Number   string    `json:"number"`
	Service  string    `json:"service"`
	Day      string    `json:"day"`
	State    string    `json:"state"`
	IssuedAt time.Time `json:"issued_at"`
	Ahead    int       `json:"ahead"`
	WaitMin  int       `json:"wait_min"` // minutes; -1 is "not known"
	WaitMax  int       `json:"wait_max"`
	After    time.Time `json:"after,omitzero"` // the wait is through a break: not before this opening
	Windows  []string  `json:"windows"`        // that may call it, by id
	Area     string    `json:"area,omitempty"`

	Class    string    `json:"class,omitempty"`
	More     []string  `json:"more,omitempty"`     // services still to come
	Due      time.Time `json:"due,omitzero"`       // of an appointment
	Reprints int       `json:"reprints,omitempty"` // above 0 the slip is marked as a reprint
	Called   string    `json:"called,omitempty"`   // window that called it last, by id
	NoCard   bool      `json:"no_card,omitempty"`  // taken without the ID card: bring it to the window
	Offline  bool      `json:"offline,omitempty"`  // of a lent number, taken while cut off: it joins the queue later
	Silent   bool      `json:"silent,omitempty"`   // called by eye only
}

// TicketRef names a ticket. Person is the proof that a reprint of a ticket by
// ID card asks for.
type TicketRef struct {
	Ticket string `json:"ticket"`
	Person string `json:"person,omitempty" privacy:"hash"`
}

// SignIn puts a member of staff at a window. PIN never leaves the request.
type SignIn struct {
	Window string `json:"window"`
	Staff  string `json:"staff"`
	PIN    string `json:"pin" privacy:"secret"`            // or a password
	Card   string `json:"card,omitempty" privacy:"secret"` // what the reader read, instead of Staff
}

// WindowRef names a window and, where the request needs them, a ticket number
// and a reason. Expect, when set, is the number that the asker sees as current:
// the request is refused if it is no longer so (compare and set).
type WindowRef struct {
	Window string `json:"window"`
	Number string `json:"number,omitempty"`
	Reason string `json:"reason,omitempty"`
	Expect string `json:"expect,omitempty"`
	NoFee  bool   `json:"no_fee,omitempty"` // of finish: nothing is to be paid for this service

	Outcome  Outcome `json:"outcome,omitzero"`    // of finish
	Minutes  int     `json:"minutes,omitempty"`   // of hold: remind after so long, 1..480; 0 is as configured
	PastHeld bool    `json:"past_held,omitempty"` // of next, call and finish: go on, although the window holds a ticket that is overdue
}

// Transfer sends the window's present ticket elsewhere: to a service, a window
// or both.
type Transfer struct {
	Window    string `json:"window"`
	ToService string `json:"to_service,omitempty"`
	ToWindow  string `json:"to_window,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Expect    string `json:"expect,omitempty"`
}

// WindowAnswer is the window after the request, and what it now has in hand.
type WindowAnswer struct {
	Window WindowView `json:"window"`
	Ticket *Ticket    `json:"ticket,omitempty"`
	Why    string     `json:"why,omitempty"` // the rule that chose it, in words
}

// DeviceTest asks the host to have a device of another node tested. What the
// test is depends on what the device can do: a printer prints a test slip.
type DeviceTest struct {
	Node   string `json:"node"`
	Device string `json:"device"`
}

// DeviceTested is the word of a device that was tested: for a printer "printed",
// "consumed", or "sent" where it cannot tell.
type DeviceTested struct {
	Proof string `json:"proof"`
}

// PrinterTest prints a test slip on a device of the node.
type PrinterTest struct {
	Device string `json:"device"`
}
