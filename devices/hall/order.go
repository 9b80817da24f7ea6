package hall

import "hallward/devices/contract"

func orderRules() map[string]rule { return map[string]rule{} }

func orderAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{}
}
