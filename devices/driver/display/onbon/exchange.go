package onbon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hallward/devices"
)

// Errors of an exchange.
var (
	errSilent  = errors.New("the card does not answer")
	errGarbled = errors.New("the card's answer cannot be read")
)

// Source addresses tell clients apart, and a card answers to the one that asked
// (4). So each exchange has its own, and no late answer is taken for another's.
const (
	firstTag = host + 1
	lastTag  = 0xDFFF
)

// with does something with one card while nobody else has the line.
func (d *Dev) with(ctx context.Context, address int, do func(*unit) error) error {
	if address < 0 || address > maxUnit || len(d.opts.Units) > 0 && !slices.Contains(d.opts.Units, address) {
		return fmt.Errorf("onbon: %s: no unit %d on this line", d.link, address)
	}
	if err := d.writing.Take(ctx); err != nil {
		return err
	}
	defer d.writing.Leave()
	d.mu.Lock()
	u := d.units[address]
	if u == nil {
		u = &unit{level: -1}
		d.units[address] = u
	}
	ended := d.ended
	d.mu.Unlock()
	if ended {
		return fmt.Errorf("onbon: %s: unit %d: %w", d.link, address, devices.ErrAway)
	}
	err := d.tell(ctx, address, u, do)
	if err == nil {
		u.suspect = false
		return nil
	}
	var refused *Refused
	if !errors.As(err, &refused) {
		u.suspect, u.level = true, -1 // it may have been switched off
	}
	return fmt.Errorf("onbon: %s: unit %d: %w", d.link, address, err)
}

// tell does it. A card that has failed is pinged first: a dead one costs no more
// than a short frame. One that answers the ping and then not, may know only the
// usual source address.
func (d *Dev) tell(ctx context.Context, address int, u *unit, do func(*unit) error) error {
	if !u.suspect {
		return do(u)
	}
	was := u.plain
	u.plain = !u.echoes
	_, err := d.ask(ctx, address, u, command(cmdPing, answerYes))
	u.plain = was
	if err != nil {
		return err
	}
	if err := d.quiet(ctx); err != nil {
		return err
	}
	if err = do(u); errors.Is(err, errSilent) && !u.echoes {
		u.plain = !u.plain
	}
	return err
}

// ask sends a command and waits for the card's answer to it.
func (d *Dev) ask(ctx context.Context, address int, u *unit, data []byte) ([]byte, error) {
	d.forget()
	noise := d.drops.Load()
	source := uint16(host)
	if !u.plain {
		if d.tag++; d.tag < firstTag || d.tag > lastTag {
			d.tag = firstTag
		}
		source = d.tag
	}
	if err := d.send(ctx, address, source, data); err != nil {
		return nil, err
	}
	over := time.NewTimer(d.opts.Answer)
	defer over.Stop()
	for {
		select {
		case f := <-d.answers:
			if !from(f, address) || f.To != source && (u.echoes || f.To != host) {
				continue
			}
			answer, mine, err := judge(f.Data, data)
			if !mine {
				continue
			}
			u.echoes = u.echoes || f.To == source && source != host
			d.count(true)
			return answer, err
		case <-over.C:
			d.count(false)
			if d.drops.Load() != noise {
				return nil, errGarbled
			}
			return nil, errSilent
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// from tells whether an answer is a card's own: with its address, or with the
// one that means every card, which is how it was asked (4).
func from(f Frame, address int) bool {
	return address == 0 || f.From == uint16(address) || f.From == Anybody
}

// judge tells whether data answers a command, and how.
func judge(data, command []byte) (answer []byte, mine bool, err error) {
	got := [2]byte{data[0], data[1]}
	switch {
	case got == cmdNack, got == cmdAck && data[2] != 0:
		return nil, true, &Refused{data[2]}
	case got == cmdAck:
		return data, true, nil
	case got == [2]byte{command[0], command[1]}: // with data of its own
		if data[2] != 0 {
			return nil, true, &Refused{data[2]}
		}
		return data, true, nil
	}
	return nil, false, nil
}

func (d *Dev) count(answered bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if answered {
		d.heard, d.mute = time.Now(), 0
	} else {
		d.mute++
	}
}

// forget drops answers that came too late.
func (d *Dev) forget() {
	for {
		select {
		case <-d.answers:
			d.drops.Add(1)
		default:
			return
		}
	}
}

// quiet waits until nothing more comes.
func (d *Dev) quiet(ctx context.Context) error {
	over := time.NewTimer(late)
	defer over.Stop()
	for {
		select {
		case <-d.answers:
			d.drops.Add(1)
			over.Reset(late)
		case <-over.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// send writes one frame, in its distance from what was on the line before, and
// waits until it has left: on a two-wire line the card can answer only then.
func (d *Dev) send(ctx context.Context, address int, source uint16, data []byte) error {
	to := uint16(address)
	if address == 0 {
		to = Anybody
	}
	b, err := Encode(Frame{To: to, From: source, Overlay: !d.opts.Normal, Data: data})
	if err != nil {
		return err
	}
	d.mu.Lock()
	wait := time.Until(d.touched.Add(gap))
	d.mu.Unlock()
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
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
