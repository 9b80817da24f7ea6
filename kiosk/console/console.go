// Package console is the web pages of the hall's own people: the page of one
// window, where its staff call, serve and pass on tickets; the page of a lead,
// who sees the windows and queues of their units and helps; and the page of the
// hall's manager, who sees everything, and posts notices and the duty roster.
//
// The pages are plain HTML, rendered here and kept live by server-sent events:
// on each change of the hall the stream carries the regions that now read
// differently, already rendered, and what the window may do next. No build
// step, nothing from outside, no inline script. Every key of the window page
// stands on its button, so that it is used without a mouse.
//
// The package knows nothing of journals or brokers. What it needs of the hall
// is a Backend, which the controller is, and a test's fake.
package console

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
)

// Backend is the hall, as the console sees it. All methods may be called from
// many goroutines at once.
type Backend interface {
	// Check says whose proof this is, with no effect on the hall. It is how those
	// enter who sit at no window; a wrong PIN counts against the same limit as at
	// a window.
	Check(ctx context.Context, proof Proof) (Person, *contract.Problem)

	// Person is who has a staff id, with what they may do now; the zero value is
	// nobody.
	Person(id string) Person

	// Do carries out a request of a window (the Ask… constants of
	// contract/requests.go that begin with "window.", ticket.grant/1 and
	// ticket.quiet/1) or of a manager, who is an Actor without a window (the rest
	// of managerVerbs). The same Request.ID is the same request. When
	// it has answered, Snapshot contains the effect. The data of
	// contract.AskWindowSignIn is contract.SignIn; its PIN goes no further.
	Do(ctx context.Context, actor Actor, r contract.Request) contract.Answer

	// Snapshot is the hall as it is now. The console does not change it.
	Snapshot() Snapshot

	// Overview is what the manager sees beside it.
	Overview() Overview

	// Watch sends a tick after Snapshot has changed; several changes may share one
	// tick. The channel is closed when ctx ends or the hall stops.
	Watch(ctx context.Context) <-chan struct{}
}

// Actor is who asks: the staff id (for a sign-in: the number that was typed)
// and the window's id, "" for a manager.
type Actor struct{ Staff, Window string }

// Proof is how somebody says who they are: a staff number with a PIN or a
// password, or what a reader read from the staff card.
type Proof struct{ Number, PIN, Card string }

// Person is a member of staff. Manager opens the page of the whole hall, Lead
// that of their units.
type Person struct {
	ID      string
	Number  string // 工号
	Name    string
	Post    string
	Manager bool
	Lead    bool
	Units   []string // that a lead looks after; none is all
}

// Snapshot is everything that the pages show.
type Snapshot struct {
	At          time.Time // now, by the hall's clock
	Location    *time.Location
	Catalogue   contract.Catalogue
	Calendar    contract.Calendar
	Queue       contract.Queue
	Calls       contract.Calls
	Windows     []Window
	Classes     []Class  // of priority
	Unconfirmed []Ticket // taken, but without proof that anybody holds the number
	Voided      []Ticket // today, the newest first
	Ratings     []Rating // one for each window that has finished something today
	Punches     []Punch  // today, the newest first
	Devices     []Device
	Centre      Centre
	Alarms      []Alarm // that last, the oldest first
	Desk        DeskRules
}

// Alarm is something that a person in the hall has to do something about.
type Alarm struct {
	Kind    string // "window.unstaffed", "window.paused-long", "hold.overdue", "duty.empty", "photo.missing"
	Subject string // window, ticket number, day, staff id
	Words   contract.Text2
	Since   time.Time
	Limit   int // minutes that were allowed
}

// DeskRules are the bounds of what a window does, for its page to show before
// somebody meets them.
type DeskRules struct {
	Recalls int               // of one ticket
	Every   time.Duration     // at least between two of them
	Remind  time.Duration     // the owner of a held ticket is reminded after this
	Outcome map[string]string // service → "optional" or "required": what came of it is asked at its end
}

// Window is one window with what only its own people and the manager see.
type Window struct {
	contract.WindowView
	StaffID  string    // of the person signed in now, "" for nobody
	Since    time.Time // of State
	Over     time.Time // when a pause should be over
	Services []string  // that it may call
	Present  *Present  // in hand: called or being served
	Waiting  []Ticket  // that this window may call, in the order in which it would
	Held     []Ticket  // put aside by this window
	Missed   []Ticket  // that may come back: no-shows of this window, the newest first, and void numbers of its services whose paper came out late
	Actions  []Action  // the newest first
}

// Present is the ticket in a window's hand.
type Present struct {
	Ticket
	CalledAt  time.Time
	StartedAt time.Time // zero until the service begins
	Recalls   int
	Recalled  time.Time // the last time; zero for never
	Why       string    // why this one: the rule that chose it
	FeeDue    bool      // the citizen goes on to the fee window, unless nothing is to be paid
}

// Class is a class of priority (优先类别).
type Class struct {
	ID     string
	Name   string // Chinese
	Weight int    // 0 (as ordinary) to 9
	Head   bool   // goes to the very head (特事特办)
	Grant  bool   // by staff only, with a reason
}

// Ticket is one number on a list.
type Ticket struct {
	Number      string
	Service     string // id
	State       string
	IssuedAt    time.Time
	Since       time.Time // of the present state
	Reason      string    // of a hold or a void
	Fault       string    // of the printer, if the paper failed
	Kiosk       string    // that gave it
	FirstAsked  string    // window that was asked first, after a transfer
	ForWindow   bool      // transferred to this window: nobody else may call it
	Class       string    // id of its class of priority, "" for none
	Due         time.Time // of an appointment that was checked in
	Granted     string    // name of who granted the class
	GrantReason string
	More        []string // services still to come on it, by id
	NoCard      bool     // taken without the ID card: the window checks who it is
	Offline     bool     // taken while its kiosk was cut off
	Owed        bool     // a fee is still to be paid
	Reprints    int
	Silent      bool      // called by eye only: its holder asked for it
	WalkIn      bool      // taken in at a window, without paper
	Keeper      string    // name of who put it aside
	Remind      time.Time // of a held one: when its owner is reminded
}

// Action is one line of what a window has done lately. Type is an event type of
// the contract.
type Action struct {
	At     time.Time
	Type   string
	Number string
	Reason string
	Staff  string // name
}

// Rating is the count of ratings of one window today. Levels[5] is 非常满意,
// Levels[1] 非常不满意; Absent is silence, which is not a rating.
type Rating struct {
	Window string // id
	Levels [6]int
	Absent int
}

// Punch is one use of an attendance terminal, with the person it belongs to.
type Punch struct {
	contract.PunchRecorded
	Name string // "" when the terminal's number is nobody's
	Unit string
}

// Device is the health of one device of a node.
type Device struct {
	Node string
	devices.Health
}

// Centre is the way to the centre server. Waiting is how many events it has not
// yet acknowledged.
type Centre struct {
	Configured bool
	Online     bool
	Waiting    uint64
	Since      time.Time
}

// Facts keeps small durable values; *journal.Journal is one. Sessions outlive a
// restart of the hall in it.
type Facts interface {
	Put(ctx context.Context, key string, value []byte) error
	Get(key string) ([]byte, bool, error)
}

// Options of the console. The zero value is ready to use.
type Options struct {
	Facts        Facts         // nil: sessions end with the process
	Idle         time.Duration // a session without any input ends after it; 0 is 2 h
	Longest      time.Duration // and in any case after it; 0 is 12 h
	Secure       bool          // pages are reached by HTTPS only: cookies are marked so
	PauseReasons []PauseReason // from the hall's setup (R-WIN-05); empty is PauseReasons
	Log          *slog.Logger  // nil is slog.Default
	Now          func() time.Time
}

// PauseReason is a reason for a pause, in Chinese, and how long it may last.
type PauseReason struct {
	Name  string
	Limit time.Duration // 0 is 30 minutes
}

// PauseReasons are the reasons for a pause that the page offers by default.
var PauseReasons = []PauseReason{{Name: "交接班"}, {Name: "取送材料"}, {Name: "业务会商"}, {Name: "设备故障"}, {Name: "用餐", Limit: time.Hour}, {Name: "短时离岗"}}

const (
	idleDefault    = 2 * time.Hour
	longestDefault = 12 * time.Hour
	answerTime     = 10 * time.Second // a request is not waited for longer
	beat           = 5 * time.Second  // a silent stream says that it is alive
	writeTime      = 15 * time.Second // for one message; a page that takes longer has gone
)

// New returns the pages: "/" to sign in, "/window/{id}", "/lead", "/hall".
func New(b Backend, o Options) http.Handler {
	if o.Idle <= 0 {
		o.Idle = idleDefault
	}
	if o.Longest <= 0 {
		o.Longest = longestDefault
	}
	if len(o.PauseReasons) == 0 {
		o.PauseReasons = PauseReasons
	}
	o.PauseReasons = slices.Clone(o.PauseReasons)
	for i := range o.PauseReasons {
		if o.PauseReasons[i].Limit == 0 {
			o.PauseReasons[i].Limit = 30 * time.Minute
		}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &server{b: b, o: o, sessions: newSessions(o)}
	return s.routes()
}
