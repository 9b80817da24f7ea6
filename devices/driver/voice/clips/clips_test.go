package clips

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/driver/drivertest"
	pack "hallward/devices/voice/clips"
)

const rate = 22050

// tones is a pack with a short sound for every word, made in memory.
func tones(lang string, words ...string) *pack.Pack {
	p := &pack.Pack{Manifest: pack.Manifest{Name: "tones", Language: lang, Rate: rate, Gap: 120}, Dir: lang, Sound: map[string][]int16{}}
	for n, w := range words {
		pcm := make([]int16, rate/20+10*n)
		for i := range pcm {
			pcm[i] = int16(9000 * math.Sin(2*math.Pi*(300+20*float64(n))*float64(i)/rate))
		}
		p.Sound[w] = pcm
	}
	return p
}

func newSet(t testing.TB) *pack.Set {
	t.Helper()
	set, err := pack.NewSet([]*pack.Pack{
		tones("zh-CN", strings.Split("请|号|到|号窗口|办理|零|一|二|三|四|五|六|七|八|九|十|二十|百|A|V|B", "|")...),
		tones("en", strings.Split("Number|please go to|window|zero|one|twelve|A", "|")...),
	}, pack.SetOpts{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

var silent = slog.New(slog.DiscardHandler)

// heard compares the sound in a WAV file, from an offset on, with an announcement.
func heard(set *pack.Set, file string, a devices.Announcement) error {
	want, err := set.Render(a.Speeches, a.Chime, a.Volume)
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	_, got, err := pack.ReadWAV(f, 1<<24)
	if err != nil {
		return err
	}
	if i := bytes.Index(pack.Bytes(got), pack.Bytes(want.PCM)); i < 0 {
		return fmt.Errorf("it is not in the %d samples of %s", len(got), file)
	}
	return nil
}

// The conformance suite on ALSA itself: aplay plays to nobody, and ALSA writes
// down what it was given.
func TestConformsOnALSA(t *testing.T) {
	if _, err := exec.LookPath("aplay"); err != nil {
		t.Fatal("aplay is not there: apt-get install alsa-utils")
	}
	set := newSet(t)
	file := filepath.Join(t.TempDir(), "heard.wav")
	drivertest.TestVoice(t, drivertest.VoiceLine{
		Open: func() (devices.Voice, io.Closer, error) {
			d := New(set, Aplay{Device: "tee:null," + file + ",wav"}, &Opts{Log: silent})
			return d, d, nil
		},
		Heard: func(a devices.Announcement) error { return heard(set, file, a) },
	})
}

// The suite on a WAV file.
func TestConformsOnAFile(t *testing.T) {
	set := newSet(t)
	file := filepath.Join(t.TempDir(), "all.wav")
	drivertest.TestVoice(t, drivertest.VoiceLine{
		Open: func() (devices.Voice, io.Closer, error) {
			out, err := OpenOutput("wav:"+file, set.Rate(), true)
			if err != nil {
				return nil, nil, err
			}
			d := New(set, out, &Opts{Log: silent})
			return d, d, nil
		},
		Heard: func(a devices.Announcement) error { return heard(set, file, a) },
	})
}

// program writes a stand-in for aplay that does what the file beside it says.
func program(t *testing.T) (Aplay, func(mode string)) {
	t.Helper()
	dir := t.TempDir()
	script := `#!/bin/sh
dir=${0%/*}
case $(cat "$dir/mode") in
ok) echo "$*" >"$dir/args"; cat >"$dir/got" ;;
open) echo 'ALSA lib pcm.c:2666: Unknown PCM' >&2; echo 'aplay: main:830: audio open error: No such device' >&2; exit 1 ;;
crash) kill -9 $$ ;;
hang) echo $$ >"$dir/pid"; exec sleep 1000 ;;
deaf) exec <&-; exit 0 ;;
chatter) head -c 1000000 /dev/zero >&2; exit 3 ;;
esac
`
	path := filepath.Join(dir, "aplay")
	mode := func(m string) {
		if err := os.WriteFile(filepath.Join(dir, "mode"), []byte(m), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	mode("ok")
	return Aplay{Device: "plughw:1,0", Program: path}, mode
}

// The child gets the samples as they are; when it cannot play, its own words are
// in the error, and the next announcement has another child.
func TestAplay(t *testing.T) {
	set := newSet(t)
	aplay, mode := program(t)
	d := New(set, aplay, &Opts{Log: silent})
	a := drivertest.Announcements()[0]
	want, err := set.Render(a.Speeches, a.Chime, a.Volume)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"ok", ""},
		{"open", `exit status 1: "aplay: main:830: audio open error: No such device"`},
		{"crash", "signal: killed"},
		{"chatter", "exit status 3"},
		{"ok", ""},
	} {
		mode(c[0])
		err := d.Say(t.Context(), 0, a)
		if c[1] == "" && err != nil || c[1] != "" && (err == nil || !strings.Contains(err.Error(), c[1]) || !strings.Contains(err.Error(), "aplay:plughw:1,0") || len(err.Error()) > 1000) {
			t.Errorf("%s: %v", c[0], err)
		}
	}
	dir := filepath.Dir(aplay.Program)
	got, err := os.ReadFile(filepath.Join(dir, "got"))
	if err != nil || !bytes.Equal(got, pack.Bytes(want.PCM)) {
		t.Errorf("it got %d bytes, want %d; %v", len(got), 2*len(want.PCM), err)
	}
	args, err := os.ReadFile(filepath.Join(dir, "args"))
	if err != nil || strings.TrimSpace(string(args)) != "-q -t raw -f S16_LE -c 1 -r 22050 -D plughw:1,0 -" {
		t.Errorf("%q, %v", args, err)
	}
	missing := Aplay{Device: "x", Program: filepath.Join(dir, "none")}
	if err := missing.Play(t.Context(), want, "x"); err == nil {
		t.Error("a program that is not there has played")
	}
}

// A child that hangs is killed with its context.
func TestAplayHangs(t *testing.T) {
	aplay, mode := program(t)
	mode("hang")
	d := New(newSet(t), aplay, &Opts{Log: silent})
	ctx, stop := context.WithCancel(t.Context())
	said := make(chan error, 1)
	go func() { said <- d.Say(ctx, 0, drivertest.Announcements()[0]) }()
	pid := filepath.Join(filepath.Dir(aplay.Program), "pid")
	for { // until it hangs
		if raw, err := os.ReadFile(pid); err == nil && len(raw) > 1 {
			break
		}
		select {
		case err := <-said:
			t.Fatal(err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	stop()
	if err := <-said; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	raw, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/" + strings.TrimSpace(string(raw))); err == nil {
		t.Errorf("the child %s lives", raw)
	}
}

// output is a sound card that fails when it is told to.
type output struct {
	mu     sync.Mutex
	fails  error
	plays  int
	sounds int
	faults []devices.Fault // that the driver reported
}

func (o *output) String() string { return "card" }
func (o *output) Close() error   { return nil }
func (o *output) Play(_ context.Context, _ pack.Sound, label string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.plays++; label != "" {
		o.sounds++
	}
	return o.fails
}

func (o *output) report(_ context.Context, r devices.Reading) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = append(o.faults, r.(devices.Fault))
	return nil
}

// set makes the card fail, or mends it.
func (o *output) set(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fails = err
}

// seen is what happened so far.
func (o *output) seen() (plays, sounds int, faults []devices.Fault) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.plays, o.sounds, slices.Clone(o.faults)
}

// Run reports a card that fails once, and once that it is well again; nobody has
// to call for that. Announcements go on in between.
func TestFaults(t *testing.T) {
	set := newSet(t)
	synctest.Test(t, func(t *testing.T) {
		card := &output{}
		d := New(set, card, &Opts{Log: silent})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx, card.report) }()
		a := drivertest.Announcements()[1]
		synctest.Wait()
		if plays, sounds, faults := card.seen(); plays != 1 || sounds != 0 || len(faults) != 0 {
			t.Errorf("at the start: %d plays, %d sounds, %v", plays, sounds, faults)
		}
		card.set(errors.New("No such device"))
		for range 3 {
			if err := d.Say(ctx, 0, a); err == nil {
				t.Error("no error from a card that fails")
			}
			synctest.Wait()
		}
		if _, _, faults := card.seen(); len(faults) != 1 || !faults[0].On || faults[0].Code != devices.FaultMissing || !strings.Contains(faults[0].Detail, "No such device") {
			t.Errorf("%+v", faults)
		}
		time.Sleep(10 * LookAgain)
		card.set(nil)
		time.Sleep(LookAgain + time.Second)
		synctest.Wait()
		before, _, faults := card.seen()
		if len(faults) != 2 || faults[1].On || before < 10 {
			t.Errorf("%d plays, %+v", before, faults)
		}
		time.Sleep(time.Hour)
		err := d.Say(ctx, 0, a)
		if plays, sounds, _ := card.seen(); err != nil || plays != before+1 || sounds != 4 {
			t.Errorf("%d plays after %d, %d sounds, %v", plays, before, sounds, err)
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// A word without a clip is reported once, free text is unspeakable and no fault
// of the card.
func TestMissingWords(t *testing.T) {
	var log bytes.Buffer
	card := &output{}
	d := New(newSet(t), card, &Opts{Log: slog.New(slog.NewTextHandler(&log, nil))})
	say := func(kind, text string) error {
		return d.Say(t.Context(), 0, devices.Announcement{Volume: 50, Speeches: []devices.Speech{
			{Lang: "zh-CN", Parts: []devices.Part{{Kind: devices.PartWord, Text: "请"}, {Kind: kind, Text: text}}}}})
	}
	for range 3 {
		if err := say(devices.PartText, "综合"); err != nil {
			t.Error(err)
		}
		if err := say(devices.PartDigits, "Q1"); err != nil {
			t.Error(err)
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 2 || !strings.Contains(log.String(), "word=综合") || !strings.Contains(log.String(), "word=Q") || card.sounds != 6 {
		t.Errorf("%d sounds, %d lines:\n%s", card.sounds, n, log.String())
	}
	err := d.Say(t.Context(), 0, devices.Announcement{Volume: 50, Speeches: []devices.Speech{{Lang: "zh-CN", Parts: []devices.Part{{Kind: devices.PartText, Text: "今天停电"}}}}})
	if !errors.Is(err, devices.ErrUnspeakable) || card.sounds != 6 || len(d.health) != 6 {
		t.Errorf("%v, %d sounds", err, card.sounds)
	}
}

func TestCheckLink(t *testing.T) {
	for link, ok := range map[string]bool{
		"aplay:default": true, "aplay:plughw:1,0": true, "aplay:tee:null,/tmp/a.wav,wav": true, "wav:/tmp/a.wav": true,
		"": false, "aplay": false, "aplay:": false, "aplay:a b": false, "wav:": false, "wav:a.wav": false, "serial:/dev/ttyUSB0": false, "default": false,
	} {
		if err := CheckLink(link); (err == nil) != ok {
			t.Errorf("%q: %v", link, err)
		}
		if _, err := OpenOutput(link, rate, true); err == nil && !ok {
			t.Errorf("%q was opened", link)
		}
	}
}
