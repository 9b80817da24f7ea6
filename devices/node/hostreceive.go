package node

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"hallward/devices/contract"
)

// receive sorts one message of the broker; it must not block.
func (h *Host) receive(ctx context.Context, session, topic string, retained bool, payload []byte) {
	h.count.received.Add(1)
	a, ok := contract.ParseTopic(topic)
	if !ok || a.Hall != h.cfg.Hall {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if a.Kind == "host" {
		h.ownStatus(session, payload)
		return
	}
	p := h.peer(ctx, a.Node)
	if p == nil || h.closing {
		h.count.dropped.Add(1)
		return
	}
	var err error
	switch a.Kind {
	case "status":
		err = p.status(payload)
	case "birth":
		err = p.birth(payload)
	case "state":
		err = p.state(a.Name, payload)
	case "evt":
		err = p.event(payload, retained)
	case "ask":
		err = p.ask(ctx, payload, retained)
	case "res":
		err = p.result(payload)
	}
	if err != nil {
		h.count.malformed.Add(1)
		if held, ok := p.refused.allow(time.Now()); ok {
			h.log.Warn("message refused", "node", p.id, "topic", topic, "bytes", len(payload), "error", err, "unlogged", held)
		}
	}
}

// ownStatus watches for a will of an earlier session that came late.
func (h *Host) ownStatus(session string, payload []byte) {
	var s contract.HostStatus
	if err := decode(payload, &s); err != nil {
		h.count.malformed.Add(1)
		return
	}
	if h.session == nil || s.Session == session || s.Online {
		return
	}
	h.stale = true
	h.poke()
}

func (p *peer) status(payload []byte) error {
	if len(payload) == 0 { // the retained status was cleared: the node is gone for good
		p.info.Ready = false
		p.changed()
		return nil
	}
	var s contract.Status
	if err := decode(payload, &s); err != nil {
		return err
	}
	switch s.State {
	case contract.Ready:
		p.info.Ready = true
	case contract.Stopped, contract.Lost:
		if p.info.Ready && s.Session != p.info.Status.Session {
			return nil // of an earlier session: the node has come back since (HALL-006)
		}
		p.info.Ready = false
	default:
		return fmt.Errorf("state %.40q: want ready, stopped or lost", s.State)
	}
	p.heard = true
	if p.info.Status != s {
		p.info.Status = s
		p.changed()
	}
	return nil
}

func (p *peer) birth(payload []byte) error {
	var b contract.Birth
	if err := decode(payload, &b); err != nil {
		return err
	}
	if !reflect.DeepEqual(p.info.Birth, b) {
		p.info.Birth = b
		p.changed()
	}
	return nil
}

// maxDevices bounds the devices of one node.
const maxDevices = 256

func (p *peer) state(device string, payload []byte) error {
	if err := contract.CheckID(device); err != nil {
		return err
	}
	if len(payload) == 0 { // the device is no more
		delete(p.info.Devices, device)
		p.changed()
		return nil
	}
	var s contract.DeviceState
	if err := decode(payload, &s); err != nil {
		return err
	}
	if _, known := p.info.Devices[device]; !known && len(p.info.Devices) >= maxDevices {
		return fmt.Errorf("device %s: a node has at most %d", device, maxDevices)
	}
	if !reflect.DeepEqual(p.info.Devices[device], s) {
		p.info.Devices[device] = s
		p.changed()
	}
	return nil
}

func (p *peer) event(payload []byte, retained bool) error {
	if retained {
		return fmt.Errorf("a retained event")
	}
	e, epoch, err := decodeEvent(payload, p.id)
	if err != nil {
		return err
	}
	p.host.count.events.Add(1)
	select {
	case p.events <- &incoming{e, epoch}:
	default:
		p.host.count.dropped.Add(1)
	}
	return nil
}

// ask answers a request beside the others, unless this very one is being answered. A request is
// expired by the node's clock if that is synced; a node whose clock runs free
// cannot be held to it, and is protected by the ids alone.
func (p *peer) ask(ctx context.Context, payload []byte, retained bool) error {
	if retained {
		return fmt.Errorf("a retained request")
	}
	r, err := decodeRequest(payload)
	if err != nil {
		return err
	}
	h := p.host
	h.count.asked.Add(1)
	switch {
	case p.answering[r.ID]:
		h.count.repeated.Add(1)
		return nil
	case len(p.answering) >= maxAnswers || h.closing:
		h.count.dropped.Add(1)
		return nil
	}
	tooLate := p.info.Birth.Clock != "free" && time.Now().After(r.Expires.Add(clockLeeway))
	if tooLate {
		h.count.expired.Add(1)
	}
	p.answering[r.ID] = true
	h.jobs.Go(func() { p.serve(ctx, r, tooLate) })
	return nil
}

func (p *peer) result(payload []byte) error {
	var w contract.Answer
	if err := decode(payload, &w); err != nil {
		return err
	}
	if c := p.host.waiting[p.id+" "+w.ID]; c != nil {
		select {
		case c <- w:
		default: // of a repeat
		}
	}
	return nil
}

func marshalData(data any) (json.RawMessage, error) {
	if data == nil {
		return nil, nil
	}
	return json.Marshal(data)
}
