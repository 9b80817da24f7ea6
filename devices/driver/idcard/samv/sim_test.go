package samv_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/driver/drivertest"
	"hallward/devices/driver/idcard/samv"
	"hallward/devices/link"
	"hallward/devices/sim/idcard"
	"hallward/devices/sim/port"
)

// replay runs a driver on a link until it stands still, and compares what it
// said.
func replay(t *testing.T, l link.Link, want ...string) {
	t.Helper()
	dev, err := samv.New(l, &samv.Opts{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 1400*time.Millisecond)
	defer stop()
	var said []string
	dev.Run(ctx, func(_ context.Context, r devices.Reading) error {
		if u, ok := r.(devices.CardUnread); ok {
			said = append(said, fmt.Sprintf("unread %02X", u.Code))
		} else {
			said = append(said, fmt.Sprint(r))
		}
		return nil
	})
	if !slices.Equal(said, want) {
		t.Errorf("readings %q, want %q", said, want)
	}
}

// The suite that a technician's probe runs, over a real serial device.
func TestConformance(t *testing.T) {
	p, err := port.OpenPTY(filepath.Join(t.TempDir(), "reader"))
	if err != nil {
		t.Fatal(err)
	}
	reader := idcard.New()
	ctx, stop := context.WithCancel(t.Context())
	simulated := make(chan error, 1)
	go func() { simulated <- reader.Run(ctx, p) }()
	t.Cleanup(func() { stop(); <-simulated })
	drivertest.TestCardReader(t,
		func(context.Context) error { return reader.Lay("zhang") },
		func(context.Context) error { reader.Take(); return nil },
		func() (devices.CardReader, io.Closer, error) {
			l, err := link.Open(ctx, p.Spec()+"?baud=115200")
			if err != nil {
				return nil, nil, err
			}
			d, err := samv.New(l, &samv.Opts{Log: slog.New(slog.DiscardHandler)})
			return d, l, err
		})
}
