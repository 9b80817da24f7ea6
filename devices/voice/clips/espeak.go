package clips

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"hallward/devices/voice"
)

// espeakSpeed is words a minute.
const espeakSpeed = "180"

// espeakRate is what espeak-ng gives, samples a second.
const espeakRate = 22050

// Synthesise makes a placeholder pack with espeak-ng: a robot's voice, so that
// everything can be tried before somebody has lent a real one. more are words
// beside the grammar, such as names of windows.
//
// espeak-ng's Mandarin reads characters with English rules; only its pinyin
// voice, given toned pinyin, speaks Mandarin. Letters are spoken by its English
// voice.
func Synthesise(ctx context.Context, lang, dir string, more []string) (*Pack, error) {
	if lang != voice.Mandarin && lang != voice.English {
		return nil, fmt.Errorf("voice pack: espeak-ng speaks no %s here: want zh-CN or en", lang)
	}
	p, err := Begin(dir, Manifest{
		Name: "Placeholder " + lang, Language: lang, Speaker: "espeak-ng",
		Licence: "synthesised, for demonstrations and tests; not to be used in a hall", Rate: espeakRate, Placeholder: true,
	})
	if err != nil {
		return nil, err
	}
	ids := append([]string{}, more...)
	for _, w := range voice.Vocabulary(lang) {
		ids = append(ids, w.ID)
	}
	for _, id := range ids {
		name, text, err := espeakText(lang, id)
		if err != nil {
			return nil, err
		}
		pcm, err := espeak(ctx, name, text)
		if err != nil {
			return nil, fmt.Errorf("voice pack: %q: %w", id, err)
		}
		if err := p.Put(id, pcm); err != nil {
			return nil, err
		}
	}
	return p, p.Put(ChimeID, chime(espeakRate))
}

// espeakText is what espeak-ng has to read for a word, and in which voice.
func espeakText(lang, id string) (name, text string, err error) {
	if lang == voice.English || len(id) == 1 {
		return "en", id, nil
	}
	read, err := voice.Pinyin(id)
	if err != nil {
		return "", "", err
	}
	return "cmn-latn-pinyin", strings.Join(read, " "), nil
}

// espeakLevel is the peak of a clip: -3 dBFS.
const espeakLevel = 23197

// espeak synthesises a word at an even level.
func espeak(ctx context.Context, name, text string) ([]int16, error) {
	cmd := exec.CommandContext(ctx, "espeak-ng", "-v", name, "-s", espeakSpeed, "--stdout", text)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, fmt.Errorf("%w: install the package espeak-ng", err)
	}
	if err != nil {
		return nil, fmt.Errorf("espeak-ng: %w: %.200q", err, complaint.String())
	}
	rate, pcm, err := ReadWAV(bytes.NewReader(out), MostSeconds*espeakRate)
	if err != nil {
		return nil, err
	}
	pcm = Trim(pcm)
	if rate != espeakRate || len(pcm) == 0 {
		return nil, fmt.Errorf("espeak-ng gave %d samples at %d a second, want some at %d", len(pcm), rate, espeakRate)
	}
	most := int(peak(pcm))
	for i, s := range pcm {
		pcm[i] = int16(int(s) * espeakLevel / most)
	}
	return pcm, nil
}
