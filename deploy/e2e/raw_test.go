package e2e

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
	"hallward/devices/pki"
)

// topics are those of the sample hall.
var topics = contract.Topics{Hall: hallID}

// raw is an MQTT connection that follows no rule of the contract: whatever
// bytes the test wants, with whatever certificate it has stolen.
type raw struct {
	t     testing.TB
	conn  net.Conn
	ended chan struct{} // closed when the broker has hung up

	mu    sync.Mutex
	next  uint16
	got   []message
	codes map[uint16][]byte // of SUBACKs
	acked map[uint16]bool   // PUBACKs
	news  chan struct{}     // closed and replaced when something has come
}

type message struct {
	topic   string
	payload string
}

// dialRaw connects to the hall's broker with a certificate of a folder, under a
// client id.
func (h *house) dialRaw(folder, certificate, clientID string) (*raw, error) {
	h.t.Helper()
	conf, err := pki.NodeTLS(folder, certificate)
	if err != nil {
		h.t.Fatal(err)
	}
	// A thief trusts whomever he talks to; what is tried is the broker.
	conf.InsecureSkipVerify, conf.VerifyConnection = true, nil
	d := &tls.Dialer{NetDialer: &net.Dialer{Timeout: 5 * time.Second}, Config: conf}
	c, err := d.DialContext(h.t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", h.port(brokerPort)))
	if err != nil {
		return nil, err
	}
	hello := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	hello.ProtocolName, hello.ProtocolVersion, hello.CleanSession = "MQTT", 4, true
	hello.ClientIdentifier, hello.Keepalive = clientID, 120
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if err := hello.Write(c); err != nil {
		c.Close()
		return nil, err
	}
	p, err := packets.ReadPacket(c)
	if err == nil {
		if ack, ok := p.(*packets.ConnackPacket); !ok || ack.ReturnCode != packets.Accepted {
			err = fmt.Errorf("CONNACK: %v", p)
		}
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	_ = c.SetDeadline(time.Time{})
	r := &raw{t: h.t, conn: c, ended: make(chan struct{}), codes: map[uint16][]byte{}, acked: map[uint16]bool{}, news: make(chan struct{})}
	go r.read()
	h.t.Cleanup(func() { c.Close(); <-r.ended })
	return r, nil
}

// mustDialRaw connects as a node with its own certificate.
func (h *house) mustDialRaw(node string) *raw {
	h.t.Helper()
	r, err := h.dialRaw(filepath.Join(h.dir, "pki"), node, topics.Identity(node))
	if err != nil {
		h.t.Fatalf("connect as %s: %v", node, err)
	}
	return r
}

func (r *raw) read() {
	defer close(r.ended)
	defer r.conn.Close()
	for {
		p, err := packets.ReadPacket(r.conn)
		if err != nil {
			return
		}
		r.mu.Lock()
		switch p := p.(type) {
		case *packets.PublishPacket:
			r.got = append(r.got, message{p.TopicName, string(p.Payload)})
			if p.Qos > 0 {
				ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
				ack.MessageID = p.MessageID
				_ = ack.Write(r.conn)
			}
		case *packets.SubackPacket:
			r.codes[p.MessageID] = p.ReturnCodes
		case *packets.PubackPacket:
			r.acked[p.MessageID] = true
		}
		close(r.news)
		r.news = make(chan struct{})
		r.mu.Unlock()
	}
}

// wait waits until ok, which is called with mu held, or the connection's end.
func (r *raw) wait(limit time.Duration, ok func() bool) bool {
	end := time.NewTimer(limit)
	defer end.Stop()
	for {
		r.mu.Lock()
		done, news := ok(), r.news
		r.mu.Unlock()
		if done {
			return true
		}
		select {
		case <-news:
		case <-r.ended:
			return false
		case <-end.C:
			return false
		}
	}
}

// publish sends a message, QoS 1, and does not wait.
func (r *raw) publish(topic string, retain bool, payload []byte) (id uint16) {
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	r.mu.Lock()
	r.next++
	id = r.next
	r.mu.Unlock()
	p.TopicName, p.Payload, p.Qos, p.Retain, p.MessageID = topic, payload, 1, retain, id
	_ = r.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	_ = p.Write(r.conn) // an error shows as the end of the connection
	return id
}

// subscribe tells whether the broker grants a filter.
func (r *raw) subscribe(filter string) bool {
	r.t.Helper()
	p := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	r.mu.Lock()
	r.next++
	p.MessageID = r.next
	r.mu.Unlock()
	p.Topics, p.Qoss = []string{filter}, []byte{1}
	_ = p.Write(r.conn)
	var codes []byte
	if !r.wait(5*time.Second, func() bool { codes = r.codes[p.MessageID]; return codes != nil }) {
		return false
	}
	return len(codes) == 1 && codes[0] <= 2
}

// hungUp tells whether the broker ends the connection in time.
func (r *raw) hungUp(limit time.Duration) bool {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-r.ended:
		return true
	case <-t.C:
		return false
	}
}

// messages are what has come on a topic.
func (r *raw) messages(topic string) (list []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.got {
		if m.topic == topic {
			list = append(list, m.payload)
		}
	}
	return list
}

// ask makes a request as a node and waits for its answer; the node's answers
// must be subscribed.
func (r *raw) ask(node, typ string, data any) (contract.Answer, error) {
	r.t.Helper()
	body, err := json.Marshal(data)
	if err != nil {
		r.t.Fatal(err)
	}
	now := time.Now().UTC()
	req := contract.Request{ID: ulid.Make().String(), Type: typ, Issued: now, Expires: now.Add(10 * time.Second), Data: body}
	payload, err := json.Marshal(req)
	if err != nil {
		r.t.Fatal(err)
	}
	r.publish(topics.Node(node, "ask"), false, payload)
	var a contract.Answer
	if !r.wait(10*time.Second, func() bool {
		for _, m := range r.got {
			if m.topic == topics.Node(node, "answer") && strings.Contains(m.payload, req.ID) && json.Unmarshal([]byte(m.payload), &a) == nil {
				return true
			}
		}
		return false
	}) {
		return a, errors.New("no answer")
	}
	return a, nil
}
