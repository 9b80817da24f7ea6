package scanner

import (
	"context"
	"errors"
	"net"
	"runtime"
	"testing"
	"time"
)

func TestScan(t *testing.T) {
	for _, c := range []struct{ end, fault, want string }{
		{"", "", "A001\r"},
		{"lf", "", "A001\n"},
		{"crlf", "", "A001\r\n"},
		{"none", "", "A001"},
		{"cr", "twice", "A001\rA001\r"},
		{"cr", "gbk", "\xd1\xf9\xc0\xfd\r"},
		{"cr", "garbage", "\x00\xff\x02\rA001\r"},
	} {
		s, err := New(c.end)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Scan("A001"); !errors.Is(err, ErrNoHost) {
			t.Errorf("a scan for nobody: %v", err)
		}
		if c.fault != "" {
			if err := s.Set(c.fault, true); err != nil {
				t.Fatal(err)
			}
		}
		near, far := net.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Serve(ctx, near) }()
		for !s.State().Open {
			runtime.Gosched() // the goroutine above opens the line
		}
		scanned := make(chan error, 1)
		go func() { scanned <- s.Scan("A001") }()
		far.SetDeadline(time.Now().Add(5 * time.Second))
		got := make([]byte, 64)
		n, err := far.Read(got)
		if err != nil || string(got[:n]) != c.want {
			t.Errorf("%s %s: %q, %v, want %q", c.end, c.fault, got[:n], err, c.want)
		}
		if err := <-scanned; err != nil {
			t.Error(err)
		}
		if st := s.State(); st.Codes != 1 || c.fault != "" && !st.Switches[c.fault] {
			t.Errorf("%+v", st)
		}
		cancel()
		<-done
	}
	if _, err := New("tab"); err == nil {
		t.Error("an unknown end is taken")
	}
	s, err := New("cr")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Scan(""); !errors.Is(err, ErrEmpty) {
		t.Errorf("an empty code: %v", err)
	}
	if err := s.Set("fire", true); err == nil {
		t.Error("an unknown switch was set")
	}
}
