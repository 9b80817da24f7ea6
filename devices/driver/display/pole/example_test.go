package pole_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"hallward/devices"
	"hallward/devices/driver/display/pole"
	"hallward/devices/link"
)

func Example() {
	l := paper{} // link.Open(ctx, "serial:/dev/ttyUSB0?baud=9600")
	display, err := pole.New(l, pole.CD5220, &pole.Opts{Align: devices.Center, Settle: time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	err = display.Show(context.Background(), 0, devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3"})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// "\x1b@"
	// "\x1b*\x04\x1b_\x00\x1b\x11\x1bl\x01\x01    NUMBER A001     \x1bl\x01\x02  WINDOW 3, PLEASE  \x1fE\x00"
}

// paper prints what the display would be told.
type paper struct{}

func (paper) Read([]byte) (int, error)    { return 0, link.ErrTimeout }
func (paper) Write(b []byte) (int, error) { fmt.Printf("%q\n", b); return len(b), nil }
func (paper) Drain() error                { return nil }
func (paper) Close() error                { return nil }
func (paper) String() string              { return "paper" }
