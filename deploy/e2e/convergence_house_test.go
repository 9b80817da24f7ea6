package e2e

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/node"
	"hallward/devices/sim/people"
	"hallward/devices/sim/speech"
)

// counter is one window of the hall of calls.
type counter struct {
	id, label string // labels of one to three characters
	service   string // that only windows with the same letter give
	zone      string
	strip     string // what its strip shows, from the state of hallsim
}

// counters are the ten windows that press next together. The letters A and C
// are shared, so that their numbers come to five characters.
var counters = []counter{
	{"w01", "1", "a", "east", "strips/1"},
	{"w02", "2", "a", "east", "strips/2"},
	{"w03", "3", "a", "east", "strips/3"},
	{"w04", "12", "a", "east", "pole-4"},
	{"w05", "36", "a", "east", "pole-5"},
	{"w06", "88", "c", "west", "panels/1"},
	{"w07", "101", "c", "west", "panels/2"},
	{"w08", "208", "c", "west", "frames/1"},
	{"w09", "9", "d", "west", "numbers/1"},
	{"w10", "10", "ef", "west", "strip-10/1"},
}

// again is the window that calls one ticket several times, some of them without
// a voice.
var again = counter{id: "w11", label: "7", service: "g", zone: "east"}

func prefixOf(service string) string { return strings.ToUpper(service) }

// zones of the hall of calls.
var zonesOfCalls = []string{"east", "west"}

// screen is one real display.
type screen struct {
	name   string
	zones  string // a board of this zone; "" is the whole hall
	window string // the display of this window
	health string
	wire   *wire          // its cable to the hall, when it has one of its own
	away   [][2]time.Time // when nobody can expect it to show anything
	dead   bool           // it is away now
	drawn  map[uint64]*drawing
}

// shows tells whether a call belongs on the screen.
func (s *screen) shows(w counter) bool {
	return s.window == w.id || s.window == "" && (s.zones == "" || s.zones == w.zone)
}

func (s *screen) kind() string {
	switch {
	case s.window != "":
		return "window"
	case s.zones != "":
		return "zone"
	}
	return "board"
}

// callHouse is a hall that does nothing but call.
type callHouse struct {
	*house
	screens []*screen
	kiosk   *node.Node
	desk    *people.Desk
}

// pin is the hash of 1003 of the sample hall's staff.
const pin = "pbkdf2-sha256$20000$AopxRgeQ6Z8Ym9rdjigtNQ$8icMvakF8suYihOfS7sS5jU0GU9xgh/i5EZlHnboFFk"

// newCallHouse lays out a hall of eleven windows with a strip of every kind, two
// zones with a voice each, and so many displays.
func newCallHouse(t testing.TB, displays int) *callHouse {
	t.Helper()
	h := &callHouse{house: newHouse(t)}
	for i := range displays {
		s := &screen{name: fmt.Sprintf("show-%d", i+1), health: fmt.Sprintf("127.0.0.1:%d", freePort(t)), drawn: map[uint64]*drawing{}}
		switch i % 4 {
		case 1, 3:
			s.window = counters[i/2%len(counters)].id
		case 2:
			s.zones = zonesOfCalls[i/4%len(zonesOfCalls)]
		}
		h.screens = append(h.screens, s)
	}
	h.write("hall.yaml", h.hallFile())
	h.write("windows.yaml", windowsFile())
	h.write("services.yaml", servicesFile())
	h.write("staff.yaml", staffFile())
	h.write("controller.yaml", h.controllerFile())
	h.write("sim.yaml", h.simFile())
	issue := []string{"pki", "issue", "--dir", "pki"}
	for i, s := range h.screens {
		issue = append(issue, hallID+"/"+s.name)
		broker := h.broker()
		if i == 2 {
			s.wire = newWire(t, strings.TrimPrefix(broker, "tls://"))
			broker = "tls://" + s.wire.addr()
		}
		h.write(s.name+".yaml", s.file(broker))
	}
	h.do("hallctl", issue...)
	h.do("hallctl", "voice", "make", "--lang", "zh-CN", "--out", "voice")
	return h
}

func (h *callHouse) write(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(h.file(name), []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

func (h *callHouse) hallFile() string {
	var nodes strings.Builder
	for _, s := range h.screens {
		fmt.Fprintf(&nodes, "  - {id: %s, role: display}\n", s.name)
	}
	return fmt.Sprintf(`hall:
  id: %s
  name: {zh: 叫号试验大厅, en: Hall of calls}
  consult_phone: 0713-555-0100
  complaint_phone: 0713-555-0123
  desk: {zh: 总服务台, en: the information desk}
  colour: "#1f5f8b"
hours:
  zone: Asia/Shanghai
  day_start: "00:00"
  weekdays: [mon, tue, wed, thu, fri]
  segments: [{from: "08:00", to: "17:00"}]
  overrides:
%srules:
  recalls: {most: 20, every: 6s}
zones:
  - {id: east, name: {zh: 东区, en: East}, voices: [{device: voice-east}], displays: [{device: strips, unit: 9}]}
  - {id: west, name: {zh: 西区, en: West}, voices: [{device: voice-west}], displays: [{device: pole-west}]}
voice: {languages: [zh-CN], stale: 60s}
nodes:
  - {id: hall, role: hall}
  - {id: kiosk-1, role: kiosk}
  - {id: desk-1, role: window}
%s`, hallID, alwaysOpen(time.Now()), nodes.String())
}

func windowsFile() string {
	var b strings.Builder
	b.WriteString("windows:\n")
	for _, w := range append(counters, again) {
		device, unit, _ := strings.Cut(w.strip, "/")
		displays := ""
		switch {
		case unit != "" && device != "strip-10":
			displays = fmt.Sprintf("{device: %s, unit: %s}", device, unit)
		case device != "":
			displays = fmt.Sprintf("{device: %s}", device)
		}
		fmt.Fprintf(&b, "  - {id: %s, label: %q, name: {zh: %s号窗口, en: Window %s}, kind: department, area: {zh: 大厅, en: Hall}, services: [%s], zone: %s, displays: [%s]}\n",
			w.id, w.label, w.label, w.label, w.service, w.zone, displays)
	}
	return b.String()
}

func servicesFile() string {
	var b strings.Builder
	b.WriteString("version: 1\nunits:\n  - {id: all, name: {zh: 综合受理, en: General}, icon: home}\nservices:\n")
	seen := map[string]bool{}
	for _, w := range append(counters, again) {
		if !seen[w.service] {
			seen[w.service] = true
			fmt.Fprintf(&b, "  - {id: %s, unit: all, name: {zh: 事项%s, en: Matter %s}, prefix: %s, kind: instant, fee: \"0\", mean_minutes: 1}\n",
				w.service, prefixOf(w.service), prefixOf(w.service), prefixOf(w.service))
		}
	}
	return b.String()
}

func staffFile() string {
	var b strings.Builder
	b.WriteString("staff:\n")
	for i, w := range append(counters, again) {
		fmt.Fprintf(&b, "  - {id: s%02d, number: \"%d\", name: 样例%s, post: 综合受理, windows: [%s], pin_hash: %q}\n", i+1, 2001+i, w.label, w.id, pin)
	}
	return b.String()
}

func (h *callHouse) controllerFile() string {
	return fmt.Sprintf(`hall: .
node: hall
data: data/hall
certificates: pki
broker: {listen: 127.0.0.1:%[1]d}
console: {listen: 127.0.0.1:%[2]d}
health: 127.0.0.1:%[3]d
devices:
  - {id: strips, kind: display/onbon, link: "serial:%[4]s/strips?baud=57600", settings: {units: [1, 2, 3, 9]}}
  - {id: strip-10, kind: display/onbon, link: "tcp:127.0.0.1:%[5]d"}
  - {id: pole-4, kind: display/cd5220, link: "serial:%[4]s/pole-4"}
  - {id: pole-5, kind: display/dmd, link: "serial:%[4]s/pole-5"}
  - {id: pole-west, kind: display/cd5220, link: "serial:%[4]s/pole-west"}
  - id: panels
    kind: display/modbus
    link: serial:%[4]s/panels?baud=38400
    settings:
      units: [1, 2]
      registers:
        - {at: 0, of: number, as: bcd, words: 2, fill: 15}
        - {at: 2, of: window, as: bcd, fill: 15}
        - {at: 8, of: text, as: gbk, words: 8}
      blink: {at: 4}
  - id: frames
    kind: display/template
    link: serial:%[4]s/frames
    settings:
      units: [1]
      frames:
        show: [{hex: "A5", raw: true}, {addr: 1}, {len: 1, of: [{text: "{text}", most: 200}]}, {sum: xor8, from: 1}, {hex: "5A", raw: true}]
      escape: [{byte: "A5", as: "AA 05"}, {byte: "5A", as: "AA 0A"}, {byte: "AA", as: "AA 00"}]
      answer: "A5 @@ 06 5A"
  - {id: numbers, kind: display/template, link: "serial:%[4]s/numbers", settings: {table: id-hi-lo-sum, units: [1]}}
  - id: voice-east
    kind: voice/clips
    link: wav:%[6]s
    settings: {packs: [%[7]s], placeholder: allowed, instant: true}
  - id: voice-west
    kind: voice/syn6288
    link: serial:%[4]s/voice-west
    settings: {answer: 1s}
`, h.port(brokerPort), h.port(consolePort), freePort(h.t), filepath.Join(h.dir, "sim"), h.port(stripPort),
		h.wav(), filepath.Join(h.dir, "voice"))
}

// stripPort is where the strip of window 10 listens.
const stripPort = 5005

// wav is the sound of the zone east.
func (h *callHouse) wav() string { return filepath.Join(h.dir, "east.wav") }

func (h *callHouse) simFile() string {
	return fmt.Sprintf(`control: 127.0.0.1:%[1]d
health: 127.0.0.1:%[2]d
strips:
  - {id: strips, port: "pty:%[3]s/strips", units: [1, 2, 3, 9]}
  - {id: strip-10, port: "tcp:127.0.0.1:%[4]d"}
poles:
  - {id: pole-4, port: "pty:%[3]s/pole-4", commands: cd5220}
  - {id: pole-5, port: "pty:%[3]s/pole-5", commands: dmd}
  - {id: pole-west, port: "pty:%[3]s/pole-west", commands: cd5220}
panels:
  - {id: panels, port: "pty:%[3]s/panels", protocol: modbus, units: 2}
  - {id: frames, port: "pty:%[3]s/frames", protocol: strip, units: 1}
  - {id: numbers, port: "pty:%[3]s/numbers", protocol: four-byte, units: 1}
speech:
  - {id: voice-west, port: "pty:%[3]s/voice-west", syllable: 1ms}
`, h.port(controlPort), freePort(h.t), filepath.Join(h.dir, "sim"), h.port(stripPort))
}

func (s *screen) file(broker string) string {
	what := ""
	switch {
	case s.window != "":
		what = "window: " + s.window
	case s.zones != "":
		what = "board: {zones: [" + s.zones + "]}"
	}
	return fmt.Sprintf("hall: %s\nnode: %s\ncontroller: %s\ncertificates: pki\ndata: data/%s\nhealth: %s\nscreen: {width: 480, height: 270}\n%s\n",
		hallID, s.name, broker, s.name, s.health, what)
}

// open starts the hall, its devices and every display, signs everybody in, and
// waits until all are well.
func (h *callHouse) open() {
	h.t.Helper()
	h.start("hallsim", "hall")
	for _, s := range h.screens {
		h.show(s)
	}
	for _, s := range h.screens {
		h.lit(s)
	}
	h.kiosk = h.node(h.t, "kiosk-1", "kiosk")
	h.connect(h.kiosk)
	h.desk = h.house.desk()
	for i, w := range append(counters, again) {
		if _, err := h.desk.Ask(h.t.Context(), contract.AskWindowSignIn, contract.SignIn{Window: w.id, Staff: fmt.Sprint(2001 + i), PIN: "1003"}); err != nil {
			h.t.Fatalf("window %s: %v", w.id, err)
		}
	}
}

// show starts the process of a display. All have their windows on one virtual
// screen, one above the other.
func (h *callHouse) show(s *screen) {
	h.t.Helper()
	cmd := exec.Command(binary(h.t, "display"), "--config", "hall/"+s.name+".yaml", "--windowed")
	cmd.Dir = h.dir
	cmd.Env = append(os.Environ(), "DISPLAY="+h.display("board"), "LIBGL_ALWAYS_SOFTWARE=1", "LP_NUM_THREADS=1")
	h.run(s.name, cmd)
}

// lit waits until a display is well.
func (h *callHouse) lit(s *screen) {
	h.t.Helper()
	p := h.process(s.name)
	until(h.t, 2*time.Minute, s.name+" is well", func() error {
		if p.over() {
			h.t.Fatalf("%s has ended: %v\n%s", s.name, p.err, h.said(s.name))
		}
		_, err := request("GET", "http://"+s.health+"/healthz")
		return err
	})
}

// timeline is the announcements in the WAV file of the zone east, in their
// order, from one on.
func (h *callHouse) timeline(from int) (list []utterance, err error) {
	f, err := os.Open(h.wav() + ".txt")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 0; lines.Scan(); n++ {
		if n < from {
			continue
		}
		var u utterance
		_, label, _ := strings.Cut(lines.Text(), "call ")
		number, words, ok := strings.Cut(label, ": ")
		if _, err := fmt.Sscan(number, &u.call); !ok || err != nil {
			return nil, fmt.Errorf("%q is no call", lines.Text())
		}
		u.words = strings.ReplaceAll(words, " ", "")
		list = append(list, u)
	}
	return list, lines.Err()
}

// chip is what the chip of the zone west has said to its end after a time, in
// its order. It does not know the numbers of calls.
func (h *callHouse) chip(after time.Time) (list []utterance, err error) {
	var st speech.State
	if err := getJSON(h.url(controlPort)+"/speech/voice-west", &st); err != nil {
		return nil, err
	}
	for _, s := range st.Said {
		if s.At.After(after) && s.Over && !s.Cut {
			list = append(list, utterance{words: s.Words, at: s.At})
		}
	}
	return list, nil
}

// utterance is one announcement that was heard.
type utterance struct {
	call  uint64 // 0: not known
	words string
	at    time.Time
}
