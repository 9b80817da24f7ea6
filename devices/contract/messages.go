package contract

import "strings"

//go:generate go run ./gen

// Kind is the sort of topic that a message travels on.
type Kind string

// Kinds of messages, by the last part of their topic.
const (
	KindStatus  Kind = "status"
	KindBirth   Kind = "birth"
	KindState   Kind = "state"   // dev/{device}/state
	KindDesired Kind = "desired" // dev/{device}/desired
	KindEvent   Kind = "evt"
	KindAck     Kind = "ack"
	KindAsk     Kind = "ask"
	KindAnswer  Kind = "answer"
	KindCommand Kind = "cmd"
	KindResult  Kind = "res"
	KindHost    Kind = "host"
	KindView    Kind = "view"
)

// Retained tells whether the broker keeps the last message of this kind.
func (k Kind) Retained() bool {
	switch k {
	case KindStatus, KindBirth, KindState, KindDesired, KindHost, KindView:
		return true
	}
	return false
}

// FromHost tells who publishes the kind: the host, or else a node.
func (k Kind) FromHost() bool {
	switch k {
	case KindAck, KindAnswer, KindCommand, KindHost, KindView, KindDesired:
		return true
	}
	return false
}

// Message is one message of the contract: a topic's payload, or for events and
// requests the data inside the envelope.
type Message struct {
	Name   string // "ticket.issued/1", "view/queue", "status"
	Kind   Kind
	Data   any    // a zero value of the payload or of the data
	Answer any    // of a request: a zero value of the data of its ok answer
	From   string // role of the publisher: "hall", "kiosk", "window", "any"
	About  string // one sentence for the centre's and the integrator's team
}

// Messages lists every message of this version of the contract. asyncapi.yaml,
// the schemas and the examples are made from it.
var Messages = []Message{
	{"status", KindStatus, Status{}, nil, "any", "Whether the node is connected; the last will says lost."},
	{"birth", KindBirth, Birth{}, nil, "any", "What the node is, what it brings, and what waits on its disk."},
	{"state", KindState, DeviceState{}, nil, "any", "What one device of the node reports of itself."},
	{"ack", KindAck, Ack{}, nil, "host", "Everything through this sequence is stored by the host."},
	{"host", KindHost, HostStatus{}, nil, "host", "Whether the host takes events now."},

	{EvTicketIssued, KindEvent, TicketIssued{}, nil, "hall", "A number was taken."},
	{EvTicketConfirmed, KindEvent, TicketConfirmed{}, nil, "hall", "Paper is out, or the citizen has noted the number: it may be called."},
	{EvTicketUnconfirmed, KindEvent, TicketUnconfirmed{}, nil, "hall", "The paper failed or may have failed: the number is not called until somebody has noted it."},
	{EvTicketVoided, KindEvent, TicketVoided{}, nil, "hall", "The number is never called."},
	{EvTicketLate, KindEvent, TicketConfirmed{}, nil, "hall", "The paper of a void number came out after all: somebody may hold it."},
	{EvTicketCalled, KindEvent, TicketCalled{}, nil, "hall", "A window calls the ticket."},
	{EvTicketRecalled, KindEvent, TicketRecalled{}, nil, "hall", "A called ticket is announced again."},
	{EvTicketMissed, KindEvent, TicketMoved{}, nil, "hall", "Nobody came to the window."},
	{EvTicketReinstated, KindEvent, TicketMoved{}, nil, "hall", "Somebody came after all and waits again."},
	{EvTicketStarted, KindEvent, TicketMoved{}, nil, "hall", "The service begins."},
	{EvTicketFinished, KindEvent, TicketFinished{}, nil, "hall", "The service ends; it may be rated once."},
	{EvTicketTransferred, KindEvent, TicketTransferred{}, nil, "hall", "The ticket goes to another service or window; number and issue time stay."},
	{EvTicketHeld, KindEvent, TicketMoved{}, nil, "hall", "The window puts the ticket aside."},
	{EvTicketResumed, KindEvent, TicketMoved{}, nil, "hall", "The window calls a held ticket again."},
	{EvTicketReturned, KindEvent, TicketMoved{}, nil, "hall", "The ticket goes back to its place in the queue."},
	{EvWindowSignedIn, KindEvent, WindowChanged{}, nil, "hall", "A member of staff opens the window."},
	{EvWindowSignedOut, KindEvent, WindowChanged{}, nil, "hall", "The window closes."},
	{EvWindowPaused, KindEvent, WindowChanged{}, nil, "hall", "The window pauses, with a reason."},
	{EvWindowResumed, KindEvent, WindowChanged{}, nil, "hall", "The window goes on."},
	{EvStaffRefused, KindEvent, WindowChanged{}, nil, "hall", "A wrong PIN or card at a window, or at the manager's door."},
	{EvRatingGiven, KindEvent, RatingGiven{}, nil, "hall", "A citizen rates a service session, once."},
	{EvRatingAbsent, KindEvent, RatingAbsent{}, nil, "hall", "The citizen pressed nothing: not rated, which is not satisfied."},
	{EvPunchRecorded, KindEvent, PunchRecorded{}, nil, "hall", "A member of staff used an attendance terminal."},
	{EvDayOpened, KindEvent, DayOpened{}, nil, "hall", "A business day begins; numbers start again."},
	{EvDeviceFault, KindEvent, DeviceFault{}, nil, "any", "A device's fault begins or is over."},
	{EvNumbersLent, KindEvent, NumbersLent{}, nil, "hall", "A kiosk is lent numbers for the time without the hall."},
	{EvNumbersRaised, KindEvent, NumbersRaised{}, nil, "hall", "A kiosk knows a higher number: the hall goes on behind it."},
	{EvNumberConflict, KindEvent, NumberConflict{}, nil, "hall", "A kiosk gave a number that was not its own; staff see it."},
	{EvTicketGranted, KindEvent, TicketGranted{}, nil, "hall", "Staff gave a ticket a class of priority, with a reason."},
	{EvTicketContinued, KindEvent, TicketContinued{}, nil, "hall", "One service of a ticket is done, the next follows on the same number."},
	{EvTicketReprinted, KindEvent, TicketReprinted{}, nil, "hall", "The slip is printed once more, marked as a reprint."},
	{EvOrderSet, KindEvent, OrderSet{}, nil, "hall", "The manager changed the rule of the queue."},
	{EvServicePaused, KindEvent, ServiceChanged{}, nil, "hall", "A service gives no tickets, with a reason."},
	{EvServiceResumed, KindEvent, ServiceChanged{}, nil, "hall", "A service gives tickets again."},
	{EvAppointmentBooked, KindEvent, AppointmentBooked{}, nil, "hall", "A time was booked."},
	{EvAppointmentCancel, KindEvent, AppointmentChanged{}, nil, "hall", "An appointment was given up."},
	{EvAppointmentArrived, KindEvent, AppointmentChanged{}, nil, "hall", "The holder of an appointment checked in."},
	{EvAppointmentMissed, KindEvent, AppointmentChanged{}, nil, "hall", "Nobody came by the late limit."},
	{EvAppointmentUnknown, KindEvent, AppointmentUnknown{}, nil, "hall", "A wrong code or phone number at a kiosk; five within ten minutes stop the next."},
	{EvClockDoubted, KindEvent, ClockChanged{}, nil, "hall", "The hall's clock cannot be right; the hall runs on by its own."},
	{EvClockTrusted, KindEvent, ClockChanged{}, nil, "hall", "The hall's clock is right again."},
	{EvClockStepped, KindEvent, ClockChanged{}, nil, "hall", "The hall's clock jumped while the hall ran."},
	{EvDayClosed, KindEvent, DayClosed{}, nil, "hall", "The duty officer ended the queue, with a reason."},
	{EvTicketCorrected, KindEvent, TicketCorrected{}, nil, "hall", "The ticket in hand is for another service than its holder chose."},
	{EvTicketQuieted, KindEvent, TicketQuieted{}, nil, "hall", "The ticket is called by eye only, or with a voice again."},
	{EvWindowSet, KindEvent, WindowSet{}, nil, "hall", "How a window works from now on."},
	{EvAlarmRaised, KindEvent, Alarm{}, nil, "hall", "Somebody in the hall has to do something."},
	{EvAlarmCleared, KindEvent, Alarm{}, nil, "hall", "It is done."},
	{EvNoticePosted, KindEvent, NoticePosted{}, nil, "hall", "A notice is on the boards."},
	{EvNoticeWithdrawn, KindEvent, NoticeWithdrawn{}, nil, "hall", "A notice was taken off before its time."},
	{EvResultsPublished, KindEvent, ResultsPublished{}, nil, "hall", "Approvals are public."},
	{EvResultsWithdrawn, KindEvent, ResultsWithdrawn{}, nil, "hall", "Results were taken off the boards."},
	{EvDutySet, KindEvent, DutySet{}, nil, "hall", "Who is on duty on some days."},
	{EvCallUnspoken, KindEvent, CallUnspoken{}, nil, "hall", "An announcement was not spoken in a zone: too old, or no voice took it."},
	{EvTicketTaken, KindEvent, TicketTaken{}, nil, "kiosk", "A number was given from a lent block while the kiosk was cut off."},
	{EvTicketGivenUp, KindEvent, TicketRef{}, nil, "kiosk", "The citizen gave a number up while the kiosk was cut off."},
	{EvQuietAsked, KindEvent, TicketQuieted{}, nil, "kiosk", "The holder of a lent number asked to be called by eye only, or with a voice again."},
	{EvTicketPrinted, KindEvent, TicketPrinted{}, nil, "kiosk", "The paper of a ticket is out."},
	{EvTicketUnprinted, KindEvent, TicketUnprinted{}, nil, "kiosk", "The paper of a ticket is not out, or may not be."},

	{AskTicketTake, KindAsk, TakeTicket{}, Ticket{}, "kiosk", "Take a number. The request's id becomes the ticket's id."},
	{AskTicketNoted, KindAsk, TicketRef{}, Ticket{}, "kiosk", "The citizen has noted the number although no paper came."},
	{AskTicketVoid, KindAsk, TicketRef{}, Ticket{}, "kiosk", "The citizen gives the number up."},
	{AskNumbersLend, KindAsk, LendNumbers{}, Numbers{}, "kiosk", "Numbers for the time without the hall; the answer is all that this kiosk was lent today."},
	{AskTicketLook, KindAsk, TicketRef{}, Ticket{}, "kiosk", "How the ticket of a slip stands: people ahead, expected wait."},
	{AskTicketReprint, KindAsk, TicketRef{}, Ticket{}, "kiosk", "Paper once more for a ticket of today, marked as a reprint."},
	{AskAppointmentSlots, KindAsk, SlotsOf{}, Slots{}, "kiosk", "The free times of a service."},
	{AskAppointmentBook, KindAsk, BookAppointment{}, Appointment{}, "kiosk", "Book a time; the answer holds the code."},
	{AskAppointmentFind, KindAsk, FindAppointment{}, Appointments{}, "kiosk", "Today's appointments of a holder."},
	{AskAppointmentArrive, KindAsk, Arrive{}, Ticket{}, "kiosk", "Check an appointment in. The request's id becomes the ticket's id."},
	{AskAppointmentCancel, KindAsk, AppointmentRef{}, Appointment{}, "kiosk", "Give an appointment up."},
	{AskTicketGrant, KindAsk, Grant{}, WindowAnswer{}, "window", "Give a ticket a class of priority, with a reason."},
	{AskOrderSet, KindAsk, SetOrder{}, OrderRule{}, "hall", "Set the rule of the queue."},
	{AskServicePause, KindAsk, PauseService{}, nil, "hall", "Give no tickets for a service, with a reason."},
	{AskServiceResume, KindAsk, PauseService{}, nil, "hall", "Give tickets for a service again."},
	{AskDayClose, KindAsk, CloseDay{}, nil, "hall", "End the queue of the day, with a reason."},
	{AskWindowSignIn, KindAsk, SignIn{}, WindowAnswer{}, "window", "Sign in at a window."},
	{AskWindowSignOut, KindAsk, WindowRef{}, WindowAnswer{}, "window", "Sign out."},
	{AskWindowPause, KindAsk, WindowRef{}, WindowAnswer{}, "window", "Pause, with a reason."},
	{AskWindowResume, KindAsk, WindowRef{}, WindowAnswer{}, "window", "Go on after a pause."},
	{AskWindowNext, KindAsk, WindowRef{}, WindowAnswer{}, "window", "Call the next ticket."},
	{AskWindowCall, KindAsk, WindowRef{}, WindowAnswer{}, "window", "Call one ticket by its number."},
	{AskWindowRecall, KindAsk, WindowRef{}, WindowAnswer{}, "window", "Announce the called ticket again."},
	{AskWindowNoShow, KindAsk, WindowRef{}, WindowAnswer{}, "window", "Nobody came."},
	{AskWindowStart, KindAsk, WindowRef{}, WindowAnswer{}, "window", "The citizen is here; the service begins."},
	{AskWindowFinish, KindAsk, WindowRef{}, WindowAnswer{}, "window", "The service is done."},
	{AskWindowTransfer, KindAsk, Transfer{}, WindowAnswer{}, "window", "Send the ticket to another service or window."},
	{AskWindowHold, KindAsk, WindowRef{}, WindowAnswer{}, "window", "Put the ticket aside, with a reason."},
	{AskWindowUnhold, KindAsk, WindowRef{}, WindowAnswer{}, "window", "Call a held ticket again."},
	{AskWindowReturn, KindAsk, WindowRef{}, WindowAnswer{}, "window", "Put a called or held ticket back into its place."},
	{AskWindowReinstate, KindAsk, WindowRef{}, WindowAnswer{}, "window", "A missed citizen came after all."},
	{AskWindowVoid, KindAsk, WindowRef{}, WindowAnswer{}, "window", "Take a ticket out of the queue, with a reason."},

	{AskWindowWalkIn, KindAsk, WalkIn{}, WindowAnswer{}, "window", "Serve somebody without a ticket; the number is of the same sequence."},
	{AskWindowCorrect, KindAsk, Correct{}, WindowAnswer{}, "window", "The ticket in hand is for another service of this window."},
	{AskWindowSet, KindAsk, SetWindow{}, WindowAnswer{}, "window", "How the window works: next after finish."},
	{AskTicketQuiet, KindAsk, QuietTicket{}, Ticket{}, "kiosk", "Call a ticket by eye only, or with a voice again."},
	{AskNoticePost, KindAsk, PostNotice{}, Notice{}, "hall", "Put a notice on the boards."},
	{AskNoticeWithdraw, KindAsk, WithdrawNotice{}, nil, "hall", "Take a notice off."},
	{AskResultsPublish, KindAsk, PublishResults{}, nil, "hall", "Make approvals public."},
	{AskResultsWithdraw, KindAsk, PublishResults{}, nil, "hall", "Take results off, by id."},
	{AskDutySet, KindAsk, SetDuty{}, Duty{}, "hall", "Set who is on duty on some days."},

	{AskDeviceTest, KindAsk, DeviceTest{}, DeviceTested{}, "window", "Have a device of another node tested; the host passes it on as a command."},

	{CmdAppointments, KindCommand, ImportAppointments{}, Imported{}, "host", "Appointments that were made elsewhere."},
	{CmdNoticePost, KindCommand, PostNotice{}, Notice{}, "host", "The centre puts a notice on the hall's boards."},
	{CmdNoticeWithdraw, KindCommand, WithdrawNotice{}, nil, "host", "The centre takes one of its notices off."},
	{CmdResultsPublish, KindCommand, PublishResults{}, nil, "host", "The centre makes approvals public."},
	{CmdResultsWithdraw, KindCommand, PublishResults{}, nil, "host", "The centre takes results off, by id."},
	{CmdDutySet, KindCommand, SetDuty{}, Duty{}, "host", "The centre sets who is on duty."},
	{CmdPrinterTest, KindCommand, PrinterTest{}, DeviceTested{}, "host", "Print a test slip; refused while a ticket prints."},

	{"view/" + ViewCatalogue, KindView, Catalogue{}, nil, "host", "What the hall offers, and who it is."},
	{"view/" + ViewQueue, KindView, Queue{}, nil, "host", "How many wait for what."},
	{"view/" + ViewCalls, KindView, Calls{}, nil, "host", "The last calls, newest first."},
	{"view/" + ViewWindows, KindView, Windows{}, nil, "host", "The state of every window."},
	{"view/" + ViewNotices, KindView, Notices{}, nil, "host", "The lines that the boards scroll."},
	{"view/" + ViewDuty, KindView, Duty{}, nil, "host", "Who is on duty today, and the next closed days."},
	{"view/" + ViewResults, KindView, Results{}, nil, "host", "Approvals that are public, with masked names."},
	{"view/" + ViewCalendar, KindView, Calendar{}, nil, "host", "Today's hours, and whether tickets are given now."},
}

// FileName is the name of a message's schema and example, without ending:
// "ticket.issued/1" is in "ticket.issued-1".
func FileName(message string) string { return strings.ReplaceAll(message, "/", "-") }
