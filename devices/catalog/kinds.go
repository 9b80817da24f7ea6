package catalog

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones of terminals, also on machines without the files

	"golang.org/x/image/font"

	"hallward/devices"
	"hallward/devices/driver/attendance/adms"
	"hallward/devices/driver/display/pole"
	"hallward/devices/driver/keypad/ff68"
	"hallward/devices/driver/printer/escpos"
	"hallward/devices/driver/voice/speech"
	"hallward/devices/link"
)

// kind is one line of the table.
type kind struct {
	capability string
	read       func(*Options, *settings) opener
	speaks     bool // a display that is a voice too
}

var kinds = map[string]kind{
	"printer/escpos":   {capability: "printer", read: readESCPOS},
	"keypad/ff68":      {capability: "keypad", read: readFF68},
	"attendance/adms":  {capability: "attendance", read: readADMS},
	"idcard/samv":      {capability: "idcard", read: readSAMV},
	"keypad/numpad":    {capability: "keypad", read: readNumpad},
	"display/ssd1306":  {capability: "display", read: readSSD1306},
	"display/hd44780":  {capability: "display", read: readHD44780},
	"display/max7219":  {capability: "display", read: readMAX7219},
	"scanner/line":     {capability: "scanner", read: readScanner},
	"voice/clips":      {capability: "voice", read: readClips},
	"voice/syn6288":    {capability: "voice", read: readSpeech(speech.SYN6288)},
	"voice/xfs5152":    {capability: "voice", read: readSpeech(speech.XFS5152)},
	"display/cd5220":   {capability: "display", read: readPole(pole.CD5220)},
	"display/dmd":      {capability: "display", read: readPole(pole.DMD)},
	"display/modbus":   {capability: "display", read: readModbus},
	"display/template": {capability: "display", read: readTemplate},
	"display/onbon":    {capability: "display", read: readOnbon, speaks: true},
}

// NewFace makes the face for Options from a TrueType or OpenType font.
func NewFace(ttf []byte) (font.Face, error) { return escpos.NewFace(ttf) }

// onLink opens a byte link and makes a driver on it.
func onLink[D devices.Device](spec Spec, make func(link.Link) (D, error)) opener {
	return func(ctx context.Context) (*Port, error) {
		l, err := link.Open(ctx, spec.Link)
		if err != nil {
			return nil, err
		}
		d, err := make(l)
		if err != nil {
			l.Close()
			return nil, &SettingError{Device: spec.ID, Key: "settings", Problem: err.Error()}
		}
		return NewPort(d, l), nil
	}
}

// checkLink checks the specification of a byte link.
func checkLink(s *settings) {
	l, err := link.ParseSpec(s.spec.Link)
	switch {
	case err != nil:
		s.bad("link", s.spec.Link, strings.TrimPrefix(err.Error(), "link "+strconv.Quote(s.spec.Link)+": "))
	case l.Bus():
		s.bad("link", s.spec.Link, "is a bus of chips, want a serial port or an address")
	}
}

// readESCPOS reads the settings of a ticket printer. Software flow control is
// taken from the link.
//
//	profile:  model family, see escpos.Profiles; 80mm
//	encoding, four_byte, native_qr, cut, near_end: where the model differs from its profile
//	poll:     between two status requests, 200ms..1m; 2s
//	answer:   for a status request to be answered, 50ms..10s; 500ms
//	confirm:  for a job to be confirmed, 1s..1m; 10s
//	silence:  of a printer that has answered before, until its link is opened anew, 2s..10m; 15s
//	left:     that a slip stands in the presenter until it is reported, 1s..1h; 1m
//	presenter: leave, eject or retract: what is done with it before the next slip; leave
func readESCPOS(o *Options, s *settings) opener {
	checkLink(s)
	s.noInput("a printer's port")
	p, _ := escpos.Lookup(s.text("profile", "80mm", escpos.Profiles()...))
	p.Encoding = escpos.Encoding(s.text("encoding", string(p.Encoding),
		string(escpos.GB18030), string(escpos.GBK), string(escpos.UTF8)))
	p.Cut = escpos.Cut(s.text("cut", string(p.Cut),
		string(escpos.CutPartial), string(escpos.CutFull), string(escpos.CutNone)))
	p.FourByte = s.yes("four_byte", p.FourByte)
	p.NativeQR = s.yes("native_qr", p.NativeQR)
	p.NearEnd = s.yes("near_end", p.NearEnd)
	if does := s.text("presenter", "leave", "leave", string(escpos.PresenterEjects), string(escpos.PresenterRetracts)); does != "leave" {
		if p.Presenter = escpos.Presenter(does); !p.FullStatus {
			s.bad(s.path("presenter"), does, "want leave: the profile does not tell what stands in a presenter")
		}
	}
	opts := &escpos.Opts{
		Profile: p,
		Face:    o.Face,
		Poll:    s.span("poll", 0, 200*time.Millisecond, time.Minute),
		Answer:  s.span("answer", 0, 50*time.Millisecond, 10*time.Second),
		Confirm: s.span("confirm", 0, time.Second, time.Minute),
		Silence: s.span("silence", 0, 2*time.Second, 10*time.Minute),
		Left:    s.span("left", 0, time.Second, time.Hour),
	}
	if l, err := link.ParseSpec(s.spec.Link); err == nil {
		opts.XONXOFF = l.Flow == link.FlowXON
	}
	return onLink(s.spec, func(l link.Link) (*escpos.Dev, error) { return escpos.New(l, opts) })
}

// readFF68 reads the settings of a line of keypads.
//
//	units:        addresses on the line, 0..255; without: every one is taken
//	levels:       result code → level 5..1, or 0 for "nothing pressed"; without: the four-key pad
//	scale:        name of the pad's scale in the records; "ff68-4"
//	silent_after: prompts without an answer until a unit counts as unplugged, 1..100; 5
func readFF68(o *Options, s *settings) opener {
	checkLink(s)
	s.noInput("a serial line")
	opts := &ff68.Opts{
		Units:       s.wholes("units", 0, 255),
		Levels:      s.table("levels", 0, 255, 0, 5),
		Scale:       s.text("scale", ""),
		SilentAfter: s.whole("silent_after", 0, 1, 100),
		Log:         o.Log,
	}
	return onLink(s.spec, func(l link.Link) (*ff68.Dev, error) { return ff68.New(l, opts) })
}

// readADMS reads the settings of a server for attendance terminals. Its link
// is "listen:10.0.0.2:8081"; without a host it listens on every address.
//
//	delay:     between heartbeats, 1s..1h; 10s
//	terminals: a list of
//	  sn:          serial number
//	  zone:        "Asia/Shanghai" or "+08:00"; Asia/Shanghai
//	  com_key:     PushComKey, when the terminal has one
//	  from:        address or prefix that it calls from
//	  offset_zone: true for firmware that wants "+08:00" instead of 8
func readADMS(o *Options, s *settings) opener {
	address, ok := strings.CutPrefix(s.spec.Link, "listen:")
	if _, port, err := net.SplitHostPort(address); !ok || err != nil || !isPort(port) {
		s.bad("link", s.spec.Link, "want listen:host:port or listen::port")
	}
	opts := &adms.Opts{
		Delay:  s.span("delay", 10*time.Second, time.Second, time.Hour),
		Stamps: o.Stamps,
		Synced: o.Synced,
		Log:    o.Log,
	}
	seen := map[string]bool{}
	s.each("terminals", func(s *settings) {
		t := adms.Terminal{
			SN:     s.text("sn", ""),
			Zone:   s.zone("zone", "Asia/Shanghai"),
			ComKey: s.text("com_key", ""),
			From:   s.prefix("from"),
			Quirks: adms.Quirks{OffsetZone: s.yes("offset_zone", false)},
		}
		switch {
		case !adms.IsSerial(t.SN):
			s.bad(s.path("sn"), t.SN, "want 1 to 32 letters, digits, - or _")
		case seen[t.SN]:
			s.bad(s.path("sn"), t.SN, "stands twice")
		}
		seen[t.SN] = true
		opts.Terminals = append(opts.Terminals, t)
	})
	if len(opts.Terminals) == 0 && len(s.errs) == 0 {
		s.bad("settings.terminals", nil, "missing: list the terminals that may report here")
	}
	return func(ctx context.Context) (*Port, error) {
		var lc net.ListenConfig
		ln, err := lc.Listen(ctx, "tcp", address)
		if err != nil {
			return nil, err
		}
		d, err := adms.New(ln, opts)
		if err != nil {
			ln.Close()
			return nil, &SettingError{Device: s.spec.ID, Key: "settings", Problem: err.Error()}
		}
		return NewPort(d, ln), nil
	}
}

func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 0 && n <= 65535
}

// zone is a name of the zone database, or "+08:00".
func (s *settings) zone(key, missing string) *time.Location {
	name := s.text(key, missing)
	if at, err := time.Parse("-07:00", name); err == nil {
		_, seconds := at.Zone()
		return time.FixedZone(name, seconds)
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		s.bad(s.path(key), name, "want a zone like Asia/Shanghai or +08:00")
		return time.UTC
	}
	return z
}

// prefix is an address or a network; none is anywhere.
func (s *settings) prefix(key string) netip.Prefix {
	text := s.text(key, "")
	if text == "" {
		return netip.Prefix{}
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen())
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		s.bad(s.path(key), text, "want an address like 10.0.0.7 or a network like 10.0.0.0/24")
	}
	return p
}
