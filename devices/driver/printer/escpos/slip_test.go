package escpos_test

import (
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/driver/printer/escpos"
	"hallward/kiosk/slip"
)

var update = flag.Bool("update", false, "write the golden files anew")

func standardDocument(t testing.TB, lang string, options ...slip.Option) devices.Document {
	t.Helper()
	options = append(options,
		slip.Windows(contract.Windows{Windows: []contract.WindowView{{ID: "w1", Label: "1"}, {ID: "w2", Label: "2"}, {ID: "w3", Label: "3"}}}),
		slip.Hours(contract.Calendar{Zone: "Asia/Shanghai", Segments: []contract.Segment{{From: "08:00", To: "11:30"}, {From: "14:30", To: "17:30"}}}))
	doc, err := slip.Ticket(contract.Ticket{
		Ticket: "01JD7Q2V8RK4T6W9Y1ZB3C5D7F", Number: "A001", Service: "build-permit",
		IssuedAt: time.Date(2026, 3, 2, 9, 5, 0, 0, time.UTC),
		Ahead:    3, WaitMin: 15, WaitMax: 20, Windows: []string{"w1", "w2", "w3"},
	}, contract.Catalogue{
		Hall: contract.HallInfo{
			ID: "luotian", Name: contract.Text2{ZH: "罗田县行政服务中心", EN: "Luotian Government Service Centre"},
			ConsultPhone: "0713-5550100", ComplaintPhone: "0713-5550199",
		},
		Services: []contract.ServiceInfo{{
			ID: "build-permit", Name: contract.Text2{ZH: "建筑工程施工许可证", EN: "Construction permit"},
			Area: contract.Text2{ZH: "一楼A区", EN: "Area A, ground floor"},
		}},
	}, lang, options...)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func standardSlip(t testing.TB, lang string) []byte {
	t.Helper()
	p, _ := escpos.Lookup("80mm")
	job, err := escpos.Encode(standardDocument(t, lang), p)
	if err != nil {
		t.Fatal(err)
	}
	return append(job, 0x1d, 'r', 1, 0x1d, 'I', 0x43) // as the driver sends it
}

// R-PRN-01: the bytes of each kind of slip.
func TestSlipBytes(t *testing.T) {
	for _, c := range []struct {
		name, profile, lang string
		encoding            escpos.Encoding
		options             []slip.Option
	}{
		{"80mm-zh", "80mm", "zh-CN", escpos.GB18030, nil},
		{"80mm-en", "80mm", "en", escpos.GBK, nil},
		{"80mm-reprint", "80mm", "zh-CN", escpos.GB18030, []slip.Option{slip.Reprint()}},
		{"80mm-utf8", "80mm", "zh-CN", escpos.UTF8, nil},
		{"kiosk-zh", "kiosk-80mm", "zh-CN", escpos.GB18030, nil},
		{"58mm-zh", "58mm", "zh-CN", escpos.GBK, nil},
	} {
		p, _ := escpos.Lookup(c.profile)
		p.Encoding = c.encoding
		job, err := escpos.Encode(standardDocument(t, c.lang, c.options...), p)
		if err != nil {
			t.Fatal(err)
		}
		path, got := filepath.Join("testdata", c.name+".golden"), hex.Dump(job)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not what the driver sends (run with -update and read it):\n%s", path, got)
		}
	}
}

// Budget: the standard slip is at most 300 bytes on the wire, QR code and
// request for confirmation included. The English words are longer.
func TestStandardSlipFitsTheBudget(t *testing.T) {
	for lang, most := range map[string]int{"zh-CN": 300, "en": 350} {
		n := len(standardSlip(t, lang))
		t.Logf("%s: %d bytes", lang, n)
		if n > most {
			t.Errorf("%s: %d bytes, want at most %d", lang, n, most)
		}
	}
}

func BenchmarkStandardSlip(b *testing.B) {
	n := 0
	for b.Loop() {
		n = len(standardSlip(b, "zh-CN"))
	}
	b.ReportMetric(float64(n), "bytes/slip")
}
