package adms

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"hallward/devices"
)

// session is one Run: the requests of the terminals and their answers.
type session struct {
	dev     *Dev
	ctx     context.Context
	out     devices.Sink
	started time.Time
	faults  devices.UnitFaults // under Dev.saying

	stranger time.Time // last rejected request, under Dev.mu
}

// routes are the pages of a terminal's world, in lower case.
var routes = map[string]func(*session, http.ResponseWriter, *http.Request, *terminal){
	"GET /iclock/cdata":      (*session).ask,
	"POST /iclock/cdata":     (*session).upload,
	"GET /iclock/getrequest": (*session).heartbeat,
	"POST /iclock/devicecmd": (*session).commandDone,
	"GET /iclock/ping":       (*session).ping,
}

// ServeHTTP answers one request. Firmwares differ in the case of the path, and
// some add ".aspx".
func (s *session) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(r.URL.Path), "/"), ".aspx")
	serve, ok := routes[r.Method+" "+path]
	if !ok {
		s.dev.drops.Add(1)
		http.Error(w, "no such page", http.StatusNotFound)
		return
	}
	t, why := s.admit(r)
	if t == nil {
		s.reject(r, why)
		w.Header().Set("Connection", "close")
		http.Error(w, "terminal is not on the list", http.StatusForbidden)
		return
	}
	s.here(t)
	w.Header().Set("Content-Type", "text/plain")
	if !s.synced() {
		w.Header()["Date"] = nil // some firmwares set their clock by it
	}
	r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
	serve(s, w, r, t)
}

// param is a value of the query; firmwares differ in the case of the names.
func param(r *http.Request, name string) string {
	for key, values := range r.URL.Query() {
		if strings.EqualFold(key, name) {
			return values[0]
		}
	}
	return ""
}

// admit finds the terminal that a request comes from, or says why not.
func (s *session) admit(r *http.Request) (t *terminal, why string) {
	t = s.dev.terminals[param(r, "SN")]
	switch {
	case t == nil:
		return nil, "not on the list"
	case t.ComKey != "" && subtle.ConstantTimeCompare([]byte(t.ComKey), []byte(param(r, "ComKey"))) != 1:
		return nil, "wrong communication key"
	case t.From.IsValid():
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !t.From.Contains(from.Addr().Unmap()) {
			return nil, "calls from another address than its own"
		}
	}
	return t, ""
}

// reject reports the first of a series of rejected requests.
func (s *session) reject(r *http.Request, why string) {
	s.dev.drops.Add(1)
	s.dev.mu.Lock()
	first := s.stranger.IsZero()
	s.stranger = time.Now()
	s.dev.mu.Unlock()
	if first {
		detail := fmt.Sprintf("serial number %.32q from %s: %s", param(r, "SN"), r.RemoteAddr, why)
		_ = s.fault(devices.FaultRejected, "request", detail, true) // the host keeps it
	}
}

// here notes that a terminal lives.
func (s *session) here(t *terminal) {
	s.dev.mu.Lock()
	t.seen = time.Now()
	s.dev.mu.Unlock()
	_ = s.fault(devices.FaultOffline, t.SN, "", false)
}

// watch finds the terminals that have fallen silent.
func (s *session) watch(now time.Time) {
	limit := 3 * s.dev.opts.Delay
	for _, t := range s.dev.terminals {
		s.dev.mu.Lock()
		seen := t.seen
		s.dev.mu.Unlock()
		if seen.Before(s.started) {
			seen = s.started
		}
		if now.Sub(seen) > limit {
			_ = s.fault(devices.FaultOffline, t.SN, "no request for "+limit.String(), true)
		}
	}
	s.dev.mu.Lock()
	gone := !s.stranger.IsZero() && now.Sub(s.stranger) > strangerTime
	if gone {
		s.stranger = time.Time{}
	}
	s.dev.mu.Unlock()
	if gone {
		_ = s.fault(devices.FaultRejected, "request", "", false)
	}
}

// say hands a reading to the sink, one at a time.
func (s *session) say(r devices.Reading) error {
	select {
	case s.dev.saying <- struct{}{}:
		defer func() { <-s.dev.saying }()
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
	return s.out(s.ctx, r)
}

// fault reports a change of a fault. When the sink does not take it, it is as
// if it had not been found, so that finding it again reports it again.
func (s *session) fault(code devices.FaultCode, unit, detail string, on bool) error {
	select {
	case s.dev.saying <- struct{}{}:
		defer func() { <-s.dev.saying }()
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
	f, changed := s.faults.Set(code, unit, detail, on, time.Now())
	if !changed {
		return nil
	}
	err := s.out(s.ctx, f)
	if err != nil && on {
		s.faults.Set(code, unit, "", false, time.Now())
	}
	return err
}

func (s *session) synced() bool { return s.dev.opts.Synced == nil || s.dev.opts.Synced() }

// ask answers a GET of cdata: the options, or the time.
func (s *session) ask(w http.ResponseWriter, r *http.Request, t *terminal) {
	switch {
	case strings.EqualFold(param(r, "type"), "time"):
		if !s.synced() {
			http.Error(w, "the clock here is not set", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintf(w, "Time=%s", time.Now().In(t.Zone).Format("2006-01-02T15:04:05-07:00"))
	case param(r, "options") != "":
		io.WriteString(w, s.options(t, param(r, "pushver")))
	default:
		http.Error(w, "want options=all or type=time", http.StatusBadRequest)
	}
}

// options is the answer to the handshake; "without responded PUSH options
// data, clock won't work properly". TransFlag asks for punches and operations
// only: no user, photo, fingerprint or face leaves the terminal.
func (s *session) options(t *terminal, version string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "GET OPTION FROM: %s\n", t.SN)
	att, oper := s.dev.stamp(t, "ATTLOG"), s.dev.stamp(t, "OPERLOG")
	if version == "" || strings.HasPrefix(version, "1.") { // PUSH 1.0
		fmt.Fprintf(&b, "Stamp=%s\nOpStamp=%s\nPhotoStamp=None\n", att, oper)
	} else {
		fmt.Fprintf(&b, "ATTLOGStamp=%s\nOPERLOGStamp=%s\nATTPHOTOStamp=None\n", att, oper)
	}
	fmt.Fprintf(&b, "ErrorDelay=30\nDelay=%d\nTransTimes=00:00;14:05\nTransInterval=1\n", int(s.dev.opts.Delay.Seconds()))
	fmt.Fprintf(&b, "TransFlag=TransData AttLog\tOpLog\nTimeZone=%s\n", zoneOption(t, time.Now()))
	b.WriteString("Realtime=1\nEncrypt=None\nServerVer=2.4.1\nPushProtVer=2.4.1\n")
	return b.String()
}

// zoneOption spells a zone as the terminal takes it: whole hours, or minutes
// where the hours do not come out even, or "+hh:mm".
func zoneOption(t *terminal, now time.Time) string {
	_, seconds := now.In(t.Zone).Zone()
	minutes := seconds / 60
	switch {
	case t.Quirks.OffsetZone:
		return now.In(t.Zone).Format("-07:00")
	case minutes%60 == 0:
		return fmt.Sprint(minutes / 60)
	default:
		return fmt.Sprint(minutes)
	}
}

func (s *session) ping(w http.ResponseWriter, _ *http.Request, _ *terminal) { io.WriteString(w, "OK") }

// heartbeat answers with the orders that wait.
func (s *session) heartbeat(w http.ResponseWriter, _ *http.Request, t *terminal) {
	orders := s.dev.due(t, time.Now())
	if len(orders) == 0 {
		io.WriteString(w, "OK")
		return
	}
	for _, o := range orders {
		fmt.Fprintf(w, "C:%d:%s\n", o.id, o.command.text)
	}
}

// commandDone takes what became of commands: lines of ID=1&Return=0&CMD=DATA.
func (s *session) commandDone(w http.ResponseWriter, r *http.Request, t *terminal) {
	body := newLines(r.Body)
	for {
		line, _, err := body.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			s.broken(w, err)
			return
		}
		if values, err := url.ParseQuery(string(line)); err == nil && values.Get("ID") != "" {
			s.dev.done(t, values.Get("ID"), values.Get("Return"))
		}
	}
	io.WriteString(w, "OK")
}

// broken answers an upload that did not arrive whole.
func (s *session) broken(w http.ResponseWriter, err error) {
	s.dev.drops.Add(1)
	code := http.StatusBadRequest
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		code = http.StatusRequestEntityTooLarge
	}
	http.Error(w, "the upload did not arrive whole", code)
}
