// Package hardware is a set of simulated devices in one process, described by a
// file, with a page and a control interface by which people and tests take the
// paper away, press keys and punch in. cmd/hallsim runs it.
package hardware

import (
	"time"

	"hallward/devices/config"
	"hallward/devices/sim/printer"
	"hallward/devices/sim/scanner"
)

// Config is the set. Paths are relative to the working directory.
type Config struct {
	Control   string           `yaml:"control" config:"required"` // address of the page and the control interface
	Health    string           `yaml:"health"`                    // address of health and metrics
	Printers  []PrinterConfig  `yaml:"printers"`
	Keypads   []KeypadConfig   `yaml:"keypads"`
	Terminals []TerminalConfig `yaml:"terminals"`
	Readers   []ReaderConfig   `yaml:"readers"`
	Scanners  []ScannerConfig  `yaml:"scanners"`
	Poles     []PoleConfig     `yaml:"poles"`
	Panels    []PanelConfig    `yaml:"panels"`
	Strips    []StripConfig    `yaml:"strips"`
	Speech    []SpeechConfig   `yaml:"speech"`
}

// PrinterConfig is one printer.
type PrinterConfig struct {
	ID       string         `yaml:"id" config:"required"`
	Port     string         `yaml:"port" config:"required"` // "pty:PATH" or "tcp:HOST:PORT"
	Dots     int            `yaml:"dots"`                   // 384 or 576; 0 is 576
	Encoding string         `yaml:"encoding"`               // gb18030, gbk, utf-8; "" is gb18030
	Baud     int            `yaml:"baud"`                   // of the wire clock; 0 is 115200
	Pace     bool           `yaml:"pace"`                   // let bytes really arrive at that speed
	Speed    int            `yaml:"speed"`                  // mm/s, 0 is at once
	Papers   string         `yaml:"papers"`                 // folder of the pictures; "" keeps them in memory
	Quirks   printer.Quirks `yaml:"quirks"`
}

// KeypadConfig is one line of keypads.
type KeypadConfig struct {
	ID    string `yaml:"id" config:"required"`
	Port  string `yaml:"port" config:"required"`
	Units int    `yaml:"units" config:"required"`
}

// TerminalConfig is one attendance terminal.
type TerminalConfig struct {
	ID     string        `yaml:"id" config:"required"`
	Serial string        `yaml:"serial" config:"required"`
	Server string        `yaml:"server" config:"required"` // "http://127.0.0.1:8081"
	Delay  time.Duration `yaml:"delay"`                    // between heartbeats
}

// ReaderConfig is one identity-card reader.
type ReaderConfig struct {
	ID   string `yaml:"id" config:"required"`
	Port string `yaml:"port" config:"required"`
}

// ScannerConfig is one code scanner.
type ScannerConfig struct {
	ID   string `yaml:"id" config:"required"`
	Port string `yaml:"port" config:"required"`
	End  string `yaml:"end"` // after each code: cr, lf, crlf or none; "" is cr
}

// Check says what is wrong with the set.
func (c *Config) Check(k *config.Checker) {
	for path, addr := range map[string]string{"control": c.Control, "health": c.Health} {
		if addr != "" {
			k.At(path).WantAddress(addr)
		}
	}
	ids := map[string]bool{}
	id := func(at config.Spot, id string) {
		at.WantID(id)
		if ids[id] {
			at.Badf("another device has this id")
		}
		ids[id] = true
	}
	for i, p := range c.Printers {
		id(k.Atf("printers[%d].id", i), p.ID)
	}
	for i, p := range c.Keypads {
		id(k.Atf("keypads[%d].id", i), p.ID)
		if p.Units < 1 || p.Units > 247 {
			k.Atf("keypads[%d].units", i).Badf("want 1 to 247")
		}
	}
	for i, t := range c.Terminals {
		id(k.Atf("terminals[%d].id", i), t.ID)
	}
	for i, r := range c.Readers {
		id(k.Atf("readers[%d].id", i), r.ID)
	}
	for i, s := range c.Scanners {
		id(k.Atf("scanners[%d].id", i), s.ID)
		if _, err := scanner.New(s.End); err != nil {
			k.Atf("scanners[%d].end", i).Badf("want cr, lf, crlf or none")
		}
	}
	checkSigns(c, k, id)
	checkStrips(c, k, id)
	checkSpeech(c, k, id)
}
