package devices

import (
	"testing"
	"time"
)

func TestUnitFaultsFoldIntoOne(t *testing.T) {
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	var u UnitFaults
	for i, c := range []struct {
		code    FaultCode
		unit    string
		detail  string
		on      bool
		changed bool
		want    Fault
	}{
		{FaultStuck, "unit 2", "", false, false, Fault{}},
		{FaultStuck, "unit 2", "key 0C", true, true, Fault{Code: FaultStuck, On: true, Detail: "unit 2: key 0C", At: at}},
		{FaultStuck, "unit 2", "key 0C", true, false, Fault{}},
		{FaultStuck, "unit 1", "", true, true, Fault{Code: FaultStuck, On: true, Detail: "unit 1; unit 2: key 0C", At: at}},
		{FaultSilent, "unit 2", "", true, true, Fault{Code: FaultSilent, On: true, Detail: "unit 2", At: at}},
		{FaultStuck, "unit 2", "", false, true, Fault{Code: FaultStuck, On: true, Detail: "unit 1", At: at}},
		{FaultStuck, "unit 1", "", false, true, Fault{Code: FaultStuck, At: at}},
		{FaultStuck, "unit 1", "", false, false, Fault{}},
	} {
		got, changed := u.Set(c.code, c.unit, c.detail, c.on, at)
		if got != c.want || changed != c.changed {
			t.Errorf("step %d: %+v, %v, want %+v, %v", i, got, changed, c.want, c.changed)
		}
		if u.Has(c.code, c.unit) != c.on {
			t.Errorf("step %d: Has is %v", i, !c.on)
		}
	}
}
