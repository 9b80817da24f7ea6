// Package clips makes announcements out of recorded words (语音包). A pack is a
// folder with a voice in one language: pack.yaml and a WAV file, 16 bit, mono,
// for each word of the grammar (devices/voice), about sixty. A Set is the packs
// of a hall; Render joins their clips sample by sample: silence trimmed from
// their ends, a gap of 100 to 150 ms between two, edges faded, no sample above
// -1 dBFS.
//
//	name: 示例语音包
//	language: zh-CN       # of the grammar: zh-CN, en, yue
//	speaker: 李老师       # who lent the voice
//	licence: 仅限本大厅使用
//	rate: 44100           # or 22050; of every file
//	gap: 120              # ms between two clips, 100 to 150; 0 is 120
//	placeholder: false    # true: a machine's voice, not to be used in a hall
//	keep_silence: false   # true: the ends of the clips are not trimmed
//	clips:
//	  请: qing3.wav
//	  二十: er4shi2.wav
//	  chime: chime.wav     # optional, before an announcement
//
// A clip may hold several words, such as 号窗口办理; Render takes the longest
// that fits. Words beside the grammar may have clips too: names of windows like
// 综合. "hallctl voice" makes, records and checks packs.
package clips

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"hallward/devices/voice"
)

// Limits of a pack.
const (
	ManifestName = "pack.yaml"
	ChimeID      = "chime"
	MostClips    = 500
	MostSeconds  = 20       // of one clip
	mostSamples  = 32 << 20 // of a pack, 64 MiB
	mostManifest = 256 << 10
	usualGap     = 120
	minGap       = 100
	maxGap       = 150
)

// Pack is one voice in one language.
type Pack struct {
	Manifest
	Dir   string
	Sound map[string][]int16 // by clip id, trimmed
}

// Manifest is pack.yaml.
type Manifest struct {
	Name        string            `yaml:"name"`
	Language    string            `yaml:"language"`
	Speaker     string            `yaml:"speaker"`
	Licence     string            `yaml:"licence"`
	Rate        int               `yaml:"rate"`                   // samples a second, 22050 or 44100
	Gap         int               `yaml:"gap"`                    // ms, 100 to 150; 0 is 120
	Placeholder bool              `yaml:"placeholder"`            // not to be used in a hall
	KeepSilence bool              `yaml:"keep_silence,omitempty"` // at the ends of the clips
	Clips       map[string]string `yaml:"clips"`                  // id → file in the folder
}

// Load reads a pack and checks all of it. Its error names every wrong clip and
// file. A pack that lacks words of the grammar is no error; see Missing.
func Load(dir string) (*Pack, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("voice pack: %w", err)
	}
	defer root.Close()
	m, err := readManifest(root)
	if err != nil {
		return nil, fmt.Errorf("voice pack %s: %w", dir, err)
	}
	p := &Pack{Manifest: m, Dir: dir, Sound: make(map[string][]int16, len(m.Clips))}
	var problems []error
	left := mostSamples
	for _, id := range p.ids() {
		pcm, err := readClip(root, m, m.Clips[id])
		if left -= len(pcm); left < 0 {
			return nil, fmt.Errorf("voice pack %s: clip %q: the pack is larger than %d samples", dir, id, mostSamples)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("voice pack %s: clip %q: %s: %w", dir, id, m.Clips[id], err))
			continue
		}
		p.Sound[id] = pcm
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return p, nil
}

func readManifest(root *os.Root) (Manifest, error) {
	var m Manifest
	f, err := root.Open(ManifestName)
	if err != nil {
		return m, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, mostManifest+1))
	if err != nil {
		return m, err
	}
	if len(raw) > mostManifest {
		return m, fmt.Errorf("%s: larger than %d bytes", ManifestName, mostManifest)
	}
	if m, err = parseManifest(raw); err != nil {
		return m, fmt.Errorf("%s: %w", ManifestName, err)
	}
	return m, nil
}

// parseManifest reads and checks pack.yaml; unknown keys are errors.
func parseManifest(raw []byte) (Manifest, error) {
	var m Manifest
	if err := yaml.UnmarshalWithOptions(raw, &m, yaml.Strict()); err != nil {
		return m, errors.New(yaml.FormatError(err, false, false))
	}
	if m.Gap == 0 {
		m.Gap = usualGap
	}
	switch {
	case m.Name == "":
		return m, errors.New("name: missing")
	case !voice.Known(m.Language):
		return m, fmt.Errorf("language: %q: want zh-CN, en or yue", m.Language)
	case m.Licence == "":
		return m, errors.New("licence: missing: say who may use the voice, and for what")
	case m.Rate != 22050 && m.Rate != 44100:
		return m, fmt.Errorf("rate: %d: want 22050 or 44100", m.Rate)
	case m.Gap < minGap || m.Gap > maxGap:
		return m, fmt.Errorf("gap: %d: want %d to %d ms", m.Gap, minGap, maxGap)
	case len(m.Clips) == 0:
		return m, errors.New("clips: missing")
	case len(m.Clips) > MostClips:
		return m, fmt.Errorf("clips: %d of them, want at most %d", len(m.Clips), MostClips)
	}
	for id, file := range m.Clips {
		switch {
		case id == "" || !utf8.ValidString(id):
			return m, fmt.Errorf("clips: id %q: want the word that is spoken", id)
		case !filepath.IsLocal(file):
			return m, fmt.Errorf("clips: %q: file %q: want a file in the folder of the pack", id, file)
		}
	}
	return m, nil
}

// readClip reads one file. One that is a pipe or a device would keep the reader
// for ever, so only plain files are opened.
func readClip(root *os.Root, m Manifest, file string) ([]int16, error) {
	info, err := root.Stat(file)
	if err != nil {
		return nil, plain(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a file")
	}
	f, err := root.Open(file)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	rate, pcm, err := ReadWAV(f, MostSeconds*m.Rate)
	if err != nil {
		return nil, err
	}
	if rate != m.Rate {
		return nil, fmt.Errorf("%d samples a second, the pack says %d", rate, m.Rate)
	}
	if !m.KeepSilence {
		pcm = Trim(pcm)
	}
	if len(pcm) < m.Rate/50 || peak(pcm) == 0 {
		return nil, errors.New("nothing to hear in it")
	}
	return pcm, nil
}

// plain is an error without the path, which stands before it already.
func plain(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// ids lists the clips in a fixed order.
func (p *Pack) ids() []string {
	ids := make([]string, 0, len(p.Clips))
	for id := range p.Clips {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}

// Missing lists the words of the grammar that the pack has no clip for.
func (p *Pack) Missing() []string {
	var list []string
	for _, w := range voice.Vocabulary(p.Language) {
		if !w.Optional && p.Sound[w.ID] == nil {
			list = append(list, w.ID)
		}
	}
	return list
}

// quiet is how far below its peak a clip's end counts as silence: 48 dB.
const quiet = 256

// Trim cuts the silence from both ends of a clip.
func Trim(pcm []int16) []int16 {
	floor := peak(pcm) / quiet
	loud := func(s int16) bool { return s > floor || s < -floor }
	from := slices.IndexFunc(pcm, loud)
	if from < 0 {
		return nil
	}
	to := len(pcm)
	for !loud(pcm[to-1]) {
		to--
	}
	return pcm[from:to]
}

// peak is the largest sample, 0..32767.
func peak(pcm []int16) int16 {
	var most int16
	for _, s := range pcm {
		if s < 0 {
			s = -max(s, -32767)
		}
		most = max(most, s)
	}
	return most
}
