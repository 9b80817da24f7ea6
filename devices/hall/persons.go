package hall

import (
	"regexp"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// Real-name tickets (实名取号). A service may ask for the ID card, so that a
// person holds one open ticket for it. The hall never learns who that is: the
// kiosk sends a keyed hash of the number, the controller puts the hash of it
// under the key of the day in its place before it reaches these rules, and
// throws that key away when the day is over (R-SEC-07, R-KIOSK-19).
//
// There is a path for everybody: who has no card here takes an ordinary ticket
// that says so (NoCard), and the window checks who it is. For such a ticket the
// limits of a person are the window's to keep.

// realnameRequired is contract.ServiceInfo.Realname of a service that gives no
// ticket without card or the citizen's word that there is none.
const realnameRequired = "required"

// personForm is a keyed hash in hexadecimal or base32. It is longer than any
// number of a person, so that none can be sent by mistake.
var personForm = regexp.MustCompile(`^[0-9a-z]{32,128}$`)

// ValidPerson tells whether a text has the form of a keyed hash of a person: 32
// to 128 characters of 0-9 and a-z. An ID number or phone number does not.
func ValidPerson(person string) bool { return personForm.MatchString(person) }

// asked are the services of a request for a ticket, in order: at most five,
// each once, known and served by a window.
func (s *State) asked(d contract.TakeTicket) ([]*Service, *contract.Problem) {
	if len(d.More) > moreServices || d.Person != "" && !ValidPerson(d.Person) {
		return nil, s.x.refuse(BadRequest, about{})
	}
	var list []*Service
	for _, id := range append([]string{d.Service}, d.More...) {
		service := s.x.service[id]
		switch {
		case service == nil:
			return nil, s.x.refuse(UnknownService, about{})
		case slices.Contains(list, service):
			return nil, s.x.refuse(BadRequest, about{})
		}
		if p := s.standing(service); p != nil {
			return nil, p
		}
		if len(s.x.windowsOf[id]) == 0 {
			return nil, s.x.refuse(NoWindow, about{})
		}
		list = append(list, service)
	}
	return list, nil
}

// limited says which limit stands against a ticket for these services, or nil:
// the quotas and closing time, then the rules for persons.
func (s *State) limited(c Command, d contract.TakeTicket, services []*Service, o *outlook, now time.Time) *contract.Problem {
	for _, service := range services {
		if p := s.passing(service, o, now); p != nil {
			return p
		}
	}
	for _, service := range services {
		if service.Realname == "" {
			continue
		}
		if d.Person == "" {
			if service.Realname == realnameRequired && !d.NoCard && c.Role == RoleKiosk {
				return s.x.refuse(CardNeeded, about{Service: service.Name})
			}
			continue
		}
		if t := s.holding(d.Person, service.ID, ""); t != nil {
			p := s.x.refuse(AlreadyHolding, about{Number: t.Number})
			p.Ticket = t.ID
			return p
		}
		if service.PerPerson > 0 && s.taken(d.Person, service.ID) >= service.PerPerson {
			return s.x.refuse(PersonLimit, about{Service: service.Name, Limit: service.PerPerson})
		}
	}
	return nil
}

// holder is what a ticket for these services keeps of the person: nothing where
// none of them asks, and nocard where one does and there was no card.
func holder(d contract.TakeTicket, services []*Service) (person string, nocard bool) {
	if !slices.ContainsFunc(services, func(service *Service) bool { return service.Realname != "" }) {
		return "", false
	}
	required := slices.ContainsFunc(services, func(service *Service) bool { return service.Realname == realnameRequired })
	return d.Person, d.Person == "" && required
}

// settle is what a ticket keeps that a kiosk gave while it was cut off: it is
// given already, so what the rules would refuse is left out instead.
func (s *State) settle(d contract.TicketTaken) contract.TicketTaken {
	services := []*Service{s.x.service[d.Service]}
	for _, id := range d.More {
		service := s.x.service[id]
		if service != nil && len(s.x.windowsOf[id]) > 0 && len(services) <= moreServices && !slices.Contains(services, service) {
			services = append(services, service)
		}
	}
	if !ValidPerson(d.Person) {
		d.Person = ""
	}
	if s.mayChoose(d.Class) != nil {
		d.Class = ""
	}
	d.More = s.x.withFee(services)
	d.Person, d.NoCard = holder(contract.TakeTicket{Person: d.Person}, services)
	return d
}

// openFor tells whether a ticket still waits for or is at a window with a service.
func openFor(t *queue.Ticket, service string) bool {
	switch t.State {
	case queue.Finished, queue.Missed, queue.Void, queue.Late:
		return false
	}
	return t.Service == service || slices.Contains(t.More, service)
}

// holding is another open ticket of a person for a service, or nil. A missed
// one does not count: its holder may take a new number.
func (s *State) holding(person, service, except string) *queue.Ticket {
	if person == "" {
		return nil
	}
	list := s.today(func(t *queue.Ticket) bool { return t.Person == person && t.ID != except && openFor(t, service) })
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// taken is how many tickets of today a person had for a service; those that
// became void before they were called do not count.
func (s *State) taken(person, service string) int {
	n := 0
	for _, t := range s.Tickets {
		void := (t.State == queue.Void || t.State == queue.Late) && t.FirstAsked == ""
		if t.Person == person && !void && slices.Contains(t.Services(), service) {
			n++
		}
	}
	return n
}

// mayReturn tells whether a missed or late ticket may wait again: not while its
// holder has another one open for the same service.
func (s *State) mayReturn(t *queue.Ticket) *contract.Problem {
	for _, service := range append([]string{t.Service}, t.More...) {
		if other := s.holding(t.Person, service, t.ID); other != nil {
			return s.x.refuse(HoldsAnother, about{Number: t.Number, Other: other.Number})
		}
	}
	return nil
}
