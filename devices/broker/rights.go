package broker

import (
	"slices"
	"strings"

	"hallward/devices/contract"
)

// Rights says which topics an identity may publish and read: HALL-022 of the
// contract in Go. The files for other brokers (External) say the same.
type Rights struct {
	Host string // id of the host in each hall
}

// What a node publishes under its own name, and what it reads there. It reads
// back its own status to see a will that came late (HALL-006).
var (
	nodeSays  = []string{"status", "birth", "evt", "ask", "res"}
	nodeHears = []string{"status", "ack", "answer", "cmd"}
	hostSays  = []string{"ack", "answer", "cmd"}
)

func (r Rights) host(identity string) bool {
	_, node, ok := splitIdentity(identity)
	return ok && node == r.Host
}

// MayPublish tells whether the identity may publish to the topic.
func (r Rights) MayPublish(identity, topic string) bool {
	hall, node, ok := splitIdentity(identity)
	a, known := contract.ParseTopic(topic)
	if !ok || !known || a.Hall != hall || a.Name != "" && contract.CheckID(a.Name) != nil {
		return false
	}
	if node == r.Host {
		switch a.Kind {
		case "host", "view", "desired":
			return a.Node == "" || contract.CheckID(a.Node) == nil
		}
		return slices.Contains(hostSays, a.Kind) && contract.CheckID(a.Node) == nil
	}
	return a.Node == node && (a.Kind == "state" || slices.Contains(nodeSays, a.Kind))
}

// MayRead tells whether the identity may subscribe to the filter, or be sent a
// message of that topic. A filter is allowed when everything it covers is.
func (r Rights) MayRead(identity, filter string) bool {
	hall, node, ok := splitIdentity(identity)
	if !ok {
		return false
	}
	root := contract.Topics{Hall: hall}
	if node == r.Host {
		return strings.HasPrefix(filter, strings.TrimSuffix(root.Host(), "host"))
	}
	if filter == root.View("#") {
		return true
	}
	a, known := contract.ParseTopic(filter)
	if !known || a.Hall != hall || strings.Contains(filter, "#") {
		return false
	}
	switch a.Kind {
	case "host", "view":
		return true
	}
	return a.Node == node && (a.Kind == "desired" || slices.Contains(nodeHears, a.Kind))
}

// MayRetain tells whether messages of this topic are kept by the broker.
func MayRetain(topic string) bool {
	a, ok := contract.ParseTopic(topic)
	if !ok {
		return false
	}
	switch a.Kind {
	case "status", "birth", "state", "desired", "host", "view":
		return true
	}
	return false
}
