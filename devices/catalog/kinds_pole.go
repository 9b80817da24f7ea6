package catalog

import (
	"fmt"
	"time"

	"hallward/devices"
	"hallward/devices/driver/display/pole"
	"hallward/devices/link"
)

// readPole reads the settings of a pole display that speaks a command set.
//
//	lines:  state of a sign (closed, open, paused, called, serving, message) → its two lines,
//	        with {number}, {window}, {english} …; what is missing has standard words
//	align:  left, center or right; center
//	bright: 1..4, where a sign leaves it to the display; 4
//	settle: after a reset, up to 5s; 200ms
//	select: true for a display on the printer's line, which listens after 1B 3D 02
//	steady: true shows a new call without blinking
func readPole(set pole.Commands) func(*Options, *settings) opener {
	return func(_ *Options, s *settings) opener {
		checkLink(s)
		s.noInput("a serial port")
		align := s.text("align", "center", "left", "center", "right")
		opts := &pole.Opts{
			Align:  map[string]devices.Align{"left": devices.Left, "center": devices.Center, "right": devices.Right}[align],
			Bright: s.whole("bright", 0, 1, 4),
			Settle: s.span("settle", 0, time.Millisecond, 5*time.Second),
			Select: s.yes("select", false),
			Steady: s.yes("steady", false),
			Lines:  map[string][pole.Rows]string{},
		}
		s.within("lines", func(s *settings) {
			for state, lines := range pole.Standard() {
				if state != devices.SignBlank {
					opts.Lines[state] = s.lines(state, lines)
				}
			}
		})
		return onLink(s.spec, func(l link.Link) (*pole.Dev, error) { return pole.New(l, set, opts) })
	}
}

// lines are the two lines of a pole display, templates of a sign.
func (s *settings) lines(key string, missing [pole.Rows]string) [pole.Rows]string {
	value, ok := s.take(key)
	if !ok {
		return missing
	}
	list, ok := value.([]any)
	if !ok || len(list) != pole.Rows {
		s.bad(s.path(key), value, fmt.Sprintf("want a list of %d lines", pole.Rows))
		return missing
	}
	var lines [pole.Rows]string
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", s.path(key), i)
		text, ok := item.(string)
		if !ok {
			s.bad(at, item, "want a text")
		} else if err := devices.CheckSignTemplate(text); err != nil {
			s.bad(at, text, err.Error())
		}
		lines[i] = text
	}
	return lines
}

// within reads a table inside the settings.
func (s *settings) within(key string, read func(*settings)) {
	value, ok := s.take(key)
	if !ok {
		return
	}
	m, ok := value.(map[string]any)
	if !ok {
		s.bad(s.path(key), value, "want a table")
		return
	}
	sub := &settings{spec: s.spec, at: s.path(key) + ".", left: map[string]any{}}
	for k, v := range m {
		sub.left[k] = v
	}
	read(sub)
	sub.rest()
	s.errs = append(s.errs, sub.errs...)
}
