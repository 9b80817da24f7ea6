package station

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices/contract"
	"hallward/kiosk/flow"
)

// The hall is asked for a silent call, and says so; when it does not
// answer in time the citizen is told, and nothing goes into the outbox.
func TestSilentCallAsksTheHall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, c, p := newDisk(), &counter{}, good()
		k := switchOn(t, d, c, p)
		defer k.off()
		k.feed()
		k.take()
		time.Sleep(p.takes)
		k.on(flow.Done)
		k.Touch(flow.Quiet, "")
		if s := k.on(flow.Done); !s.Ticket.Silent || s.Unmet != "" {
			t.Errorf("%+v, unmet %q", s.Ticket, s.Unmet)
		}
		c.mu.Lock()
		if want := []string{contract.AskTicketTake, contract.AskTicketQuiet}; !slices.Equal(c.asked, want) {
			t.Errorf("asked %v, want %v", c.asked, want)
		}
		c.err = errors.New("no answer")
		c.mu.Unlock()
		k.Touch(flow.Quiet, "")
		if s := k.on(flow.Done); s.Unmet != flow.UnmetUnsure || !s.Ticket.Silent {
			t.Errorf("without an answer: unmet %q, %+v", s.Unmet, s.Ticket)
		}
		k.cut()
		k.Touch(flow.Quiet, "")
		if s := k.on(flow.Done); s.Unmet != flow.UnmetAway {
			t.Errorf("cut off: unmet %q", s.Unmet)
		}
		if got := d.log(t); !slices.Equal(got, []string{"ticket.printed/1 consumed"}) {
			t.Errorf("events %q", got)
		}
	})
}

// R-KIOSK-26: how a lent number is to be called is on disk before the citizen is
// told so, and reaches the hall after the number, in the order of the touches.
func TestSilentCallOfALentNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, c, p := newDisk(), &counter{lends: lends(503)}, good()
		k := switchOn(t, d, c, p)
		defer k.off()
		k.feed()
		k.cut()
		k.take()
		time.Sleep(p.takes)
		ticket := k.on(flow.Done).Ticket
		for _, silent := range []bool{true, false, true} {
			k.Touch(flow.Quiet, "")
			if s := k.on(flow.Done); s.Ticket.Silent != silent || s.Unmet != "" || s.Ticket.Number != "A501" {
				t.Errorf("want silent %v: %+v, unmet %q", silent, s.Ticket, s.Unmet)
			}
		}
		if got := d.log(t); !slices.Equal(got, []string{"ticket.taken/1", "ticket.printed/1 consumed",
			"ticket.quiet-asked/1", "ticket.quiet-asked/1", "ticket.quiet-asked/1"}) {
			t.Errorf("events %q", got)
		}
		for i, silent := range []bool{true, false, true} {
			var v contract.TicketQuieted
			if err := json.Unmarshal(d.events[2+i].Data, &v); err != nil || v != (contract.TicketQuieted{Ticket: ticket.Ticket, Silent: silent}) {
				t.Errorf("told %+v, %v", v, err)
			}
		}
		d.mu.Lock()
		d.cut = d.writes
		d.mu.Unlock()
		k.Touch(flow.Quiet, "")
		if s := k.on(flow.Done); s.Unmet != flow.UnmetUnsure || !s.Ticket.Silent {
			t.Errorf("on a full disk: unmet %q, %+v", s.Unmet, s.Ticket)
		}
		if len(c.asked) != 0 {
			t.Errorf("asked %v", c.asked)
		}
	})
}
