package flow

import "slices"

// Reason is why a Trouble or Unprinted page is shown, or a line above the
// choices. The words stand in kiosk/text.
type Reason string

// Reasons.
const (
	PaperOut  Reason = "paper-out"
	CoverOpen Reason = "cover-open"
	Cutter    Reason = "cutter"
	NoPrinter Reason = "no-printer" // silent, missing, offline, broken, too hot
	Paused    Reason = "paused"     // the service gives no numbers now
	Closed    Reason = "closed"     // outside hours
	Away      Reason = "away"       // the hall controller cannot be reached
	NoAnswer  Reason = "no-answer"  // it did not answer in time, or could not do it
	Refused   Reason = "refused"    // it answered no, with words
	NotNoted  Reason = "not-noted"  // the number stands, but the hall could not be told

	Quota      Reason = "quota"       // the service's numbers of today are given
	Interval   Reason = "interval"    // those of this part of the day
	Closing    Reason = "closing"     // the queue would pass closing time
	OffHours   Reason = "off-hours"   // the service has other hours than the hall
	Declined   Reason = "declined"    // another request than for a number was answered no
	Unanswered Reason = "unanswered"  // and this one not at all
	Alone      Reason = "alone"       // what needs the hall, while it cannot be reached
	NotFound   Reason = "not-found"   // no appointment under that card, code or phone
	NoTimes    Reason = "no-times"    // every time is taken
	WrongCode  Reason = "wrong-code"  // the scanner read something else than a slip
	UsedUp     Reason = "used-up"     // cut off, and no lent number of today is left
	SlipLeft   Reason = "slip-left"   // notice: somebody's slip stands in the presenter
	CardLeft   Reason = "card-left"   // notice: somebody's card lies on the reader
	ClockDoubt Reason = "clock-doubt" // notice: the hall's clock cannot be trusted
	CutOff     Reason = "cut-off"     // notice: numbers are given without the hall
)

// Reasons lists every reason of a page, for tests that visit them all, and
// Notices those that only stand above the choices.
var (
	Reasons = []Reason{PaperOut, CoverOpen, Cutter, NoPrinter, Paused, Closed, Away, NoAnswer, Refused, NotNoted,
		Quota, Interval, Closing, OffHours, Declined, Unanswered, Alone, NotFound, NoTimes, WrongCode, UsedUp}
	Notices = []Reason{SlipLeft, CardLeft, ClockDoubt, CutOff}
)

// obstacle is what keeps a number from being taken now, in the order in which
// it matters to the citizen, or "".
func (s State) obstacle(paper bool) Reason {
	v, known := s.service(s.Service)
	switch {
	case s.Arrival != "" && !s.Online:
		return Alone
	case s.Calendar.Day == "" || len(s.Catalogue.Services) == 0:
		return Away
	case !s.Online && s.cutOff(s.Service) != "":
		return s.cutOff(s.Service)
	case s.Arrival != "": // the hours and limits of an appointment are its own
	case s.Online && !s.Calendar.Issuing:
		return Closed
	case !known || v.Paused != "":
		return Paused
	case s.stopped() != "":
		return s.stopped()
	}
	if paper && !s.Printer.Ready {
		return reasonOf(s.Printer.Fault)
	}
	return ""
}

// stopped is why one of the services of this ticket gives no numbers now.
func (s State) stopped() Reason {
	for _, id := range append([]string{s.Service}, s.more()...) {
		if why := s.StopOf(id); why != "" {
			return why
		}
	}
	return ""
}

// stops maps contract.ServiceQueue.Stop to its page; any other one is a pause.
var stops = map[string]Reason{
	"quota": Quota, "interval-quota": Interval, "closing": Closing, "hours": OffHours,
}

// StopOf is why a service gives no numbers now, "" when it does. One that gives
// information only is not stopped.
func (s State) StopOf(service string) Reason {
	v, known := s.service(service)
	q, _ := s.QueueOf(service)
	switch {
	case !known || v.Paused != "":
		return Paused
	case q.Stop == "" || v.Message.ZH != "":
		return ""
	}
	if why, ok := stops[q.Stop]; ok {
		return why
	}
	return Paused
}

// Notice is what the entrance pages say above the choices before anybody has
// chosen: "" when everything works.
func (s State) Notice() Reason {
	switch {
	case s.Calendar.Day == "" || len(s.Catalogue.Services) == 0:
		return Away
	case !s.Online && s.cutOffAll() != "":
		return s.cutOffAll()
	case s.Online && !s.Calendar.Issuing:
		return Closed
	case !s.Printer.Ready:
		return reasonOf(s.Printer.Fault)
	case s.CardOn && s.Screen == Attract:
		return CardLeft
	case s.Printer.Left:
		return SlipLeft
	case s.Calendar.Doubt:
		return ClockDoubt
	case !s.Online:
		return CutOff
	}
	return ""
}

// CanRetry tells whether the Trouble page offers to try again: the obstacle has
// gone, or only another try can tell.
func (s State) CanRetry() bool {
	switch s.Reason {
	case NotNoted:
		return s.Online && s.Ticket != nil
	case Refused, Declined, Unanswered, Alone, NotFound, NoTimes, WrongCode:
		return false // the same question has the same answer, or is asked from the page before
	}
	return s.Service != "" && s.Ticket == nil && s.obstacle(true) == ""
}

// CanShowNumber tells whether the Trouble page offers the number on the screen:
// only the printer stands in the way.
func (s State) CanShowNumber() bool {
	return s.Reason.OfPrinter() && s.Service != "" && s.Ticket == nil &&
		s.obstacle(false) == "" && s.obstacle(true) != ""
}

// CanBook tells whether the page offers a time instead of a number (R-KIOSK-08).
func (s State) CanBook() bool {
	if v, ok := s.service(s.Service); !ok || !v.Appointments || !s.Online || s.Arrival != "" {
		return false
	}
	return s.Screen == Info || s.Screen == Trouble && slices.Contains([]Reason{Quota, Interval, Closing, OffHours, Closed, Paused}, s.Reason)
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

// trouble goes to the page that explains a reason. Back leads to where the
// citizen came from.
func (s State) trouble(why Reason) State {
	s.Return = s.origin()
	s.Screen, s.Reason, s.Asked = Trouble, why, ""
	s.Touched, s.Warned = s.Now, false
	return s
}

// origin is the page from which the present matter was begun.
func (s State) origin() Screen {
	switch {
	case s.Ticket != nil:
		return Unprinted // a number without paper waits for a word
	case s.Purpose == ForArrival || s.Purpose == ForBooking:
		return Visit
	case s.Purpose == ForTicket && s.List != "":
		return s.List
	}
	return Home
}
