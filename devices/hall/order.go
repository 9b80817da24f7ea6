package hall

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// The order of the queue: classes of priority, what staff grant, and the rule
// that the manager sets (R-KIOSK-05, -06, -07). How the rule works stands at
// queue.Rule.

func orderRules() map[string]rule {
	return map[string]rule{
		contract.AskTicketGrant: {desks, read((*State).grant)},
		contract.AskOrderSet:    {itself, read((*State).setOrder)},
	}
}

func orderAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{
		contract.EvTicketGranted: with((*State).granted),
		contract.EvOrderSet:      with((*State).orderSet),
	}
}

// OrderRule is the rule that is in force: the manager's, or else the setup's.
// Every class stands in it with its weight.
func (s *State) OrderRule() contract.OrderRule {
	r := contract.OrderRule{Overtake: s.x.Order.Overtake, Beyond: int(s.x.Order.Beyond / time.Minute), Weights: map[string]int{}}
	for _, class := range s.x.Classes {
		r.Weights[class.ID] = class.Weight
	}
	if s.Rule == nil {
		return r
	}
	r.Overtake, r.Beyond = s.Rule.Overtake, s.Rule.Beyond
	for class, weight := range s.Rule.Weights {
		if _, known := r.Weights[class]; known {
			r.Weights[class] = weight
		}
	}
	return r
}

// rule is the rule in force, for the queue.
func (s *State) rule() queue.Rule {
	is := s.OrderRule()
	r := queue.Rule{Overtake: is.Overtake, Beyond: time.Duration(is.Beyond) * time.Minute, Staff: s.x.name}
	for _, class := range s.x.Classes {
		r.Classes = append(r.Classes, queue.Class{ID: class.ID, Name: class.Name.ZH,
			Weight: is.Weights[class.ID], Head: class.Head, Grant: class.Grant})
	}
	return r
}

func (w *Window) caller() queue.Caller {
	return queue.Caller{Window: w.ID, Services: w.Services, Classes: w.Classes, First: w.First}
}

// choose is whom a window calls at a moment.
func (s *State) choose(w *Window, now time.Time) queue.Choice {
	return s.pool.Choose(w.caller(), s.rule(), now.In(s.x.Hours.Zone))
}

// numbers are the numbers of tickets.
func numbers(tickets []*queue.Ticket) []string {
	var list []string
	for _, t := range tickets {
		list = append(list, t.Number)
	}
	return list
}

// overtake counts the tickets that a call passed over.
func (s *State) overtake(numbers []string, at time.Time) {
	var passed []*queue.Ticket
	for _, n := range numbers {
		if t := s.numbers[n]; t != nil {
			passed = append(passed, t)
		}
	}
	queue.Pass(passed, at)
}

// Waiting are the tickets that a window may call, in the order in which it
// would call them if it were alone and nobody else came.
func (s *State) Waiting(window string, now time.Time) []queue.Ticket {
	w := s.x.window[window]
	if w == nil {
		return nil
	}
	var list []queue.Ticket
	for _, t := range s.pool.Sequence(w.caller(), s.rule(), s.Now(now)) {
		list = append(list, *t)
	}
	return list
}

// WaitingFor is how many tickets a window may call.
func (s *State) WaitingFor(window string) int {
	if w := s.x.window[window]; w != nil {
		return len(s.pool.For(w.caller()))
	}
	return 0
}

// ahead counts who will be called before a ticket, if nobody else comes: of
// everybody whom one of its windows may call, as if these were one window.
// Numbers whose paper is still in the printer count too.
func (s *State) ahead(t *queue.Ticket) int {
	c := queue.Caller{Services: s.x.shares[t.Service]}
	windows := s.x.windowsOf[t.Service]
	if w := s.x.window[t.Bound]; w != nil {
		c, windows = w.caller(), []string{w.ID}
	}
	var others []*queue.Ticket
	for _, o := range s.pool.Waiting() {
		if o.Bound == "" && slices.Contains(c.Services, o.Service) || o.Bound != "" && slices.Contains(windows, o.Bound) {
			others = append(others, o)
		}
	}
	for _, o := range inOrder(s.pending, func(o *queue.Ticket) bool { return o.State == queue.Issued && o.ID != t.ID }) {
		if slices.Contains(c.Services, o.Service) {
			i, _ := slices.BinarySearchFunc(others, o, queue.Compare)
			others = slices.Insert(others, i, o)
		}
	}
	return queue.Ahead(t, others, c, s.rule(), s.now)
}

// mayChoose tells whether a citizen may choose a class at the kiosk, and why
// not.
func (s *State) mayChoose(class string) *contract.Problem {
	if class == "" {
		return nil
	}
	c := s.x.class[class]
	switch {
	case c == nil:
		return s.x.refuse(UnknownClass, about{})
	case c.Grant || c.Head:
		return s.x.refuse(GrantOnly, about{Class: c.Name})
	}
	return nil
}

// grant gives a ticket that waits a class of priority, on the word of the staff
// at a window, who say why (R-KIOSK-06). Without a number it is the ticket in
// hand, for the time after a transfer or return.
func (s *State) grant(c Command, d contract.Grant, now time.Time) Decision {
	a, p := s.staffed(c, d.Window, "")
	if p != nil {
		return Decision{Refusal: p}
	}
	if d.Number == "" && a.ticket == nil {
		return s.refuse(NothingInHand, about{Window: d.Window})
	}
	t := a.ticket
	if d.Number != "" {
		if t, p = s.byNumber(d.Number); p != nil {
			return Decision{Refusal: p}
		}
	}
	class, reason := s.x.class[d.Class], short(strings.TrimSpace(d.Reason))
	switch {
	case class == nil:
		return s.refuse(UnknownClass, about{})
	case reason == "":
		return s.refuse(GrantReason, about{Number: t.Number, Class: class.Name})
	case t.State == queue.Finished:
		return s.refuse(queue.IsFinished, about{Number: t.Number})
	case t.State == queue.Void || t.State == queue.Late:
		return s.refuse(queue.IsVoid, about{Number: t.Number})
	case (t.InHand() || t.State == queue.Held) && t.Window != d.Window:
		return s.refuse(OtherWindow, about{Number: t.Number, Other: t.Window})
	case t.Class == class.ID && t.Granted != "":
		return s.after(a, "")
	}
	if a.ticket != nil && a.ticket.ID == t.ID {
		a.ticket.Class, a.ticket.Granted = class.ID, a.desk.Staff
	}
	return s.after(a, "", event(contract.EvTicketGranted, now, contract.TicketGranted{
		Ticket: t.ID, Class: class.ID, Window: d.Window, Staff: a.desk.Staff, Reason: reason}))
}

func (s *State) granted(d contract.TicketGranted, _ time.Time) error {
	t := s.Tickets[d.Ticket]
	if t == nil {
		return fmt.Errorf("ticket %q is not known", d.Ticket)
	}
	t.Class, t.Granted = d.Class, d.Staff
	return nil
}

// Limits of a rule.
const (
	MostOvertake = 100
	MostBeyond   = 8 * 60 // minutes
	MostWeight   = 9
)

// setOrder changes the rule. Classes that the command does not name keep the
// weight that they have.
func (s *State) setOrder(_ Command, d contract.SetOrder, now time.Time) Decision {
	staff := short(strings.TrimSpace(d.Staff))
	if staff == "" {
		return s.refuse(BadRequest, about{})
	}
	is := s.OrderRule()
	after := contract.OrderRule{Overtake: d.Rule.Overtake, Beyond: d.Rule.Beyond, Weights: map[string]int{}}
	if s.Rule != nil {
		maps.Copy(after.Weights, s.Rule.Weights)
	}
	valid := d.Rule.Overtake >= 0 && d.Rule.Overtake <= MostOvertake && d.Rule.Beyond >= 0 && d.Rule.Beyond <= MostBeyond
	same := d.Rule.Overtake == is.Overtake && d.Rule.Beyond == is.Beyond
	for class, weight := range d.Rule.Weights {
		if s.x.class[class] == nil {
			return s.refuse(UnknownClass, about{})
		}
		valid = valid && weight >= 0 && weight <= MostWeight
		same = same && weight == is.Weights[class]
		after.Weights[class] = weight
	}
	switch {
	case !valid:
		return s.refuse(OrderLimits, about{})
	case same:
		return Decision{Answer: is}
	}
	changed := *s
	changed.Rule = &after
	return Decision{Answer: changed.OrderRule(), Events: []contract.Event{
		event(contract.EvOrderSet, now, contract.OrderSet{Staff: staff, Rule: after})}}
}

func (s *State) orderSet(d contract.OrderSet, _ time.Time) error {
	s.Rule = &d.Rule
	return nil
}

// OrderInWords is the rule in force for everybody to read: on the manager's
// page, and for a citizen who asks.
func (s *State) OrderInWords() contract.Text2 {
	is := s.OrderRule()
	classes := slices.Clone(s.x.Classes)
	slices.SortStableFunc(classes, func(a, b Class) int { return cmp.Compare(is.Weights[b.ID], is.Weights[a.ID]) })
	var zh, en, classesZH, classesEN []string
	for _, c := range classes {
		switch weight := is.Weights[c.ID]; {
		case c.Head:
			zh = append(zh, c.Name.ZH+"经工作人员授权排在最前，授权人和理由均有记录")
			en = append(en, c.Name.In("en")+" goes to the very head when staff grant it; who and why is recorded")
		case weight > 0:
			classesZH = append(classesZH, fmt.Sprintf("%s（%d）", c.Name.ZH, weight))
			classesEN = append(classesEN, fmt.Sprintf("%s (%d)", c.Name.In("en"), weight))
		}
	}
	zh, en = append(zh, "转办到某一窗口的号由该窗口先叫"), append(en, "A ticket sent to one window is called there first")
	if len(classesZH) > 0 && is.Overtake > 0 {
		zh = append(zh, "优先类别按权重从大到小："+strings.Join(classesZH, "、"))
		en = append(en, "Priority by weight, larger first: "+strings.Join(classesEN, ", "))
	}
	if slices.ContainsFunc(s.x.Services, func(s Service) bool { return s.Appointments }) {
		zh = append(zh, "预约号未到预约时间的排在其他人之后")
		en = append(en, "Appointments come behind everybody else until their time")
	}
	zh, en = append(zh, "其余按取号先后"), append(en, "Everybody else in the order of taking a number")
	if is.Overtake == 0 {
		zh, en = append(zh, "任何号都不会被后取的号越过"), append(en, "No ticket is overtaken by a later one")
	} else {
		zh = append(zh, fmt.Sprintf("每个号最多被后取的号越过%d次，轮到后满%d分钟不再被越过", is.Overtake, is.Beyond))
		en = append(en, fmt.Sprintf("A ticket is overtaken by later ones at most %d times, and not at all from %d minutes after its turn", is.Overtake, is.Beyond))
	}
	return contract.Text2{ZH: strings.Join(zh, "；") + "。", EN: strings.Join(en, ". ") + "."}
}
