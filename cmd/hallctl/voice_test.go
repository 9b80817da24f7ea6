package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices/voice/clips"
)

// From nothing to an announcement that can be heard, with a robot's voice.
func TestVoiceCommands(t *testing.T) {
	dir := t.TempDir()
	zh, en, wav := filepath.Join(dir, "zh"), filepath.Join(dir, "en"), filepath.Join(dir, "call.wav")
	for _, step := range []struct {
		args []string
		want string
	}{
		{[]string{"voice", "make", "--lang", "zh-CN", "--out", zh, "--word", "综合"}, "a placeholder, not to be used in a hall"},
		{[]string{"voice", "make", "--lang", "en", "--out", en}, "clips in en"},
		{[]string{"voice", "check", zh}, "every word of the grammar is there"},
		{[]string{"voice", "say", "--pack", zh, "--pack", en, "--wav", wav, "A001", "综合12"}, "请A001号到综合12号窗口办理"},
	} {
		out, err := hallctl(t, step.args...)
		if err != nil || !strings.Contains(out, step.want) {
			t.Fatalf("%v: %v\n%s", step.args, err, out)
		}
	}
	f, err := os.Open(wav)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rate, pcm, err := clips.ReadWAV(f, 1<<22); err != nil || rate != 22050 || len(pcm) < 5*rate {
		t.Errorf("%d samples at %d, %v", len(pcm), rate, err)
	}

	if err := os.Remove(filepath.Join(zh, "ling2.wav")); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []struct {
		args []string
		want string
	}{
		{[]string{"voice", "check", zh}, `clip "零": ling2.wav: no such file`},
		{[]string{"voice", "make", "--lang", "fr", "--out", filepath.Join(dir, "fr")}, "want zh-CN or en"},
		{[]string{"voice", "record", "--lang", "fr", "--out", filepath.Join(dir, "fr"), "--name", "x", "--licence", "y"}, "want zh-CN, en or yue"},
		{[]string{"voice", "record", "--lang", "en", "--out", en, "--name", "x", "--licence", "y"}, "take another folder"},
		{[]string{"voice", "say", "--pack", zh, "--wav", wav, "A001", "1"}, "ling2.wav"},
		{[]string{"voice", "say", "--pack", en, "--volume", "0", "--wav", wav, "A001", "1"}, "volume 0"},
	} {
		if out, err := hallctl(t, bad.args...); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%v: %v, want %s\n%s", bad.args, err, bad.want, out)
		}
	}
}

// microphone plays what it was given, one take after the other.
type microphone struct{ takes [][]int16 }

func (m *microphone) record(context.Context, int, time.Duration) ([]int16, error) {
	if len(m.takes) == 0 {
		return nil, errors.New("the microphone is gone")
	}
	take := m.takes[0]
	m.takes = m.takes[1:]
	return take, nil
}

// spoken is a second of recording with a word in the middle.
func spoken(level float64) []int16 {
	pcm := make([]int16, 44100)
	for i := range pcm {
		pcm[i] = int16(i%7) - 3
		if i > 15000 && i < 30000 {
			pcm[i] = int16(level * math.Sin(float64(i)/30))
		}
	}
	return pcm
}

// A speaker is led through the words, may try again, and may go on another day.
func TestVoiceRecording(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "zh")
	m := clips.Manifest{Name: "大厅", Language: "zh-CN", Speaker: "李老师", Licence: "仅限本大厅使用", Rate: 44100}
	day := func(typed string, takes ...[]int16) (string, error) {
		t.Helper()
		p, err := clips.Begin(dir, m)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		s := &studio{in: bufio.NewReader(strings.NewReader(typed)), out: &out, record: (&microphone{takes}).record}
		err = s.session(t.Context(), p)
		return out.String(), err
	}
	// 请: too quiet, again, good; 号: too quiet, kept all the same; 到: good, but
	// recorded again; 办理: skipped; then the end.
	out, err := day("\n\n\n\n"+"\nk\n"+"\nr\n\n\n"+"s\n"+"q\n", spoken(900), spoken(15000), spoken(800), spoken(15000), spoken(14000))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"1/57  【请】", "请A001号到12号窗口办理", "too quiet", "4/57  【办理】", "5/57  【号窗口】"} {
		if !strings.Contains(out, want) {
			t.Errorf("missing %q in\n%s", want, out)
		}
	}
	p, err := clips.Load(dir)
	if err != nil || len(p.Sound) != 3 || p.Placeholder || len(p.Sound["到"]) < 14900 || len(p.Sound["到"]) > 15100 {
		t.Fatalf("%v, %d clips", err, len(p.Sound))
	}
	// Another day it goes on at the first word that is not there.
	out, err = day("\n")
	if err == nil || !strings.Contains(out, "4/57  【办理】") || strings.Contains(out, "【请】") {
		t.Errorf("%v\n%s", err, out)
	}
}
