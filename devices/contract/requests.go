package contract

import "time"

// Requests of a kiosk (roles "kiosk") and their data.
const (
	AskTicketTake  = "ticket.take/1"  // TakeTicket → Ticket
	AskTicketNoted = "ticket.noted/1" // TicketRef → Ticket: the citizen has noted the number
	AskTicketVoid  = "ticket.void/1"  // TicketRef → Ticket: the citizen gives it up
)

// Requests of a window (roles "window") and their data; each answers with
// WindowAnswer.
const (
	AskWindowSignIn    = "window.sign-in/1"   // SignIn
	AskWindowSignOut   = "window.sign-out/1"  // WindowRef
	AskWindowPause     = "window.pause/1"     // WindowRef with Reason
	AskWindowResume    = "window.resume/1"    // WindowRef
	AskWindowNext      = "window.next/1"      // WindowRef
	AskWindowCall      = "window.call/1"      // WindowRef with Number
	AskWindowRecall    = "window.recall/1"    // WindowRef
	AskWindowNoShow    = "window.no-show/1"   // WindowRef
	AskWindowStart     = "window.start/1"     // WindowRef
	AskWindowFinish    = "window.finish/1"    // WindowRef
	AskWindowTransfer  = "window.transfer/1"  // Transfer
	AskWindowHold      = "window.hold/1"      // WindowRef with Reason
	AskWindowUnhold    = "window.unhold/1"    // WindowRef with Number: call it again here
	AskWindowReturn    = "window.return/1"    // WindowRef, with Number for a held one: back into the queue
	AskWindowReinstate = "window.reinstate/1" // WindowRef with Number: a no-show came after all
	AskWindowVoid      = "window.void/1"      // WindowRef with Number and Reason
)

// Requests of a technician (roles "window" and "hall") and their data.
const (
	AskDeviceTest = "device.test/1" // DeviceTest → DeviceTested
)

// Commands of a host to a node.
const (
	CmdPrinterTest = "printer.test/1" // PrinterTest → DeviceTested
)

// TakeTicket asks for a number.
type TakeTicket struct {
	Service string `json:"service"`
	Lang    string `json:"lang"` // "zh-CN" or "en"
}

// Ticket is what a citizen holds.
type Ticket struct {
	Ticket   string    `json:"ticket"`
	Number   string    `json:"number"`
	Service  string    `json:"service"`
	Day      string    `json:"day"`
	State    string    `json:"state"`
	IssuedAt time.Time `json:"issued_at"`
	Ahead    int       `json:"ahead"`
	WaitMin  int       `json:"wait_min"` // minutes; -1 is "not known"
	WaitMax  int       `json:"wait_max"`
	Windows  []string  `json:"windows"` // that may call it, by id
	Area     string    `json:"area,omitempty"`
}

// TicketRef names a ticket.
type TicketRef struct {
	Ticket string `json:"ticket"`
}

// SignIn puts a member of staff at a window. PIN never leaves the request.
type SignIn struct {
	Window string `json:"window"`
	Staff  string `json:"staff"`
	PIN    string `json:"pin" privacy:"secret"`
}

// WindowRef names a window and, where the request needs them, a ticket number
// and a reason. Expect, when set, is the number that the asker sees as current:
// the request is refused if it is no longer so (compare and set).
type WindowRef struct {
	Window string `json:"window"`
	Number string `json:"number,omitempty"`
	Reason string `json:"reason,omitempty"`
	Expect string `json:"expect,omitempty"`
}

// Transfer sends the window's present ticket elsewhere: to a service, a window
// or both.
type Transfer struct {
	Window    string `json:"window"`
	ToService string `json:"to_service,omitempty"`
	ToWindow  string `json:"to_window,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Expect    string `json:"expect,omitempty"`
}

// WindowAnswer is the window after the request, and what it now has in hand.
type WindowAnswer struct {
	Window WindowView `json:"window"`
	Ticket *Ticket    `json:"ticket,omitempty"`
	Why    string     `json:"why,omitempty"`
}

// DeviceTest asks the host to have a device of another node tested. What the
// test is depends on what the device can do: a printer prints a test slip.
type DeviceTest struct {
	Node   string `json:"node"`
	Device string `json:"device"`
}

// DeviceTested is the word of a device that was tested: for a printer "printed",
// "consumed", or "sent" where it cannot tell.
type DeviceTested struct {
	Proof string `json:"proof"`
}

// PrinterTest prints a test slip on a device of the node.
type PrinterTest struct {
	Device string `json:"device"`
}
