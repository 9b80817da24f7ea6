//go:build amd64 || arm64

package journal

import (
	"flag"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"hallward/devices/journal/powercut"
)

var cuts = flag.Int("cuts", 200, "power cuts in TestPowerCut")

// A process that is killed between any two instructions has lost nothing that
// it was told is stored (design 3: nothing is answered before it is on disk).
func TestKilled(t *testing.T) {
	for _, prune := range []bool{false, true} {
		s, r := newStory(), rand.New(rand.NewPCG(7, 7))
		w := &job{Path: filepath.Join(t.TempDir(), "hall.db"), Checkpoint: 30, Writers: 4, Prune: prune}
		for range 15 {
			w.Seed++
			c, left := w.start(t), 1+r.IntN(80)
			word := s.follow(t, w, c, func() bool { left--; return left == 0 })
			c.end()
			if word != "" {
				t.Fatal(word)
			}
		}
		c := w.start(t)
		s.follow(t, w, c, func() bool { return true })
		c.end()
		if len(s.amiss) > 0 {
			t.Fatalf("prune %v: %d acknowledged, amiss:\n%s", prune, s.acks, strings.Join(s.amiss, "\n"))
		}
		t.Logf("prune %v: 15 kills, %d commits acknowledged", prune, s.acks)
	}
}

// bench is a disk that is cut again and again, with a child on it.
type bench struct {
	job
	failSyncs bool // a sync fails before the cut, and the child reopens or is killed
	r         *rand.Rand

	disk                  *powercut.Disk
	story                 *story
	cuts, acks, syncFails int
}

// cut runs one child until the power goes, and gives what is amiss.
func (b *bench) cut(t testing.TB, dir string) []string {
	t.Helper()
	if b.disk == nil || b.r.IntN(15) == 0 {
		b.disk, b.story = powercut.NewDisk(powercut.Plan{}), newStory()
	}
	plan := powercut.Plan{CutAt: 1 + b.r.IntN(250)}
	if b.failSyncs {
		plan.FailSync = 1 + b.r.IntN(60)
	}
	b.disk.SetPlan(plan)
	unmount, err := powercut.Mount(b.disk, dir)
	if err != nil {
		t.Fatal(err)
	}
	b.Path, b.Mend = filepath.Join(dir, "hall.db"), b.failSyncs
	b.Seed = b.r.Uint64()
	before := b.story.acks
	c := b.start(t)
	for {
		word := b.story.follow(t, &b.job, c, nil)
		if word == "" || b.disk.Dark() {
			break
		}
		if b.disk.FailedSyncs() == 0 {
			b.story.amiss = append(b.story.amiss, "with the power on: "+word)
			break
		}
		if strings.HasPrefix(word, "refused") && !b.story.opened {
			break // the sync failed while the file was made; the next child makes it
		}
		if b.r.IntN(2) == 0 {
			_, _ = c.stdin.Write([]byte("go on\n"))
			continue
		}
		// Killed instead, and started again by its supervisor.
		_ = c.cmd.Process.Kill()
		c.end()
		c = b.start(t)
	}
	c.end()
	if err := unmount(); err != nil {
		t.Fatal(err)
	}
	b.cuts++
	b.acks += b.story.acks - before
	b.syncFails += b.disk.FailedSyncs()
	amiss := b.story.amiss
	if len(amiss) > 0 {
		b.disk = nil
		return amiss
	}
	b.disk = b.disk.Cut(b.r, powercut.Plan{})
	return nil
}

// The power goes at any write, sync or change of a name; what was not synced is
// forgotten, kept or torn. Nothing acknowledged is lost, nothing is there twice
// or in part, no sequence is used twice, and the journal opens each time.
// go test -run TestPowerCut -cuts 1000 takes longer and cuts more.
func TestPowerCut(t *testing.T) {
	for name, b := range map[string]*bench{
		"one writer":  {job: job{Writers: 1, Checkpoint: 20}},
		"writers":     {job: job{Writers: 4, Checkpoint: 20}},
		"pruning":     {job: job{Writers: 3, Checkpoint: 20, Prune: true}},
		"failed sync": {job: job{Writers: 3, Checkpoint: 20}, failSyncs: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b.r = rand.New(rand.NewPCG(1, uint64(len(name))))
			for range *cuts / 4 {
				if amiss := b.cut(t, dir); amiss != nil {
					t.Fatalf("after cut %d:\n%s", b.cuts, strings.Join(amiss, "\n"))
				}
			}
			if b.acks < b.cuts {
				t.Errorf("only %d commits in %d cuts: the harness hardly writes", b.acks, b.cuts)
			}
			if b.failSyncs && b.syncFails == 0 {
				t.Error("no sync has failed")
			}
			t.Logf("%d cuts, %d failed syncs, %d commits acknowledged, none lost", b.cuts, b.syncFails, b.acks)
		})
	}
}

// The positive control: the same harness must catch a journal that does not
// sync, one that syncs too seldom, and one that believes the page cache after a
// failed fsync.
func TestPowerCutCatches(t *testing.T) {
	for name, b := range map[string]*bench{
		"synchronous OFF":    {job: job{Writers: 2, Checkpoint: 20, Sync: "OFF"}},
		"synchronous NORMAL": {job: job{Writers: 2, Checkpoint: 20, Sync: "NORMAL"}},
		"trusted cache":      {job: job{Writers: 2, Checkpoint: 20, TrustCache: true}, failSyncs: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b.r = rand.New(rand.NewPCG(2, 3))
			for range 300 {
				if amiss := b.cut(t, dir); amiss != nil {
					t.Logf("caught at cut %d: %s", b.cuts, amiss[0])
					return
				}
			}
			t.Errorf("%d cuts, %d commits, %d failed syncs, and the harness saw no loss", b.cuts, b.acks, b.syncFails)
		})
	}
}

// A full disk breaks the journal with a clear word; when there is room again it
// goes on, and nothing that was acknowledged is gone.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	d := powercut.NewDisk(powercut.Plan{})
	unmount, err := powercut.Mount(d, dir)
	if err != nil {
		t.Fatal(err)
	}
	w := &job{Path: filepath.Join(dir, "hall.db"), Checkpoint: 20, Writers: 3, Mend: true}
	s := newStory()
	capacity := int64(220 << 10)
	d.SetPlan(powercut.Plan{Capacity: capacity})
	c := w.start(t)
	for range 6 {
		word := s.follow(t, w, c, nil)
		if !strings.Contains(word, ErrDiskFull.Error()) || !strings.Contains(word, ErrBroken.Error()) {
			t.Errorf("a full disk is told as %q", word)
			break
		}
		capacity += 100 << 10
		d.SetPlan(powercut.Plan{Capacity: capacity})
		if _, err := c.stdin.Write([]byte("go on\n")); err != nil {
			t.Fatal(err)
		}
	}
	c.end()
	if err := unmount(); err != nil {
		t.Error(err)
	}
	if len(s.amiss) > 0 || s.acks < 50 {
		t.Errorf("%d commits, amiss:\n%s", s.acks, strings.Join(s.amiss, "\n"))
	}
}
