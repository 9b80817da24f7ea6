// Package hall is the rules of a service hall (政务服务大厅) as one pure state
// machine: Decide turns a command into events or a refusal, Apply folds an
// event into the state. There is no I/O and no clock here; time comes in as an
// argument. The controller stores the events of a decision before it applies
// them and answers, so replay after a crash is the same code as life.
//
// The parts stand below: queue (tickets), rating, attendance and calendar.
package hall

import (
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/calendar"
)

// Roles of a node: what it may ask for.
const (
	RoleKiosk   = "kiosk"
	RoleWindow  = "window"
	RoleDisplay = "display"
	RoleBridge  = "bridge"
	RoleHall    = "hall" // the controller itself: ticks, its own devices, its console
)

// Kinds of a window (S4 4.1.1).
const (
	KindDepartment = "department"
	KindConsult    = "consult"
	KindEntrusted  = "entrusted"
	KindFee        = "fee"
	KindComplaint  = "complaint"
)

// Places of a reinstated ticket in the queue.
const (
	PlaceOriginal = "original"
	PlaceEnd      = "end"
)

// Setup is a hall as it is configured (devices/config reads it). It does not
// change while the hall runs.
type Setup struct {
	Hall             contract.HallInfo
	CatalogueVersion uint64
	Units            []contract.UnitInfo
	Services         []Service
	Windows          []Window
	Staff            []Staff
	Nodes            []Node
	Hours            *calendar.Hours
	Notices          []contract.Notice
	PauseReasons     []PauseReason // of a window; empty allows any (R-WIN-05)
	ConfirmWithin    time.Duration // paper or word within this, else void; 0 is 2 minutes
	RatingFor        time.Duration // how long a finished service may be rated; 0 is 30 s
	TransferLimit    int           // transfers of one ticket; 0 is 5 (R-KIOSK-13)
	Reinstate        string        // PlaceOriginal or PlaceEnd; "" is PlaceOriginal
	BoardCalls       int           // calls in the calls view; 0 is 20
	Classes          []Class       // of priority; none: first come, first served
	Order            OrderRule     // of the queue, until the manager changes it
	FeeService       string        // of the fee window, for services with FeeDue; "" is the first of kind fee
	Lending          Lending
	Appointments     AppointmentRule
	Zones            []Zone
	Voice            contract.VoicePlan
	Recalls          Recalls            // of one ticket
	Unstaffed        time.Duration      // in hours a window without staff is an alarm after this; 0 is 10 minutes (R-QUE-04)
	HoldRemind       time.Duration      // the holder of a ticket is reminded after this; 0 is 10 minutes
	Roster           []contract.DutyDay // who is on duty, by date (2006-01-02) or day of the week (mon … sun)
	ClosedAhead      int                // closed days stand on the boards from so many days before; 0 is 3 (R-BOARD-05)
	Extended         time.Duration      // tickets so long before and after hours, and on days off, where a window is staffed (延时服务); 0 is never
}

// Zone is a part of the hall (区域) with voices and strips of its own. A window
// without a zone is heard in the first.
type Zone struct {
	contract.ZoneInfo
	Voices   []Place // that speak its calls, all the same words
	Displays []Place // that show its last call
}

// Place is one unit of a device of the hall controller: a strip at an address on
// a line, or the device itself (Unit 0).
type Place struct {
	Device string
	Unit   int
}

// Recalls bounds how a called ticket is announced again.
type Recalls struct {
	Most  int           // 0 is 3; then it is a no-show
	Every time.Duration // at least between two; 0 is 10 s
}

// Roles of a member of staff.
const (
	StaffWindow  = "window"
	StaffLead    = "lead"    // 窗口首席代表, 科室负责人: sees and helps the windows of a unit
	StaffManager = "manager" // 大厅管理员
)

// Class is a class of priority (优先类别): elderly, disabled, pregnant,
// military, urgent, green channel (R-KIOSK-05, -06).
type Class struct {
	contract.ClassInfo
	Weight int  // 1 to 9, larger goes first
	Head   bool // goes to the very head (特事特办); needs Grant
	Grant  bool // given by staff with a reason, never chosen at the kiosk
}

// OrderRule bounds what priority may do to others: a ticket is overtaken at
// most Overtake times, and not at all from Beyond after its turn (queue.Rule).
type OrderRule struct {
	Overtake int           // 0 is 5
	Beyond   time.Duration // 0 is 30 minutes
}

// Lending is how many numbers a kiosk gets for the time without the hall. Sizes
// are for one prefix of one kiosk.
type Lending struct {
	From    int           // first serial that is lent; 0 is 501
	Least   int           // 0 is 20
	Most    int           // 0 is 500
	Outlast time.Duration // how long the numbers should last, by the kiosk's own use today; 0 is 2 h
}

// AppointmentRule is how appointments are kept (R-KIOSK-10).
type AppointmentRule struct {
	Slot      time.Duration // length of a slot; 0 is 30 minutes
	Early     time.Duration // check-in from this before the time; 0 is 30 minutes
	Late      time.Duration // until this after it; later is without priority; 0 is 15 minutes
	AheadDays int           // how far ahead may be booked, in working days; 0 is 5
	Misses    int           // no-shows within MissDays after which a holder cannot book; 0 is 3
	MissDays  int           // 0 is 30
}

// Service is a service (事项). Windows, Area and Entrusted of the info are
// filled in from the windows.
type Service struct {
	contract.ServiceInfo
	Mean      int            // minutes of service on average, for the expected wait; 0 is 10
	Quota     int            // tickets a day; 0 is no limit
	Quotas    []Quota        // tickets in parts of the day
	PerPerson int            // tickets of one person a day, where the card is asked; 0 is no limit
	NoClosing bool           // tickets are given although the queue passes closing time
	Capacity  int            // appointments in one slot, when Appointments
	Hours     *calendar.Part // of the hall's hours in which it is given; nil is all of them
	Outcome   string         // whether staff say at the end what came of it: "", OutcomeOptional or OutcomeRequired
}

// Quota is a limit for one part of the day.
type Quota struct {
	From, To calendar.Clock
	Max      int
}

// Window is a window (窗口) and what it may serve. Without Services it serves
// nothing.
type Window struct {
	ID           string
	Label        string // "3"
	Name         contract.Text2
	Kind         string
	Area         contract.Text2
	Unit         string
	Services     []string
	Keypad       int      // address of its evaluation keypad, 0 for none
	First        []string // services that it takes before its others
	Classes      []string // classes that it takes before everybody (绿色通道)
	Zone         string   // id; "" is the first
	KeypadDevice string   // line of its keypad; "" is any line
	Displays     []Place  // strips and pole displays at this window
	Auto         bool     // calls the next by itself after finish, until its staff change that
}

// Staff is a member of staff at the windows.
type Staff struct {
	ID       string
	Number   string // 工号, as the attendance terminals know it
	Name     string
	Post     string
	Services []string // that the person is qualified for (R-ATT-17)
	PINHash  string   // HashPIN: of a PIN or a password
	Roles    []string // StaffWindow, StaffLead, StaffManager; none is StaffWindow
	CardHash string   // HashPIN of what the reader reads from the staff card; "" is none
	Photo    string   // SHA-256 of the picture, in hex; "" is none
	Party    bool     // wears the party badge (R-WIN-03)
}

// Node is a node of the hall and its role. A window node with Windows may act
// for these only.
type Node struct {
	ID      string
	Role    string
	Windows []string
}

// PauseReason is one entry of the list a pause is chosen from.
type PauseReason struct {
	ID    string
	Name  contract.Text2
	Limit time.Duration // a longer pause is an alarm; 0 is 30 minutes (R-WIN-05)
}

// index is what Setup says, arranged for the questions of Decide.
type index struct {
	Setup
	service   map[string]*Service
	window    map[string]*Window
	staff     map[string]*Staff
	number    map[string]*Staff   // by staff number
	node      map[string]*Node    //
	windowsOf map[string][]string // service → windows that may call it
	shares    map[string][]string // service → services with a window in common, itself included
	class     map[string]*Class
	hours     map[string]*calendar.Hours // by service
	catalogue contract.Catalogue
	area      map[string]contract.Text2 // by service
	place     map[string]int            // of a service in Services
	lines     []lines                   // by window
	thinned   int                       // steps that make the view of the windows fit a payload
}

func newIndex(setup *Setup) *index {
	x := &index{Setup: *setup,
		class:   map[string]*Class{},
		service: map[string]*Service{}, window: map[string]*Window{}, staff: map[string]*Staff{},
		number: map[string]*Staff{}, node: map[string]*Node{},
		windowsOf: map[string][]string{}, shares: map[string][]string{}, area: map[string]contract.Text2{}}
	x.ConfirmWithin = or(x.ConfirmWithin, 2*time.Minute)
	x.RatingFor = or(x.RatingFor, 30*time.Second)
	x.TransferLimit = or(x.TransferLimit, 5)
	x.Reinstate = or(x.Reinstate, PlaceOriginal)
	x.BoardCalls = or(x.BoardCalls, 20)
	x.Order.Overtake = or(x.Order.Overtake, 5)
	x.Order.Beyond = or(x.Order.Beyond, 30*time.Minute)
	x.Recalls.Most = or(x.Recalls.Most, 3)
	x.Recalls.Every = or(x.Recalls.Every, 10*time.Second)
	x.Unstaffed = or(x.Unstaffed, 10*time.Minute)
	x.HoldRemind = or(x.HoldRemind, 10*time.Minute)
	x.ClosedAhead = or(x.ClosedAhead, 3)
	x.PauseReasons = slices.Clone(x.PauseReasons)
	for i := range x.PauseReasons {
		x.PauseReasons[i].Limit = or(x.PauseReasons[i].Limit, 30*time.Minute)
	}
	x.Lending.From = or(x.Lending.From, 501)
	x.Lending.Least = or(x.Lending.Least, 20)
	x.Lending.Most = or(x.Lending.Most, 500)
	x.Lending.Outlast = or(x.Lending.Outlast, 2*time.Hour)
	x.Appointments.Slot = or(x.Appointments.Slot, 30*time.Minute)
	x.Appointments.Early = or(x.Appointments.Early, 30*time.Minute)
	x.Appointments.Late = or(x.Appointments.Late, 15*time.Minute)
	x.Appointments.AheadDays = or(x.Appointments.AheadDays, 5)
	x.Appointments.Misses = or(x.Appointments.Misses, 3)
	x.Appointments.MissDays = or(x.Appointments.MissDays, 30)
	for i := range x.Classes {
		x.class[x.Classes[i].ID] = &x.Classes[i]
	}
	x.hours = map[string]*calendar.Hours{}
	for i := range x.Services {
		if x.Hours != nil {
			x.hours[x.Services[i].ID] = x.Hours.Limited(x.Services[i].Hours)
		}
		if x.FeeService == "" && x.Services[i].Kind == "fee" {
			x.FeeService = x.Services[i].ID
		}
		x.service[x.Services[i].ID] = &x.Services[i]
	}
	for i := range x.Windows {
		w := &x.Windows[i]
		x.window[w.ID] = w
		for _, s := range w.Services {
			if !slices.Contains(x.windowsOf[s], w.ID) {
				x.windowsOf[s] = append(x.windowsOf[s], w.ID)
			}
		}
	}
	for service, windows := range x.windowsOf {
		for _, w := range windows {
			x.shares[service] = append(x.shares[service], x.window[w].Services...)
		}
		slices.Sort(x.shares[service])
		x.shares[service] = slices.Compact(x.shares[service])
	}
	for i := range x.Staff {
		x.staff[x.Staff[i].ID] = &x.Staff[i]
		x.number[x.Staff[i].Number] = &x.Staff[i]
	}
	for i := range x.Nodes {
		x.node[x.Nodes[i].ID] = &x.Nodes[i]
	}
	x.layLines()
	x.thinned = x.thinning()
	x.catalogue = x.CatalogueView()
	for _, info := range x.catalogue.Services {
		x.area[info.ID] = info.Area
	}
	return x
}

func or[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}

// CatalogueView is what the hall offers. Windows, area and the entrusted mark
// of each service follow from the windows' skills (R-KIOSK-03, -04).
func (s *Setup) CatalogueView() contract.Catalogue {
	c := contract.Catalogue{Version: s.CatalogueVersion, Hall: s.Hall, Units: slices.Clone(s.Units), Voice: s.Voice}
	for _, z := range s.Zones {
		c.Zones = append(c.Zones, z.ZoneInfo)
	}
	for _, class := range s.Classes {
		if !class.Grant {
			c.Classes = append(c.Classes, class.ClassInfo)
		}
	}
	for _, service := range s.Services {
		info := service.ServiceInfo
		info.Windows = []string{}
		var zh, en []string
		entrusted := true
		for _, w := range s.Windows {
			if !slices.Contains(w.Services, info.ID) {
				continue
			}
			info.Windows = append(info.Windows, w.ID)
			if w.Area.ZH != "" && !slices.Contains(zh, w.Area.ZH) {
				zh, en = append(zh, w.Area.ZH), append(en, w.Area.In("en"))
			}
			entrusted = entrusted && w.Kind == KindEntrusted
		}
		info.Entrusted = entrusted && len(info.Windows) > 0
		if info.Area.ZH == "" {
			info.Area = contract.Text2{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}
		}
		c.Services = append(c.Services, info)
	}
	return c
}
