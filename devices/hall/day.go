package hall

import "hallward/devices/contract"

func dayRules() map[string]rule { return map[string]rule{} }

func dayAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{}
}
