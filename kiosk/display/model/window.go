package model

import (
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/voice"
	"hallward/kiosk/text"
)

// Vouched is how long after the hall was lost the display of a window still
// names the person there: later nobody can tell who sits at it (R-WIN-01).
const Vouched = 2 * time.Minute

// Condition is what goes on at a window.
type Condition string

// Conditions of a window.
const (
	Starting  Condition = "starting"  // nothing was heard of it yet
	Unknown   Condition = "unknown"   // the hall has no such window
	Away      Condition = "away"      // the hall is lost, and what was true then may be no more
	Idle      Condition = "idle"      // it serves, and nobody was called
	Called    Condition = "called"    // a number is on its way to it
	Serving   Condition = "serving"   // the number is there
	Paused    Condition = "paused"    // with somebody signed in
	Unstaffed Condition = "unstaffed" // nobody is signed in, in opening hours
	Shut      Condition = "shut"      // the hall is closed
)

// Face is what the display of one window shows at one moment (窗口屏).
type Face struct {
	Condition Condition
	Label     string         // of the window: "3"
	Name      contract.Text2 // "3号窗口", "Window 3"
	Unit      contract.Text2 // whose window it is
	Clock     string         // "09:41"
	Link      contract.Text2 // what is wrong with the link; empty for nothing

	Number string         // in hand
	Call   uint64         // that brought it here, while it is on its way; 0 where that is not known
	Flash  bool           // it is being announced
	Lit    bool           // and in the bright half of its flashing
	Symbol string         // of kiosk/theme, where there is no number
	Title  contract.Text2 // what it comes to: "正在办理", "本窗口暂停办理"
	More   []contract.Text2
	Offers []contract.Text2 // services, where nobody was called
	Wait   int              // people who wait for the window; 0 where that is not known

	Person  *Person        // who is signed in now; nil is nobody, or not known
	Chief   string         // chief representative of the unit (R-WIN-07)
	Scope   contract.Text2 // what its windows are authorised to do
	Caption string         // the announcement in words, as the voice has it (R-ACC-06)
}

// Person is a member of staff on the plate of a window (R-WIN-01, -03).
type Person struct {
	Name   string
	Post   string
	Number string // 工号
	Photo  string // SHA-256 of the picture; "" is none
	Party  bool   // wears the party badge
}

// rung is the last new call of a window, and when it came.
type rung struct {
	call uint64
	at   time.Time
}

// ring remembers calls that are announced for the displays of their windows.
func (s *State) ring(calls []contract.Call, now time.Time) {
	for _, c := range calls {
		if s.rungs == nil {
			s.rungs = map[string]rung{}
		}
		s.rungs[c.Window] = rung{c.Call, now}
	}
}

// Face is what the display of a window shows at a moment. zone is the hall's.
func (s *State) Face(window string, now time.Time, zone *time.Location) Face {
	local := now.In(zone)
	f := Face{Condition: Starting, Name: s.Catalogue.Hall.Name, Clock: local.Format("15:04"), Symbol: "clock", Title: connecting}
	if f.Name.ZH == "" {
		f.Name = noName
	}
	if s.AsOf.IsZero() {
		return f
	}
	i := slices.IndexFunc(s.Windows.Windows, func(w contract.WindowView) bool { return w.ID == window })
	if i < 0 {
		if s.Windows.Version > 0 {
			f.Condition, f.Symbol, f.Title, f.More = Unknown, "question", notInUse, s.desk()
		}
		return f
	}
	w := s.Windows.Windows[i]
	if !s.link {
		f.Link = with(away, moment(s.AsOf.In(zone), local))
	}
	if s.gone(local) {
		w.Number = "" // of another day
	}
	f.Label, f.Name = w.Label, w.Name
	if s.link && w.State != contract.WindowClosed {
		f.Wait = w.Waiting
	}
	s.plate(&f, w, now)
	switch {
	case w.Number != "":
		s.inHand(&f, w, now)
	case !s.link && !s.vouched(now):
		f.Condition, f.Symbol, f.Title, f.More = Away, "link", listen, s.desk()
	case s.closed(local) && (w.State == contract.WindowClosed || !s.Calendar.Issuing && w.Waiting == 0):
		q := s.quiet(true, local)
		f.Condition, f.Symbol, f.Title, f.More = Shut, q.Symbol, q.Title, q.More
	case w.State == contract.WindowClosed:
		f.Condition, f.Symbol, f.Title, f.More = Unstaffed, "person", nobodyHere, s.elsewhere(w)
	case w.State == contract.WindowPaused:
		f.Condition, f.Symbol, f.Title, f.More = Paused, "pause", pausedHere, append(pause(w, local), s.elsewhere(w)...)
	default:
		f.Condition, f.Symbol, f.Title = Idle, "", welcome
		f.Offers = s.offers(w)
	}
	return f
}

// plate says whose window it is and who is there.
func (s *State) plate(f *Face, w contract.WindowView, now time.Time) {
	for _, u := range s.Catalogue.Units {
		if u.ID == s.unitOf(w) {
			f.Unit, f.Chief, f.Scope = u.Name, u.Chief, u.Scope
		}
	}
	if w.State != contract.WindowClosed && w.Staff != "" && s.vouched(now) {
		f.Person = &Person{Name: w.Staff, Post: w.Post, Number: w.StaffNo, Photo: w.Photo, Party: w.Party}
	}
}

// vouched tells that the hall says so now, or said so a moment ago.
func (s *State) vouched(now time.Time) bool { return s.link || now.Sub(s.AsOf) < Vouched }

// gone tells that what is known is of another day than this one.
func (s *State) gone(local time.Time) bool {
	return !s.link && s.AsOf.In(local.Location()).Format(time.DateOnly) != local.Format(time.DateOnly)
}

// unitOf is the unit of a window, or the one unit of all its services.
func (s *State) unitOf(w contract.WindowView) string {
	if w.Unit != "" {
		return w.Unit
	}
	unit := ""
	for _, v := range s.Catalogue.Services {
		if !slices.Contains(v.Windows, w.ID) {
			continue
		}
		if unit != "" && unit != v.Unit {
			return ""
		}
		unit = v.Unit
	}
	return unit
}

// inHand is the window with a number: called to it, or there.
func (s *State) inHand(f *Face, w contract.WindowView, now time.Time) {
	f.Condition, f.Symbol, f.Number, f.Title = Serving, "", w.Number, serving
	if w.State == contract.WindowPaused {
		f.More = []contract.Text2{pausesNext}
	}
	if w.Ticket != "called" {
		return
	}
	f.Condition, f.Title = Called, with(comeHere, contract.Text2{ZH: w.Number, EN: w.Number})
	i := slices.IndexFunc(s.Calls.Calls, func(c contract.Call) bool { return c.Window == w.ID && c.Number == w.Number })
	if i < 0 {
		return
	}
	c := s.Calls.Calls[i]
	f.Call = c.Call
	f.Caption = strings.TrimSpace(voice.Caption(c, text.Chinese) + "　" + voice.Caption(c, text.English))
	r := s.rungs[w.ID]
	if on := now.Sub(r.at); r.call == c.Call && on >= 0 && on < OnAir {
		f.Flash, f.Lit = true, on%(2*Blink) < Blink
	}
}

// pause is why the window pauses and until when, as far as that is known and
// still to come.
func pause(w contract.WindowView, local time.Time) []contract.Text2 {
	reason, end := w.ReasonText, soon
	if reason.ZH == "" {
		reason.ZH = w.Reason
	}
	if w.Until > local.Format("15:04") {
		end = with(backAt, contract.Text2{ZH: w.Until, EN: w.Until})
	}
	if reason.ZH == "" {
		return []contract.Text2{end}
	}
	return []contract.Text2{{ZH: reason.ZH + "，" + end.ZH, EN: reason.In(text.English) + ". " + end.EN}}
}

// offers are the services of a window that can be had now.
func (s *State) offers(w contract.WindowView) []contract.Text2 {
	var names []contract.Text2
	for _, v := range s.Catalogue.Services {
		if slices.Contains(v.Windows, w.ID) && v.Paused == "" {
			names = append(names, v.Name)
		}
	}
	return names
}

// mostWindows is how many other windows are named: more are not remembered.
const mostWindows = 3

// elsewhere says where to go instead: to windows that serve now and do all that
// this one does, those of its own part of the hall first; without any, to the
// desk.
func (s *State) elsewhere(w contract.WindowView) []contract.Text2 {
	var near, far []contract.Text2
	for _, o := range s.Windows.Windows {
		switch {
		case o.ID == w.ID || o.State != contract.WindowOpen || !s.replaces(o.ID, w.ID):
		case o.Zone == w.Zone:
			near = append(near, o.Name)
		default:
			far = append(far, o.Name)
		}
	}
	all := append(near, far...)
	if len(all) == 0 {
		return s.desk()
	}
	var zh, en []string
	for _, n := range all[:min(mostWindows, len(all))] {
		zh, en = append(zh, n.ZH), append(en, n.In(text.English))
	}
	return []contract.Text2{with(goTo, contract.Text2{ZH: strings.Join(zh, "、"), EN: strings.Join(en, " or ")})}
}

// replaces tells that a window serves everything that another does.
func (s *State) replaces(other, window string) bool {
	any := false
	for _, v := range s.Catalogue.Services {
		if slices.Contains(v.Windows, window) {
			any = true
			if !slices.Contains(v.Windows, other) {
				return false
			}
		}
	}
	return any
}

// desk is where to ask a person.
func (s *State) desk() []contract.Text2 {
	d := s.Catalogue.Hall.Desk
	if d.ZH == "" {
		return nil
	}
	return []contract.Text2{with(askAt, contract.Text2{ZH: d.ZH, EN: d.In(text.English)})}
}

// The words of a window, in both languages at once (R-WIN-04).
var (
	welcome    = contract.Text2{ZH: "您好，欢迎办理", EN: "Welcome"}
	serving    = contract.Text2{ZH: "正在办理", EN: "Now serving"}
	comeHere   = contract.Text2{ZH: "请%s号到本窗口办理", EN: "Number %s, please come to this window"}
	pausesNext = contract.Text2{ZH: "办结后本窗口短暂休息", EN: "This window pauses afterwards"}
	pausedHere = contract.Text2{ZH: "本窗口暂停办理", EN: "This window is paused"}
	backAt     = contract.Text2{ZH: "预计%s恢复办理", EN: "Back at about %s"}
	soon       = contract.Text2{ZH: "请稍候，工作人员很快回来", EN: "Back soon, thank you for your patience"}
	nobodyHere = contract.Text2{ZH: "本窗口暂无人办理", EN: "Nobody is at this window at present"}
	notInUse   = contract.Text2{ZH: "本窗口尚未启用", EN: "This window is not in use yet"}
	goTo       = contract.Text2{ZH: "请到%s办理", EN: "Please go to %s"}
	askAt      = contract.Text2{ZH: "请到%s咨询", EN: "Please ask at %s"}
	listen     = contract.Text2{ZH: "请留意窗口工作人员叫号", EN: "Please listen to the staff at the window"}
)
