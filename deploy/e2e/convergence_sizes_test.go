package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/contract"
	"hallward/devices/signage"
	"hallward/devices/sim/hardware"
)

// Numbers of one to five characters and windows of one to three are shown whole
// on strips of every kind (R-WIN-05). The hall gives no number
// of less than four characters, so this test tells the strips itself.
func TestEverySizeOnEveryStrip(t *testing.T) {
	h := newCallHouse(t, 1)
	h.start("hallsim")
	raw, err := os.ReadFile(h.file("controller.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Devices []catalog.Spec `yaml:"devices"`
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer end()
	displays := map[string]devices.Display{}
	for _, spec := range file.Devices {
		if catalog.Capability(spec.Kind) != "display" {
			continue
		}
		p, err := catalog.Open(ctx, nil, spec)
		if err != nil {
			t.Fatal(err)
		}
		d := p.Device.(devices.Display)
		displays[spec.ID] = d
		all.Go(func() {
			_ = d.Run(ctx, func(context.Context, devices.Reading) error { return nil })
		})
		defer p.Close()
	}
	for _, number := range []string{"7", "42", "007", "A01", "A001", "A1234", "EF001"} {
		for _, label := range []string{"3", "12", "208"} {
			for _, c := range counters {
				m := newMade(number, counter{label: label}, 0)
				device, unit, _ := strings.Cut(c.strip, "/")
				n, _ := strconv.Atoi(unit)
				if device == "strip-10" {
					n = 0 // its only card
				}
				view := contract.WindowView{ID: "w", Label: label, Name: contract.Text2{ZH: label + "号窗口", EN: "Window " + label},
					State: contract.WindowOpen, Number: number, Ticket: "called"}
				sign := signage.Face(view, nil, time.Now())
				until(t, 30*time.Second, fmt.Sprintf("%s shows %s at %s", c.strip, number, label), func() error {
					try, stop := context.WithTimeout(ctx, 5*time.Second)
					defer stop()
					if err := displays[device].Show(try, n, sign); err != nil {
						return err
					}
					var st hardware.State
					if err := getJSON(h.url(controlPort)+"/state", &st); err != nil {
						return err
					}
					if right, shows := stripShows(st, c.strip, m); !right {
						return errors.New(shows)
					}
					return nil
				})
			}
		}
	}
}
