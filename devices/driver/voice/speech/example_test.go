package speech_test

import (
	"context"
	"fmt"
	"log"

	"hallward/devices"
	"hallward/devices/driver/voice/speech"
	"hallward/devices/link"
)

func Example() {
	l := openLine() // link.Open(ctx, "serial:/dev/ttyUSB0?baud=9600")
	defer l.Close()
	chip, err := speech.New(l, speech.SYN6288, nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go chip.Run(ctx, func(context.Context, devices.Reading) error { return nil })
	err = chip.Say(ctx, 0, devices.Announcement{Volume: 70, Speeches: []devices.Speech{
		{Lang: "zh-CN", Parts: []devices.Part{{Kind: devices.PartWord, Text: "请"}, {Kind: devices.PartDigits, Text: "A001"}, {Kind: devices.PartWord, Text: "号"}}},
	}})
	fmt.Println("spoken:", err == nil)
	// Output: spoken: true
}

// openLine is a chip that speaks in no time.
func openLine() link.Link { return playback{make(chan byte, 8)} }

type playback struct{ answers chan byte }

func (p playback) Read(b []byte) (int, error) {
	b[0] = <-p.answers
	return 1, nil
}

func (p playback) Write(b []byte) (int, error) {
	if b[3] == 0x01 {
		p.answers <- 0x41
	}
	p.answers <- 0x4F
	return len(b), nil
}

func (playback) Drain() error   { return nil }
func (playback) Close() error   { return nil }
func (playback) String() string { return "playback" }
