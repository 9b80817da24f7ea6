package escpos

import (
	"strings"
	"time"

	"hallward/devices"
)

// facts are what the printer has said of itself, bit by bit. Several answers
// tell the same thing; each replaces only what it speaks of.
type facts struct {
	offline  bool
	cover    bool
	stopped  bool // printing stopped for want of paper (DLE EOT 2)
	paperOut bool
	nearEnd  bool
	jam      bool // mechanical or black-mark error
	cutter   bool
	fatal    bool
	hot      bool
	waiting  bool // a slip in the presenter
}

// realtime takes the answer to DLE EOT n (HPRT TP809 p. 31). Of the two bits
// of a paper sensor some makers set only one.
func (f *facts) realtime(n, b byte) {
	switch n {
	case 1:
		f.offline = b&0x08 != 0
	case 2:
		f.cover, f.stopped = b&0x04 != 0, b&0x20 != 0
	case 3:
		f.jam, f.cutter, f.fatal, f.hot = b&0x04 != 0, b&0x08 != 0, b&0x20 != 0, b&0x40 != 0
	case 4:
		f.nearEnd, f.paperOut = b&0x0c != 0, b&0x60 != 0
	}
}

// automatic takes the four bytes of ASB.
func (f *facts) automatic(b []byte) {
	f.offline, f.cover = b[0]&0x08 != 0, b[0]&0x20 != 0
	f.jam, f.cutter, f.fatal, f.hot = b[1]&0x04 != 0, b[1]&0x08 != 0, b[1]&0x20 != 0, b[1]&0x40 != 0
	f.marker(b[2])
	f.stopped = f.paperOut
}

// marker takes the paper bits of GS r 1.
func (f *facts) marker(b byte) {
	f.nearEnd, f.paperOut = b&0x03 != 0, b&0x0c != 0
}

// full takes the six bytes of DLE EOT 20 (Custom KPM300 p. 80).
func (f *facts) full(b []byte) {
	paper, user, bad := b[2], b[3], b[5]
	f.paperOut, f.nearEnd = paper&0x01 != 0, paper&0x04 != 0
	f.waiting = paper&0x20 != 0
	f.cover = f.cover || user&0x03 != 0
	f.cutter = f.cutter || bad&0x03 != 0
	f.fatal = f.fatal || bad&0x0c != 0
}

// broken names the fault that ends a job, or "". Heat and the feed button are
// none: the printer goes on by itself.
func (f *facts) broken() devices.FaultCode {
	switch {
	case f.cover:
		return devices.FaultCoverOpen
	case f.paperOut, f.stopped:
		return devices.FaultPaperOut
	case f.cutter:
		return devices.FaultCutter
	case f.fatal, f.jam:
		return devices.FaultBroken
	}
	return ""
}

func (f *facts) status(nearEnd bool) devices.PrinterStatus {
	s := devices.PrinterStatus{
		Online: !f.offline, Paper: devices.PaperOK, Cover: f.cover, Cutter: f.cutter,
		Fatal: f.fatal || f.jam, Hot: f.hot, Waiting: f.waiting,
	}
	switch {
	case f.paperOut, f.stopped:
		s.Paper = devices.PaperOut
	case nearEnd && f.nearEnd:
		s.Paper = devices.PaperLow
	}
	return s
}

// believe publishes the facts as they are now.
func (s *session) believe() {
	s.at, s.known = time.Now(), true
	st := s.facts.status(s.d.o.Profile.NearEnd)
	st.Known, st.At, st.Model = true, s.at, strings.Join(s.model, " ")
	switch {
	case !st.Waiting:
		s.waiting = time.Time{}
	case s.waiting.IsZero():
		s.waiting = s.at
	}
	st.Left = st.Waiting && s.at.Sub(s.waiting) >= s.d.o.Left
	if s.broken && st.Ready() {
		return // it would take the next slip for a part of the last one: first it must answer, see sync
	}
	s.publish(st)
}

// publish makes a status the present one, and reports it if it is another.
func (s *session) publish(st devices.PrinterStatus) {
	s.d.mu.Lock()
	old := s.d.status
	s.d.status = st
	s.d.mu.Unlock()
	old.At = st.At
	if old == st {
		return
	}
	select {
	case <-s.news: // an older one that nobody has taken
	default:
	}
	s.news <- st
}

// able tells whether the printer says of itself that it can print. It may still
// have to be brought out of a broken job.
func (s *session) able() bool {
	st := s.facts.status(false)
	st.Known = s.known && time.Since(s.at) <= s.d.stale()
	return st.Ready()
}

// clean tells whether everything since the last status request was readable.
// Among noise a report of the printer is not believed.
func (s *session) clean() bool { return s.trusted && s.dem.dropped == s.noise }

// fresh tells whether a job may rely on the last status.
func (s *session) fresh() bool {
	return s.known && s.clean() && time.Since(s.at) <= 2*s.d.o.Poll+s.d.o.Answer
}
