package e2e

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"hallward/devices/contract"
	"hallward/kiosk/display/keeper"
)

// The ten windows of tenAtOnce, all heard on the ground floor.
var ten = []struct {
	window         int
	staff, service string
}{
	{1, "1002", "consult-any"}, {2, "1003", "housing-rent"}, {3, "1004", "housing-rent"}, {4, "1006", "trade-operator"},
	{5, "1008", "vehicle-inspect"}, {8, "1011", "vehicle-archive"}, {9, "1012", "medical-enrol"}, {10, "1014", "forestry-cut"},
	{11, "1015", "fee-invoice"}, {12, "1016", "complaint-any"},
}

func windowID(n int) string { return fmt.Sprintf("w%02d", n) }

// tenAtOnce: ten windows press next together. The voice says each number with
// its window, once, in the order of the calls, and nothing is clipped
// (R-VOICE-06).
func (s *shift) tenAtOnce() {
	for _, w := range ten {
		if _, err := s.people.Ask(s.t.Context(), contract.AskWindowSignIn, contract.SignIn{Window: windowID(w.window), Staff: w.staff, PIN: w.staff}); err != nil {
			s.t.Fatalf("window %d: %v", w.window, err)
		}
		_, _ = s.people.Ask(s.t.Context(), contract.AskWindowResume, contract.WindowRef{Window: windowID(w.window)}) // if it is paused
		if w.window != 10 {                                                                                          // somebody waits there already
			s.takes(w.service)
		}
	}
	before := len(s.announced())
	answers := make([]contract.WindowAnswer, len(ten))
	errs := make([]error, len(ten))
	var all sync.WaitGroup
	press := make(chan struct{})
	for i, w := range ten {
		all.Go(func() {
			<-press
			answers[i], errs[i] = s.people.Ask(s.t.Context(), contract.AskWindowNext, contract.WindowRef{Window: windowID(w.window), PastHeld: true})
		})
	}
	close(press)
	all.Wait()
	sentences := map[string]bool{}
	for i, w := range ten {
		if errs[i] != nil || answers[i].Ticket == nil {
			s.t.Fatalf("window %d calls %+v, %v", w.window, answers[i].Ticket, errs[i])
		}
		sentences[sentence(answers[i].Ticket.Number, w.window)] = true
		s.records(contract.EvTicketCalled, "ticket", answers[i].Ticket.Ticket, "window", windowID(w.window))
	}
	var heard []string
	until(s.t, limit, "ten announcements", func() error {
		if heard = s.announced()[before:]; len(heard) < len(ten) {
			return fmt.Errorf("%d", len(heard))
		}
		return nil
	})
	last := uint64(0)
	for _, label := range heard {
		call, words, _ := strings.Cut(strings.TrimPrefix(label, "call"), ":")
		n, err := strconv.ParseUint(call, 10, 64)
		if err != nil || n <= last {
			s.t.Errorf("call %q comes after %d", call, last)
		}
		last = n
		found := ""
		for sentence := range sentences {
			if strings.HasPrefix(strings.TrimPrefix(words, "chime"), sentence) {
				found = sentence
			}
		}
		if found == "" {
			s.t.Errorf("nobody has called %q, or it is said twice; left are %v", words, sentences)
		}
		delete(sentences, found)
	}
	if len(heard) != len(ten) || len(sentences) > 0 {
		s.t.Errorf("%d announcements, not heard: %v\n%s", len(heard), sentences, strings.Join(heard, "\n"))
	}
	newest := slices.MaxFunc(answers, func(a, b contract.WindowAnswer) int { return cmp.Compare(a.Window.Called, b.Window.Called) })
	s.shows("the last call", func(p keeper.Page) bool {
		return slices.ContainsFunc(p.Calls, func(c keeper.Call) bool {
			return c.Number == newest.Ticket.Number && c.Window == newest.Window.Name.ZH && c.Call == newest.Window.Called
		})
	})
	s.strip(20, "请"+newest.Ticket.Number+"号到")
	s.notClipped()
	for _, w := range ten {
		s.served(s.people, windowID(w.window))
	}
}

var peak = regexp.MustCompile(`(?m)^Pk lev dB +(-?[0-9.]+|-inf)`)

// notClipped has an independent reader measure the file.
func (s *shift) notClipped() {
	s.t.Helper()
	wav := filepath.Join(s.dir, "sim", "announcements.wav")
	out, err := exec.Command("sox", wav, "-n", "stats").CombinedOutput()
	if err != nil {
		s.t.Fatalf("sox: %v\n%s", err, out)
	}
	m := peak.FindSubmatch(out)
	if m == nil {
		s.t.Fatalf("sox says no peak:\n%s", out)
	}
	dB, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil || dB >= 0 || dB < -30 {
		s.t.Errorf("the peak is %s dB: %v", m[1], err)
	}
	s.t.Logf("the peak is %.2f dB", dB)
}

// brokenVoice: the sound card of the vehicle area fails while it speaks. The
// call stands in the journal as not spoken, the other area is heard, and the
// next call is spoken when the card is well.
func (s *shift) brokenVoice() {
	s.signsIn(s.people, "w06", "1010")
	first, second, other := s.takes("vehicle-cancel"), s.takes("vehicle-cancel"), s.takes("consult-any")
	s.card("killed")
	s.call(s.people, "w06", first.Number)
	var told contract.CallUnspoken
	until(s.t, limit, "the call was not spoken", func() error {
		all, err := s.events()
		if err != nil {
			return err
		}
		for _, e := range all {
			if e.Type == contract.EvCallUnspoken {
				return json.Unmarshal(e.Data, &told)
			}
		}
		return errors.New("no such event at the centre")
	})
	if told.Zone != "vehicle" || told.Reason != "voice" || told.Call == 0 {
		s.t.Errorf("not spoken: %+v", told)
	}
	s.records(contract.EvCallUnspoken, "zone", "vehicle", "reason", "voice", "call", told.Call)
	s.records(contract.EvDeviceFault, "device", "horn", "on", true)
	s.call(s.people, "w01", other.Number)
	s.hears(other.Number, 1, 1)
	s.served(s.people, "w06")

	s.card("ok")
	before := s.played()
	s.call(s.people, "w06", second.Number)
	until(s.t, limit, "the card speaks again", func() error {
		if n := s.played(); n <= before {
			return fmt.Errorf("it has played %d announcements", n)
		}
		return nil
	})
	s.records(contract.EvDeviceFault, "device", "horn", "on", false)
}

// card puts another program in the place of aplay: it plays into a file of
// lengths, or is killed in the middle.
func (s *shift) card(mode string) {
	s.t.Helper()
	script := `#!/bin/sh
case $(cat "${0%/*}/mode") in
ok) wc -c >>"${0%/*}/played" ;;
killed) head -c 1000 >/dev/null; kill -9 $$ ;;
esac
`
	err := os.WriteFile(filepath.Join(s.aplay, "mode"), []byte(mode), 0o644)
	if path := filepath.Join(s.aplay, "aplay"); err == nil {
		if _, missing := os.Stat(path); missing != nil {
			err = os.WriteFile(path, []byte(script), 0o755)
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// played counts what the card has played to its end: announcements, not the
// moment of silence with which it is tried.
func (s *shift) played() (n int) {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.aplay, "played"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	for _, line := range strings.Fields(string(b)) {
		if bytes, err := strconv.Atoi(line); err == nil && bytes > 20_000 {
			n++
		}
	}
	return n
}
