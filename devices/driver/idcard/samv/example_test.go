package samv_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"

	"hallward/devices"
	"hallward/devices/driver/idcard/samv"
	"hallward/devices/link/linktest"
	"hallward/devices/sim/idcard"
)

func Example() {
	l, stopReader := openReader() // link.Open(ctx, "serial:/dev/hallward/kiosk-1-reader?baud=115200")
	defer stopReader()
	reader, err := samv.New(l, &samv.Opts{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	reader.Run(ctx, func(_ context.Context, r devices.Reading) error {
		if c, ok := r.(devices.Card); ok {
			fmt.Println(c, c.Sex) // a card never says whose it is
			stop()
		}
		return nil
	})
	// Output: card of kind resident M
}

// openReader is a link to a reader with a card on it.
func openReader() (*linktest.Pipe, func()) {
	host, reader := linktest.NewPipe(0)
	r := idcard.New()
	if err := r.Lay("zhang"); err != nil {
		log.Fatal(err)
	}
	go r.Serve(context.Background(), far{reader})
	return host, func() { host.Close() }
}
