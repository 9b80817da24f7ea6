package controller

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

// A window can be worked from its call keypad alone. What a key does depends on
// what the window is at; the table is the whole of it. Cells are the requests in
// their order, "!" is refused: the pad beeps, and nothing has happened. Keys that
// are not in the table (cancel, confirm alone, unknown ones) are refused too. A
// row with "+" is the key after digits; digits before any other key are refused,
// since nobody knows what was meant.
//
//   - next ends the present service, as in any hall, and calls. While somebody is
//     called and has not come it is refused: give the number up, or call it again.
//   - next after digits calls that number, if the window may call just one number
//     with these digits.
//   - evaluate (评价) ends the service: the citizen is invited to rate. Pads have
//     no key for the begin of a service, so a number that is called is begun first.
//   - transfer is to the window whose label was typed.
//   - pause (暂停) is a switch; its reason is the first one of the hall's list.
//   - resume calls the number back that was set aside first.
//
// The first column is a window where nobody is signed in; "-p" is a window that
// is paused with a number in hand.
const keyGrid = `
          closed free   paused  called        called-p      serving      serving-p
next      !      next   !       !             !             finish,next  finish
next+     !      call   !       !             !             finish,call  !
recall    !      !      !       recall        recall        !            !
evaluate  !      !      !       start,finish  start,finish  finish       finish
give-up   !      !      !       no-show       no-show       !            !
suspend   !      !      !       hold          hold          hold         hold
resume    !      unhold !       !             !             !            !
transfer+ !      !      !       transfer      transfer      transfer     transfer
pause     !      pause  resume  pause         resume        pause        resume
`

// keyVerbs are the requests of the table.
var keyVerbs = map[string]string{
	"next": contract.AskWindowNext, "call": contract.AskWindowCall, "recall": contract.AskWindowRecall,
	"start": contract.AskWindowStart, "finish": contract.AskWindowFinish, "no-show": contract.AskWindowNoShow,
	"hold": contract.AskWindowHold, "unhold": contract.AskWindowUnhold, "transfer": contract.AskWindowTransfer,
	"pause": contract.AskWindowPause, "resume": contract.AskWindowResume,
}

var keyTable = parseKeys(keyGrid)

// parseKeys reads the table: key (with "+" after digits) → state → verbs.
func parseKeys(grid string) map[string]map[string][]string {
	lines := strings.Split(strings.TrimSpace(grid), "\n")
	states := strings.Fields(lines[0])
	table := map[string]map[string][]string{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		row := map[string][]string{}
		for i, cell := range cells[1:] {
			if cell != "!" {
				row[states[i]] = strings.Split(cell, ",")
			}
		}
		table[cells[0]] = row
	}
	return table
}

// Times of a press.
const (
	pressExpires = 10 * time.Second // a request that is not carried out by then is not at all
	pressAgain   = 10 * time.Second // the same key within this time goes on with a press that could not be stored, or insists
)

// press is one press on its way through its requests.
type press struct {
	key     devices.Key
	digits  string
	at      time.Time
	steps   []contract.Request
	done    int
	insists bool // the first try was warned of an overdue hold
}

// Reasons of a refusal that the rules of the hall do not know: nothing was asked.
var (
	errNoMeaning = errors.New("the key means nothing here")
	errNoTarget  = errors.New("the digits are of no window or number, or of several")
)

// windowAt is the window of a keypad, "" for none. A window without a line of its
// own takes its keypad from any.
func windowAt(setup *hall.Setup, device string, unit int) (window string) {
	for _, w := range setup.Windows {
		switch {
		case unit <= 0 || w.Keypad != unit:
		case w.KeypadDevice == device:
			return w.ID
		case w.KeypadDevice == "":
			window = w.ID
		}
	}
	return window
}

// windowOf is windowAt, and has a unit of no window in the log, once.
func (k *keypads) windowOf(device string, unit int) string {
	window := windowAt(k.setup, device, unit)
	if window != "" {
		return window
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	at := padAt{device, unit}
	if _, told := k.strange[at]; !told {
		k.strange[at] = struct{}{}
		k.log.Warn("a keypad belongs to no window", "device", device, "unit", unit)
	}
	return ""
}

// press carries out a key. An error says that it could not be stored: the pad
// repeats it, and the same requests are made again with their ids, so that
// nothing happens twice.
func (k *keypads) press(ctx context.Context, device string, key devices.KeyPress) error {
	at := padAt{device, key.Unit}
	window := k.windowOf(device, key.Unit)
	if window == "" {
		return nil
	}
	p, err := k.resume(at, window, key)
	if err != nil {
		k.refuse(at, key, "", err.Error())
		return nil
	}
	for ; p.done < len(p.steps); p.done++ {
		r := p.steps[p.done]
		r.Issued = time.Now()
		r.Expires = r.Issued.Add(pressExpires)
		a := k.engine.Ask(ctx, k.node, hall.RoleHall, r)
		if a.Result == contract.ResultFailed {
			k.keep(at, p)
			return a.Error
		}
		if a.Result != contract.ResultOK {
			if a.Error.Code == hall.HeldOverdue {
				k.keep(at, &press{key: p.key, digits: p.digits, at: time.Now(), insists: true})
			}
			k.refuse(at, key, r.Type, a.Error.Code)
			return nil
		}
		if p.done+1 < len(p.steps) && r.Type == contract.AskWindowFinish {
			if done, err := handsFull(a, p.steps[p.done+1].Type); done {
				return nil
			} else if err != nil {
				k.refuse(at, key, r.Type, err.Error())
				return nil
			}
		}
	}
	return nil
}

// errGoesOn is a service that has ended, with another one on the same ticket.
var errGoesOn = errors.New("another service of the same number follows")

// handsFull looks at a window that has finished and is to call. It may have
// called the next by itself, which is what was wanted, or go on with another
// service of the same number.
func handsFull(a contract.Answer, then string) (done bool, err error) {
	var w contract.WindowAnswer
	if err := json.Unmarshal(a.Data, &w); err != nil || w.Ticket == nil {
		return false, err
	}
	if w.Ticket.State == string(queue.Called) && then == contract.AskWindowNext {
		return true, nil
	}
	return false, errGoesOn
}

// resume finds what is left to do of the same press, or plans a new one.
func (k *keypads) resume(at padAt, window string, key devices.KeyPress) (*press, error) {
	k.mu.Lock()
	before := k.halfway[at]
	delete(k.halfway, at)
	k.mu.Unlock()
	same := before != nil && before.key == key.Key && before.digits == key.Digits && time.Since(before.at) <= pressAgain
	if same && !before.insists {
		return before, nil
	}
	p := &press{key: key.Key, digits: key.Digits, insists: same}
	var err error
	k.engine.Look(func(s *hall.State) { p.steps, err = plan(s, window, key, p.insists) })
	return p, err
}

func (k *keypads) keep(at padAt, p *press) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p.at = time.Now()
	k.halfway[at] = p
}

// refuse tells the staff, by a beep at the pad that was pressed.
func (k *keypads) refuse(at padAt, key devices.KeyPress, request, why string) {
	k.log.Info("a key of a keypad was refused", "device", at.device, "unit", at.unit, "key", key.Key, "request", request, "reason", why)
	for _, l := range k.lines {
		for _, p := range l.pads {
			if l.device == at.device && p.address == at.unit {
				p.order(func(p *pad) { p.beep = true })
			}
		}
	}
}

// deskState is the column of the table.
func deskState(s *hall.State, window string) (state string, t *queue.Ticket) {
	d := s.Desks[window]
	if d == nil || d.Staff == "" {
		return "closed", nil
	}
	if t = s.InHand(window); t != nil {
		state = string(t.State) // called or serving
		if d.Paused {
			state += "-p"
		}
		return state, t
	}
	if d.Paused {
		return "paused", nil
	}
	return "free", nil
}

// plan makes the requests of a key. Each names the number that the window has in
// hand now, so that a click on the console in between is not undone.
func plan(s *hall.State, window string, key devices.KeyPress, insists bool) ([]contract.Request, error) {
	row := string(key.Key)
	if key.Digits != "" {
		row += "+"
	}
	state, t := deskState(s, window)
	verbs := keyTable[row][state]
	if len(verbs) == 0 {
		return nil, errNoMeaning
	}
	expect := ""
	if t != nil {
		expect = t.Number
	}
	var steps []contract.Request
	for _, v := range verbs {
		var data any
		ref := contract.WindowRef{Window: window, Expect: expect, PastHeld: insists}
		switch v {
		case "next":
			ref.Expect = ""
			data = ref
		case "call":
			ref.Expect, ref.Number = "", numberOf(s, window, key.Digits)
			if ref.Number == "" {
				return nil, errNoTarget
			}
			data = ref
		case "unhold":
			if held := s.Desks[window].Held; len(held) > 0 {
				ref.Number = s.Tickets[held[0]].Number
			}
			data = ref
		case "transfer":
			to := labelled(s.Setup(), key.Digits)
			if to == "" {
				return nil, errNoTarget
			}
			data = contract.Transfer{Window: window, ToWindow: to, Expect: expect}
		case "pause":
			ref.Expect, ref.Reason = "", pauseReason(s.Setup())
			data = ref
		case "resume":
			ref.Expect = ""
			data = ref
		default:
			data = ref
		}
		raw, err := json.Marshal(data)
		if err != nil {
			return nil, err
		}
		steps = append(steps, contract.Request{ID: ulid.Make().String(), Type: keyVerbs[v], Data: raw})
	}
	return steps, nil
}

// numberOf is the number that digits mean, of those that the window may call now;
// "" is none, or more than one.
func numberOf(s *hall.State, window, digits string) (number string) {
	serial, err := strconv.Atoi(digits)
	if err != nil {
		return ""
	}
	for _, t := range s.Waiting(window, time.Now()) {
		if t.Serial == serial {
			if number != "" {
				return ""
			}
			number = t.Number
		}
	}
	return number
}

// labelled is the window with a label, "3" also when 03 was typed.
func labelled(setup *hall.Setup, digits string) string {
	short := strings.TrimLeft(digits, "0")
	i := slices.IndexFunc(setup.Windows, func(w hall.Window) bool { return w.Label == digits })
	if i < 0 {
		i = slices.IndexFunc(setup.Windows, func(w hall.Window) bool { return w.Label == short && short != "" })
	}
	if i < 0 {
		return ""
	}
	return setup.Windows[i].ID
}

// pauseReason is the reason of a pause from a keypad, which cannot tell it.
func pauseReason(setup *hall.Setup) string {
	if len(setup.PauseReasons) > 0 {
		return setup.PauseReasons[0].ID
	}
	return "暂停"
}
