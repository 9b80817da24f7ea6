package broker

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"hallward/devices/contract"
)

// door is the broker's hook: who comes in, and who may say and hear what.
type door struct {
	mqtt.HookBase
	b *Broker

	// keeping parts those who keep a message from those who look for kept
	// ones; the server itself (v2.7.9) reads while it writes.
	keeping sync.RWMutex

	mu      sync.Mutex
	present map[string]*guest          // by identity
	devices map[string]map[string]bool // by identity: devices whose state is kept
}

// maxDevices is how many device states of one node are kept.
const maxDevices = 256

func (d *door) ID() string { return "door" }

func (d *door) Provides(b byte) bool {
	return bytes.IndexByte([]byte{mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnPublish, mqtt.OnWill,
		mqtt.OnRetainMessage, mqtt.OnPacketSent, mqtt.OnPacketProcessed}, b) >= 0
}

// OnConnectAuthenticate admits a client whose client id is the identity of its
// certificate. An older connection of the same identity is ended first, and
// entirely: the server's own take-over may mix up the two.
func (d *door) OnConnectAuthenticate(cl *mqtt.Client, pk packets.Packet) bool {
	g, ok := cl.Net.Conn.(*guest)
	if !ok {
		return false
	}
	if err := d.admit(g, cl, pk); err != nil {
		d.b.gate.refused.Add(1)
		d.b.log.Warn("client refused", "remote", cl.Net.Remote, "certificate", g.identity,
			"client", fmt.Sprintf("%.70q", cl.ID), "error", err)
		return false
	}
	d.mu.Lock()
	old := d.present[g.identity]
	d.present[g.identity] = g
	d.mu.Unlock()
	g.leave = func() { d.forget(g) }
	if old != nil {
		_ = old.Close()
		t := time.NewTimer(takeOverLimit)
		defer t.Stop()
		select {
		case <-old.gone:
		case <-t.C:
		}
	}
	return true
}

func (d *door) admit(g *guest, cl *mqtt.Client, pk packets.Packet) error {
	hall, _, ok := splitIdentity(g.identity)
	switch {
	case !ok || !slices.Contains(d.b.cfg.Halls, hall):
		return fmt.Errorf("the identity is of no hall that is served here")
	case pk.ProtocolVersion != 4:
		return fmt.Errorf("protocol level %d: want 4, which is MQTT 3.1.1", pk.ProtocolVersion)
	case cl.ID != g.identity:
		return fmt.Errorf("the client id is not the identity of the certificate")
	case d.b.cfg.Nodes != nil && !d.b.rights.host(g.identity) && !slices.Contains(d.b.cfg.Nodes, g.identity):
		return fmt.Errorf("the node is not in the configuration")
	case pk.Connect.Keepalive == 0 || pk.Connect.Keepalive > maxKeepAlive:
		return fmt.Errorf("keep-alive of %d s: want 1 to %d", pk.Connect.Keepalive, maxKeepAlive)
	case !pk.Connect.Clean:
		return fmt.Errorf("a persistent session: the contract has none")
	case pk.Connect.WillFlag && !d.b.rights.MayPublish(g.identity, pk.Connect.WillTopic):
		return fmt.Errorf("its will is not its own: %.80q", pk.Connect.WillTopic)
	}
	return nil
}

// OnACLCheck is asked for a subscription's filter, for a publication, and for
// each delivery.
func (d *door) OnACLCheck(cl *mqtt.Client, topic string, write bool) bool {
	g, ok := cl.Net.Conn.(*guest)
	if !ok {
		return false
	}
	if write {
		return d.b.rights.MayPublish(g.identity, topic)
	}
	return d.b.rights.MayRead(g.identity, topic)
}

// forget is told when a connection is entirely over.
func (d *door) forget(g *guest) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.present[g.identity] == g {
		delete(d.present, g.identity)
	}
}

// OnPublish refuses to keep what the contract never keeps (a command or a
// request that is found again later), and more devices than a node may have.
func (d *door) OnPublish(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if !pk.FixedHeader.Retain {
		return pk, nil
	}
	if !d.mayKeep(cl.ID, pk.TopicName) {
		pk.FixedHeader.Retain = false
		return pk, packets.CodeSuccessIgnore
	}
	d.keeping.Lock()
	return pk, nil
}

// OnWill is OnPublish for a will.
func (d *door) OnWill(_ *mqtt.Client, will mqtt.Will) (mqtt.Will, error) {
	if will.Retain {
		d.keeping.Lock()
	}
	return will, nil
}

// OnRetainMessage follows OnPublish and OnWill when the message has been kept.
func (d *door) OnRetainMessage(*mqtt.Client, packets.Packet, int64) { d.keeping.Unlock() }

// OnPacketSent marks where a subscription begins to look for kept messages:
// its SUBACK is out, so nothing blocks from here to OnPacketProcessed.
func (d *door) OnPacketSent(cl *mqtt.Client, pk packets.Packet, _ []byte) {
	if g, ok := cl.Net.Conn.(*guest); ok && pk.FixedHeader.Type == packets.Suback {
		d.keeping.RLock()
		g.looking = true
	}
}

// OnPacketProcessed marks where it ends.
func (d *door) OnPacketProcessed(cl *mqtt.Client, pk packets.Packet, _ error) {
	if g, ok := cl.Net.Conn.(*guest); ok && pk.FixedHeader.Type == packets.Subscribe && g.looking {
		g.looking = false
		d.keeping.RUnlock()
	}
}

func (d *door) mayKeep(identity, topic string) bool {
	if !MayRetain(topic) {
		return false
	}
	a, _ := contract.ParseTopic(topic)
	if a.Kind != "state" {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	has := d.devices[identity]
	if has == nil {
		has = map[string]bool{}
		d.devices[identity] = has
	}
	if !has[a.Name] && len(has) >= maxDevices {
		return false
	}
	has[a.Name] = true
	return true
}
