// Package appointments reads lists of appointments (预约) that were made
// elsewhere: by telephone, on a web page, by a neighbouring office. A list is a
// CSV file in UTF-8 with a header line; the columns may stand in any order:
//
//	id,code,service,start,phone_last4,person_hash
//	w-20261123-01,402817,housing-presale,2026-11-23 09:30,0100,
//
// id is the list's own, and known ids change nothing, so a list may be sent
// again. code has six digits; without one the hall gives one. start is China
// Standard Time, or RFC 3339 with any zone. The holder is known by the code,
// the last four digits of a phone number, or a keyed hash of the ID number
// (person_hash); whole phone and ID numbers have no place here.
//
// A list with a mistake is not sent at all: each is named by file, line and
// value.
package appointments

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
)

// BatchSize is the most appointments that one command to a hall holds: with the
// longest hashes they stay well below contract.MaxPayload.
const BatchSize = 100

// MaxSize is the largest list that is read, in bytes.
const MaxSize = 4 << 20

// columns are all columns of a list.
var columns = []string{"id", "code", "service", "start", "phone_last4", "person_hash"}

var needed = []string{"id", "service", "start"}

// forms are what the values look like, by column; empty ones are looked at only
// in needed columns.
var forms = map[string]struct {
	form *regexp.Regexp
	want string
}{
	"id":          {regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`), "1 to 64 of 0-9, A-Z, a-z and -"},
	"code":        {regexp.MustCompile(`^[0-9]{6}$`), "six digits or nothing"},
	"service":     {regexp.MustCompile(`^[a-z0-9-]{1,32}$`), "the id of a service"},
	"phone_last4": {regexp.MustCompile(`^[0-9]{4}$`), "the last four digits alone, or nothing"},
	"person_hash": {regexp.MustCompile(`^[0-9a-z]{32,128}$`), "a keyed hash of 32 to 128 characters, or nothing"},
}

// private columns are never repeated in an error.
var private = []string{"phone_last4", "person_hash", "code"}

// china is the zone of a start without one: China has one zone and no daylight
// saving.
var china = time.FixedZone("CST", 8*60*60)

// Read reads a list; file is its name in errors. The error joins every mistake.
func Read(file string, from io.Reader) ([]contract.AppointmentBooked, error) {
	raw, err := io.ReadAll(io.LimitReader(from, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(raw) > MaxSize {
		return nil, fmt.Errorf("%s: more than %d bytes; please split the list", file, MaxSize)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))) // spreadsheets begin with a mark
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s:1: want a line with the columns %s", file, strings.Join(columns, ","))
	}
	if err := checkHeader(header); err != nil {
		return nil, fmt.Errorf("%s:1: %w", file, err)
	}
	var list []contract.AppointmentBooked
	var wrong []error
	lines := map[string]int{} // of an id
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, errors.Join(append(wrong, fmt.Errorf("%s:%d: %w", file, broken.Line, broken.Err))...)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		line, _ := r.FieldPos(0)
		a, mistakes := row(header, record)
		if first, twice := lines[a.Appointment]; twice && a.Appointment != "" {
			mistakes = append(mistakes, fmt.Errorf("id %.40q: stands on line %d already", a.Appointment, first))
		}
		lines[a.Appointment] = line
		for _, m := range mistakes {
			wrong = append(wrong, fmt.Errorf("%s:%d: %w", file, line, m))
		}
		list = append(list, a)
	}
	return list, errors.Join(wrong...)
}

func checkHeader(header []string) error {
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(columns, header[i]) {
			return fmt.Errorf("column %.40q: want some of %s", name, strings.Join(columns, ","))
		}
		if slices.Contains(header[:i], header[i]) {
			return fmt.Errorf("column %q stands twice", header[i])
		}
	}
	for _, name := range needed {
		if !slices.Contains(header, name) {
			return fmt.Errorf("column %q is missing", name)
		}
	}
	return nil
}

// row is one line of the list, and what is wrong with it.
func row(header, record []string) (a contract.AppointmentBooked, wrong []error) {
	if len(record) != len(header) {
		return a, []error{fmt.Errorf("%d values, want %d as in the first line", len(record), len(header))}
	}
	value := map[string]string{}
	for i, name := range header {
		v := strings.TrimSpace(record[i])
		value[name] = v
		if v == "" && !slices.Contains(needed, name) {
			continue
		}
		if f, has := forms[name]; has && !f.form.MatchString(v) {
			if slices.Contains(private, name) {
				v = fmt.Sprintf("%d characters", len([]rune(v)))
			} else {
				v = fmt.Sprintf("%.40q", v)
			}
			wrong = append(wrong, fmt.Errorf("%s %s: want %s", name, v, f.want))
		}
	}
	start, err := parseStart(value["start"])
	if err != nil {
		wrong = append(wrong, fmt.Errorf("start %.40q: want 2026-11-23 09:30, or RFC 3339", value["start"]))
	}
	if value["code"] == "" && value["phone_last4"] == "" && value["person_hash"] == "" {
		wrong = append(wrong, errors.New("want a code, phone_last4 or person_hash, so that it can be found again"))
	}
	return contract.AppointmentBooked{Appointment: value["id"], Code: value["code"], Service: value["service"], Start: start,
		Phone: value["phone_last4"], Person: value["person_hash"], Source: "import"}, wrong
}

func parseStart(text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", text, china)
	return t.UTC(), err
}

// Batches splits a list into commands.
func Batches(list []contract.AppointmentBooked) []contract.ImportAppointments {
	var batches []contract.ImportAppointments
	for part := range slices.Chunk(list, BatchSize) {
		batches = append(batches, contract.ImportAppointments{Appointments: part})
	}
	return batches
}

// Add adds the result of one command to that of those before.
func Add(sum, next contract.Imported) contract.Imported {
	return contract.Imported{Booked: sum.Booked + next.Booked, Known: sum.Known + next.Known, Refused: append(sum.Refused, next.Refused...)}
}
