package station

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/kiosk/flow"
)

// A test slip comes out of the ticket printer of an idle kiosk, and of nothing
// else; each refusal and failure has words in both languages.
func TestPrinterTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := good()
		k := switchOn(t, newDisk(), &counter{}, p)
		defer k.off()
		k.cfg.PrinterID = "printer"
		k.feed()
		test := func(data string) contract.Answer {
			t.Helper()
			a := k.TestPrinter(t.Context(), contract.Request{ID: "t", Type: contract.CmdPrinterTest, Data: json.RawMessage(data)})
			if (a.Error == nil) != (a.Result == contract.ResultOK) || a.Error != nil && (a.Error.Message == "" || a.Error.MessageEN == "") {
				t.Errorf("%s: %+v has no words", data, a)
			}
			return a
		}
		refused := func(data, result, code string) {
			t.Helper()
			if a := test(data); a.Result != result || a.Error.Code != code {
				t.Errorf("%s: %s %v, want %s %s", data, a.Result, a.Error, result, code)
			}
		}
		const mine = `{"device":"printer"}`
		if a := test(mine); string(a.Data) != `{"proof":"consumed"}` {
			t.Errorf("%+v", a)
		}
		refused(`{"device":"door"}`, contract.ResultRefused, "unknown-device")
		refused(`{"device":7}`, contract.ResultRefused, "bad-request")
		k.on(flow.Attract)

		k.take()
		k.on(flow.Printing)
		refused(mine, contract.ResultRefused, "busy")
		time.Sleep(p.takes) // of the bubble's time
		k.on(flow.Done)

		p.err = &devices.PrintError{Code: devices.FaultPaperOut}
		refused(mine, contract.ResultFailed, "paper-out")
		if got := strings.Join(p.printed(), " "); strings.Count(got, "test kiosk-1/printer") != 1 {
			t.Errorf("printed %q", got)
		}
	})
}

// A kiosk without a printer has nothing to test.
func TestPrinterTestWithoutAPrinter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := switchOn(t, newDisk(), &counter{}, nil)
		defer k.off()
		a := k.TestPrinter(t.Context(), contract.Request{Data: json.RawMessage(`{"device":""}`)})
		if a.Result != contract.ResultRefused || a.Error.Code != "unknown-device" {
			t.Errorf("%+v", a)
		}
	})
}
