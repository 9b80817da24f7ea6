package hall

import "hallward/devices/contract"

func appointmentRules() map[string]rule { return map[string]rule{} }

func appointmentAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{}
}
