package slip

import (
	"reflect"
	"testing"

	"hallward/kiosk/text"
)

// Every word of a slip is there in both languages, and none is forbidden.
func TestWords(t *testing.T) {
	for lang, w := range map[string]words{text.Chinese: chinese, text.English: english} {
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			name, word := v.Type().Field(i).Name, v.Field(i).String()
			if word == "" {
				t.Errorf("%s: no word for %s", lang, name)
			}
			if bad := text.Offends(word); bad != "" {
				t.Errorf("%s: %s: %q contains %q", lang, name, word, bad)
			}
		}
		if wordsIn(lang) != w {
			t.Errorf("%s gives other words", lang)
		}
	}
}
