package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/deploy/e2e/judge"
	"hallward/devices/contract"
	"hallward/kiosk/flow"
)

// take takes a number, on paper, and leaves.
func (k *headless) take(unit, service string) (number string) {
	k.h.t.Helper()
	k.choose(unit, service)
	number = k.shows(20*time.Second, "a number on paper", func(s headlessState) bool { return s.Screen == flow.Done }).Number
	k.leave()
	return number
}

func (k *headless) leave() {
	k.h.t.Helper()
	until(k.h.t, 10*time.Second, k.name+" is free for the next", func() error {
		s, err := k.look()
		switch {
		case err != nil:
			return err
		case s.Screen == flow.Attract:
			return nil
		case s.Screen == flow.Done || s.Screen == flow.Idle:
			k.tap(flow.Finish, "")
		case s.Screen == flow.Home:
			k.tap(flow.Back, "")
		default:
			k.tap(flow.ToHome, "")
		}
		return fmt.Errorf("%+v", s)
	})
}

// kiosk lays out and starts a headless kiosk at the hall's own broker.
func (h *house) kiosk(name string) *headless {
	h.t.Helper()
	link := map[string]string{
		"kiosk-1": "serial:" + h.dir + "/sim/kiosk-1-printer?baud=115200",
		"kiosk-2": fmt.Sprintf("tcp:127.0.0.1:%d", h.port(9100)),
	}[name]
	k := h.newHeadless(name, h.broker(), link, nil)
	k.launch()
	k.shows(20*time.Second, "ready", headlessState.well)
	return k
}

// sameProcess fails when a program has ended, or another one has its place.
func (h *house) sameProcess(names ...string) func() {
	h.t.Helper()
	was := map[string]*process{}
	for _, n := range names {
		was[n] = h.process(n)
	}
	return func() {
		h.t.Helper()
		for n, p := range was {
			if p.over() || h.process(n) != p {
				h.t.Errorf("%s is down: %v", n, p.err)
			}
		}
	}
}

// account waits until the centre has an event that ends the story, and judges
// all events.
func (h *house) account(what string, end func(*judge.Account) bool) *judge.Account {
	h.t.Helper()
	var a *judge.Account
	until(h.t, 20*time.Second, what, func() error {
		events, err := h.events()
		if err != nil {
			return err
		}
		if a = judge.Give(events); !end(a) {
			return fmt.Errorf("%v", a)
		}
		return nil
	})
	for _, c := range a.Complaints {
		h.t.Error(c)
	}
	return a
}

// A printer that answers noise: the kiosk says that it cannot print before a
// number is taken, the other kiosk goes on, and when the noise ends the next
// number follows the last.
func TestBadInputPrinterNoise(t *testing.T) {
	h := newHouse(t)
	h.start("centre", "hallsim", "hall")
	one, two := h.kiosk("kiosk-1"), h.kiosk("kiosk-2")
	alive := h.sameProcess("hall", "hallsim", "centre", one.process(), two.process())
	first := one.take("housing", "housing-rent")

	h.set("kiosk-1", "garbage", true)
	s := one.shows(10*time.Second, "the printer is not believed", func(s headlessState) bool { return !s.Printer.Ready })
	if s.Printer.Fault != "silent" {
		t.Errorf("a printer that answers noise has the fault %q, want silent", s.Printer.Fault)
	}
	one.choose("housing", "housing-rent")
	s = one.shows(10*time.Second, "the page of trouble", func(s headlessState) bool { return s.Screen == flow.Trouble })
	if s.Reason != flow.NoPrinter || s.Number != "" {
		t.Errorf("the page says %q, number %q; want no-printer and none", s.Reason, s.Number)
	}
	one.leave()
	second := two.take("housing", "housing-rent")
	h.set("kiosk-1", "garbage", false)
	one.shows(20*time.Second, "the printer is believed again", func(s headlessState) bool { return s.Printer.Ready })
	third := one.take("housing", "housing-rent")

	a := h.account("three numbers at the centre", func(a *judge.Account) bool { return len(a.In(judge.Waiting)) == 3 })
	if got := a.In(judge.Waiting); !slices.Equal(got, []string{first, second, third}) || len(a.Tickets) != 3 {
		t.Errorf("%v waiting: %q, want just %s %s %s", a, got, first, second, third)
	}
	alive()
}

// Whatever a node with a good certificate sends: a payload of 1 MiB, JSON that
// is none or nests without end, a wrong schema, an unknown type. The message or
// the connection is refused, nothing comes of it, and the other nodes do not
// notice.
func TestBadInputPayload(t *testing.T) {
	h := newHouse(t)
	h.start("centre", "hallsim", "hall")
	other := h.kiosk("kiosk-2")
	alive := h.sameProcess("hall", "centre", other.process())
	numbers := []string{other.take("housing", "housing-rent")}

	r := h.mustDialRaw("kiosk-1")
	r.publish(topics.Node("kiosk-1", "ask"), false, bytes.Repeat([]byte(" "), 1<<20))
	if !r.hungUp(5 * time.Second) {
		t.Error("1 MiB: the connection lives")
	}
	h.says("hall", "hung up on a client.*luotian/kiosk-1.*packet too large")
	numbers = append(numbers, other.take("housing", "housing-rent"))

	r = h.mustDialRaw("kiosk-1")
	if !r.subscribe(topics.Node("kiosk-1", "answer")) {
		t.Fatal("a kiosk may not read its answers")
	}
	now := time.Now().UTC().Format(time.RFC3339)
	ask := func(id, typ, data string) string {
		return fmt.Sprintf(`{"id":%s,"type":%s,"issued":%q,"expires":%q,"data":%s}`, id, typ, now, time.Now().UTC().Add(time.Minute).Format(time.RFC3339), data)
	}
	for i, c := range []struct{ name, kind, id, payload, code string }{
		{"deep nesting", "ask", "", strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), ""},
		{"no JSON", "ask", "", `{"id":`, ""},
		{"a wrong schema", "ask", "", ask(`7`, `"ticket.take/1"`, `{}`), ""},
		{"no type", "ask", `"b1"`, ask(`"b1"`, `""`, `{}`), ""},
		{"a name twice", "ask", "", `{"id":"b2","id":"b3","type":"ticket.take/1"}`, ""},
		{"an unknown type", "ask", `"b4"`, ask(`"b4"`, `"no.such/1"`, `{}`), "not-allowed"},
		{"a request of windows", "ask", `"b5"`, ask(`"b5"`, `"window.next/1"`, `{"window":"w02"}`), "not-allowed"},
		{"wrong data", "ask", `"b6"`, ask(`"b6"`, `"ticket.take/1"`, `{"service":["housing-rent"]}`), "bad-request"},
		{"data of another kind", "ask", `"b7"`, ask(`"b7"`, `"ticket.take/1"`, `"housing-rent"`), "bad-request"},
		{"an id that is none", "ask", `"../../b8"`, ask(`"../../b8"`, `"ticket.take/1"`, `{"service":"housing-rent"}`), "bad-request"},
		{"an event without type", "evt", "", `{"specversion":"1.0","id":"kiosk-1/e/1","sequence":"1","time":"` + now + `"}`, ""},
		{"an event of the hall", "evt", "", `{"specversion":"1.0","id":"kiosk-1/e/1","source":"x","sequence":"1","time":"` + now + `","type":"ticket.called/1","data":{"ticket":"t","window":"w02"}}`, ""},
		{"a birth that is none", "birth", "", `[]`, ""},
	} {
		had := len(r.messages(topics.Node("kiosk-1", "answer")))
		r.publish(topics.Node("kiosk-1", c.kind), false, []byte(c.payload))
		// A good request behind it is answered: the bad one has been seen.
		a, err := r.ask("kiosk-1", contract.AskTicketNoted, contract.TicketRef{Ticket: "none"})
		if err != nil || a.Error == nil || a.Error.Code != "unknown-ticket" {
			t.Fatalf("%s: the next request: %+v, %v", c.name, a, err)
		}
		// Requests are answered side by side: the refusal may come after it.
		refused := func() bool {
			return slices.ContainsFunc(r.got, func(m message) bool {
				return strings.Contains(m.payload, `"id":`+c.id) && strings.Contains(m.payload, `"code":"`+c.code+`"`)
			})
		}
		if got := r.messages(topics.Node("kiosk-1", "answer"))[had:]; c.code == "" && len(got) != 1 {
			t.Errorf("%s: was answered: %q", c.name, got)
		} else if c.code != "" && !r.wait(5*time.Second, refused) {
			t.Errorf("%s: %q, want %s", c.name, got, c.code)
		}
		if i == 0 {
			h.says("hall", "message refused.*node=kiosk-1.*nested more than 32 deep")
		}
	}
	numbers = append(numbers, other.take("housing", "housing-rent"))
	a := h.account("the numbers of the other kiosk", func(a *judge.Account) bool { return len(a.In(judge.Waiting)) == len(numbers) })
	if got := a.In(judge.Waiting); !slices.Equal(got, numbers) || len(a.Tickets) != len(numbers) || a.Call != 0 {
		t.Errorf("%v: %q, want just %q", a, got, numbers)
	}
	alive()
}

// says waits until a program's log has a line like that.
func (h *house) says(program, line string) {
	h.t.Helper()
	re := regexp.MustCompile(line)
	until(h.t, 5*time.Second, program+" says "+line, func() error {
		b, err := os.ReadFile(filepath.Join(h.dir, "logs", program))
		if err == nil && !re.Match(b) {
			err = errors.New("it does not")
		}
		return err
	})
}

// A stolen certificate (S03, S04): whoever has kiosk-1's can speak and hear as
// kiosk-1 only. What counts is that nothing is delivered, not what the broker
// says. One of another authority (S01) does not get in at all.
func TestBadInputStolenCertificate(t *testing.T) {
	h := newHouse(t)
	h.start("centre", "hallsim", "hall")
	alive := h.sameProcess("hall", "centre")
	victim := h.mustDialRaw("kiosk-2")
	for _, kind := range []string{"answer", "cmd", "ack", "status"} {
		if !victim.subscribe(topics.Node("kiosk-2", kind)) {
			t.Fatalf("kiosk-2 may not read its %s", kind)
		}
	}
	for _, topic := range []string{topics.Host(), topics.View("calls"), topics.View("queue")} {
		if !victim.subscribe(topic) {
			t.Fatalf("kiosk-2 may not read %s", topic)
		}
	}
	if _, err := h.dialRaw(filepath.Join(h.dir, "pki"), "kiosk-1", topics.Identity("kiosk-2")); err == nil {
		t.Error("the certificate of kiosk-1 has connected as kiosk-2")
	}
	h.says("hall", `client refused.*certificate=luotian/kiosk-1.*luotian/kiosk-2.*not the identity`)

	const forged = "forged"
	take := func(id string) []byte {
		now := time.Now().UTC()
		b, err := json.Marshal(contract.Request{ID: id, Type: contract.AskTicketTake, Issued: now, Expires: now.Add(time.Minute),
			Data: json.RawMessage(`{"service":"housing-rent","lang":"` + forged + `"}`)})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for i, c := range []struct {
		topic   string
		payload []byte
	}{
		{topics.Node("kiosk-2", "ask"), take("forged-1")},
		{topics.Node("kiosk-2", "answer"), []byte(`{"id":"x","result":"ok","data":{"number":"` + forged + `"}}`)},
		{topics.Node("kiosk-2", "cmd"), []byte(`{"id":"` + forged + `","type":"printer.test/1"}`)},
		{topics.Node("kiosk-2", "ack"), []byte(`{"epoch":"` + forged + `","through":9}`)},
		{topics.Node("kiosk-2", "status"), []byte(`{"state":"lost","session":"` + forged + `"}`)},
		{topics.Node("kiosk-2", "evt"), []byte(`{"specversion":"1.0","id":"kiosk-2/forged/1","sequence":"1","time":"2026-01-02T03:04:05Z","type":"ticket.printed/1","data":{}}`)},
		{topics.Host(), []byte(`{"online":false,"session":"` + forged + `"}`)},
		{topics.View("calls"), []byte(`{"version":999999,"calls":[{"number":"` + forged + `"}]}`)},
		{topics.Node("kiosk-1", "answer"), []byte(`{"id":"x","result":"ok","data":{"number":"` + forged + `"}}`)},
	} {
		// Some brokers hang up on a forbidden message: each has its own thief.
		thief := h.mustDialRaw("kiosk-1")
		thief.publish(c.topic, i%2 == 1, c.payload)
		thief.publish(c.topic, i%2 == 0, c.payload)
		// What it may do is carried out behind it: the forbidden one was seen.
		if thief.subscribe(topics.Node("kiosk-1", "answer")) {
			if a, err := thief.ask("kiosk-1", contract.AskTicketNoted, contract.TicketRef{Ticket: "none"}); err != nil {
				t.Errorf("%s: the thief's own request: %+v, %v", c.topic, a, err)
			}
		}
		thief.conn.Close()
		<-thief.ended
	}
	thief := h.mustDialRaw("kiosk-1")
	for _, filter := range []string{topics.Node("kiosk-2", "answer"), topics.Node("kiosk-2", "cmd"), topics.Node("kiosk-2", "evt"), topics.Node("+", "answer"), "#", "hall/#", "$SYS/#"} {
		if thief.subscribe(filter) {
			t.Errorf("kiosk-1 may read %s", filter)
		}
	}
	// The victim's own request is answered, on the connection that it had all
	// the time: what was forged before it would have come before it.
	a, err := victim.ask("kiosk-2", contract.AskTicketTake, contract.TakeTicket{Service: "housing-rent", Lang: "zh-CN"})
	if err != nil || a.Result != contract.ResultOK {
		t.Fatalf("the victim is not served: %+v, %v", a, err)
	}
	for _, r := range []*raw{victim, thief} {
		r.mu.Lock()
		for _, m := range r.got {
			if strings.Contains(m.payload, forged) || r == thief {
				t.Errorf("was delivered: %s %s", m.topic, m.payload)
			}
		}
		r.mu.Unlock()
	}
	acc := h.account("the victim's number", func(a *judge.Account) bool { return len(a.Tickets) > 0 })
	if len(acc.Tickets) != 1 || acc.Tickets["forged-1"] != nil {
		t.Errorf("%v: want the victim's number only", acc)
	}

	h.do("hallctl", "pki", "init", "--dir", "foreign", "--name", "Somebody else")
	h.do("hallctl", "pki", "issue", "--dir", "foreign", topics.Identity("kiosk-1"))
	if _, err := h.dialRaw(filepath.Join(h.dir, "foreign"), "kiosk-1", topics.Identity("kiosk-1")); err == nil {
		t.Error("a certificate of another authority has connected")
	}
	h.says("hall", `connection refused.*(unknown authority|signed by)`)
	alive()
}

// A broken YAML: every program tells all mistakes at once, each with file, line,
// key and value, ends with 2 and starts nothing.
func TestBadInputYAML(t *testing.T) {
	h := newHouse(t)
	type change struct{ old, text, want string } // want follows "FILE:LINE: "
	for _, c := range []struct {
		program, config string
		changes         map[string][]change // by file
	}{
		{"hall", "controller.yaml", map[string][]change{"controller.yaml": {
			{"node: hall", "node: Hall One", `node: "Hall One": want`},
			{"certificates: pki", "certificates: ", `certificates: want the folder`},
			{"health: 127.0.0.1", "health: [127.0.0.1]\nx: 127.0.0.1", `health: `},
			{"kind: keypad/ff68", "kind: keypad/ff69", `devices[0].kind: "keypad/ff69": unknown, want one of`},
			{"devices:", "colour: red\ndevices:", `colour: unknown key; known are`},
		}}},
		{"hall", "controller.yaml", map[string][]change{
			"hall.yaml": {
				{`colour: "#1f5f8b"`, "colour: blue", `hall.colour: "blue": want a colour`},
				{`day_start: "00:00"`, `day_start: "4 o'clock"`, `hours.day_start: "4 o'clock": want a time of day`},
				{"complaint_phone:", "complaint_fone:", `hall.complaint_fone: unknown key`},
			},
			"services.yaml": {{"unit: trade", "unit: nowhere", `"nowhere": there is no such unit`}},
			"windows.yaml":  {{"keypad: 3", "keypad: three", `windows[2].keypad: "three": want a whole number`}},
			"staff.yaml":    {{"windows: [w04]", "windows: [w44]", `"w44": there is no such window`}},
		}},
		{"kiosk", "kiosk-1.yaml", map[string][]change{"kiosk-1.yaml": {
			{"controller: tls:", "controller: tcp:", `controller: "tcp:`},
			{"width: 1080", "width: wide", `screen.width: "wide": want a whole number`},
			{"idle: 60s", "idle: soon", `times.idle: "soon": want`},
			{"printer: printer", "printer: nobody", `printer: "nobody": want the id`},
			{"devices:", "colour: red\ndevices:", `colour: unknown key`},
		}}},
		{"display", "board-1.yaml", map[string][]change{"board-1.yaml": {
			{"node: board-1", "node: Board", `node: "Board": want`},
			{"controller: tls:", "controller: tcp:", `controller: "tcp:`},
			{"height: 1080", "height: 10", `screen.height: "10": want 240 to 7680`},
			{"data: ", "colour: red\ndata: ", `colour: unknown key`},
		}}},
		{"centre", "centre.yaml", map[string][]change{"centre.yaml": {
			{"halls: [luotian]", "halls: [Luo Tian]", `halls[0]: "Luo Tian": want`},
			{"node: centre", "node: Centre", `node: "Centre": want`},
			{"page: ", "page: nowhere #", `page: "nowhere": want host:port`},
			{"data: ", "colour: red\ndata: ", `colour: unknown key`},
		}}},
		{"hallsim", "sim.yaml", map[string][]change{"sim.yaml": {
			{"control: ", "control: nowhere #", `control: "nowhere": want host:port`},
			{"id: kiosk-2", "id: kiosk-1 # again", `printers[1].id: "kiosk-1": another device has this id`},
			{"units: 12", "units: 500", `keypads[0].units: "500": want 1 to 247`},
			{"delay: 5s", "delay: 5 apples", `terminals[0].delay: "5 apples": want`},
		}}},
	} {
		t.Run(c.program+" "+fmt.Sprint(len(c.changes)), func(t *testing.T) {
			good := map[string][]byte{}
			for file, changes := range c.changes {
				b, err := os.ReadFile(h.file(file))
				if err != nil {
					t.Fatal(err)
				}
				good[file] = b
				for _, x := range changes {
					h.edit(file, x.old, x.text)
				}
			}
			for _, args := range [][]string{{"--check", "--config", "hall/" + c.config}, {"--config", "hall/" + c.config}} {
				cmd := exec.Command(binary(t, c.program), args...)
				cmd.Dir = h.dir
				var out, said bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &said
				err := cmd.Run()
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.ExitCode() != 2 {
					t.Errorf("%v: %v, want the status 2", args, err)
				}
				if out.Len() > 0 {
					t.Errorf("%v: says %q on its output", args, out.String())
				}
				for file, changes := range c.changes {
					for _, x := range changes {
						// The line of the mistake itself, as an editor counts.
						line := lineOf(t, h.file(file), strings.Split(x.text, "\n")[0])
						told := regexp.MustCompile(`(?m)^.*` + regexp.QuoteMeta(fmt.Sprintf("%s:%d: ", file, line)) + ".*" + regexp.QuoteMeta(x.want))
						if !told.MatchString(said.String()) {
							t.Errorf("%v: does not tell %s:%d: %s; it says\n%s", args, file, line, x.want, said.String())
						}
					}
				}
			}
			for file, b := range good {
				if err := os.WriteFile(h.file(file), b, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command(binary(t, c.program), "--check", "--config", "hall/"+c.config)
			cmd.Dir = h.dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("the good configuration: %v\n%s", err, out)
			}
		})
	}
	if b, err := os.ReadDir(filepath.Join(h.dir, "data")); err != nil || len(b) > 0 {
		t.Errorf("something was started: %v %v", b, err)
	}
}

// lineOf is the first line of a file that has a text, from 1.
func lineOf(t *testing.T, path, text string) int {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(b), "\n") {
		if strings.Contains(line, text) {
			return i + 1
		}
	}
	t.Fatalf("%s has no %q", path, text)
	return 0
}
