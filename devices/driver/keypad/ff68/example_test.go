package ff68_test

import (
	"context"
	"fmt"
	"log"

	"hallward/devices"
	"hallward/devices/driver/keypad/ff68"
	"hallward/devices/link"
)

func Example() {
	l := openLine() // link.Open(ctx, "serial:/dev/ttyUSB0?baud=9600")
	defer l.Close()
	pads, err := ff68.New(l, &ff68.Opts{Units: []int{1, 2, 3}})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	pads.Run(ctx, func(_ context.Context, r devices.Reading) error {
		if s, ok := r.(devices.Score); ok {
			fmt.Printf("unit %d: level %d\n", s.Unit, s.Level)
			stop()
		}
		return nil // stored: the pad gets its acknowledgement
	})
	// Output: unit 2: level 5
}

// openLine is a line on which unit 2 has been pressed.
func openLine() link.Link {
	b, err := ff68.Encode(ff68.Frame{Addr: 2, Func: 0x11, Data: []byte{3}})
	if err != nil {
		log.Fatal(err)
	}
	return &playback{b}
}

type playback struct{ in []byte }

func (p *playback) Read(b []byte) (int, error) {
	if len(p.in) == 0 {
		return 0, link.ErrTimeout
	}
	n := copy(b, p.in)
	p.in = p.in[n:]
	return n, nil
}

func (p *playback) Write(b []byte) (int, error) { return len(b), nil }
func (p *playback) Drain() error                { return nil }
func (p *playback) Close() error                { return nil }
func (p *playback) String() string              { return "playback" }
