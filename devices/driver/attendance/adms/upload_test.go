package adms

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallward/devices"
)

// The captured upload of an X100-C, and what else a field may look like.
func TestPunches(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTLOG&Stamp=9999", "1156\t2024-08-05 12:40:57\t1\t1\t\t0\t0\t\n"), 200, "OK: 1")
		p := b.said[0].(devices.Punch)
		want := devices.Punch{
			Terminal: sn, Person: "1156", Local: "2024-08-05 12:40:57", Zone: "Asia/Shanghai",
			At: time.Date(2024, 8, 5, 12, 40, 57, 0, china), Received: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
			Verify: 1, State: 1, Source: "push", Raw: "1156\t2024-08-05 12:40:57\t1\t1\t\t0\t0\t",
		}
		if !p.At.Equal(want.At) || !p.Received.Equal(want.Received) {
			t.Errorf("times %s, %s", p.At, p.Received)
		}
		p.At, p.Received = want.At, want.Received
		if p != want {
			t.Errorf("punch %+v, want %+v", p, want)
		}
		b.readings()

		work, _ := simplifiedchinese.GBK.NewEncoder().String("外勤")
		b.expect(post("/iclock/cdata.aspx?sn="+sn+"&TABLE=attlog", "1001\t2026-01-05 08:59:58\t0\t15\r\n\r\n1002\t2026-01-05 09:00:01\t0\t16\t"+work+"\t0\t0\t0\t36.5"), 200, "OK: 2")
		if raw := b.said[1].(devices.Punch).Raw; !strings.Contains(raw, "外勤") {
			t.Errorf("raw line %q, want the GBK text readable", raw)
		}
		b.want("punch "+sn+" 1001 2026-01-05 08:59:58 state 0 verify 15", "punch "+sn+" 1002 2026-01-05 09:00:01 state 0 verify 16")
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTLOG&Stamp=1", ""), 200, "OK: 0")
	})
}

// R-ATT-20: nothing is acknowledged before everything is stored. The terminal
// sends the whole upload again.
func TestUnstoredIsNotAcknowledged(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		body := "1\t2026-01-05 08:00:00\t0\t1\n2\t2026-01-05 08:00:01\t0\t1\n"
		full := true
		b.refuse = func(r devices.Reading) bool {
			p, ok := r.(devices.Punch)
			return ok && full && p.Person == "2"
		}
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTLOG&Stamp=7", body), 500, "")
		if _, options := b.send(get("/iclock/cdata?SN=" + sn + "&options=all&pushver=2.4.1")); !strings.Contains(options, "ATTLOGStamp=None") {
			t.Errorf("the stamp has moved: %q", options)
		}
		full = false
		b.readings()
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTLOG&Stamp=7", body), 200, "OK: 2")
		b.want("punch "+sn+" 1 2026-01-05 08:00:00 state 0 verify 1", "punch "+sn+" 2 2026-01-05 08:00:01 state 0 verify 1")
		if _, options := b.send(get("/iclock/cdata?SN=" + sn + "&options=all&pushver=2.4.1")); !strings.Contains(options, "ATTLOGStamp=7\n") {
			t.Errorf("the stamp has not moved: %q", options)
		}
	})
}

// An upload that breaks off is not acknowledged, and its half line is no punch.
func TestTruncatedUpload(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		request := post("/iclock/cdata?SN="+sn+"&table=ATTLOG", "1\t2026-01-05 08:00:00\t0\t1\n2\t2026-01-05 08:00:01\t0\t1\t0\n")
		near, far := net.Pipe()
		b.ln.conns <- caller{far, "10.0.0.7:1"}
		go io.Copy(io.Discard, near)
		io.WriteString(near, strings.TrimSuffix(request, "\t0\n"))
		near.Close()
		synctest.Wait()
		b.want("punch " + sn + " 1 2026-01-05 08:00:00 state 0 verify 1")
		// A body without a length would look empty, and OK would lose it.
		b.expect("POST /iclock/cdata?SN="+sn+"&table=ATTLOG HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 411, "")
		// A slow one ends.
		near, far = net.Pipe()
		b.ln.conns <- caller{far, "10.0.0.7:1"}
		answer := make(chan int)
		go func() {
			r, err := http.ReadResponse(bufio.NewReader(near), nil)
			if err != nil {
				answer <- 0
				return
			}
			answer <- r.StatusCode
		}()
		io.WriteString(near, strings.TrimSuffix(request, "0\n"))
		if code := <-answer; code == 200 {
			t.Error("half an upload is acknowledged")
		}
		near.Close()
	})
}

// A line that is no punch does not hold up the others, is reported with its
// text, and is acknowledged when that is stored: else it would come for ever.
func TestPoisonLines(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		lines := "1\t2026-02-30 08:00:00\t0\t1\n" + "2\t2026-01-05 08:00:01\t0\t1\n" + "nonsense\n"
		b.refuse = func(r devices.Reading) bool { return true }
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTLOG", lines), 500, "")
		b.want()
		b.refuse = nil
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTLOG", lines), 200, "OK: 3")
		b.want(`fault garbled true `+sn+`: line 1 "1\t2026-02-30 08:00:00\t0\t1": there is no such time`,
			"punch "+sn+" 2 2026-01-05 08:00:01 state 0 verify 1",
			`fault garbled true `+sn+`: line 3 "nonsense": 1 fields, want 4 or more`)
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTLOG", "2\t2026-01-05 08:00:02\t0\t1\n"), 200, "OK: 1")
		b.want("punch "+sn+" 2 2026-01-05 08:00:02 state 0 verify 1", "fault garbled false ")
	})
}

func TestLinesThatAreNoPunch(t *testing.T) {
	tm := &terminal{Terminal: Terminal{SN: sn, Zone: china}}
	for _, line := range []string{
		"", "1", "\t2026-01-05 08:00:00\t0\t1", "1 2\t2026-01-05 08:00:00\t0\t1", "1\x1b\t2026-01-05 08:00:00\t0\t1",
		"1\t2026-01-05T08:00:00\t0\t1", "1\t2026-01-05 08:00:00.5\t0\t1", "1\t2026-01-05 8:00:00\t0\t1", "1\t2026-13-05 08:00:00\t0\t1",
		"1\t2026-01-05 24:00:00\t0\t1", "1\t2026-01-05 08:00:00\tin\t1", "1\t2026-01-05 08:00:00\t0\t-1", "1\t2026-01-05 08:00:00\t0\t",
		strings.Repeat("1", 25) + "\t2026-01-05 08:00:00\t0\t1", "1\t0026-01-05\t0\t1",
	} {
		if p, err := parsePunch(line, tm, time.Now()); err == nil {
			t.Errorf("%q is taken as %+v", line, p)
		}
	}
}

// S40: what may be an identity or telephone number is in no report.
func TestLongNumbersAreMasked(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTLOG", "42112319900101123X\t13900001111\t0\n"), 200, "OK: 1")
		b.expect(post("/iclock/cdata?SN="+sn+"&table=OPERLOG", "OPLOG 21\t42112319900101123X\t2026-01-05 08:00:00\n"), 200, "OK: 1")
		for _, text := range append(b.readings(), b.log.String()) {
			if strings.Contains(text, "19900101") || strings.Contains(text, "1390000") {
				t.Errorf("%q", text)
			}
		}
	})
}

// Clearing, clock setting and deleting are kept for the audit (OPLOG 13, 21,
// 23); users' lines are passed over.
func TestOperations(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.expect(post("/iclock/cdata?SN="+sn+"&table=OPERLOG&OpStamp=55", strings.Join([]string{
			"OPLOG 70\t0\t2024-08-05 16:08:50\t1157\t0\t0\t0", "OPLOG 21\t9\t2024-08-05 16:09:00\t0\t0\t0\t0",
			"OPLOG 13\t9\t2024-08-05 16:09:01", "OPLOG 23\t9\t2024-08-05 16:09:02",
			"USER PIN=1157\tName=Zhang\tPri=0\tPasswd=1234", "",
		}, "\n")), 200, "OK: 5")
		b.want()
		text := b.log.String()
		for _, want := range []string{"the clock was set", "data were cleared", "records were deleted"} {
			if !strings.Contains(text, want) {
				t.Errorf("log lacks %q:\n%s", want, text)
			}
		}
		if strings.Contains(text, "Zhang") || strings.Contains(text, "1234") || strings.Count(text, "\n") != 3 {
			t.Errorf("log\n%s", text)
		}
		if _, options := b.send(get("/iclock/cdata?SN=" + sn + "&options=all&pushver=2.4.1")); !strings.Contains(options, "OPERLOGStamp=55\n") {
			t.Errorf("options %q", options)
		}
	})
}

// S41, R-ATT-22: a marker in the place of a template reaches neither a reading
// nor the log.
func TestTemplatesAreThrownAway(t *testing.T) {
	const marker = "TEMPLATEMARKER"
	withBench(t, nil, func(b *bench) {
		big := marker + strings.Repeat("QUJD", 20_000)
		b.expect(post("/iclock/cdata?SN="+sn+"&table=OPERLOG", "FP PIN=1\tFID=0\tSize=1608\tValid=1\tTMP="+big+"\nFACE PIN=1\tTMP="+marker+"\nOPLOG 0\t0\t2026-01-05 08:00:00\n"), 200, "OK: 3")
		b.expect(post("/iclock/cdata?SN="+sn+"&table=BIODATA", "BIODATA Pin=1\tTmp="+big), 200, "OK: 0")
		b.expect(post("/iclock/cdata?SN="+sn+"&table=ATTPHOTO", "PIN=1.jpg\n"+marker+"\xff\xd8\xff"), 200, "OK: 0")
		for _, text := range append(b.readings(), b.log.String()) {
			if strings.Contains(text, marker) {
				t.Errorf("%.200q", text)
			}
		}
		if strings.Count(b.log.String(), "thrown away") != 1 {
			t.Errorf("log\n%s", b.log.String())
		}
	})
}

// S41: no reading has a field that could carry a template: neither bytes nor
// pictures, and the only free text of a punch is the line of ATTLOG.
func TestReadingsHaveNoRoomForTemplates(t *testing.T) {
	var walk func(path string, ty reflect.Type)
	walk = func(path string, ty reflect.Type) {
		if ty == reflect.TypeFor[time.Time]() {
			return
		}
		switch ty.Kind() {
		case reflect.Slice, reflect.Array, reflect.Map, reflect.Interface, reflect.Pointer, reflect.Chan, reflect.Func:
			t.Errorf("%s is a %s", path, ty)
		case reflect.Struct:
			for i := range ty.NumField() {
				walk(path+"."+ty.Field(i).Name, ty.Field(i).Type)
			}
		}
	}
	walk("Punch", reflect.TypeFor[devices.Punch]())
	walk("Fault", reflect.TypeFor[devices.Fault]())
}

// S20: no panic, bounded lines, and a punch only from a line that has one.
func FuzzUpload(f *testing.F) {
	f.Add([]byte("1156\t2024-08-05 12:40:57\t1\t1\t\t0\t0\t\n"))
	f.Add([]byte("OPLOG 70\t0\t2024-08-05 16:08:50\t1157\t0\t0\t0\nFP PIN=1\tTMP=QUJD"))
	f.Add([]byte("\xff\xfe\r\n\n\t\t\t\t"))
	tm := &terminal{Terminal: Terminal{SN: sn, Zone: china}}
	f.Fuzz(func(t *testing.T, p []byte) {
		body := newLines(bytes.NewReader(p))
		for {
			line, long, err := body.next()
			if err != nil {
				break
			}
			if len(line) > maxLine || bytes.ContainsAny(line, "\n") {
				t.Fatalf("line of %d bytes", len(line))
			}
			punch, err := parsePunch(decode(line), tm, time.Time{})
			if err == nil && !long && !strings.Contains(string(line), punch.Person) {
				t.Fatalf("%q gave %+v", line, punch)
			}
		}
	})
}
