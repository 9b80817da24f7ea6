package hall

import (
	"hallward/devices/contract"
)

// What the boards show beside calls: notices, results of approvals, and who is
// on duty.

func postRules() map[string]rule {
	return map[string]rule{}
}

func postAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{}
}
