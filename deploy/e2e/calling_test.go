package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/node"
	"hallward/devices/sim/hardware"
	"hallward/devices/sim/people"
	"hallward/kiosk/display/keeper"
)

// shift is a hall with its strips, keypads, voices and a board at work, and its
// people: calling_desk_test.go is what they do at a window and who they are,
// calling_keys_test.go the same from a keypad, calling_post_test.go what the
// boards say beside calls, calling_alarms_test.go what is forgotten, and
// calling_voice_test.go what is heard.
type shift struct {
	*house
	people  *people.Desk // at every window
	kiosk   *node.Node   // where numbers are taken
	console *page        // a browser in the back office
	zone    *time.Location
	aplay   string // folder of the sound card's program
	wants   []want // that the journal must have at the end
}

// want is an event with some of its data.
type want struct {
	typ  string
	data map[string]any // as JSON has it; a nil value must not be there
}

// limit is how long anything may take on a slow machine.
const limit = 90 * time.Second

// TestCalling is one shift, through the real processes and the bytes of the
// simulated devices: the ways of a window, of its keypad, of the boards and of
// the voices, each of them in the journal with who did it.
func TestCalling(t *testing.T) {
	s := newShift(t)
	s.forget() // what becomes an alarm a minute later
	s.part(t, "desk", s.atTheDesk)
	s.part(t, "sign-in", s.signingIn)
	s.part(t, "keys", s.byKeypad)
	s.part(t, "post", s.onTheBoards)
	s.part(t, "alarms", s.remembered)
	s.part(t, "voice", s.tenAtOnce)
	s.part(t, "broken-voice", s.brokenVoice)
	s.part(t, "expiry", s.noticeEnds)
	s.part(t, "journal", s.isRecorded)
}

// part runs one part as a test of its own. One that fails does not end the
// others.
func (s *shift) part(t *testing.T, name string, do func()) {
	t.Run(name, func(t *testing.T) {
		before := s.t
		s.t, s.console.t = t, t
		defer func() { s.t, s.console.t = before, before }()
		begin := time.Now()
		do()
		t.Logf("it took %v", time.Since(begin).Round(10*time.Millisecond))
	})
}

// The sample hall, but: limits of a minute, two recalls, and announcements that
// take no time. The vehicle area has windows 6 and 7 only, and a sound card.
func newShift(t *testing.T) *shift {
	s := &shift{house: newHouse(t), aplay: t.TempDir()}
	s.zone = s.atNoon()
	s.edit("hall.yaml", "recalls: {most: 3, every: 10s}", "recalls: {most: 2, every: 2s}")
	s.edit("hall.yaml", "hold_remind: 10m", "hold_remind: 1m")
	s.edit("hall.yaml", "unstaffed: 10m", "unstaffed: 1m")
	s.edit("hall.yaml", "en: Handover}, limit: 5m", "en: Handover}, limit: 1m")
	s.edit("hall.yaml", "repeat: 1", "repeat: 0")
	s.edit("hall.yaml", "voices: [{device: vehicle-voice}]", "voices: [{device: horn}]")
	s.edit("windows.yaml", "    zone: vehicle\n", "") // of window 5
	s.edit("controller.yaml", "placeholder: allowed ", "instant: true\n      placeholder: allowed ")
	s.edit("controller.yaml", "  - id: attendance\n", "  - {id: horn, kind: voice/clips, link: \"aplay:default\", settings: {packs: [voice/zh-CN, voice/en], placeholder: allowed}}\n  - id: attendance\n")
	for _, lang := range []string{"zh-CN", "en"} {
		s.do("hallctl", "voice", "make", "--lang", lang, "--out", filepath.Join("voice", lang))
	}
	s.card("ok")
	t.Setenv("PATH", s.aplay+":"+os.Getenv("PATH"))
	s.start("centre", "hallsim", "hall", "board")
	s.people = s.desk()
	s.kiosk = s.node(t, "kiosk-1", "kiosk")
	s.connect(s.kiosk)
	s.console = s.browser()
	return s
}

// asks carries out a request of a window, which must be granted.
func (s *shift) asks(typ string, data any) contract.WindowAnswer {
	s.t.Helper()
	a, err := s.people.Ask(s.t.Context(), typ, data)
	if err != nil {
		s.t.Fatalf("%s %+v: %v", typ, data, err)
	}
	return a
}

// refused carries out a request of a window, which must be refused.
func (s *shift) refused(code, typ string, data any) {
	s.t.Helper()
	_, err := s.people.Ask(s.t.Context(), typ, data)
	var no *contract.Problem
	if !errors.As(err, &no) || no.Code != code {
		s.t.Errorf("%s %+v: %v, want it refused: %s", typ, data, err, code)
	}
}

// takes gives a number that may be called.
func (s *shift) takes(service string) contract.Ticket {
	s.t.Helper()
	var ticket contract.Ticket
	a, err := s.kiosk.Ask(s.t.Context(), contract.AskTicketTake, contract.TakeTicket{Service: service, Lang: "zh-CN"})
	if err != nil || json.Unmarshal(a.Data, &ticket) != nil || ticket.Ticket == "" {
		s.t.Fatalf("no number for %s: %+v, %v", service, a, err)
	}
	if a, err := s.kiosk.Ask(s.t.Context(), contract.AskTicketNoted, contract.TicketRef{Ticket: ticket.Ticket}); err != nil || a.Error != nil {
		s.t.Fatalf("%s is not noted: %v, %v", ticket.Number, a.Error, err)
	}
	return ticket
}

// shows waits until the board is as wanted.
func (s *shift) shows(what string, want func(keeper.Page) bool) (p keeper.Page) {
	s.t.Helper()
	until(s.t, limit, "the board: "+what, func() error {
		p = keeper.Page{}
		if err := getJSON(s.health("board")+"/board", &p); err != nil {
			return err
		}
		if !want(p) {
			return fmt.Errorf("it shows %+v", p)
		}
		return nil
	})
	return p
}

// calls waits until the board has the call of a number to a window on top.
func (s *shift) calls(number, window string) {
	s.t.Helper()
	s.shows("calls "+number, func(p keeper.Page) bool {
		return len(p.Calls) > 0 && p.Calls[0].Number == number && p.Calls[0].Window == window
	})
}

// strip waits until the strip of a window reads so, and tells how long it took.
func (s *shift) strip(unit int, text string) time.Duration {
	s.t.Helper()
	begin := time.Now()
	until(s.t, limit, fmt.Sprintf("strip %d: %s", unit, text), func() error {
		var st hardware.State
		if err := getJSON(s.url(controlPort)+"/state", &st); err != nil {
			return err
		}
		for _, c := range st.Strips["strips"].Cards {
			if c.Address != unit {
				continue
			}
			if !strings.Contains(c.Text, text) {
				return fmt.Errorf("it reads %q", c.Text)
			}
			return nil
		}
		return errors.New("it is not there")
	})
	return time.Since(begin)
}

// announced are the labels of the announcements in the WAV file, in their order.
func (s *shift) announced() []string {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, "sim", "announcements.wav.txt"))
	if err != nil {
		s.t.Fatal(err)
	}
	var labels []string
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		if parts := strings.SplitN(line, "\t", 3); len(parts) == 3 {
			labels = append(labels, strings.ReplaceAll(parts[2], " ", ""))
		}
	}
	return labels
}

var (
	digitWords  = strings.NewReplacer("0", "零", "1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九")
	windowWords = []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}
)

// sentence is how a number is called to a window (R-VOICE-01).
func sentence(number string, window int) string {
	return "请" + digitWords.Replace(number) + "号到" + windowWords[window] + "号窗口"
}

// hears waits until a number was called to a window by voice, so many times.
func (s *shift) hears(number string, window, times int) {
	s.t.Helper()
	until(s.t, limit, "the voice: "+sentence(number, window), func() error {
		if n := strings.Count(strings.Join(s.announced(), "\n"), sentence(number, window)); n != times {
			return fmt.Errorf("it was heard %d times, want %d", n, times)
		}
		return nil
	})
}

// records says that the journal must have an event with these data at the end,
// given as keys and values.
func (s *shift) records(typ string, pairs ...any) {
	w := want{typ, map[string]any{}}
	for i := 0; i < len(pairs); i += 2 {
		w.data[pairs[i].(string)] = pairs[i+1]
	}
	s.wants = append(s.wants, w)
}

// isRecorded stops the hall and reads its journal with a tool that any operator
// has: everything that was done is there, with who did it.
func (s *shift) isRecorded() {
	s.stop("hall")
	out, err := exec.Command("sqlite3", "-readonly", "-json", filepath.Join(s.dir, "data/hall/hall.db"),
		"SELECT type, data FROM events ORDER BY sequence").Output()
	if err != nil {
		s.t.Fatalf("sqlite3: %v", err)
	}
	var rows []struct{ Type, Data string }
	if err := json.Unmarshal(out, &rows); err != nil {
		s.t.Fatal(err)
	}
	for _, w := range s.wants {
		found, others := false, []string{}
		for _, r := range rows {
			if r.Type != w.typ {
				continue
			}
			found = found || w.fits(s.t, r.Data)
			others = append(others, r.Data)
		}
		if !found {
			s.t.Errorf("the journal has no %s with %v, but\n%s", w.typ, w.data, strings.Join(others, "\n"))
		}
	}
	s.t.Logf("%d of %d events were looked for", len(s.wants), len(rows))
}

// fits compares what is wanted with the data of an event.
func (w want) fits(t testing.TB, raw string) bool {
	t.Helper()
	var data map[string]any
	if err := json.Unmarshal([]byte(raw), &data); err != nil {
		t.Fatal(err)
	}
	for key, value := range w.data {
		var wanted any
		if err := json.Unmarshal([]byte(marshalled(value)), &wanted); err != nil {
			t.Fatal(err)
		}
		if is, there := data[key]; there != (wanted != nil) || !reflect.DeepEqual(is, wanted) {
			return false
		}
	}
	return true
}
