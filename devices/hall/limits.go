package hall

import "hallward/devices/contract"

func limitRules() map[string]rule { return map[string]rule{} }

func limitAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{}
}
