package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/driver/drivertest"
)

// silent are the values of the setting sound of a display without a voice.
var silent = []any{nil, "", "none"}

// tryDisplay runs the suite of displays; a person says what is to be seen. A
// strip that is set to speak has to keep the promises of a voice too.
func tryDisplay(ctx context.Context, b *bench, r *report) {
	line := drivertest.DisplayLine{Unit: b.unit,
		Open: func() (devices.Display, io.Closer, error) { return open[devices.Display](ctx, b.spec) }}
	if b.noPress {
		r.line("note", "nobody looks: a display that answers nothing passes also when it is dark")
	} else {
		r.line("note", "it shows a dozen signs in quick succession; then you are asked what you see")
		line.Look = b.look(r)
	}
	drivertest.TestDisplay(r, line)
	if catalog.Speaks(b.spec.Kind) && !slices.Contains(silent, b.spec.Settings["sound"]) {
		tryVoice(ctx, b, r)
	}
}

// errNotSeen is what somebody who looks says.
var errNotSeen = errors.New("not seen")

// look asks what a person sees, and waits for the answer.
func (b *bench) look(r *report) func(context.Context, string) error {
	said := make(chan string)
	go func() { // until the process ends: a terminal cannot be told to stop reading
		defer close(said)
		for in := bufio.NewScanner(b.in); in.Scan(); {
			said <- in.Text()
		}
	}()
	return func(ctx context.Context, see string) error {
		for {
			r.line("ask", "do you see %s? [y, n, or - when this display has no such thing]", see)
			select {
			case answer, ok := <-said:
				switch strings.ToLower(strings.TrimSpace(answer)) {
				case "y", "yes", "是":
					return nil
				case "n", "no", "否":
					return errNotSeen
				case "-":
					return drivertest.ErrLacks
				}
				if !ok {
					return errors.New("nobody answers; with --no-press nobody is asked")
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

// Times of a sign that is shown by hand.
const (
	signIn   = 15 * time.Second
	signOnce = 200 * time.Millisecond // between two tries
)

// showCommand shows a text on a display, without a hall.
func showCommand() *cobra.Command {
	b := &bench{}
	cmd := &cobra.Command{
		Use: "show KIND LINK TEXT", Short: "show a text on a display's port, without the hall",
		Example: "  hallctl show display/onbon serial:/dev/ttyUSB0?baud=57600 --unit 3 请A001号到3号窗口",
		Args:    cobra.ExactArgs(3), RunE: func(cmd *cobra.Command, args []string) error {
			if catalog.Capability(args[0]) != "display" {
				return fmt.Errorf("kind %q: want a display", args[0])
			}
			if err := b.prepare(args[0], args[1]); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), signIn)
			defer cancel()
			if err := b.show(ctx, devices.Sign{State: devices.SignMessage, Text: args[2], English: args[2]}); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "unit %d on %s has taken the text\n", b.unit, args[1])
			return nil
		},
	}
	b.flags(cmd)
	b.unitFlag(cmd)
	return cmd
}

// show shows one sign and lets go of the port. The display goes on showing it.
func (b *bench) show(ctx context.Context, s devices.Sign) error {
	d, link, err := open[devices.Display](ctx, b.spec)
	if err != nil {
		return err
	}
	defer link.Close()
	run, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- d.Run(run, func(context.Context, devices.Reading) error { return nil }) }()
	defer func() { stop(); <-ended }()
	again := time.NewTicker(signOnce)
	defer again.Stop()
	for {
		err := d.Show(ctx, b.unit, s)
		if !errors.Is(err, devices.ErrAway) {
			return err
		}
		select {
		case end := <-ended: // why it is away for ever
			ended <- end
			return end
		case <-again.C:
		case <-ctx.Done():
			return err
		}
	}
}
