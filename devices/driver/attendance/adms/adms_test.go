package adms

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
)

// The handshake of the protocol text, with every line the terminal needs, and
// with nothing in TransFlag that would make templates leave it.
func TestHandshake(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.expect(get("/iclock/cdata?SN="+sn+"&options=all&language=83&pushver=2.4.1&DeviceType=att&PushOptionsFlag=1"), 200,
			"GET OPTION FROM: "+sn+"\nATTLOGStamp=None\nOPERLOGStamp=None\nATTPHOTOStamp=None\nErrorDelay=30\nDelay=10\n"+
				"TransTimes=00:00;14:05\nTransInterval=1\nTransFlag=TransData AttLog\tOpLog\nTimeZone=8\nRealtime=1\nEncrypt=None\n"+
				"ServerVer=2.4.1\nPushProtVer=2.4.1\n")
		_, old := b.send(get("/iclock/cdata?SN=" + sn + "&options=all&pushver=1.0"))
		if !strings.Contains(old, "\nStamp=None\nOpStamp=None\nPhotoStamp=None\n") {
			t.Errorf("PUSH 1.0: %q", old)
		}
	})
}

func TestZoneOption(t *testing.T) {
	now := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		zone   *time.Location
		offset bool
		want   string
	}{
		{china, false, "8"}, {china, true, "+08:00"}, {time.UTC, false, "0"},
		{time.FixedZone("x", 5*3600+1800), false, "330"}, {time.FixedZone("x", -3*3600), false, "-3"},
	} {
		tm := &terminal{Terminal: Terminal{Zone: c.zone, Quirks: Quirks{OffsetZone: c.offset}}}
		if got := zoneOption(tm, now); got != c.want {
			t.Errorf("%s: %s, want %s", c.zone, got, c.want)
		}
	}
}

// R-ATT-21: terminals get the hall's time, and none while it is not known.
func TestTime(t *testing.T) {
	synced := true
	withBench(t, &Opts{Synced: func() bool { return synced }}, func(b *bench) {
		answer, body := b.send(get("/iclock/cdata?SN=" + sn + "&type=time"))
		if body != "Time=2000-01-01T08:00:00+08:00" || answer.Header.Get("Date") == "" {
			t.Errorf("%q, Date %q", body, answer.Header.Get("Date"))
		}
		synced = false
		b.expect(get("/iclock/cdata?SN="+sn+"&type=time"), 503, "")
		if answer, _ := b.send(get("/iclock/getrequest?SN=" + sn)); answer.Header.Get("Date") != "" {
			t.Error("a terminal may set its clock by our wrong one")
		}
	})
}

// Who is not on the list, has another key or calls from elsewhere gets
// nothing, and is reported once.
func TestStrangers(t *testing.T) {
	withBench(t, &Opts{Terminals: []Terminal{
		{SN: sn, Zone: china, ComKey: "88888888", From: netip.MustParsePrefix("10.0.0.7/32")},
	}}, func(b *bench) {
		punch := "1\t2026-01-05 08:00:00\t0\t1\n"
		for _, sender := range []struct {
			addr from
			sn   string
		}{
			{"10.0.0.7:1", "OTHER&ComKey=88888888"}, {"10.0.0.7:1", sn}, {"10.0.0.7:1", sn + "&ComKey=1"},
			{"10.0.0.8:1", sn + "&ComKey=88888888"}, {"10.0.0.7:1", ""},
		} {
			answer, _ := b.sendFrom(sender.addr, post("/iclock/cdata?SN="+sender.sn+"&table=ATTLOG", punch))
			if answer.StatusCode != 403 {
				t.Errorf("%+v: %d", sender, answer.StatusCode)
			}
		}
		b.want(`fault rejected true request: serial number "OTHER" from 10.0.0.7:1: not on the list`)
		answer, body := b.sendFrom("10.0.0.7:1", post("/iclock/cdata?ComKey=88888888&table=ATTLOG&SN="+sn, punch))
		if answer.StatusCode != 200 || body != "OK: 1" {
			t.Errorf("the right one: %d %q", answer.StatusCode, body)
		}
		b.readings()
		time.Sleep(strangerTime + 10*time.Second)
		synctest.Wait()
		if got := b.readings(); !slices.Contains(got, "fault rejected false ") {
			t.Errorf("readings %q", got)
		}
	})
}

// A terminal that is silent for more than three heartbeats is offline, until
// it is heard again.
func TestHeartbeatLost(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		for range 6 {
			b.expect(get("/iclock/getRequest?SN="+sn+"&INFO=Ver%206.8.0,2,0,0,192.168.1.201,10,-1,-12,101"), 200, "OK")
			time.Sleep(25 * time.Second)
		}
		b.want()
		time.Sleep(11 * time.Second)
		b.want("fault offline true " + sn + ": no request for 30s")
		time.Sleep(time.Hour)
		b.want()
		b.expect(get("/iclock/ping?SN="+sn), 200, "OK")
		b.want("fault offline false ")
	})
	withBench(t, nil, func(b *bench) { // one that never called
		time.Sleep(36 * time.Second)
		b.want("fault offline true " + sn + ": no request for 30s")
	})
}

func TestCommands(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		codes := make(chan string, 3)
		do := func(c Command) {
			go func() {
				n, err := b.dev.Do(b.t.Context(), sn, c)
				codes <- fmt.Sprintf("%.6s %d %v", c.text, n, err)
			}()
			synctest.Wait()
		}
		do(Reboot())
		do(QueryPunches(time.Date(2026, 1, 5, 0, 0, 0, 0, china), time.Date(2026, 1, 6, 0, 0, 0, 0, china)))
		first := b.dev.nextID - 2
		b.expect(get("/iclock/getrequest?SN="+sn), 200, fmt.Sprintf(
			"C:%d:DATA QUERY ATTLOG StartTime=2026-01-05T00:00:00\tEndTime=2026-01-06T00:00:00\nC:%d:REBOOT\n", first+1, first))
		b.expect(get("/iclock/getrequest?SN="+sn), 200, "OK") // each is handed over once
		time.Sleep(again + time.Second)
		if _, body := b.send(get("/iclock/getrequest?SN=" + sn)); !strings.HasPrefix(body, fmt.Sprintf("C:%d:DATA", first+1)) || strings.Contains(body, "REBOOT") {
			t.Errorf("a lost one comes again, a reboot does not: %q", body)
		}
		b.expect(post("/iclock/devicecmd?SN="+sn, fmt.Sprintf("ID=%d&Return=0&CMD=DATA\nID=%d&Return=-1005&CMD=REBOOT\nID=1&Return=0\nnoise %%zz\n", first+1, first)), 200, "OK")
		got := []string{<-codes, <-codes}
		slices.Sort(got)
		if !slices.Equal(got, []string{"DATA Q 0 <nil>", "REBOOT -1005 <nil>"}) {
			t.Errorf("results %q", got)
		}
		gone, stop := context.WithTimeout(b.t.Context(), time.Minute)
		defer stop()
		if _, err := b.dev.Do(gone, sn, Check()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a terminal that never comes: %v", err)
		}
		b.expect(get("/iclock/getrequest?SN="+sn), 200, "OK") // given up
		if _, err := b.dev.Do(gone, "other", Info()); err == nil {
			t.Error("a command to nobody")
		}
		if _, err := b.dev.Do(gone, sn, Command{}); err == nil {
			t.Error("an empty command")
		}
	})
}

func TestLimits(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		line := "1\t2026-01-05 08:00:00\t0\t1\n"
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTLOG", line+strings.Repeat("x", 10*maxLine)+"\n"+line), 200, "OK: 3")
		if got := b.readings(); len(got) != 3 || !strings.Contains(got[1], "longer than 1024 bytes") || len(got[1]) > 400 {
			t.Errorf("%.500q", got)
		}
		near, far := net.Pipe()
		b.ln.conns <- caller{far, "10.0.0.7:1"}
		go fmt.Fprintf(near, "POST /iclock/cdata?SN=%s&table=ATTLOG HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", sn, MaxBody+1, line)
		answer, err := http.ReadResponse(bufio.NewReader(near), nil)
		if err != nil || answer.StatusCode != 413 {
			t.Errorf("too large an upload: %v, %v", answer, err)
		}
		near.Close()
		b.want() // nothing of it is stored: it would be refused and sent again for ever
		b.expect(get("/iclock/registry?SN="+sn), 404, "")
		b.expect(get("/iclock/cdata?SN="+sn), 400, "")
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTLOG", "")[:0]+"POST /iclock/cdata?SN="+sn+"&table=ATTLOG HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 415, "")
	})
}

// S60: connections beyond the limit are closed, and the terminal still gets
// through when the strangers are gone.
func TestTooManyConnections(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		var open []net.Conn
		for range MaxConns {
			near, far := net.Pipe()
			b.ln.conns <- caller{far, "10.0.0.9:1"}
			open = append(open, near)
		}
		synctest.Wait()
		near, far := net.Pipe()
		b.ln.conns <- caller{far, "10.0.0.9:1"}
		asked := time.Now()
		if n, err := near.Read(make([]byte, 1)); err != io.EOF || time.Since(asked) > 0 {
			t.Errorf("one too many: %d, %v after %s", n, err, time.Since(asked))
		}
		time.Sleep(headerTime + time.Second) // they say nothing, and are closed
		for _, c := range open {
			if _, err := c.Read(make([]byte, 1)); err != io.EOF {
				t.Fatalf("a silent connection: %v", err)
			}
		}
		b.expect(get("/iclock/getrequest?SN="+sn), 200, "OK")
	})
}

// kept is a Stamps that outlives the driver.
type kept map[string]string

func (k kept) Stamp(terminal, table string) string    { return k[terminal+"/"+table] }
func (k kept) SetStamp(terminal, table, stamp string) { k[terminal+"/"+table] = stamp }

func TestStampsAreKeptOutside(t *testing.T) {
	k := kept{}
	o := func() *Opts { return &Opts{Stamps: k} }
	withBench(t, o(), func(b *bench) {
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTLOG&Stamp=82983982", "1\t2026-01-05 08:00:00\t0\t1\n"), 200, "OK: 1")
		b.expect(post("/iclock/cdata?SN="+sn+"&table=OPERLOG&Stamp=1%0ATransFlag=x", "OPLOG 0\t0\t2026-01-05 08:00:00\n"), 200, "OK: 1")
	})
	withBench(t, o(), func(b *bench) {
		_, options := b.send(get("/iclock/cdata?SN=" + sn + "&options=all&pushver=2.4.1"))
		if !strings.Contains(options, "ATTLOGStamp=82983982\nOPERLOGStamp=None\n") {
			t.Errorf("options %q", options)
		}
	})
}

func TestNewRefusesWrongSettings(t *testing.T) {
	for _, o := range []*Opts{
		nil, {}, {Terminals: []Terminal{{SN: ""}}}, {Terminals: []Terminal{{SN: "a b"}}},
		{Terminals: []Terminal{{SN: "a"}, {SN: "a"}}}, {Terminals: []Terminal{{SN: "a"}}, Delay: time.Millisecond},
	} {
		if _, err := New(newPipes(), o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

func TestRunEndsWithTheListener(t *testing.T) {
	ln := newPipes()
	dev, err := New(ln, &Opts{Terminals: []Terminal{{SN: sn}}})
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := dev.Run(t.Context(), func(context.Context, devices.Reading) error { return nil }); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Run = %v", err)
	}
}
