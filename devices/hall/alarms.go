package hall

import (
	"maps"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
)

// Alarms are what a person in the hall has to do something about: a window
// without staff in working time, a pause that lasts too long, a ticket that was
// put aside and forgotten, a day without a duty officer. An alarm is raised once
// and cleared once, by the tick that follows the change; the journal has both.
//
// What stands still while the hall is shut does not count: the minutes of an
// absence or a pause are those of the present opening hours.

// Kinds of alarms.
const (
	AlarmUnstaffed  = "window.unstaffed"   // subject: window (R-QUE-04)
	AlarmPausedLong = "window.paused-long" // subject: window (R-WIN-05)
	AlarmHold       = "hold.overdue"       // subject: number of the ticket
	AlarmDuty       = "duty.empty"         // subject: date (R-BOARD-06)
	AlarmPhoto      = "photo.missing"      // subject: staff id (R-WIN-02)
)

func alarmRules() map[string]rule { return nil } // nobody asks for them: the tick raises and clears them

func alarmAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{
		contract.EvAlarmRaised:  with((*State).alarmRaised),
		contract.EvAlarmCleared: with((*State).alarmCleared),
	}
}

func alarmKey(a contract.Alarm) string { return a.Alarm + "/" + a.Subject }

func (s *State) alarmRaised(a contract.Alarm, _ time.Time) error {
	if s.Alarms == nil {
		s.Alarms = map[string]contract.Alarm{}
	}
	s.Alarms[alarmKey(a)] = a
	return nil
}

func (s *State) alarmCleared(a contract.Alarm, _ time.Time) error {
	delete(s.Alarms, alarmKey(a))
	return nil
}

// AlarmList is the alarms that last, the oldest first.
func (s *State) AlarmList(_ time.Time) []contract.Alarm {
	return slices.SortedFunc(maps.Values(s.Alarms), func(a, b contract.Alarm) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return strings.Compare(alarmKey(a), alarmKey(b))
	})
}

// concern is what is an alarm from its time on, unless something changes.
type concern struct {
	contract.Alarm
	due time.Time
}

// concerns are by the key of their alarm. The sooner of two stays.
type concerns map[string]concern

func (c concerns) add(a contract.Alarm, due time.Time) {
	key := alarmKey(a)
	if other, there := c[key]; !there || due.Before(other.due) {
		c[key] = concern{a, due}
	}
}

// concerns are everything that is an alarm at a moment of the hall's time, or
// becomes one by waiting.
func (s *State) concerns(now time.Time) concerns {
	c := concerns{}
	if from, open := s.openSince(now); open {
		s.unstaffed(c, from)
		s.pausedLong(c, from)
		s.dutyEmpty(c, from, now)
	}
	s.heldLong(c)
	s.photoMissing(c)
	return c
}

// openSince is when the present opening hours began; zero where the clock is in
// doubt and the people at work decide.
func (s *State) openSince(now time.Time) (from time.Time, open bool) {
	o := s.opening(s.x.Hours, nil, now)
	if !o.Open || s.Clock.doubted() {
		return time.Time{}, o.Open
	}
	clock := clockOf(s.x.Hours, now)
	for _, g := range o.Segments {
		if g.From <= clock && clock < g.To {
			y, m, d := now.In(s.x.Hours.Zone).Date()
			from = time.Date(y, m, d, 0, int(g.From), 0, 0, s.x.Hours.Zone).UTC()
		}
	}
	return from, true
}

// unstaffed finds windows that their staff left, and windows without staff
// whose service people wait for while nobody else serves it.
func (s *State) unstaffed(c concerns, open time.Time) {
	add := func(window string, since time.Time) {
		c.add(contract.Alarm{Alarm: AlarmUnstaffed, Subject: window, Since: since, Limit: minutes(s.x.Unstaffed)}, since.Add(s.x.Unstaffed))
	}
	for window, d := range s.Desks {
		if d.Staff == "" && !d.Left.IsZero() && s.x.window[window] != nil {
			add(window, later(d.Left, open))
		}
	}
	first := map[string]time.Time{} // since when somebody waits, by service; zero where somebody serves it
	for _, t := range s.pool.Waiting() {
		if _, known := first[t.Service]; known || t.Bound != "" {
			continue
		}
		if s.anybodyAt(t.Service) {
			first[t.Service] = time.Time{}
		} else {
			first[t.Service] = or(t.WaitingFrom, t.Since)
		}
	}
	for service, since := range first {
		if since.IsZero() {
			continue
		}
		since = later(since, open)
		for _, window := range s.x.windowsOf[service] {
			since = later(since, s.desk(window).Left)
		}
		for _, window := range s.x.windowsOf[service] {
			add(window, since)
		}
	}
}

// anybodyAt tells whether somebody is signed in at a window of a service.
func (s *State) anybodyAt(service string) bool {
	return slices.ContainsFunc(s.x.windowsOf[service], func(w string) bool { return s.desk(w).Staff != "" })
}

func (s *State) pausedLong(c concerns, open time.Time) {
	for window, d := range s.Desks {
		if d.Staff == "" || !d.Paused {
			continue
		}
		since, limit := later(d.Since, open), s.x.pauseLimit(d.Reason)
		c.add(contract.Alarm{Alarm: AlarmPausedLong, Subject: window, Since: since, Limit: minutes(limit), Staff: d.Staff}, since.Add(limit))
	}
}

// dutyEmpty looks for today in the roster, of a hall that has one.
func (s *State) dutyEmpty(c concerns, open, now time.Time) {
	if len(s.x.Roster)+len(s.Duty) == 0 || s.Clock.doubted() {
		return
	}
	day := s.date(now)
	if len(s.onDuty(day)) == 0 {
		c.add(contract.Alarm{Alarm: AlarmDuty, Subject: day, Since: open}, open)
	}
}

// heldLong finds tickets that were put aside and whose owner is to be reminded.
func (s *State) heldLong(c concerns) {
	for _, d := range s.Desks {
		for _, id := range d.Held {
			if t := s.Tickets[id]; t != nil && !t.Remind.IsZero() {
				c.add(contract.Alarm{Alarm: AlarmHold, Subject: t.Number, Since: t.Since, Limit: minutes(t.Remind.Sub(t.Since)), Staff: t.Keeper}, t.Remind)
			}
		}
	}
}

// photoMissing finds people at work whose picture is missing, in a hall that
// shows pictures.
func (s *State) photoMissing(c concerns) {
	if !slices.ContainsFunc(s.x.Staff, func(p Staff) bool { return p.Photo != "" }) {
		return
	}
	for _, d := range s.Desks {
		if p := s.x.staff[d.Staff]; p != nil && p.Photo == "" {
			c.add(contract.Alarm{Alarm: AlarmPhoto, Subject: p.ID, Since: d.Since, Staff: p.ID}, d.Since)
		}
	}
}

func minutes(d time.Duration) int { return int(d / time.Minute) }

// alarms are the changes of the alarms at a moment.
func (s *State) alarms(now time.Time) []contract.Event {
	c := s.concerns(now)
	var events []contract.Event
	for _, key := range slices.Sorted(maps.Keys(s.Alarms)) {
		if is, there := c[key]; !there || now.Before(is.due) {
			events = append(events, event(contract.EvAlarmCleared, now, s.Alarms[key]))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c)) {
		if _, on := s.Alarms[key]; !on && !now.Before(c[key].due) {
			events = append(events, event(contract.EvAlarmRaised, now, c[key].Alarm))
		}
	}
	return events
}

// alarmsDue is when alarms has something to say, zero for never.
func (s *State) alarmsDue(now time.Time) time.Time {
	c := s.concerns(now)
	for key := range s.Alarms {
		if is, there := c[key]; !there || now.Before(is.due) {
			return now
		}
	}
	var due time.Time
	for key, is := range c {
		if _, on := s.Alarms[key]; !on && (due.IsZero() || is.due.Before(due)) {
			due = is.due
		}
	}
	return due
}

// alarmWords say what is the matter and what to do.
var alarmWords = map[string]contract.Text2{
	AlarmUnstaffed:  {ZH: "{window}在办公时间无人值守已超过{limit}分钟，请安排同岗人员（B岗）到岗；有困难请联系值班领导", EN: "Nobody has been at {window} for more than {limit} minutes of opening hours; please send the substitute, or ask the duty officer"},
	AlarmPausedLong: {ZH: "{window}（{staff}）暂停已超过{limit}分钟，请了解情况并恢复受理，或安排他人顶岗", EN: "{window} ({staff}) has been paused for more than {limit} minutes; please look after it, or send somebody else"},
	AlarmHold:       {ZH: "{number}号暂存已超过{limit}分钟，请{staff}继续办理或退回队列", EN: "Number {number} has been on hold for more than {limit} minutes; {staff}, please go on with it or return it to the queue"},
	AlarmDuty:       {ZH: "{number}没有值班人员，请办公室补充值班表", EN: "Nobody is on duty on {number}; the office is asked to complete the roster"},
	AlarmPhoto:      {ZH: "{staff}没有照片，窗口屏暂用占位图，请补充照片", EN: "There is no photo of {staff}; the window shows a placeholder. Please add one"},
}

// AlarmWords says an alarm to the person who is to do something about it.
func (s *State) AlarmWords(a contract.Alarm) contract.Text2 {
	words, known := alarmWords[a.Alarm]
	if !known {
		return contract.Text2{ZH: a.Alarm, EN: a.Alarm}
	}
	of := about{Window: a.Subject, Number: a.Subject, Limit: a.Limit, Staff: s.x.name(a.Staff)}
	return contract.Text2{ZH: s.x.fill(words.ZH, of, "zh-CN"), EN: s.x.fill(words.EN, of, "en")}
}
