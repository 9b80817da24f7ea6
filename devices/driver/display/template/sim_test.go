package template_test

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/driver/display/template"
	"hallward/devices/driver/drivertest"
	"hallward/devices/link"
	"hallward/devices/sim/panel"
	"hallward/devices/sim/port"
)

func plugged(t *testing.T, protocol string) (*panel.Line, port.Port) {
	t.Helper()
	p, err := port.OpenPTY(filepath.Join(t.TempDir(), "panels"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := panel.New(protocol, 2)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx, p) }()
	t.Cleanup(func() { stop(); <-done })
	return l, p
}

func opener(t *testing.T, p port.Port, o *template.Opts) func() (devices.Display, io.Closer, error) {
	return func() (devices.Display, io.Closer, error) {
		l, err := link.Open(t.Context(), p.Spec())
		if err != nil {
			return nil, nil, err
		}
		d, err := template.New(l, o)
		return d, l, err
	}
}

// R-WIN-09: the suite for displays, against a strip that answers, whose frame
// keeps three bytes for itself.
func TestStrip(t *testing.T) {
	l, p := plugged(t, panel.Strip)
	answer, err := template.ParsePattern("A5 @@ 06 5A")
	if err != nil {
		t.Fatal(err)
	}
	o := &template.Opts{
		Units: []int{1, 2, 3}, // 3 is configured, but not there
		Frames: map[string][]template.Part{template.FrameShow: {
			template.Hex{Bytes: []byte{0xA5}, Raw: true},
			template.Address{Form: template.Form{Size: 1}},
			template.Length{Form: template.Form{Size: 1}, Of: []template.Part{template.Text{Template: "{text}", Encoding: template.GBK, Most: 250}}},
			template.Sum{Kind: template.SumXor8, From: 1},
			template.Hex{Bytes: []byte{0x5A}, Raw: true},
		}},
		Escapes: []template.Escape{{Byte: 0xA5, As: []byte{0xAA, 0x05}}, {Byte: 0x5A, As: []byte{0xAA, 0x0A}}, {Byte: 0xAA, As: []byte{0xAA, 0x00}}},
		Answer:  answer,
		Within:  3 * time.Second, // a loaded machine
	}
	drivertest.TestDisplay(t, drivertest.DisplayLine{
		Unit: 2, Absent: 3, Open: opener(t, p, o), Fault: l.Set,
		Shows: func(_ context.Context, s devices.Sign) error {
			got := l.State().Units[1].Text
			want := strings.Map(func(r rune) rune {
				switch {
				case r < ' ' || r == 0x7F:
					return ' '
				case r > 0x7F && (r < 0x4E00 || r > 0x9FFF) && !strings.ContainsRune("，。", r):
					return '?'
				}
				return r
			}, s.Text)
			if !strings.HasPrefix(want, got) || got == "" && want != "" || len(want) < 60 && got != want {
				return fmt.Errorf("it shows %q, want %q", got, want)
			}
			return nil
		},
	})
	if s := l.State(); s.Units[0].Text != "" {
		t.Errorf("the unit beside it shows %+v", s.Units[0])
	}
}

// The panel with frames of four bytes answers nothing.
func TestFourBytes(t *testing.T) {
	l, p := plugged(t, panel.Four)
	drivertest.TestDisplay(t, drivertest.DisplayLine{
		Unit: 2, Absent: 4, Open: opener(t, p, &template.Opts{Units: []int{1, 2, 3}, Frames: template.Table("id-hi-lo-sum")}),
		Shows: func(_ context.Context, s devices.Sign) error {
			want := "0" + strings.TrimLeft(s.Number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
			if len(want) > 1 {
				want = strings.TrimLeft(want, "0")
			}
			if got := strings.TrimSpace(l.State().Units[1].Number); got != want {
				return fmt.Errorf("it shows %q, want %q", got, want)
			}
			return nil
		},
	})
}
