package node_test

import (
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"hallward/devices/contract"
	"hallward/devices/node"
)

// BenchmarkDrain compares draining an outbox of 10,000 events, acknowledged end
// to end, with the same broker's raw rate: the same payloads at QoS 1 from one
// client to another, with as many under way. The gate is a ratio of 0.3
// (reliability.md §6).
func BenchmarkDrain(b *testing.B) {
	const events = 10_000
	for _, kind := range []string{"embedded", "mosquitto", "nats"} {
		b.Run(kind, func(b *testing.B) {
			var drain, raw time.Duration
			for b.Loop() {
				br := startBroker(b, kind)
				o := newOutbox("kiosk-1", "e1")
				o.add(events)
				raw += rawRate(b, br, o.evs)

				s := newStore()
				h, stopHost := br.host(b, s, nil)
				poll(b, soon, "host online", h.Online)
				began := time.Now()
				_, stopNode := br.node(b, "kiosk-1", func(c *node.Config) { c.Outbox = o })
				poll(b, time.Minute, "drained", o.empty)
				drain += time.Since(began)
				stopNode()
				stopHost()
				br.stop()
				br.stop = func() {}
			}
			n := float64(b.N) * events
			b.ReportMetric(n/drain.Seconds(), "drained/s")
			b.ReportMetric(n/raw.Seconds(), "raw/s")
			b.ReportMetric(raw.Seconds()/drain.Seconds(), "drain÷raw")
		})
	}
}

func rawRate(b *testing.B, br *testBroker, evs []contract.Event) time.Duration {
	b.Helper()
	var got atomic.Int64
	to := br.mustConnect(b, "hall", func(o *mqtt.ClientOptions) {
		o.SetDefaultPublishHandler(func(mqtt.Client, mqtt.Message) { got.Add(1) })
	})
	to.subscribe(b, topics.Node("kiosk-2", "evt"))
	from := br.mustConnect(b, "kiosk-2", nil)
	payloads := make([][]byte, len(evs))
	for i, e := range evs {
		payloads[i], _ = json.Marshal(e)
	}
	began := time.Now()
	under := make(chan mqtt.Token, contract.Window)
	go func() {
		defer close(under)
		for _, p := range payloads {
			under <- from.Publish(topics.Node("kiosk-2", "evt"), 1, false, p)
		}
	}()
	for t := range under {
		t.Wait()
	}
	poll(b, time.Minute, "everything received", func() bool { return got.Load() >= int64(len(evs)) })
	took := time.Since(began)
	to.Disconnect(10)
	from.Disconnect(10)
	return took
}
