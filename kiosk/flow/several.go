package flow

import (
	"slices"

	"hallward/devices/contract"
)

// MostServices is how many services one ticket may hold.
const MostServices = 5

// more are the further services of the ticket being taken.
func (s State) more() []string {
	if !s.Several || len(s.Chosen) == 0 {
		return nil
	}
	return s.Chosen[1:]
}

// choose is a touch of a service: information, one more for the ticket, or at
// once the number.
func (s State) choose(id, fresh string) (State, []Effect) {
	v, ok := s.service(id)
	if !ok {
		return s, nil
	}
	s.Purpose, s.List = ForTicket, s.Screen
	switch {
	case v.Message.ZH != "":
		s.Service, s.Screen = id, Info
		return s, nil
	case s.Several:
		return s.collect(id), nil
	}
	s.Service, s.NoCard = id, false
	return s.take(fresh, true)
}

// collect puts a service into the basket, or takes it out again.
func (s State) collect(id string) State {
	if i := slices.Index(s.Chosen, id); i >= 0 {
		s.Chosen = slices.Delete(slices.Clone(s.Chosen), i, i+1)
		return s
	}
	if why := s.StopOf(id); why != "" {
		s.Service = id
		return s.trouble(why)
	}
	if len(s.Chosen) < MostServices {
		s.Chosen = append(slices.Clone(s.Chosen), id)
	}
	if len(s.Chosen) == MostServices {
		s.Screen = Basket
	}
	return s
}

// takeAll asks for one number for everything in the basket.
func (s State) takeAll(fresh string) (State, []Effect) {
	s.Purpose, s.List, s.NoCard = ForTicket, Basket, false
	s.Service = s.Chosen[0]
	return s.take(fresh, true)
}

// ChosenServices are the services of the basket in their order.
func (s State) ChosenServices() []contract.ServiceInfo {
	var out []contract.ServiceInfo
	for _, id := range s.Chosen {
		if v, ok := s.service(id); ok {
			out = append(out, v)
		}
	}
	return out
}

// TicketServices are all services of the ticket in hand, the first one first.
func (s State) TicketServices() []contract.ServiceInfo {
	out := []contract.ServiceInfo{s.ChosenService()}
	if t := s.Shown(); t != nil {
		for _, id := range t.More {
			if v, ok := s.service(id); ok {
				out = append(out, v)
			}
		}
	}
	return out
}

// FeeService is the first service of the ticket whose fee is paid at the fee
// window afterwards (R-KIOSK-16).
func (s State) FeeService() (v contract.ServiceInfo, ok bool) {
	for _, v := range s.TicketServices() {
		if v.FeeDue {
			return v, true
		}
	}
	return v, false
}

// ClassesShown are the classes of priority that fit on one page beside the
// ordinary queue.
func (s State) ClassesShown() []contract.ClassInfo {
	return s.Catalogue.Classes[:min(len(s.Catalogue.Classes), PerPage-1)]
}

// ChosenClass is the class of priority that the person has chosen.
func (s State) ChosenClass() (c contract.ClassInfo, ok bool) {
	for _, c := range s.Catalogue.Classes {
		if c.ID == s.Class && s.Class != "" {
			return c, true
		}
	}
	return c, false
}
