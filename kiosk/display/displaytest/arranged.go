package displaytest

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/kiosk/display/model"
	"hallward/kiosk/display/templates"
)

// Slide is the name under which the samples have a slide.
var Slide = strings.Repeat("51", 32)

type picturesFunc func(string) image.Image

// Picture is the picture of a name, or nil.
func (f picturesFunc) Picture(name string) image.Image { return f(name) }

func picture(name string) image.Image {
	if name == Slide {
		return hills
	}
	return portrait(name)
}

// hills is a picture of nowhere, 4:3.
var hills = func() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			c := color.RGBA{0xd6, 0xe9, 0xf5, 0xff}
			switch dx := float64(x); {
			case float64(y) > 330+0.0012*(dx-420)*(dx-420):
				c = color.RGBA{0x2f, 0x6b, 0x4a, 0xff}
			case float64(y) > 240+0.0016*(dx-180)*(dx-180):
				c = color.RGBA{0x4f, 0x8f, 0x6b, 0xff}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}()

// Lay is a layout from a template, on the way to the smoking area of nowhere.
func Lay(template string, zones ...string) model.Layout {
	b := templates.Board{Template: template, Zones: zones, Arrangement: templates.Arrangement{
		Slogans:     []string{"promise", "five-same"},
		SmokingArea: &templates.Text{ZH: "出东门右转，车棚旁", EN: "leave by the east door, turn right, beside the bicycle shed"}}}
	l, err := b.Layout()
	if err != nil {
		panic(err)
	}
	return l
}

// Only is a layout with one page beside the calls, as the template has it.
func Only(template, kind string) model.Layout {
	l := Lay(template)
	for _, p := range l.Panels {
		for _, s := range p.Pages {
			if s.Show == kind {
				return model.Layout{Side: l.Side, Panels: []model.Panel{{Pages: []model.PageSetting{s}}}}
			}
		}
	}
	return model.Layout{Side: l.Side, Panels: []model.Panel{{Pages: []model.PageSetting{{Show: kind, Seconds: 10}}}}}
}

// Posted are notices of every kind; two of them are long.
func Posted() contract.Notices {
	return contract.Notices{Version: 2, Notices: []contract.Notice{
		{ID: "l-1", Text: contract.Text2{ZH: "请带好身份证件和申请材料。叫号三次未到的，可到窗口恢复排队。", EN: "Please have your identity document and papers ready. If you missed your call a window can put you back into the queue."}},
		{ID: "p-1", Kind: "page", Title: contract.Text2{ZH: "关于不动产登记业务调整办理窗口的公告", EN: "Real estate registration moves to other windows"},
			Text: contract.Text2{ZH: "自3月9日起，不动产首次登记、转移登记、抵押登记业务统一调整到二楼15号至18号窗口办理。已经在网上预约的，预约时间不变，请直接到二楼取号。给您带来不便，敬请谅解。",
				EN: "From 9 March first registrations, transfers and mortgages of real estate are handled at windows 15 to 18 on the first floor. Booked times stay as they are: please take your number on the first floor. We apologise for the inconvenience."},
			Issuer: contract.Text2{ZH: "罗田县政务服务中心办公室", EN: "Office of the service centre"}, Date: "2026-02-27"},
		{ID: "p-2", Kind: "page", Title: contract.Text2{ZH: "2026年第一季度政务服务满意度调查", EN: "Survey of satisfaction, first quarter of 2026"},
			Text:   contract.Text2{ZH: "请扫描大厅入口的二维码参加，约需两分钟。", EN: "Please scan the code at the entrance. It takes two minutes."},
			Issuer: contract.Text2{ZH: "县政务服务和大数据管理局", EN: "County Government Services Bureau"}, Date: "2026-03-01"},
		{ID: "f-1", Kind: "figures", Title: contract.Text2{ZH: "2月份办件情况", EN: "Cases in February"},
			Text:   contract.Text2{ZH: "共受理 4,218 件，办结 4,197 件，按时办结率 99.8%，群众评价满意率 99.6%。", EN: "4,218 cases taken on, 4,197 completed, 99.8 percent in time; 99.6 percent of ratings were good."},
			Issuer: contract.Text2{ZH: "县政务服务中心", EN: "Service centre"}, Date: "2026-03-01"},
		{ID: "s-1", Kind: "slogan", Text: contract.Text2{ZH: "让数据多跑路，让群众少跑腿", EN: "Let data travel, so that people need not"}},
		{ID: "i-1", Kind: "slide", Media: []string{Slide}},
	}}
}

// Published are n results; every third is of an enterprise.
func Published(n int) contract.Results {
	v := contract.Results{Version: 1}
	names := []string{"张*", "欧阳**", "罗田县样例建材有限公司"}
	services := []contract.Text2{{ZH: "个体工商户设立登记", EN: "Registration of a sole trader"}, {ZH: "建筑工程施工许可证核发", EN: "Construction permit"}, {ZH: "食品经营许可", EN: "Food business licence"}}
	for i := range n {
		v.Results = append(v.Results, contract.Result{ID: fmt.Sprint("r-", i), Case: fmt.Sprintf("LT2026%05d", 1201+i), Name: names[i%3], Service: services[i%len(services)],
			Outcome: contract.Text2{ZH: "准予许可", EN: "granted"}, Date: "2026-02-27"})
	}
	return v
}

// OnDuty is the roster of a day with a photo, and days off to come.
func OnDuty(officers int) contract.Duty {
	d := contract.Duty{Version: 1, Day: Morning.Format(time.DateOnly), Today: []contract.DutyOfficer{}, Phone: "0713-555-0120",
		Closed: []contract.ClosedDay{{From: "2026-04-04", To: "2026-04-06", Reason: contract.Text2{ZH: "清明节放假", EN: "Qingming Festival"}}}}
	all := []contract.DutyOfficer{
		{Name: "何样例", Post: contract.Text2{ZH: "值班领导", EN: "Duty officer"}, Place: contract.Text2{ZH: "一楼总服务台", EN: "Information desk, ground floor"}, Phone: "0713-555-0120", Photo: Photo},
		{Name: "欧阳样例", Post: contract.Text2{ZH: "车管所值日警官", EN: "Police officer of the day, vehicle office"}, Place: contract.Text2{ZH: "二楼车管业务区 16 号窗口旁", EN: "First floor, beside window 16"}},
	}
	d.Today = append(d.Today, all[:officers]...)
	return d
}

// Busy is a hall in full swing, with everything that can be posted.
func Busy(l model.Layout) *model.State {
	s := Hall()
	s.Lay(l)
	c := s.Catalogue
	for i := range c.Services {
		c.Services[i].Windows = []string{"w01"}
		if c.Services[i].Unit == "vehicle" {
			c.Services[i].Windows = []string{"w02"}
		}
	}
	View(s, contract.ViewCatalogue, c, Morning)
	w := contract.Windows{Version: 2}
	for i := range 12 {
		zone := "ground"
		if i%2 == 1 {
			zone = "vehicle"
		}
		w.Windows = append(w.Windows, contract.WindowView{ID: fmt.Sprintf("w%02d", i+1), State: contract.WindowOpen, Zone: zone})
	}
	View(s, contract.ViewWindows, w, Morning)
	View(s, contract.ViewQueue, Queue(c, 19), Morning)
	calls := Calls(16, Morning.Add(-2*time.Minute))
	for i := range calls.Calls {
		if calls.Calls[i].Zone = "ground"; i%2 == 1 {
			calls.Calls[i].Zone = "vehicle"
		}
	}
	View(s, contract.ViewCalls, calls, Morning)
	View(s, contract.ViewNotices, Posted(), Morning)
	View(s, contract.ViewResults, Published(12), Morning)
	View(s, contract.ViewDuty, OnDuty(2), Morning)
	over(s)
	return s
}

// arranged are the pages and the templates.
func arranged() []Sample {
	var list []Sample
	add := func(name string, s *model.State) { list = append(list, Sample{name, s.Screen(Morning, Zone)}) }
	for _, kind := range model.Kinds {
		add("page-"+kind, Busy(Only("standard", kind)))
	}
	nobody := Busy(Only("standard", model.PageDuty))
	View(nobody, contract.ViewDuty, OnDuty(0), Morning)
	add("page-duty-nobody", nobody)
	for _, name := range templates.Names[1:] {
		add("template-"+name, Busy(Lay(name)))
	}
	add("zone", Busy(Lay("standard", "vehicle")))

	// A notice is read out while two windows call; one of them in silence.
	read := Busy(Lay("standard"))
	now := Morning.Add(time.Hour)
	n := Posted()
	n.Notices = append(n.Notices, contract.Notice{ID: "r-1", Spoken: true, Text: contract.Text2{
		ZH: "各位办事群众，今天下午三点至四点不动产登记系统升级，期间不动产业务暂停受理，请您合理安排时间，也可以在网上预约明天办理。",
		EN: "The real estate system is being updated from three to four this afternoon; please come later, or book a time for tomorrow."}})
	View(read, contract.ViewNotices, n, now)
	v := Calls(17, now)
	v.Calls[0].Silent = true
	View(read, contract.ViewCalls, v, now)
	list = append(list, Sample{"notice-read", read.Screen(now, Zone)})

	long := Busy(Lay("standard"))
	v = Calls(17, now)
	v.Calls[0].Number, v.Calls[0].Label, v.Calls[0].Name = "AB128", "综合108", contract.Text2{ZH: "108号外商投资企业综合服务窗口", EN: "Window 108, services for foreign investors"}
	View(long, contract.ViewCalls, v, now)
	return append(list, Sample{"long-name", long.Screen(now, Zone)})
}
