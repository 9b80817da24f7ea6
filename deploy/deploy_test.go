// Package deploy_test holds the scripts, units and rules of this folder to what
// they speak of: programs, flags, benchmarks, devices.
package deploy_test

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/devices/service"
)

// glob is every file of a pattern, of which there must be some.
func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no file (%v)", pattern, err)
	}
	return files
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestScriptsParse(t *testing.T) {
	for _, f := range append(glob(t, "*.sh"), "../.ci/run") {
		if out, err := exec.Command("sh", "-n", f).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", f, err, out)
		}
	}
}

// A document that names a script names one that is there.
func TestDocumentsNameScripts(t *testing.T) {
	named := regexp.MustCompile(`sh (deploy/[\w./-]+\.sh)`)
	files, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, glob(t, "*.sh")...)
	if _, err := os.Stat("../README.md"); err == nil {
		files = append(files, "../README.md")
	}
	found := 0
	for _, f := range files {
		for _, m := range named.FindAllStringSubmatch(read(t, f), -1) {
			found++
			if _, err := os.Stat(filepath.Join("..", m[1])); err != nil {
				t.Errorf("%s names %s: %v", f, m[1], err)
			}
		}
	}
	if found == 0 {
		t.Error("no script is named anywhere")
	}
}

// setting is one line of a unit.
type setting struct{ section, name, value string }

func unit(t *testing.T, path string) []setting {
	t.Helper()
	var out []setting
	section := ""
	for s := bufio.NewScanner(strings.NewReader(read(t, path))); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		switch name, value, ok := strings.Cut(line, "="); {
		case line == "", line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		case !ok:
			t.Errorf("%s: %q is no setting", path, line)
		default:
			out = append(out, setting{section, name, value})
		}
	}
	return out
}

func value(u []setting, name string) string {
	i := slices.IndexFunc(u, func(s setting) bool { return s.name == name })
	if i < 0 {
		return ""
	}
	return u[i].value
}

const programs = "/usr/local/lib/hallward/"

// What keeps a program alive and in its place stands in each unit, and
// systemd is more patient than the program itself.
func TestUnitsOfPrograms(t *testing.T) {
	wanted := map[string]string{
		"Type": "notify", "User": "hallward", "Restart": "always", "RestartPreventExitStatus": "2", "LimitCORE": "0",
		"NoNewPrivileges": "yes", "ProtectSystem": "strict", "StateDirectory": "hallward", "CapabilityBoundingSet": "",
	}
	for _, f := range glob(t, "systemd/*.service") {
		u := unit(t, f)
		if value(u, "StartLimitBurst") == "" || value(u, "StartLimitIntervalSec") == "" {
			t.Errorf("%s: restarts without a limit", f)
		}
		if !strings.HasPrefix(value(u, "ExecStart"), programs) {
			continue
		}
		for name, v := range wanted {
			i := slices.IndexFunc(u, func(s setting) bool { return s.name == name })
			if i < 0 || u[i].section != "Service" || u[i].value != v {
				t.Errorf("%s: want %s=%s in [Service]", f, name, v)
			}
		}
		if d, err := time.ParseDuration(value(u, "TimeoutStopSec") + "s"); err != nil || d <= service.StopWithin {
			t.Errorf("%s: TimeoutStopSec=%s: want more than %v (%v)", f, value(u, "TimeoutStopSec"), service.StopWithin, err)
		}
		if d, err := time.ParseDuration(value(u, "WatchdogSec") + "s"); err != nil || d < 5*time.Second || d > 30*time.Second {
			t.Errorf("%s: WatchdogSec=%s: want 5 to 30 seconds (%v)", f, value(u, "WatchdogSec"), err)
		}
	}
}

// Every program and flag of a unit is there.
func TestUnitsNameProgramsAndFlags(t *testing.T) {
	flag := regexp.MustCompile(`fs\.\w+\((?:&[\w.]+, )?"([a-z-]+)"`)
	flags := func(name string) []string {
		var out []string
		for _, f := range append(glob(t, "../cmd/"+name+"/*.go"), "../devices/service/service.go") {
			for _, m := range flag.FindAllStringSubmatch(read(t, f), -1) {
				out = append(out, m[1])
			}
		}
		return out
	}
	seen := map[string]bool{}
	for _, f := range glob(t, "systemd/*.service") {
		for _, s := range unit(t, f) {
			words := strings.Fields(s.value)
			if !strings.HasPrefix(s.name, "Exec") || !strings.HasPrefix(words[0], programs) {
				continue
			}
			name := strings.TrimPrefix(words[0], programs)
			seen[name] = true
			if _, err := os.Stat("../cmd/" + name + "/main.go"); err != nil {
				t.Errorf("%s: %s=%s: %v", f, s.name, s.value, err)
				continue
			}
			known := flags(name)
			for _, w := range words[1:] {
				if rest, ok := strings.CutPrefix(w, "--"); ok && !slices.Contains(known, rest) {
					t.Errorf("%s: %s has no flag --%s, only %v", f, name, rest, known)
				}
			}
		}
	}
	for _, name := range []string{"hall", "kiosk", "display", "centre"} {
		if !seen[name] {
			t.Errorf("no unit runs %s", name)
		}
	}
}

// systemd itself finds nothing wrong.
func TestUnitsAreVerified(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Fatal("the units are verified by systemd: apt-get install systemd")
	}
	dir := t.TempDir()
	var files []string
	for _, f := range glob(t, "systemd/*.service") {
		// The programs need not be installed for this: anything that can be run
		// takes their place. A template is verified as one of its instances.
		text := regexp.MustCompile(programs+`\w+|/usr/bin/Xorg`).ReplaceAllString(read(t, f), "/bin/true")
		name := filepath.Join(dir, filepath.Base(f))
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if instance := strings.Replace(name, "@.", "@kiosk-1.", 1); instance != name {
			if err := os.WriteFile(instance, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			name = instance
		}
		files = append(files, name)
	}
	out, err := exec.Command(analyze, append([]string{"verify", "--man=no"}, files...)...).CombinedOutput()
	var ours []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "hallward") {
			ours = append(ours, line)
		}
	}
	if err != nil || len(ours) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s%s", err, strings.Join(ours, ""), out)
	}
}

// Every device that a sample hall names has a place among the rules, and the
// rules jump nowhere else than to their labels.
func TestDeviceRules(t *testing.T) {
	general, ports := read(t, "udev/60-hallward.rules"), read(t, "udev/61-hallward-ports.rules")
	device := regexp.MustCompile(`/dev/(hallward/[\w-]+)`)
	found := 0
	for _, f := range glob(t, "halls/*/*.yaml") {
		for _, m := range device.FindAllStringSubmatch(read(t, f), -1) {
			found++
			if !strings.Contains(ports, `SYMLINK+="`+m[1]+`"`) {
				t.Errorf("%s names /dev/%s, which no rule makes", f, m[1])
			}
		}
	}
	if found == 0 {
		t.Error("no hall names a device")
	}
	if !strings.Contains(general, `ENV{LIBINPUT_IGNORE_DEVICE}="1"`) {
		t.Error("a keyboard that is plugged in reaches the screen")
	}
	for _, m := range regexp.MustCompile(`GOTO="(\w+)"`).FindAllStringSubmatch(general, -1) {
		if !strings.Contains(general, `LABEL="`+m[1]+`"`) {
			t.Errorf("no label %s", m[1])
		}
	}
}

// Every benchmark that is measured is there: one that is renamed would only be
// missed by whoever runs them all.
func TestBenchmarksExist(t *testing.T) {
	measured := regexp.MustCompile(`(?m)^measure \w+ (\S+) '\^(\w+)\$'`).FindAllStringSubmatch(read(t, "bench.sh"), -1)
	if len(measured) < 5 {
		t.Errorf("only %d benchmarks are measured", len(measured))
	}
	for _, m := range measured {
		var all strings.Builder
		for _, f := range glob(t, "../"+m[1]+"/*_test.go") {
			all.WriteString(read(t, f))
		}
		if !strings.Contains(all.String(), "func "+m[2]+"(b *testing.B)") {
			t.Errorf("%s has no %s", m[1], m[2])
		}
	}
}

// The installer puts everything in its place, once; what it has installed
// passes its own check; and --check touches nothing.
func TestInstall(t *testing.T) {
	built := t.TempDir()
	build := exec.Command("go", "build", "-o", built+"/", "hallward/cmd/hall", "hallward/cmd/hallctl", "hallward/cmd/centre")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// The windows need cgo and are not run here.
	for _, name := range []string{"kiosk", "display"} {
		if err := os.WriteFile(filepath.Join(built, name), []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	root := t.TempDir()
	install := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("sh", append([]string{"install.sh"}, args...)...)
		cmd.Env = append(os.Environ(), "DESTDIR="+root, "PROGRAMS="+built)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Run(); err != nil {
			t.Fatalf("install %v: %v\n%s", args, err, &said)
		}
		return said.String()
	}
	all := []string{"hall", "centre", "kiosk@kiosk-1", "display@board-1"}

	said := install(append([]string{"--check"}, all...)...)
	if left, err := os.ReadDir(root); err != nil || len(left) > 0 {
		t.Fatalf("--check has made %v (%v)", left, err)
	}
	if !strings.Contains(said, "would: install "+root+"/usr/local/lib/hallward/hall\n") {
		t.Errorf("--check does not say what would be done:\n%s", said)
	}
	install(all...)
	if said := install(all...); !strings.HasSuffix(said, "Everything is as it should be.\n") {
		t.Errorf("a second run changes something:\n%s", said)
	}

	for _, c := range []struct{ program, config string }{{"hall", "controller"}, {"centre", "centre"}} {
		cmd := exec.Command(filepath.Join(root, programs, c.program), "--check", "--config", filepath.Join(root, "etc/hallward", c.config+".yaml"))
		cmd.Dir = filepath.Join(root, "var/lib/hallward")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", c.program, err, out)
		}
	}
	for _, node := range []string{"hall", "centre", "kiosk-1", "board-1"} {
		fi, err := os.Stat(filepath.Join(root, "var/lib/hallward/pki", node+".key"))
		if err != nil || fi.Mode().Perm() != 0o600 {
			t.Errorf("the key of %s: %v %v, want mode 0600", node, fi, err)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "var/lib/hallward/pki/ca.key")); err == nil {
		t.Error("the authority's key is among those of the programs")
	}

	// What a person has changed stays, what the house has changed comes.
	config, program := filepath.Join(root, "etc/hallward/controller.yaml"), filepath.Join(root, programs, "kiosk")
	for _, f := range []string{config, program} {
		if err := os.WriteFile(f, []byte("# changed\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	install(all...)
	if got := read(t, config); got != "# changed\n" {
		t.Errorf("the configuration was overwritten: %q", got)
	}
	if got := read(t, program); got != "#!/bin/sh\n" {
		t.Errorf("the program was not replaced: %q", got)
	}
}
