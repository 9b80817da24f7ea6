package viewtest

import (
	"encoding/json"

	"hallward/devices/contract"
	"hallward/kiosk/flow"
)

// silent are the pages of a ticket whose holder has asked for a silent call,
// made from the pages of tickets.
func silent(made []Sample) []Sample {
	state := map[string]flow.State{}
	for _, s := range made {
		state[s.Name] = s.State
	}
	asked := press(state["done"], flow.Quiet, "")
	return []Sample{
		{"done-silent-asking", asked},
		{"done-silent", wished(asked, contract.ResultOK)},
		{"done-silent-unsure", wished(asked, contract.ResultExpired)},
		{"done-silent-refused", wished(asked, contract.ResultRefused)},
		{"done-silent-away", press(next(state["done"], flow.Online(false)), flow.Quiet, "")},
		{"done-several-silent", wished(press(state["done-several"], flow.Quiet, ""), contract.ResultOK)},
		{"status-silent", wished(press(state["status"], flow.Quiet, ""), contract.ResultOK)},
	}
}

// wished answers the wish for a silent call.
func wished(s flow.State, result string) flow.State {
	raw, err := json.Marshal(contract.Ticket{Ticket: s.Shown().Ticket, Silent: true})
	if err != nil {
		panic(err) // a struct of strings and numbers
	}
	return next(s, flow.Answered{ID: s.Wish, Type: contract.AskTicketQuiet, Answer: contract.Answer{ID: s.Wish, Result: result, Data: raw}})
}
