package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"hallward/devices/config"
	"hallward/devices/hall"
)

var update = flag.Bool("update", false, "write the expected errors")

const halls = "../../deploy/halls"

// The sample halls load, and are of the promised size.
func TestSampleHalls(t *testing.T) {
	for _, c := range []struct {
		name                                string
		services, units, windows, topAtMost int
		exactWindows                        bool
	}{
		{"luotian", 30, 8, 12, 12, true},
		{"town", 8, 2, 1, 8, true},
	} {
		setup, catalogue, err := config.LoadHall(filepath.Join(halls, c.name))
		if err != nil {
			t.Fatalf("%s:\n%v", c.name, err)
		}
		top := 0
		for _, s := range catalogue.Services {
			if s.Top {
				top++
			}
			if len(s.Windows) == 0 || s.Area.ZH == "" || s.Area.EN == "" {
				t.Errorf("%s: service %s: windows %v, area %v", c.name, s.ID, s.Windows, s.Area)
			}
		}
		if len(catalogue.Services) < c.services || len(catalogue.Units) < c.units || len(setup.Windows) != c.windows || top == 0 || top > c.topAtMost {
			t.Errorf("%s: %d services (%d top), %d units, %d windows", c.name, len(catalogue.Services), top, len(catalogue.Units), len(setup.Windows))
		}
		if calendar := hall.New(setup).CalendarView(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)); !calendar.Open {
			t.Errorf("%s is closed on a Monday at ten: %+v", c.name, calendar)
		}
	}
}

// Every window of the sample can be staffed with the PIN that is documented,
// the last four digits of the staff number.
func TestSampleStaff(t *testing.T) {
	setup, _, err := config.LoadHall(filepath.Join(halls, "luotian"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, w := range setup.Windows {
		kinds[w.Kind] = true
	}
	if len(kinds) != 5 {
		t.Errorf("kinds of window %v, want all five (R-KIOSK-03)", kinds)
	}
	state := hall.New(setup)
	for _, p := range setup.Staff {
		data := `{"window":"w01","staff":"` + p.Number + `","pin":"` + p.Number[len(p.Number)-4:] + `"}`
		d := state.Decide(hall.Command{ID: "x", Type: "window.sign-in/1", Role: hall.RoleHall, Data: []byte(data)}, time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC))
		if d.Refusal != nil && d.Refusal.Code == hall.WrongPIN {
			t.Errorf("staff %s: %v", p.Number, d.Refusal)
		}
	}
}

// Each mistake is told with file, line and value, all of
// them at once.
func TestBrokenHalls(t *testing.T) {
	cases, err := os.ReadDir("testdata/hall")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if !c.IsDir() {
			continue
		}
		dir := filepath.Join("testdata/hall", c.Name())
		t.Run(c.Name(), func(t *testing.T) {
			work := t.TempDir()
			copyFiles(t, filepath.Join(halls, "town"), work)
			copyFiles(t, dir, work)
			_, _, err := config.LoadHall(work)
			if err == nil {
				t.Fatal("the broken hall was loaded")
			}
			expect(t, filepath.Join(dir, "errors.txt"), strings.ReplaceAll(err.Error(), work+"/", "")+"\n")
		})
	}
	for _, file := range []string{"hall.yaml", "services.yaml", "windows.yaml", "staff.yaml"} {
		work := t.TempDir()
		copyFiles(t, filepath.Join(halls, "town"), work)
		if err := os.Remove(filepath.Join(work, file)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := config.LoadHall(work); err == nil || !strings.Contains(err.Error(), file+": cannot be read: no such file") {
			t.Errorf("without %s: %v", file, err)
		}
	}
}

func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(from, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, filepath.Base(f)), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func expect(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s\ngot:\n%swant:\n%s", golden, got, want)
	}
}

// program is a configuration as a program would have it.
type program struct {
	Node    string        `yaml:"node" config:"required"`
	Retry   time.Duration `yaml:"retry"`
	Size    int           `yaml:"size"`
	Small   uint8         `yaml:"small"`
	Ratio   float64       `yaml:"ratio"`
	On      *bool         `yaml:"on"`
	Broker  broker        `yaml:"broker"`
	Devices []device      `yaml:"devices"`
	Labels  map[string]string
	Secret  string `yaml:"-"`
}

type broker struct {
	Listen string `yaml:"listen"`
}

func (b *broker) Check(k *config.Checker) {
	if !strings.Contains(b.Listen, ":") {
		k.At("listen").Badf("want host:port")
	}
}

type device struct {
	ID       string         `yaml:"id" config:"required"`
	Settings map[string]any `yaml:"settings"`
}

func (p *program) Check(k *config.Checker) {
	if p.Size > 9 {
		k.At("size").Badf("want at most %d", 9)
	}
}

func TestParse(t *testing.T) {
	p := program{Size: 3, Retry: time.Minute}
	ps := config.Parse("p.yaml", []byte(`
node: kiosk-1
retry: 30s
ratio: 2
on: true
broker: {listen: "localhost:1883"}
labels: {a: b}
size:
devices:
  - id: printer
    settings:
      width: 58
      codes: [1, two, 3.5, true, null]
      quirks: {slow: yes}
      text: |
        two
        lines
`), &p)
	if len(ps) > 0 {
		t.Fatal(config.Problems(ps))
	}
	on := true
	want := program{Node: "kiosk-1", Retry: 30 * time.Second, Size: 3, Ratio: 2, On: &on, Broker: broker{"localhost:1883"},
		Labels: map[string]string{"a": "b"}, Devices: []device{{"printer", map[string]any{
			"width": 58, "codes": []any{1, "two", 3.5, true, nil}, "quirks": map[string]any{"slow": "yes"}, "text": "two\nlines\n"}}}}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got %+v\nwant %+v", p, want)
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"empty", "# nothing\n", "p.yaml: is empty"},
		{"unknown and missing", "nodes: x\nbroker: {listen: \":1\"}", "p.yaml:1: node: is missing\np.yaml:1: nodes: unknown key; known are node, retry, size, small, ratio, on, broker, devices, labels"},
		{"checks of the parts", "node: a\nbroker:\n  listen: here\nsize: 12", "p.yaml:3: broker.listen: \"here\": want host:port\np.yaml:4: size: \"12\": want at most 9"},
		{"check of what is missing", "node: a\nsize: 1", "p.yaml:1: broker.listen: want host:port"},
		{"types", "node: 12\nretry: 5\nsize: big\nsmall: 256\nratio: x\non: 1\nbroker: [x]\ndevices: {}\nlabels: x", `p.yaml:1: node: "12": want a text; put it in quotation marks
p.yaml:2: retry: "5": want a span of time such as 30s, 2m or 24h
p.yaml:3: size: "big": want a whole number
p.yaml:4: small: "256": want a whole number, 0 or more
p.yaml:5: ratio: "x": want a number
p.yaml:6: on: "1": want true or false
p.yaml:7: broker: want keys and values
p.yaml:8: devices: want a list
p.yaml:9: labels: "x": want keys and values`},
		{"twice", "node: a\nbroker: {listen: \":1\"}\nnode: b", "p.yaml:3: node: stands twice, first in line 1"},
		{"in a list", "node: a\nbroker: {listen: \":1\"}\ndevices:\n  - id: x\n  - {}\n  - id: y\n    kind: z", "p.yaml:5: devices[1].id: is missing\np.yaml:7: devices[2].kind: unknown key; known are id, settings"},
		{"anchors", "node: &a b\nbroker: {listen: \":1\"}\nlabels: {x: *a}", "p.yaml:1: node: anchors, aliases and tags are not supported; write the value out\np.yaml:3: labels.x: anchors, aliases and tags are not supported; write the value out"},
		{"two documents", "node: a\nbroker: {listen: \":1\"}\n---\nnode: b", "p.yaml:4: want one document in a file"},
		{"a list at the top", "- a", "p.yaml:1: want keys and values"},
	} {
		var p program
		got := config.Problems(config.Parse("p.yaml", []byte(c.yaml), &p)).Error()
		if got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.yaml")
	var p program
	if err := config.Load(path, &p); err == nil || !strings.Contains(err.Error(), path+": cannot be read: no such file or directory") {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte("node: a\nbroker: {listen: \":1\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := config.Load(path, &p); err != nil || p.Node != "a" {
		t.Errorf("%+v, %v", p, err)
	}
}

// No file makes the reader panic.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "node: a", "- [", "a: &x {b: *x}", "devices: [{id: 1}]", "? [a]\n: b", "!!int 3", "<<: {a: 1}", "node: >\n x", "\t", "labels: {? x}", "devices:\n- id\n-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var p program
		for _, problem := range config.Parse("p.yaml", []byte(s), &p) {
			if problem.Text == "" {
				t.Errorf("a problem without words: %+v", problem)
			}
		}
	})
}
