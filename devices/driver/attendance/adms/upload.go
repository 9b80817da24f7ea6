package adms

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallward/devices"
)

// maxLine is the longest line that is looked at, in bytes; a punch has about
// forty. The rest of a longer one is skipped without being kept.
const maxLine = 1024

// audited are the operations that can hide or change punches (OPLOG codes).
var audited = map[string]string{
	"13": "data were cleared",
	"21": "the clock was set",
	"23": "records were deleted",
}

// upload takes what a terminal has gathered.
func (s *session) upload(w http.ResponseWriter, r *http.Request, t *terminal) {
	switch {
	case r.Header.Get("Content-Encoding") != "":
		http.Error(w, "want a plain body", http.StatusUnsupportedMediaType)
		return
	case r.ContentLength > MaxBody:
		s.broken(w, &http.MaxBytesError{Limit: MaxBody})
		return
	case r.ContentLength == 0 && r.Header.Get("Content-Length") == "":
		// An answer of OK would tell the terminal that its punches are stored.
		http.Error(w, "want a length", http.StatusLengthRequired)
		return
	}
	select {
	case t.uploading <- struct{}{}:
		defer func() { <-t.uploading }()
	case <-s.ctx.Done():
		http.Error(w, "closing", http.StatusServiceUnavailable)
		return
	}
	table := strings.ToUpper(param(r, "table"))
	n, err := 0, error(nil)
	switch table {
	case "ATTLOG":
		n, err = s.punches(t, newLines(r.Body))
	case "OPERLOG":
		n, err = s.operations(t, newLines(r.Body))
	default: // BIODATA, ATTPHOTO, USERINFO and whatever comes
		s.unwanted(t)
		_, err = io.Copy(io.Discard, r.Body)
	}
	var lost *unstored
	switch {
	case errors.As(err, &lost):
		http.Error(w, "not stored, send it again", http.StatusInternalServerError)
		return
	case err != nil:
		s.broken(w, err)
		return
	}
	stamp := param(r, "Stamp")
	if table == "OPERLOG" && stamp == "" {
		stamp = param(r, "OpStamp")
	}
	s.dev.setStamp(t, table, stamp)
	fmt.Fprintf(w, "OK: %d", n)
}

// unstored is a reading that the sink did not take.
type unstored struct{ err error }

func (u *unstored) Error() string { return "not stored: " + u.err.Error() }

// punches stores the lines of an ATTLOG and counts them.
func (s *session) punches(t *terminal, body *lines) (n int, err error) {
	bad := 0
	for {
		line, long, err := body.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return n, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		n++
		ok, err := s.punch(t, n, line, long)
		if err != nil {
			return n, &unstored{err}
		}
		if !ok {
			bad++
		}
	}
	if n > 0 && bad == 0 {
		_ = s.fault(devices.FaultGarbled, t.SN, "", false)
	}
	return n, nil
}

// operations looks through an OPERLOG and counts its lines.
func (s *session) operations(t *terminal, body *lines) (n int, err error) {
	for {
		line, _, err := body.next()
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		n++
		s.operation(t, line)
	}
}

// punch stores one line of an ATTLOG. A line that is none is reported with its
// text, and then counts as done: the terminal would send it for ever.
func (s *session) punch(t *terminal, number int, line []byte, long bool) (ok bool, err error) {
	text := decode(line)
	p, err := parsePunch(text, t, time.Now())
	if long {
		err = fmt.Errorf("longer than %d bytes", maxLine)
	}
	if err != nil {
		s.dev.drops.Add(1)
		return false, s.fault(devices.FaultGarbled, t.SN, fmt.Sprintf("line %d %.200q: %v", number, mask(text), err), true)
	}
	return true, s.say(p)
}

var (
	personForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,24}$`)
	longNumber = regexp.MustCompile(`[0-9]{11,}[Xx]?`)
)

const localForm = "2006-01-02 15:04:05"

// parsePunch reads PIN, local time, state and verify, separated by tabs; more
// fields may follow and differ between firmwares.
func parsePunch(line string, t *terminal, now time.Time) (devices.Punch, error) {
	fields := strings.Split(line, "\t")
	if len(fields) < 4 {
		return devices.Punch{}, fmt.Errorf("%d fields, want 4 or more", len(fields))
	}
	person, local := strings.TrimSpace(fields[0]), strings.TrimSpace(fields[1])
	if !personForm.MatchString(person) {
		return devices.Punch{}, errors.New("the person's number is none")
	}
	at, err := time.ParseInLocation(localForm, local, t.Zone)
	if err != nil || at.Format(localForm) != local {
		return devices.Punch{}, errors.New("there is no such time")
	}
	state, errState := strconv.ParseUint(strings.TrimSpace(fields[2]), 10, 16)
	verify, errVerify := strconv.ParseUint(strings.TrimSpace(fields[3]), 10, 16)
	if errState != nil || errVerify != nil {
		return devices.Punch{}, errors.New("state or verify is no number")
	}
	return devices.Punch{
		Terminal: t.SN, Person: person, Local: local, Zone: t.Zone.String(),
		At: at, Received: now, State: int(state), Verify: int(verify),
		Source: "push", Raw: line,
	}, nil
}

// decode reads a line as UTF-8, or else as GB 18030, in which the firmware of
// Chinese terminals writes.
func decode(line []byte) string {
	if utf8.Valid(line) {
		return string(line)
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(line)
	if err != nil {
		return strings.ToValidUTF8(string(line), "\uFFFD")
	}
	return string(text)
}

// mask hides what may be the number of an identity card or a telephone.
func mask(text string) string { return longNumber.ReplaceAllString(text, "#") }

// operation keeps for the audit what belongs there. The lines of users are
// passed over, those with templates are thrown away.
func (s *session) operation(t *terminal, line []byte) {
	tag, rest, _ := bytes.Cut(line, []byte(" "))
	switch string(tag) {
	case "OPLOG":
		f := strings.Split(decode(rest), "\t")
		if what, ok := audited[f[0]]; ok && len(f) >= 3 {
			s.dev.opts.Log.Warn("attendance terminal: "+what, "terminal", t.SN, "code", f[0],
				"operator", mask(fmt.Sprintf("%.24q", f[1])), "local", mask(fmt.Sprintf("%.24q", f[2])))
		}
	case "USER":
	default:
		s.unwanted(t)
	}
}

// unwanted counts what is thrown away, and says once that it comes.
func (s *session) unwanted(t *terminal) {
	s.dev.drops.Add(1)
	s.dev.mu.Lock()
	first := !t.told
	t.told = true
	s.dev.mu.Unlock()
	if first {
		s.dev.opts.Log.Warn("attendance terminal sends what it was not asked for (templates, photos); thrown away", "terminal", t.SN)
	}
}

// lines reads a body line by line, in bounded memory.
type lines struct{ r *bufio.Reader }

func newLines(r io.Reader) *lines { return &lines{bufio.NewReaderSize(r, maxLine)} }

// next is the next line without its end, at most maxLine bytes of it; long
// tells that there was more. The bytes are good until the next call. A last
// line without an end is a line only if the body has come whole: io.EOF says
// that it has and that nothing is left, any other error that it has not.
func (l *lines) next() (line []byte, long bool, err error) {
	line, err = l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		long, line = true, bytes.Clone(line)
		for err == bufio.ErrBufferFull {
			_, err = l.r.ReadSlice('\n')
		}
	}
	if err != nil && (err != io.EOF || len(line) == 0) {
		return nil, false, err
	}
	return bytes.TrimRight(line, "\r\n"), long, nil
}
