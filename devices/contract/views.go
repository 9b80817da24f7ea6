package contract

import "time"

// Names of the views. Every view is a whole snapshot with a rising version.
const (
	ViewCatalogue = "catalogue"
	ViewQueue     = "queue"
	ViewCalls     = "calls"
	ViewWindows   = "windows"
	ViewNotices   = "notices"
	ViewCalendar  = "calendar"
)

// Text2 is a text in both languages of the hall.
type Text2 struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In returns the text in a language, "en" or anything else for Chinese.
func (t Text2) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// Catalogue is what the hall offers, and who it is.
type Catalogue struct {
	Version  uint64        `json:"version"`
	Hall     HallInfo      `json:"hall"`
	Units    []UnitInfo    `json:"units"`
	Services []ServiceInfo `json:"services"`
	Classes  []ClassInfo   `json:"classes,omitempty"` // of priority that a citizen may choose
}

// ClassInfo is a class of priority (优先类别) that the kiosk offers.
type ClassInfo struct {
	ID    string `json:"id"`
	Name  Text2  `json:"name"`
	Proof Text2  `json:"proof,omitzero"` // what to have ready at the window
	Icon  string `json:"icon,omitempty"`
}

// HallInfo is what every screen and slip says of the hall.
type HallInfo struct {
	ID             string `json:"id"`
	Name           Text2  `json:"name"`
	ConsultPhone   string `json:"consult_phone"`   // the centre's own line
	ComplaintPhone string `json:"complaint_phone"` // the supervision line
	Desk           Text2  `json:"desk"`            // where to ask a person
	Colour         string `json:"colour"`          // "#1f5f8b", the one strong colour
	QRBase         string `json:"qr_base,omitempty"`
	SelfService    Text2  `json:"self_service,omitzero"` // what is open day and night, and where (24小时自助)
	DutyPhone      string `json:"duty_phone,omitempty"`  // for urgent matters on days off (值班电话)
}

// UnitInfo is a unit of the hall (窗口单位).
type UnitInfo struct {
	ID   string `json:"id"`
	Name Text2  `json:"name"`
	Icon string `json:"icon"` // a symbol of kiosk/theme
}

// ServiceInfo is one service (事项).
type ServiceInfo struct {
	ID           string   `json:"id"`
	Unit         string   `json:"unit"`
	Name         Text2    `json:"name"`
	Prefix       string   `json:"prefix"`
	Kind         string   `json:"kind"`       // "instant", "promise", "joint", "upward", "consult", "complaint", "fee"
	LegalDays    int      `json:"legal_days"` // working days; 0 is "on the spot"
	PromiseDays  int      `json:"promise_days"`
	Fee          string   `json:"fee"` // "0" or an amount in yuan
	FeeBasis     string   `json:"fee_basis,omitempty"`
	Windows      []string `json:"windows"`
	Area         Text2    `json:"area"`
	Paused       string   `json:"paused,omitempty"` // the reason, when no tickets are given now
	Entrusted    bool     `json:"entrusted,omitempty"`
	Top          bool     `json:"top,omitempty"` // among the most used
	Requirements []Text2  `json:"requirements,omitempty"`

	Realname     string `json:"realname,omitempty"`     // "required" or "optional": a ticket by ID card
	SlipName     bool   `json:"slip_name,omitempty"`    // the masked name stands on the slip
	Message      Text2  `json:"message,omitzero"`       // the service gives no tickets, only this information
	FeeDue       bool   `json:"fee_due,omitempty"`      // the ticket goes on to the fee window afterwards
	Appointments bool   `json:"appointments,omitempty"` // times can be booked
}

// Queue is how many wait for what.
type Queue struct {
	Version  uint64         `json:"version"`
	Day      string         `json:"day"`
	Services []ServiceQueue `json:"services"`
	Waiting  int            `json:"waiting"`
	Serials  map[string]int `json:"serials,omitempty"` // the highest number given in order, by prefix
	Lent     map[string]int `json:"lent,omitempty"`    // the highest number lent to a kiosk, by prefix
}

// ServiceQueue is the queue of one service.
type ServiceQueue struct {
	Service string `json:"service"`
	Waiting int    `json:"waiting"`
	WaitMin int    `json:"wait_min"` // for a ticket taken now, minutes; -1 not known
	WaitMax int    `json:"wait_max"`
	Open    int    `json:"open"`           // open windows that serve it
	Last    string `json:"last,omitempty"` // the last number called

	After time.Time `json:"after,omitzero"` // the wait is through a break: not before this opening

	Stop   string `json:"stop,omitempty"`  // why no ticket is given now: "paused", "quota", "interval-quota", "closing", "message", "hours"
	Reason Text2  `json:"reason,omitzero"` // the same in words, with what to do instead
}

// Calls is what the boards show and speak: the last calls, newest first. Call
// numbers rise for ever, so a board announces each once and nothing twice.
type Calls struct {
	Version uint64 `json:"version"`
	Calls   []Call `json:"calls"`
}

// Call is one announcement.
type Call struct {
	Call    uint64    `json:"call"`
	Number  string    `json:"number"`
	Window  string    `json:"window"`
	Name    Text2     `json:"name"` // of the window: "3号窗口" / "Window 3"
	Service string    `json:"service"`
	Recall  int       `json:"recall"` // 0 for the first call
	At      time.Time `json:"at"`
	State   string    `json:"state"` // of the ticket now: "called", "serving", "finished", "missed" …
}

// Windows is the state of every window.
type Windows struct {
	Version uint64       `json:"version"`
	Windows []WindowView `json:"windows"`
}

// Window states.
const (
	WindowClosed = "closed" // nobody is signed in
	WindowOpen   = "open"
	WindowPaused = "paused"
)

// WindowView is one window as everybody may see it.
type WindowView struct {
	ID     string `json:"id"`
	Label  string `json:"label"` // "3"
	Name   Text2  `json:"name"`
	Kind   string `json:"kind"` // "department", "consult", "entrusted", "fee", "complaint"
	Area   Text2  `json:"area"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"` // of a pause
	Staff  string `json:"staff,omitempty"`  // name of the person signed in now
	Post   string `json:"post,omitempty"`
	Number string `json:"number,omitempty"` // ticket in hand
	Ticket string `json:"ticket_state,omitempty"`
}

// Notices are the lines that the boards scroll.
type Notices struct {
	Version uint64   `json:"version"`
	Notices []Notice `json:"notices"`
}

// Notice is one line, shown between From and Until.
type Notice struct {
	Text  Text2     `json:"text"`
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// Calendar is today's hours and whether tickets are given now.
type Calendar struct {
	Version  uint64    `json:"version"`
	Day      string    `json:"day"`
	Zone     string    `json:"zone"`    // IANA name
	Open     bool      `json:"open"`    // the hall serves now
	Issuing  bool      `json:"issuing"` // kiosks give tickets now
	Segments []Segment `json:"segments"`
	Next     time.Time `json:"next,omitzero"`   // when it opens again, if closed
	Reason   Text2     `json:"reason,omitzero"` // why it is closed: lunch, holiday, after hours

	Begin  time.Time `json:"begin,omitzero"`   // when tickets are given again, if not Issuing
	End    time.Time `json:"end,omitzero"`     // when the present segment ends, if Open
	DayEnd time.Time `json:"day_end,omitzero"` // when the business day ends; lent numbers end with it
	Doubt  bool      `json:"doubt,omitempty"`  // the hall's clock cannot be trusted; staff at work decide
	Offer  []string  `json:"offer,omitempty"`  // instead of a ticket: "appointment", "extended", "24h", "duty"
}

// Segment is one stretch of opening hours, local "08:00" to "11:30".
type Segment struct {
	From string `json:"from"`
	To   string `json:"to"`
}
