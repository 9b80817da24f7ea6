package console

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"hallward/kiosk/text"
)

// No page says a word that nobody in the hall may say (R-VOICE-03).
func TestWordsAreDecent(t *testing.T) {
	said := map[string]string{}
	for name, table := range map[string]map[string]string{"entrance": entranceWords, "problem": problemTable, "state": stateWords,
		"action": actionWords, "reason": reasonWords, "conflict": conflictWords, "stop": stopWords, "booking": bookingWords,
		"alarm": alarmWords, "unspoken": unspokenWords, "notice": noticeKinds} {
		for code, w := range table {
			said[name+" "+code] = w
		}
	}
	for code, w := range faultWords {
		said["fault "+string(code)] = w
	}
	for _, v := range verbs {
		said["verb "+v.Name] = v.ZH + " " + v.EN
	}
	said["reasons"] = strings.Join(slices.Concat(holdReasons, grantReasons, stopReasons, closeReasons), " ")
	for _, r := range results {
		said["result "+r.Value] = r.Label + " " + r.Detail
	}
	for _, r := range PauseReasons {
		said["pause "+r.Name] = r.Name
	}
	for _, files := range []fs.FS{pageFiles, assets} {
		err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			blob, err := fs.ReadFile(files, path)
			said[path] = string(blob)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for where, words := range said {
		if words == "" {
			t.Errorf("%s says nothing", where)
		}
		if bad := text.Offends(words); bad != "" {
			t.Errorf("%s: %q", where, bad)
		}
	}
}

// Every key stands for one act at a time, and every stage offers a way on.
func TestVerbs(t *testing.T) {
	for _, at := range []string{stageIdle, stageCalled, stageServing, stagePaused} {
		keys := map[string]string{}
		for _, v := range verbs {
			for _, in := range v.In {
				if in != at || v.Name == "resume" && at != stagePaused {
					continue // with something in hand a window is either open or paused
				}
				if other := keys[v.Key]; other != "" {
					t.Errorf("%s: %s is both %s and %s", at, v.Key, other, v.Name)
				}
				keys[v.Key] = v.Name
			}
		}
		if len(keys) < 3 {
			t.Errorf("%s offers only %v", at, keys)
		}
	}
}

// What a window may do in each situation, and the list that it is asked from.
func TestAllowed(t *testing.T) {
	held, missed, waiting := []Ticket{{Number: "A001"}}, []Ticket{{Number: "A002"}}, []Ticket{{Number: "A003"}}
	two := []string{"deed", "permit"}
	hand := func(state string) *Present { return &Present{Ticket: Ticket{Number: "A004", State: state}} }
	for _, c := range []struct {
		name, state string
		w           Window
		want        string
	}{
		{"closed", "closed", Window{Waiting: waiting, Services: two}, ""},
		{"idle", "open", Window{}, "auto grant:grantee class grant next pause:pause sign-out:leave"},
		{"idle with services", "open", Window{Services: two[:1]}, "auto grant:grantee class grant next pause:pause sign-out:leave walk-in:services walk-in"},
		{"idle with lists", "open", Window{Held: held, Missed: missed, Waiting: waiting},
			"auto call:waiting grant:grantee class grant next pause:pause reinstate:missed return:held sign-out:leave silent:quiet unhold:held"},
		{"paused", "paused", Window{Held: held, Missed: missed, Waiting: waiting, Services: two}, "auto grant:grantee class grant reinstate:missed resume return:held sign-out:leave silent:quiet"},
		{"called", "open", Window{Present: hand("called"), Held: held, Waiting: waiting, Services: two},
			"auto correct:correct grant:grantee class grant hold:hold minutes no-show pause:pause recall return silent start transfer:targets"},
		{"serving", "open", Window{Present: hand("serving"), Missed: missed, Services: two[:1]}, "auto finish grant:grantee class grant hold:hold minutes pause:pause reinstate:missed transfer:targets"},
		{"serving, then a pause", "paused", Window{Present: hand("serving")}, "auto finish grant:grantee class grant hold:hold minutes resume transfer:targets"},
		{"serving what costs a fee", "open", Window{Present: &Present{Ticket: Ticket{Number: "A004", State: "serving"}, FeeDue: true}}, "auto finish:fee grant:grantee class grant hold:hold minutes pause:pause transfer:targets"},
		{"no classes of priority", "open", Window{}, "auto next pause:pause sign-out:leave"},
	} {
		c.w.State = c.state
		can := allowed(c.w, c.name != "no classes of priority")
		var got []string
		for _, name := range slices.Sorted(maps.Keys(can)) {
			if can[name] != "" {
				name += ":" + can[name]
			}
			got = append(got, name)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, s, c.want)
		}
	}
}
