package controller

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
	"hallward/kiosk/console"
)

// desk is the hall as the console sees it. What the rules do not keep, because
// no rule asks for it (the last actions of a window, why a ticket was chosen,
// the ratings by window), it remembers from the events of the day.
type desk struct {
	c *Controller

	mu      sync.Mutex
	day     string
	actions map[string][]console.Action // by window, newest first
	calls   map[string]callNote         // by ticket
	holds   map[string]string           // why a ticket was put on hold last, by ticket
	grants  map[string]string           // why a ticket was given its class, by ticket
	changes []change                    // by managers, newest first
	rule    *contract.OrderRule         // of the queue before the next change; nil is not known
	ratings map[string]*console.Rating  // by window
	figures *figures
	faults  map[string][]devices.FaultCode
}

// callNote is when and why a ticket was last called.
type callNote struct {
	at  time.Time
	why string
}

// actionsKept is how many lines of a window's day its page shows.
const actionsKept = 20

func newDesk(c *Controller) *desk {
	d := &desk{c: c, faults: map[string][]devices.FaultCode{}}
	d.clear()
	return d
}

func (d *desk) clear() {
	d.actions = map[string][]console.Action{}
	d.calls = map[string]callNote{}
	d.holds = map[string]string{}
	d.grants = map[string]string{}
	d.changes = nil
	d.ratings = map[string]*console.Rating{}
	d.figures = newFigures()
}

// recallDepth is how many events are read at the start to remember the day. A
// busy hall has about 15 events a ticket.
const recallDepth = 20_000

// recall reads the day's events again after a start.
func (d *desk) recall(j Store) error {
	after := uint64(0)
	if last := j.Last(); last > recallDepth {
		after = last - recallDepth
	}
	if after == 0 {
		d.c.engine.Look(func(s *hall.State) { d.rule = configured(s.Setup()) })
	}
	err := j.Replay(context.Background(), after, func(e contract.Event) error {
		d.note([]contract.Event{e})
		return nil
	})
	if d.rule == nil {
		d.c.engine.Look(func(s *hall.State) { r := s.OrderRule(); d.rule = &r })
	}
	return err
}

// note follows the stored events.
func (d *desk) note(events []contract.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range events {
		var v struct {
			Ticket, Window, From, Staff, Reason, Why, Day string
			Level                                         int
			Service                                       string
			Rule                                          contract.OrderRule
		}
		d.figures.note(e)
		if json.Unmarshal(e.Data, &v) != nil {
			continue
		}
		switch e.Type {
		case contract.EvDayOpened:
			d.clear()
			d.day = v.Day
			continue
		case contract.EvTicketCalled:
			d.calls[v.Ticket] = callNote{at: e.Time, why: v.Why}
		case contract.EvTicketResumed:
			d.calls[v.Ticket] = callNote{at: e.Time, why: queue.WhyHeld}
		case contract.EvTicketGranted:
			d.grants[v.Ticket] = v.Reason
		case contract.EvOrderSet:
			d.ruleChanged(e.Time, v.Staff, v.Rule)
			continue
		case contract.EvServicePaused, contract.EvServiceResumed, contract.EvDayClosed:
			d.changed(change{at: e.Time, staff: v.Staff, typ: e.Type, service: v.Service, reason: v.Reason})
			continue
		case contract.EvNoticePosted, contract.EvNoticeWithdrawn, contract.EvResultsPublished, contract.EvResultsWithdrawn, contract.EvDutySet:
			d.changed(change{at: e.Time, staff: v.Staff, typ: e.Type})
			continue
		case contract.EvTicketHeld:
			d.holds[v.Ticket] = v.Reason
		case contract.EvRatingGiven:
			d.rating(v.Window).Levels[v.Level]++
			continue
		case contract.EvRatingAbsent:
			d.rating(v.Window).Absent++
			continue
		}
		window := v.Window
		if e.Type == contract.EvTicketTransferred {
			window = v.From
		}
		d.action(window, console.Action{At: e.Time, Type: e.Type, Number: v.Ticket, Reason: v.Reason, Staff: v.Staff})
	}
}

func (d *desk) rating(window string) *console.Rating {
	r := d.ratings[window]
	if r == nil {
		r = &console.Rating{Window: window}
		d.ratings[window] = r
	}
	return r
}

// action keeps a line; its number is the ticket's id until it is shown.
func (d *desk) action(window string, a console.Action) {
	if window == "" {
		return
	}
	list := append([]console.Action{a}, d.actions[window]...)
	d.actions[window] = list[:min(len(list), actionsKept)]
}

// health compares a device's health with the last and gives the changes. The
// words of the health go with a fault only where they can be of no other.
func (d *desk) health(h devices.Health) []contract.DeviceFault {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.faults[h.Device]
	d.faults[h.Device] = slices.Clone(h.Faults)
	detail := ""
	if len(h.Faults) == 1 {
		detail = h.Detail
	}
	var changes []contract.DeviceFault
	for _, f := range h.Faults {
		if !slices.Contains(was, f) {
			changes = append(changes, contract.DeviceFault{Device: h.Device, Code: string(f), On: true, Detail: detail})
		}
	}
	for _, f := range was {
		if !slices.Contains(h.Faults, f) {
			changes = append(changes, contract.DeviceFault{Device: h.Device, Code: string(f), On: false})
		}
	}
	return changes
}

// Check proves who somebody is without any effect on the windows.
func (d *desk) Check(ctx context.Context, proof console.Proof) (console.Person, *contract.Problem) {
	raw, err := json.Marshal(contract.SignIn{Staff: proof.Number, PIN: proof.PIN, Card: proof.Card})
	if err != nil {
		return console.Person{}, failed("", err).Error
	}
	now := time.Now()
	a := d.c.engine.Ask(ctx, d.c.cfg.Node, hall.RoleHall, contract.Request{
		ID: ulid.Make().String(), Type: hall.CmdCheckPIN, Issued: now, Expires: now.Add(10 * time.Second), Data: raw})
	if a.Error != nil {
		return console.Person{}, a.Error
	}
	var who hall.Checked
	if err := json.Unmarshal(a.Data, &who); err != nil {
		return console.Person{}, failed("", err).Error
	}
	return d.Person(who.Staff), nil
}

// Person is a member of staff, with what they may do.
func (d *desk) Person(id string) console.Person {
	for _, s := range d.c.cfg.Setup.Staff {
		if s.ID == id {
			p := console.Person{ID: s.ID, Number: s.Number, Name: s.Name, Post: s.Post, Manager: d.manages(&s), Lead: slices.Contains(s.Roles, hall.StaffLead)}
			if p.Lead && !p.Manager {
				p.Units = d.unitsOf(&s)
			}
			return p
		}
	}
	return console.Person{}
}

// unitsOf are the units whose services somebody is qualified for.
func (d *desk) unitsOf(s *hall.Staff) []string {
	var units []string
	for _, v := range d.c.cfg.Setup.Services {
		if slices.Contains(s.Services, v.ID) && v.Unit != "" && !slices.Contains(units, v.Unit) {
			units = append(units, v.Unit)
		}
	}
	return units
}

// Do carries a request to the engine. Only who sits at the window may act for
// it, and only a manager, by their own name, may do what managers do.
func (d *desk) Do(ctx context.Context, actor console.Actor, r contract.Request) contract.Answer {
	if actor.Window == "" || slices.Contains(managers, r.Type) {
		if !d.mayManage(actor, r) {
			zh, en := hall.Words(hall.NotAllowed)
			return contract.Answer{ID: r.ID, Result: contract.ResultRefused, Error: &contract.Problem{Code: hall.NotAllowed, Message: zh, MessageEN: en}}
		}
	} else if r.Type != contract.AskWindowSignIn {
		there := false
		d.c.engine.Look(func(s *hall.State) { there = actor.Staff != "" && s.StaffAt(actor.Window) == actor.Staff })
		if !there {
			return contract.Answer{ID: r.ID, Result: contract.ResultRefused, Error: &contract.Problem{
				Code: "signed-out", Message: "您已不在此窗口登录，请重新登录。", MessageEN: "You are no longer signed in at this window. Please sign in again."}}
		}
	}
	return d.c.blocked("console", r, d.c.engine.Ask(ctx, d.c.cfg.Node, hall.RoleHall, r))
}

// Watch wakes a page when something changed.
func (d *desk) Watch(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	in := d.c.engine.watch.watch(ctx)
	go func() {
		defer close(out)
		for {
			select {
			case <-ctx.Done():
				return
			case <-d.c.engine.stopped:
				return
			case <-in:
				select {
				case out <- struct{}{}:
				default:
				}
			}
		}
	}()
	return out
}

// Snapshot is everything that the pages show.
func (d *desk) Snapshot() console.Snapshot {
	now := time.Now()
	snap := console.Snapshot{At: now, Location: d.c.cfg.Setup.Hours.Zone, Centre: d.c.centreState()}
	d.c.engine.Look(func(s *hall.State) {
		d.mu.Lock()
		defer d.mu.Unlock()
		snap.At = s.Now(now)
		snap.Catalogue = s.CatalogueView()
		snap.Classes = classes(s)
		snap.Desk = deskRules(s)
		for _, a := range s.AlarmList(now) {
			snap.Alarms = append(snap.Alarms, console.Alarm{Kind: a.Alarm, Subject: a.Subject, Words: s.AlarmWords(a), Since: a.Since, Limit: a.Limit})
		}
		snap.Calendar = s.CalendarView(now)
		snap.Queue = s.QueueView(now)
		snap.Calls = s.CallsView(now)
		for _, w := range s.Setup().Windows { // whole: the view of a very large hall leaves something out
			snap.Windows = append(snap.Windows, d.window(s, s.WindowNow(w.ID)))
			if r := d.ratings[w.ID]; r != nil {
				snap.Ratings = append(snap.Ratings, *r)
			}
		}
		snap.Unconfirmed = d.tickets(s.TicketsIn(queue.Issued, queue.Unconfirmed))
		snap.Voided = d.tickets(s.TicketsIn(queue.Void, queue.Late))
		slices.Reverse(snap.Voided)
		for _, p := range slices.Backward(s.Attendance.Today) {
			snap.Punches = append(snap.Punches, console.Punch{PunchRecorded: p, Name: d.Person(p.Staff).Name})
		}
	})
	snap.Devices = d.devices()
	return snap
}

func (d *desk) window(s *hall.State, v contract.WindowView) console.Window {
	w := console.Window{WindowView: v, StaffID: s.StaffAt(v.ID), Services: s.ServicesOf(v.ID)}
	if at := s.Desks[v.ID]; at != nil {
		w.Since = at.Since
		if at.Paused {
			w.Over = at.Since.Add(pauseLimit(s, at.Reason))
		}
	}
	if t := s.InHand(v.ID); t != nil {
		note := d.calls[t.ID]
		p := &console.Present{Ticket: d.ticketOf(*t), CalledAt: note.at, StartedAt: t.StartedAt, Recalls: t.Recalls, Recalled: t.RecalledAt, Why: note.why,
			FeeDue: s.FeeDue(t.Service)}
		if t.State == queue.Called {
			p.StartedAt = time.Time{}
		}
		w.Present = p
	}
	for _, t := range s.Waiting(v.ID, time.Now()) {
		c := d.ticketOf(t)
		c.ForWindow = t.Bound == v.ID
		w.Waiting = append(w.Waiting, c)
	}
	for _, t := range s.TicketsIn(queue.Held, queue.Missed, queue.Late) {
		switch {
		case t.State == queue.Late && slices.Contains(w.Services, t.Service), t.State == queue.Missed && t.Window == v.ID:
			w.Missed = append([]console.Ticket{d.ticketOf(t)}, w.Missed...)
		case t.State == queue.Held && t.Window == v.ID:
			c := d.ticketOf(t)
			c.Reason = d.holds[t.ID]
			w.Held = append(w.Held, c)
		}
	}
	for _, a := range d.actions[v.ID] {
		if t := s.Tickets[a.Number]; t != nil {
			a.Number = t.Number
		}
		a.Staff = d.Person(a.Staff).Name
		if a.Type == contract.EvWindowPaused {
			a.Reason = d.pauseName(a.Reason)
		}
		w.Actions = append(w.Actions, a)
	}
	return w
}

// pauseLimit is how long a pause may last.
func pauseLimit(s *hall.State, reason string) time.Duration {
	for _, r := range s.Setup().PauseReasons {
		if r.ID == reason {
			return r.Limit
		}
	}
	return 30 * time.Minute
}

// deskRules are the bounds of what a window does.
func deskRules(s *hall.State) console.DeskRules {
	setup := s.Setup()
	r := console.DeskRules{Recalls: setup.Recalls.Most, Every: setup.Recalls.Every, Remind: setup.HoldRemind, Outcome: map[string]string{}}
	for _, v := range setup.Services {
		if v.Outcome != "" {
			r.Outcome[v.ID] = v.Outcome
		}
	}
	return r
}

// pauseName is the Chinese name of a reason for a pause, whose event has its id.
func (d *desk) pauseName(id string) string {
	for _, r := range d.c.cfg.Setup.PauseReasons {
		if r.ID == id {
			return r.Name.ZH
		}
	}
	return id
}

func (d *desk) tickets(list []queue.Ticket) []console.Ticket {
	out := make([]console.Ticket, 0, len(list))
	for _, t := range list {
		out = append(out, d.ticketOf(t))
	}
	return out
}

func (d *desk) ticketOf(t queue.Ticket) console.Ticket {
	c := console.Ticket{Number: t.Number, Service: t.Service, State: string(t.State), IssuedAt: t.IssuedAt, Since: t.Since,
		Reason: t.Reason, Fault: t.Fault, Kiosk: t.Kiosk, FirstAsked: t.FirstAsked, Class: t.Class, Due: t.Due, More: t.More,
		NoCard: t.NoCard, Offline: !t.TakenAt.IsZero(), Owed: t.Owed, Reprints: t.Reprints,
		Silent: t.Silent, WalkIn: t.WalkIn != ""}
	if t.State == queue.Held {
		c.Keeper, c.Remind = d.Person(t.Keeper).Name, t.Remind
	}
	if t.Granted != "" {
		c.Granted, c.GrantReason = d.Person(t.Granted).Name, d.grants[t.ID]
	}
	return c
}

// devices lists the hall's own devices and those of its nodes. What a node says
// of a device counts only while the node is there (HALL-007).
func (d *desk) devices() []console.Device {
	var list []console.Device
	for _, h := range d.c.devices.Health() {
		list = append(list, console.Device{Node: d.c.cfg.Node, Health: h})
	}
	for _, h := range d.c.signs.units() {
		list = append(list, console.Device{Node: d.c.cfg.Node, Health: h})
	}
	nodes := d.c.nodes.Nodes()
	for _, n := range d.c.cfg.Setup.Nodes {
		if n.ID == d.c.cfg.Node {
			continue // its devices stand above
		}
		info, known := nodes[n.ID]
		for _, b := range info.Birth.Devices {
			st := info.Devices[b.ID]
			h := devices.Health{Device: b.ID, Kind: b.Kind, Up: info.Ready && st.Up, Since: st.Since, Drops: st.Drops}
			for _, f := range st.Faults {
				h.Faults = append(h.Faults, devices.FaultCode(f))
			}
			if !info.Ready {
				h.Faults, h.Detail = []devices.FaultCode{devices.FaultOffline}, "节点未连接"
			}
			list = append(list, console.Device{Node: n.ID, Health: h})
		}
		if len(info.Birth.Devices) == 0 && n.Role != hall.RoleWindow {
			h := devices.Health{Device: n.Role, Kind: "node", Up: known && info.Ready, Since: info.Birth.Time}
			if !h.Up {
				h.Faults = []devices.FaultCode{devices.FaultOffline}
			}
			list = append(list, console.Device{Node: n.ID, Health: h})
		}
	}
	return list
}

func (c *Controller) centreState() console.Centre {
	if c.centre == nil {
		return console.Centre{}
	}
	c.centreUp.mu.Lock()
	defer c.centreUp.mu.Unlock()
	return console.Centre{Configured: true, Online: c.centreUp.online, Waiting: c.backlog(), Since: c.centreUp.since}
}
