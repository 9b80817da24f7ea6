package line_test

import (
	"context"
	"io"
	"path/filepath"
	"testing"

	"hallward/devices"
	"hallward/devices/driver/drivertest"
	"hallward/devices/driver/scanner/line"
	"hallward/devices/link"
	"hallward/devices/sim/port"
	"hallward/devices/sim/scanner"
)

// The suite that a technician's probe runs, over a real serial device, with a
// scanner that reads each code twice, and with noise before it.
func TestConformance(t *testing.T) {
	for _, fault := range []string{"twice", "garbage"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			p, err := port.OpenPTY(filepath.Join(t.TempDir(), "scanner"))
			if err != nil {
				t.Fatal(err)
			}
			s, err := scanner.New("crlf")
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Set(fault, true); err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			simulated := make(chan error, 1)
			go func() { simulated <- s.Run(ctx, p) }()
			t.Cleanup(func() { stop(); <-simulated })
			const text = "https://hall.example/t/A001?k=样例"
			drivertest.TestScanner(t, text, func(context.Context) error { return s.Scan(text) },
				func() (devices.Device, io.Closer, error) {
					l, err := link.Open(ctx, p.Spec())
					if err != nil {
						return nil, nil, err
					}
					d, err := line.New(l, nil)
					return d, l, err
				})
		})
	}
}
