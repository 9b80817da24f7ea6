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
	EvStaffRefused      = "staff.refused/1" // WindowChanged: a wrong PIN, or, without staff, a wrong card at a window
	EvWindowResumed     = "window.resumed/1"
	EvRatingGiven       = "rating.given/1"
	EvRatingAbsent      = "rating.absent/1" // silence: not rated, which is not "satisfied"
	EvPunchRecorded     = "punch.recorded/1"
	EvDayOpened         = "day.opened/1"
	EvDeviceFault       = "device.fault/1"

	EvNumbersLent        = "numbers.lent/1"       // a block of numbers for a kiosk that may be cut off
	EvNumbersRaised      = "numbers.raised/1"     // a kiosk knows of a higher number: this hall lost its disk
	EvTicketGranted      = "ticket.granted/1"     // staff gave a class of priority, with a reason
	EvTicketContinued    = "ticket.continued/1"   // one service of several is done
	EvTicketReprinted    = "ticket.reprinted/1"   // paper once more, marked as such
	EvOrderSet           = "order.changed/1"      // the manager changed the rule of the queue
	EvServicePaused      = "service.paused/1"     // no tickets for it, with a reason
	EvServiceResumed     = "service.resumed/1"    //
	EvAppointmentBooked  = "appointment.booked/1" //
	EvAppointmentCancel  = "appointment.cancelled/1"
	EvAppointmentArrived = "appointment.arrived/1" // checked in; its ticket was issued
	EvAppointmentMissed  = "appointment.missed/1"  // nobody came by its late limit
	EvAppointmentUnknown = "appointment.unknown/1" // a kiosk asked for one that is not there
	EvClockDoubted       = "clock.doubted/1"       // the hall's clock cannot be right
	EvClockTrusted       = "clock.trusted/1"       // it is right again
	EvClockStepped       = "clock.stepped/1"       // it jumped while the hall ran
	EvDayClosed          = "day.closed/1"          // the duty officer ended the queue, with a reason
	EvNumberConflict     = "number.conflict/1"     // a kiosk gave a number that it was not lent
	EvTicketCorrected    = "ticket.corrected/1"    // another service than the citizen chose, at the same window
	EvTicketQuieted      = "ticket.quieted/1"      // called by eye only from now on
	EvWindowSet          = "window.changed/1"      // how the window works
	EvAlarmRaised        = "alarm.raised/1"        // somebody in the hall has to do something
	EvAlarmCleared       = "alarm.cleared/1"       //
	EvNoticePosted       = "notice.posted/1"       //
	EvNoticeWithdrawn    = "notice.withdrawn/1"    //
	EvResultsPublished   = "results.published/1"   //
	EvResultsWithdrawn   = "results.withdrawn/1"   //
	EvDutySet            = "duty.set/1"            // who is on duty on some days
	EvCallUnspoken       = "call.unspoken/1"       // an announcement was dropped: too old, or no voice took it
)

// Event types of a kiosk towards the hall controller.
const (
	EvTicketPrinted   = "ticket.printed/1"
	EvTicketUnprinted = "ticket.unprinted/1"
	EvTicketTaken     = "ticket.taken/1"       // from a lent number, while cut off
	EvTicketGivenUp   = "ticket.given-up/1"    // TicketRef: by the citizen, while cut off
	EvQuietAsked      = "ticket.quiet-asked/1" // TicketQuieted: by the citizen, while cut off
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
	WaitMin int       `json:"wait_min"`       // expected wait in minutes, from
	WaitMax int       `json:"wait_max"`       // to; 0 and 0 is "at once", -1 is "not known"
	After   time.Time `json:"after,omitzero"` // the wait is through a break: told is "not before this opening"

	Forecast int `json:"forecast,omitempty"` // the middle of it in seconds of opening hours, to learn from

	Class       string    `json:"class,omitempty"` // of priority; absent is ordinary
	More        []string  `json:"more,omitempty"`  // further services on the same ticket
	Person      string    `json:"person,omitempty" privacy:"hash"`
	NoCard      bool      `json:"no_card,omitempty"`     // the window checks who it is
	Appointment string    `json:"appointment,omitempty"` // that was checked in
	Due         time.Time `json:"due,omitzero"`          // of the appointment
	Offline     bool      `json:"offline,omitempty"`     // taken from a lent number while cut off
	Behind      uint64    `json:"behind,omitempty"`      // of an offline ticket: the place it stands behind
	PlacedAt    time.Time `json:"placed_at,omitzero"`    // and by when, among those behind the same place
	WalkIn      string    `json:"walk_in,omitempty"`     // window that took it in without paper
	Silent      bool      `json:"silent,omitempty"`      // never spoken
}

// TicketTaken is a number that a kiosk gave from its lent block while it was
// cut off. At is the hall's time at the taking, as the kiosk knew it; in one
// kiosk it never goes back. After is the ticket that the kiosk gave before it,
// from whatever number.
type TicketTaken struct {
	Ticket  string    `json:"ticket"`
	Number  string    `json:"number"`
	Prefix  string    `json:"prefix"`
	Serial  int       `json:"serial"`
	Day     string    `json:"day"` // of the block
	Service string    `json:"service"`
	Lang    string    `json:"lang"`
	At      time.Time `json:"at"`
	Class   string    `json:"class,omitempty"`
	More    []string  `json:"more,omitempty"`
	Person  string    `json:"person,omitempty" privacy:"hash"`
	NoCard  bool      `json:"no_card,omitempty"` // the window checks who it is
	Paper   bool      `json:"paper"`             // a slip was tried; its outcome follows
	After   string    `json:"after,omitempty"`   // id of a ticket
	Seen    int       `json:"seen,omitempty"`    // highest serial of the prefix that it knew to be given at the hall
	Silent  bool      `json:"silent,omitempty"`  // call by eye only
}

// NumbersLent lends the serials From to To of a prefix to a kiosk, until the
// business day ends. Stock is the kiosk's stock of numbers (LendNumbers); a
// block without a kiosk is lent to nobody, ever: numbers that a hall which lost
// its disk does not know any more.
type NumbersLent struct {
	Kiosk  string `json:"kiosk"`
	Stock  string `json:"stock,omitempty"`
	Day    string `json:"day"`
	Prefix string `json:"prefix"`
	From   int    `json:"from"`
	To     int    `json:"to"`
}

// NumbersRaised makes the next regular number of a prefix higher than Serial.
type NumbersRaised struct {
	Kiosk  string `json:"kiosk"` // that knew
	Day    string `json:"day"`
	Prefix string `json:"prefix"`
	Serial int    `json:"serial"`
}

// NumberConflict is a number that a kiosk gave without having been lent it, or
// that stands on another ticket. The ticket is kept for staff to see; it is not
// called by its number alone.
type NumberConflict struct {
	Ticket  string    `json:"ticket"`
	Number  string    `json:"number"`
	Kiosk   string    `json:"kiosk"`
	Reason  string    `json:"reason"` // "not-lent", "taken", "other-day", "no-service"
	Day     string    `json:"day,omitempty"`
	Service string    `json:"service,omitempty"`
	At      time.Time `json:"at,omitzero"` // the kiosk's clock at the taking
}

// TicketGranted gives a waiting ticket a class of priority.
type TicketGranted struct {
	Ticket string `json:"ticket"`
	Class  string `json:"class"`
	Window string `json:"window"`
	Staff  string `json:"staff"`
	Reason string `json:"reason"`
}

// TicketContinued ends one service session of a ticket that has more services:
// it may be rated once. The ticket goes on with Service, in the same hands when
// Here, else in the queue at its old place.
type TicketContinued struct {
	Ticket  string   `json:"ticket"`
	Window  string   `json:"window"`
	Staff   string   `json:"staff"`
	Done    string   `json:"done"` // service that is done
	Session string   `json:"session"`
	Seconds int      `json:"seconds"`
	Service string   `json:"service"` // the next
	More    []string `json:"more,omitempty"`
	Here    bool     `json:"here,omitempty"`
	Owed    bool     `json:"owed,omitempty"` // a fee of a service that is done is still to be paid

	Outcome Outcome `json:"outcome,omitzero"` // of what is done
}

// TicketReprinted says that the paper of a ticket is printed once more.
type TicketReprinted struct {
	Ticket string `json:"ticket"`
	Kiosk  string `json:"kiosk"`
	Count  int    `json:"count"` // reprints so far
}

// OrderSet is the rule of the queue as the manager set it.
type OrderSet struct {
	Staff string    `json:"staff"`
	Rule  OrderRule `json:"rule"`
}

// OrderRule says how the next ticket is chosen. Classes that it does not name
// keep their weight.
type OrderRule struct {
	Overtake int            `json:"overtake"`          // a ticket is overtaken at most so often, 0..100
	Beyond   int            `json:"beyond_minutes"`    // and not at all from this after its turn, 0..480
	Weights  map[string]int `json:"weights,omitempty"` // class → 0 (as ordinary) to 9
}

// ServiceChanged is the data of service.paused and service.resumed.
type ServiceChanged struct {
	Service string `json:"service"`
	Staff   string `json:"staff"`
	Reason  string `json:"reason,omitempty"`
}

// AppointmentBooked is an appointment (预约). Its holder is known by a keyed
// hash of the ID number, the last four digits of a phone number, or the code.
type AppointmentBooked struct {
	Appointment string    `json:"appointment"` // id
	Code        string    `json:"code"`        // six digits, given to the citizen
	Service     string    `json:"service"`
	Start       time.Time `json:"start"`
	Person      string    `json:"person,omitempty" privacy:"hash"`
	Phone       string    `json:"phone,omitempty" privacy:"tail"` // last four digits
	Source      string    `json:"source"`                         // "kiosk", "centre", "desk", "import"
}

// AppointmentChanged is the data of cancelled, arrived and missed.
type AppointmentChanged struct {
	Appointment string `json:"appointment"`
	Ticket      string `json:"ticket,omitempty"` // of arrived
	Late        bool   `json:"late,omitempty"`   // arrived after its limit: without priority
	Reason      string `json:"reason,omitempty"`
}

// AppointmentUnknown counts a wrong code or phone number at a kiosk. What was
// typed stands nowhere.
type AppointmentUnknown struct {
	Kiosk string `json:"kiosk"`
}

// ClockChanged is the data of the clock events, in seconds. Doubted: By is how
// far the hall's time now runs ahead of its clock; below 0 the clock is ahead.
// Stepped and trusted: By is how far the hall's time jumps, and what is pending
// with it.
type ClockChanged struct {
	By   int    `json:"by"`
	Held string `json:"held,omitempty"` // the business day that waits until the queue is empty
}

// DayClosed ends the queue of a business day by the duty officer's word.
type DayClosed struct {
	Day    string `json:"day"`
	Staff  string `json:"staff"`
	Reason string `json:"reason"`
}

// TicketConfirmed makes a ticket callable. Proof is "printed", "consumed",
// "sent" (the printer's word), "noted" (the citizen's) or "desk" (a walk-in: the
// window sees who it is for).
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
	Reason string `json:"reason"`           // "unconfirmed", "citizen", "staff", "day-ended", "day-closed"
	Window string `json:"window,omitempty"` // of staff
	Staff  string `json:"staff,omitempty"`  // who voided it
}

// TicketCalled sends a ticket to a window. Call rises by one with every
// announcement of the hall and is never reused.
type TicketCalled struct {
	Ticket string `json:"ticket"`
	Window string `json:"window"`
	Staff  string `json:"staff"`
	Call   uint64 `json:"call"`
	Why    string `json:"why,omitempty"` // the rule that chose it

	Overtaken []string `json:"overtaken,omitempty"` // numbers with an earlier place that the rule passed over
	Waited    int      `json:"waited,omitempty"`    // seconds since it could first be called, without lunch and other gaps of the day
}

// TicketRecalled announces a called ticket again.
type TicketRecalled struct {
	Ticket string `json:"ticket"`
	Window string `json:"window"`
	Staff  string `json:"staff,omitempty"`
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

	Remind time.Time `json:"remind,omitzero"` // of held: when its owner is to be reminded
}

// TicketFinished ends the service. Session is the id of the service session
// that may be rated once.
type TicketFinished struct {
	Ticket  string `json:"ticket"`
	Window  string `json:"window"`
	Staff   string `json:"staff"`
	Session string `json:"session"`
	Seconds int    `json:"seconds"` // of service

	Outcome Outcome `json:"outcome,omitzero"`
}

// Outcome is what came of a service, as staff said at its end.
type Outcome struct {
	Done   []string `json:"done,omitempty"`   // services that were done, by id; none is the ticket's own
	Case   string   `json:"case,omitempty"`   // number of the case in the approval system, 1..40 characters
	Result string   `json:"result,omitempty"` // "done", "accepted", "supplement", "refused", "advice", "elsewhere"
	Note   string   `json:"note,omitempty"`   // up to 200 characters, without personal data
}

// TicketCorrected gives the ticket in hand the service that its holder really
// needs. It stays at the window, and its number stays.
type TicketCorrected struct {
	Ticket  string   `json:"ticket"`
	Window  string   `json:"window"`
	Staff   string   `json:"staff"`
	From    string   `json:"from"` // service before
	Service string   `json:"service"`
	More    []string `json:"more,omitempty"` // services still to come after it
}

// TicketQuieted says whether a ticket is called without a voice.
type TicketQuieted struct {
	Ticket string `json:"ticket"`
	Silent bool   `json:"silent"`
	Window string `json:"window,omitempty"` // where its holder asked for it
	Staff  string `json:"staff,omitempty"`  // whom
}

// WindowSet is how a window works from now on.
type WindowSet struct {
	Window string `json:"window"`
	Staff  string `json:"staff"`
	Auto   bool   `json:"auto_next"` // calls the next by itself after finish
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
	Staff      string `json:"staff,omitempty"` // who sent it on
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
	Day    string    `json:"day"`
	Forget time.Time `json:"forget,omitzero"` // appointments before this are forgotten
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
