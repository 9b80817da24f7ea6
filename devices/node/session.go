package node

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"hallward/devices/contract"
)

// errLost is the end of a session whose connection is gone.
var errLost = errors.New("connection lost")

// session is one connection to the broker, from its handshake to its end.
type session struct {
	id     string
	client mqtt.Client
	out    chan publication
	lost   chan struct{} // closed at the end
	once   sync.Once
	why    error // set before lost is closed
}

// publication is one message on its way out. sent, when set, is closed after
// the broker has taken it.
type publication struct {
	topic    string
	retained bool
	payload  []byte
	sent     chan struct{}
}

// terms are what a session is opened with.
type terms struct {
	clientID string
	session  string
	dial     Dial
	will     publication
	filters  []string
	// receive is called in the client library's one reading goroutine: it must
	// not block.
	receive func(topic string, retained bool, payload []byte)
}

// open connects, subscribes and starts the publisher.
func open(ctx context.Context, t terms) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	conn, err := t.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	s := &session{id: t.session, out: make(chan publication, contract.Window), lost: make(chan struct{})}
	w := &watched{Conn: conn, in: bufio.NewReader(conn), lost: func(err error) { s.end(fmt.Errorf("%w: %v", errLost, err)) }}

	o := mqtt.NewClientOptions()
	o.AddBroker("tcp://broker") // not used: the connection is already there
	o.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) { return w, nil })
	o.SetClientID(t.clientID)
	o.SetProtocolVersion(4)
	o.SetCleanSession(true)
	o.SetAutoReconnect(false)
	o.SetConnectRetry(false)
	o.SetConnectTimeout(connectLimit)
	o.SetKeepAlive(keepAlive)
	o.SetPingTimeout(pingTimeout)
	o.SetWriteTimeout(writeTimeout)
	o.SetOrderMatters(true)
	o.SetStore(noStore{})
	o.SetBinaryWill(t.will.topic, t.will.payload, 1, t.will.retained)
	o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
		t.receive(m.Topic(), m.Retained(), m.Payload())
	})
	o.SetConnectionLostHandler(func(_ mqtt.Client, err error) { s.end(fmt.Errorf("%w: %v", errLost, err)) })
	s.client = mqtt.NewClient(o)

	if err := await(ctx, s, s.client.Connect(), "connect"); err != nil {
		_ = conn.Close()
		s.close()
		return nil, err
	}
	filters := make(map[string]byte, len(t.filters))
	for _, f := range t.filters {
		filters[f] = 1
	}
	tok := s.client.SubscribeMultiple(filters, nil)
	if err := await(ctx, s, tok, "subscribe"); err != nil {
		s.close()
		return nil, err
	}
	for filter, code := range tok.(*mqtt.SubscribeToken).Result() {
		if code > 2 {
			s.close()
			return nil, fmt.Errorf("subscribe: the broker refuses %q to %q", filter, t.clientID)
		}
	}
	go s.publisher()
	return s, nil
}

func await(ctx context.Context, s *session, t mqtt.Token, what string) error {
	select {
	case <-t.Done():
		if err := t.Error(); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	case <-s.lost:
		return fmt.Errorf("%s: %w", what, s.why)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", what, ctx.Err())
	}
}

// refresh subscribes again, which makes the broker send what it retains once
// more. A NATS server keeps a retained message a moment after it has taken it,
// and a subscription made in that moment gets neither the message nor the
// retained copy.
func (s *session) refresh(filters []string) {
	again := make(map[string]byte, len(filters))
	for _, f := range filters {
		again[f] = 1
	}
	go s.client.SubscribeMultiple(again, nil) // its error is the connection's, which is watched
}

// publisher is the one goroutine that publishes. The library's Publish may
// block for the write time-out when the connection has just died, which is why
// it is not called from the loop that watches the connection.
func (s *session) publisher() {
	window := make(chan mqtt.Token, contract.Window-1)
	go s.confirmed(window)
	for {
		select {
		case <-s.lost:
			return
		case p := <-s.out:
			t := s.client.Publish(p.topic, 1, p.retained, p.payload)
			select {
			case window <- t:
			case <-s.lost:
				return
			}
			if p.sent != nil {
				go func() {
					select {
					case <-t.Done():
						close(p.sent)
					case <-s.lost:
					}
				}()
			}
		}
	}
}

// confirmed waits for the broker's PUBACKs, in order, which moves the window. A
// PUBACK that does not come ends the session; one that comes proves nothing
// but that the broker is alive (HALL-010).
func (s *session) confirmed(window <-chan mqtt.Token) {
	limit := time.NewTimer(pubackLimit)
	defer limit.Stop()
	for {
		var t mqtt.Token
		select {
		case t = <-window:
		case <-s.lost:
			return
		}
		limit.Reset(pubackLimit)
		select {
		case <-t.Done():
			if err := t.Error(); err != nil {
				s.end(fmt.Errorf("publish: %w", err))
				return
			}
		case <-limit.C:
			s.end(fmt.Errorf("publish: the broker has not confirmed a message for %v", pubackLimit))
			return
		case <-s.lost:
			return
		}
	}
}

// publish hands one message to the publisher, in order.
func (s *session) publish(topic string, retained bool, payload []byte) error {
	return s.hand(publication{topic: topic, retained: retained, payload: payload})
}

func (s *session) hand(p publication) error {
	if len(p.payload) > contract.MaxPayload {
		return fmt.Errorf("publish %s: %d bytes, at most %d", p.topic, len(p.payload), contract.MaxPayload)
	}
	select {
	case s.out <- p:
		return nil
	case <-s.lost:
		return s.why
	}
}

// last publishes and waits, not for long, until the broker has it.
func (s *session) last(topic string, retained bool, payload []byte) {
	p := publication{topic: topic, retained: retained, payload: payload, sent: make(chan struct{})}
	if s.hand(p) != nil {
		return
	}
	t := time.NewTimer(time.Second)
	defer t.Stop()
	select {
	case <-p.sent:
	case <-s.lost:
	case <-t.C:
	}
}

func (s *session) end(err error) {
	s.once.Do(func() { s.why = err; close(s.lost) })
}

// close ends the session for good and takes the client library's goroutines
// along. After last it is an orderly stop, without the will.
func (s *session) close() {
	select {
	case <-s.lost:
		s.client.Disconnect(0)
	default:
		s.client.Disconnect(250)
	}
	s.end(errLost)
}

// watched is the connection as the client library sees it: reads are buffered,
// and the end of reading is told at once. The library itself ignores a
// connection that was closed under it until the next keep-alive.
type watched struct {
	net.Conn
	in   *bufio.Reader
	lost func(error)
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.in.Read(p)
	if err != nil {
		w.lost(err)
		if errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe) {
			err = io.EOF
		}
	}
	return n, err
}

// noStore is the client library's message store, not used: what must survive
// stands in the outbox.
type noStore struct{}

func (noStore) Open()                             {}
func (noStore) Put(string, packets.ControlPacket) {}
func (noStore) Get(string) packets.ControlPacket  { return nil }
func (noStore) All() []string                     { return nil }
func (noStore) Del(string)                        {}
func (noStore) Close()                            {}
func (noStore) Reset()                            {}
