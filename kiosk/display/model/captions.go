package model

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hallward/devices/contract"
	"hallward/devices/voice"
	"hallward/kiosk/text"
)

// CaptionHold is how long the caption of an announcement stays at least, so
// that who does not hear it has read it (R-BOARD-10).
const CaptionHold = 5 * time.Second

// A notice stays as long as it takes to be read out, a quarter of a second for
// a character, within bounds.
const (
	perRune    = 250 * time.Millisecond
	mostNotice = 40 * time.Second
)

// mostToRead bounds the notices that wait for a line.
const mostToRead = 8

// Caption is an announcement in writing, in the words in which it is spoken.
type Caption struct {
	Call  uint64        // of the hall; 0 is a notice
	Texts []string      // one for each language that is spoken
	Voice bool          // it is spoken as well; a silent call is only written
	Stay  time.Duration // how long it stays, where no other waits for its line
}

// slot is one line for a caption.
type slot struct {
	Caption
	from  time.Time     // zero is empty
	least time.Duration // that nobody else gets the line
}

// plan is the languages that the hall speaks.
func (s *State) plan() []string {
	if l := s.Catalogue.Voice.Languages; len(l) > 0 {
		return l
	}
	return []string{text.Chinese}
}

// captionOf is the caption of a call. A language that is written as another one
// is said once.
func (s *State) captionOf(c contract.Call) Caption {
	w := Caption{Call: c.Call, Voice: !c.Silent}
	seen := map[string]bool{"": true}
	for _, lang := range s.plan() {
		if t := voice.Caption(c, lang); !seen[t] {
			seen[t] = true
			w.Texts = append(w.Texts, t)
		}
	}
	return w
}

// spoken notes the notices that are read out because they are new. After a time
// without the hall nothing is new: it was read out then, or is still read out
// in a moment and only its caption is late.
func (s *State) spoken(now time.Time) {
	known := s.Posted
	s.Posted = nil
	for _, n := range s.Notices.Notices {
		if !n.Spoken || n.ID == "" || !s.layout.anyHere(n.Zones) {
			continue
		}
		s.Posted = append(s.Posted, n.ID)
		if !s.posts || slices.Contains(known, n.ID) || !valid(n, now) {
			continue
		}
		w := Caption{Voice: true}
		for _, lang := range s.plan() {
			if t := strings.TrimSpace(n.Text.In(lang)); t != "" && !slices.Contains(w.Texts, t) {
				w.Texts = append(w.Texts, t)
			}
		}
		if len(w.Texts) > 0 && len(s.toRead) < mostToRead {
			s.toRead = append(s.toRead, w)
		}
	}
	s.posts = true
}

// line is the line that a caption may take now, -1 for none: an empty one, or
// else the one that has stood long enough and the longest.
func (s *State) line(now time.Time) int {
	best := -1
	for i, c := range s.slots {
		switch {
		case c.from.IsZero():
			return i
		case now.Sub(c.from) >= c.least && (best < 0 || c.from.Before(s.slots[best].from)):
			best = i
		}
	}
	return best
}

// write puts a caption on a line. A notice keeps its line to the end, since
// nobody can tell how far it was read.
func (s *State) write(i int, w Caption, now time.Time) {
	if len(w.Texts) == 0 {
		return
	}
	w.Stay = OnAir
	least := CaptionHold
	if w.Call == 0 {
		runes := 0
		for _, t := range w.Texts {
			runes += utf8.RuneCountInString(t)
		}
		w.Stay = min(max(w.Stay, time.Duration(runes)*perRune), mostNotice)
		least = w.Stay
	}
	s.slots[i] = slot{w, now, least}
}

// wipe empties the lines whose time is over.
func (s *State) wipe(now time.Time) {
	for i := range s.slots {
		c := &s.slots[i]
		switch {
		case c.from.IsZero():
		case now.Before(c.from): // the clock was set back
			c.from = now
		case now.Sub(c.from) >= c.Stay:
			*c = slot{}
		}
	}
}

// read puts a notice that is being read out on a line, while no call needs it.
func (s *State) read(now time.Time) {
	if len(s.toRead) == 0 || len(s.queue) > 0 {
		return
	}
	for i := range s.slots {
		if s.slots[i].from.IsZero() {
			s.write(i, s.toRead[0], now)
			s.toRead = s.toRead[1:]
			return
		}
	}
}
