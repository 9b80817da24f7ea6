// Package powercut is a disk for tests whose power can be cut. It forgets what
// was written and not synced, or keeps a random part of it, torn within a
// write, as a disk with a cache does; it can fail an fsync the way Linux does
// (the data stays readable, looks clean, and is never written), and it can be
// full.
//
// Disk is the model; Mount shows it as a directory through FUSE, so that any
// program can be put on it. The program must be another process: a fault in a
// mapped page of one's own file system can stop the Go runtime for ever.
package powercut

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// sector is the part of a write that a disk writes whole, in bytes.
const sector = 512

// Disk is one directory of files. Methods may be called from any goroutine.
type Disk struct {
	mu      sync.Mutex
	names   map[string]*content // as programs see them
	durable map[string]*content // as they would be found after a cut
	moves   []move              // what names has and durable has not, in order

	ops     int // writes, syncs and changes of names since the start
	plan    Plan
	dark    bool
	failed  int // syncs that were failed
	written int64
}

// Plan says what goes wrong. Operations are counted from 1; 0 is never.
// Files that end in "-shm" are memory to SQLite: they are not counted, and
// empty after a cut.
type Plan struct {
	CutAt    int   // at this operation the power goes: it and all later ones fail with EIO
	FailSync int   // the first fsync from this operation on fails with EIO
	Capacity int64 // bytes of all files together; more is ENOSPC
}

// content is one file.
type content struct {
	now     []byte // as programs see it
	durable []byte
	pending []change
}

// change is a write of data at off, or a truncation to off.
type change struct {
	off      int64
	data     []byte
	truncate bool
}

// move is a name that got a file, perhaps from another name, or with nil lost
// its own.
type move struct {
	name string
	file *content
	from string
}

// NewDisk is an empty disk.
func NewDisk(p Plan) *Disk {
	return &Disk{names: map[string]*content{}, durable: map[string]*content{}, plan: p}
}

// Cut takes the power away, if it is not gone already, and is the disk that is
// found when it comes back, with a new plan.
func (d *Disk) Cut(r *rand.Rand, next Plan) *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dark = true
	keep := []float64{0, 0.5, 1}[r.IntN(3)] // of what was not synced
	found := NewDisk(next)
	names := maps.Clone(d.durable)
	for _, m := range d.moves[:int(keep*float64(len(d.moves)))] {
		apply(names, m)
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		c := &content{durable: slices.Clone(names[name].durable)}
		if !volatile(name) {
			for _, ch := range names[name].pending {
				c.durable = ch.survive(c.durable, keep, r)
			}
		} else {
			c.durable = nil
		}
		c.now = slices.Clone(c.durable)
		found.names[name], found.durable[name] = c, c
	}
	return found
}

// survive puts a part of the change onto the durable bytes.
func (ch change) survive(b []byte, keep float64, r *rand.Rand) []byte {
	if ch.truncate || len(ch.data) <= sector || keep == 1 {
		if r.Float64() < keep {
			return ch.put(b)
		}
		return b
	}
	for at := 0; at < len(ch.data); at += sector {
		if r.Float64() < keep {
			b = change{off: ch.off + int64(at), data: ch.data[at:min(at+sector, len(ch.data))]}.put(b)
		}
	}
	return b
}

// put applies the whole change.
func (ch change) put(b []byte) []byte {
	end := ch.off + int64(len(ch.data))
	if end > int64(len(b)) {
		b = append(b, make([]byte, end-int64(len(b)))...)
	}
	if ch.truncate {
		return b[:ch.off]
	}
	copy(b[ch.off:], ch.data)
	return b
}

func apply(names map[string]*content, m move) {
	delete(names, m.from)
	if m.file == nil {
		delete(names, m.name)
	} else {
		names[m.name] = m.file
	}
}

func volatile(name string) bool { return strings.HasSuffix(name, "-shm") }

// SetPlan replaces the plan; the count of operations goes on.
func (d *Disk) SetPlan(p Plan) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.plan = p
}

// Ops is how many operations there were.
func (d *Disk) Ops() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ops
}

// Dark tells whether the power is gone.
func (d *Disk) Dark() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dark
}

// FailedSyncs is how many syncs were failed.
func (d *Disk) FailedSyncs() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failed
}

// Written is how many bytes were written to files other than "-shm".
func (d *Disk) Written() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.written
}

func (d *Disk) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		c := d.names[name]
		fmt.Fprintf(&b, "%s: %d bytes, %d durable, %d changes pending\n", name, len(c.now), len(c.durable), len(c.pending))
	}
	return b.String()
}

// step counts an operation and says whether there is power for it. Callers hold
// mu. The operation at which the power goes is begun: what it writes is pending
// and may survive in part.
func (d *Disk) step(name string) (begun bool, errno syscall.Errno) {
	if d.dark {
		return false, syscall.EIO
	}
	if volatile(name) {
		return true, 0
	}
	d.ops++
	if d.plan.CutAt > 0 && d.ops >= d.plan.CutAt {
		d.dark = true
		return true, syscall.EIO
	}
	return true, 0
}

func (d *Disk) lookup(name string) *content {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.names[name]
}

func (d *Disk) list() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.names))
}

func (d *Disk) create(name string) (*content, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	begun, errno := d.step(name)
	if !begun {
		return nil, errno
	}
	c := &content{}
	d.move(move{name: name, file: c})
	return c, errno
}

func (d *Disk) move(m move) {
	apply(d.names, m)
	d.moves = append(d.moves, m)
}

func (d *Disk) unlink(name string) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] == nil {
		return syscall.ENOENT
	}
	begun, errno := d.step(name)
	if begun {
		d.move(move{name: name})
	}
	return errno
}

func (d *Disk) rename(from, to string) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.names[from]
	if c == nil {
		return syscall.ENOENT
	}
	begun, errno := d.step(to)
	if begun {
		d.move(move{name: to, file: c, from: from})
	}
	return errno
}

// syncNames makes every name durable.
func (d *Disk) syncNames() syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, errno := d.step(""); errno != 0 {
		return errno
	}
	for _, m := range d.moves {
		apply(d.durable, m)
	}
	d.moves = nil
	return 0
}

// used is the size of all files, in bytes. Callers hold mu.
func (d *Disk) used() (n int64) {
	for _, c := range d.names {
		n += int64(len(c.now))
	}
	return n
}

func (d *Disk) size(c *content) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return int64(len(c.now))
}

func (d *Disk) read(c *content, into []byte, off int64) (int, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.dark:
		return 0, syscall.EIO
	case off >= int64(len(c.now)):
		return 0, 0
	}
	return copy(into, c.now[off:]), 0
}

func (d *Disk) write(name string, c *content, data []byte, off int64) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	grows := off + int64(len(data)) - int64(len(c.now))
	if d.plan.Capacity > 0 && grows > 0 && d.used()+grows > d.plan.Capacity {
		return syscall.ENOSPC
	}
	begun, errno := d.step(name)
	if begun {
		d.change(name, c, change{off: off, data: slices.Clone(data)})
	}
	return errno
}

func (d *Disk) truncate(name string, c *content, size int64) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	begun, errno := d.step(name)
	if begun {
		d.change(name, c, change{off: size, truncate: true})
	}
	return errno
}

func (d *Disk) change(name string, c *content, ch change) {
	c.now = ch.put(c.now)
	if !volatile(name) {
		c.pending = append(c.pending, ch)
		d.written += int64(len(ch.data))
	}
}

// sync makes the file's bytes durable. The sync that fails drops what was
// pending: programs go on reading it, the disk never gets it.
func (d *Disk) sync(name string, c *content) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, errno := d.step(name); errno != 0 {
		return errno
	}
	if d.plan.FailSync > 0 && d.ops >= d.plan.FailSync {
		d.plan.FailSync = 0
		d.failed++
		c.pending = nil
		return syscall.EIO
	}
	for _, ch := range c.pending {
		c.durable = ch.put(c.durable)
	}
	c.pending = nil
	return 0
}
