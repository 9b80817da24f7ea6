package devices_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// The import rules of the house (design §2). Each line is a set of packages,
// what they alone may import, or what they may not.
var importRules = []struct {
	name   string
	only   []string // packages that may import it, by prefix; empty: see pure
	module string   // prefix of what is imported
}{
	{"Fyne draws only where people look", []string{"kiosk/view", "kiosk/display", "kiosk/theme", "cmd/kiosk", "cmd/display"}, "fyne.io/"},
	{"the MQTT client has one home", []string{"devices/node"}, "github.com/eclipse/paho.mqtt.golang"},
	{"SQL has two homes", []string{"devices/journal", "devices/centre"}, "modernc.org/sqlite"},
	{"SQL has two homes", []string{"devices/journal", "devices/centre"}, "database/sql"},
	{"serial ports are opened by link", []string{"devices/link"}, "github.com/tarm/serial"},
	{"periph belongs to drivers and links", []string{"devices/driver", "devices/link"}, "periph.io/"},
	// deploy/e2e/bubble is a test of the whole house and wires the printer's
	// driver to a simulator by hand: the catalog opens real ports.
	{"drivers are made by the catalog", []string{"devices/driver", "devices/catalog", "deploy/e2e/bubble"}, "hallward/devices/driver"},
	{"drivers' suites are for their tests and the technician", []string{"devices/driver", "cmd/hallctl"}, conformance},
}

// conformance is the suites that drivers are tested with: it has no driver in it.
const conformance = "hallward/devices/driver/drivertest"

// pure packages import the standard library and each other, nothing else.
var pure = []string{"devices/hall", "devices/contract", "kiosk/flow"}

type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Standard,Imports,Deps", "hallward/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func under(path string, roots []string) bool {
	for _, r := range roots {
		if path == "hallward/"+r || strings.HasPrefix(path, "hallward/"+r+"/") {
			return true
		}
	}
	return false
}

func TestImportRules(t *testing.T) {
	all := list(t)
	standard := map[string]bool{}
	ours := 0
	for _, p := range all {
		standard[p.ImportPath] = p.Standard
	}
	for _, p := range all {
		if !strings.HasPrefix(p.ImportPath, "hallward/") {
			continue
		}
		ours++
		for _, i := range p.Imports {
			for _, r := range importRules {
				if i == conformance && r.module != conformance {
					continue
				}
				if strings.HasPrefix(i, r.module) && !under(p.ImportPath, r.only) {
					t.Errorf("%s imports %s: %s", p.ImportPath, i, r.name)
				}
			}
			if under(p.ImportPath, []string{"devices/driver"}) && strings.HasPrefix(i, "hallward/") &&
				!under(i, []string{"devices/link", "devices/contract", "firmware-bridge/rtu", "devices/voice/clips"}) && i != "hallward/devices" && !sameDriver(p.ImportPath, i) {
				t.Errorf("%s imports %s: a driver knows its vocabulary and its link", p.ImportPath, i)
			}
		}
		if !under(p.ImportPath, pure) || strings.HasSuffix(p.ImportPath, "/contract/gen") {
			continue
		}
		for _, d := range p.Deps {
			if !standard[d] && !under(d, pure) {
				t.Errorf("%s depends on %s: it is pure and imports the standard library only", p.ImportPath, d)
			}
		}
	}
	if ours < 15 {
		t.Errorf("only %d packages were looked at", ours)
	}
}

// sameDriver tells whether both packages belong to one driver's folder.
func sameDriver(a, b string) bool {
	return strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

// Fyne needs cgo; everything else must build without it, on every processor of
// a hall. No other package may even reach it.
func TestOnlyWindowsReachFyne(t *testing.T) {
	windows := []string{"kiosk/view", "kiosk/display", "kiosk/theme", "cmd/kiosk", "cmd/display"}
	for _, p := range list(t) {
		if !strings.HasPrefix(p.ImportPath, "hallward/") || under(p.ImportPath, windows) {
			continue
		}
		for _, d := range p.Deps {
			if strings.HasPrefix(d, "fyne.io/") {
				t.Errorf("%s reaches %s", p.ImportPath, d)
				break
			}
		}
	}
}
