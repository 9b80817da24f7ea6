// Package speech simulates text-to-speech chips (语音合成芯片) on a serial line: the
// SYN6288 and the XFS5152CE. It is written from the datasheet and shares no code
// with the driver. A chip keeps what was heard: the words with digits as they
// were read, the tones, the volume, and whether it was cut off.
//
// It is as particular about time as the chip: a frame with too long a gap
// between two of its bytes is lost, and so is one that follows too closely on
// another.
package speech

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"hallward/devices/sim/port"
	"hallward/devices/sim/switches"
)

// Switches are the faults of a chip, with a word for each.
var Switches = map[string]string{
	"silent":  "takes nothing, says nothing",
	"reject":  "understands nothing",
	"busy":    "speaks without an end",
	"reset":   "loses its power in the middle of each text",
	"garble":  "answers noise",
	"no-ack":  "does what it is told, and does not say so",
	"no-end":  "does not say when a text is over",
	"deaf":    "misses every third frame",
	"one-way": "has no line back",
}

// gap is the longest time between two bytes of a frame, and the shortest between
// two frames.
const gap = 8 * time.Millisecond

// keep is how many texts are remembered.
const keep = 500

// Opts are a chip.
type Opts struct {
	Chip string // "syn6288" or "xfs5152"; "" is syn6288
	// Syllable is how long one takes at the usual speed; 0 is 200 ms.
	Syllable time.Duration
}

// Said is one text as it was heard.
type Said struct {
	At     time.Time     `json:"at"`
	Text   string        `json:"text"`  // as it came, with marks
	Words  string        `json:"words"` // as it sounded
	Tones  []string      `json:"tones,omitempty"`
	Volume int           `json:"volume"` // level of the chip
	Speed  int           `json:"speed"`
	Took   time.Duration `json:"took"`
	Over   bool          `json:"over"` // it has ended
	Cut    bool          `json:"cut"`  // before its time
}

// State is the chip, for people and tests.
type State struct {
	Chip     string         `json:"chip"`
	Open     bool           `json:"open"` // a driver has the port
	Speaking bool           `json:"speaking"`
	Asleep   bool           `json:"asleep"`
	Baud     int            `json:"baud"` // that it was set to
	Said     []Said         `json:"said"`
	Frames   int            `json:"frames"`
	Wrong    int            `json:"wrong"`   // frames with a wrong check, length or command
	Torn     int            `json:"torn"`    // frames with a gap
	Crowded  int            `json:"crowded"` // frames too close to another
	Strange  int            `json:"strange"` // marks that are none, or not there
	Lost     int            `json:"lost_bytes"`
	Switches switches.Board `json:"switches"`
}

// Chip is a simulated chip.
type Chip struct {
	name     string
	m        model
	syllable time.Duration

	mu    sync.Mutex
	line  io.Writer // nil while nobody has opened the port
	on    switches.Board
	st    State
	ways  ways
	end   *time.Timer // of what is spoken
	begun time.Time   // of the part of it since the last pause
	rest  time.Duration
	held  bool
}

// New makes a chip.
func New(o Opts) (*Chip, error) {
	if o.Chip == "" {
		o.Chip = "syn6288"
	}
	m, ok := models[o.Chip]
	if !ok {
		return nil, fmt.Errorf("speech chip %q: want one of %v", o.Chip, slices.Sorted(maps.Keys(models)))
	}
	if o.Syllable == 0 {
		o.Syllable = 200 * time.Millisecond
	}
	return &Chip{name: o.Chip, m: m, syllable: o.Syllable, on: switches.New(slices.Collect(maps.Keys(Switches))...),
		ways: usual(m), st: State{Baud: 9600}}, nil
}

// Run serves the port until ctx ends.
func (c *Chip) Run(ctx context.Context, on port.Port) error { return on.Run(ctx, c.Serve) }

// Serve plays the chip for one driver.
func (c *Chip) Serve(ctx context.Context, line io.ReadWriteCloser) error {
	c.set(line)
	defer c.set(nil)
	stop := context.AfterFunc(ctx, func() { _ = line.Close() })
	defer stop()
	r := receiver{m: c.m}
	var last, ended time.Time // of the last byte, and of the last frame's
	crowded := false
	buf := make([]byte, 512)
	for {
		n, err := line.Read(buf)
		now := time.Now()
		if n > 0 && r.pending() && now.Sub(last) > gap {
			r.drop()
			c.count(func(s *State) { s.Torn++ })
		}
		for _, b := range buf[:n] {
			if !r.pending() {
				crowded = now.Sub(ended) <= gap
			}
			if frame, done := r.feed(b); done {
				ended = now
				c.frame(frame, crowded)
			}
		}
		if n > 0 {
			last = now
		}
		c.count(func(s *State) { s.Lost += r.lost })
		r.lost = 0
		if err != nil {
			return err
		}
	}
}

func (c *Chip) count(what func(*State)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	what(&c.st)
}

func (c *Chip) set(line io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line = line
}

// frame does what one says; nil is one that is wrong.
func (c *Chip) frame(f []byte, crowded bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.st.Frames++
	switch {
	case c.on["silent"], c.on["deaf"] && c.st.Frames%3 == 1:
		return
	case crowded:
		c.st.Crowded++
		return
	case c.st.Asleep && (f == nil || f[0] != wake || c.name != "xfs5152"):
		return
	case f == nil:
		c.st.Wrong++
		c.say(mistaken)
		return
	case c.on["reject"]:
		c.say(mistaken)
		return
	}
	c.do(f[0], f[1:])
}

// do obeys a command. The caller holds mu.
func (c *Chip) do(command byte, data []byte) {
	busy := c.end != nil || c.held
	switch {
	case command == speak && len(data) >= 2 && data[0]&7 < 4 && len(data)-1 <= c.m.text && (c.m.check || data[0] < 4):
		text, err := codes[data[0]&7].NewDecoder().Bytes(data[1:])
		if err != nil {
			break
		}
		c.over(true)
		c.say(understood)
		c.begin(string(text))
		return
	case command == stop && len(data) == 0:
		c.over(true)
		c.say(understood)
		return
	case command == hold && len(data) == 0:
		if c.end != nil && c.end.Stop() {
			c.rest -= time.Since(c.begun)
			c.end, c.held = nil, true
		}
		c.say(understood)
		return
	case command == resume && len(data) == 0:
		c.say(understood)
		if c.held {
			c.held = false
			c.clock()
		}
		return
	case command == status && len(data) == 0:
		c.say(map[bool]byte{true: speaking, false: idle}[busy])
		return
	case command == speed && len(data) == 1 && data[0] <= 2 && c.m.check:
		c.say(understood)
		c.st.Baud = []int{9600, 19200, 38400}[data[0]]
		return
	case command == sleep && len(data) == 0:
		c.over(true)
		c.say(understood)
		c.st.Asleep = true
		return
	case command == wake && len(data) == 0 && !c.m.check:
		c.st.Asleep = false
		c.say(understood)
		return
	}
	c.st.Wrong++
	c.say(mistaken)
}

// begin speaks a text.
func (c *Chip) begin(text string) {
	h := c.ways.hear(c.m, text, c.syllable)
	c.st.Strange += h.strange
	if len(c.st.Said) == keep {
		c.st.Said = slices.Delete(c.st.Said, 0, 1)
	}
	c.st.Said = append(c.st.Said, Said{At: time.Now(), Text: text, Words: h.words, Tones: h.tones, Volume: c.ways.volume, Speed: c.ways.speed, Took: h.took})
	c.rest = h.took
	c.clock()
}

// clock lets the rest of a text pass.
func (c *Chip) clock() {
	c.begun = time.Now()
	rest := c.rest
	if c.on["reset"] {
		rest /= 2
	}
	var t *time.Timer
	t = time.AfterFunc(rest, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		switch {
		case c.end != t:
		case c.on["reset"]:
			c.reset()
		case c.on["busy"]:
			c.rest = c.syllable
			c.clock()
		default:
			c.over(false)
			if !c.on["no-end"] {
				c.say(idle)
			}
		}
	})
	c.end = t
}

// over ends what is spoken; cut is before its time.
func (c *Chip) over(cut bool) {
	if c.on["busy"] && c.end != nil {
		return
	}
	if c.end == nil && !c.held {
		return
	}
	if c.end != nil {
		c.end.Stop()
	}
	c.end, c.held = nil, false
	s := &c.st.Said[len(c.st.Said)-1]
	s.Over, s.Cut = true, cut
}

// reset is a loss of power.
func (c *Chip) reset() {
	c.over(true)
	c.ways = usual(c.m)
	c.st.Asleep, c.st.Baud = false, 9600
	c.say(started)
}

// say answers. The caller holds mu.
func (c *Chip) say(b byte) {
	switch {
	case c.line == nil, c.on["silent"], c.on["one-way"], c.on["no-ack"] && b == understood:
		return
	case c.on["garble"]:
		_, _ = c.line.Write([]byte{0x00, b ^ 0x20, 0xFF})
		return
	}
	_, _ = c.line.Write([]byte{b}) // a host that has gone does not mind
}

// Set turns a fault on or off. One that is mended lets a text without an end end.
func (c *Chip) Set(name string, on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.on.Set(name, on)
}

// Reset takes the chip's power away and gives it back.
func (c *Chip) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reset()
}

// State is the chip now.
func (c *Chip) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.st
	s.Chip, s.Open, s.Speaking = c.name, c.line != nil, c.end != nil
	s.Said = slices.Clone(c.st.Said)
	s.Switches = maps.Clone(c.on)
	return s
}
