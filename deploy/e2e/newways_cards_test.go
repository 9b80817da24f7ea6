package e2e

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"hallward/devices/contract"
	"hallward/devices/sim/hardware"
	"hallward/devices/sim/idcard"
	"hallward/devices/sim/people"
)

const reader = "/reader/kiosk-1-reader/"

// ID cards on the reader of the real window: a number by card, the reminder to
// take it, the number that somebody holds already and its reprint, a card that
// is not read, a number typed wrong and right, and nobody's card. Nothing of a
// card is anywhere afterwards (R-KIOSK-19, R-SEC-01, R-PRN-07).
func TestRealNameTickets(t *testing.T) {
	h := newHouse(t)
	k := h.opened()
	seen := h.watch(k)
	chronic := func() {
		t.Helper()
		h.walk(k, "start", "unit medical", "service medical-chronic")
		h.reads(k, "card", "请将身份证放在读卡区", "正在等待身份证")
	}

	chronic()
	h.picture("kiosk", "kiosk-card", 0.02)
	h.post(reader + "lay?card=zhang")
	zhang := h.reads(k, "done", "请取走号票和身份证").Number
	h.touch(k, "finish", "")
	h.reads(k, "attract", "身份证") // it still lies there
	h.post(reader + "take")
	h.shows(k, 5*time.Second, func(s people.Screen) bool { return s.Screen == "attract" && !s.Reads("身份证") })
	if p := h.paper(zhang); says(p, "张") || says(p, "补打") {
		t.Errorf("the service wants no name on the slip, and it is the first one: %q", p.Lines)
	}

	chronic()
	h.post(reader + "lay?card=zhang")
	if s := h.reads(k, "holding", "您已经取过号了"); s.Number != zhang {
		t.Errorf("the page says number %q, want %s", s.Number, zhang)
	}
	h.post(reader + "take")
	h.picture("kiosk", "kiosk-holding", 0.02)
	h.touch(k, "reprint", "")
	if number, p := h.ends(k); number != zhang || !says(p, "补打") {
		t.Errorf("the reprint is of %s and says %q, want %s and 补打", number, p.Lines, zhang)
	}

	// Who lays the card down first is not asked for it again.
	h.post(reader + "lay?card=zhang")
	h.reads(k, "home", "张*")
	h.walk(k, "unit trade", "service trade-card")
	h.reads(k, "done", "张*")
	h.post(reader + "take")
	if _, p := h.ends(k); !says(p, "张*") {
		t.Errorf("the service wants the masked name on the slip: %q", p.Lines)
	}

	chronic()
	h.post(reader + "switch?name=read-41&on=true")
	h.post(reader + "lay?card=li")
	if s := h.reads(k, "card", "没有读到，请拿起来重新平放"); s.Hint != "unread" {
		t.Errorf("the hint is %q, want unread", s.Hint)
	}
	h.post(reader + "take")
	h.post(reader + "switch?name=read-41&on=false")
	h.post(reader + "lay?card=li")
	h.on(k, "done")
	h.post(reader + "take")
	li, _ := h.ends(k)

	chronic()
	h.touch(k, "type-id", "")
	right := idcard.Samples["ouyang"].Number
	h.typed(k, right[:17]+"6")
	h.shows(k, 5*time.Second, func(s people.Screen) bool { return s.Screen == "keypad" && s.Hint == "wrong" })
	h.typed(k, right)
	ouyang, _ := h.ends(k)
	chronic()
	h.post(reader + "lay?card=ouyang") // the same person by card
	if got := h.on(k, "holding").Number; got != ouyang {
		t.Errorf("by card number %q is held, typed it was %q", got, ouyang)
	}
	h.post(reader + "take")
	h.homeward(k)

	chronic()
	h.touch(k, "without-id", "")
	nobody, _ := h.ends(k)

	desk := h.desk()
	h.signsIn(desk, "w09", "1012")
	for _, want := range []string{zhang, li, ouyang, nobody} {
		a, err := desk.Ask(t.Context(), contract.AskWindowNext, contract.WindowRef{Window: "w09"})
		if err != nil || a.Ticket == nil || a.Ticket.Number != want || a.Ticket.NoCard != (want == nobody) {
			t.Fatalf("next: %+v, %v, want %s", a.Ticket, err, want)
		}
		h.served(desk, "w09")
	}
	h.personsAtCentre(nobody)
	var devices hardware.State
	h.get(h.url(controlPort)+"/state", &devices)
	if r := devices.Readers["kiosk-1-reader"]; r.Fingers != 0 || r.Commands["30 01"] == 0 {
		t.Errorf("the reader was asked for fingerprints %d times, and %v", r.Fingers, r.Commands)
	}
	h.nothingOfCards(seen(), zhang)
}

// personsAtCentre looks at what the events say of persons: one mark for one
// person, another for another, none for who came without a card.
func (h *house) personsAtCentre(nobody string) {
	h.t.Helper()
	arrived[contract.TicketMoved](h, contract.EvTicketFinished, 4)
	arrived[contract.TicketReprinted](h, contract.EvTicketReprinted, 1)
	marks := map[string][]string{}
	for _, d := range arrived[contract.TicketIssued](h, contract.EvTicketIssued, 5) {
		if d.NoCard != (d.Number == nobody) || (d.Person == "") != d.NoCard {
			h.t.Errorf("%s: no card %v, person %q", d.Number, d.NoCard, d.Person)
		}
		marks[d.Person] = append(marks[d.Person], d.Number)
	}
	if len(marks) != 4 { // zhang twice, li, ouyang, nobody
		h.t.Errorf("persons and their numbers: %v, want 4", marks)
	}
}

// nothingOfCards stops the house and looks for what stands on the cards in
// every file of the run, on the screens and papers that were seen and in what
// the centre tells.
func (h *house) nothingOfCards(screens, control string) {
	h.t.Helper()
	places := map[string][]byte{"GET /screen": []byte(screens)}
	events, err := request("GET", h.url(centrePort)+"/events?hall="+hallID+"&limit=1000")
	if err != nil {
		h.t.Fatal(err)
	}
	places["centre /events"] = events
	papers, err := request("GET", h.url(controlPort)+"/printer/kiosk-1/papers")
	if err != nil {
		h.t.Fatal(err)
	}
	places["papers"] = papers
	for _, name := range []string{"kiosk", "hall", "centre", "hallsim"} {
		h.stop(name)
	}
	journals := 0
	err = filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(h.dir, path)
		places[name] = b
		if strings.HasPrefix(name, "data/") && bytes.Contains(b, []byte(control)) {
			journals++
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	// What is there must be found, or the search proves nothing.
	for _, place := range []string{"GET /screen", "centre /events", "papers"} {
		if !bytes.Contains(places[place], []byte(control)) {
			h.t.Errorf("%s does not even tell of %s", place, control)
		}
	}
	if journals < 2 {
		h.t.Errorf("%s stands in %d files below data, want those of the hall and the centre", control, journals)
	}
	for place, b := range places {
		for card, c := range idcard.Samples {
			secrets := []string{c.Number, c.Address}
			if card == "zhang" || card == "ouyang" { // names that no member of staff has
				secrets = append(secrets, c.Name)
			}
			for _, s := range secrets {
				if s != "" && (bytes.Contains(b, []byte(s)) || bytes.Contains(b, onCard(s))) {
					h.t.Errorf("%s tells of the card %q: %q", place, card, s)
				}
			}
		}
	}
}

// onCard is a text in the bytes of a card.
func onCard(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}
