package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/sim/people"
)

// phoneTail is the end of nobody's number.
const phoneTail = "7391"

// An appointment made at the kiosk with the end of a phone number, checked in
// by the code on its paper before the scanner; the code of the ticket says how
// it stands. One from the centre's list is checked in by typing its code, and
// called at its time before somebody who came earlier (R-KIOSK-10).
func TestAppointments(t *testing.T) {
	h := newHouse(t)
	h.edit("hall.yaml", "early: 30m", "early: 2h")
	zone := h.atNoon()
	k := h.opened()

	h.walk(k, "start", "appointment")
	h.reads(k, "appointments", "您预约了吗？")
	h.picture("kiosk", "kiosk-appointments", 0.02)
	h.walk(k, "to-book", "book vehicle-change", "day "+time.Now().In(zone).Format(time.DateOnly))
	slots := h.on(k, "hours")
	h.picture("kiosk", "kiosk-hours", 0.02)
	free := slices.DeleteFunc(slots.Touches, func(x people.Touch) bool { return x.Touch != "time" })
	if len(free) < 2 {
		t.Fatalf("the page offers the times %+v", free)
	}
	slot := free[1] // the first one may begin while it is touched
	h.walk(k, "time "+slot.Arg, "by-phone")
	h.typed(k, phoneTail)
	h.reads(k, "booked", "您的预约码", "请取走预约单")
	h.picture("kiosk", "kiosk-booked", 0.02)
	booked := arrived[contract.AppointmentBooked](h, contract.EvAppointmentBooked, 1)[0]
	if booked.Phone != phoneTail || booked.Source != "kiosk" || booked.Start.UTC().Format(time.RFC3339) != slot.Arg {
		t.Errorf("booked at the centre: %+v, want the time %s", booked, slot.Arg)
	}
	p := h.paper(booked.Code)
	if want := booked.Start.In(zone).Format("2006-01-02 15:04"); !says(p, want) || !slices.Equal(p.Codes, []string{booked.Code}) {
		t.Errorf("the paper of the appointment has the codes %q and says %q, want %s", p.Codes, p.Lines, want)
	}
	h.homeward(k)

	h.scan(p.Codes[0])
	h.reads(k, "done", "预约时间")
	number, p := h.ends(k)
	if !says(p, "预约时间 "+booked.Start.In(zone).Format("15:04")) || len(p.Codes) != 1 {
		t.Fatalf("the slip of %s has the codes %q and says %q", number, p.Codes, p.Lines)
	}
	h.scan(p.Codes[0])
	if s := h.reads(k, "status", "您的号码现在的情况"); s.Number != number {
		t.Errorf("the page is about %s, want %s", s.Number, number)
	}
	h.picture("kiosk", "kiosk-status", 0.02)
	h.homeward(k)
	h.scan("https://elsewhere.example/" + number)
	h.shows(k, 5*time.Second, func(s people.Screen) bool { return s.Screen == "trouble" && s.Reason == "wrong-code" })
	h.homeward(k)

	h.walk(k, "start", "unit vehicle", "service vehicle-change")
	ordinary, _ := h.ends(k)
	due := time.Now().Add(12 * time.Second).Truncate(time.Second)
	h.imports(fmt.Sprintf("id,code,service,start\nlist-1,402817,vehicle-change,%s\n", due.Format(time.RFC3339)))
	h.walk(k, "start", "appointment", "by-code")
	h.typed(k, "402817")
	imported, _ := h.ends(k)

	desk := h.desk()
	h.signsIn(desk, "w06", "1010")
	h.signsIn(desk, "w07", "1011")
	until(t, 20*time.Second, "the time of the appointment", func() error {
		if left := time.Until(due); left > 0 {
			return fmt.Errorf("in %v", left)
		}
		return nil
	})
	got, why := h.next(desk, "w06")
	if want := fmt.Sprintf("预约%s到时（越过1人）", due.In(zone).Format("15:04")); got != imported || why != want {
		t.Errorf("called %s because of %q, want %s, %q", got, why, imported, want)
	}
	if got, _ := h.next(desk, "w07"); got != ordinary {
		t.Errorf("then %s is called, want %s: %s is not due", got, ordinary, number)
	}
	came := arrived[contract.AppointmentChanged](h, contract.EvAppointmentArrived, 2)
	if came[0].Appointment != booked.Appointment || came[1].Appointment != "list-1" || came[0].Late || came[1].Late {
		t.Errorf("arrived at the centre: %+v", came)
	}
	h.noTail()
}

// scan holds a code before the scanner of the first kiosk.
func (h *house) scan(code string) {
	h.t.Helper()
	h.post("/scanner/kiosk-1-scanner/scan?text=" + url.QueryEscape(code))
}

// imports sends a list of one appointment to the hall, as the page of the centre
// does.
func (h *house) imports(list string) {
	h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	err := form.WriteField("hall", hallID)
	if err == nil {
		var file io.Writer
		if file, err = form.CreateFormFile("file", "list.csv"); err == nil {
			_, err = io.WriteString(file, list)
		}
	}
	if err == nil {
		err = form.Close()
	}
	var req *http.Request
	if err == nil {
		req, err = http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.url(centrePort)+"/appointments", &body)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	said, _ := io.ReadAll(res.Body)
	var done contract.Imported
	if err := json.Unmarshal(said, &done); err != nil || done.Booked != 1 || len(done.Refused) > 0 {
		h.t.Fatalf("the centre says %s: %s", res.Status, said)
	}
}

// noTail looks for the end of the phone number in the logs.
func (h *house) noTail() {
	h.t.Helper()
	alone := regexp.MustCompile(`(^|[^0-9])` + phoneTail + `($|[^0-9])`)
	logs, err := filepath.Glob(filepath.Join(h.dir, "logs", "*"))
	if err != nil || len(logs) < 4 {
		h.t.Fatalf("logs: %q, %v", logs, err)
	}
	for _, log := range logs {
		b, err := os.ReadFile(log)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, line := range strings.Split(string(b), "\n") {
			if alone.MatchString(line) {
				h.t.Errorf("%s tells the end of a phone number: %s", filepath.Base(log), line)
			}
		}
	}
}

// Outside the hours the page says when numbers are given again and what there is
// instead, and leads to a time on another day (R-KIOSK-08).
func TestAppointmentOutsideHours(t *testing.T) {
	h := newHouse(t)
	zone := h.atNoon()
	now := time.Now().In(zone)
	today, tomorrow := now.Format(time.DateOnly), now.AddDate(0, 0, 1).Format(time.DateOnly)
	open := func(day, from, to string) string {
		return fmt.Sprintf("    %q: {segments: [{from: %q, to: %q}], reason: {zh: 测试, en: Test}}\n", day, from, to)
	}
	h.edit("hall.yaml", open(today, "00:00", "24:00"), open(today, "00:00", "06:00"))
	h.edit("hall.yaml", open(tomorrow, "00:00", "24:00"), open(tomorrow, "09:00", "24:00"))
	k := h.opened()
	h.goTo(k, "housing")
	h.touch(k, "service", "housing-register")
	s := h.reads(k, "trouble", "今日办公时间已结束", "明天 08:50", "00:00–06:00", "可以先预约，到时间再来", "24小时自助服务区")
	if s.Reason != "closed" {
		t.Errorf("the reason is %q, want closed", s.Reason)
	}
	h.picture("kiosk", "kiosk-closed", 0.02)
	h.walk(k, "book")
	s = h.shows(k, 10*time.Second, func(s people.Screen) bool { return s.Screen == "days" || s.Screen == "hours" })
	if s.Screen == "days" {
		if _, ok := s.Find("day", today); ok {
			t.Error("today is offered after hours")
		}
		h.touch(k, "day", tomorrow)
	}
	slot, _ := h.on(k, "hours").Find("time", "")
	h.walk(k, "time "+slot.Arg, "by-phone")
	h.typed(k, phoneTail)
	h.on(k, "booked")
	if b := arrived[contract.AppointmentBooked](h, contract.EvAppointmentBooked, 1)[0]; b.Start.In(zone).Format(time.DateOnly) != tomorrow {
		t.Errorf("booked %+v, want %s", b, tomorrow)
	}
	arrived[contract.TicketIssued](h, contract.EvTicketIssued, 0)
}
