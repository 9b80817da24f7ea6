package onbon

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hallward/devices"
)

var _ devices.Voice = (*Dev)(nil)

// Say has a speaking card (-YY) speak, and returns when the words should have
// been heard: the card does not tell. It has no chime, and speaks Mandarin and
// English; sentences in another language are left out.
func (d *Dev) Say(ctx context.Context, address int, a devices.Announcement) error {
	spoken := false
	for _, s := range a.Speeches {
		words, ok := d.opts.speech(s)
		if !ok {
			continue
		}
		spoken = true
		if err := d.say(ctx, address, a.Volume, words, Spoken(s, d.opts.Pace)); err != nil {
			return err
		}
		if d.opts.Sound == Shown {
			return nil // what stands there is the same in every language
		}
	}
	if !spoken {
		return fmt.Errorf("onbon: %s: unit %d: it speaks Mandarin and English, where its sound is on: %w", d.link, address, devices.ErrUnspeakable)
	}
	return nil
}

func (d *Dev) say(ctx context.Context, address, volume int, words []byte, takes time.Duration) error {
	err := d.with(ctx, address, func(u *unit) error {
		a := u.shows
		if !u.seen {
			a = d.opts.area(devices.Sign{}, false)
		}
		a.speaker, a.volume, a.pace = byte(d.opts.Speaker), byte(min(10, (volume+9)/10)), byte(d.opts.Pace)
		if a.sound = soundShown; d.opts.Sound == Speech {
			a.sound, a.speech = soundSpeech, words
		}
		_, err := d.ask(ctx, address, u, a.update(answerYes))
		return err
	})
	if err != nil {
		return err
	}
	over := time.NewTimer(takes)
	defer over.Stop()
	select {
	case <-over.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// speech is a sentence in the card's own writing, with its marks for how digits
// are read (11.1); false when it cannot speak it.
func (o *Opts) speech(s devices.Speech) ([]byte, bool) {
	var t strings.Builder
	switch {
	case o.Sound == Mute:
		return nil, false
	case s.Lang == "zh-CN":
	case s.Lang == "en":
		t.WriteString("[g2]")
	default:
		return nil, false
	}
	for _, p := range s.Parts {
		switch p.Kind {
		case devices.PartDigits:
			t.WriteString("[n1]" + o.clean(p.Text))
		case devices.PartValue:
			t.WriteString("[n2]" + o.clean(p.Text))
		case devices.PartPause:
			t.WriteString("，")
		default:
			t.WriteString(o.clean(p.Text))
		}
		if s.Lang == "en" {
			t.WriteString(" ")
		}
	}
	return o.bytes(o.clip(strings.TrimSpace(t.String()), maxSpeech)), true
}

// Times of speech at pace 5. They err on the long side: the next announcement
// must not cut off this one.
const (
	syllable = 260 * time.Millisecond
	comma    = 300 * time.Millisecond
	leadIn   = 600 * time.Millisecond
)

// Spoken estimates how long a card takes for a sentence at a pace of 1 to 10;
// each step is a tenth faster or slower.
func Spoken(s devices.Speech, pace int) time.Duration {
	var n, extra time.Duration
	for _, p := range s.Parts {
		switch p.Kind {
		case devices.PartPause:
			ms, _ := strconv.Atoi(p.Text)
			extra += comma + time.Duration(ms)*time.Millisecond
		case devices.PartValue:
			n += time.Duration(max(1, 2*len(p.Text)-1)) // 128 is 一百二十八
		default:
			letters := time.Duration(0)
			for _, r := range p.Text {
				switch {
				case r == ' ':
				case r >= 0x80 || p.Kind == devices.PartDigits || r >= '0' && r <= '9':
					n++
				default:
					letters++
				}
			}
			n += (letters + 2) / 3 // of a word in Latin letters
		}
	}
	if s.Lang == "en" {
		n += n / 4 // zero and seven have two syllables
	}
	return leadIn + extra + n*syllable*time.Duration(15-pace)/10
}
