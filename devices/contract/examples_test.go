package contract_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"hallward/devices/contract"
)

var update = flag.Bool("update", false, "write the examples from the values of this test")

const (
	ticketID = "01K9RZ5Q3B7T8V2M4N6P0X1Y2Z"
	epochID  = "01K9RZ0000EPOCH0000000000A"
)

var (
	moment = time.Date(2026, 11, 23, 1, 5, 30, 120_000_000, time.UTC) // 09:05:30 in Luotian
	moved  = contract.TicketMoved{Ticket: ticketID, Window: "w3", Staff: "s1003"}
	window = contract.WindowView{
		ID: "w3", Label: "3", Name: contract.Text2{ZH: "3号窗口", EN: "Window 3"}, Kind: "department",
		Area: contract.Text2{ZH: "一楼B区", EN: "Ground floor, zone B"}, State: contract.WindowOpen,
		Staff: "甄有序", Post: "综合受理", Number: "A001", Ticket: "called",
	}
	ticket = contract.Ticket{
		Ticket: ticketID, Number: "A001", Service: "housing-presale", Day: "2026-11-23", State: "issued", IssuedAt: moment,
		Ahead: 2, WaitMin: 15, WaitMax: 20, Windows: []string{"w3", "w4"}, Area: "一楼B区",
	}
	changed = contract.WindowChanged{Window: "w3", Staff: "s1003"}
	booked  = contract.Appointment{Appointment: "01K9RZAPP0000000000000001", Code: "402817", Service: "housing-presale",
		Start: moment.Add(25 * time.Hour).Truncate(time.Minute), State: "booked"}
	orderRule = contract.OrderRule{Overtake: 5, Beyond: 30, Weights: map[string]int{"elderly": 3}}
)

// values are the examples: one for each message, all people fictional.
var values = map[string]any{
	"status": contract.Status{State: contract.Ready, Session: "01K9RZ4W8Q0000000000000SES"},
	"birth": contract.Birth{
		Session: "01K9RZ4W8Q0000000000000SES", Program: "kiosk", Version: "1.0.0", Contracts: []string{"1"}, Role: "kiosk", Clock: "synced",
		Outbox:  &contract.OutboxRange{Epoch: epochID, First: 41, Last: 43},
		Devices: []contract.DeviceBirth{{ID: "printer", Kind: "printer/escpos", Capabilities: []string{"printer"}}}, Time: moment,
	},
	"state": contract.DeviceState{Session: "01K9RZ4W8Q0000000000000SES", Up: true, Faults: []string{"paper-low"}, Paper: "low", Model: "80mm", Since: moment},
	"ack":   contract.Ack{Epoch: epochID, Through: 43},
	"host":  contract.HostStatus{Online: true, Session: "01K9RZ3000000000000000HOST"},

	contract.EvTicketIssued: contract.TicketIssued{
		Ticket: ticketID, Number: "A001", Prefix: "A", Serial: 1, Day: "2026-11-23", Service: "housing-presale",
		Kiosk: "kiosk-1", Lang: "zh-CN", At: moment, Ahead: 2, WaitMin: 15, WaitMax: 20,
	},
	contract.EvTicketConfirmed:   contract.TicketConfirmed{Ticket: ticketID, Proof: "consumed"},
	contract.EvTicketUnconfirmed: contract.TicketUnconfirmed{Ticket: ticketID, Outcome: "unknown", Fault: "paper-out"},
	contract.EvTicketVoided:      contract.TicketVoided{Ticket: ticketID, Reason: "unconfirmed"},
	contract.EvTicketCalled:      contract.TicketCalled{Ticket: ticketID, Window: "w3", Staff: "s1003", Call: 118, Why: "取号最早"},
	contract.EvTicketRecalled:    contract.TicketRecalled{Ticket: ticketID, Window: "w3", Staff: "sun", Call: 119},
	contract.EvTicketLate:        contract.TicketConfirmed{Ticket: ticketID, Proof: "consumed"},
	contract.EvStaffRefused:      contract.WindowChanged{Window: "w3", Staff: "s1003", Reason: "wrong-pin"},
	contract.EvTicketMissed:      moved,
	contract.EvTicketReinstated:  moved,
	contract.EvTicketStarted:     moved,
	contract.EvTicketFinished:    contract.TicketFinished{Ticket: ticketID, Window: "w3", Staff: "s1003", Session: ticketID + "/1", Seconds: 412},
	contract.EvTicketTransferred: contract.TicketTransferred{Ticket: ticketID, From: "w3", Service: "fee", Window: "w10", FirstAsked: "w3", Reason: "缴费", Staff: "sun"},
	contract.EvTicketHeld:        contract.TicketMoved{Ticket: ticketID, Window: "w3", Staff: "s1003", Reason: "补充材料"},
	contract.EvTicketResumed:     contract.TicketMoved{Ticket: ticketID, Window: "w3", Staff: "s1003", Call: 120},
	contract.EvTicketReturned:    moved,
	contract.EvWindowSignedIn:    changed,
	contract.EvWindowSignedOut:   changed,
	contract.EvWindowPaused:      contract.WindowChanged{Window: "w3", Staff: "s1003", Reason: "交接班"},
	contract.EvWindowResumed:     changed,
	contract.EvRatingGiven: contract.RatingGiven{
		Session: ticketID + "/1", Ticket: ticketID, Window: "w3", Staff: "s1003", Level: 5, Code: 3, Scale: "ff68-4"},
	contract.EvRatingAbsent: contract.RatingAbsent{Session: ticketID + "/1", Ticket: ticketID, Window: "w3", Staff: "s1003"},
	contract.EvPunchRecorded: contract.PunchRecorded{
		Terminal: "SIM0001", Person: "1003", Staff: "s1003", Local: "2026-11-23 07:52:10", Zone: "Asia/Shanghai",
		At: moment.Add(-73 * time.Minute), Received: moment.Add(-73 * time.Minute), Verify: 1, State: 0, Source: "push"},
	contract.EvDayOpened:       contract.DayOpened{Day: "2026-11-23"},
	contract.EvDeviceFault:     contract.DeviceFault{Node: "kiosk-1", Device: "printer", Code: "missing", On: true, Detail: "open /dev/usb/lp0: no such device"},
	contract.EvNumbersLent:     contract.NumbersLent{Kiosk: "kiosk-1", Stock: "01J9Z6M0Q2V7", Day: "2026-11-23", Prefix: "A", From: 501, To: 520},
	contract.EvNumbersRaised:   contract.NumbersRaised{Kiosk: "kiosk-1", Day: "2026-11-23", Prefix: "A", Serial: 41},
	contract.EvNumberConflict:  contract.NumberConflict{Ticket: ticketID, Number: "A501", Kiosk: "kiosk-2", Reason: "not-lent"},
	contract.EvTicketGranted:   contract.TicketGranted{Ticket: ticketID, Class: "urgent", Window: "w3", Staff: "s1003", Reason: "急需出境就医"},
	contract.EvTicketContinued: contract.TicketContinued{Ticket: ticketID, Window: "w3", Staff: "s1003", Done: "housing-presale", Session: ticketID + "/1", Seconds: 412, Service: "fee", Owed: true},
	contract.EvTicketReprinted: contract.TicketReprinted{Ticket: ticketID, Kiosk: "kiosk-1", Count: 1},
	contract.EvOrderSet:        contract.OrderSet{Staff: "s1001", Rule: orderRule},
	contract.EvServicePaused:   contract.ServiceChanged{Service: "housing-presale", Staff: "s1001", Reason: "系统升级"},
	contract.EvServiceResumed:  contract.ServiceChanged{Service: "housing-presale", Staff: "s1001"},
	contract.EvAppointmentBooked: contract.AppointmentBooked{Appointment: "01K9RZAPP0000000000000001", Code: "402817", Service: "housing-presale",
		Start: moment.Add(25 * time.Hour).Truncate(time.Minute), Phone: "0199", Source: "kiosk"},
	contract.EvAppointmentCancel:  contract.AppointmentChanged{Appointment: "01K9RZAPP0000000000000001", Reason: "citizen"},
	contract.EvAppointmentArrived: contract.AppointmentChanged{Appointment: "01K9RZAPP0000000000000001", Ticket: ticketID},
	contract.EvAppointmentMissed:  contract.AppointmentChanged{Appointment: "01K9RZAPP0000000000000001"},
	contract.EvAppointmentUnknown: contract.AppointmentUnknown{Kiosk: "kiosk-1"},
	contract.EvClockDoubted:       contract.ClockChanged{By: 86400},
	contract.EvClockTrusted:       contract.ClockChanged{},
	contract.EvClockStepped:       contract.ClockChanged{By: 600},
	contract.EvDayClosed:          contract.DayClosed{Day: "2026-11-23", Staff: "s1001", Reason: "停电"},
	contract.EvTicketCorrected:    contract.TicketCorrected{Ticket: ticketID, Window: "w3", Staff: "s1003", From: "housing-presale", Service: "housing-contract"},
	contract.EvTicketQuieted:      contract.TicketQuieted{Ticket: ticketID, Silent: true, Window: "w3", Staff: "sun"},
	contract.EvWindowSet:          contract.WindowSet{Window: "w3", Staff: "s1003", Auto: true},
	contract.EvAlarmRaised:        alarm,
	contract.EvAlarmCleared:       alarm,
	contract.EvNoticePosted:       contract.NoticePosted{Notice: notice, Staff: "s1001", Source: "console"},
	contract.EvNoticeWithdrawn:    contract.NoticeWithdrawn{ID: notice.ID, Staff: "s1001", Source: "console"},
	contract.EvResultsPublished:   contract.ResultsPublished{Results: []contract.Result{result}, Source: "centre"},
	contract.EvResultsWithdrawn:   contract.ResultsWithdrawn{IDs: []string{result.ID}, Source: "centre"},
	contract.EvDutySet:            contract.DutySet{Days: dutyDays, Staff: "s1001", Source: "console"},
	contract.EvCallUnspoken:       contract.CallUnspoken{Call: 118, Zone: "hall-1", Reason: "stale", Age: 97},
	contract.EvTicketTaken: contract.TicketTaken{Ticket: ticketID, Number: "A501", Prefix: "A", Serial: 501, Day: "2026-11-23",
		Service: "housing-presale", Lang: "zh-CN", At: moment, Paper: true},
	contract.EvTicketGivenUp:   contract.TicketRef{Ticket: ticketID},
	contract.EvQuietAsked:      contract.TicketQuieted{Ticket: ticketID, Silent: true},
	contract.EvTicketPrinted:   contract.TicketPrinted{Ticket: ticketID, Proof: "consumed"},
	contract.EvTicketUnprinted: contract.TicketUnprinted{Ticket: ticketID, Outcome: "failed", Fault: "cover-open"},

	contract.AskTicketTake:        contract.TakeTicket{Service: "housing-presale", Lang: "zh-CN"},
	contract.AskTicketNoted:       contract.TicketRef{Ticket: ticketID},
	contract.AskTicketVoid:        contract.TicketRef{Ticket: ticketID},
	contract.AskNumbersLend:       contract.LendNumbers{Day: "2026-11-23", Stock: "01J9Z6M0Q2V7", Holds: []contract.NumberBlock{{Prefix: "A", From: 501, To: 520}}, Left: map[string]int{"A": 4}, Seen: map[string]int{"A": 41}, Lent: map[string]int{"A": 540}},
	contract.AskTicketLook:        contract.TicketRef{Ticket: ticketID},
	contract.AskTicketReprint:     contract.TicketRef{Ticket: ticketID},
	contract.AskAppointmentSlots:  contract.SlotsOf{Service: "housing-presale"},
	contract.AskAppointmentBook:   contract.BookAppointment{Service: "housing-presale", Start: moment.Add(25 * time.Hour).Truncate(time.Minute), Phone: "0199"},
	contract.AskAppointmentFind:   contract.FindAppointment{Phone: "0199"},
	contract.AskAppointmentArrive: contract.Arrive{Appointment: "01K9RZAPP0000000000000001", Lang: "zh-CN"},
	contract.AskAppointmentCancel: contract.AppointmentRef{Appointment: "01K9RZAPP0000000000000001", Code: "402817"},
	contract.AskTicketGrant:       contract.Grant{Window: "w3", Number: "A007", Class: "urgent", Reason: "急需出境就医"},
	contract.AskOrderSet:          contract.SetOrder{Staff: "s1001", Rule: orderRule},
	contract.AskServicePause:      contract.PauseService{Service: "housing-presale", Staff: "s1001", Reason: "系统升级"},
	contract.AskServiceResume:     contract.PauseService{Service: "housing-presale", Staff: "s1001"},
	contract.AskDayClose:          contract.CloseDay{Staff: "s1001", Reason: "停电"},
	contract.CmdAppointments: contract.ImportAppointments{Appointments: []contract.AppointmentBooked{{Appointment: "01K9RZAPP0000000000000001",
		Code: "402817", Service: "housing-presale", Start: moment.Add(25 * time.Hour).Truncate(time.Minute), Phone: "0199", Source: "centre"}}},
	contract.AskWindowSignIn:    contract.SignIn{Window: "w3", Staff: "1003", PIN: "****"},
	contract.AskWindowSignOut:   contract.WindowRef{Window: "w3"},
	contract.AskWindowPause:     contract.WindowRef{Window: "w3", Reason: "交接班"},
	contract.AskWindowResume:    contract.WindowRef{Window: "w3"},
	contract.AskWindowNext:      contract.WindowRef{Window: "w3"},
	contract.AskWindowCall:      contract.WindowRef{Window: "w3", Number: "A007"},
	contract.AskWindowRecall:    contract.WindowRef{Window: "w3", Expect: "A001"},
	contract.AskWindowNoShow:    contract.WindowRef{Window: "w3", Expect: "A001"},
	contract.AskWindowStart:     contract.WindowRef{Window: "w3", Expect: "A001"},
	contract.AskWindowFinish:    contract.WindowRef{Window: "w3", Expect: "A001"},
	contract.AskWindowTransfer:  contract.Transfer{Window: "w3", ToService: "fee", ToWindow: "w10", Reason: "缴费", Expect: "A001"},
	contract.AskWindowHold:      contract.WindowRef{Window: "w3", Reason: "补充材料", Expect: "A001"},
	contract.AskWindowUnhold:    contract.WindowRef{Window: "w3", Number: "A001"},
	contract.AskWindowReturn:    contract.WindowRef{Window: "w3", Number: "A001"},
	contract.AskWindowReinstate: contract.WindowRef{Window: "w3", Number: "A001"},
	contract.AskWindowVoid:      contract.WindowRef{Window: "w3", Number: "A001", Reason: "群众放弃"},
	contract.AskWindowWalkIn:    contract.WalkIn{Window: "w3", Service: "housing-presale"},
	contract.AskWindowCorrect:   contract.Correct{Window: "w3", Service: "housing-contract", Expect: "A001"},
	contract.AskWindowSet:       contract.SetWindow{Window: "w3", Auto: true},
	contract.AskTicketQuiet:     contract.QuietTicket{Ticket: ticketID, Silent: true},
	contract.AskNoticePost:      contract.PostNotice{Notice: notice, Staff: "s1001"},
	contract.AskNoticeWithdraw:  contract.WithdrawNotice{ID: notice.ID, Staff: "s1001"},
	contract.AskResultsPublish:  contract.PublishResults{Results: []contract.Result{result}},
	contract.AskResultsWithdraw: contract.PublishResults{IDs: []string{result.ID}},
	contract.AskDutySet:         contract.SetDuty{Days: dutyDays, Staff: "s1001"},
	contract.CmdNoticePost:      contract.PostNotice{Notice: notice},
	contract.CmdNoticeWithdraw:  contract.WithdrawNotice{ID: notice.ID},
	contract.CmdResultsPublish:  contract.PublishResults{Results: []contract.Result{result}},
	contract.CmdResultsWithdraw: contract.PublishResults{IDs: []string{result.ID}},
	contract.CmdDutySet:         contract.SetDuty{Days: dutyDays},
	contract.AskDeviceTest:      contract.DeviceTest{Node: "kiosk-1", Device: "printer"},
	contract.CmdPrinterTest:     contract.PrinterTest{Device: "printer"},

	"view/catalogue": contract.Catalogue{
		Version: 1,
		Hall: contract.HallInfo{
			ID: "luotian", Name: contract.Text2{ZH: "罗田县政务服务中心", EN: "Luotian County Government Service Centre"},
			ConsultPhone: "0713-555-0100", ComplaintPhone: "0713-555-0101", Desk: contract.Text2{ZH: "一楼咨询台", EN: "Information desk, ground floor"}, Colour: "#1f5f8b"},
		Units: []contract.UnitInfo{{ID: "housing", Name: contract.Text2{ZH: "住房和城乡建设局", EN: "Housing and Construction"}, Icon: "building"}},
		Services: []contract.ServiceInfo{{
			ID: "housing-presale", Unit: "housing", Name: contract.Text2{ZH: "商品房预售许可", EN: "Presale permit"}, Prefix: "A", Kind: "promise",
			LegalDays: 20, PromiseDays: 8, Fee: "0", Windows: []string{"w3", "w4"}, Area: contract.Text2{ZH: "一楼B区", EN: "Ground floor, zone B"}, Top: true}},
	},
	"view/queue": contract.Queue{Version: 43, Day: "2026-11-23", Waiting: 3,
		Services: []contract.ServiceQueue{{Service: "housing-presale", Waiting: 3, WaitMin: 15, WaitMax: 20, Open: 2, Last: "A001"}}},
	"view/calls": contract.Calls{Version: 43, Calls: []contract.Call{{
		Call: 118, Number: "A001", Window: "w3", Name: contract.Text2{ZH: "3号窗口", EN: "Window 3"}, Service: "housing-presale", At: moment, State: "called"}}},
	"view/windows": contract.Windows{Version: 43, Windows: []contract.WindowView{window}},
	"view/notices": contract.Notices{Version: 2, Notices: []contract.Notice{{
		Text: contract.Text2{ZH: "厅内禁止吸烟，吸烟区在东门外。", EN: "No smoking in the hall. The smoking area is outside the east door."}, From: moment, Until: moment.AddDate(0, 0, 7)}}},
	"view/duty": contract.Duty{Version: 43, Day: "2026-11-23", Today: dutyDays[0].Officers, Phone: "0713-555-0102",
		Closed: []contract.ClosedDay{{From: "2027-01-01", To: "2027-01-03", Reason: contract.Text2{ZH: "元旦", EN: "New Year"}}}},
	"view/results": contract.Results{Version: 43, Results: []contract.Result{result}},
	"view/calendar": contract.Calendar{Version: 43, Day: "2026-11-23", Zone: "Asia/Shanghai", Open: true, Issuing: true,
		Segments: []contract.Segment{{From: "08:00", To: "11:30"}, {From: "14:00", To: "17:00"}}},
}

var (
	alarm  = contract.Alarm{Alarm: "window.paused-long", Subject: "w3", Since: moment, Limit: 15, Staff: "s1003"}
	notice = contract.Notice{ID: "n-20261123-1", Kind: "page", Title: contract.Text2{ZH: "关于元旦放假的公告", EN: "New Year holiday"},
		Text:   contract.Text2{ZH: "1月1日至3日放假，1月4日正常办公。", EN: "Closed 1 to 3 January, open again on 4 January."},
		Issuer: contract.Text2{ZH: "中心办公室", EN: "Centre office"}, Date: "2026-11-23", From: moment, Until: moment.AddDate(0, 0, 42)}
	result = contract.Result{ID: "r-0042", Case: "4211232026000042", Name: "张*", Service: contract.Text2{ZH: "商品房预售许可", EN: "Presale permit"},
		Outcome: contract.Text2{ZH: "准予许可", EN: "Granted"}, Date: "2026-11-20", Until: moment.AddDate(0, 0, 7)}
	dutyDays = []contract.DutyDay{{Day: "2026-11-23", Officers: []contract.DutyOfficer{{Name: "何静", Post: contract.Text2{ZH: "值班领导", EN: "Duty officer"},
		Place: contract.Text2{ZH: "一楼总服务台", EN: "Information desk, ground floor"}, Phone: "0713-555-0103"}}}}
)

// wrapped puts an example's data into the envelope that travels.
func wrapped(t *testing.T, m contract.Message) any {
	t.Helper()
	v, ok := values[m.Name]
	if !ok {
		t.Fatalf("%s has no example", m.Name)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	switch m.Kind {
	case contract.KindEvent:
		node := "hall"
		if m.From == "kiosk" {
			node = "kiosk-1"
		}
		return contract.Event{SpecVersion: "1.0", ID: contract.EventID(node, epochID, 43), Source: "/hall/1/luotian/" + node,
			Type: m.Name, Time: moment, ContentType: "application/json", Sequence: 43, Data: raw}
	case contract.KindAsk, contract.KindCommand:
		return contract.Request{ID: ticketID, Type: m.Name, Issued: moment, Expires: moment.Add(30 * time.Second), Data: raw}
	}
	return v
}

func answerOf(m contract.Message) (contract.Answer, bool) {
	var v any
	switch m.Answer.(type) {
	case contract.Ticket:
		v = ticket
	case contract.Numbers:
		v = contract.Numbers{Day: "2026-11-23", Now: moment, Ends: moment.Add(19 * time.Hour), Blocks: []contract.NumberBlock{{Prefix: "A", From: 501, To: 520}}}
	case contract.Slots:
		v = contract.Slots{Service: "housing-presale", Slots: []contract.Slot{{Start: booked.Start, Free: 2}}}
	case contract.Appointment:
		v = booked
	case contract.Appointments:
		v = contract.Appointments{Appointments: []contract.Appointment{booked}}
	case contract.OrderRule:
		v = orderRule
	case contract.Imported:
		v = contract.Imported{Booked: 1, Refused: []string{"01K9RZAPP0000000000000002: unknown-service"}}
	case contract.WindowAnswer:
		v = contract.WindowAnswer{Window: window, Ticket: &ticket, Why: "取号最早"}
	case contract.DeviceTested:
		v = contract.DeviceTested{Proof: "consumed"}
	default:
		return contract.Answer{}, false
	}
	raw, _ := json.Marshal(v)
	return contract.Answer{ID: ticketID, Result: contract.ResultOK, Data: raw}, true
}

// The examples are the golden messages of both sides: each is valid by its
// schema, and reads into the Go type and back without loss.
func TestExamples(t *testing.T) {
	schemas := compiler(t)
	seen := map[string]bool{}
	check := func(name string, v any, schemaNames ...string) {
		t.Run(name, func(t *testing.T) {
			want, err := json.MarshalIndent(v, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, '\n')
			file := "examples/" + name + ".json"
			seen[file] = true
			if *update {
				if err := os.WriteFile(file, want, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			back := reflect.New(reflect.TypeOf(v))
			dec := json.NewDecoder(bytes.NewReader(got))
			dec.DisallowUnknownFields()
			if err := dec.Decode(back.Interface()); err != nil {
				t.Fatal(err)
			}
			again, _ := json.MarshalIndent(back.Elem().Interface(), "", "  ")
			if string(again)+"\n" != string(got) || !bytes.Equal(want, got) {
				t.Errorf("%s and its Go type differ:\n%s\n%s", file, got, again)
			}
			inst, err := jsonschema.UnmarshalJSON(bytes.NewReader(got))
			if err != nil {
				t.Fatal(err)
			}
			if err := schemas(schemaNames[0]).Validate(inst); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			if len(schemaNames) > 1 {
				if err := schemas(schemaNames[1]).Validate(inst.(map[string]any)["data"]); err != nil {
					t.Errorf("%s: data: %v", file, err)
				}
			}
			if len(got) > contract.MaxPayload {
				t.Errorf("%s: %d bytes", file, len(got))
			}
		})
	}
	for _, m := range contract.Messages {
		file := contract.FileName(m.Name)
		switch m.Kind {
		case contract.KindEvent:
			check(file, wrapped(t, m), "envelope.event", file)
		case contract.KindAsk, contract.KindCommand:
			check(file, wrapped(t, m), "envelope.request", file)
			if a, ok := answerOf(m); ok {
				check(file+".answer", a, "envelope.answer", file+".answer")
			}
		default:
			check(file, wrapped(t, m), file)
		}
	}
	check("refused.answer", contract.Answer{ID: ticketID, Result: contract.ResultRefused, Error: &contract.Problem{
		Code: "service-paused", Message: "该业务暂停取号，请到咨询台。", MessageEN: "No tickets for this service now. Please ask at the desk."}}, "envelope.answer")
	_ = fs.WalkDir(contract.Documents, "examples", func(p string, d fs.DirEntry, _ error) error {
		if !d.IsDir() && !seen[p] {
			t.Errorf("%s belongs to no message", p)
		}
		return nil
	})
}

// A schema must be able to refuse: a message without one of its fields is wrong.
func TestSchemasRefuse(t *testing.T) {
	schemas := compiler(t)
	for _, c := range []struct{ schema, instance string }{
		{"ticket.issued-1", `{"ticket":"x"}`},
		{"ack", `{"epoch":"x","through":-1}`},
		{"ack", `{"epoch":"x","through":"7"}`},
		{"envelope.event", `{"specversion":"1.0","id":"a","source":"b","type":"c","time":"2026-11-23T01:05:30Z","datacontenttype":"application/json","sequence":7,"data":{}}`},
		{"status", `"ready"`},
	} {
		inst, err := jsonschema.UnmarshalJSON(strings.NewReader(c.instance))
		if err != nil {
			t.Fatal(err)
		}
		if err := schemas(c.schema).Validate(inst); err == nil {
			t.Errorf("%s accepts %s", c.schema, c.instance)
		}
	}
}

func compiler(t *testing.T) func(name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	return func(name string) *jsonschema.Schema {
		t.Helper()
		f, err := contract.Documents.ReadFile("schemas/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(f))
		if err != nil {
			t.Fatal(err)
		}
		url := "mem:///" + name + ".json"
		_ = c.AddResource(url, doc) // a second one of the same name is the same
		s, err := c.Compile(url)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// asyncapi.yaml is YAML, and each of its references leads somewhere.
func TestAsyncAPIIsWhole(t *testing.T) {
	raw, err := contract.Documents.ReadFile("asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if doc["asyncapi"] != "3.0.0" {
		t.Errorf("asyncapi %v", doc["asyncapi"])
	}
	refs := 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				ref, ok := e.(string)
				if k == "$ref" && ok {
					refs++
					if err := resolve(doc, ref); err != nil {
						t.Error(err)
					}
					continue
				}
				walk(e)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(doc)
	if refs < 2*len(contract.Messages) {
		t.Errorf("only %d references for %d messages", refs, len(contract.Messages))
	}
}

func resolve(doc map[string]any, ref string) error {
	if file, ok := strings.CutPrefix(ref, "./"); ok {
		if _, err := contract.Documents.ReadFile(path.Clean(file)); err != nil {
			return fmt.Errorf("%s: %w", ref, err)
		}
		return nil
	}
	at := any(doc)
	for _, part := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		m, _ := at.(map[string]any)
		if at = m[part]; at == nil {
			return fmt.Errorf("%s leads nowhere", ref)
		}
	}
	return nil
}

// HALL-001, HALL-021: no message has a place for an ID number, a phone number
// of a person, a complainant or a template in a retained topic, and what is
// secret is marked.
func TestPersonalDataHasNoPlace(t *testing.T) {
	personal := regexp.MustCompile(`(?i)id_?number|id_?card|phone|mobile|complain|template|finger|face|photo|pin$|password|birth_?date|address`)
	allowed := map[string]bool{"consult_phone": true, "complaint_phone": true, "duty_phone": true, // of the hall, not of a person
		"post_phone": true, "staff_photo": true} // of a post; and the picture that the standard wants at each window (S4 6.2.3)
	for _, m := range contract.Messages {
		var walk func(ty reflect.Type, at string)
		walk = func(ty reflect.Type, at string) {
			for ty.Kind() == reflect.Pointer || ty.Kind() == reflect.Slice {
				ty = ty.Elem()
			}
			if ty.Kind() != reflect.Struct || ty == reflect.TypeFor[time.Time]() {
				return
			}
			for i := range ty.NumField() {
				f := ty.Field(i)
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				mark := f.Tag.Get("privacy")
				if personal.MatchString(name) && !allowed[name] && mark == "" {
					t.Errorf("%s: %s.%s looks like personal data and is not marked", m.Name, at, name)
				}
				if mark != "" && m.Kind.Retained() {
					t.Errorf("%s is retained and has %s.%s (%s)", m.Name, at, name, mark)
				}
				walk(f.Type, at+"."+name)
			}
		}
		walk(reflect.TypeOf(m.Data), m.Name)
	}
}

// Each rule of the contract is named by a test somewhere in the module.
func TestEachRuleHasATest(t *testing.T) {
	named := map[string]bool{}
	id := regexp.MustCompile(`HALL-[0-9]{3}`)
	err := filepath.WalkDir("../..", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(p, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(p)
		for _, m := range id.FindAllString(string(b), -1) {
			named[m] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range contract.Rules {
		if !named[r.ID] {
			t.Errorf("%s has no test: %s", r.ID, r.Text)
		}
	}
}
