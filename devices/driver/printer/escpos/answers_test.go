package escpos

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hallward/devices"
)

func answers(d *demux, chunks ...[]byte) []string {
	var out []string
	for _, chunk := range chunks {
		for _, b := range chunk {
			d.feed(b, func(a answer) { out = append(out, fmt.Sprintf("%d:% x", a.kind, a.data)) })
		}
	}
	return out
}

func TestAnswersAreToldApart(t *testing.T) {
	for _, c := range []struct {
		name    string
		d       demux
		in      []byte
		want    []string
		dropped uint64
	}{
		{"status among others", demux{}, []byte{0x12, 0x14, 0x00, 0x00, 0x00, 0x7e, 0x00}, []string{"0:12", "1:14 00 00 00", "0:7e", "3:00"}, 0},
		{"ASB with paper out", demux{}, []byte{0x18, 0x00, 0x0c, 0x00}, []string{"1:18 00 0c 00"}, 0},
		{"process id", demux{}, []byte{0x37, 0x22, '0', '0', '0', '1', 0x00, 0x12}, []string{"4:37 22 30 30 30 31", "0:12"}, 0},
		{"buffers cleared", demux{}, []byte{0x37, 0x25, 0x00}, []string{"4:37 25"}, 0},
		{"maker", demux{}, []byte("\x5fEPSON\x00"), []string{"4:5f 45 50 53 4f 4e"}, 0},
		{"full status", demux{kiosk: true}, []byte{0x10, 0x0f, 0x25, 0x02, 0xff, 0x01, 0x12}, []string{"2:10 0f 25 02 ff 01", "0:12"}, 0},
		{"ASB of a kiosk module", demux{kiosk: true}, []byte{0x10, 0x00, 0x00, 0x00}, []string{"1:10 00 00 00"}, 0},
		{"XON and XOFF", demux{xonxoff: true}, []byte{0x13, 0x10, 0x11, 0x00, 0x03, 0x13, 0x00}, []string{"1:10 00 03 00"}, 0},
		{"broken ASB", demux{}, []byte{0x14, 0x00, 0x12}, []string{"3:00", "0:12"}, 1},
		{"status within a name", demux{}, []byte{0x5f, 'E', 0x16}, []string{"3:45", "0:16"}, 1},
		{"noise", demux{}, []byte{0xff, 0x91, 0x12}, []string{"0:12"}, 2},
	} {
		if got := answers(&c.d, c.in); !slices.Equal(got, c.want) || c.d.dropped != c.dropped {
			t.Errorf("%s: %q, %d dropped, want %q, %d", c.name, got, c.d.dropped, c.want, c.dropped)
		}
	}
}

func TestQuietEndsAnIncompleteAnswer(t *testing.T) {
	var d demux
	answers(&d, []byte{0x5f, 'E'})
	d.quiet()
	if got := answers(&d, []byte{0x12}); !slices.Equal(got, []string{"0:12"}) || d.dropped != 2 {
		t.Errorf("%q, %d dropped, want the status and 2", got, d.dropped)
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte{0x12, 0x14, 0x00, 0x00, 0x00, 0x7e}, 3, true)
	f.Add([]byte{0x37, 0x22, '0', '0', '0', '1', 0x00}, 1, false)
	f.Add(bytes.Repeat([]byte{0x5f}, 300), 100, false)
	f.Add([]byte{0x10, 0x0f, 1, 2, 3, 4}, 2, true)
	f.Fuzz(func(t *testing.T, in []byte, at int, kiosk bool) {
		whole, parts := demux{kiosk: kiosk}, demux{kiosk: kiosk}
		at = max(0, min(at, len(in)))
		want := answers(&whole, in)
		if got := answers(&parts, in[:at], in[at:]); !slices.Equal(got, want) || whole.dropped != parts.dropped {
			t.Errorf("cut at %d: %q, whole: %q", at, got, want)
		}
		if len(whole.buf) > maxBlock+1 {
			t.Errorf("%d bytes are kept", len(whole.buf))
		}
	})
}

// R-PRN-06: each bit of DLE EOT 1 to 4 (HPRT TP809 p. 31, Citizen CBM-1000
// p. 49), one at a time.
func TestEveryStatusBit(t *testing.T) {
	for _, c := range []struct {
		n, b byte
		want devices.FaultCode
		get  func(devices.PrinterStatus) bool
	}{
		{1, 0x12, "", devices.PrinterStatus.Ready},
		{1, 0x1a, devices.FaultOffline, func(s devices.PrinterStatus) bool { return !s.Online }},
		{2, 0x16, devices.FaultCoverOpen, func(s devices.PrinterStatus) bool { return s.Cover }},
		{2, 0x32, devices.FaultPaperOut, func(s devices.PrinterStatus) bool { return s.Paper == devices.PaperOut }},
		{3, 0x16, devices.FaultBroken, func(s devices.PrinterStatus) bool { return s.Fatal }},
		{3, 0x1a, devices.FaultCutter, func(s devices.PrinterStatus) bool { return s.Cutter }},
		{3, 0x32, devices.FaultBroken, func(s devices.PrinterStatus) bool { return s.Fatal }},
		{3, 0x52, devices.FaultHot, func(s devices.PrinterStatus) bool { return s.Hot }},
		{4, 0x1e, "", func(s devices.PrinterStatus) bool { return s.Paper == devices.PaperLow }},
		{4, 0x16, "", func(s devices.PrinterStatus) bool { return s.Paper == devices.PaperLow }}, // one bit of the pair
		{4, 0x7e, devices.FaultPaperOut, func(s devices.PrinterStatus) bool { return s.Paper == devices.PaperOut }},
		{4, 0x72, devices.FaultPaperOut, func(s devices.PrinterStatus) bool { return s.Paper == devices.PaperOut }},
		{4, 0x52, devices.FaultPaperOut, func(s devices.PrinterStatus) bool { return s.Paper == devices.PaperOut }},
	} {
		var f facts
		f.realtime(c.n, c.b)
		s := f.status(true)
		s.Known = true
		if s.Trouble() != c.want || !c.get(s) {
			t.Errorf("DLE EOT %d answered %#x: %+v, trouble %q, want %q", c.n, c.b, s, s.Trouble(), c.want)
		}
	}
	var f facts
	f.full([]byte{0x10, 0x0f, 0x24, 0, 0, 0})
	if s := f.status(true); !s.Waiting || s.Paper != devices.PaperLow {
		t.Errorf("full status with a slip in the presenter: %+v", s)
	}
	if s := f.status(false); s.Paper != devices.PaperOK {
		t.Errorf("near end without a sensor: %+v", s)
	}
}

// The state that a sequence of answers leaves does not depend on which way the
// printer told it.
func TestStatusIsTheSameByEveryWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cover, out, low, cutter := rapid.Bool().Draw(t, "cover"), rapid.Bool().Draw(t, "out"), rapid.Bool().Draw(t, "low"), rapid.Bool().Draw(t, "cutter")
		p := &paper{cover: cover, out: out, low: low || out, cutter: cutter}
		var asked, told facts
		for n := byte(1); n <= 4; n++ {
			asked.realtime(n, p.status(n))
		}
		pair := func(on bool, b byte) byte {
			if on {
				return b
			}
			return 0
		}
		told.automatic([]byte{
			0x10 | pair(cover, 0x20) | pair(cover || out || cutter, 0x08),
			pair(cutter, 0x08), pair(out, 0x0c) | pair(low || out, 0x03), 0,
		})
		if asked.status(true) != told.status(true) {
			t.Fatalf("DLE EOT says %+v, ASB %+v", asked.status(true), told.status(true))
		}
	})
}
