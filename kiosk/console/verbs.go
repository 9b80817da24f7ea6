package console

import (
	"slices"

	"hallward/devices/contract"
)

// Stages of a window, from which it follows what it may do next.
const (
	stageIdle    = "idle" // open, nothing in hand
	stageCalled  = "called"
	stageServing = "serving"
	stagePaused  = "paused"
	stageClosed  = "closed"
)

func stage(w Window) string {
	switch {
	case w.State == contract.WindowClosed:
		return stageClosed
	case w.Present != nil && w.Present.State == stageServing:
		return stageServing
	case w.Present != nil:
		return stageCalled
	case w.State == contract.WindowPaused:
		return stagePaused
	}
	return stageIdle
}

// verb is one thing that a window does: its button, its key, its request. Ask
// names what the page asks first: the lists to choose from, one after another,
// or nothing. The hall's rules decide in the end; In only spares people a
// refusal.
type verb struct {
	Name   string
	Type   string
	Key    string // the letter on the button
	ZH     string
	EN     string
	In     []string // stages
	Ask    string
	Main   bool // in the first row
	Switch bool // says whether something is on, and stands where it matters
}

var (
	atWork  = []string{stageIdle, stagePaused, stageCalled, stageServing}
	inHand  = []string{stageCalled, stageServing}
	working = []string{stageIdle, stageCalled, stageServing}
)

var verbs = []verb{
	{Name: "next", Type: contract.AskWindowNext, Key: "N", ZH: "呼叫下一位", EN: "Next", In: []string{stageIdle}, Main: true},
	{Name: "start", Type: contract.AskWindowStart, Key: "S", ZH: "开始办理", EN: "Start", In: []string{stageCalled}, Main: true},
	{Name: "finish", Type: contract.AskWindowFinish, Key: "F", ZH: "办理结束", EN: "Finish", In: []string{stageServing}, Main: true},
	{Name: "recall", Type: contract.AskWindowRecall, Key: "R", ZH: "重新呼叫", EN: "Recall", In: []string{stageCalled}},
	{Name: "no-show", Type: contract.AskWindowNoShow, Key: "M", ZH: "过号", EN: "No-show", In: []string{stageCalled}},
	{Name: "transfer", Type: contract.AskWindowTransfer, Key: "T", ZH: "转办", EN: "Transfer", In: inHand, Ask: "targets"},
	{Name: "correct", Type: contract.AskWindowCorrect, Key: "E", ZH: "更正事项", EN: "Correct", In: inHand, Ask: "correct"},
	{Name: "hold", Type: contract.AskWindowHold, Key: "H", ZH: "暂存", EN: "Hold", In: inHand, Ask: "hold minutes"},
	{Name: "return", Type: contract.AskWindowReturn, Key: "B", ZH: "退回队列", EN: "Put back", In: []string{stageCalled}},
	{Name: "silent", Type: contract.AskTicketQuiet, Key: "V", ZH: "静音呼叫", EN: "Silent", In: []string{stageIdle, stagePaused, stageCalled}, Ask: "quiet"},
	{Name: "call", Type: contract.AskWindowCall, Key: "C", ZH: "指定呼叫", EN: "Call one", In: []string{stageIdle}, Ask: "waiting"},
	{Name: "walk-in", Type: contract.AskWindowWalkIn, Key: "W", ZH: "无号办理", EN: "Walk-in", In: []string{stageIdle}, Ask: "services walk-in"},
	{Name: "unhold", Type: contract.AskWindowUnhold, Key: "U", ZH: "取回暂存", EN: "Take up", In: []string{stageIdle}, Ask: "held"},
	{Name: "grant", Type: contract.AskTicketGrant, Key: "Y", ZH: "授予优先", EN: "Priority", In: atWork, Ask: "grantee class grant"},
	{Name: "reinstate", Type: contract.AskWindowReinstate, Key: "G", ZH: "过号恢复", EN: "Reinstate", In: atWork, Ask: "missed"},
	{Name: "pause", Type: contract.AskWindowPause, Key: "P", ZH: "暂停窗口", EN: "Pause", In: working, Ask: "pause"},
	{Name: "resume", Type: contract.AskWindowResume, Key: "P", ZH: "恢复窗口", EN: "Resume", In: []string{stagePaused, stageCalled, stageServing}},
	{Name: "sign-out", Type: contract.AskWindowSignOut, Key: "Q", ZH: "退出登录", EN: "Sign out", In: []string{stageIdle, stagePaused}, Ask: "leave"},
	{Name: "auto", Type: contract.AskWindowSet, Key: "A", ZH: "办结后自动叫下一位", EN: "Next by itself", In: atWork, Switch: true},
}

func verbNamed(name string) (verb, bool) {
	for _, v := range verbs {
		if v.Name == name {
			return v, true
		}
	}
	return verb{}, false
}

// allowed lists what a window may do at its stage, each with the lists that the
// page asks from first, "" for none.
func allowed(w Window, grants bool) map[string]string {
	at := stage(w)
	can := map[string]string{}
	for _, v := range verbs {
		if slices.Contains(v.In, at) {
			can[v.Name] = v.Ask
		}
	}
	// A held ticket goes back into the queue by its number.
	if (at == stageIdle || at == stagePaused) && len(w.Held) > 0 {
		can["return"] = "held"
	}
	if _, may := can["finish"]; may && w.Present.FeeDue {
		can["finish"] = "fee"
	}
	if at == stageCalled {
		can["silent"] = "" // of the number in hand
	}
	for name, missing := range map[string]bool{
		"grant": !grants,
		"pause": w.State == contract.WindowPaused, "resume": w.State != contract.WindowPaused,
		"unhold": len(w.Held) == 0, "reinstate": len(w.Missed) == 0, "call": len(w.Waiting) == 0,
		"silent": at != stageCalled && len(w.Waiting) == 0, "walk-in": len(w.Services) == 0, "correct": len(w.Services) < 2,
	} {
		if missing {
			delete(can, name)
		}
	}
	return can
}

// request is the data of an act for a window.
func (a act) request(typ, window string) any {
	switch typ {
	case contract.AskWindowTransfer:
		return contract.Transfer{Window: window, ToService: a.Service, ToWindow: a.ToWindow, Reason: a.Reason, Expect: a.Expect}
	case contract.AskTicketGrant:
		return contract.Grant{Window: window, Number: a.Number, Class: a.Class, Reason: a.Reason}
	case contract.AskWindowWalkIn:
		return contract.WalkIn{Window: window, Service: a.Service, Call: a.Call}
	case contract.AskWindowCorrect:
		return contract.Correct{Window: window, Service: a.Service, Expect: a.Expect}
	case contract.AskTicketQuiet:
		return contract.QuietTicket{Number: a.Number, Silent: a.Silent, Window: window}
	case contract.AskWindowSet:
		return contract.SetWindow{Window: window, Auto: a.Auto}
	}
	return contract.WindowRef{Window: window, Number: a.Number, Reason: a.Reason, Expect: a.Expect, NoFee: a.NoFee,
		Outcome: a.Outcome, Minutes: a.Minutes, PastHeld: a.PastHeld}
}
