package hall

import (
	"hallward/devices/contract"
)

// What the staff of a window do beside calling: serve somebody without a
// ticket, correct a wrong service, call by eye only, and set how the window
// works.

func deskRules() map[string]rule {
	return map[string]rule{}
}

func deskAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{}
}
