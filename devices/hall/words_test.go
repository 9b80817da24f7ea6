package hall

import (
	"regexp"
	"testing"

	"hallward/devices/contract"
	"hallward/kiosk/text"
)

// R-VOICE-03: every refusal is said in both languages, politely, and with
// every name filled in.
func TestWords(t *testing.T) {
	left := regexp.MustCompile(`\{\w+\}`)
	x := newIndex(&Setup{})
	for code := range words {
		p := x.refuse(code, about{Number: "A001", Window: "w1", Other: "w2", Staff: "样例", Limit: 5, Minutes: 5,
			Reason: contract.Text2{ZH: "会议", EN: "Meeting"}, Next: contract.Text2{ZH: "明天", EN: "tomorrow"}})
		if p.Code != code || p.Message == "" || p.MessageEN == "" {
			t.Errorf("%s: %+v", code, p)
		}
		for _, s := range []string{p.Message, p.MessageEN} {
			if word := text.Offends(s); word != "" {
				t.Errorf("%s: %q holds the forbidden %q", code, s, word)
			}
			if name := left.FindString(s); name != "" {
				t.Errorf("%s: %q leaves %s open", code, s, name)
			}
		}
	}
}
