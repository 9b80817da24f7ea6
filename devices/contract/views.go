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
	ViewDuty      = "duty"
	ViewResults   = "results"
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
	Zones    []ZoneInfo    `json:"zones,omitempty"`   // parts of the hall with boards and a voice of their own
	Voice    VoicePlan     `json:"voice,omitzero"`    // how calls are spoken
}

// ZoneInfo is a part of the hall (区域): what is called there is heard there.
type ZoneInfo struct {
	ID    string `json:"id"`
	Name  Text2  `json:"name"`
	Floor string `json:"floor,omitempty"` // "1", "B1"
}

// VoicePlan is how calls are spoken in every zone (R-VOICE-01 … -06).
type VoicePlan struct {
	Languages []string     `json:"languages,omitempty"` // in this order: "zh-CN", "en", then at most one more, such as "yue"; none is "zh-CN"
	Chime     bool         `json:"chime,omitempty"`     // a chime before each announcement
	Repeat    int          `json:"repeat,omitempty"`    // how often an announcement is spoken again when nobody else waits, 0..2
	Stale     int          `json:"stale,omitempty"`     // seconds after which a call is no longer spoken; 0 is 90
	Volume    int          `json:"volume,omitempty"`    // percent, 1..100; 0 is 70
	Volumes   []VolumeSpan `json:"volumes,omitempty"`   // other volumes in parts of the day; 0 is quiet: no voice at all
}

// VolumeSpan is the volume in one part of the day, local "08:00" to "09:30".
type VolumeSpan struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Volume int    `json:"volume"` // percent, 0..100; 0 is quiet (免打扰)
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
	Media          string `json:"media,omitempty"`       // address under which pictures lie by their SHA-256: "https://hall-1:8443/media/" (HALL-013)
}

// UnitInfo is a unit of the hall (窗口单位).
type UnitInfo struct {
	ID   string `json:"id"`
	Name Text2  `json:"name"`
	Icon string `json:"icon"` // a symbol of kiosk/theme

	Chief string `json:"chief,omitempty"` // chief representative of the unit in the hall (首席代表)
	Scope Text2  `json:"scope,omitzero"`  // what the unit has authorised its windows to do (授权范围)
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
	Zone    string    `json:"zone,omitempty"`
	Label   string    `json:"label,omitempty"`  // of the window: "3"
	Silent  bool      `json:"silent,omitempty"` // shown, never spoken: its holder asked for it
}

// Windows is the state of every window. A hall with so many windows that they do
// not fit a payload leaves out what is missed least: kind, unit and area first.
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
	Kind   string `json:"kind,omitempty"` // "department", "consult", "entrusted", "fee", "complaint"
	Area   Text2  `json:"area,omitzero"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"` // of a pause
	Staff  string `json:"staff,omitempty"`  // name of the person signed in now
	Post   string `json:"post,omitempty"`
	Number string `json:"number,omitempty"` // ticket in hand
	Ticket string `json:"ticket_state,omitempty"`

	Zone       string `json:"zone,omitempty"`
	Unit       string `json:"unit,omitempty"`
	ReasonText Text2  `json:"reason_text,omitzero"`  // of a pause, in both languages
	Until      string `json:"until,omitempty"`       // local "10:45": when a pause with a limit should be over
	StaffNo    string `json:"staff_no,omitempty"`    // number of the person signed in now (工号)
	Photo      string `json:"staff_photo,omitempty"` // SHA-256 in hex; the picture is at the media address of the hall
	Party      bool   `json:"party,omitempty"`       // the person wears the party badge (党员亮身份, R-WIN-03)
	Waiting    int    `json:"waiting,omitempty"`     // tickets that it may call
	Auto       bool   `json:"auto_next,omitempty"`   // calls the next by itself after finish
	Called     uint64 `json:"call,omitempty"`        // number of the call of the ticket in hand
	Silent     bool   `json:"silent,omitempty"`      // of the ticket in hand
	Service    string `json:"service_now,omitempty"` // of the ticket in hand, by id
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

	ID     string   `json:"id,omitempty"`
	Kind   string   `json:"kind,omitempty"` // "" or "line": scrolls; "page": with title, date and issuer (公示栏); "figures": case figures; "slogan"; "slide": pictures
	Title  Text2    `json:"title,omitzero"`
	Issuer Text2    `json:"issuer,omitzero"`
	Date   string   `json:"date,omitempty"`   // 2006-01-02
	Zones  []string `json:"zones,omitempty"`  // where it is shown; none is everywhere
	Media  []string `json:"media,omitempty"`  // SHA-256 of pictures, in hex, in the order of showing
	Spoken bool     `json:"spoken,omitempty"` // read out once in its zones when it is posted
}

// Duty is who receives citizens today, and the days to come on which the hall
// is closed (R-BOARD-05, -06).
type Duty struct {
	Version uint64        `json:"version"`
	Day     string        `json:"day"`
	Today   []DutyOfficer `json:"today"`
	Closed  []ClosedDay   `json:"closed,omitempty"` // from the first to the last, soonest first
	Phone   string        `json:"duty_phone,omitempty"`
}

// DutyOfficer is a duty officer of one day (值班领导, 值日警官).
type DutyOfficer struct {
	Name  string `json:"name"`
	Post  Text2  `json:"post"`
	Place Text2  `json:"place"`
	Phone string `json:"post_phone,omitempty"`  // of the post, never a private one
	Photo string `json:"staff_photo,omitempty"` // SHA-256 in hex
}

// ClosedDay is a stretch of days on which the hall is closed.
type ClosedDay struct {
	From   string `json:"from"` // 2006-01-02
	To     string `json:"to"`
	Reason Text2  `json:"reason"`
}

// Results are the approvals that are made public (审批结果公示, R-BOARD-04).
type Results struct {
	Version uint64   `json:"version"`
	Results []Result `json:"results"`
}

// Result is one approval. Names of persons are masked before they come here.
type Result struct {
	ID      string    `json:"id"`
	Case    string    `json:"case"`           // number of the case
	Name    string    `json:"name,omitempty"` // masked: "张*", or an enterprise in full
	Service Text2     `json:"service"`
	Outcome Text2     `json:"outcome"` // "准予许可"
	Date    string    `json:"date"`    // 2006-01-02
	Until   time.Time `json:"until,omitzero"`
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
