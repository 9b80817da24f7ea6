package contract

import "time"

// Event types of the hall controller. The journal of the hall holds exactly
// these, and the centre receives exactly these.
const (
	EvTicketIssued      = "ticket.issued/1"
	EvTicketConfirmed   = "ticket.confirmed/1" // paper or the citizen's word: it may be called
	EvTicketUnconfirmed = "ticket.unconfirmed/1"
	EvTicketVoided      = "ticket.voided/1"
	EvTicketLate        = "ticket.late/1" // TicketConfirmed: the paper of a void number came out after all
	EvTicketCalled      = "ticket.called/1"
	EvTicketRecalled    = "ticket.recalled/1"
	EvTicketMissed      = "ticket.missed/1" // no-show
	EvTicketReinstated  = "ticket.reinstated/1"
	EvTicketStarted     = "ticket.started/1"
	EvTicketFinished    = "ticket.finished/1"
	EvTicketTransferred = "ticket.transferred/1"
	EvTicketHeld        = "ticket.held/1"
	EvTicketResumed     = "ticket.resumed/1"  // from hold, called again at the holder's window
	EvTicketReturned    = "ticket.returned/1" // from hold or call back into the queue
	EvWindowSignedIn    = "window.signed-in/1"
	EvWindowSignedOut   = "window.signed-out/1"
	EvWindowPaused      = "window.paused/1"
	EvStaffRefused      = "staff.refused/1" // WindowChanged: a wrong PIN at a window
	EvWindowResumed     = "window.resumed/1"
	EvRatingGiven       = "rating.given/1"
	EvRatingAbsent      = "rating.absent/1" // silence: not rated, which is not "satisfied"
	EvPunchRecorded     = "punch.recorded/1"
	EvDayOpened         = "day.opened/1"
	EvDeviceFault       = "device.fault/1"
)

// Event types of a kiosk towards the hall controller.
const (
	EvTicketPrinted   = "ticket.printed/1"
	EvTicketUnprinted = "ticket.unprinted/1"
)

// TicketIssued says that a number was taken. Number is what stands on the
// paper, "A001"; Ticket is the id of the request that took it.
type TicketIssued struct {
	Ticket  string    `json:"ticket"`
	Number  string    `json:"number"`
	Prefix  string    `json:"prefix"`
	Serial  int       `json:"serial"` // 1.. within prefix and day
	Day     string    `json:"day"`    // business day, 2006-01-02
	Service string    `json:"service"`
	Kiosk   string    `json:"kiosk"`
	Lang    string    `json:"lang"`
	At      time.Time `json:"at"`
	Ahead   int       `json:"ahead"`
	WaitMin int       `json:"wait_min"` // expected wait in minutes, from
	WaitMax int       `json:"wait_max"` // to; 0 and 0 is "at once", -1 is "not known"
}

// TicketConfirmed makes a ticket callable. Proof is "printed", "consumed",
// "sent" (the printer's word) or "noted" (the citizen's).
type TicketConfirmed struct {
	Ticket string `json:"ticket"`
	Proof  string `json:"proof"`
}

// TicketUnconfirmed says that the paper failed or may have failed. The number
// is not called until somebody has noted it.
type TicketUnconfirmed struct {
	Ticket  string `json:"ticket"`
	Outcome string `json:"outcome"` // "failed" or "unknown"
	Fault   string `json:"fault"`
}

// TicketVoided ends a ticket. It is never called again, unless its paper came
// out late (ticket.late/1) and staff reinstate it.
type TicketVoided struct {
	Ticket string `json:"ticket"`
	Reason string `json:"reason"` // "unconfirmed", "citizen", "staff", "day-ended"
}

// TicketCalled sends a ticket to a window. Call rises by one with every
// announcement of the hall and is never reused.
type TicketCalled struct {
	Ticket string `json:"ticket"`
	Window string `json:"window"`
	Staff  string `json:"staff"`
	Call   uint64 `json:"call"`
	Why    string `json:"why,omitempty"` // the rule that chose it
}

// TicketRecalled announces a called ticket again.
type TicketRecalled struct {
	Ticket string `json:"ticket"`
	Window string `json:"window"`
	Call   uint64 `json:"call"`
}

// TicketMoved is the data of missed, started, held, resumed, returned and
// reinstated. Call is set where the move is announced (resumed).
type TicketMoved struct {
	Ticket string `json:"ticket"`
	Window string `json:"window,omitempty"`
	Staff  string `json:"staff,omitempty"`
	Reason string `json:"reason,omitempty"`
	Call   uint64 `json:"call,omitempty"`
	Place  string `json:"place,omitempty"` // of reinstated: "original" or "end" of the queue
}

// TicketFinished ends the service. Session is the id of the service session
// that may be rated once.
type TicketFinished struct {
	Ticket  string `json:"ticket"`
	Window  string `json:"window"`
	Staff   string `json:"staff"`
	Session string `json:"session"`
	Seconds int    `json:"seconds"` // of service
}

// TicketTransferred moves a ticket to another service or window; number and
// issue time stay.
type TicketTransferred struct {
	Ticket     string `json:"ticket"`
	From       string `json:"from"`             // window
	Service    string `json:"service"`          // after the transfer
	Window     string `json:"window,omitempty"` // only this one may call it
	FirstAsked string `json:"first_asked"`      // window that was asked first (首问)
	Reason     string `json:"reason,omitempty"`
}

// WindowChanged is the data of the window events.
type WindowChanged struct {
	Window string `json:"window"`
	Staff  string `json:"staff"`
	Reason string `json:"reason,omitempty"`
}

// RatingGiven is one citizen's rating of one service session. Level 5
// (非常满意) to 1 (非常不满意).
type RatingGiven struct {
	Session string `json:"session"`
	Ticket  string `json:"ticket"`
	Window  string `json:"window"`
	Staff   string `json:"staff"`
	Level   int    `json:"level"`
	Code    int    `json:"code"`  // what the pad sent
	Scale   string `json:"scale"` // the pad's scale, "ff68-4"
}

// RatingAbsent says that the citizen pressed nothing in time.
type RatingAbsent struct {
	Session string `json:"session"`
	Ticket  string `json:"ticket"`
	Window  string `json:"window"`
	Staff   string `json:"staff"`
}

// PunchRecorded is one use of an attendance terminal. Device time, its zone,
// the receive time and the source stand side by side. Person is the staff
// number; Staff the staff id, when the number is known.
type PunchRecorded struct {
	Terminal string    `json:"terminal"`
	Person   string    `json:"person"`
	Staff    string    `json:"staff,omitempty"`
	Local    string    `json:"local"`
	Zone     string    `json:"zone"`
	At       time.Time `json:"at"`
	Received time.Time `json:"received"`
	Verify   int       `json:"verify"`
	State    int       `json:"state"`
	Source   string    `json:"source"`
	Suspect  string    `json:"suspect,omitempty"` // "future", "unverified", …
}

// DayOpened begins a business day: numbers start again.
type DayOpened struct {
	Day string `json:"day"`
}

// DeviceFault is one change of a device's health. Detail is for the operator:
// at most 200 characters, without personal data.
type DeviceFault struct {
	Node   string `json:"node"`
	Device string `json:"device"`
	Code   string `json:"code"`
	On     bool   `json:"on"`
	Detail string `json:"detail,omitempty"`
}

// TicketPrinted is the kiosk's report that the paper is out.
type TicketPrinted struct {
	Ticket string `json:"ticket"`
	Proof  string `json:"proof"`
}

// TicketUnprinted is the kiosk's report that it is not, or may not be.
type TicketUnprinted struct {
	Ticket  string `json:"ticket"`
	Outcome string `json:"outcome"` // "failed" or "unknown"
	Fault   string `json:"fault"`
}
