package numpad_test

import (
	"context"
	"fmt"
	"log"

	"hallward/devices"
	"hallward/devices/driver/keypad/numpad"
	"hallward/devices/link"
	"hallward/devices/link/linktest"
)

func Example() {
	l, pad := linktest.NewPipe(0)               // link.OpenKeys("input:/dev/input/by-id/usb-…-event-kbd")
	for _, code := range []uint16{79, 80, 98} { // 1, 2 and slash
		if _, err := pad.Write(link.KeyEvent{Code: code, State: link.KeyPressed}.Append(nil)); err != nil {
			log.Fatal(err)
		}
	}
	dev, err := numpad.New(l, nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	dev.Run(ctx, func(_ context.Context, r devices.Reading) error {
		if k, ok := r.(devices.KeyPress); ok {
			fmt.Println(k.Key, k.Digits)
			stop()
		}
		return nil
	})
	// Output: transfer 12
}
