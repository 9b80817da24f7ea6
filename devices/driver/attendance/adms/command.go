package adms

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Command is something that a terminal may be told to do. There are only those
// that the functions of this file make: the protocol also has commands that
// erase the terminal, run programs on it and write its flash.
type Command struct {
	text   string
	reboot bool
}

// Info asks for the terminal's options and counts.
func Info() Command { return Command{text: "INFO"} }

// Check makes the terminal look for records that it has not uploaded.
func Check() Command { return Command{text: "CHECK"} }

// Log makes the terminal upload what is new, now.
func Log() Command { return Command{text: "LOG"} }

// Reboot starts the terminal again.
func Reboot() Command { return Command{text: "REBOOT", reboot: true} }

// QueryPunches makes the terminal upload the punches of a time again. The
// times are written as the clock of the terminal shows them, so give them in
// its zone.
func QueryPunches(from, to time.Time) Command {
	const form = "2006-01-02T15:04:05"
	return Command{text: "DATA QUERY ATTLOG StartTime=" + from.Format(form) + "\tEndTime=" + to.Format(form)}
}

// again is when a command that was handed over without a result is handed over
// once more.
const again = time.Minute

// order is a command on its way.
type order struct {
	id      int
	command Command
	given   time.Time
	result  chan int
}

// Do has a terminal carry out a command, which it fetches with its next
// heartbeat, and waits for its return code: 0 is done, negative a refusal
// (-1002 unknown, -1005 busy …; PUSH V3.2.0, table 2.7 and appendix 1).
func (d *Dev) Do(ctx context.Context, sn string, c Command) (int, error) {
	t := d.terminals[sn]
	if t == nil {
		return 0, fmt.Errorf("adms: no terminal %.32q here", sn)
	}
	if c.text == "" {
		return 0, fmt.Errorf("adms: terminal %s: no command", sn)
	}
	o := &order{command: c, result: make(chan int, 1)}
	d.mu.Lock()
	o.id = d.nextID
	d.nextID++
	t.orders = append(t.orders, o)
	d.mu.Unlock()
	select {
	case code := <-o.result:
		return code, nil
	case <-ctx.Done():
		d.mu.Lock()
		defer d.mu.Unlock()
		t.orders = slices.DeleteFunc(t.orders, func(x *order) bool { return x == o })
		return 0, fmt.Errorf("adms: terminal %s: %s: %w", sn, c.text, ctx.Err())
	}
}

// due lists the orders to hand over now, a reboot last.
func (d *Dev) due(t *terminal, now time.Time) []*order {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list, last []*order
	for _, o := range t.orders {
		switch {
		case o.given.IsZero() && o.command.reboot:
			last = append(last, o)
		case o.given.IsZero(), !o.command.reboot && now.Sub(o.given) > again:
			list = append(list, o)
		}
	}
	list = append(list, last...)
	for _, o := range list {
		o.given = now
	}
	return list
}

// done takes a terminal's return code for an order.
func (d *Dev) done(t *terminal, id, code string) {
	n, err := strconv.Atoi(id)
	result, errCode := strconv.Atoi(code)
	if err != nil || errCode != nil {
		d.drops.Add(1)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, o := range t.orders {
		if o.id == n {
			o.result <- result
			t.orders = slices.Delete(t.orders, i, i+1)
			return
		}
	}
}
