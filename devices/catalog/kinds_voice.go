package catalog

import (
	"context"
	"fmt"
	"math"

	"hallward/devices/driver/voice/clips"
	pack "hallward/devices/voice/clips"
)

// readClips reads the settings of a voice of recorded words. Its link is
// aplay:default, aplay:plughw:1,0 or wav:/path/of/a/file.wav.
//
//	packs:       folders of voice packs, one for each language
//	gain:        dB, -30..20; 0
//	one:         yi or yao: how the digit 1 of a ticket is read in Mandarin; yi
//	placeholder: refused or allowed: a machine's voice is for demonstrations only; refused
//	instant:     true: a WAV file does not take the time of an announcement
func readClips(o *Options, s *settings) opener {
	if err := clips.CheckLink(s.spec.Link); err != nil {
		s.bad("link", s.spec.Link, err.Error())
	}
	folders := s.folders("packs")
	opts := pack.SetOpts{
		Yao:  s.text("one", "yi", "yi", "yao") == "yao",
		Gain: s.decibels("gain", -30, 20),
	}
	allowed := s.text("placeholder", "refused", "refused", "allowed") == "allowed"
	instant := s.yes("instant", false)
	if len(folders) == 0 && len(s.errs) == 0 {
		s.bad(s.path("packs"), nil, "missing: list the folders of the voice packs")
	}
	return func(context.Context) (*Port, error) {
		var packs []*pack.Pack
		for _, dir := range folders {
			p, err := pack.Load(dir)
			if err != nil {
				return nil, &SettingError{Device: s.spec.ID, Key: "settings.packs", Value: dir, Problem: err.Error()}
			}
			if p.Placeholder && !allowed {
				return nil, &SettingError{Device: s.spec.ID, Key: "settings.packs", Value: dir,
					Problem: fmt.Sprintf("%q is a placeholder voice, not to be used in a hall: record one (hallctl voice record), or set placeholder: allowed for a demonstration", p.Name)}
			}
			packs = append(packs, p)
		}
		set, err := pack.NewSet(packs, opts)
		if err != nil {
			return nil, &SettingError{Device: s.spec.ID, Key: "settings.packs", Problem: err.Error()}
		}
		out, err := clips.OpenOutput(s.spec.Link, set.Rate(), instant)
		if err != nil {
			return nil, err
		}
		d := clips.New(set, out, &clips.Opts{Log: o.Log})
		return NewPort(d, d), nil
	}
}

// folders is a list of different folders.
func (s *settings) folders(key string) []string {
	value, ok := s.take(key)
	if !ok {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		s.bad(s.path(key), value, "want a list of folders")
		return nil
	}
	var all []string
	seen := map[string]bool{}
	for i, item := range list {
		dir, ok := item.(string)
		at := fmt.Sprintf("%s[%d]", s.path(key), i)
		switch {
		case !ok || dir == "":
			s.bad(at, item, "want a folder")
		case seen[dir]:
			s.bad(at, item, "stands twice in the list")
		default:
			seen[dir] = true
			all = append(all, dir)
		}
	}
	return all
}

// decibels is a number that need not be whole.
func (s *settings) decibels(key string, min, max float64) float64 {
	value, ok := s.take(key)
	if !ok {
		return 0
	}
	n, isFloat := value.(float64)
	if whole, ok := number(value); ok {
		n, isFloat = float64(whole), true
	}
	if !isFloat || math.IsNaN(n) || n < min || n > max {
		s.bad(s.path(key), value, fmt.Sprintf("want dB from %g to %g", min, max))
		return 0
	}
	return n
}
