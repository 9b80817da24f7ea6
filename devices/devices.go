// Package devices is the vocabulary of the hall's hardware: what a printer, a
// keypad or an attendance reader can do, what it reports, and how it fails.
// Drivers (devices/driver/...) implement these interfaces over a byte link;
// the host (devices/host) supervises the drivers; kiosk and controller use the
// interfaces and never see a driver.
//
// A device is a thing with its own protocol on one link. Where several units
// share a line (keypads on RS-485) the device is the line, and readings carry
// the unit's address.
package devices

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Device is what every driver is. New does no I/O; Run owns all reads.
type Device interface {
	fmt.Stringer
	// Run serves the device until ctx ends or the link dies, and says why.
	// It hands every reading to out and goes on only after out has returned.
	Run(ctx context.Context, out Sink) error
	// Halt leaves the device inert: lamps off, buffers empty.
	Halt() error
}

// Sink takes a reading and returns when it is safe: stored on disk, or judged
// worthless. An error means that it is not stored, and a device that can
// repeat itself must be left unacknowledged, so that it does.
type Sink func(context.Context, Reading) error

// Reading is something that a device said: KeyPress, Score, Punch, Card,
// CardGone, CardUnread, Scan, PrinterStatus or Fault.
type Reading interface{ reading() }

// Printer (打印机) puts documents on paper.
type Printer interface {
	Device
	// Status is the last known state, without any I/O: it is cheap enough for
	// the path between a citizen's touch and the paper.
	Status() PrinterStatus
	// Print sends one document and waits for the printer's own word that it is
	// through. A failure is a *PrintError, which says whether paper may have
	// come out.
	Print(ctx context.Context, doc Document) (Proof, error)
}

// Heir is a device that has to know how the one before it on the same port has
// ended. Inherit is called before Run, with a device of the same kind.
type Heir interface {
	Inherit(before Device)
}

// Keypad (评价器 / 呼叫器) is a line of evaluation and call keypads.
type Keypad interface {
	Device
	// Prompt asks the citizen at the unit for a rating (请评价).
	Prompt(ctx context.Context, unit int) error
	// ShowQueue shows how many wait and the number being served, each 0..999; -1
	// leaves its digits dark. A pad without digits takes it and shows nothing.
	ShowQueue(ctx context.Context, unit, waiting, number int) error
	// Beep sounds the unit's buzzer once.
	Beep(ctx context.Context, unit int) error
}

// Starred is a Keypad with a light of stars (星级灯) beside the rating keys.
type Starred interface {
	// Stars lights it at the unit.
	Stars(ctx context.Context, unit int) error
}

// ErrNoUnit is an order for a unit that the line does not have, by its
// configuration: asking again does not help.
var ErrNoUnit = errors.New("no such unit on this line")

// CardReader (身份证阅读器) reads identity cards and hands out Card, CardGone and
// CardUnread.
type CardReader interface {
	Device
	// Ready tells whether a card that is laid now would be read: the reader
	// answers and finds itself well. It does no I/O.
	Ready() bool
}

// Paper is the state of the roll.
type Paper string

// Paper states, as the printer's own sensors tell them.
const (
	PaperUnknown Paper = ""
	PaperOK      Paper = "ok"
	PaperLow     Paper = "low" // near end: some tickets are left
	PaperOut     Paper = "out"
)

// PrinterStatus is what the printer last said of itself, and when. The zero
// value is a printer of which nothing is known.
type PrinterStatus struct {
	Known   bool      `json:"known"`            // it answered, and lately enough to be believed
	Online  bool      `json:"online"`           // it takes data
	Paper   Paper     `json:"paper"`            //
	Cover   bool      `json:"cover"`            // cover open
	Cutter  bool      `json:"cutter"`           // cutter blocked
	Fatal   bool      `json:"fatal"`            // unrecoverable: power must be cycled
	Hot     bool      `json:"hot"`              // head too hot, recovers by itself
	Waiting bool      `json:"waiting"`          // a slip stands in the presenter, not taken
	Left    bool      `json:"left,omitempty"`   // it has stood there for so long that its owner has gone
	Model   string    `json:"model,omitempty"`  // maker and model, where it says so
	At      time.Time `json:"at,omitzero"`      // when it said so
	Reason  string    `json:"reason,omitempty"` // for the operator, when not Known
}

// Ready tells whether a ticket can be promised now.
func (s PrinterStatus) Ready() bool {
	return s.Known && s.Online && s.Paper != PaperOut && !s.Cover && !s.Cutter && !s.Fatal
}

// Trouble names what keeps the printer from printing, in the order in which a
// person can mend it, or "" when it is ready.
func (s PrinterStatus) Trouble() FaultCode {
	switch {
	case !s.Known:
		return FaultSilent
	case s.Cover:
		return FaultCoverOpen
	case s.Paper == PaperOut:
		return FaultPaperOut
	case s.Cutter:
		return FaultCutter
	case s.Fatal:
		return FaultBroken
	case s.Hot:
		return FaultHot
	case !s.Online:
		return FaultOffline
	}
	return ""
}

func (PrinterStatus) reading() {}

// Document is a slip in device-neutral form; the driver knows the bytes.
type Document struct {
	ID     string // of the ticket; stands in logs and in the proof
	Blocks []Block
}

// Block is a part of a document: Text, QR or Feed. A cut follows the last.
type Block interface{ block() }

// Align is where a block stands on its line.
type Align int

// Alignments.
const (
	Left Align = iota
	Center
	Right
)

// Text is one line or paragraph. Control characters in S never reach the
// printer as commands: a driver drops them.
type Text struct {
	S     string
	Align Align
	Size  int // 1 (normal) to 8 times the normal height and width; 0 is 1
	Bold  bool
}

// QR is a two-dimensional code with error correction level L.
type QR struct {
	Data   string
	Module int // dots a module, 1..16; 0 is 6 (0.75 mm at 203 dpi)
}

// Feed is blank paper, in lines.
type Feed struct{ Lines int }

func (Text) block() {}
func (QR) block()   {}
func (Feed) block() {}

// ProofKind is how strong the printer's word is.
type ProofKind string

// Proofs, the strongest first.
const (
	ProofPrinted  ProofKind = "printed"  // the mechanism has printed it (GS ( H)
	ProofConsumed ProofKind = "consumed" // every byte was processed (GS r)
	ProofSent     ProofKind = "sent"     // the printer cannot tell; the bytes have left
)

// Proof is the printer's word for one document.
type Proof struct {
	Kind ProofKind `json:"kind"`
	At   time.Time `json:"at"`
}

// PrintError is a print that failed. Maybe tells that paper may have come out:
// then the ticket is neither printed nor void until a person has said so.
type PrintError struct {
	Code  FaultCode
	Maybe bool
	Err   error
}

func (e *PrintError) Error() string {
	s := "print: " + string(e.Code)
	if e.Maybe {
		s += " (paper may have come out)"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *PrintError) Unwrap() error { return e.Err }

// Key is a key of a call keypad.
type Key string

// Keys of a call keypad.
const (
	KeyNext     Key = "next"
	KeyRecall   Key = "recall"
	KeyEvaluate Key = "evaluate"
	KeyCancel   Key = "cancel"
	KeyPause    Key = "pause"
	KeyTransfer Key = "transfer"
	KeyGiveUp   Key = "give-up"
	KeySuspend  Key = "suspend"
	KeyResume   Key = "resume"
	KeyOther    Key = "other"
)

// KeyPress is one key pressed by the window's staff.
type KeyPress struct {
	Unit   int
	Key    Key
	Code   byte   // as the device sent it
	Digits string // typed before the key: the window of a transfer, the number of a call; "" is none
	At     time.Time
}

// Score is one rating pressed by a citizen. Level is 5 (非常满意) to 1
// (非常不满意), GB/T 39734 7.3; Level 0 is "the citizen pressed nothing". Code
// and Scale keep what the device really said.
type Score struct {
	Unit  int
	Level int
	Code  int
	Scale string // "ff68-4"
	At    time.Time
}

// Punch is one use of an attendance terminal.
type Punch struct {
	Terminal string    // serial number
	Person   string    // the terminal's user id (工号), not a name
	Local    string    // the time as the terminal wrote it, "2006-01-02 15:04:05"
	Zone     string    // of the terminal, by configuration
	At       time.Time // Local in Zone
	Received time.Time
	Verify   int    // raw: 1 finger, 2 card, 15 face …
	State    int    // raw: 0 in, 1 out …; never decides lateness
	Source   string // "push", "pull", "realtime", "manual"
	Raw      string // the line as it came
}

// Kinds of a card.
const (
	CardResident   = "resident"       // 居民身份证
	CardPermit     = "permit"         // 港澳台居民居住证
	CardForeigner  = "foreigner"      // 外国人永久居留身份证, 2017
	CardForeigner2 = "foreigner-2023" // 外国人永久居留身份证, 2023
)

// Card is an identity card that was read. It never leaves the kiosk as it is:
// the number becomes a keyed hash (R-SEC-07), the name is masked. Photo and
// fingerprints are not part of it; they are never asked for or decoded.
type Card struct {
	Kind   string
	Number string    // 18 characters; 15 for a foreigner's card of 2017
	Name   string    // Chinese, or Latin for a foreigner without a Chinese one
	Sex    string    // "M", "F" or ""
	Birth  string    // 20060102
	Until  string    // 20060102 or "长期"
	At     time.Time //
}

// String hides whom the card belongs to.
func (c Card) String() string { return "card of kind " + c.Kind }

// Format hides it from every verb of fmt, %#v and %d too.
func (c Card) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue keeps the card out of logs.
func (c Card) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON refuses: a card is written to no file and sent to nobody.
func (Card) MarshalJSON() ([]byte, error) {
	return nil, errors.New("an identity card is not written anywhere")
}

// CardGone says that the card was taken from the reader.
type CardGone struct{ At time.Time }

// CardUnread says that something lies on the reader which it could not read:
// the person is asked to lay the card again, flat and for longer. It is no
// fault of the reader.
type CardUnread struct {
	Code byte // as the reader said it; 0 when the card was read but makes no sense
	At   time.Time
}

// Scan is one code that a scanner read, without its line end.
type Scan struct {
	Text string
	At   time.Time
}

// String hides the code: it may be anything that a person holds before the
// scanner.
func (s Scan) String() string { return fmt.Sprintf("code of %d bytes", len(s.Text)) }

// Format hides it from every verb of fmt.
func (s Scan) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// LogValue keeps the code out of logs.
func (s Scan) LogValue() slog.Value { return slog.StringValue(s.String()) }

func (Card) reading()       {}
func (CardGone) reading()   {}
func (CardUnread) reading() {}
func (Scan) reading()       {}
func (KeyPress) reading()   {}
func (Score) reading()      {}
func (Punch) reading()      {}

// FaultCode names a fault for people and programs. The words for citizens and
// staff stand in kiosk/text.
type FaultCode string

// Faults.
const (
	FaultPaperOut  FaultCode = "paper-out"
	FaultPaperLow  FaultCode = "paper-low"
	FaultCoverOpen FaultCode = "cover-open"
	FaultCutter    FaultCode = "cutter"
	FaultBroken    FaultCode = "broken"
	FaultHot       FaultCode = "hot"
	FaultOffline   FaultCode = "offline"
	FaultSilent    FaultCode = "silent"    // no answer
	FaultGarbled   FaultCode = "garbled"   // answers that cannot be read
	FaultMissing   FaultCode = "missing"   // the port or the address is not there
	FaultRejected  FaultCode = "rejected"  // it refused: wrong key, wrong serial number
	FaultStorage   FaultCode = "storage"   // the disk does not take what the device said
	FaultStuck     FaultCode = "stuck"     // a key is held down, or jammed
	FaultSlipLeft  FaultCode = "slip-left" // somebody's slip stands in the presenter; printing goes on
)

// Fault is one change of a device's health: On when it begins, off when it is
// over. It is reported once for each change, never for each retry.
type Fault struct {
	Device string
	Code   FaultCode
	On     bool
	Detail string // for the operator
	At     time.Time
}

func (Fault) reading() {}

// Health is the present state of one device.
type Health struct {
	Device string      `json:"device"`
	Kind   string      `json:"kind"`
	Link   string      `json:"link"`
	Up     bool        `json:"up"`
	Faults []FaultCode `json:"faults,omitempty"`
	Detail string      `json:"detail,omitempty"`
	Since  time.Time   `json:"since"`
	Drops  uint64      `json:"drops"` // bytes or frames that could not be read
}
