package onbon_test

import (
	"context"
	"fmt"
	"log"

	"hallward/devices"
	"hallward/devices/driver/display/onbon"
	"hallward/devices/link"
)

func Example() {
	l := openLine() // link.Open(ctx, "serial:/dev/ttyUSB0?baud=57600")
	defer l.Close()
	strips, err := onbon.New(l, &onbon.Opts{Units: []int{1, 2, 3}, Width: 160})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go strips.Run(ctx, func(context.Context, devices.Reading) error { return nil })
	err = strips.Show(ctx, 3, devices.Sign{State: devices.SignCalled, Text: "请A001号到3号窗口"})
	fmt.Println("shown:", err == nil)
	// Output: shown: true
}

// openLine is a line on which every card takes whatever it is told.
func openLine() link.Link { return playback{make(chan []byte, 8)} }

type playback struct{ answers chan []byte }

func (p playback) Read(b []byte) (int, error) { return copy(b, <-p.answers), nil }

func (p playback) Write(b []byte) (int, error) {
	ack, err := onbon.Encode(onbon.Frame{To: 0x8000, From: onbon.Anybody, Data: []byte{0xA0, 0, 0, 0, 0}})
	p.answers <- ack
	return len(b), err
}

func (playback) Drain() error   { return nil }
func (playback) Close() error   { return nil }
func (playback) String() string { return "playback" }
