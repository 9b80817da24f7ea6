package hall

import (
	"slices"

	"hallward/devices/hall/queue"
)

// StaffAt is the id of the person signed in at a window, "" for nobody.
func (s *State) StaffAt(window string) string { return s.desk(window).Staff }

// InHand is a copy of the ticket that a window is busy with, or nil.
func (s *State) InHand(window string) *queue.Ticket {
	t := s.inHand(window)
	if t == nil {
		return nil
	}
	c := *t
	return &c
}

// ServicesOf are the services that a window may call.
func (s *State) ServicesOf(window string) []string {
	if w := s.x.window[window]; w != nil {
		return slices.Clone(w.Services)
	}
	return nil
}
