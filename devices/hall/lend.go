package hall

import "hallward/devices/contract"

func lendRules() map[string]rule { return map[string]rule{} }

func lendAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{}
}
