package e2e

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"hallward/deploy/e2e/judge"
	"hallward/devices/contract"
	"hallward/devices/journal"
)

// compare stops the hall and holds its disk against the centre's. What was
// stored between the last acknowledgement and the stop comes with the next
// start.
func (h *house) compare(marks map[string]uint64) (events []contract.Event) {
	h.t.Helper()
	for range 5 {
		h.stop("hall")
		events = h.onDisk(marks)
		arrived, err := h.events()
		if err != nil {
			h.t.Fatal(err)
		}
		if len(arrived) >= len(events) {
			if err := judge.Differ(events, arrived); err != nil {
				h.t.Error(err)
			}
			return events
		}
		h.start("hall")
		until(h.t, 30*time.Second, "the rest is at the centre", func() error {
			if arrived, err = h.events(); err == nil && len(arrived) < len(events) {
				err = fmt.Errorf("%d of %d events", len(arrived), len(events))
			}
			return err
		})
	}
	h.t.Fatal("hall and centre do not come to rest")
	return nil
}

// onDisk reads the hall's journal; everything that the kiosks reported must be
// taken in.
func (h *house) onDisk(marks map[string]uint64) (events []contract.Event) {
	h.t.Helper()
	j, err := journal.Open(filepath.Join(h.dir, "data/hall/hall.db"), &journal.Options{Hall: hallID, Node: "hall"})
	if err != nil {
		h.t.Fatal(err)
	}
	err = j.Replay(h.t.Context(), 0, func(e contract.Event) error { events = append(events, e); return nil })
	for node, last := range marks {
		if m, ok := j.Inbox(node); !ok && last > 0 || m.Through != last {
			h.t.Errorf("the hall has taken in %d of %d events of %s", m.Through, last, node)
		}
	}
	if err = errors.Join(err, j.Close()); err != nil {
		h.t.Fatal(err)
	}
	return events
}
