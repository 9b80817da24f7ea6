package adms_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"hallward/devices"
	"hallward/devices/driver/attendance/adms"
)

func Example() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	dev, err := adms.New(ln, &adms.Opts{Terminals: []adms.Terminal{
		{SN: "SERIAL87654321", Zone: time.FixedZone("Asia/Shanghai", 8*3600)},
	}})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go dev.Run(ctx, func(_ context.Context, r devices.Reading) error {
		if p, ok := r.(devices.Punch); ok {
			fmt.Println(p.Person, p.At.UTC().Format(time.RFC3339))
		}
		return nil // stored: the terminal gets its OK
	})

	// What a terminal does.
	answer, err := http.Post("http://"+ln.Addr().String()+"/iclock/cdata?SN=SERIAL87654321&table=ATTLOG&Stamp=9999",
		"text/plain", strings.NewReader("1156\t2026-01-05 08:59:58\t0\t15\n"))
	if err != nil {
		log.Fatal(err)
	}
	answer.Body.Close()
	fmt.Println(answer.StatusCode)
	// Output:
	// 1156 2026-01-05T00:59:58Z
	// 200
}
