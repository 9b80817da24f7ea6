package main

import (
	"fmt"
	"time"

	"hallward/devices/catalog"
	"hallward/devices/config"
	"hallward/kiosk/flow"
	"hallward/kiosk/theme/tokens"
)

// settings are the configuration of one kiosk. Paths are relative to the
// working directory.
type settings struct {
	Hall         string         `yaml:"hall"`         // id of the hall
	Node         string         `yaml:"node"`         // id of this kiosk
	Controller   string         `yaml:"controller"`   // broker of the hall, tls://host:port
	Certificates string         `yaml:"certificates"` // folder of the PEM files
	Data         string         `yaml:"data"`         // folder of the journal
	Health       string         `yaml:"health"`       // local address of health and metrics
	Screen       screen         `yaml:"screen"`
	Times        times          `yaml:"times"`
	Printer      string         `yaml:"printer"`    // the device that prints tickets; none: numbers on the screen
	PersonKey    string         `yaml:"person_key"` // file of the hall's person key; none: no cards and no typed numbers
	Devices      []catalog.Spec `yaml:"devices"`
}

type screen struct {
	Width  int     `yaml:"width"`  // pixels
	Height int     `yaml:"height"` // pixels
	DPI    float64 `yaml:"dpi"`    // pixels an inch: sizes on the screen are physical
}

// times are the waits of the screens; 0 is the default of flow.Times.
type times struct {
	Idle   time.Duration `yaml:"idle"`
	Warn   time.Duration `yaml:"warn"`
	Done   time.Duration `yaml:"done"`
	Answer time.Duration `yaml:"answer"`
	Print  time.Duration `yaml:"print"`
}

func (t times) flow() flow.Times {
	return flow.Times{Idle: t.Idle, Warn: t.Warn, Done: t.Done, Answer: t.Answer, Print: t.Print}
}

// Check says what the types cannot.
func (c *settings) Check(k *config.Checker) {
	k.At("hall").WantID(c.Hall)
	k.At("node").WantID(c.Node)
	k.At("controller").WantBroker(c.Controller)
	k.At("certificates").WantFolder(c.Certificates, config.Certificates)
	k.At("data").WantFolder(c.Data, "the journal")
	if c.Health != "" {
		k.At("health").WantAddress(c.Health)
	}
	for path, pixels := range map[string]int{"screen.width": c.Screen.Width, "screen.height": c.Screen.Height} {
		if pixels < 320 || pixels > 7680 {
			k.At(path).Badf("want 320 to 7680 pixels")
		}
	}
	if c.Screen.DPI < 20 || c.Screen.DPI > 600 {
		k.At("screen.dpi").Badf("want 20 to 600 pixels an inch")
	}
	c.checkTimes(k.In("times"))
	for _, e := range catalog.CheckAll(c.Devices) {
		k.Atf("devices[%d].%s", e.Index, e.Key).Badf("%s", e.Problem)
	}
	c.checkPrinter(k)
	for i, d := range c.Devices {
		if c.PersonKey == "" && catalog.Capability(d.Kind) == capIDCard {
			k.Atf("devices[%d].kind", i).Badf("a reader of ID cards needs person_key, the file that hallctl personkey makes")
		}
	}
}

// Capabilities of devices by which a kiosk knows people.
const (
	capIDCard  = "idcard"
	capScanner = "scanner"
)

// device is the first device with a capability, "" when there is none.
func (c *settings) device(capability string) string {
	for _, d := range c.Devices {
		if catalog.Capability(d.Kind) == capability {
			return d.ID
		}
	}
	return ""
}

func (c *settings) checkTimes(k *config.Checker) {
	for path, d := range map[string]time.Duration{"idle": c.Times.Idle, "warn": c.Times.Warn, "done": c.Times.Done, "answer": c.Times.Answer, "print": c.Times.Print} {
		if d < 0 || d > 10*time.Minute {
			k.At(path).Badf("want at most 10m")
		}
	}
	if c.Times.Idle > 0 && c.Times.Warn > 0 && c.Times.Warn >= c.Times.Idle {
		k.At("warn").Badf("want less than idle, %v", c.Times.Idle)
	}
}

func (c *settings) checkPrinter(k *config.Checker) {
	if c.Printer == "" {
		return
	}
	for _, d := range c.Devices {
		if d.ID == c.Printer {
			if catalog.Capability(d.Kind) != "printer" {
				k.At("printer").Badf("device %s is a %q, not a printer", d.ID, d.Kind)
			}
			return
		}
	}
	k.At("printer").Badf("want the id of one of the devices")
}

// load reads the configuration and brings the screen to the size of a window
// that the command line asks for: the same page, drawn to another scale.
func load(path string, o options) (*settings, error) {
	c := &settings{Screen: screen{Width: 1080, Height: 1920, DPI: tokens.ReferenceDPI}}
	if err := config.Load(path, c); err != nil {
		return nil, err
	}
	if o.size == "" {
		return c, nil
	}
	var w, h int
	if n, err := fmt.Sscanf(o.size, "%dx%d", &w, &h); err != nil || n != 2 || w < 200 || h < 200 || w > 7680 || h > 7680 {
		return nil, fmt.Errorf("kiosk: --size %q: want WIDTHxHEIGHT in pixels, such as 540x960", o.size)
	}
	short := func(a, b int) float64 { return float64(min(a, b)) }
	c.Screen = screen{Width: w, Height: h, DPI: c.Screen.DPI * short(w, h) / short(c.Screen.Width, c.Screen.Height)}
	return c, nil
}
