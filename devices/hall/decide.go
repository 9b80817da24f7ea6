package hall

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// Commands beside the requests and events of the contract. They come from the
// controller itself (RoleHall).
const (
	CmdTick  = "tick"         // no data: do what is due
	CmdScore = "rating.press" // Score: a citizen pressed a key
	CmdPunch = "punch"        // contract.PunchRecorded: a terminal reports a punch
)

// Command is one thing that is asked of the hall or reported to it: a request
// of the contract (contract.Ask…), an event of a kiosk (contract.Ev…), a
// reading of a device (CmdScore, CmdPunch) or CmdTick.
type Command struct {
	ID   string // of the request; a ticket taken has the same id
	Type string
	Node string // that asks
	Role string // of the node
	Data json.RawMessage
}

// Score is the data of CmdScore. Level 0 is "the citizen pressed nothing".
type Score struct {
	Window string `json:"window"`
	Level  int    `json:"level"` // 5 (非常满意) to 1 (非常不满意)
	Code   int    `json:"code"`
	Scale  string `json:"scale"`
}

// Decision is what follows from a command. Events are to be stored and applied
// in order before anything is answered, and also when there is a Refusal: a
// command that is refused may open the business day, and a wrong PIN is
// counted. Answer is the data of the ok answer, nil where there is none.
type Decision struct {
	Events  []contract.Event
	Answer  any
	Refusal *contract.Problem
}

// rule is who may give a command, and what follows.
type rule struct {
	roles  []string
	decide func(*State, Command, time.Time) Decision
}

var (
	kiosks  = []string{RoleKiosk, RoleHall}
	desks   = []string{RoleWindow, RoleHall}
	nodes   = []string{RoleKiosk, RoleWindow, RoleDisplay, RoleBridge, RoleHall}
	bridges = []string{RoleBridge, RoleHall}
	itself  = []string{RoleHall}
)

var rules map[string]rule

func init() {
	rules = map[string]rule{
		contract.AskTicketTake:      {kiosks, read((*State).take)},
		contract.AskTicketNoted:     {kiosks, read((*State).noted)},
		contract.AskTicketVoid:      {kiosks, read((*State).givenUp)},
		contract.EvTicketPrinted:    {kiosks, read((*State).printed)},
		contract.EvTicketUnprinted:  {kiosks, read((*State).unprinted)},
		contract.AskWindowSignIn:    {desks, read((*State).signIn)},
		contract.AskWindowSignOut:   {desks, read((*State).signOut)},
		contract.AskWindowPause:     {desks, read((*State).pause)},
		contract.AskWindowResume:    {desks, read((*State).resume)},
		contract.AskWindowNext:      {desks, read((*State).next)},
		contract.AskWindowCall:      {desks, read((*State).callOne)},
		contract.AskWindowRecall:    {desks, read((*State).recall)},
		contract.AskWindowNoShow:    {desks, read((*State).noShow)},
		contract.AskWindowStart:     {desks, read((*State).start)},
		contract.AskWindowFinish:    {desks, read((*State).finish)},
		contract.AskWindowTransfer:  {desks, read((*State).transfer)},
		contract.AskWindowHold:      {desks, read((*State).hold)},
		contract.AskWindowUnhold:    {desks, read((*State).unhold)},
		contract.AskWindowReturn:    {desks, read((*State).giveBack)},
		contract.AskWindowReinstate: {desks, read((*State).reinstate)},
		contract.AskWindowVoid:      {desks, read((*State).cancel)},
		contract.EvDeviceFault:      {nodes, read((*State).deviceFault)},
		CmdScore:                    {bridges, read((*State).score)},
		CmdPunch:                    {bridges, read((*State).punch)},
		CmdCheckPIN:                 {itself, read((*State).checkPIN)},
		CmdTick:                     {itself, func(s *State, c Command, now time.Time) Decision { return s.tick(c.Node, now) }},
	}
	for _, part := range []map[string]rule{lendRules(), orderRules(), limitRules(), appointmentRules(), dayRules(), deskRules(), alarmRules(), postRules(), voiceRules()} {
		maps.Copy(rules, part)
	}
}

// Roles are the roles that may give a command, nil for an unknown one.
func Roles(typ string) []string { return slices.Clone(rules[typ].roles) }

func read[D any](decide func(*State, Command, D, time.Time) Decision) func(*State, Command, time.Time) Decision {
	return func(s *State, c Command, now time.Time) Decision {
		var d D
		if err := json.Unmarshal(c.Data, &d); err != nil {
			return s.refuse(BadRequest, about{})
		}
		return decide(s, c, d, now)
	}
}

// Decide says what follows from a command at a moment. It changes nothing, and
// the same state, command and moment give the same decision.
func (s *State) Decide(c Command, now time.Time) Decision {
	now, events := s.keepTime(now.UTC().Truncate(time.Millisecond), clockStepOf(c))
	jumped := len(events) > 0
	s = s.known(events)
	s.now = now
	opening := s.openDay(now, jumped)
	s.foresee(opening)
	events = append(events, opening...)
	r, ok := rules[c.Type]
	if !ok || !slices.Contains(r.roles, c.Role) {
		d := s.refuse(NotAllowed, about{})
		d.Events = events
		return d
	}
	d := r.decide(s, c, now)
	d.Events = append(events, d.Events...)
	return d
}

// tick does what is due: tickets that nobody confirmed, ratings that nobody
// gave, appointments that nobody came to, alarms to raise and to clear.
func (s *State) tick(node string, now time.Time) Decision {
	d := Decision{Events: s.lookAhead(node, now)}
	for _, t := range inOrder(s.pending, func(t *queue.Ticket) bool { return !now.Before(t.Since.Add(s.x.ConfirmWithin)) }) {
		d.Events = append(d.Events, event(contract.EvTicketVoided, now, contract.TicketVoided{Ticket: t.ID, Reason: "unconfirmed"}))
	}
	for _, w := range windows(s.Ratings.Open) {
		if s.Ratings.Open[w].Expired(now, s.x.RatingFor) {
			d.Events = append(d.Events, s.ratingAbsentEvent(w, now))
		}
	}
	d.Events = append(d.Events, s.missAppointments(now)...)
	d.Events = append(d.Events, s.alarms(now)...)
	return d
}

// NextDue is when CmdTick has something to do, or when a view changes by
// itself because the hall opens, closes or begins its day.
func (s *State) NextDue(now time.Time) time.Time {
	clock := now
	now = s.Now(clock)
	due := s.x.Hours.NextChange(now)
	if s.dueDay(now) != "" {
		due = now
	}
	sooner := func(t time.Time) {
		if t.Before(due) {
			due = t
		}
	}
	for _, t := range s.pending {
		sooner(t.Since.Add(s.x.ConfirmWithin))
	}
	for _, r := range s.Ratings.Open {
		sooner(r.Opened.Add(s.x.RatingFor))
	}
	for _, a := range s.Appointments {
		if a.State == Booked {
			sooner(a.Start.Add(s.x.Appointments.Late + time.Millisecond)) // the limit itself is in time
		}
	}
	for _, t := range []time.Time{s.alarmsDue(now), s.postsDue(now)} {
		if !t.IsZero() {
			sooner(t)
		}
	}
	return due.Add(clock.Sub(now)) // by the machine's clock
}

func (s *State) refuse(code string, a about) Decision {
	return Decision{Refusal: s.x.refuse(code, a)}
}

func event(typ string, now time.Time, data any) contract.Event {
	b, err := json.Marshal(data)
	if err != nil { // the contract's own types always marshal
		panic(fmt.Sprintf("hall: %s: %v", typ, err))
	}
	return contract.Event{SpecVersion: "1.0", Type: typ, Time: now, ContentType: "application/json", Data: b}
}
