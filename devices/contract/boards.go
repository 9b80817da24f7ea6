package contract

import "time"

// What the hall tells of its alarms, its boards and its voices.

// Alarm is something that a person in the hall has to do. Alarm is its kind:
// "window.unstaffed", "window.paused-long", "hold.overdue", "duty.empty" …; with
// Subject it is unique.
type Alarm struct {
	Alarm   string    `json:"alarm"`
	Subject string    `json:"subject"` // window, ticket number, day
	Since   time.Time `json:"since"`
	Limit   int       `json:"limit,omitempty"` // minutes that were allowed
	Staff   string    `json:"staff,omitempty"` // whom it is about, by id
}

// NoticePosted puts a notice on the boards. Source is "console", "centre" or
// "config".
type NoticePosted struct {
	Notice Notice `json:"notice"`
	Staff  string `json:"staff,omitempty"`
	Source string `json:"source"`
}

// NoticeWithdrawn takes a notice off the boards before its time.
type NoticeWithdrawn struct {
	ID     string `json:"id"`
	Staff  string `json:"staff,omitempty"`
	Source string `json:"source"`
}

// ResultsPublished makes approvals public; one with a known id is replaced.
type ResultsPublished struct {
	Results []Result `json:"results"`
	Staff   string   `json:"staff,omitempty"`
	Source  string   `json:"source"`
}

// ResultsWithdrawn takes results off the boards.
type ResultsWithdrawn struct {
	IDs    []string `json:"ids"`
	Staff  string   `json:"staff,omitempty"`
	Source string   `json:"source"`
}

// DutyDay is who is on duty on one day.
type DutyDay struct {
	Day      string        `json:"day"` // 2006-01-02
	Officers []DutyOfficer `json:"officers"`
}

// DutySet replaces the duty roster of the days that it names.
type DutySet struct {
	Days   []DutyDay `json:"days"`
	Staff  string    `json:"staff,omitempty"`
	Source string    `json:"source"`
}

// CallUnspoken says that an announcement was not spoken in a zone.
type CallUnspoken struct {
	Call   uint64 `json:"call"`
	Zone   string `json:"zone"`
	Reason string `json:"reason"` // "stale", "voice", "full" (too many were waiting)
	Age    int    `json:"age"`    // seconds
}
