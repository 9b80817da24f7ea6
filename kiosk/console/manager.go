package console

import (
	"encoding/json"
	"maps"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
)

// managerVerbs are what only a manager does. Each is recorded with who did it.
var managerVerbs = map[string]string{
	"order":   contract.AskOrderSet,
	"pause":   contract.AskServicePause,
	"resume":  contract.AskServiceResume,
	"end-day": contract.AskDayClose,

	"notice":     contract.AskNoticePost,
	"notice-off": contract.AskNoticeWithdraw,
	"result-off": contract.AskResultsWithdraw,
	"duty":       contract.AskDutySet,
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

	Notice  *draft            `json:"notice"`
	Subject string            `json:"subject"` // id of a notice or a result that is withdrawn
	Day     *contract.DutyDay `json:"day"`
}

// managerState is what the script of the manager's page needs.
type managerState struct {
	Rule    contract.OrderRule  `json:"rule"`
	Classes []choice            `json:"classes"`
	Waiting int                 `json:"waiting"`
	Closed  bool                `json:"closed"`
	Reasons map[string][]choice `json:"reasons"` // by verb
	Zones   []choice            `json:"zones"`
	Duty    []contract.DutyDay  `json:"duty"`
	Today   string              `json:"today"`
}

func stateOf(d hallData) managerState {
	st := managerState{Rule: d.Rule, Waiting: d.Queue.Waiting + len(d.Unconfirmed), Closed: d.Closed, Reasons: map[string][]choice{},
		Duty: d.Duty, Today: d.At.In(d.location()).Format(time.DateOnly)}
	for _, z := range d.Catalogue.Zones {
		st.Zones = append(st.Zones, choice{Value: z.ID, Label: z.Name.ZH})
	}
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
	if typ == contract.AskOrderSet {
		// Already as wanted: the answer to it was lost, and it is asked again.
		if is := s.b.Overview().Rule; a.Was != nil && !sameRule(is, *a.Was) && !sameRule(is, *a.Rule) {
			reply(w, http.StatusConflict, failed(a.ID, "rule-moved"))
			return
		}
	}
	data, problem := a.request(typ, n.Staff, s.b.Snapshot().location())
	if problem != "" {
		reply(w, http.StatusBadRequest, failed(a.ID, problem))
		return
	}
	reply(w, http.StatusOK, s.ask(r.Context(), Actor{Staff: n.Staff}, id.String(), typ, data))
}

// request is the data of an act of a manager, whose name is the session's
// whatever the page sent.
func (a managerAct) request(typ, staff string, zone *time.Location) (data any, problem string) {
	switch typ {
	case contract.AskOrderSet:
		return contract.SetOrder{Staff: staff, Rule: *a.Rule}, ""
	case contract.AskDayClose:
		return contract.CloseDay{Staff: staff, Reason: a.Reason}, ""
	case contract.AskNoticePost:
		if a.Notice == nil {
			return nil, "bad-request"
		}
		n, ok := a.Notice.notice(zone)
		if !ok {
			return nil, "bad-time"
		}
		return contract.PostNotice{Notice: n, Staff: staff}, ""
	case contract.AskNoticeWithdraw:
		return contract.WithdrawNotice{ID: a.Subject, Staff: staff}, ""
	case contract.AskResultsWithdraw:
		return contract.PublishResults{IDs: []string{a.Subject}, Staff: staff}, ""
	case contract.AskDutySet:
		if a.Day == nil {
			return nil, "bad-request"
		}
		return contract.SetDuty{Days: []contract.DutyDay{*a.Day}, Staff: staff}, ""
	}
	return contract.PauseService{Service: a.Service, Staff: staff, Reason: a.Reason}, ""
}

func sameRule(a, b contract.OrderRule) bool {
	return a.Overtake == b.Overtake && a.Beyond == b.Beyond && maps.Equal(a.Weights, b.Weights)
}
