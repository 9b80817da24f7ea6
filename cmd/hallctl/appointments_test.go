package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallward/devices/contract"
)

// R-KIOSK-10: a list reaches the hall whole or not at all, and what the hall
// refuses is named.
func TestAppointmentsImport(t *testing.T) {
	asked := 0
	reach := hallAt(t, func(r contract.Request) contract.Answer {
		var d contract.ImportAppointments
		if err := json.Unmarshal(r.Data, &d); err != nil || r.Type != contract.CmdAppointments {
			return contract.Answer{Result: contract.ResultFailed, Error: &contract.Problem{Code: "odd", Message: r.Type}}
		}
		asked++
		done := contract.Imported{Booked: len(d.Appointments)}
		if d.Appointments[0].Appointment == "w-9" {
			done = contract.Imported{Refused: []string{"w-9: start is full"}}
		}
		raw, err := json.Marshal(done)
		if err != nil {
			t.Error(err)
		}
		return contract.Answer{Result: contract.ResultOK, Data: raw}
	})
	run := func(list string) (string, error) {
		path := filepath.Join(t.TempDir(), "list.csv")
		if err := os.WriteFile(path, []byte("id,code,service,start\n"+list), 0o600); err != nil {
			t.Fatal(err)
		}
		return hallctl(t, append(append([]string{"appointments"}, reach...), "import", path)...)
	}
	if out, err := run("w-1,402817,a,2026-11-23 09:30\nw-2,402818,a,2026-11-23 09:30\n"); err != nil || !strings.HasPrefix(out, "booked 2, known 0, refused 0 of 2\n") {
		t.Errorf("%q, %v", out, err)
	}
	if out, err := run("w-1,402817,a,2026-11-23 09:30\nw-2,402818,a,soon\n"); err == nil || !strings.Contains(err.Error(), `list.csv:3: start "soon"`) || asked != 1 {
		t.Errorf("%q, %v, asked %d times", out, err, asked)
	}
	if out, err := run("w-9,402817,a,2026-11-23 09:30\n"); err == nil || !strings.Contains(out, "refused 1 of 1") || !strings.Contains(out, "w-9: start is full") {
		t.Errorf("%q, %v", out, err)
	}
}
