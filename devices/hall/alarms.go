package hall

import (
	"hallward/devices/contract"
)

// Alarms are what a person in the hall has to do something about: a window
// without staff in working time, a pause that lasts too long, a ticket that was
// put aside and forgotten, a day without a duty officer.

func alarmRules() map[string]rule {
	return map[string]rule{}
}

func alarmAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{}
}
