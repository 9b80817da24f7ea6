package slip_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/kiosk/slip"
)

func catalogue() contract.Catalogue {
	return contract.Catalogue{
		Version: 7,
		Hall: contract.HallInfo{
			ID: "luotian", Name: contract.Text2{ZH: "罗田县行政服务中心", EN: "Luotian Government Service Centre"},
			ConsultPhone: "0713-5550100", ComplaintPhone: "0713-5550199",
		},
		Services: []contract.ServiceInfo{
			{ID: "permit", Name: contract.Text2{ZH: "施工许可证", EN: "Construction permit"}, Area: contract.Text2{ZH: "一楼A区", EN: "Area A"}},
			{ID: "fees", Name: contract.Text2{ZH: "缴费"}},
		},
	}
}

func ticket() contract.Ticket {
	return contract.Ticket{
		Ticket: "01JD7Q2V8RK4T6W9Y1ZB3C5D7F", Number: "A001", Service: "permit",
		IssuedAt: time.Date(2026, 3, 2, 1, 5, 0, 0, time.UTC),
		Ahead:    3, WaitMin: 15, WaitMax: 20, Windows: []string{"w1", "w2", "w3", "w7"},
	}
}

var windows = slip.Windows(contract.Windows{Windows: []contract.WindowView{
	{ID: "w1", Label: "1"}, {ID: "w2", Label: "2"}, {ID: "w3", Label: "3"}, {ID: "w7", Label: "7"},
}})

var hours = slip.Hours(contract.Calendar{Zone: "Asia/Shanghai", Segments: []contract.Segment{{From: "08:00", To: "11:30"}, {From: "14:30", To: "17:30"}}})

// lines are the texts of a slip.
func lines(d devices.Document) []string {
	var out []string
	for _, b := range d.Blocks {
		if text, ok := b.(devices.Text); ok {
			out = append(out, text.S)
		}
	}
	return out
}

// R-PRN-01: what stands on a slip, in both languages.
func TestSlipSaysEverything(t *testing.T) {
	for lang, want := range map[string][]string{
		"zh-CN": {
			"罗田县行政服务中心", "A001", "施工许可证", "Construction permit", "前面等候3人 约15-20分钟", "一楼A区 1-3、7号窗口",
			"取号 2026-03-02 09:05", "办公 08:00-11:30 14:30-17:30", "咨询 0713-5550100", "投诉 0713-5550199",
		},
		"en": {
			"Luotian Government Service Centre", "A001", "Construction permit", "施工许可证", "3 ahead, about 15-20 min", "Area A Window 1-3, 7",
			"Taken 2026-03-02 09:05", "Open 08:00-11:30 14:30-17:30", "Enquiries 0713-5550100", "Complaints 0713-5550199",
		},
	} {
		d, err := slip.Ticket(ticket(), catalogue(), lang, windows, hours)
		if err != nil {
			t.Fatal(err)
		}
		if got := lines(d); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
		if d.ID != ticket().Ticket || d.Blocks[len(d.Blocks)-1] != (devices.QR{Data: ticket().Ticket}) {
			t.Errorf("%s: id %q, last block %+v", lang, d.ID, d.Blocks[len(d.Blocks)-1])
		}
	}
}

func TestSlipInOtherCircumstances(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*contract.Ticket, *contract.Catalogue)
		options []slip.Option
		want    string
		absent  string
	}{
		{"at once", func(x *contract.Ticket, _ *contract.Catalogue) { x.Ahead, x.WaitMin, x.WaitMax = 0, 0, 0 }, nil, "前面等候0人 请稍候", ""},
		{"wait not known", func(x *contract.Ticket, _ *contract.Catalogue) { x.WaitMin, x.WaitMax = -1, -1 }, nil, "前面等候3人", "分钟"},
		{"one figure", func(x *contract.Ticket, _ *contract.Catalogue) { x.WaitMin = 20 }, nil, "前面等候3人 约20分钟", ""},
		{"reprint", func(*contract.Ticket, *contract.Catalogue) {}, []slip.Option{slip.Reprint()}, "补打", ""},
		{"no English name", func(x *contract.Ticket, _ *contract.Catalogue) { x.Service = "fees" }, nil, "缴费", "Construction"},
		{"no windows", func(x *contract.Ticket, _ *contract.Catalogue) { x.Windows = nil }, nil, "一楼A区", "窗口"},
		{"area of the ticket", func(x *contract.Ticket, _ *contract.Catalogue) { x.Service, x.Area, x.Windows = "fees", "二楼", nil }, nil, "二楼", ""},
		{"scattered windows", func(x *contract.Ticket, _ *contract.Catalogue) { x.Windows = []string{"1", "3", "5", "7"} }, nil, "一楼A区", "窗口"},
	} {
		x, cat := ticket(), catalogue()
		c.change(&x, &cat)
		d, err := slip.Ticket(x, cat, "zh-CN", append(c.options, windows)...)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		got := lines(d)
		if !slices.Contains(got, c.want) || c.absent != "" && strings.Contains(strings.Join(got, "\n"), c.absent) {
			t.Errorf("%s: %q, want %q, not %q", c.name, got, c.want, c.absent)
		}
	}
	cat := catalogue()
	cat.Hall.QRBase = "https://hall.example/t/"
	d, _ := slip.Ticket(ticket(), cat, "en")
	if got := d.Blocks[len(d.Blocks)-1].(devices.QR).Data; got != "https://hall.example/t/"+ticket().Ticket {
		t.Errorf("code is %q", got)
	}
}

// R-PRN-02: a form without both phone numbers is refused, and the error says
// which is missing.
func TestSlipWithoutPhonesIsRefused(t *testing.T) {
	for _, change := range []func(*contract.Ticket, *contract.Catalogue){
		func(_ *contract.Ticket, c *contract.Catalogue) { c.Hall.ConsultPhone = "" },
		func(_ *contract.Ticket, c *contract.Catalogue) { c.Hall.ComplaintPhone = "" },
		func(x *contract.Ticket, _ *contract.Catalogue) { x.Number = "" },
		func(x *contract.Ticket, _ *contract.Catalogue) { x.Ticket = "" },
		func(x *contract.Ticket, _ *contract.Catalogue) { x.Service = "gone" },
	} {
		x, cat := ticket(), catalogue()
		change(&x, &cat)
		if d, err := slip.Ticket(x, cat, "zh-CN"); err == nil {
			t.Errorf("a slip is made: %q", lines(d))
		}
	}
}

// R-INFO-11, R-PRN-01: whatever the ticket is, number and phones stand on the
// slip.
func TestEverySlipHasNumberAndPhones(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := ticket()
		x.Ahead = rapid.IntRange(-1, 500).Draw(t, "ahead")
		x.WaitMin = rapid.IntRange(-1, 300).Draw(t, "from")
		x.WaitMax = rapid.IntRange(-1, 300).Draw(t, "to")
		x.Windows = rapid.SliceOf(rapid.SampledFrom([]string{"w1", "w2", "w7", "vip", "12"})).Draw(t, "windows")
		d, err := slip.Ticket(x, catalogue(), rapid.SampledFrom([]string{"zh-CN", "en", ""}).Draw(t, "lang"), windows, hours)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(lines(d), "\n")
		for _, want := range []string{"A001", "0713-5550100", "0713-5550199"} {
			if !strings.Contains(text, want) {
				t.Fatalf("no %q in %q", want, text)
			}
		}
		if strings.Contains(text, "%!") || strings.Contains(text, "等候-") {
			t.Fatalf("a raw value in %q", text)
		}
	})
}
