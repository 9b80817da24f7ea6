package devices

import (
	"context"
	"errors"
	"time"
)

// ErrAway is the error of an order to a device that is not there now: its port
// is not open, or is being opened anew. No time was spent on its line.
var ErrAway = errors.New("the device is away")

// Display (窗口屏、条屏) is a line of text displays: LED strips, pole displays,
// number panels. Show tries once; who calls it decides when to try again
// (devices/signage), so that every display has the same policy.
type Display interface {
	Device
	// Show makes the unit show the sign, all of it, and returns when the unit
	// has taken it. The same sign again changes nothing that people can see. An
	// error says that it is not known what the unit shows.
	Show(ctx context.Context, unit int, s Sign) error
}

// Moods of a sign.
const (
	SignBlank   = ""        // dark: outside hours, or nothing configured
	SignClosed  = "closed"  // nobody is signed in
	SignOpen    = "open"    // free, nobody called
	SignPaused  = "paused"  //
	SignCalled  = "called"  // called, and the citizen is on the way
	SignServing = "serving" //
	SignMessage = "message" // Text alone, such as a notice
)

// Sign is everything that one display shows: of a window, or the last call of a
// zone. Each driver takes what its display can show; a display without hanzi
// takes Number and Window.
type Sign struct {
	State   string
	Number  string // "A001"; "" outside called and serving
	Window  string // label of the window, "3"
	Text    string // what stands there, in Chinese: "请A001号到3号窗口"
	English string // the same in English
	Staff   string // signed in now
	Post    string
	Waiting int
	Bright  int       // percent, 1..100; 0 is the display's own
	Flash   time.Time // it flashes until then; zero is never
}

// Voice speaks announcements: a sound card with recorded clips, a speech chip, a
// strip with a speaker.
type Voice interface {
	Device
	// Say speaks one announcement and returns when it was heard to its end, or
	// could not be. It does not queue: one announcement at a time. ErrUnspeakable
	// in the error says that the voice is well and has no sound for this one.
	Say(ctx context.Context, unit int, a Announcement) error
}

// ErrUnspeakable is an announcement that a voice can never speak, such as free
// text by recorded clips.
var ErrUnspeakable = errors.New("this voice has no sound for it")

// Announcement is one thing to be spoken.
type Announcement struct {
	Call     uint64 // of the hall; 0 is no call
	Chime    bool   // before it
	Volume   int    // percent, 1..100
	Speeches []Speech
}

// Speech is a sentence in one language, in parts that a voice can speak without
// understanding it.
type Speech struct {
	Lang  string // "zh-CN", "en", "yue"
	Parts []Part
}

// Kinds of a part.
const (
	PartWord   = "word"   // a fixed phrase of the grammar: "请", "号到"
	PartDigits = "digits" // read one by one, letters by their names: "A001"
	PartValue  = "value"  // read as a number: "12" is 十二
	PartText   = "text"   // free text, such as a notice; clips cannot speak it
	PartPause  = "pause"  // Text is milliseconds
)

// Part is one part of a sentence.
type Part struct {
	Kind string
	Text string
}
