package adms_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/driver/attendance/adms"
	"hallward/devices/sim/terminal"
)

// R-ATT-20, against a terminal that was written from the protocol text and
// shares no code with the driver: the disk is full, then an upload comes
// twice, and in the end every punch is stored at least once, in order, and the
// terminal's memory is empty. (The second arrival is the hall's to fold.)
func TestAgainstTheSimulator(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	china := time.FixedZone("Asia/Shanghai", 8*3600)
	dev, err := adms.New(ln, &adms.Opts{
		Terminals: []adms.Terminal{{SN: "SIM0001", Zone: china}}, Delay: time.Second, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var punches []string
	full, rejected := true, false
	ran := make(chan error, 1)
	go func() {
		ran <- dev.Run(ctx, func(_ context.Context, r devices.Reading) error {
			mu.Lock()
			defer mu.Unlock()
			switch v := r.(type) {
			case devices.Punch:
				if full {
					return errors.New("disk full")
				}
				if d := v.Received.Sub(v.At); d < 0 || d > time.Minute {
					t.Errorf("punch %+v is %s old", v, d)
				}
				punches = append(punches, v.Person)
			case devices.Fault:
				rejected = rejected || v.Code == devices.FaultRejected
			}
			return nil
		})
	}()
	clock, err := terminal.New(terminal.Opts{ID: "door", Serial: "SIM0001", Server: "http://" + ln.Addr().String(), Zone: china, Retry: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	clocked := make(chan error, 1)
	go func() { clocked <- clock.Run(ctx) }()
	until := func(what string, ok func() bool) {
		t.Helper()
		look := time.NewTicker(10 * time.Millisecond)
		defer look.Stop()
		for !ok() {
			select {
			case <-look.C:
			case <-ctx.Done():
				t.Fatalf("%s: %+v", what, clock.State())
			}
		}
	}

	clock.Punch("1001", 15, 0)
	clock.Punch("1002", 1, 0)
	until("the terminal is refused while the disk is full", func() bool { return clock.State().Trouble != "" })
	if s := clock.State(); s.Waiting != 2 || s.Sent != 0 || !s.Greeted {
		t.Errorf("state %+v", s)
	}
	mu.Lock()
	full = false
	mu.Unlock()
	until("everything is acknowledged", func() bool { return clock.State().Sent == 2 })

	for _, on := range []string{"crlf", "duplicate"} {
		if err := clock.Set(on, true); err != nil {
			t.Fatal(err)
		}
	}
	clock.Punch("1003", 1, 1)
	until("the duplicate is acknowledged", func() bool { return clock.State().Sent == 3 })

	result := make(chan int, 1)
	go func() {
		code, err := dev.Do(ctx, "SIM0001", adms.Check())
		if err != nil {
			code = -1
		}
		result <- code
	}()
	select {
	case code := <-result:
		if code != 0 || !slices.Contains(clock.State().Commands, "CHECK") {
			t.Errorf("CHECK returned %d, the terminal did %q", code, clock.State().Commands)
		}
	case <-ctx.Done():
		t.Fatal("the command was not done")
	}

	if err := clock.Set("stranger", true); err != nil {
		t.Fatal(err)
	}
	clock.Punch("1004", 1, 1)
	until("a stranger is refused", func() bool { return clock.State().Trouble != "" })
	stop()
	if err := <-ran; !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v", err)
	}
	<-clocked
	mu.Lock()
	defer mu.Unlock()
	if want := []string{"1001", "1002", "1003", "1003"}; !slices.Equal(punches, want) || !rejected {
		t.Errorf("punches %q, want %q; stranger reported: %v", punches, want, rejected)
	}
}
