package onbon

import (
	"testing"

	"hallward/devices"
)

// BenchmarkSign is what it costs to write one call for the line, and how long
// the line is busy with it.
func BenchmarkSign(b *testing.B) {
	o := Opts{Width: 160}
	if err := o.check(); err != nil {
		b.Fatal(err)
	}
	s := devices.Sign{State: devices.SignCalled, Text: "请A001号到3号窗口"}
	var frame []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if frame, err = Encode(Frame{To: 1, From: host, Overlay: true, Data: o.area(s, true).update(answerYes)}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(frame)), "bytes/sign")
	b.ReportMetric(float64(len(frame)*10)/9.6, "ms@9600")
	b.ReportMetric(float64(len(frame)*10)/57.6, "ms@57600")
}
