// Package contract is the MQTT contract "hall/1" between a host and its nodes:
// the hall controller is host to kiosks, displays and bridges, and the centre
// server is host to the hall controllers. The rules are numbered in
// asyncapi.yaml beside this file; the types here are the same words in Go.
//
// Topics are hall/1/{hall}/{node}/…, everything is JSON at QoS 1, and nothing
// that must survive relies on the broker: an event leaves the node's disk only
// after the host has acknowledged it as stored.
package contract

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Version is the major of the contract, as it stands in each topic.
const Version = "1"

// MaxPayload is the largest payload that either side accepts, in bytes.
const MaxPayload = 64 << 10

// Window is how many messages a client may have under way without the broker's
// PUBACK. What the host has not acknowledged stays on the node's disk anyway.
const Window = 32

// AnswerLife is how long a host remembers the answer to a request: the same id
// gets the same answer, and no second effect.
const AnswerLife = 24 * time.Hour

var idForm = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// CheckID says what is wrong with a hall, node or device id.
func CheckID(id string) error {
	if !idForm.MatchString(id) {
		return fmt.Errorf("id %.40q: want 1 to 32 of a-z, 0-9 and -", id)
	}
	return nil
}

// Topics builds the topics of one hall.
type Topics struct{ Hall string }

func (t Topics) root() string { return "hall/" + Version + "/" + t.Hall + "/" }

// Identity is a node's name on the broker, "luotian/kiosk-1": the common name
// of its certificate and its MQTT client id. The host has one as well.
func (t Topics) Identity(node string) string { return t.Hall + "/" + node }

// Host is the host's own status (retained, last will).
func (t Topics) Host() string { return t.root() + "host" }

// View is a snapshot for all nodes (retained).
func (t Topics) View(name string) string { return t.root() + "view/" + name }

// Node is one of a node's topics: "status", "birth", "evt", "ack", "ask",
// "answer", "cmd", "res".
func (t Topics) Node(node, kind string) string { return t.root() + node + "/" + kind }

// DeviceState is what a node reports of one device (retained).
func (t Topics) DeviceState(node, device string) string {
	return t.root() + node + "/dev/" + device + "/state"
}

// DeviceDesired is what the host wants of one device (retained).
func (t Topics) DeviceDesired(node, device string) string {
	return t.root() + node + "/dev/" + device + "/desired"
}

// Address is a topic taken apart. For a view, Kind is "view" and Name the
// view's name; for the host's status Kind is "host"; for a device Kind is
// "state" or "desired" and Name the device.
type Address struct{ Hall, Node, Kind, Name string }

// ParseTopic takes a topic of this contract apart; ok is false for any other.
func ParseTopic(topic string) (a Address, ok bool) {
	p := strings.Split(topic, "/")
	if len(p) < 4 || p[0] != "hall" || p[1] != Version {
		return a, false
	}
	a.Hall = p[2]
	switch rest := p[3:]; {
	case len(rest) == 1 && rest[0] == "host":
		a.Kind = "host"
	case len(rest) == 2 && rest[0] == "view":
		a.Kind, a.Name = "view", rest[1]
	case len(rest) == 2:
		a.Node, a.Kind = rest[0], rest[1]
	case len(rest) == 4 && rest[1] == "dev" && (rest[3] == "state" || rest[3] == "desired"):
		a.Node, a.Name, a.Kind = rest[0], rest[2], rest[3]
	default:
		return Address{}, false
	}
	return a, true
}

// Node states of Status.State.
const (
	Ready   = "ready"
	Stopped = "stopped"
	Lost    = "lost"
)

// Status is the retained status of a node, and its last will.
type Status struct {
	State   string `json:"state"`
	Session string `json:"session"` // ULID, new for each connection
}

// HostStatus is the retained status of the host, and its last will. While it is
// not Online a node keeps its events.
type HostStatus struct {
	Online  bool   `json:"online"`
	Session string `json:"session"`
}

// Birth is what a node is and brings (retained).
type Birth struct {
	Session   string        `json:"session"`
	Program   string        `json:"program"` // "kiosk", "display", "hall" …
	Version   string        `json:"version"`
	Contracts []string      `json:"contracts"` // ["1"]
	Role      string        `json:"role"`
	Clock     string        `json:"clock"` // "synced" or "free"
	Outbox    *OutboxRange  `json:"outbox,omitempty"`
	Devices   []DeviceBirth `json:"devices,omitempty"`
	Time      time.Time     `json:"time"`
}

// OutboxRange is what waits on a node's disk: events First to Last of Epoch.
type OutboxRange struct {
	Epoch string `json:"epoch"`
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

// DeviceBirth is one device of a node.
type DeviceBirth struct {
	ID           string   `json:"id"`
	Kind         string   `json:"kind"`
	Capabilities []string `json:"capabilities"`
}

// DeviceState is the reported state of one device (retained).
type DeviceState struct {
	Session string    `json:"session"`
	Up      bool      `json:"up"`
	Faults  []string  `json:"faults"`
	Paper   string    `json:"paper,omitempty"`
	Model   string    `json:"model,omitempty"`
	Drops   uint64    `json:"drops,omitempty"`
	Applied uint64    `json:"applied,omitempty"` // revision of desired that is in force
	Since   time.Time `json:"since"`
}

// Event is a CloudEvents 1.0 event in structured mode. ID is
// "{node}/{epoch}/{sequence}".
type Event struct {
	SpecVersion string          `json:"specversion"` // "1.0"
	ID          string          `json:"id"`
	Source      string          `json:"source"` // "/hall/1/{hall}/{node}"
	Type        string          `json:"type"`   // "ticket.issued/1"
	Time        time.Time       `json:"time"`
	ContentType string          `json:"datacontenttype"` // "application/json"
	Sequence    uint64          `json:"sequence,string"`
	Data        json.RawMessage `json:"data"`
}

// EventID is the identity of an event of a node.
func EventID(node, epoch string, sequence uint64) string {
	return fmt.Sprintf("%s/%s/%d", node, epoch, sequence)
}

// ParseEventID takes an event's identity apart.
func ParseEventID(id string) (node, epoch string, sequence uint64, err error) {
	p := strings.Split(id, "/")
	if len(p) == 3 && CheckID(p[0]) == nil && p[1] != "" {
		if _, err := fmt.Sscanf(p[2], "%d", &sequence); err == nil && fmt.Sprint(sequence) == p[2] {
			return p[0], p[1], sequence, nil
		}
	}
	return "", "", 0, fmt.Errorf("event id %.80q: want node/epoch/sequence", id)
}

// Ack is the host's cumulative acknowledgement: everything through this
// sequence is stored. It is sent again, unchanged, to make a node rewind.
type Ack struct {
	Epoch   string `json:"epoch"`
	Through uint64 `json:"through"`
}

// Request is a node's ask or a host's command.
type Request struct {
	ID      string          `json:"id"`   // ULID; the same id is the same request
	Type    string          `json:"type"` // "ticket.take/1"
	Issued  time.Time       `json:"issued"`
	Expires time.Time       `json:"expires"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Results of a request.
const (
	ResultOK      = "ok"
	ResultRefused = "refused" // a rule says no; the message can be shown
	ResultFailed  = "failed"  // it could not be done; asking again may help
	ResultExpired = "expired"
)

// Answer is the result of a request; Error stands beside every result but ok.
type Answer struct {
	ID     string          `json:"id"`
	Result string          `json:"result"`
	Error  *Problem        `json:"error,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
}

// Problem is why a request was not carried out. Message and MessageEN can be
// shown to a person; Code is for programs. Ticket is the id of the ticket that
// the asking person already holds, of "already-holding" and "already-arrived".
type Problem struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	MessageEN string `json:"message_en,omitempty"`
	Ticket    string `json:"ticket,omitempty"`
}

func (p *Problem) Error() string { return p.Code + ": " + p.Message }
