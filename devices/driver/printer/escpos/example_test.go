package escpos_test

import (
	"context"
	"fmt"

	"hallward/devices"
	"hallward/devices/driver/printer/escpos"
	"hallward/devices/link"
)

func Example() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	l, err := link.Open(ctx, "serial:/dev/ttyUSB0?baud=115200&flow=rtscts")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	profile, _ := escpos.Lookup("80mm")
	printer, err := escpos.New(l, &escpos.Opts{Profile: profile})
	if err != nil {
		fmt.Println(err)
		return
	}
	go printer.Run(ctx, func(_ context.Context, r devices.Reading) error {
		fmt.Printf("%+v\n", r)
		return nil
	})
	proof, err := printer.Print(ctx, devices.Document{ID: "t1", Blocks: []devices.Block{
		devices.Text{S: "A001", Size: 6, Align: devices.Center},
	}})
	fmt.Println(proof.Kind, err)
}

func ExampleEncode() {
	profile, _ := escpos.Lookup("58mm")
	job, _ := escpos.Encode(devices.Document{Blocks: []devices.Block{devices.Text{S: "请A001号"}}}, profile)
	fmt.Printf("% x\n", job)
	// Output: 1b 40 1d 61 ff 1c 26 1c 21 00 c7 eb 41 30 30 31 ba c5 0a 1b 64 05
}
