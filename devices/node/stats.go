package node

import "sync/atomic"

// Stats are counters since New, for metrics.
type Stats struct {
	Connections uint64 // sessions that came up
	Published   uint64 // messages handed to the broker
	Received    uint64 // messages taken from the broker
	Events      uint64 // node: sent, with repeats; host: received, with repeats
	Stored      uint64 // node: acknowledged; host: batches stored
	Resent      uint64 // node: events that went out more than once
	Asked       uint64 // requests: sent by a node, received by a host
	Repeated    uint64 // requests: repeats of the same id
	Commands    uint64 // commands: received by a node, sent by a host
	Expired     uint64 // requests refused because their time was over
	Malformed   uint64 // payloads that were not of the contract
	Dropped     uint64 // messages that found their queue full
}

type counters struct {
	connections, published, received, events, stored, resent, asked, repeated,
	commands, expired, malformed, dropped atomic.Uint64
}

func (c *counters) stats() Stats {
	return Stats{
		Connections: c.connections.Load(), Published: c.published.Load(), Received: c.received.Load(),
		Events: c.events.Load(), Stored: c.stored.Load(), Resent: c.resent.Load(),
		Asked: c.asked.Load(), Repeated: c.repeated.Load(), Commands: c.commands.Load(),
		Expired: c.expired.Load(), Malformed: c.malformed.Load(), Dropped: c.dropped.Load(),
	}
}
