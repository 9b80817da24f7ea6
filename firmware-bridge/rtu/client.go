package rtu

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"hallward/devices/link"
)

// Opts are the settings of a line; the zero value is usable.
type Opts struct {
	// Baud is the speed of the line, for the silence between frames; 0 is
	// 9600. A gateway (TCP) keeps its own silence: any value will do.
	Baud int
	// Answer is how long a unit may take to answer; 0 is 300 ms.
	Answer time.Duration
	// Echo says that the line gives back what is sent, as two-wire adapters
	// without echo suppression do. Where it is not told, the echo of a
	// function 06 passes for the unit's answer, dead or not.
	Echo bool
}

// Client is the master of one line. One request is under way at a time; others
// wait, as long as their contexts allow.
type Client struct {
	link  link.Link
	opts  Opts
	gap   time.Duration // of silence between two frames
	frame time.Duration // that the longest frame takes
	drops atomic.Uint64

	turn   link.Turn
	pump   chan struct{} // who holds it reads the link
	heard  chan []byte
	free   time.Time // the line is quiet from then on; guarded by turn
	wanted atomic.Bool
}

// Errors of a request.
var (
	// ErrNoAnswer is a unit that has said nothing at all in its time.
	ErrNoAnswer = errors.New("no answer in time")
	// ErrGarbled is an answer that could not be read.
	ErrGarbled = errors.New("the answer cannot be read")
)

// Exception is the answer of a unit that understood and will not (Application
// Protocol V1.1b3, section 7).
type Exception struct {
	Unit, Func, Code byte
}

var exceptions = map[byte]string{
	1: "it does not know the function", 2: "it has no such register", 3: "it does not take the value",
	4: "it has failed", 5: "it is still at it", 6: "it is busy", 8: "its memory is damaged",
	10: "the gateway has no way to it", 11: "it does not answer the gateway",
}

func (e *Exception) Error() string {
	words, known := exceptions[e.Code]
	if !known {
		words = "for a reason of its own"
	}
	return fmt.Sprintf("unit %d refuses function %02X: %s (exception %d)", e.Unit, e.Func, words, e.Code)
}

// NewClient makes the master of a line. It does no I/O.
func NewClient(l link.Link, o *Opts) *Client {
	c := &Client{link: l, turn: link.NewTurn(), pump: make(chan struct{}, 1), heard: make(chan []byte, 64)}
	if o != nil {
		c.opts = *o
	}
	if c.opts.Baud <= 0 {
		c.opts.Baud = 9600
	}
	if c.opts.Answer <= 0 {
		c.opts.Answer = 300 * time.Millisecond
	}
	char := 11 * time.Second / time.Duration(c.opts.Baud) // start, 8 data, parity, stop
	c.frame = MaxFrame * char
	c.gap = char * 7 / 2
	if c.opts.Baud > 19200 {
		c.gap = 1750 * time.Microsecond // over Serial Line V1.02, 2.5.1.1
	}
	return c
}

// Drops counts the bytes on the line that belonged to no answer.
func (c *Client) Drops() uint64 { return c.drops.Load() }

// Run reads the line until ctx ends or the link dies, and says why. Requests
// work without it too; with it an adapter that is pulled out is noticed while
// nobody asks anything.
func (c *Client) Run(ctx context.Context) error {
	select {
	case c.pump <- struct{}{}:
		defer func() { <-c.pump }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return c.listen(ctx)
}

// listen moves bytes from the link to the request that waits for them. What
// nobody waits for is noise.
func (c *Client) listen(ctx context.Context) error {
	buf := make([]byte, MaxFrame)
	for ctx.Err() == nil {
		n, err := c.link.Read(buf)
		if n > 0 {
			if !c.wanted.Load() {
				c.drops.Add(uint64(n))
			} else {
				select {
				case c.heard <- append([]byte(nil), buf[:n]...):
				default:
					c.drops.Add(uint64(n))
				}
			}
		}
		if err != nil && !errors.Is(err, link.ErrTimeout) {
			return fmt.Errorf("rtu: %s: %w", c.link, err)
		}
	}
	return ctx.Err()
}

// Read reads n registers from at on, 1..125: holding registers (ReadHolding) or
// input registers (ReadInput).
func (c *Client) Read(ctx context.Context, unit int, fn byte, at uint16, n int) ([]uint16, error) {
	if fn != ReadHolding && fn != ReadInput {
		return nil, fmt.Errorf("rtu: function %02X does not read registers", fn)
	}
	if unit == 0 {
		return nil, errors.New("rtu: unit 0 is everybody, and nobody answers")
	}
	if n < 1 || n > MaxRead || int(at)+n > 0x10000 {
		return nil, fmt.Errorf("rtu: %d registers from %d on: want 1 to %d, up to register 65535", n, at, MaxRead)
	}
	data := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, at), uint16(n))
	q := question{unit: byte(unit), fn: fn, length: 5 + 2*n, begins: []byte{byte(2 * n)}}
	f, err := c.ask(ctx, unit, data, q)
	if err != nil {
		return nil, err
	}
	values := make([]uint16, n)
	for i := range values {
		values[i] = binary.BigEndian.Uint16(f.Data[1+2*i:])
	}
	return values, nil
}

// Write writes holding registers from at on, 1..123 of them, in one request
// (function 10). Unit 0 is all units on the line.
func (c *Client) Write(ctx context.Context, unit int, at uint16, values ...uint16) error {
	n := len(values)
	if n < 1 || n > MaxWrite || int(at)+n > 0x10000 {
		return fmt.Errorf("rtu: %d registers from %d on: want 1 to %d, up to register 65535", n, at, MaxWrite)
	}
	place := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, at), uint16(n))
	data := append(append([]byte(nil), place...), byte(2*n))
	for _, v := range values {
		data = binary.BigEndian.AppendUint16(data, v)
	}
	_, err := c.ask(ctx, unit, data, question{unit: byte(unit), fn: WriteMany, length: writtenFrame, begins: place})
	return err
}

// WriteOne writes one holding register (function 06), for units that know
// nothing else. Unit 0 is all units on the line.
func (c *Client) WriteOne(ctx context.Context, unit int, at, value uint16) error {
	data := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, at), value)
	_, err := c.ask(ctx, unit, data, question{unit: byte(unit), fn: WriteOne, length: writtenFrame, begins: data})
	return err
}

// ask sends one request when it is its turn and waits for the answer.
func (c *Client) ask(ctx context.Context, unit int, data []byte, q question) (Frame, error) {
	if unit < 0 || unit > MaxUnit {
		return Frame{}, fmt.Errorf("rtu: %s: unit %d: want 1 to %d, or 0 for all", c.link, unit, MaxUnit)
	}
	request, err := Encode(Frame{Unit: byte(unit), Func: q.fn, Data: data})
	if err != nil {
		return Frame{}, err
	}
	if err := c.turn.Take(ctx); err != nil {
		return Frame{}, fmt.Errorf("rtu: %s: unit %d: %w", c.link, unit, err)
	}
	defer c.turn.Leave()
	f, err := c.exchange(ctx, request, q)
	if err != nil {
		return f, fmt.Errorf("rtu: %s: unit %d: %w", c.link, unit, err)
	}
	if f.Func == q.fn|refused {
		return f, fmt.Errorf("rtu: %s: %w", c.link, &Exception{f.Unit, q.fn, f.Data[0]})
	}
	return f, nil
}

func (c *Client) exchange(ctx context.Context, request []byte, q question) (Frame, error) {
	stop := c.borrow()
	defer stop()
	if err := link.Pause(ctx, time.Until(c.free)); err != nil {
		return Frame{}, err
	}
	c.forget()
	c.wanted.Store(true)
	defer c.wanted.Store(false)
	if _, err := c.link.Write(request); err != nil {
		return Frame{}, err
	}
	if err := c.link.Drain(); err != nil {
		return Frame{}, err
	}
	c.free = time.Now().Add(c.gap)
	if q.unit == 0 && !c.opts.Echo {
		return Frame{Func: q.fn}, nil
	}
	return c.answer(ctx, request, q)
}

// answer waits for what the unit says. After an answer that cannot be read, or
// none, whoever is still talking is let finish before the next request.
func (c *Client) answer(ctx context.Context, request []byte, q question) (Frame, error) {
	timer := time.NewTimer(c.opts.Answer)
	defer timer.Stop()
	var in []byte
	echo := 0
	if c.opts.Echo {
		echo = len(request)
	}
	lost := 0
	for {
		select {
		case b := <-c.heard:
			n := min(echo, len(b))
			echo -= n
			in = append(in, b[n:]...)
			c.free = time.Now().Add(c.gap)
			if q.unit == 0 {
				if echo > 0 {
					continue
				}
				return Frame{Func: q.fn}, nil
			}
			f, found, keep := q.find(in)
			lost += keep
			c.drops.Add(uint64(keep))
			if in = in[keep:]; found {
				return f, nil
			}
		case <-timer.C:
			c.free = time.Now().Add(c.frame)
			c.drops.Add(uint64(len(in)))
			if lost+len(in) > 0 {
				return Frame{}, ErrGarbled
			}
			return Frame{}, ErrNoAnswer
		case <-ctx.Done():
			c.free = time.Now().Add(c.frame)
			return Frame{}, ctx.Err()
		}
	}
}

// borrow reads the link for one request when Run does not.
func (c *Client) borrow() (stop func()) {
	select {
	case c.pump <- struct{}{}:
	default:
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.listen(ctx) // the request finds out by itself
	}()
	return func() {
		cancel()
		<-ended
		<-c.pump
	}
}

// forget drops what came before the request.
func (c *Client) forget() {
	for {
		select {
		case b := <-c.heard:
			c.drops.Add(uint64(len(b)))
		default:
			return
		}
	}
}
