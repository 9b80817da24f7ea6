package signage

import (
	"time"

	"hallward/devices"
	"hallward/devices/contract"
)

// FlashFor is how long a call flashes on the displays, from the call on: long
// enough to catch the eye, then steady for reading.
const FlashFor = 3 * time.Second

// States of a ticket in hand, as the views write them.
const (
	ticketCalled  = "called"
	ticketServing = "serving"
)

// Face is what the display of a window shows: the number in hand, or whether the
// window is open at all. calls are those of the calls view, newest first; a call
// or a recall of less than FlashFor ago flashes. Nobody signed in, and a pause,
// say where to go instead (R-WIN-01, R-VOICE-04).
func Face(w contract.WindowView, calls []contract.Call, now time.Time) devices.Sign {
	s := devices.Sign{Window: w.Label, Staff: w.Staff, Post: w.Post, Waiting: w.Waiting}
	switch w.State {
	case contract.WindowOpen:
		s.State = devices.SignOpen
		s.Text, s.English = w.Name.ZH+" 欢迎您", w.Name.In("en")+" Welcome"
	case contract.WindowPaused:
		s.State = devices.SignPaused
		s.Text, s.English = elsewhere(w.Name)
	default:
		s.State, s.Staff, s.Post = devices.SignClosed, "", ""
		s.Text, s.English = elsewhere(w.Name)
	}
	if w.Number == "" || w.State == contract.WindowClosed {
		return s
	}
	s.Number = w.Number
	switch w.Ticket {
	case ticketServing:
		s.State = devices.SignServing
		s.Text, s.English = w.Name.ZH+" 正在为"+w.Number+"号办理", w.Name.In("en")+" Serving "+w.Number
	case ticketCalled:
		s.State = devices.SignCalled
		s.Text, s.English = come(w.Number, w.Name)
		for _, c := range calls {
			if c.Window == w.ID && c.Number == w.Number {
				s.Flash = flash(c, now)
				break
			}
		}
	}
	return s
}

// ZoneFace is what the display of a zone shows: its last call, as long as
// somebody is expected or served there. calls are newest first. A zone without a
// name in its calls is the first one, so calls of windows without a zone are
// shown where first is true.
func ZoneFace(calls []contract.Call, zone contract.ZoneInfo, first bool, now time.Time) devices.Sign {
	for _, c := range calls {
		if c.Zone != zone.ID && !(first && c.Zone == "") || c.State != ticketCalled && c.State != ticketServing {
			continue
		}
		s := devices.Sign{State: devices.SignCalled, Number: c.Number, Window: c.Label}
		s.Text, s.English = come(c.Number, c.Name)
		s.Flash = flash(c, now)
		return s
	}
	s := devices.Sign{State: devices.SignMessage, Text: "欢迎您，请留意叫号", English: "Welcome, please watch for your number"}
	if zone.Name.ZH != "" {
		s.Text, s.English = zone.Name.ZH+" "+s.Text, zone.Name.In("en")+" "+s.English
	}
	return s
}

func come(number string, window contract.Text2) (zh, en string) {
	return "请" + number + "号到" + window.ZH, number + ", please go to " + window.In("en")
}

func elsewhere(window contract.Text2) (zh, en string) {
	return window.ZH + " 暂停办理，请到其他窗口", window.In("en") + " Paused, please go to another window"
}

// flash is when the flashing of a call ends; zero when it is over.
func flash(c contract.Call, now time.Time) time.Time {
	if until := c.At.Add(FlashFor); until.After(now) && !c.At.After(now.Add(FlashFor)) {
		return until
	}
	return time.Time{}
}
