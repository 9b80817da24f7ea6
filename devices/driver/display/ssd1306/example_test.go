package ssd1306_test

import (
	"context"
	"fmt"
	"log"

	"hallward/devices"
	"hallward/devices/driver/display/ssd1306"
	"hallward/devices/link/linktest"
	"hallward/devices/sim/chips"
)

func Example() {
	chip := chips.NewSSD1306(ssd1306.DefaultAddr) // link.OpenI2C("i2c:/dev/i2c-1?addr=0x3c")
	oled, err := ssd1306.New(linktest.I2C(chip.Tx), nil)
	if err != nil {
		log.Fatal(err)
	}
	err = oled.Show(context.Background(), 0, devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3"})
	fmt.Println(err, lit(chip) > 500)
	// Output: <nil> true
}
