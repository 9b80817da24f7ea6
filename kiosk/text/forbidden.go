package text

import "hallward/devices/hall/polite"

// Offends finds the first word in s that nobody may use towards a citizen
// (服务忌语), or "". It applies to the machine's own words and to everything that
// a server or a form sends to a screen (R-VOICE-03); the list is
// polite.Forbidden.
func Offends(s string) string {
	hit, _ := polite.Check(s)
	return hit.Word
}

// Decent is s, or instead where s holds a forbidden word. The word comes back
// for the log.
func Decent(s, instead string) (shown, word string) {
	if w := Offends(s); w != "" {
		return instead, w
	}
	return s, ""
}
