package config

import (
	"path/filepath"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
	"hallward/devices/hall/polite"
)

// Files of a hall's folder.
const (
	hallFile     = "hall.yaml"
	servicesFile = "services.yaml"
	windowsFile  = "windows.yaml"
	staffFile    = "staff.yaml"
)

// text2 is a text in both languages.
type text2 struct {
	ZH string `yaml:"zh" config:"required"`
	EN string `yaml:"en" config:"required"`
}

// Check holds every text that people will read or hear against the words that
// nobody may use towards them (R-VOICE-03).
func (t *text2) Check(k *Checker) {
	for path, s := range map[string]string{"zh": t.ZH, "en": t.EN} {
		if hit, bad := polite.Check(s); bad {
			k.At(path).Badf("the word %q is not used towards citizens (%s)", hit.Word, hit.Source)
		}
	}
}

func (t text2) text() contract.Text2 { return contract.Text2(t) }

type hallYAML struct {
	Hall struct {
		ID             string `yaml:"id" config:"required"`
		Name           text2  `yaml:"name" config:"required"`
		ConsultPhone   string `yaml:"consult_phone" config:"required"`
		ComplaintPhone string `yaml:"complaint_phone" config:"required"`
		Desk           text2  `yaml:"desk" config:"required"`
		Colour         string `yaml:"colour" config:"required"`
		QRBase         string `yaml:"qr_base"`
		SelfService    *text2 `yaml:"self_service"` // the 24 h channel, offered when the hall is closed
		DutyPhone      string `yaml:"duty_phone"`   // for urgent matters on holidays
	} `yaml:"hall" config:"required"`
	Hours   hoursYAML    `yaml:"hours" config:"required"`
	Rules   rulesYAML    `yaml:"rules"`
	Notices []noticeYAML `yaml:"notices"`
	Zones   []zoneYAML   `yaml:"zones"`
	Voice   voiceYAML    `yaml:"voice"`
	Duty    []dutyYAML   `yaml:"duty"`
	Nodes   []nodeYAML   `yaml:"nodes" config:"required"`
}

type hoursYAML struct {
	Zone        string                  `yaml:"zone" config:"required"`
	DayStart    calendar.Clock          `yaml:"day_start" config:"required"`
	IssueBefore int                     `yaml:"issue_before_minutes"`
	Weekdays    []string                `yaml:"weekdays" config:"required"`
	Segments    []segmentYAML           `yaml:"segments" config:"required"`
	Seasons     []seasonYAML            `yaml:"seasons"`
	Overrides   map[string]overrideYAML `yaml:"overrides"`
	Holidays    string                  `yaml:"holidays"` // "official" (default) or "none"
}

type segmentYAML struct {
	From calendar.Clock `yaml:"from" config:"required"`
	To   calendar.Clock `yaml:"to" config:"required"`
}

type seasonYAML struct {
	Name     string            `yaml:"name" config:"required"`
	From     calendar.MonthDay `yaml:"from" config:"required"`
	To       calendar.MonthDay `yaml:"to" config:"required"`
	Segments []segmentYAML     `yaml:"segments" config:"required"`
}

type overrideYAML struct {
	Segments []segmentYAML `yaml:"segments"`
	Reason   *text2        `yaml:"reason"`
}

type rulesYAML struct {
	ConfirmWithin time.Duration `yaml:"confirm_within"`
	RatingFor     time.Duration `yaml:"rating_for"`
	TransferLimit int           `yaml:"transfer_limit"`
	Reinstate     string        `yaml:"reinstate"`
	OneWindow     bool          `yaml:"one_window"` // 一窗式: windows of any kind serve services of any kind
	BoardCalls    int           `yaml:"board_calls"`

	Order        orderYAML        `yaml:"order"`
	Classes      []classYAML      `yaml:"classes"`
	Lending      lendingYAML      `yaml:"lending"`
	Appointments appointmentsYAML `yaml:"appointments"`
	Extended     time.Duration    `yaml:"extended"`    // tickets for so long after closing, while somebody is signed in (延时服务)
	FeeService   string           `yaml:"fee_service"` // that the fee window serves; default the first of kind fee
	PauseReasons []struct {
		ID    string        `yaml:"id" config:"required"`
		Name  text2         `yaml:"name" config:"required"`
		Limit time.Duration `yaml:"limit"` // longer is an alarm
	} `yaml:"pause_reasons"`

	Recalls     recallsYAML   `yaml:"recalls"`
	Unstaffed   time.Duration `yaml:"unstaffed"`    // a window without staff in hours is an alarm after this
	HoldRemind  time.Duration `yaml:"hold_remind"`  // who put a ticket aside is reminded after this
	ClosedAhead int           `yaml:"closed_ahead"` // closed days stand on the boards from so many days before
}

type noticeYAML struct {
	Text  text2     `yaml:"text" config:"required"`
	From  time.Time `yaml:"from"`
	Until time.Time `yaml:"until"`
}

type nodeYAML struct {
	ID      string   `yaml:"id" config:"required"`
	Role    string   `yaml:"role" config:"required"`
	Windows []string `yaml:"windows"`
}

type servicesYAML struct {
	Version uint64 `yaml:"version" config:"required"` // raise it with each change
	Units   []struct {
		ID   string `yaml:"id" config:"required"`
		Name text2  `yaml:"name" config:"required"`
		Icon string `yaml:"icon"`

		Chief string `yaml:"chief"` // chief representative (首席代表)
		Scope *text2 `yaml:"scope"` // what the unit has authorised its windows to do
	} `yaml:"units" config:"required"`
	Services []serviceYAML `yaml:"services" config:"required"`
}

type serviceYAML struct {
	ID           string  `yaml:"id" config:"required"`
	Unit         string  `yaml:"unit" config:"required"`
	Name         text2   `yaml:"name" config:"required"`
	Prefix       string  `yaml:"prefix" config:"required"`
	Kind         string  `yaml:"kind" config:"required"`
	LegalDays    int     `yaml:"legal_days"`
	PromiseDays  int     `yaml:"promise_days"`
	Fee          string  `yaml:"fee" config:"required"`
	FeeBasis     string  `yaml:"fee_basis"`
	Mean         int     `yaml:"mean_minutes" config:"required"`
	Paused       string  `yaml:"paused"`
	Top          bool    `yaml:"top"`
	Area         *text2  `yaml:"area"`
	Requirements []text2 `yaml:"requirements"`

	Limits  limitsYAML `yaml:"limits"`
	Outcome string     `yaml:"outcome"` // asked of staff at the end: "optional" or "required"; none is not asked
}

type windowsYAML struct {
	Windows []windowYAML `yaml:"windows" config:"required"`
}

type windowYAML struct {
	ID       string   `yaml:"id" config:"required"`
	Label    string   `yaml:"label" config:"required"`
	Name     text2    `yaml:"name" config:"required"`
	Kind     string   `yaml:"kind" config:"required"`
	Unit     string   `yaml:"unit"`
	Area     text2    `yaml:"area" config:"required"`
	Units    []string `yaml:"units"`    // all services of these, and
	Services []string `yaml:"services"` // these
	Keypad   int      `yaml:"keypad"`
	First    []string `yaml:"first"`   // services that it takes before its others
	Classes  []string `yaml:"classes"` // classes that it takes before everybody (绿色通道)

	Zone         string      `yaml:"zone"`          // where its calls are heard; default the first
	KeypadDevice string      `yaml:"keypad_device"` // line of its keypad, where the hall has several
	Displays     []placeYAML `yaml:"displays"`      // strips and pole displays at this window
	AutoNext     bool        `yaml:"auto_next"`     // calls the next by itself after finish
}

type staffYAML struct {
	Staff []personYAML `yaml:"staff" config:"required"`
}

type personYAML struct {
	ID       string   `yaml:"id" config:"required"`
	Number   string   `yaml:"number" config:"required"`
	Name     string   `yaml:"name" config:"required"`
	Post     string   `yaml:"post" config:"required"`
	Units    []string `yaml:"units"`
	Services []string `yaml:"services"`
	Windows  []string `yaml:"windows"` // qualified for all that these serve
	PINHash  string   `yaml:"pin_hash" config:"required"`

	Roles    []string `yaml:"roles"`     // window (default), lead, manager
	CardHash string   `yaml:"card_hash"` // of what the reader reads from the staff card; hallctl pin makes it
	Photo    string   `yaml:"photo"`     // file in the hall's folder
	Party    bool     `yaml:"party"`     // wears the party badge
}

// folder is the four files of a hall, and where to complain about each.
type folder struct {
	hall     hallYAML
	services servicesYAML
	windows  windowsYAML
	staff    staffYAML
	places   map[string]*Checker // by file
	dir      string
	photos   map[string]string // SHA-256 by file, of those that were found good
}

// LoadHall reads the folder of a hall: hall.yaml, services.yaml, windows.yaml
// and staff.yaml. The error is a Problems with every mistake in all of them.
func LoadHall(dir string) (*hall.Setup, contract.Catalogue, error) {
	f := folder{places: map[string]*Checker{}, dir: dir, photos: map[string]string{}}
	var ps Problems
	for _, part := range []struct {
		file string
		dst  any
	}{{hallFile, &f.hall}, {servicesFile, &f.services}, {windowsFile, &f.windows}, {staffFile, &f.staff}} {
		k, found := readFile(filepath.Join(dir, part.file), part.dst)
		f.places[part.file] = k
		ps = append(ps, found...)
	}
	// A file that is not there or not YAML has no values to check, and what
	// names its entries would seem wrong.
	if !slices.ContainsFunc(ps, func(p Problem) bool { return p.Path == "" }) {
		f.check()
		ps = nil
		for _, k := range f.places {
			ps = append(ps, k.d.problems...)
		}
	}
	if err := ps.err(); err != nil {
		return nil, contract.Catalogue{}, err
	}
	setup := f.setup()
	return setup, setup.CatalogueView(), nil
}

// setup is the hall of a folder without mistakes.
func (f *folder) setup() *hall.Setup {
	h := f.hall.Hall
	s := &hall.Setup{
		Hall: contract.HallInfo{ID: h.ID, Name: h.Name.text(), ConsultPhone: h.ConsultPhone,
			ComplaintPhone: h.ComplaintPhone, Desk: h.Desk.text(), Colour: h.Colour, QRBase: h.QRBase, DutyPhone: h.DutyPhone},
		CatalogueVersion: f.services.Version,
		Hours:            f.hall.Hours.hours(),
		ConfirmWithin:    f.hall.Rules.ConfirmWithin,
		RatingFor:        f.hall.Rules.RatingFor,
		TransferLimit:    f.hall.Rules.TransferLimit,
		Reinstate:        f.hall.Rules.Reinstate,
		BoardCalls:       f.hall.Rules.BoardCalls,
	}
	if h.SelfService != nil {
		s.Hall.SelfService = h.SelfService.text()
	}
	f.hall.Rules.queueRules(s)
	f.calling(s)
	for _, r := range f.hall.Rules.PauseReasons {
		s.PauseReasons = append(s.PauseReasons, hall.PauseReason{ID: r.ID, Name: r.Name.text(), Limit: r.Limit})
	}
	for _, n := range f.hall.Notices {
		s.Notices = append(s.Notices, contract.Notice{Text: n.Text.text(), From: n.From, Until: n.Until})
	}
	for _, n := range f.hall.Nodes {
		s.Nodes = append(s.Nodes, hall.Node{ID: n.ID, Role: n.Role, Windows: n.Windows})
	}
	for _, u := range f.services.Units {
		unit := contract.UnitInfo{ID: u.ID, Name: u.Name.text(), Icon: u.Icon, Chief: u.Chief}
		if u.Scope != nil {
			unit.Scope = u.Scope.text()
		}
		s.Units = append(s.Units, unit)
	}
	for _, y := range f.services.Services {
		info := contract.ServiceInfo{ID: y.ID, Unit: y.Unit, Name: y.Name.text(), Prefix: y.Prefix, Kind: y.Kind,
			LegalDays: y.LegalDays, PromiseDays: y.PromiseDays, Fee: y.Fee, FeeBasis: y.FeeBasis, Paused: y.Paused, Top: y.Top}
		if y.Area != nil {
			info.Area = y.Area.text()
		}
		for _, r := range y.Requirements {
			info.Requirements = append(info.Requirements, r.text())
		}
		service := hall.Service{ServiceInfo: info, Mean: y.Mean, Outcome: y.Outcome}
		y.Limits.into(&service)
		s.Services = append(s.Services, service)
	}
	for _, w := range f.windows.Windows {
		s.Windows = append(s.Windows, hall.Window{ID: w.ID, Label: w.Label, Name: w.Name.text(), Kind: w.Kind,
			Area: w.Area.text(), Unit: w.Unit, Services: f.skills(w.Units, w.Services, nil), Keypad: w.Keypad,
			First: w.First, Classes: w.Classes, Zone: w.Zone, KeypadDevice: w.KeypadDevice, Displays: places(w.Displays), Auto: w.AutoNext})
	}
	for _, p := range f.staff.Staff {
		s.Staff = append(s.Staff, hall.Staff{ID: p.ID, Number: p.Number, Name: p.Name, Post: p.Post,
			Services: f.skills(p.Units, p.Services, p.Windows), PINHash: p.PINHash, Roles: p.Roles, CardHash: p.CardHash, Party: p.Party, Photo: f.photos[p.Photo]})
	}
	return s
}

// skills are the services of units, of a list and of windows, in the order of
// the catalogue.
func (f *folder) skills(units, services, windows []string) []string {
	for _, w := range f.windows.Windows {
		if slices.Contains(windows, w.ID) {
			services = append(slices.Clone(services), f.skills(w.Units, w.Services, nil)...)
		}
	}
	var list []string
	for _, s := range f.services.Services {
		if slices.Contains(units, s.Unit) || slices.Contains(services, s.ID) {
			list = append(list, s.ID)
		}
	}
	return list
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (y *hoursYAML) hours() *calendar.Hours {
	zone, _ := loadZone(y.Zone) // checked before
	h := &calendar.Hours{Zone: zone, ZoneName: y.Zone, DayStart: y.DayStart, IssueBefore: y.IssueBefore,
		Segments: segments(y.Segments), NoHolidays: y.Holidays == "none", Overrides: map[string]calendar.Override{}}
	for _, d := range y.Weekdays {
		h.Weekdays[slices.Index(weekdays, d)] = true
	}
	for _, s := range y.Seasons {
		h.Seasons = append(h.Seasons, calendar.Season{Name: s.Name, From: s.From, To: s.To, Segments: segments(s.Segments)})
	}
	for date, o := range y.Overrides {
		override := calendar.Override{Segments: segments(o.Segments)}
		if o.Reason != nil {
			override.Reason = o.Reason.text()
		}
		h.Overrides[date] = override
	}
	return h
}

func segments(list []segmentYAML) []calendar.Segment {
	var out []calendar.Segment
	for _, s := range list {
		out = append(out, calendar.Segment(s))
	}
	return out
}

// loadZone finds a zone. China Standard Time has no daylight saving and works
// on a machine without a zone database too (R-CAL-09).
func loadZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil && name == "Asia/Shanghai" {
		return time.FixedZone("CST", 8*60*60), nil
	}
	return zone, err
}
