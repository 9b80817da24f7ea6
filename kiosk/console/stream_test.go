package console

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
)

// The stream of a window ends when its person signs out, by whatever page.
func TestStreamEndsAtSignOut(t *testing.T) {
	hall := newFakeHall()
	v := visit(t, site(t, hall, Options{}))
	token := v.at("w1", "1001")
	s := v.stream("/window/w1/events")
	if first := s.next(); !strings.Contains(first, "A004") || !strings.Contains(first, `"next":""`) {
		t.Errorf("the first message: %.300s", first)
	}
	if _, a := v.act("w1", token, act{ID: newID(), Verb: "sign-out"}); a.Result != contract.ResultOK {
		t.Fatalf("sign-out: %+v", a)
	}
	if got := s.next(); !strings.Contains(got, `"gone":"`) || strings.Contains(got, "A004") {
		t.Errorf("after the sign-out: %.300s", got)
	}
	if got := s.next(); got != "" {
		t.Errorf("the stream goes on: %.300s", got)
	}
}

// A server's time-outs, which are for slow requests, do not cut the stream.
func TestStreamOutlivesTimeouts(t *testing.T) {
	hall := newFakeHall()
	srv := httptest.NewUnstartedServer(New(hall, Options{}))
	srv.Config.ReadTimeout, srv.Config.WriteTimeout = 150*time.Millisecond, 150*time.Millisecond
	srv.Start()
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	v := visit(t, srv.URL)
	v.at("w1", "1001")
	s := v.stream("/window/w1/events")
	s.next()
	<-time.After(400 * time.Millisecond)
	hall.change(func(s *Snapshot) { s.Windows[0].Waiting = append(s.Windows[0].Waiting, ticket("A007", "deed", 0)) })
	if got := s.next(); !strings.Contains(got, "A007") {
		t.Errorf("after the time-out: %.200s", got)
	}
}
