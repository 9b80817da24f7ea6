package escpos

import (
	"fmt"
	"sort"
)

// Encoding is how a printer reads text.
type Encoding string

// Encodings. "A Chinese printer" may be any of them: the self-test page shows
// which one it is.
const (
	GB18030 Encoding = "gb18030"
	GBK     Encoding = "gbk"
	UTF8    Encoding = "utf-8"
)

// Cut is what ends a slip.
type Cut string

// Cuts.
const (
	CutPartial Cut = "partial" // GS V 66: one point is left
	CutFull    Cut = "full"    // GS V 65
	CutNone    Cut = "none"    // no cutter: paper is fed to the tear bar
)

// Presenter is what a kiosk module does, before the next slip, with one that
// its owner has left in the presenter.
type Presenter string

// Presenters. GS e is not in every module: the profiles leave the slip there.
const (
	PresenterLeaves   Presenter = ""        // nothing: it is reported, and people clear it
	PresenterEjects   Presenter = "eject"   // GS e 5: it falls out in front
	PresenterRetracts Presenter = "retract" // GS e 2: it goes back into the cabinet, out of sight
)

// Profile is what a printer model can do.
type Profile struct {
	Name     string
	Dots     int // width of the head: 384 for 58 mm, 576 for 80 mm; 8 dots a millimetre
	Encoding Encoding
	FourByte bool // its font has the four-byte characters of GB 18030
	NativeQR bool // it draws QR codes itself (GS ( k)
	Cut      Cut
	NearEnd  bool // it has a near-end sensor; without one the bits mean nothing

	Realtime   bool // it answers DLE EOT 1 to 4
	ASB        bool // it reports changes by itself (GS a)
	Marker     bool // it answers GS r behind a job
	ProcessID  bool // it answers GS ( H after printing
	FullStatus bool // it answers DLE EOT 20 (kiosk modules with a presenter)
	Identify   bool // it names its maker and model (GS I)
	Clear      bool // it forgets unprinted data on DLE DC4 8

	Presenter Presenter // with FullStatus only
}

// Columns is how many ASCII characters of font A (12 dots) stand on a line.
func (p Profile) Columns() int { return p.Dots / cellWidth }

// profiles are the usual models. A clone answers GS r on most ports; where it
// does not, the driver finds that out at the start and says "sent".
var profiles = map[string]Profile{
	"80mm": {
		Dots: 576, Encoding: GB18030, NativeQR: true, Cut: CutPartial, NearEnd: true,
		Realtime: true, ASB: true, Marker: true, Identify: true,
	},
	"58mm": {
		Dots: 384, Encoding: GB18030, Cut: CutNone,
		Realtime: true, ASB: true, Marker: true,
	},
	"epson-80mm": {
		Dots: 576, Encoding: GB18030, FourByte: true, NativeQR: true, Cut: CutPartial, NearEnd: true,
		Realtime: true, ASB: true, Marker: true, ProcessID: true, Identify: true, Clear: true,
	},
	"kiosk-80mm": {
		Dots: 576, Encoding: GB18030, NativeQR: true, Cut: CutFull, NearEnd: true,
		Realtime: true, Marker: true, FullStatus: true, Identify: true,
	},
	"80mm-raster": {
		Dots: 576, Encoding: GB18030, Cut: CutPartial, NearEnd: true,
		Realtime: true, ASB: true, Marker: true,
	},
	"80mm-silent": {
		Dots: 576, Encoding: GB18030, NativeQR: true, Cut: CutPartial,
	},
	"58mm-silent": {
		Dots: 384, Encoding: GB18030, Cut: CutNone,
	},
}

// Lookup finds a profile by name.
func Lookup(name string) (Profile, bool) {
	p, ok := profiles[name]
	p.Name = name
	return p, ok
}

// Profiles lists the names of the profiles in alphabetical order.
func Profiles() []string {
	names := make([]string, 0, len(profiles))
	for name := range profiles {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// check names what cannot be in a profile.
func (p Profile) check() error {
	switch {
	case p.Dots < 96 || p.Dots > 1024 || p.Dots%8 != 0:
		return fmt.Errorf("escpos: profile %q: width %d dots, want 96 to 1024 in steps of 8", p.Name, p.Dots)
	case p.Encoding != GB18030 && p.Encoding != GBK && p.Encoding != UTF8:
		return fmt.Errorf("escpos: profile %q: encoding %q, want gb18030, gbk or utf-8", p.Name, p.Encoding)
	case p.Cut != CutPartial && p.Cut != CutFull && p.Cut != CutNone:
		return fmt.Errorf("escpos: profile %q: cut %q, want partial, full or none", p.Name, p.Cut)
	case p.Presenter != PresenterLeaves && p.Presenter != PresenterEjects && p.Presenter != PresenterRetracts:
		return fmt.Errorf("escpos: profile %q: presenter %q, want eject, retract or nothing", p.Name, p.Presenter)
	case p.Presenter != PresenterLeaves && !p.FullStatus:
		return fmt.Errorf("escpos: profile %q: presenter %q, but the model does not tell what stands in it", p.Name, p.Presenter)
	}
	return nil
}
