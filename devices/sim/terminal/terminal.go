// Package terminal simulates an attendance terminal (考勤机) that pushes its
// punches over HTTP, after the text "PUSH SDK HTTP Protocol" and published
// captures of real devices: handshake, uploads of ATTLOG, heartbeat, commands.
// It shares no code with the driver.
//
// Like a real one it keeps every punch until the server has said OK, and sends
// what was not acknowledged again.
package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"hallward/devices/sim/switches"
)

// Opts is one terminal.
type Opts struct {
	ID     string         // for people
	Serial string         // SN
	Server string         // "http://127.0.0.1:8081"
	Zone   *time.Location // of its clock; nil is China Standard Time
	Delay  time.Duration  // between heartbeats until the server says; 0 is 10 s
	Retry  time.Duration  // after a failure; 0 is 1 s
}

// Terminal is one simulated terminal.
type Terminal struct {
	o      Opts
	client *http.Client
	wake   chan struct{}

	mu       sync.Mutex
	buffer   []string // lines of ATTLOG that are not acknowledged
	sent     int
	greeted  bool
	delay    time.Duration
	offset   time.Duration // of its clock
	on       switches.Board
	options  []string // the server's answer to the handshake
	commands []string
	trouble  string
}

// Switches of a terminal. "offline" reaches nobody, "duplicate" uploads
// everything twice, "stranger" sends another serial number, "crlf" ends its
// lines as some firmware does.
var Switches = []string{"offline", "duplicate", "stranger", "crlf"}

// State is what the terminal would show in its menu.
type State struct {
	ID       string         `json:"id"`
	Serial   string         `json:"serial"`
	Waiting  int            `json:"waiting"` // punches not acknowledged
	Sent     int            `json:"sent"`    // acknowledged
	Greeted  bool           `json:"greeted"` // the handshake succeeded
	Clock    string         `json:"clock"`   // local
	Options  []string       `json:"options,omitempty"`
	Commands []string       `json:"commands,omitempty"`
	Trouble  string         `json:"trouble,omitempty"`
	Switches switches.Board `json:"switches"`
}

// New makes a terminal; Run switches it on.
func New(o Opts) (*Terminal, error) {
	if o.Serial == "" {
		return nil, errors.New("terminal: no serial number")
	}
	if u, err := url.Parse(o.Server); err != nil || u.Host == "" {
		return nil, fmt.Errorf("terminal %s: server %q: want http://host:port", o.Serial, o.Server)
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("CST", 8*3600)
	}
	if o.Delay <= 0 {
		o.Delay = 10 * time.Second
	}
	if o.Retry <= 0 {
		o.Retry = time.Second
	}
	return &Terminal{o: o, client: &http.Client{Timeout: 10 * time.Second}, wake: make(chan struct{}, 1), delay: o.Delay, on: switches.New(Switches...)}, nil
}

// Punch is a touch of the reader: it is in the terminal's memory when Punch
// returns. Verify is 1 finger, 2 card, 15 face; state 0 in, 1 out.
func (t *Terminal) Punch(person string, verify, state int) {
	t.mu.Lock()
	local := time.Now().Add(t.offset).In(t.o.Zone).Format(time.DateTime)
	t.buffer = append(t.buffer, fmt.Sprintf("%s\t%s\t%d\t%d\t\t0\t0\t", person, local, state, verify))
	t.mu.Unlock()
	t.poke()
}

// Line puts a line into the memory as it is, for odd firmware.
func (t *Terminal) Line(line string) {
	t.mu.Lock()
	t.buffer = append(t.buffer, line)
	t.mu.Unlock()
	t.poke()
}

func (t *Terminal) poke() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// SetClock sets how far the terminal's clock is off.
func (t *Terminal) SetClock(offset time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.offset = offset
}

// Set turns a switch on or off.
func (t *Terminal) Set(name string, on bool) error {
	t.mu.Lock()
	err := t.on.Set(name, on)
	t.mu.Unlock()
	t.poke()
	return err
}

// State is what the terminal shows now.
func (t *Terminal) State() State {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := State{ID: t.o.ID, Serial: t.o.Serial, Waiting: len(t.buffer), Sent: t.sent, Greeted: t.greeted,
		Clock: time.Now().Add(t.offset).In(t.o.Zone).Format(time.DateTime), Options: t.options, Commands: t.commands,
		Trouble: t.trouble, Switches: maps.Clone(t.on)}
	return s
}

// Run is the terminal's day: it greets the server, uploads, and asks for
// commands, until ctx ends.
func (t *Terminal) Run(ctx context.Context) error {
	beat := time.NewTimer(0)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat.C:
		case <-t.wake:
		}
		pause := t.round(ctx)
		beat.Reset(pause)
	}
}

// round does what there is to do and says how long to wait for the next.
func (t *Terminal) round(ctx context.Context) time.Duration {
	err := t.work(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.trouble = err.Error()
		return t.o.Retry
	}
	t.trouble = ""
	return t.delay
}

func (t *Terminal) work(ctx context.Context) error {
	t.mu.Lock()
	greeted, offline := t.greeted, t.on["offline"]
	t.mu.Unlock()
	if offline {
		return errors.New("no network")
	}
	if !greeted {
		if err := t.greet(ctx); err != nil {
			return err
		}
	}
	if err := t.upload(ctx); err != nil {
		return err
	}
	return t.heartbeat(ctx)
}

func (t *Terminal) serial() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.on["stranger"] {
		return "X" + t.o.Serial
	}
	return t.o.Serial
}

func (t *Terminal) greet(ctx context.Context) error {
	body, err := t.do(ctx, http.MethodGet, "/iclock/cdata?SN="+t.serial()+
		"&options=all&language=83&pushver=2.4.1&DeviceType=att&PushOptionsFlag=1", "")
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(body), "\n")
	if !strings.HasPrefix(lines[0], "GET OPTION FROM: ") {
		return fmt.Errorf("the handshake was answered with %.60q", body)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.options, t.greeted = lines, true
	for _, l := range lines {
		if v, ok := strings.CutPrefix(strings.TrimSpace(l), "Delay="); ok {
			if n, err := strconv.Atoi(v); err == nil && n > 0 {
				t.delay = min(time.Duration(n)*time.Second, t.o.Delay)
			}
		}
	}
	return nil
}

// upload sends what is in the memory, and forgets it when the server says OK.
func (t *Terminal) upload(ctx context.Context) error {
	t.mu.Lock()
	lines := append([]string(nil), t.buffer...)
	end, twice := "\n", t.on["duplicate"]
	if t.on["crlf"] {
		end = "\r\n"
	}
	t.mu.Unlock()
	if len(lines) == 0 {
		return nil
	}
	body := strings.Join(lines, end) + end
	path := "/iclock/cdata?SN=" + t.serial() + "&table=ATTLOG&Stamp=9999"
	times := 1
	if twice {
		times = 2
	}
	for range times {
		answer, err := t.do(ctx, http.MethodPost, path, body)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(answer, "OK") {
			return fmt.Errorf("the upload was answered with %.60q", answer)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buffer = t.buffer[len(lines):]
	t.sent += len(lines)
	return nil
}

// heartbeat asks for commands and reports that they are done.
func (t *Terminal) heartbeat(ctx context.Context) error {
	answer, err := t.do(ctx, http.MethodGet, "/iclock/getrequest?SN="+t.serial(), "")
	if err != nil {
		return err
	}
	for _, line := range strings.Split(strings.TrimSpace(answer), "\n") {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "C:")
		if !ok {
			continue
		}
		id, command, ok := strings.Cut(rest, ":")
		if !ok {
			continue
		}
		t.mu.Lock()
		t.commands = append(t.commands, command)
		t.mu.Unlock()
		word, _, _ := strings.Cut(command, " ")
		if _, err := t.do(ctx, http.MethodPost, "/iclock/devicecmd?SN="+t.serial(), "ID="+id+"&Return=0&CMD="+word+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func (t *Terminal) do(ctx context.Context, method, path, body string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(t.o.Server, "/")+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return "", err
	}
	req.Header.Set("User-Agent", "iClock Proxy/1.09")
	req.Header.Set("Content-Type", "text/plain")
	req.Close = true
	res, err := t.client.Do(req)
	if err != nil {
		t.mu.Lock()
		t.greeted = false
		t.mu.Unlock()
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the server answered %s", res.Status)
	}
	return string(b), nil
}
