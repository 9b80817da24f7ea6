package config

import (
	"fmt"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
)

// The rules of the queue beyond first come, first served: priority, lent
// numbers, limits and appointments.

type orderYAML struct {
	Overtake int           `yaml:"overtake"` // a ticket is overtaken at most so often
	Beyond   time.Duration `yaml:"beyond"`   // and not at all from this after its turn
}

type classYAML struct {
	ID     string `yaml:"id" config:"required"`
	Name   text2  `yaml:"name" config:"required"`
	Proof  *text2 `yaml:"proof"` // what to have ready at the window
	Icon   string `yaml:"icon"`
	Weight int    `yaml:"weight" config:"required"`
	Head   bool   `yaml:"head"`  // to the very head (特事特办)
	Grant  bool   `yaml:"grant"` // given by staff, never chosen at the kiosk
}

type lendingYAML struct {
	From    int           `yaml:"from"` // first serial that is lent
	Least   int           `yaml:"least"`
	Most    int           `yaml:"most"`
	Outlast time.Duration `yaml:"outlast"` // how long the numbers should last
}

type appointmentsYAML struct {
	Slot      time.Duration `yaml:"slot"`
	Early     time.Duration `yaml:"early"`
	Late      time.Duration `yaml:"late"`
	AheadDays int           `yaml:"ahead_days"`
	Misses    int           `yaml:"misses"`
	MissDays  int           `yaml:"miss_days"`
}

type quotaYAML struct {
	From calendar.Clock `yaml:"from" config:"required"`
	To   calendar.Clock `yaml:"to" config:"required"`
	Max  int            `yaml:"max" config:"required"`
}

// limitsYAML is the part of a service that says who gets a ticket.
type limitsYAML struct {
	Quota        int         `yaml:"quota"`
	Quotas       []quotaYAML `yaml:"quotas"`
	PerPerson    int         `yaml:"per_person"`
	NoClosing    bool        `yaml:"no_forecast_closing"`
	Realname     string      `yaml:"realname"` // "required" or "optional"
	SlipName     bool        `yaml:"slip_name"`
	Message      *text2      `yaml:"message"` // information only, no tickets
	FeeDue       bool        `yaml:"fee_due"`
	Appointments int         `yaml:"appointments"` // places in one slot
	Hours        *partYAML   `yaml:"hours"`        // of this service, within the hall's
}

// partYAML is the part of the hall's hours in which a service is given. What is
// left out is as in the hall.
type partYAML struct {
	Weekdays []string      `yaml:"weekdays"`
	Segments []segmentYAML `yaml:"segments"`
}

func (y *partYAML) part() *calendar.Part {
	if y == nil {
		return nil
	}
	p := &calendar.Part{Segments: segments(y.Segments)}
	for _, d := range y.Weekdays {
		p.Weekdays[slices.Index(weekdays, d)] = true
	}
	return p
}

func (y *partYAML) check(k *Checker) {
	for i, d := range y.Weekdays {
		oneOf(k.Atf("weekdays[%d]", i), d, weekdays)
	}
	for i, s := range y.Segments {
		switch {
		case s.From >= s.To:
			k.Atf("segments[%d].to", i).Badf("want a time after %s", s.From)
		case i > 0 && s.From < y.Segments[i-1].To:
			k.Atf("segments[%d].from", i).Badf("want a time from %s on, when the segment before ends", y.Segments[i-1].To)
		}
	}
}

func (y *limitsYAML) into(s *hall.Service) {
	s.Quota, s.PerPerson, s.NoClosing, s.Capacity = y.Quota, y.PerPerson, y.NoClosing, y.Appointments
	s.Realname, s.SlipName, s.FeeDue, s.ServiceInfo.Appointments = y.Realname, y.SlipName, y.FeeDue, y.Appointments > 0
	s.Hours = y.Hours.part()
	if y.Message != nil {
		s.Message = y.Message.text()
	}
	for _, q := range y.Quotas {
		s.Quotas = append(s.Quotas, hall.Quota(q))
	}
}

func (y *limitsYAML) check(k *Checker) {
	between(k, "quota", y.Quota, 1, 9999)
	between(k, "per_person", y.PerPerson, 1, 99)
	between(k, "appointments", y.Appointments, 1, 99)
	if k.At("realname").Given() {
		oneOf(k.At("realname"), y.Realname, []string{"required", "optional"})
	}
	if y.PerPerson > 0 && y.Realname == "" {
		k.At("per_person").Badf("a limit for each person needs realname: required or optional")
	}
	if y.SlipName && y.Realname == "" {
		k.At("slip_name").Badf("a name on the slip needs realname: required or optional")
	}
	if y.Hours != nil {
		y.Hours.check(k.In("hours"))
	}
	for i, q := range y.Quotas {
		if q.From >= q.To {
			k.Atf("quotas[%d].to", i).Badf("want a time after %s", q.From)
		}
		if q.Max < 0 || q.Max > 9999 {
			k.Atf("quotas[%d].max", i).Badf("want 0 to 9999")
		}
		for _, before := range y.Quotas[:i] {
			if q.From < before.To && before.From < q.To {
				k.Atf("quotas[%d].from", i).Badf("the time overlaps with %s to %s", before.From, before.To)
			}
		}
	}
}

// between checks a number that was given.
func between(k *Checker, path string, n, least, most int) {
	if k.At(path).Given() && (n < least || n > most) {
		k.At(path).Badf("want %d to %d", least, most)
	}
}

// lasting checks a duration that was given.
func lasting(k *Checker, path string, d, least, most time.Duration) {
	if k.At(path).Given() && (d < least || d > most) {
		k.At(path).Badf("want %v to %v", least, most)
	}
}

// queueRules fills the setup in.
func (r *rulesYAML) queueRules(s *hall.Setup) {
	s.Order = hall.OrderRule(r.Order)
	s.Lending = hall.Lending(r.Lending)
	s.Appointments = hall.AppointmentRule(r.Appointments)
	s.FeeService = r.FeeService
	s.Extended = r.Extended
	for _, c := range r.Classes {
		class := hall.Class{ClassInfo: contract.ClassInfo{ID: c.ID, Name: c.Name.text(), Icon: c.Icon}, Weight: c.Weight, Head: c.Head, Grant: c.Grant}
		if c.Proof != nil {
			class.Proof = c.Proof.text()
		}
		s.Classes = append(s.Classes, class)
	}
}

func (r *rulesYAML) checkQueueRules(k *Checker, services namesOf) {
	between(k, "order.overtake", r.Order.Overtake, 1, 100)
	lasting(k, "order.beyond", r.Order.Beyond, time.Minute, 8*time.Hour)
	between(k, "lending.from", r.Lending.From, 2, 9000)
	between(k, "lending.least", r.Lending.Least, 1, 1000)
	between(k, "lending.most", r.Lending.Most, 1, 5000)
	if r.Lending.Most > 0 && r.Lending.Most < r.Lending.Least {
		k.At("lending.most").Badf("want at least %d, which is lending.least", r.Lending.Least)
	}
	lasting(k, "lending.outlast", r.Lending.Outlast, 10*time.Minute, 12*time.Hour)
	lasting(k, "extended", r.Extended, time.Minute, 8*time.Hour)
	lasting(k, "appointments.slot", r.Appointments.Slot, 5*time.Minute, 4*time.Hour)
	lasting(k, "appointments.early", r.Appointments.Early, time.Minute, 4*time.Hour)
	lasting(k, "appointments.late", r.Appointments.Late, time.Minute, 4*time.Hour)
	between(k, "appointments.ahead_days", r.Appointments.AheadDays, 1, 60)
	between(k, "appointments.misses", r.Appointments.Misses, 1, 20)
	between(k, "appointments.miss_days", r.Appointments.MissDays, 1, 365)
	if k.At("fee_service").Given() && !services[r.FeeService] {
		k.At("fee_service").Badf("there is no such service")
	}
	classes := namesOf{}
	for i, c := range r.Classes {
		k := k.In(fmt.Sprintf("classes[%d]", i))
		classes.unique(k.At("id"), c.ID, "class")
		if c.Weight < 1 || c.Weight > 9 {
			k.At("weight").Badf("want 1 to 9; a larger one goes first")
		}
		if c.Head && !c.Grant {
			k.At("head").Badf("who goes to the very head needs a grant by staff: set grant: true")
		}
	}
}

// checkPreferences looks at what the windows take first.
func (f *folder) checkPreferences(k *Checker, classes []classYAML) {
	for i, w := range f.windows.Windows {
		skills := f.skills(w.Units, w.Services, nil)
		for j, s := range w.First {
			if !slices.Contains(skills, s) {
				k.Atf("windows[%d].first[%d]", i, j).Badf("the window does not serve this service")
			}
		}
		for j, id := range w.Classes {
			if !slices.ContainsFunc(classes, func(c classYAML) bool { return c.ID == id }) {
				k.Atf("windows[%d].classes[%d]", i, j).Badf("there is no such class in %s", hallFile)
			}
		}
	}
}
