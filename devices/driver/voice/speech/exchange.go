package speech

import (
	"context"
	"errors"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// Errors of an exchange.
var (
	errSilent   = errors.New("the chip does not answer")
	errGarbled  = errors.New("the chip's answer cannot be read")
	errRejected = errors.New("the chip does not understand what it is told (45)")
	errEndless  = errors.New("the chip speaks and comes to no end")
	errRestart  = errors.New("the chip has started anew in the middle (4A): it may have lost its power")
	errTaken    = errors.New("somebody speaks to it")
)

// Times.
const (
	settle  = time.Millisecond       // after 4F
	calm    = 30 * time.Millisecond  // without a byte: no answer to an earlier frame comes any more
	again   = time.Second            // between two looks at a chip that should be through
	tries   = 2                      // of a frame
	extra   = 2 * time.Second        // that a text may take, beyond patience
	hushed  = 300 * time.Millisecond // for a chip to be idle after it was stopped
	changed = 20 * time.Millisecond  // after a change of speed: at least 16 ms
	patient = 3                      // times as long as it should
)

// startBaud is the speed of a chip that has just got its power.
const startBaud = 9600

// ask finds out whether the chip is there, unless somebody speaks to it.
func (d *Dev) ask(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	default:
		return errTaken
	}
	err := d.becalm(ctx)
	d.unsure = err != nil
	return err
}

// speak has the chip speak phrases one after the other.
func (d *Dev) speak(ctx context.Context, phrases []phrase) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.Lock()
	ended := d.ended
	d.mu.Unlock()
	if ended {
		return devices.ErrAway
	}
	if d.unsure && !d.opts.Quirks.OneWay {
		if err := d.becalm(ctx); err != nil {
			return err
		}
	}
	for _, p := range phrases {
		err := d.phrase(ctx, p)
		if ctx.Err() != nil { // whatever came of it, nobody wants the rest
			_ = d.send(context.WithoutCancel(ctx), cmdStop)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// phrase has it speak one, to its end.
func (d *Dev) phrase(ctx context.Context, p phrase) error {
	data := append([]byte{codeGBK}, p.text...)
	if d.opts.Quirks.OneWay {
		if err := d.send(ctx, cmdSpeak, data...); err != nil {
			return err
		}
		return link.Pause(ctx, p.takes)
	}
	for try := 1; ; try++ {
		err := d.command(ctx, cmdSpeak, data...)
		if err == nil {
			break
		}
		if errors.Is(err, errSilent) || errors.Is(err, errGarbled) { // it may speak all the same
			idle, errAsked := d.status(ctx)
			if errAsked == nil && !idle {
				break
			}
			if errAsked != nil {
				err = errAsked
			}
		}
		if try == tries || ctx.Err() != nil || errors.Is(err, errRestart) {
			return err
		}
	}
	return d.end(ctx, p.takes)
}

// end waits until the chip is through. An end that comes too soon may be an
// answer that came too late, one that does not come may have been lost: then the
// chip is asked.
func (d *Dev) end(ctx context.Context, takes time.Duration) error {
	begun := time.Now()
	look := time.NewTimer(takes + again)
	defer look.Stop()
	for {
		select {
		case b := <-d.answers:
			switch b {
			case ansReset:
				return errRestart
			case ansIdle:
				if time.Since(begun) >= takes/4 {
					return link.Pause(ctx, settle)
				}
			default:
				continue
			}
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		switch idle, err := d.status(ctx); {
		case err != nil:
			return err
		case idle:
			return link.Pause(ctx, settle)
		case time.Since(begun) > patient*takes+extra:
			return errEndless
		}
		look.Reset(max(again, takes+again-time.Since(begun)))
	}
}

// becalm makes sure that the chip is there and idle: what it still speaks nobody
// has asked for.
func (d *Dev) becalm(ctx context.Context) error {
	if err := d.quiet(ctx); err != nil {
		return err
	}
	if d.paced != nil {
		if err := d.paced.SetBaud(d.opts.Baud); err != nil {
			return err
		}
	}
	idle, err := d.status(ctx)
	if errors.Is(err, errRestart) { // just then: nothing is lost
		idle, err = d.status(ctx)
	}
	if d.paced != nil && (errors.Is(err, errSilent) || errors.Is(err, errGarbled)) {
		idle, err = d.raise(ctx)
	}
	if err != nil || idle {
		return err
	}
	if err := d.command(ctx, cmdStop); err != nil {
		return err
	}
	if err := link.Pause(ctx, hushed); err != nil {
		return err
	}
	if idle, err = d.status(ctx); err == nil && !idle {
		err = errEndless
	}
	return err
}

// raise looks for a chip at the speed at which it starts, and tells it to change.
func (d *Dev) raise(ctx context.Context) (idle bool, err error) {
	if err := d.paced.SetBaud(startBaud); err != nil {
		return false, err
	}
	if _, err := d.status(ctx); err != nil {
		return false, err
	}
	// Whether the answer comes at the old speed or the new one is not said.
	if err := d.command(ctx, cmdBaud, speeds[d.opts.Baud]); err != nil && !errors.Is(err, errSilent) && !errors.Is(err, errGarbled) {
		return false, err
	}
	if err := link.Pause(ctx, changed); err != nil {
		return false, err
	}
	if err := d.paced.SetBaud(d.opts.Baud); err != nil {
		return false, err
	}
	return d.status(ctx)
}

// status asks whether the chip is idle.
func (d *Dev) status(ctx context.Context) (idle bool, err error) {
	for range tries {
		var b byte
		if b, err = d.exchange(ctx, []byte{ansBusy, ansIdle}, cmdStatus); err == nil || errors.Is(err, errRestart) || ctx.Err() != nil {
			return b == ansIdle, err
		}
	}
	return false, err
}

// command sends one and waits until the chip has understood it.
func (d *Dev) command(ctx context.Context, command byte, data ...byte) error {
	_, err := d.exchange(ctx, []byte{ansTaken}, command, data...)
	return err
}

// exchange sends a frame and waits for one of the answers.
func (d *Dev) exchange(ctx context.Context, want []byte, command byte, data ...byte) (byte, error) {
	d.forget()
	noise := d.drops.Load()
	if err := d.send(ctx, command, data...); err != nil {
		return 0, err
	}
	late := time.NewTimer(d.opts.Answer)
	defer late.Stop()
	for {
		select {
		case b := <-d.answers:
			switch {
			case b == ansReset:
				return 0, errRestart
			case b == ansRejected:
				return 0, errRejected
			case want[0] == b, want[len(want)-1] == b:
				return b, nil
			}
		case <-late.C:
			if d.drops.Load() != noise {
				return 0, errGarbled
			}
			return 0, errSilent
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// forget drops answers that nobody waits for.
func (d *Dev) forget() {
	for {
		select {
		case <-d.answers:
		default:
			return
		}
	}
}

// quiet waits until nothing more comes, though not for ever.
func (d *Dev) quiet(ctx context.Context) error {
	late := time.Now().Add(d.opts.Answer)
	for {
		d.mu.Lock()
		wait := time.Until(d.touched.Add(calm))
		d.mu.Unlock()
		if wait <= 0 || time.Now().After(late) {
			return nil
		}
		if err := link.Pause(ctx, wait); err != nil {
			return err
		}
	}
}

// send writes one frame at once, in its distance from what was on the line before.
func (d *Dev) send(ctx context.Context, command byte, data ...byte) error {
	b, err := Encode(d.model, command, data...)
	if err != nil {
		return err
	}
	d.mu.Lock()
	wait := time.Until(d.touched.Add(models[d.model].gap))
	d.mu.Unlock()
	if err := link.Pause(ctx, wait); err != nil {
		return err
	}
	if _, err := d.link.Write(b); err != nil {
		return err
	}
	err = d.link.Drain()
	d.mu.Lock()
	d.touched = time.Now()
	d.mu.Unlock()
	return err
}
