package clips

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"hallward/devices/voice"
)

// Put writes one clip into a pack's folder and its manifest, so that a pack that
// is being recorded is whole after each clip.
func (p *Pack) Put(id string, pcm []int16) error {
	file := p.Clips[id]
	if file == "" {
		file = fileName(id, p.Clips)
	}
	var wav bytes.Buffer
	if err := WriteWAV(&wav, p.Rate, pcm); err != nil {
		return err
	}
	if err := replace(filepath.Join(p.Dir, file), wav.Bytes()); err != nil {
		return fmt.Errorf("voice pack %s: clip %q: %w", p.Dir, id, err)
	}
	p.Clips[id], p.Sound[id] = file, pcm
	if err := replace(filepath.Join(p.Dir, ManifestName), p.manifest()); err != nil {
		return fmt.Errorf("voice pack %s: %w", p.Dir, err)
	}
	return nil
}

// replace writes a whole file or leaves the old one.
func replace(path string, data []byte) error {
	if err := os.WriteFile(path+".new", data, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// fileName is a name in ASCII for a clip: qing3.wav, shi2-2.wav if that is taken.
func fileName(id string, taken map[string]string) string {
	base := strings.Map(func(r rune) rune {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			return unicode.ToLower(r)
		case r == ' ' || r == '-':
			return '-'
		}
		return -1
	}, id)
	if read, err := voice.Pinyin(id); err == nil {
		base = strings.Join(read, "")
	}
	if base == "" {
		base = "word"
	}
	used := map[string]bool{}
	for _, f := range taken {
		used[f] = true
	}
	name := base + ".wav"
	for n := 2; used[name]; n++ {
		name = fmt.Sprintf("%s-%d.wav", base, n)
	}
	return name
}

// manifest is pack.yaml as it is written.
func (p *Pack) manifest() []byte {
	var b bytes.Buffer
	if p.Placeholder {
		b.WriteString("# A placeholder, synthesised by a machine. Not to be used in a hall.\n")
	}
	fmt.Fprintf(&b, "name: %s\nlanguage: %s\nspeaker: %s\nlicence: %s\nrate: %d\ngap: %d\nplaceholder: %t\n",
		strconv.Quote(p.Name), p.Language, strconv.Quote(p.Speaker), strconv.Quote(p.Licence), p.Rate, p.Gap, p.Placeholder)
	if p.KeepSilence {
		b.WriteString("keep_silence: true\n")
	}
	b.WriteString("clips:\n")
	ids := p.ids()
	place := map[string]int{}
	for i, w := range voice.Vocabulary(p.Language) {
		place[w.ID] = i + 1
	}
	sort.SliceStable(ids, func(i, j int) bool {
		a, b := place[ids[i]], place[ids[j]]
		return a != b && b != 0 && (a == 0 || a < b)
	})
	for _, id := range ids {
		fmt.Fprintf(&b, "  %s: %s\n", strconv.Quote(id), p.Clips[id])
	}
	return b.Bytes()
}

// Begin makes a new pack's folder, or goes on with one that is there. A folder
// with something else in it is left alone.
func Begin(dir string, m Manifest) (*Pack, error) {
	if m.Gap == 0 {
		m.Gap = usualGap
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("voice pack: %w", err)
		}
	case err != nil:
		return nil, fmt.Errorf("voice pack: %w", err)
	case len(entries) > 0:
		p, err := Load(dir)
		if err != nil {
			return nil, fmt.Errorf("the folder is not empty, and no pack to go on with: %w", err)
		}
		if p.Language != m.Language || p.Placeholder != m.Placeholder {
			return nil, fmt.Errorf("voice pack %s: is %s, placeholder %t: take another folder", dir, p.Language, p.Placeholder)
		}
		return p, nil
	}
	m.Clips = map[string]string{}
	return &Pack{Manifest: m, Dir: dir, Sound: map[string][]int16{}}, nil
}
