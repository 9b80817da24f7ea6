package flow

// obstacle is what keeps a number from being taken now, in the order in which
// it matters to the citizen, or "".
func (s State) obstacle(paper bool) Reason {
	v, known := s.service(s.Service)
	switch {
	case !s.Online || s.Calendar.Day == "" || len(s.Catalogue.Services) == 0:
		return Away
	case !s.Calendar.Issuing:
		return Closed
	case !known || v.Paused != "":
		return Paused
	case paper && !s.Printer.Ready:
		return reasonOf(s.Printer.Fault)
	}
	return ""
}

// Notice is what the entrance pages say above the choices before anybody has
// chosen: "" when everything works.
func (s State) Notice() Reason {
	switch {
	case !s.Online || s.Calendar.Day == "" || len(s.Catalogue.Services) == 0:
		return Away
	case !s.Calendar.Issuing:
		return Closed
	case !s.Printer.Ready:
		return reasonOf(s.Printer.Fault)
	}
	return ""
}

// CanRetry tells whether the Trouble page offers to try again: the obstacle has
// gone, or only another try can tell.
func (s State) CanRetry() bool {
	switch s.Reason {
	case NotNoted:
		return s.Online && s.Ticket != nil
	case Refused:
		return false // the same question has the same answer
	}
	return s.Service != "" && s.Ticket == nil && s.obstacle(true) == ""
}

// CanShowNumber tells whether the Trouble page offers the number on the screen:
// only the printer stands in the way.
func (s State) CanShowNumber() bool {
	return s.Reason.OfPrinter() && s.Service != "" && s.Ticket == nil &&
		s.obstacle(false) == "" && s.obstacle(true) != ""
}

// OfPrinter tells whether the printer is the reason.
func (r Reason) OfPrinter() bool {
	return r == PaperOut || r == CoverOpen || r == Cutter || r == NoPrinter
}

// reasonOf maps a devices.FaultCode to the page that explains it.
func reasonOf(fault string) Reason {
	switch fault {
	case "paper-out":
		return PaperOut
	case "cover-open":
		return CoverOpen
	case "cutter":
		return Cutter
	}
	return NoPrinter
}
