package devices

import (
	"sort"
	"strings"
	"time"
)

// UnitFaults folds the faults of the units of one device (keypads on a line,
// terminals at one address) into one fault of the device for each code, whose
// detail names the units that have it. The zero value is ready; it is for one
// goroutine.
type UnitFaults struct {
	units map[FaultCode]map[string]string
}

// Set notes that a unit has a fault, or has it no longer. When changed is
// true the device's fault is another one than before, and f is its report.
func (u *UnitFaults) Set(code FaultCode, unit, detail string, on bool, at time.Time) (f Fault, changed bool) {
	old, had := u.units[code][unit]
	if had == on && old == detail || !had && !on {
		return Fault{}, false
	}
	if u.units == nil {
		u.units = map[FaultCode]map[string]string{}
	}
	if u.units[code] == nil {
		u.units[code] = map[string]string{}
	}
	if on {
		u.units[code][unit] = detail
	} else {
		delete(u.units[code], unit)
	}
	details := make([]string, 0, len(u.units[code]))
	for unit, detail := range u.units[code] {
		details = append(details, strings.TrimSuffix(unit+": "+detail, ": "))
	}
	sort.Strings(details)
	return Fault{Code: code, On: len(details) > 0, Detail: strings.Join(details, "; "), At: at}, true
}

// Has tells whether the unit has the fault.
func (u *UnitFaults) Has(code FaultCode, unit string) bool {
	_, has := u.units[code][unit]
	return has
}
