package hall

import (
	"time"

	"hallward/devices/contract"
)

// voiceRules take what the voices report: an announcement that was dropped
// stands in the journal, so that a citizen who heard nothing can be told why
// (R-VOICE-06).
func voiceRules() map[string]rule {
	return map[string]rule{contract.EvCallUnspoken: {nodes, read((*State).unspoken)}}
}

func voiceAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{
		contract.EvCallUnspoken: func(*State, contract.Event) error { return nil },
	}
}

func (s *State) unspoken(_ Command, d contract.CallUnspoken, now time.Time) Decision {
	if d.Call == 0 || d.Call > s.Call || contract.CheckID(d.Zone) != nil && d.Zone != "" || d.Age < 0 || len(d.Reason) > 20 {
		return s.refuse(BadRequest, about{})
	}
	return Decision{Events: []contract.Event{event(contract.EvCallUnspoken, now, d)}}
}
