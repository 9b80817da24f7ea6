package console

import (
	"encoding/json"
	"maps"
	"net/http"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
)

// managerVerbs are what only a manager does. Each is recorded with who did it.
var managerVerbs = map[string]string{
	"order":   contract.AskOrderSet,
	"pause":   contract.AskServicePause,
	"resume":  contract.AskServiceResume,
	"end-day": contract.AskDayClose,
}

// managerAct is a post of the manager's page. Was is the rule that the page
// showed, so that nobody undoes unseen what somebody else has just set.
type managerAct struct {
	ID      string              `json:"id"`
	Verb    string              `json:"verb"`
	Service string              `json:"service"`
	Reason  string              `json:"reason"`
	Rule    *contract.OrderRule `json:"rule"`
	Was     *contract.OrderRule `json:"was"`
}

// managerState is what the script of the manager's page needs.
type managerState struct {
	Rule    contract.OrderRule  `json:"rule"`
	Classes []choice            `json:"classes"`
	Waiting int                 `json:"waiting"`
	Closed  bool                `json:"closed"`
	Reasons map[string][]choice `json:"reasons"` // by verb
}

func stateOf(d hallData) managerState {
	st := managerState{Rule: d.Rule, Waiting: d.Queue.Waiting + len(d.Unconfirmed), Closed: d.Closed, Reasons: map[string][]choice{}}
	for _, c := range d.Classes {
		if !c.Head {
			st.Classes = append(st.Classes, choice{Value: c.ID, Label: c.Name})
		}
	}
	for verb, reasons := range map[string][]string{"pause": stopReasons, "end-day": closeReasons} {
		for _, r := range reasons {
			st.Reasons[verb] = append(st.Reasons[verb], choice{Value: r, Label: r})
		}
	}
	return st
}

// managerDo carries out one act of the manager. Posted again with the same id it
// is the same act.
func (s *server) managerDo(w http.ResponseWriter, r *http.Request) {
	var a managerAct
	n, ok := s.sessions.find(r, true)
	switch {
	case !s.sessions.tokenGood(r, r.Header.Get("X-Token")):
		reply(w, http.StatusForbidden, failed("", "stale"))
		return
	case !ok:
		reply(w, http.StatusUnauthorized, failed("", "ended"))
		return
	case !n.Manager:
		reply(w, http.StatusForbidden, failed("", "not-manager"))
		return
	}
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
		reply(w, http.StatusBadRequest, failed("", "bad-request"))
		return
	}
	typ := managerVerbs[a.Verb]
	id, err := ulid.ParseStrict(a.ID)
	if typ == "" || err != nil || typ == contract.AskOrderSet && a.Rule == nil {
		reply(w, http.StatusBadRequest, failed(a.ID, "bad-request"))
		return
	}
	var data any
	switch typ {
	case contract.AskOrderSet:
		// Already as wanted: the answer to it was lost, and it is asked again.
		if is := s.b.Overview().Rule; a.Was != nil && !sameRule(is, *a.Was) && !sameRule(is, *a.Rule) {
			reply(w, http.StatusConflict, failed(a.ID, "rule-moved"))
			return
		}
		data = contract.SetOrder{Staff: n.Staff, Rule: *a.Rule}
	case contract.AskDayClose:
		data = contract.CloseDay{Staff: n.Staff, Reason: a.Reason}
	default:
		data = contract.PauseService{Service: a.Service, Staff: n.Staff, Reason: a.Reason}
	}
	reply(w, http.StatusOK, s.ask(r.Context(), Actor{Staff: n.Staff}, id.String(), typ, data))
}

func sameRule(a, b contract.OrderRule) bool {
	return a.Overtake == b.Overtake && a.Beyond == b.Beyond && maps.Equal(a.Weights, b.Weights)
}
