package node

import (
	"hallward/devices/contract"
)

// receive sorts one message of the broker. It runs in the client library's
// reading goroutine and only puts things where others find them.
func (n *Node) receive(topic string, retained bool, payload []byte) {
	n.count.received.Add(1)
	a, ok := contract.ParseTopic(topic)
	if !ok || a.Hall != n.cfg.Hall {
		return
	}
	var err error
	switch a.Kind {
	case "view":
		err = n.receiveView(a.Name, payload)
	case "host":
		var h contract.HostStatus
		if err = decode(payload, &h); err == nil {
			n.mu.Lock()
			n.in.host = &h
			for name, view := range n.versions.begin(h.Session) {
				n.offer(name, view)
			}
			n.mu.Unlock()
		}
	case "status":
		var s contract.Status
		if err = decode(payload, &s); err == nil {
			n.mu.Lock()
			n.in.status = append(n.in.status[max(0, len(n.in.status)-maxAcks):], s)
			n.mu.Unlock()
		}
	case "ack":
		var k contract.Ack
		if err = decode(payload, &k); err == nil {
			n.mu.Lock()
			if len(n.in.acks) < maxAcks {
				n.in.acks = append(n.in.acks, k)
			} else {
				n.in.acks[maxAcks-1] = k // cumulative: the newest says the most
			}
			n.mu.Unlock()
		}
	case "answer":
		var w contract.Answer
		if err = decode(payload, &w); err == nil {
			n.answer(w)
		}
	case "cmd":
		if retained { // what was wanted at some time is not wanted now
			n.count.malformed.Add(1)
			n.log.Warn("retained command refused", "topic", topic)
			return
		}
		err = n.command(payload)
	}
	if err != nil {
		n.count.malformed.Add(1)
		n.log.Warn("message refused", "topic", topic, "bytes", len(payload), "error", err)
		return
	}
	n.poke()
}

func (n *Node) receiveView(name string, payload []byte) error {
	if err := snapshot(payload); err != nil {
		return err
	}
	version, err := versionOf(payload)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.versions.rises(name, version, payload) {
		n.offer(name, payload)
	}
	return nil
}

// offer hands a view to its handler, unless it is the one that came before.
// Callers hold n.mu.
func (n *Node) offer(name string, payload []byte) {
	if was, ok := n.latest[name]; ok && was == string(payload) {
		return
	}
	n.latest[name] = string(payload)
	n.newest[name] = payload
	select {
	case n.arrived <- struct{}{}:
	default:
	}
}
