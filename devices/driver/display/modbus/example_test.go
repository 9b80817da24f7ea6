package modbus_test

import (
	"context"
	"fmt"
	"log"

	"hallward/devices"
	"hallward/devices/driver/display/modbus"
	"hallward/devices/link"
)

func Example() {
	l := &panels{} // link.Open(ctx, "serial:/dev/ttyUSB0?baud=9600")
	d, err := modbus.New(l, &modbus.Opts{
		Units: []int{3},
		Registers: []modbus.Register{ // from the panel's manual
			{At: 0, Of: modbus.OfNumber, As: modbus.AsBCD, Fill: 15},
			{At: 1, Of: modbus.OfWindow, As: modbus.AsBCD, Fill: 15},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go d.Run(ctx, nil)
	fmt.Println(d.Show(ctx, 3, devices.Sign{State: devices.SignCalled, Number: "A037", Window: "12"}))
	// Output:
	// 03 10 00 00 00 02 04 F0 37 FF 12 BB 24
	// <nil>
}

// panels is a line on which unit 3 says yes.
type panels struct{ link.Link }

func (*panels) Write(b []byte) (int, error) {
	fmt.Printf("% X\n", b)
	return len(b), nil
}

func (*panels) Read(b []byte) (int, error) {
	return copy(b, []byte{0x03, 0x10, 0x00, 0x00, 0x00, 0x02, 0x40, 0x2A}), nil
}

func (*panels) Drain() error   { return nil }
func (*panels) String() string { return "panels" }
