package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/journal/sqlfile"
)

// The crash tests put a journal into a child process, which prints what it was
// told is stored, and compare that with what the next child finds.

// job is what a child does: writers append until the journal breaks.
type job struct {
	Path       string
	Sync       string // SQLite's synchronous, "" is FULL
	TrustCache bool
	Checkpoint int
	Writers    int
	Mend       bool // reopen a broken journal after a line on stdin, and go on
	Prune      bool // acknowledge and prune all the time
	Seed       uint64
}

// found is what a child sees when it has opened the journal.
type found struct {
	Last   uint64
	Events [][3]uint64 // sequence, writer, count
	Marks  []uint64    // of the inbox, by writer
	Wrong  []string    // parts of commits that disagree
}

const childEnv = "HALLWARD_JOURNAL_CHILD"

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		var w job
		if err := json.Unmarshal([]byte(text), &w); err != nil {
			panic(err)
		}
		w.run()
		return
	}
	os.Exit(m.Run())
}

type payload struct {
	W, I uint64
	Pad  string
}

// run is the child. Lines: "found {json}", "ack writer count sequence",
// "broken text", "refused text".
func (w *job) run() {
	var mu sync.Mutex
	say := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf(format+"\n", args...)
	}
	o := options()
	o.sql = sqlfile.Options{Synchronous: w.Sync, TrustCache: w.TrustCache, Checkpoint: w.Checkpoint}
	if w.Prune {
		o.Keep, o.Outbox = time.Nanosecond, true
	}
	j, err := Open(w.Path, o)
	if err != nil {
		say("refused %v", err)
		return
	}
	in := bufio.NewScanner(os.Stdin)
	for {
		f, err := w.look(j)
		if err != nil {
			say("broken %v", err)
		} else {
			text, _ := json.Marshal(f)
			say("found %s", text)
			err = w.append(j, f, say)
			say("broken %v", err)
		}
		if !w.Mend {
			return
		}
		for mended := false; !mended; {
			if !in.Scan() {
				return
			}
			if err := j.Reopen(); err != nil {
				say("refused %v", err)
				continue
			}
			mended = true
		}
	}
}

func (w *job) look(j *Journal) (*found, error) {
	f := &found{Last: j.Last(), Marks: make([]uint64, w.Writers)}
	for i := range f.Marks {
		m, _ := j.Inbox(node(uint64(i)))
		f.Marks[i] = m.Through
	}
	highest := make([]uint64, w.Writers)
	err := j.Replay(ctx, 0, func(e contract.Event) error {
		var p payload
		if err := json.Unmarshal(e.Data, &p); err != nil {
			return err
		}
		f.Events = append(f.Events, [3]uint64{e.Sequence, p.W, p.I})
		highest[p.W] = max(highest[p.W], p.I)
		return nil
	})
	for i, h := range highest {
		mark := f.Marks[i]
		_, answered := j.Answered(request3(uint64(i), mark))
		_, beyond := j.Answered(request3(uint64(i), mark+1))
		fact, _, err2 := j.Get(node(uint64(i)))
		err = errors.Join(err, err2)
		if want := fmt.Sprint(mark); mark > 0 && (!answered || string(fact) != want) || beyond || !w.Prune && h != mark {
			f.Wrong = append(f.Wrong, fmt.Sprintf("writer %d: mark %d, newest event %d, fact %q, answered %v, next answered %v", i, mark, h, fact, answered, beyond))
		}
	}
	return f, errors.Join(err, j.Err())
}

func node(w uint64) string        { return fmt.Sprintf("w%d", w) }
func request3(w, i uint64) string { return fmt.Sprintf("%d/%d", w, i) }

// append writes until the journal breaks, and says each commit that it was told
// is stored.
func (w *job) append(j *Journal, f *found, say func(string, ...any)) error {
	var wg sync.WaitGroup
	errs := make([]error, w.Writers)
	for n := range w.Writers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(w.Seed, uint64(n)))
			for i := f.Marks[n] + 1; ; i++ {
				p := payload{W: uint64(n), I: i, Pad: strings.Repeat("x", r.IntN(1500))}
				data, _ := json.Marshal(p)
				c := &Commit{
					Events:  []contract.Event{{Type: "test.done/1", Time: noon, Data: data}},
					Answers: []Answered{{ID: request3(p.W, i), Expires: time.Now().Add(time.Hour)}},
					Inbox:   []InboxMark{{Node: node(p.W), Epoch: "E", Through: i}},
					Unique:  []string{request3(p.W, i)},
					Facts:   []Fact{{Key: node(p.W), Value: fmt.Append(nil, i)}},
				}
				if errs[n] = j.Commit(ctx, c); errs[n] != nil {
					return
				}
				say("ack %d %d %d", n, i, c.Events[0].Sequence)
				if w.Prune && i%5 == 0 {
					if errs[n] = j.Acknowledge(ctx, j.Last()); errs[n] == nil {
						_, errs[n] = j.Prune(ctx, time.Now())
					}
					if errs[n] != nil {
						return
					}
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// story is what the children of one disk were told, and what was found amiss.
type story struct {
	told   map[[2]uint64]uint64 // writer, count → sequence
	high   uint64               // newest sequence that anybody was told of
	amiss  []string
	acks   int
	opened bool // some child found a journal: the epoch is on the disk
}

func newStory() *story { return &story{told: map[[2]uint64]uint64{}} }

// check compares what a child finds with what its forerunners were told.
func (s *story) check(w *job, f *found) {
	s.opened = true
	s.amiss = append(s.amiss, f.Wrong...)
	if f.Last < s.high {
		s.amiss = append(s.amiss, fmt.Sprintf("the newest event is %d, %d was acknowledged", f.Last, s.high))
	}
	have := map[[2]uint64]uint64{}
	for i, e := range f.Events {
		key := [2]uint64{e[1], e[2]}
		if _, twice := have[key]; twice {
			s.amiss = append(s.amiss, fmt.Sprintf("%v is there twice", key))
		}
		have[key] = e[0]
		if i > 0 && e[0] != f.Events[i-1][0]+1 {
			s.amiss = append(s.amiss, fmt.Sprintf("after event %d comes %d", f.Events[i-1][0], e[0]))
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(s.told), func(a, b [2]uint64) int { return int(s.told[a]) - int(s.told[b]) }) {
		sequence, there := have[key]
		if f.Marks[key[0]] < key[1] || !w.Prune && (!there || sequence != s.told[key]) {
			s.amiss = append(s.amiss, fmt.Sprintf("%v was acknowledged as event %d, found %v %d, mark %d", key, s.told[key], there, sequence, f.Marks[key[0]]))
		}
	}
}

// tell notes an acknowledgement.
func (s *story) tell(w, i, sequence uint64) {
	key := [2]uint64{w, i}
	if _, again := s.told[key]; again {
		s.amiss = append(s.amiss, fmt.Sprintf("%v was done twice", key))
	}
	s.told[key] = sequence
	s.high = max(s.high, sequence)
	s.acks++
}

// child is a running job.
type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
}

func (w *job) start(t testing.TB) *child {
	t.Helper()
	text, _ := json.Marshal(w)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text), "GOMAXPROCS=2", "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd, in, bufio.NewScanner(out)}
	c.lines.Buffer(nil, 64<<20)
	return c
}

// follow reads the child's lines until it breaks or ends, and gives that line.
// After each line it asks whether to kill the child.
func (s *story) follow(t testing.TB, w *job, c *child, kill func() bool) string {
	t.Helper()
	for c.lines.Scan() {
		kind, rest, _ := strings.Cut(c.lines.Text(), " ")
		switch kind {
		case "ack":
			var n, i, sequence uint64
			if _, err := fmt.Sscan(rest, &n, &i, &sequence); err != nil {
				t.Fatalf("child said %q", c.lines.Text())
			}
			s.tell(n, i, sequence)
		case "found":
			f := &found{}
			if err := json.Unmarshal([]byte(rest), f); err != nil {
				t.Fatalf("child said %.200q: %v", c.lines.Text(), err)
			}
			s.check(w, f)
		default:
			return c.lines.Text()
		}
		if kill != nil && kill() {
			_ = c.cmd.Process.Kill()
			kill = nil
		}
	}
	return ""
}

func (c *child) end() {
	_ = c.stdin.Close()
	for c.lines.Scan() {
	}
	_ = c.cmd.Wait()
}
