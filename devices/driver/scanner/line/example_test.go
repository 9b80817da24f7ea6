package line_test

import (
	"context"
	"fmt"
	"log"

	"hallward/devices"
	"hallward/devices/driver/scanner/line"
	"hallward/devices/link/linktest"
)

func Example() {
	l := openScanner() // link.Open(ctx, "serial:/dev/hallward/kiosk-1-scanner"), or "input:…" for a keyboard
	defer l.Close()
	scanner, err := line.New(l, nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	scanner.Run(ctx, func(_ context.Context, r devices.Reading) error {
		if s, ok := r.(devices.Scan); ok {
			fmt.Println(s.Text)
			stop()
		}
		return nil
	})
	// Output: HW1:luotian:20261123:A001
}

// openScanner is a link on which a code has been read.
func openScanner() *linktest.Pipe {
	host, scanner := linktest.NewPipe(0)
	if _, err := scanner.Write([]byte("HW1:luotian:20261123:A001\r")); err != nil {
		log.Fatal(err)
	}
	return host
}
