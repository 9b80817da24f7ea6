package station

import (
	"hallward/devices/contract"
	"hallward/kiosk/flow"
	"hallward/kiosk/text"
)

// clean takes out of a view what a citizen must not read (R-VOICE-03) and tells
// the words that it found. The name of a unit or service with such a word gives
// way to the other language, or to its id: the choice itself stays. The event's
// own slices are changed, which nobody else holds yet.
func clean(e flow.Event) (words []string) {
	one := func(s *string, instead string) {
		shown, word := text.Decent(*s, instead)
		if word != "" {
			words = append(words, word)
		}
		*s = shown
	}
	both := func(t *contract.Text2, id string) {
		zh, en := t.ZH, t.EN
		for _, other := range []*string{&zh, &en} {
			if text.Offends(*other) != "" {
				*other = ""
			}
		}
		one(&t.ZH, or(en, id))
		one(&t.EN, or(zh, id))
	}
	if c, ok := e.(flow.CatalogueView); ok {
		for i := range c.Units {
			both(&c.Units[i].Name, c.Units[i].ID)
		}
		for i := range c.Services {
			both(&c.Services[i].Name, c.Services[i].ID)
			both(&c.Services[i].Area, "")
			both(&c.Services[i].Message, "")
			for j := range c.Services[i].Requirements {
				both(&c.Services[i].Requirements[j], "")
			}
		}
		for i := range c.Classes {
			both(&c.Classes[i].Name, c.Classes[i].ID)
			both(&c.Classes[i].Proof, "")
		}
	}
	if q, ok := e.(flow.QueueView); ok {
		for i := range q.Services {
			both(&q.Services[i].Reason, "")
		}
	}
	return words
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
