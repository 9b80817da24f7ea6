package slip

import (
	"fmt"

	"hallward/devices"
	"hallward/devices/contract"
)

// Appointment is the slip of a time that was booked at the kiosk: the code, the
// service, day and time, what to do with it, both phones and the code again for
// the scanner. It names nobody. lang is the language of the citizen. Errors are
// those of Ticket; an appointment without a code is refused as well.
func Appointment(a contract.Appointment, c contract.Catalogue, lang string, options ...Option) (devices.Document, error) {
	s := slip{c: c, lang: lang, w: wordsIn(lang)}
	for _, o := range options {
		o(&s)
	}
	if err := checkPhones(c.Hall); err != nil {
		return devices.Document{}, err
	}
	if a.Code == "" {
		return devices.Document{}, fmt.Errorf("slip: appointment %q has no code", a.Appointment)
	}
	v, err := serviceOf(c, a.Service)
	if err != nil {
		return devices.Document{}, err
	}
	var out []devices.Block
	line := func(size int, text string) {
		if text != "" {
			out = append(out, devices.Text{S: text, Align: devices.Center, Size: size})
		}
	}
	line(1, c.Hall.Name.In(lang))
	line(1, s.w.code)
	line(4, a.Code)
	line(2, v.Name.In(lang))
	line(2, s.local(a.Start).Format("2006-01-02 15:04"))
	line(1, v.Area.In(lang))
	line(1, s.w.bring)
	line(1, s.w.consult+c.Hall.ConsultPhone)
	line(1, s.w.complaint+c.Hall.ComplaintPhone)
	out = append(out, devices.QR{Data: a.Code})
	return devices.Document{ID: a.Appointment, Blocks: out}, nil
}
