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
		{"up to a figure", func(x *contract.Ticket, _ *contract.Catalogue) { x.WaitMin, x.WaitMax = 0, 5 }, nil, "前面等候3人 约5分钟以内", "0-"},
		{"one figure", func(x *contract.Ticket, _ *contract.Catalogue) { x.WaitMin = 20 }, nil, "前面等候3人 约20分钟", ""},
		{"through lunch", func(x *contract.Ticket, _ *contract.Catalogue) {
			x.WaitMin, x.WaitMax, x.After = 165, 180, time.Date(2026, 3, 2, 14, 0, 0, 0, time.FixedZone("CST", 8*3600))
		}, nil, "前面等候3人 预计14:00以后叫号", "分钟"},
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

// A slip has more lines where there is more to say: class, name, time of the
// appointment, further services, the fee window, a lent number.
func TestSlipSaysMore(t *testing.T) {
	more := func() contract.Catalogue {
		c := catalogue()
		c.Classes = []contract.ClassInfo{{ID: "elderly", Name: contract.Text2{ZH: "老年人", EN: "Elderly"}}}
		c.Services[0].FeeDue, c.Services[0].Fee = true, "30"
		c.Services[1].Kind = "fee"
		c.Services = append(c.Services, contract.ServiceInfo{ID: "seal", Name: contract.Text2{ZH: "刻章备案", EN: "Seal filing"}},
			contract.ServiceInfo{ID: "copy", Name: contract.Text2{ZH: "复印", EN: "Copies"}})
		return c
	}
	for _, c := range []struct {
		name         string
		change       func(*contract.Ticket)
		options      []slip.Option
		zh, en, lack string
	}{
		{"class", func(x *contract.Ticket) { x.Class = "elderly" }, nil, "优先：老年人", "Priority: Elderly", ""},
		{"name", func(*contract.Ticket) {}, []slip.Option{slip.Name("张*")}, "张*", "张*", ""},
		{"class and name", func(x *contract.Ticket) { x.Class = "elderly" }, []slip.Option{slip.Name("张*")}, "优先：老年人  张*", "Priority: Elderly  张*", ""},
		{"appointment", func(x *contract.Ticket) { x.Class, x.Due = "appointment", x.IssuedAt.Add(25*time.Minute) }, nil, "预约时间 09:30", "Appointment at 09:30", "优先"},
		// R-KIOSK-16: the standard is the catalogue's.
		{"fee", func(x *contract.Ticket) { x.More = []string{"fees"} }, nil, "办结后到收费窗口缴费，标准 30 元", "Then pay at the fee window: CNY 30", "2. 缴费"},
		{"no fee", func(x *contract.Ticket) { x.Service = "seal" }, nil, "刻章备案", "Seal filing", "缴费"},
		{"several", func(x *contract.Ticket) { x.Service, x.More = "seal", []string{"copy", "permit"} }, nil, "2. 复印", "2. Copies", ""},
		{"several, the third", func(x *contract.Ticket) { x.Service, x.More = "seal", []string{"copy", "permit"} }, nil, "3. 施工许可证", "3. Construction permit", ""},
		{"lent", func(x *contract.Ticket) { x.Offline, x.Ahead, x.WaitMin, x.WaitMax = true, -1, -1, -1 }, nil, "联网后自动排队，按取号先后叫号", "Joins the queue in the order of taking", "前面等候"},
		{"reprint", func(x *contract.Ticket) { x.Reprints = 1 }, nil, "补打", "Reprint", ""},
		{"silent", func(x *contract.Ticket) { x.Reprints, x.Silent = 1, true }, nil, "静默叫号", "Called on screen only", "优先"},
		{"class and silent", func(x *contract.Ticket) { x.Class, x.Silent = "elderly", true }, nil, "优先：老年人  静默叫号", "Priority: Elderly  Called on screen only", ""},
	} {
		for lang, want := range map[string]string{"zh-CN": c.zh, "en": c.en} {
			x := ticket()
			c.change(&x)
			d, err := slip.Ticket(x, more(), lang, append(c.options, windows, hours)...)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			got := lines(d)
			if !slices.Contains(got, want) || c.lack != "" && strings.Contains(strings.Join(got, "\n"), c.lack) {
				t.Errorf("%s: %q, want %q, not %q", c.name, got, want, c.lack)
			}
		}
	}
}

// The slip of an appointment: the code large and for the scanner, when, what
// for and what to do; whose it is stands nowhere.
func TestAppointment(t *testing.T) {
	a := contract.Appointment{Appointment: "01JD7Q2V8RK4T6W9Y1ZB3C5D7F", Code: "482913", Service: "permit", Start: time.Date(2026, 3, 4, 1, 30, 0, 0, time.UTC)}
	d, err := slip.Appointment(a, catalogue(), "zh-CN", hours)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"罗田县行政服务中心", "预约码", "482913", "施工许可证", "2026-03-04 09:30", "一楼A区", "请按时到取号机凭预约码取号", "咨询 0713-5550100", "投诉 0713-5550199"}
	if got := lines(d); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if d.Blocks[len(d.Blocks)-1] != (devices.QR{Data: "482913"}) || d.ID != a.Appointment {
		t.Errorf("id %q, last block %+v", d.ID, d.Blocks[len(d.Blocks)-1])
	}
	if en, err := slip.Appointment(a, catalogue(), "en"); err != nil || !slices.Contains(lines(en), "Appointment code") {
		t.Errorf("English: %v, %q", err, lines(en))
	}
	nowhere, mute, silent := a, a, catalogue()
	nowhere.Service, mute.Code, silent.Hall.ComplaintPhone = "nothing", "", ""
	for name, err := range map[string]error{
		"no such service": second(slip.Appointment(nowhere, catalogue(), "en")), "no code": second(slip.Appointment(mute, catalogue(), "en")),
		"no phone": second(slip.Appointment(a, silent, "en")),
	} {
		if err == nil {
			t.Errorf("%s: a slip was made", name)
		}
	}
}

func second(_ devices.Document, err error) error { return err }
