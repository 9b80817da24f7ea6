package voice

import (
	"fmt"
	"testing"
	"time"

	"hallward/devices/contract"
)

// What a zone remembers of the calls does not grow with the day.
func TestMemoryIsBounded(t *testing.T) {
	z := New(Opts{})
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for call := uint64(1); call < 5000; call++ {
		at = at.Add(3 * time.Second)
		z.Calls(contract.Calls{Version: call, Calls: []contract.Call{{Call: call, Number: fmt.Sprint(call), At: at, State: "called"}}}, at)
		for _, ok := z.next(); ok; _, ok = z.next() {
		}
		if len(z.last) > 2*MostCalls+1 {
			t.Fatalf("%d numbers are remembered", len(z.last))
		}
	}
}
