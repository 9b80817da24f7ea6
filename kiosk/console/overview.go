package console

import (
	"time"

	"hallward/devices/contract"
)

// Overview is what only the manager's page shows: how the queue is ruled, what
// was said about waiting and came true, and what needs a decision.
type Overview struct {
	Rule            contract.OrderRule // in force, with the weight of every class
	RuleWords       contract.Text2     // the same for everybody to read
	Paused          map[string]string  // services that a manager paused → reason
	WaitServices    []WaitLine         // since the hall began to learn
	WaitDays        []WaitLine         // the newest first
	FirstAsked      []FirstAsked
	Appointments    []Appointment // today's, by time
	Kiosks          []Kiosk
	Conflicts       []contract.NumberConflict // of today
	Reprinted       []Ticket                  // of today, by number
	Circling        []Ticket                  // transferred as often as is allowed, and not done
	Doubt           time.Time                 // since when the hall's clock is in doubt; zero: it is trusted
	MissingHolidays string                    // the year whose official holidays are not known, "" for none
	Closed          bool                      // the queue of this day was ended
	Changes         []Change                  // by managers today, the newest first
	Notices         []Posted                  // that have not expired, in the order of their beginning
	Results         []contract.Result         // that are public, the newest first
	Duty            []contract.DutyDay        // today and the days to come
	WindowDay       []Figures                 // of today, one for each window that did something
	ServiceDay      []Figures                 // of today, one for each service that was asked for
	Unspoken        []Unspoken                // announcements of today that were not spoken, the newest first
	Silenced        int                       // how many these were in all
}

// Posted is a notice of the boards.
type Posted struct {
	contract.Notice
	Staff string // name of who posted it, "" for the centre or the configuration
	Fixed bool   // of the configuration: not for the console to withdraw
}

// Figures are what a window or a service did today. Means are in seconds.
type Figures struct {
	ID      string         // of the window or service
	Taken   int            // numbers; of a service alone
	Called  int            // first calls and those after a transfer
	Served  int            // services that were ended
	Missed  int            // no-shows
	Wait    int            // mean from the time when a number could be called, -1 for none
	Service int            // mean of a service, -1 for none
	Results map[string]int // what came of the services, where staff said so
	Rated   int            // ratings given; of a window alone
	Good    int            // of these: satisfied
}

// Unspoken is an announcement that a zone's voice did not speak.
type Unspoken struct {
	At     time.Time
	Number string
	Zone   string // name
	Reason string // "stale", "voice", "full"
}

// WaitLine is how often the wait that citizens were told came true, for a
// service or a day.
type WaitLine struct {
	Service string // id; "" in a line for a day
	Day     string // 2006-01-02; "" in a line for a service
	Told    int    // citizens who were told a time and have been called
	Inside  int    // of these: within it
	Early   int    // before it
	Late    int    // after it
	Typical int    // minutes later than the middle of what was told; below 0 earlier
}

// Share is how many of 100 waits came true.
func (l WaitLine) Share() int {
	if l.Told == 0 {
		return 0
	}
	return (100*l.Inside + l.Told/2) / l.Told
}

// FirstAsked is the count of citizens who asked a person at a window first
// (首问负责制), and of those who then had to be sent to another service.
type FirstAsked struct {
	Window      string // id
	Staff       string // name
	Tickets     int
	Misdirected int
}

// Appointment is one appointment of today. Whose it is the console does not know.
type Appointment struct {
	Start   time.Time
	Service string // id
	State   string // "booked", "arrived", "missed", "cancelled"
	Number  string // of its ticket
}

// Kiosk is one kiosk with the numbers that it holds for the time without the
// hall.
type Kiosk struct {
	ID     string
	Away   bool // not connected: it may be giving lent numbers
	Blocks []Block
}

// Block is a lent block of numbers. Used are those that have reached the hall;
// a kiosk that is away may have given more.
type Block struct {
	Prefix   string
	From, To int
	Used     int
}

// Left is how many numbers of the block are left, at most.
func (b Block) Left() int { return b.To - b.From + 1 - b.Used }

// Change is one decision of a manager.
type Change struct {
	At     time.Time
	Staff  string // name
	What   string // in Chinese
	Reason string
	Rule   bool // of the rule of the queue
}
