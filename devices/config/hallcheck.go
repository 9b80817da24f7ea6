package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
)

var (
	phone    = regexp.MustCompile(`^[0-9+() -]{3,24}$`)
	colour   = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	prefix   = regexp.MustCompile(`^[A-Z]{1,2}$`)
	yuan     = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.[0-9]{1,2})?$`)
	staffNo  = regexp.MustCompile(`^[0-9A-Za-z]{1,24}$`)
	pinTimes = regexp.MustCompile(`^pbkdf2-sha256\$(\d{5,})\$`)
)

var (
	roles       = []string{hall.RoleKiosk, hall.RoleWindow, hall.RoleDisplay, hall.RoleBridge, hall.RoleHall}
	staffRoles  = []string{hall.StaffWindow, hall.StaffLead, hall.StaffManager}
	kinds       = []string{"instant", "promise", "joint", "upward", "consult", "complaint", "fee"}
	windowKinds = []string{hall.KindDepartment, hall.KindConsult, hall.KindEntrusted, hall.KindFee, hall.KindComplaint}
)

// servedBy are the kinds of window for a kind of service (R-KIOSK-03); a kind
// that is not here belongs to the departments or the entrusted window.
var servedBy = map[string][]string{
	"consult":   {hall.KindConsult},
	"complaint": {hall.KindComplaint},
	"fee":       {hall.KindFee},
}

var departments = []string{hall.KindDepartment, hall.KindEntrusted}

// namesOf is the names that references may use.
type namesOf map[string]bool

// unique checks an id and that nobody had it before.
func (n namesOf) unique(s Spot, id, what string) {
	switch {
	case id == "": // missing has been told
	case contract.CheckID(id) != nil:
		s.Badf("want 1 to 32 of a-z, 0-9 and -")
	case n[id]:
		s.Badf("another %s has this id", what)
	}
	n[id] = true
}

func oneOf(s Spot, value string, allowed []string) {
	if !slices.Contains(allowed, value) {
		s.Badf("want one of %s", strings.Join(allowed, ", "))
	}
}

func atLeastOne(s Spot, n int) {
	if n == 0 {
		s.Badf("want at least one")
	}
}

func known(k *Checker, path string, values []string, names namesOf, what string) {
	for i, v := range values {
		if !names[v] {
			k.Atf("%s[%d]", path, i).Badf("there is no such %s", what)
		}
	}
}

// check looks at what belongs together across the files.
func (f *folder) check() {
	units, services, windows := namesOf{}, namesOf{}, namesOf{}
	f.checkServices(f.places[servicesFile], units, services)
	f.checkWindows(f.places[windowsFile], units, services, windows)
	f.checkServed(f.places[servicesFile])
	f.checkStaff(f.places[staffFile], units, services, windows)
	f.checkHall(f.places[hallFile], windows)
	f.hall.Rules.checkQueueRules(f.places[hallFile].In("rules"), services)
	f.checkPreferences(f.places[windowsFile], f.hall.Rules.Classes)
	f.checkCalling(f.places[hallFile])
	f.hall.Rules.checkCalling(f.places[hallFile].In("rules"))
}

func (f *folder) checkServices(k *Checker, units, services namesOf) {
	atLeastOne(k.At("units"), len(f.services.Units))
	atLeastOne(k.At("services"), len(f.services.Services))
	for i, u := range f.services.Units {
		units.unique(k.Atf("units[%d].id", i), u.ID, "unit")
	}
	for i := range f.services.Services {
		s, k := &f.services.Services[i], k.In(fmt.Sprintf("services[%d]", i))
		services.unique(k.At("id"), s.ID, "service")
		if !units[s.Unit] {
			k.At("unit").Badf("there is no such unit")
		}
		if !prefix.MatchString(s.Prefix) {
			k.At("prefix").Badf("want one or two capital letters")
		}
		oneOf(k.At("kind"), s.Kind, kinds)
		s.checkLimits(k)
		s.Limits.check(k.In("limits"))
		if k.At("outcome").Given() {
			oneOf(k.At("outcome"), s.Outcome, []string{hall.OutcomeOptional, hall.OutcomeRequired})
		}
		if !yuan.MatchString(s.Fee) {
			k.At("fee").Badf("want \"0\" or an amount in yuan such as \"100\" or \"12.50\"")
		} else if strings.Trim(s.Fee, "0.") != "" && s.FeeBasis == "" {
			k.At("fee_basis").Badf("a fee needs its legal basis")
		}
		if s.Mean < 1 || s.Mean > 240 {
			k.At("mean_minutes").Badf("want 1 to 240")
		}
	}
}

// checkLimits holds the promised limit to half of the legal one at most
// (R-CASE-05), rounded down.
func (s *serviceYAML) checkLimits(k *Checker) {
	switch {
	case s.LegalDays < 0 || s.LegalDays > 365:
		k.At("legal_days").Badf("want working days, 0 (on the spot) to 365")
	case s.PromiseDays < 0:
		k.At("promise_days").Badf("want working days, 0 (on the spot) or more")
	case s.Kind == "promise" && s.LegalDays == 0:
		k.At("legal_days").Badf("a service of kind promise needs its legal limit")
	case s.LegalDays > 0 && s.PromiseDays > s.LegalDays/2:
		k.At("promise_days").Badf("want at most %d, half of the legal limit of %d days", s.LegalDays/2, s.LegalDays)
	case s.LegalDays == 0 && s.PromiseDays > 0:
		k.At("promise_days").Badf("want 0, as the legal limit is 0 (on the spot)")
	}
}

func (f *folder) checkWindows(k *Checker, units, services, windows namesOf) {
	atLeastOne(k.At("windows"), len(f.windows.Windows))
	type keypad struct {
		device  string
		address int
	}
	labels, keypads := map[string]bool{}, map[keypad]bool{}
	for i := range f.windows.Windows {
		w, k := &f.windows.Windows[i], k.In(fmt.Sprintf("windows[%d]", i))
		windows.unique(k.At("id"), w.ID, "window")
		if labels[w.Label] {
			k.At("label").Badf("another window has this label")
		}
		labels[w.Label] = true
		oneOf(k.At("kind"), w.Kind, windowKinds)
		if w.Unit != "" && !units[w.Unit] {
			k.At("unit").Badf("there is no such unit")
		}
		known(k, "units", w.Units, units, "unit")
		known(k, "services", w.Services, services, "service")
		switch {
		case w.Keypad < 0 || w.Keypad > 255:
			k.At("keypad").Badf("want the address of a keypad, 1 to 255, or 0 for none")
		case w.Keypad > 0 && keypads[keypad{w.KeypadDevice, w.Keypad}]:
			k.At("keypad").Badf("another window has this keypad")
		}
		keypads[keypad{w.KeypadDevice, w.Keypad}] = true
		if w.Zone != "" && !slices.ContainsFunc(f.hall.Zones, func(z zoneYAML) bool { return z.ID == w.Zone }) {
			k.At("zone").Badf("there is no such zone in %s", hallFile)
		}
		checkPlaces(k, "displays", w.Displays)
		f.checkSkills(k, w)
	}
}

func (f *folder) checkSkills(k *Checker, w *windowYAML) {
	skills := f.skills(w.Units, w.Services, nil)
	if len(skills) == 0 && len(w.Units)+len(w.Services) == 0 {
		k.At("services").Badf("the window serves nothing; want services or units")
	}
	if f.hall.Rules.OneWindow || f.places[hallFile].At("rules.one_window").unread() || !slices.Contains(windowKinds, w.Kind) {
		return
	}
	for _, s := range f.services.Services {
		kinds := servedBy[s.Kind]
		if kinds == nil {
			kinds = departments
		}
		if slices.Contains(skills, s.ID) && !slices.Contains(kinds, w.Kind) {
			k.At("kind").Badf("service %s of kind %s belongs to a window of kind %s (or set rules.one_window)", s.ID, s.Kind, strings.Join(kinds, " or "))
		}
	}
}

// checkServed finds services that no window serves: what the hall offers is
// handled in the hall, at the entrusted window if need be (R-QUE-01,
// R-KIOSK-04).
func (f *folder) checkServed(k *Checker) {
	if len(f.windows.Windows) == 0 { // told already
		return
	}
	served := map[string]bool{}
	for _, w := range f.windows.Windows {
		for _, s := range f.skills(w.Units, w.Services, nil) {
			served[s] = true
		}
	}
	for i, s := range f.services.Services {
		if !served[s.ID] {
			k.Atf("services[%d].id", i).Badf("no window serves it; give it to one, or to the entrusted window")
		}
	}
}

func (f *folder) checkStaff(k *Checker, units, services, windows namesOf) {
	atLeastOne(k.At("staff"), len(f.staff.Staff))
	ids, numbers, salted := namesOf{}, map[string]bool{}, ""
	for i := range f.staff.Staff {
		p, k := &f.staff.Staff[i], k.In(fmt.Sprintf("staff[%d]", i))
		ids.unique(k.At("id"), p.ID, "member of staff")
		switch {
		case !staffNo.MatchString(p.Number):
			k.At("number").Badf("want the staff number as the terminals know it, letters and digits")
		case numbers[p.Number]:
			k.At("number").Badf("another member of staff has this number")
		}
		numbers[p.Number] = true
		known(k, "units", p.Units, units, "unit")
		known(k, "services", p.Services, services, "service")
		known(k, "windows", p.Windows, windows, "window")
		checkHash(k.At("pin_hash").Secret(), p.PINHash)
		if p.CardHash != "" {
			checkHash(k.At("card_hash").Secret(), p.CardHash)
			like := p.CardHash[:strings.LastIndex(p.CardHash, "$")+1]
			if salted == "" {
				salted = like
			} else if salted != like {
				k.At("card_hash").Secret().Badf("all cards want one salt, so that a card is hashed once and not for each person: make it with hallctl pin --like and the first card_hash")
			}
		}
		f.checkPhoto(k.At("photo"), p.Photo)
		for j, r := range p.Roles {
			oneOf(k.Atf("roles[%d]", j), r, staffRoles)
		}
	}
	for i, w := range f.windows.Windows {
		needed := f.skills(w.Units, w.Services, nil)
		if !slices.ContainsFunc(f.staff.Staff, func(p personYAML) bool { return covers(f.skills(p.Units, p.Services, p.Windows), needed) }) {
			f.places[windowsFile].Atf("windows[%d].id", i).Badf("nobody in %s is qualified for all that it serves", staffFile)
		}
	}
}

func checkHash(s Spot, hash string) {
	if err := hall.CheckPINHash(hash); err != nil {
		s.Badf("%v", err)
	} else if !pinTimes.MatchString(hash) {
		s.Badf("want at least 10000 iterations")
	}
}

func covers(have, needed []string) bool {
	return !slices.ContainsFunc(needed, func(s string) bool { return !slices.Contains(have, s) })
}

func (f *folder) checkHall(k *Checker, windows namesOf) {
	h := f.hall.Hall
	if contract.CheckID(h.ID) != nil {
		k.At("hall.id").Badf("want 1 to 32 of a-z, 0-9 and -")
	}
	if !phone.MatchString(h.ConsultPhone) {
		k.At("hall.consult_phone").Badf("want a telephone number")
	}
	if !phone.MatchString(h.ComplaintPhone) {
		k.At("hall.complaint_phone").Badf("want a telephone number")
	}
	if k.At("hall.duty_phone").Given() && !phone.MatchString(h.DutyPhone) {
		k.At("hall.duty_phone").Badf("want a telephone number")
	}
	if !colour.MatchString(h.Colour) {
		k.At("hall.colour").Badf("want a colour such as \"#1f5f8b\"")
	}
	f.checkRules(k.In("rules"))
	f.hall.Hours.check(k.In("hours"))
	for i, n := range f.hall.Notices {
		if !n.Until.IsZero() && !n.Until.After(n.From) {
			k.Atf("notices[%d].until", i).Badf("want a moment after from")
		}
	}
	atLeastOne(k.At("nodes"), len(f.hall.Nodes))
	nodes := namesOf{}
	for i, n := range f.hall.Nodes {
		nodes.unique(k.Atf("nodes[%d].id", i), n.ID, "node")
		oneOf(k.Atf("nodes[%d].role", i), n.Role, roles)
		known(k, fmt.Sprintf("nodes[%d].windows", i), n.Windows, windows, "window")
	}
}

func (f *folder) checkRules(k *Checker) {
	r := f.hall.Rules
	if k.At("confirm_within").Given() && (r.ConfirmWithin < 10*time.Second || r.ConfirmWithin > time.Hour) {
		k.At("confirm_within").Badf("want 10s to 1h")
	}
	if k.At("rating_for").Given() && (r.RatingFor < 5*time.Second || r.RatingFor > 10*time.Minute) {
		k.At("rating_for").Badf("want 5s to 10m")
	}
	if k.At("transfer_limit").Given() && (r.TransferLimit < 1 || r.TransferLimit > 20) {
		k.At("transfer_limit").Badf("want 1 to 20")
	}
	if k.At("board_calls").Given() && (r.BoardCalls < 1 || r.BoardCalls > 50) {
		k.At("board_calls").Badf("want 1 to 50")
	}
	if k.At("reinstate").Given() {
		oneOf(k.At("reinstate"), r.Reinstate, []string{hall.PlaceOriginal, hall.PlaceEnd})
	}
	reasons := namesOf{}
	for i, p := range r.PauseReasons {
		reasons.unique(k.Atf("pause_reasons[%d].id", i), p.ID, "reason")
	}
}

func (y *hoursYAML) check(k *Checker) {
	if _, err := loadZone(y.Zone); err != nil || y.Zone == "" || y.Zone == "Local" {
		k.At("zone").Badf("want a time zone such as Asia/Shanghai")
	}
	if y.DayStart > 12*60 {
		k.At("day_start").Badf("want a time in the night, 00:00 to 12:00")
	}
	if y.IssueBefore < 0 || y.IssueBefore > 120 {
		k.At("issue_before_minutes").Badf("want 0 to 120")
	}
	atLeastOne(k.At("weekdays"), len(y.Weekdays))
	atLeastOne(k.At("segments"), len(y.Segments))
	for i, d := range y.Weekdays {
		oneOf(k.Atf("weekdays[%d]", i), d, weekdays)
	}
	if k.At("holidays").Given() {
		oneOf(k.At("holidays"), y.Holidays, []string{"official", "none"})
	}
	y.checkSegments(k, "segments", y.Segments)
	for i, s := range y.Seasons {
		y.checkSegments(k, fmt.Sprintf("seasons[%d].segments", i), s.Segments)
		for j := range i {
			if overlap(s, y.Seasons[j]) {
				k.Atf("seasons[%d].from", i).Badf("the season overlaps with %s", y.Seasons[j].Name)
			}
		}
	}
	for date, o := range y.Overrides {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			k.At("overrides." + date).Badf("want a date such as 2026-12-25")
		}
		y.checkSegments(k, "overrides."+date+".segments", o.Segments)
	}
}

func (y *hoursYAML) checkSegments(k *Checker, path string, list []segmentYAML) {
	for i, s := range list {
		switch {
		case s.From >= s.To:
			k.Atf("%s[%d].to", path, i).Badf("want a time after %s", s.From)
		case i > 0 && s.From < list[i-1].To:
			k.Atf("%s[%d].from", path, i).Badf("want a time from %s on, when the segment before ends", list[i-1].To)
		case s.From < y.DayStart:
			k.Atf("%s[%d].from", path, i).Badf("want a time from %s on, when the business day begins", y.DayStart)
		}
	}
}

// overlap tells whether two seasons have a day in common.
func overlap(a, b seasonYAML) bool {
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	one := calendar.Season{From: a.From, To: a.To}
	two := calendar.Season{From: b.From, To: b.To}
	for range 366 {
		if one.Covers(day) && two.Covers(day) {
			return true
		}
		day = day.AddDate(0, 0, 1)
	}
	return false
}
