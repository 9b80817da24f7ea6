package bubble

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/deploy/e2e/judge"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/kiosk/flow"
)

// citizens come to a kiosk one after the other until ctx ends: they take
// tickets, and on a page of trouble they do what the page offers, or leave.
func (w *world) citizens(ctx context.Context, k *kiosk, r *rand.Rand) {
	pause := func(least, most int) bool {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(between(r, least, most)):
			return true
		}
	}
	for pause(500, 9_000) {
		services := map[string]string{"s1": "u", "s2": "u", "s3": "v"}
		service := []string{"s1", "s2", "s3"}[r.IntN(3)]
		k.press(flow.Start, "")
		if !pause(300, 1500) {
			return
		}
		k.press(flow.Unit, services[service])
		if !pause(300, 1500) {
			return
		}
		k.press(flow.Service, service)
		patience := 40 + r.IntN(200)
		for range patience { // somebody who sees nothing happen walks away
			if !pause(250, 350) {
				return
			}
			s := k.shows()
			switch s.Face() {
			case flow.Attract, flow.Home, flow.Services:
				patience = 0
			case flow.Done:
				k.press(flow.Finish, "")
			case flow.Unprinted:
				k.press([]flow.Touch{flow.Noted, flow.Noted, flow.GiveUp, flow.AskHelp}[r.IntN(4)], "")
			case flow.Trouble:
				offers := s.Offers()
				k.press(offers[r.IntN(len(offers))], "")
			case flow.Help:
				k.press(flow.Back, "")
			case flow.Idle:
				k.press([]flow.Touch{flow.MoreTime, flow.Finish}[r.IntN(2)], "")
			}
			if patience == 0 {
				break
			}
		}
		if r.IntN(4) > 0 {
			k.press(flow.ToHome, "")
			k.press(flow.Back, "")
		}
	}
}

func (k *kiosk) press(t flow.Touch, arg string) {
	k.mu.Lock()
	touch := k.touch
	k.mu.Unlock()
	touch(t, arg)
}

// staff work a window until ctx ends: they call, serve, correct, transfer, hold,
// return and miss people, and ask again under the same id until they have an
// answer. As long as people come, some come to the window without a ticket.
func (w *world) staff(ctx, coming context.Context, window string, r *rand.Rand) {
	rest(ctx, r, 1000, 3000)
	ref := contract.WindowRef{Window: window}
	for {
		typ, data := contract.AskWindowNext, any(ref)
		if k := r.IntN(100); k < 6 && coming.Err() == nil { // every window serves s2
			typ, data = contract.AskWindowWalkIn, contract.WalkIn{Window: window, Service: "s2", Call: k < 2}
		}
		a := w.ask(ctx, r, typ, data)
		switch {
		case ctx.Err() != nil:
			return
		case a.Result == contract.ResultOK:
		case a.Error != nil && a.Error.Code == hall.SignInFirst:
			w.ask(ctx, r, contract.AskWindowSignIn, contract.SignIn{Window: window, Staff: "p" + window, PIN: "1234"})
		case a.Error != nil && (a.Error.Code == hall.NobodyWaiting || a.Error.Code == hall.HeldOverdue):
			w.ask(ctx, r, contract.AskWindowUnhold, contract.WindowRef{Window: window, Number: w.held(window)})
		}
		if a.Result != contract.ResultOK {
			rest(ctx, r, 1000, 6000)
			if a.Error == nil || a.Error.Code != hall.FinishFirst {
				continue
			}
		}
		rest(ctx, r, 500, 4000)
		switch k := r.IntN(100); {
		case k < 6:
			w.ask(ctx, r, contract.AskWindowRecall, ref)
		case k < 12:
			w.ask(ctx, r, contract.AskWindowNoShow, ref)
			continue
		case k < 15:
			w.ask(ctx, r, contract.AskWindowReturn, ref)
			rest(ctx, r, 3000, 9000)
			continue
		}
		w.ask(ctx, r, contract.AskWindowStart, ref)
		rest(ctx, r, 3000, 40_000)
		switch k := r.IntN(100); {
		case k < 5:
			w.ask(ctx, r, contract.AskWindowHold, contract.WindowRef{Window: window, Reason: "补材料"})
			continue
		case k < 10:
			w.ask(ctx, r, contract.AskWindowTransfer, contract.Transfer{Window: window, ToService: []string{"s1", "s2", "s3"}[r.IntN(3)]})
		case k < 13:
			w.ask(ctx, r, contract.AskWindowCorrect, contract.Correct{Window: window, Service: "s2"})
		case k < 16:
			w.ask(ctx, r, contract.AskWindowSet, contract.SetWindow{Window: window, Auto: k == 13})
		}
		w.ask(ctx, r, contract.AskWindowFinish, ref)
	}
}

// between is a time from least to most milliseconds. Its microseconds are
// drawn too, so that hardly two people act in the same moment: what follows
// then depends on the seed and not on the scheduler.
func between(r *rand.Rand, least, most int) time.Duration {
	return time.Duration(least*1000+r.IntN((most-least)*1000)) * time.Microsecond
}

// held is a number that the window has set aside, or "".
func (w *world) held(window string) (number string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.account.Tickets {
		if t.At == judge.Held && t.Window == window && (number == "" || t.Issued.Number < number) {
			number = t.Issued.Number
		}
	}
	return number
}

func rest(ctx context.Context, r *rand.Rand, least, most int) {
	select {
	case <-ctx.Done():
	case <-time.After(between(r, least, most)):
	}
}

// ask asks as the console does, again under the same id while the hall is away
// or its disk takes nothing.
func (w *world) ask(ctx context.Context, r *rand.Rand, typ string, data any) contract.Answer {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(err) // the contract's own types
	}
	id := ulid.Make().String()
	for ctx.Err() == nil {
		w.mu.Lock()
		e, now := w.engine, time.Now().Add(w.skew)
		w.mu.Unlock()
		a := e.Ask(ctx, "hall", hall.RoleHall, contract.Request{ID: id, Type: typ, Issued: now, Expires: now.Add(2 * time.Hour), Data: raw})
		if a.Result != contract.ResultFailed {
			return a
		}
		select {
		case <-ctx.Done():
		case <-time.After(between(r, 900, 1100)):
		}
	}
	return contract.Answer{Result: contract.ResultExpired}
}
