package config

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
	"hallward/devices/media"
)

// How people are called: zones with their voices and strips, the voice's plan,
// and what the boards show beside calls.

type zoneYAML struct {
	ID       string      `yaml:"id" config:"required"`
	Name     text2       `yaml:"name" config:"required"`
	Floor    string      `yaml:"floor"`
	Voices   []placeYAML `yaml:"voices"`   // that speak its calls
	Displays []placeYAML `yaml:"displays"` // that show its last call
}

// placeYAML is one unit of a device of the hall controller.
type placeYAML struct {
	Device string `yaml:"device" config:"required"`
	Unit   int    `yaml:"unit"` // address on the device's line; 0 is the device itself
}

type voiceYAML struct {
	Languages []string      `yaml:"languages"` // spoken in this order
	Chime     bool          `yaml:"chime"`
	Repeat    int           `yaml:"repeat"` // spoken again so often while nobody else waits
	Stale     time.Duration `yaml:"stale"`  // a call is no longer spoken after this
	Volume    int           `yaml:"volume"` // percent
	Volumes   []volumeYAML  `yaml:"volumes"`
}

type volumeYAML struct {
	From   calendar.Clock `yaml:"from" config:"required"`
	To     calendar.Clock `yaml:"to" config:"required"`
	Volume int            `yaml:"volume"` // percent; 0 is quiet
}

type recallsYAML struct {
	Most  int           `yaml:"most"`
	Every time.Duration `yaml:"every"`
}

type dutyYAML struct {
	Day      string        `yaml:"day" config:"required"` // 2006-01-02, or a day of the week: mon … sun
	Officers []officerYAML `yaml:"officers" config:"required"`
}

type officerYAML struct {
	Name  string `yaml:"name" config:"required"`
	Post  text2  `yaml:"post" config:"required"`
	Place text2  `yaml:"place" config:"required"`
	Phone string `yaml:"phone"` // of the post
	Photo string `yaml:"photo"` // file in the hall's folder
}

// languages that an announcement may have. Only the first two have a grammar of
// their own; a third one speaks the Chinese sentence with its own clips.
var language = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)

func (f *folder) checkCalling(k *Checker) {
	y := &f.hall
	zones, voices := namesOf{}, map[placeYAML]bool{}
	for i, z := range y.Zones {
		k := k.In(fmt.Sprintf("zones[%d]", i))
		zones.unique(k.At("id"), z.ID, "zone")
		checkPlaces(k, "voices", z.Voices)
		for j, p := range z.Voices {
			if voices[p] && !slices.Contains(z.Voices[:j], p) {
				k.Atf("voices[%d]", j).Badf("it speaks in another zone already: announcements would talk into each other")
			}
			voices[p] = true
		}
		checkPlaces(k, "displays", z.Displays)
	}
	v, k2 := y.Voice, k.In("voice")
	for i, l := range v.Languages {
		switch {
		case !language.MatchString(l):
			k2.Atf("languages[%d]", i).Badf("want a language such as zh-CN, en or yue")
		case slices.Contains(v.Languages[:i], l):
			k2.Atf("languages[%d]", i).Badf("stands twice")
		case i == 3:
			k2.Atf("languages[%d]", i).Badf("want three at most: a longer announcement keeps the next person waiting")
		}
	}
	if v.Repeat < 0 || v.Repeat > 2 {
		k2.At("repeat").Badf("want 0 to 2")
	}
	lasting(k2, "stale", v.Stale, 10*time.Second, 10*time.Minute)
	between(k2, "volume", v.Volume, 1, 100)
	for i, span := range v.Volumes {
		switch {
		case span.From >= span.To:
			k2.Atf("volumes[%d].to", i).Badf("want a time after %s", span.From)
		case i > 0 && span.From < v.Volumes[i-1].To:
			k2.Atf("volumes[%d].from", i).Badf("want a time from %s on, when the span before ends", v.Volumes[i-1].To)
		}
		if span.Volume < 0 || span.Volume > 100 {
			k2.Atf("volumes[%d].volume", i).Badf("want 0 (quiet) to 100")
		}
	}
	days := map[string]bool{}
	for i, d := range y.Duty {
		k := k.In(fmt.Sprintf("duty[%d]", i))
		if _, err := time.Parse(time.DateOnly, d.Day); err != nil && !slices.Contains(weekdays, d.Day) {
			k.At("day").Badf("want a date such as 2026-12-25, or a day of the week: %s", strings.Join(weekdays, ", "))
		}
		if days[d.Day] {
			k.At("day").Badf("stands twice")
		}
		days[d.Day] = true
		for j, o := range d.Officers {
			if o.Phone != "" && !phone.MatchString(o.Phone) {
				k.Atf("officers[%d].phone", j).Badf("want a telephone number")
			}
			f.checkPhoto(k.Atf("officers[%d].photo", j), o.Photo)
		}
	}
}

// checkPhoto wants a picture below the hall's folder and remembers its name on
// the hall's media address.
func (f *folder) checkPhoto(s Spot, file string) {
	if file == "" {
		return
	}
	if !filepath.IsLocal(file) {
		s.Badf("want a file below the hall's folder, such as photos/1003.png")
		return
	}
	sum, err := media.Sum(filepath.Join(f.dir, file))
	if err != nil {
		s.Badf("want a picture, JPEG or PNG: %v", err)
		return
	}
	f.photos[file] = sum
}

func checkPlaces(k *Checker, path string, list []placeYAML) {
	for i, p := range list {
		k.Atf("%s[%d].device", path, i).WantID(p.Device)
		if p.Unit < 0 || p.Unit > 65535 {
			k.Atf("%s[%d].unit", path, i).Badf("want the address on the line, 1 to 65535, or 0 for the device itself")
		}
		if slices.Contains(list[:i], p) {
			k.Atf("%s[%d]", path, i).Badf("stands twice")
		}
	}
}

func (r *rulesYAML) checkCalling(k *Checker) {
	between(k, "recalls.most", r.Recalls.Most, 1, 20)
	lasting(k, "recalls.every", r.Recalls.Every, time.Second, 5*time.Minute)
	lasting(k, "unstaffed", r.Unstaffed, time.Minute, 4*time.Hour)
	lasting(k, "hold_remind", r.HoldRemind, time.Minute, 4*time.Hour)
	between(k, "closed_ahead", r.ClosedAhead, 1, 30)
	for i, p := range r.PauseReasons {
		lasting(k, fmt.Sprintf("pause_reasons[%d].limit", i), p.Limit, time.Minute, 8*time.Hour)
	}
}

// calling fills the setup in.
func (f *folder) calling(s *hall.Setup) {
	y := &f.hall
	for _, z := range y.Zones {
		s.Zones = append(s.Zones, hall.Zone{ZoneInfo: contract.ZoneInfo{ID: z.ID, Name: z.Name.text(), Floor: z.Floor},
			Voices: places(z.Voices), Displays: places(z.Displays)})
	}
	v := y.Voice
	s.Voice = contract.VoicePlan{Languages: v.Languages, Chime: v.Chime, Repeat: v.Repeat, Stale: int(v.Stale / time.Second), Volume: v.Volume}
	for _, span := range v.Volumes {
		s.Voice.Volumes = append(s.Voice.Volumes, contract.VolumeSpan{From: span.From.String(), To: span.To.String(), Volume: span.Volume})
	}
	for _, d := range y.Duty {
		day := contract.DutyDay{Day: d.Day}
		for _, o := range d.Officers {
			day.Officers = append(day.Officers, contract.DutyOfficer{Name: o.Name, Post: o.Post.text(), Place: o.Place.text(), Phone: o.Phone, Photo: f.photos[o.Photo]})
		}
		s.Roster = append(s.Roster, day)
	}
	r := y.Rules
	s.Recalls, s.Unstaffed, s.HoldRemind, s.ClosedAhead = hall.Recalls(r.Recalls), r.Unstaffed, r.HoldRemind, r.ClosedAhead
}

func places(list []placeYAML) []hall.Place {
	var out []hall.Place
	for _, p := range list {
		out = append(out, hall.Place(p))
	}
	return out
}
