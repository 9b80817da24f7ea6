package hd44780_test

import (
	"context"
	"fmt"
	"log"

	"hallward/devices"
	"hallward/devices/driver/display/hd44780"
	"hallward/devices/link/linktest"
	"hallward/devices/sim/chips"
)

func Example() {
	chip := chips.NewHD44780(hd44780.DefaultAddr, 16, 2) // link.OpenI2C("i2c:/dev/i2c-1?addr=0x27")
	lcd, err := hd44780.New(linktest.I2C(chip.Tx), nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := lcd.Show(context.Background(), 0, devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3"}); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q", chip.Lines())
	// Output: ["  Number A001   " " Go to window 3 "]
}
