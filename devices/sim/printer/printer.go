// Package printer simulates a Chinese ESC/POS ticket printer at the byte level:
// it reads the command table of the protocol notes (printers-displays-voice
// §1.1), answers status in real time (§1.2), renders its paper to pictures and
// fails on demand.
//
// A Printer works in two layers, as the real ones do. Bytes are looked at when
// they arrive: real-time commands (DLE EOT, DLE ENQ, DLE DC4) are executed at
// once, wherever they stand, even inside picture data and while the printer is
// offline. Then the bytes wait in the receive buffer until the interpreter
// comes to them, which it does not while paper is out or the cover is open;
// when the buffer is full, the printer takes no more.
//
// Bytes come by Serve (a session on a pty or on TCP, package port) or by
// Receive. Faults are switches, see Set.
package printer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"hallward/devices/sim/port"
)

// Encoding is the character set in the printer's ROM.
type Encoding string

// Encodings.
const (
	GB18030 Encoding = "gb18030"
	GBK     Encoding = "gbk" // two bytes only: a four-byte character prints as rubbish
	UTF8    Encoding = "utf-8"
)

// Quirks are deviations seen in the field; the zero value has none.
type Quirks struct {
	HanziIgnoresSize bool `yaml:"hanzi-ignores-size" json:"hanziIgnoresSize,omitempty"` // ESC ! and GS ! do not scale hanzi, only FS ! and FS W do
	SizeSticks       bool `yaml:"size-sticks" json:"sizeSticks,omitempty"`              // FS ! survives ESC @
	HanziOff         bool `yaml:"hanzi-off" json:"hanziOff,omitempty"`                  // powers up outside hanzi mode (Japanese models)
	OneBitPaper      bool `yaml:"one-bit-paper" json:"oneBitPaper,omitempty"`           // reports one bit of each paper pair (Citizen)
	NoProof          bool `yaml:"no-proof" json:"noProof,omitempty"`                    // does not answer GS r
	PrintProof       bool `yaml:"print-proof" json:"printProof,omitempty"`              // answers GS ( H (Epson class)
	NoQR             bool `yaml:"no-qr" json:"noQR,omitempty"`                          // skips GS ( k
	Graphics         bool `yaml:"graphics" json:"graphics,omitempty"`                   // has GS ( L and GS 8 L, as no clone has
	NoCutter         bool `yaml:"no-cutter" json:"noCutter,omitempty"`                  // the slip is torn off by hand: see Tear
	FullStatus       bool `yaml:"full-status" json:"fullStatus,omitempty"`              // kiosk module: answers DLE EOT 17 and 20
	Presenter        bool `yaml:"presenter" json:"presenter,omitempty"`                 // kiosk module: a slip stands in the presenter until it is taken ("slip-waiting" off), ejected or retracted (GS e)
	NoName           bool `yaml:"no-name" json:"noName,omitempty"`                      // does not answer GS I
}

// Opts describe a printer. The zero value is an 80 mm GB18030 clone with a
// cutter that prints in no time.
type Opts struct {
	Name     string   // of the device in logs
	Dots     int      // printable width: 384 (58 mm), 512, 576 (80 mm, default) or 640, a multiple of 8
	Encoding Encoding // default GB18030
	Maker    string   // answer to GS I 66, default "SIM"
	Model    string   // answer to GS I 67, default "SIM-80"
	Buffer   int      // receive buffer in bytes, default 65536, at least 256
	Baud     int      // of the wire clock, default 115200; ten bits a byte
	Pace     bool     // let bytes really arrive at that speed
	Speed    int      // of the mechanism in mm/s, 0 is "in no time"
	Cutter   int      // dots from head to cutter, default 80 (10 mm)
	Font     *Font    // without one, characters print as boxes
	Dir      string   // where paper pictures go, one PNG a cut slip; "" keeps them in memory only
	Keep     int      // slips kept in memory, default 50
	Quirks   Quirks
	OnPaper  func(Paper)          // told after each cut, outside all locks
	OnBytes  func(int, time.Time) // told what comes in by Serve as it comes, for measurements; must not call the printer
}

// Printer is one simulated printer. Its methods are safe for concurrent use.
type Printer struct {
	o   Opts
	mu  sync.Mutex
	m   machine
	sw  switches
	rt  scanner
	noi *rand.Rand

	buf      []byte // received, not yet interpreted
	busy     time.Time
	wake     *time.Timer
	running  bool
	changed  chan struct{} // closed and renewed whenever the buffer shrinks or power changes
	out      chan []byte   // answers of the session under way
	hangup   func()
	port     port.Port
	papers   []Paper
	number   int
	stats    Stats
	slip     tally
	finished []Paper // cut, not yet written or told
	saveErr  error
	fileMu   sync.Mutex
	fault    pendingFault
	life     int     // how often the power has failed
	said     [4]byte // automatic status as last sent
}

// Stats count what the printer has seen since its start.
type Stats struct {
	Bytes     int64          `json:"bytes"`
	Lost      int64          `json:"lost"`     // arrived without power
	Realtime  int64          `json:"realtime"` // real-time commands executed
	Commands  int64          `json:"commands"`
	Unknown   map[string]int `json:"unknown,omitempty"` // by their first bytes, in hex
	Ignored   map[string]int `json:"ignored,omitempty"` // known, but not valid where they stood
	Boxes     int            `json:"boxes"`             // characters that the ROM does not have
	Papers    int            `json:"papers"`
	Cleared   int            `json:"cleared,omitempty"` // slips ejected from the presenter or retracted
	Dropped   int64          `json:"dropped"`           // answers that nobody took
	WireNanos time.Duration  `json:"wireNanos"`
}

// tally measures one slip.
type tally struct {
	bytes int
	first time.Time
}

// New makes a printer that is switched on. It fails on a width that is no
// multiple of 8 between 64 and 1024, on an unknown encoding and on a folder
// that cannot be made.
func New(o Opts) (*Printer, error) {
	def(&o.Dots, 576)
	def(&o.Buffer, 64<<10)
	def(&o.Baud, 115200)
	def(&o.Cutter, 80)
	def(&o.Keep, 50)
	def(&o.Encoding, GB18030)
	def(&o.Maker, "SIM")
	def(&o.Model, "SIM-80")
	def(&o.Name, "printer")
	switch {
	case o.Dots%8 != 0 || o.Dots < 64 || o.Dots > 1024:
		return nil, fmt.Errorf("printer %s: width of %d dots: want a multiple of 8 from 64 to 1024", o.Name, o.Dots)
	case o.Buffer < 256:
		return nil, fmt.Errorf("printer %s: buffer of %d bytes: want at least 256", o.Name, o.Buffer)
	case o.Baud < 300 || o.Speed < 0 || o.Cutter < 0 || o.Cutter > maxRows/2:
		return nil, fmt.Errorf("printer %s: baud %d, speed %d or cutter distance %d out of range", o.Name, o.Baud, o.Speed, o.Cutter)
	case o.Encoding != GB18030 && o.Encoding != GBK && o.Encoding != UTF8:
		return nil, fmt.Errorf("printer %s: encoding %q: want gb18030, gbk or utf-8", o.Name, o.Encoding)
	}
	p := &Printer{
		o: o, changed: make(chan struct{}), noi: rand.New(rand.NewPCG(1, 2)),
		sw:    switches{on: map[string]bool{}},
		stats: Stats{Unknown: map[string]int{}, Ignored: map[string]int{}},
	}
	if o.Dir != "" {
		if err := os.MkdirAll(o.Dir, 0o755); err != nil {
			return nil, fmt.Errorf("printer %s: %w", o.Name, err)
		}
		p.number = lastNumber(o.Dir)
	}
	p.m.init(p)
	return p, nil
}

// def puts d where v is still zero.
func def[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// lastNumber is the highest running number of the pictures in dir, so that a
// restart overwrites none.
func lastNumber(dir string) int {
	highest := 0
	names, _ := filepath.Glob(filepath.Join(dir, "*.png"))
	for _, n := range names {
		var i int
		if _, err := fmt.Sscanf(filepath.Base(n), "%d.png", &i); err == nil {
			highest = max(highest, i)
		}
	}
	return highest
}

// String names the printer.
func (p *Printer) String() string {
	return fmt.Sprintf("%s (%s, %d dots, %s)", p.o.Name, p.o.Model, p.o.Dots, p.o.Encoding)
}

// Run serves one driver after the other on the port, until ctx ends.
func (p *Printer) Run(ctx context.Context, on port.Port) error {
	p.mu.Lock()
	p.port = on
	p.mu.Unlock()
	return on.Run(ctx, p.Serve)
}

// Serve is one session: it feeds what line brings to the printer and writes the
// answers, until the line ends. Then it waits, for 2 s at most, until all that
// came has been printed and answered.
func (p *Printer) Serve(ctx context.Context, line io.ReadWriteCloser) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := make(chan []byte, 256)
	p.mu.Lock()
	p.out = out
	p.hangup = func() { line.Close() }
	if p.sw.on["xoff"] {
		p.say(xoff)
	}
	p.mu.Unlock()
	stop := context.AfterFunc(ctx, func() { line.Close() })
	defer stop()

	var writer sync.WaitGroup
	writer.Go(func() {
		for b := range out {
			if _, err := line.Write(b); err != nil {
				line.Close()
				for range out { // nobody reads any more
				}
				return
			}
		}
	})
	err := p.read(ctx, line)
	if errors.Is(err, io.EOF) {
		p.drain(ctx, 2*time.Second)
	}
	p.mu.Lock()
	p.out, p.hangup = nil, nil
	close(out)
	p.mu.Unlock()
	if !errors.Is(err, io.EOF) {
		line.Close()
	}
	writer.Wait()
	if port.Gone(err) {
		return nil
	}
	return fmt.Errorf("printer %s: %w", p.o.Name, err)
}

func (p *Printer) read(ctx context.Context, line io.Reader) error {
	chunk := make([]byte, 4096)
	if p.o.Pace {
		chunk = chunk[:max(1, p.o.Baud/10/100)] // a hundredth of a second
	}
	for {
		n, err := line.Read(chunk)
		life, e := p.thawed(ctx)
		if e != nil {
			return e
		}
		if n > 0 && p.o.OnBytes != nil {
			p.o.OnBytes(n, time.Now())
		}
		if p.o.Pace && n > 0 {
			if e := pause(ctx, p.WireTime(n)); e != nil {
				return e
			}
		}
		for b := chunk[:n]; len(b) > 0; {
			took, changed := p.receive(b, life)
			if b = b[took:]; len(b) == 0 {
				break
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err != nil {
			return err
		}
	}
}

// thawed waits while the printer hangs (switch "freeze"). What comes meanwhile
// is of the life in which it began to wait: a printer that is switched off and
// on has not got it.
func (p *Printer) thawed(ctx context.Context) (life int, err error) {
	p.mu.Lock()
	life = p.life
	for p.sw.on["freeze"] {
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return life, ctx.Err()
		}
		p.mu.Lock()
	}
	p.mu.Unlock()
	return life, nil
}

// drain waits until the buffer is empty and the mechanism stands.
func (p *Printer) drain(ctx context.Context, most time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for {
		p.mu.Lock()
		idle := len(p.buf) == 0 && !p.holding()
		changed := p.changed
		p.mu.Unlock()
		if idle {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// WireTime is how long n bytes take on the wire: a start bit, eight data bits
// and a stop bit each.
func (p *Printer) WireTime(n int) time.Duration {
	return time.Duration(n) * 10 * time.Second / time.Duration(p.o.Baud)
}

// Receive gives bytes to the printer as a wire would and returns how many it
// took: fewer than all when its buffer is full.
func (p *Printer) Receive(b []byte) int {
	p.mu.Lock()
	life := p.life
	p.mu.Unlock()
	n, _ := p.receive(b, life)
	return n
}

// receive also returns the channel that is closed when there may be room again.
// What was sent in another life is lost.
func (p *Printer) receive(b []byte, life int) (int, <-chan struct{}) {
	defer p.finish()
	p.mu.Lock()
	defer p.mu.Unlock()
	changed := p.changed
	n := 0
	for n < len(b) {
		if p.sw.on["xoff"] {
			p.say(xoff) // it has said so before
		}
		if p.sw.off || p.sw.on["xoff"] || p.sw.on["unplug"] || life < p.life {
			p.stats.Lost += int64(len(b) - n)
			n = len(b)
			break
		}
		if len(p.buf) >= p.o.Buffer || p.sw.on["freeze"] {
			break
		}
		p.take(b[n])
		n++
	}
	return n, changed
}

// take handles one arriving byte.
func (p *Printer) take(c byte) {
	if p.slip.bytes == 0 {
		p.slip.first = time.Now()
	}
	p.slip.bytes++
	p.stats.Bytes++
	p.stats.WireNanos += p.WireTime(1)
	p.buf = append(p.buf, c)
	if cmd, ok := p.rt.next(c); ok {
		p.slip.bytes = max(0, p.slip.bytes-2-len(cmd.args)) // a question is no part of a slip
		if p.fault.bytes > 0 {
			p.fault.bytes += 2 + len(cmd.args)
		}
		p.realtime(cmd)
	}
	p.run()
	if p.fault.bytes > 0 {
		if p.fault.bytes--; p.fault.bytes == 0 {
			p.strike()
		}
	}
}

// run interprets what is in the buffer, as far as the printer's state lets it.
func (p *Printer) run() {
	used := 0
	for used < len(p.buf) && !p.blocked() && !p.holding() {
		n := p.m.step(p.buf[used:])
		if n == 0 {
			break
		}
		used += n
	}
	if used > 0 {
		p.buf = p.buf[:copy(p.buf, p.buf[used:])]
		p.signal()
	}
}

// signal wakes those who wait for room, for power or for the end of a job.
func (p *Printer) signal() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// holding tells whether the mechanism still moves, and arranges to go on.
func (p *Printer) holding() bool {
	wait := time.Until(p.busy)
	if p.busy.IsZero() || wait <= 0 {
		return false
	}
	if p.wake == nil {
		p.wake = time.AfterFunc(wait, p.resume)
	}
	return true
}

func (p *Printer) resume() {
	defer p.finish()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wake = nil
	if !p.sw.off {
		p.run()
	}
	p.signal()
}

// answer sends b to the driver, unless the way back is broken. The caller
// holds mu.
func (p *Printer) answer(b ...byte) {
	switch {
	case p.sw.on["silence"]:
		return
	case p.sw.on["garbage"]:
		b = p.noise(1 + p.noi.IntN(8))
	}
	p.say(b...)
}

// say sends b as it is. The caller holds mu.
func (p *Printer) say(b ...byte) {
	if p.out == nil {
		p.stats.Dropped++
		return
	}
	select {
	case p.out <- b:
	default:
		p.stats.Dropped++
	}
}

func (p *Printer) noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(p.noi.UintN(256))
	}
	return b
}

// Stats returns the counters.
func (p *Printer) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Unknown, s.Ignored = clone(s.Unknown), clone(s.Ignored)
	return s
}

func clone(m map[string]int) map[string]int {
	c := make(map[string]int, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}
