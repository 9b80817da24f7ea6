package max7219_test

import (
	"context"
	"fmt"
	"log"

	"hallward/devices"
	"hallward/devices/driver/display/max7219"
	"hallward/devices/link/linktest"
	"hallward/devices/sim/chips"
)

func Example() {
	chip := chips.NewMAX7219() // link.OpenSPI("spi:/dev/spidev0.0")
	digits, err := max7219.New(linktest.SPI(10_000_000, chip.Tx), nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := digits.Show(context.Background(), 0, devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3"}); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("% X", chip.Segments())
	// Output: 77 7E 7E 30 00 00 00 79
}
