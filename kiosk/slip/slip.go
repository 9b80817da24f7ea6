// Package slip lays out what a kiosk prints: the ticket (号票) that a citizen
// takes away. It makes a device-neutral document; a printer driver makes bytes
// of it. Texts come from the hall's catalogue, so that a slip and a screen say
// the same.
package slip

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
)

// Option changes a slip.
type Option func(*slip)

// Reprint marks the slip as a second print of the same number (补打). A ticket
// with Reprints is marked without it.
func Reprint() Option { return func(s *slip) { s.reprint = true } }

// Name puts a masked name ("张*") on the slip, for a service that wants it.
func Name(masked string) Option { return func(s *slip) { s.name = masked } }

// Hours puts today's opening hours on the slip and takes the time zone of the
// printed time from them. Without it the time is printed in the zone that the
// ticket's own time has.
func Hours(c contract.Calendar) Option { return func(s *slip) { s.calendar = c } }

// Windows resolves window ids to what stands above them ("3"). Without it the
// ids themselves are printed.
func Windows(w contract.Windows) Option { return func(s *slip) { s.windows = w } }

type slip struct {
	t        contract.Ticket
	c        contract.Catalogue
	service  contract.ServiceInfo
	w        words
	lang     string
	reprint  bool
	name     string
	calendar contract.Calendar
	windows  contract.Windows
}

// Ticket is the slip of one ticket (R-PRN-01): hall, number, service in both
// languages, people ahead, expected wait, where to go, when it was taken, both
// complaint phones and a QR code of the ticket id, behind the hall's QRBase if
// it has one. Where there is something to say, lines are added for the class of
// priority, the name, a silent call (静默叫号), the time of an appointment, further services in their
// order, the fee to pay afterwards (R-KIOSK-16) and a number that was taken
// while the hall could not be reached. lang is the language of the citizen, "zh-CN" or "en"; it decides
// the words, and which name of the service stands first.
//
// A slip without both phone numbers is refused (R-PRN-02, S4 4.3.4.4), and so
// is one for a service that the catalogue does not have.
func Ticket(t contract.Ticket, c contract.Catalogue, lang string, options ...Option) (devices.Document, error) {
	s := slip{t: t, c: c, lang: lang, w: wordsIn(lang), reprint: t.Reprints > 0}
	for _, o := range options {
		o(&s)
	}
	if err := checkPhones(c.Hall); err != nil {
		return devices.Document{}, err
	}
	if t.Ticket == "" || t.Number == "" {
		return devices.Document{}, fmt.Errorf("slip: ticket %q, number %q: both must be set", t.Ticket, t.Number)
	}
	var err error
	if s.service, err = serviceOf(c, t.Service); err != nil {
		return devices.Document{}, err
	}
	return devices.Document{ID: t.Ticket, Blocks: s.blocks()}, nil
}

// checkPhones refuses a slip without both phone numbers (R-PRN-02).
func checkPhones(h contract.HallInfo) error {
	if h.ConsultPhone == "" || h.ComplaintPhone == "" {
		return fmt.Errorf("slip: hall %q: consult_phone %q, complaint_phone %q: both must be set", h.ID, h.ConsultPhone, h.ComplaintPhone)
	}
	return nil
}

func serviceOf(c contract.Catalogue, id string) (contract.ServiceInfo, error) {
	for _, service := range c.Services {
		if service.ID == id {
			return service, nil
		}
	}
	return contract.ServiceInfo{}, fmt.Errorf("slip: service %q is not in catalogue version %d", id, c.Version)
}

func (s *slip) blocks() []devices.Block {
	first, second := s.service.Name.ZH, s.service.Name.EN
	if s.lang == "en" && second != "" {
		first, second = second, first
	}
	var out []devices.Block
	line := func(size int, text string) {
		if text != "" {
			out = append(out, devices.Text{S: text, Align: devices.Center, Size: size})
		}
	}
	line(1, s.c.Hall.Name.In(s.lang))
	if s.reprint {
		line(1, s.w.reprint)
	}
	line(1, s.marks())
	line(6, s.t.Number)
	line(2, first)
	line(1, second)
	for _, next := range s.further() {
		line(1, next)
	}
	line(1, s.due())
	line(1, s.queue())
	line(1, s.place())
	line(1, s.fee())
	line(1, s.taken())
	line(1, s.hours())
	line(1, s.w.consult+s.c.Hall.ConsultPhone)
	line(1, s.w.complaint+s.c.Hall.ComplaintPhone)
	out = append(out, devices.QR{Data: s.c.Hall.QRBase + s.t.Ticket})
	return out
}

// marks are the class of priority, the name and the silent call, where there
// are any.
func (s *slip) marks() string {
	var out []string
	for _, c := range s.c.Classes {
		if c.ID == s.t.Class {
			out = append(out, s.w.class+c.Name.In(s.lang))
		}
	}
	if s.name != "" {
		out = append(out, s.name)
	}
	if s.t.Silent {
		out = append(out, s.w.silent)
	}
	return strings.Join(out, "  ")
}

// further are the other services of the ticket in their order: "2. …".
func (s *slip) further() []string {
	var out []string
	for _, id := range s.t.More {
		v, err := serviceOf(s.c, id)
		switch {
		case err != nil || v.Kind == feeKind && s.fee() != "": // the fee's own line says it
		default:
			out = append(out, fmt.Sprintf("%d. %s", len(out)+2, v.Name.In(s.lang)))
		}
	}
	return out
}

// feeKind is the kind of the service of the fee window.
const feeKind = "fee"

// fee leads to the fee window afterwards, with the standard of the catalogue.
func (s *slip) fee() string {
	for _, id := range append([]string{s.t.Service}, s.t.More...) {
		v, err := serviceOf(s.c, id)
		if err != nil || !v.FeeDue {
			continue
		}
		if v.Fee == "" || v.Fee == "0" {
			return s.w.feeDue
		}
		return s.w.feeDue + fmt.Sprintf(s.w.feeOf, v.Fee)
	}
	return ""
}

// due is the time of the appointment.
func (s *slip) due() string {
	if s.t.Due.IsZero() {
		return ""
	}
	return fmt.Sprintf(s.w.due, s.local(s.t.Due).Format("15:04"))
}

func (s *slip) queue() string {
	if s.t.Offline {
		return s.w.offline
	}
	people := fmt.Sprintf(s.w.ahead, max(s.t.Ahead, 0))
	wait := s.w.wait(s.t.WaitMin, s.t.WaitMax)
	if !s.t.After.IsZero() { // through lunch: a time says more than minutes
		wait = fmt.Sprintf(s.w.after, s.local(s.t.After).Format("15:04"))
	}
	return strings.Trim(people+" "+wait, " ,")
}

// place is where the citizen waits and goes: the area and the windows. Many
// scattered windows are left out where there is an area: the board will say.
func (s *slip) place() string {
	area := s.service.Area.In(s.lang)
	if area == "" {
		area = s.t.Area
	}
	windows := s.labels()
	if len(windows) > 3 && area != "" || len(windows) == 0 {
		return area
	}
	return strings.TrimSpace(area + " " + fmt.Sprintf(s.w.windows, strings.Join(windows, s.w.and)))
}

// labels are the labels of the ticket's windows, neighbours drawn together:
// "1-3", "7".
func (s *slip) labels() []string {
	known := map[string]string{}
	for _, w := range s.windows.Windows {
		known[w.ID] = w.Label
	}
	var numbers []int
	var others []string
	for _, id := range s.t.Windows {
		label := known[id]
		if label == "" {
			label = id
		}
		if n, err := strconv.Atoi(label); err == nil {
			numbers = append(numbers, n)
		} else {
			others = append(others, label)
		}
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	var out []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		out = append(out, span(numbers[i], numbers[j]))
		i = j + 1
	}
	return append(out, others...)
}

// taken is when the ticket was taken, by the hall's clock.
func (s *slip) taken() string {
	return s.w.taken + s.local(s.t.IssuedAt).Format("2006-01-02 15:04")
}

// local is a time on the hall's clock, where its zone is known.
func (s *slip) local(at time.Time) time.Time {
	if zone, err := time.LoadLocation(s.calendar.Zone); err == nil && s.calendar.Zone != "" {
		return at.In(zone)
	}
	return at
}

// hours are today's, "" when they are not known.
func (s *slip) hours() string {
	if len(s.calendar.Segments) == 0 {
		return ""
	}
	text := s.w.hours
	for i, seg := range s.calendar.Segments {
		if i > 0 {
			text += " "
		}
		text += seg.From + "-" + seg.To
	}
	return text
}

// span is a range as people say it: "15", "15-20".
func span(from, to int) string {
	if from >= to {
		return strconv.Itoa(to)
	}
	return strconv.Itoa(from) + "-" + strconv.Itoa(to)
}
