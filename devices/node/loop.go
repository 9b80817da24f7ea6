package node

import (
	"context"
	"fmt"
	"time"

	"hallward/devices/contract"
)

// loop is a session as its goroutine sees it.
type loop struct {
	*Node
	s      *session
	sender *sender          // nil without an outbox
	ahead  []contract.Event // read from the outbox and not yet sent
	host   contract.HostStatus
	echo   time.Time // own "ready" must have come back by then; zero when it has

	retained []string  // filters of what the broker retains for this node
	refresh  time.Time // when to ask for it again; zero for never

	stuck faultText
}

// step takes what has arrived and publishes what is due.
func (l *loop) step(ctx context.Context) error {
	now := time.Now()
	l.mu.Lock()
	in := l.in
	l.in = inbox{}
	l.mu.Unlock()

	if err := l.ownStatus(in.status, now); err != nil {
		return err
	}
	if in.host != nil && *in.host != l.host {
		l.host = *in.host
		if l.host.Online && l.sender != nil {
			l.sender.rewind(now) // what was under way may have gone with the old consumer
		}
		l.setOnline(l.host.Online)
		if l.host.Online {
			l.told.over("connected", "session", l.s.id)
		}
	}
	l.refreshRetained(now)
	for _, a := range in.acks {
		l.acknowledge(ctx, a, now)
	}
	if err := l.publishStates(l.s); err != nil {
		return err
	}
	if err := l.publishResults(); err != nil {
		return err
	}
	if !l.host.Online {
		return nil // HALL-013
	}
	if err := l.publishAsks(now); err != nil {
		return err
	}
	return l.drain(now)
}

// ownStatus reads back what the broker says of this node. A "lost" of an
// earlier session, published late, is put right (HALL-006); a connection on
// which the own "ready" never comes back is deaf, and is given up.
func (l *loop) ownStatus(got []contract.Status, now time.Time) error {
	for _, st := range got {
		switch {
		case st.State == contract.Ready && st.Session == l.s.id:
			l.echo = time.Time{}
		case st.State == contract.Ready:
			if l.echo.IsZero() {
				l.log.Warn("another process runs under this node's name", "session", st.Session)
			}
		case st.Session != l.s.id && l.echo.IsZero():
			m := l.statusMessage(contract.Ready, l.s.id)
			if err := l.publish(l.s, m.topic, true, m.payload); err != nil {
				return err
			}
		}
	}
	if !l.echo.IsZero() && now.After(l.echo) {
		return fmt.Errorf("the broker does not deliver to %s", l.topics.Identity(l.cfg.Node))
	}
	return nil
}

// refreshRetained asks once more for what the broker retains, and goes on
// asking while something that is wanted has not come.
func (l *loop) refreshRetained(now time.Time) {
	if l.refresh.IsZero() || now.Before(l.refresh) {
		return
	}
	l.s.refresh(l.retained)
	l.refresh = time.Time{}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.host.Session == "" || len(l.latest) < len(l.retained)-1 {
		l.refresh = now.Add(missingAfter)
	}
}

func (l *loop) acknowledge(ctx context.Context, a contract.Ack, now time.Time) {
	o := l.cfg.Outbox
	if o == nil || a.Epoch != o.Epoch() {
		return // of another disk
	}
	if last := o.Last(); a.Through > last {
		l.stuck.say(l.log, fmt.Sprintf("the host has events through %d of epoch %s, this disk only %d: was it restored from a copy?", a.Through, a.Epoch, last))
		return
	}
	before, resends := l.sender.acked, l.sender.Resends
	rose := l.sender.ack(a.Through, now)
	l.count.resent.Add(l.sender.Resends - resends)
	if !rose {
		return
	}
	l.count.stored.Add(l.sender.acked - before)
	if err := o.Acknowledge(ctx, l.sender.acked); err != nil && ctx.Err() == nil {
		l.stuck.say(l.log, fmt.Sprintf("outbox: %v", err))
		return
	}
	l.stuck.over()
}

// drain sends what the window allows.
func (l *loop) drain(now time.Time) error {
	o := l.cfg.Outbox
	if o == nil {
		return nil
	}
	if due := l.sender.due(); !due.IsZero() && !now.Before(due) {
		if l.sender.behind > 0 {
			l.stuck.say(l.log, fmt.Sprintf("the host asks for event %d, which it has acknowledged before: has it lost its store?", l.sender.behind))
		}
		before := l.sender.Resends
		l.sender.rewind(now)
		l.count.resent.Add(l.sender.Resends - before)
	}
	for l.sender.room(o.Last()) > 0 {
		if len(l.ahead) == 0 || l.ahead[0].Sequence != l.sender.next {
			var err error
			if l.ahead, err = o.Unacknowledged(l.sender.next-1, readAhead); err != nil || len(l.ahead) == 0 {
				if err != nil {
					l.stuck.say(l.log, fmt.Sprintf("outbox: %v", err))
				}
				return nil
			}
		}
		e := l.ahead[0]
		payload := marshal(e)
		if len(payload) > contract.MaxPayload { // a fault of the program; to skip it would lose it
			l.stuck.say(l.log, fmt.Sprintf("event %s has %d bytes, at most %d: the outbox stands still", e.ID, len(payload), contract.MaxPayload))
			return nil
		}
		if err := l.publish(l.s, l.topics.Node(l.cfg.Node, "evt"), false, payload); err != nil {
			return err
		}
		l.ahead = l.ahead[1:]
		l.count.events.Add(1)
		l.sender.sent(e.Sequence, now)
	}
	return nil
}

// readAhead is how many events are read from the disk at a time.
const readAhead = 4 * contract.Window

// wait is how long nothing is due.
func (l *loop) wait() time.Duration {
	now := time.Now()
	soonest := now.Add(time.Minute)
	earlier := func(t time.Time) {
		if !t.IsZero() && t.Before(soonest) {
			soonest = t
		}
	}
	if !l.echo.IsZero() {
		earlier(l.echo.Add(time.Millisecond))
	}
	earlier(l.refresh)
	if l.host.Online {
		if l.sender != nil {
			earlier(l.sender.due())
		}
		earlier(l.nextAsk())
	}
	return max(soonest.Sub(now), 0)
}
