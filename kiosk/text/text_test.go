package text

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hallward/devices/contract"
	"hallward/kiosk/flow"
)

var verbs = regexp.MustCompile(`%[a-z]`)

// R-KIOSK-22: every key of the source has Chinese and English, with the same
// arguments.
func TestEveryKey(t *testing.T) {
	keys := declared(t)
	if len(keys) < 50 {
		t.Fatalf("only %d keys found in the source", len(keys))
	}
	for _, k := range keys {
		v, ok := table[k]
		switch {
		case !ok:
			t.Errorf("%s: not in the table", k)
		case v.ZH == "" || v.EN == "":
			t.Errorf("%s: %+v lacks a language", k, v)
		case fmt.Sprint(verbs.FindAllString(v.ZH, -1)) != fmt.Sprint(verbs.FindAllString(v.EN, -1)):
			t.Errorf("%s: arguments differ: %q, %q", k, v.ZH, v.EN)
		}
	}
	if len(keys) != len(table) {
		t.Errorf("%d keys, %d entries: the table has one that nobody can name", len(keys), len(table))
	}
}

func declared(t *testing.T) []Key {
	t.Helper()
	pkgs, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool {
		return !strings.HasSuffix(f.Name(), "_test.go")
	}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var keys []Key
	for _, p := range pkgs {
		ast.Inspect(p, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if id, ok := v.Type.(*ast.Ident); ok && id.Name == "Key" {
				for _, x := range v.Values {
					s, err := strconv.Unquote(x.(*ast.BasicLit).Value)
					if err != nil {
						t.Fatal(err)
					}
					keys = append(keys, Key(s))
				}
			}
			return true
		})
	}
	return keys
}

func everything() map[string]contract.Text2 {
	all := map[string]contract.Text2{}
	for k, v := range table {
		all[string(k)] = v
	}
	for r, v := range Troubles {
		all[r+"/what"], all[r+"/do"], all[r+"/ask"], all[r+"/short"] = v.What, v.Do, v.Ask, v.Short
	}
	return all
}

// R-VOICE-03: none of the machine's words is on the list.
func TestNoForbiddenWord(t *testing.T) {
	for k, v := range everything() {
		for _, s := range []string{v.ZH, v.EN} {
			if w := Offends(s); w != "" {
				t.Errorf("%s: %q holds %q", k, s, w)
			}
		}
	}
}

// R-VOICE-04: what happened, what to do, whom to ask, in both languages and
// politely; never a bare no.
func TestTroublesHaveThreeParts(t *testing.T) {
	for r, p := range Troubles {
		for part, v := range map[string]contract.Text2{"what": p.What, "do": p.Do, "ask": p.Ask, "short": p.Short} {
			if v.ZH == "" || v.EN == "" {
				t.Errorf("%s: %s lacks a language: %+v", r, part, v)
			}
		}
		if !strings.Contains(p.What.ZH, "对不起") && !strings.Contains(p.What.ZH, "您好") {
			t.Errorf("%s: what: %q neither greets nor says sorry", r, p.What.ZH)
		}
		if !strings.Contains(p.Do.ZH, "请") && !strings.Contains(p.Do.ZH, "您可以") {
			t.Errorf("%s: do: %q asks nothing politely", r, p.Do.ZH)
		}
		if !strings.Contains(p.Ask.ZH, "请") || !strings.HasSuffix(p.Ask.ZH, "：") || !strings.HasSuffix(p.Ask.EN, ":") {
			t.Errorf("%s: ask: %+v must lead to the place and the phone", r, p.Ask)
		}
	}
}

var halfWidth = regexp.MustCompile(`\p{Han}[,:;?!]|[,:;?!]\p{Han}`)

// Chinese is set with Chinese punctuation.
func TestPunctuation(t *testing.T) {
	for k, v := range everything() {
		if m := halfWidth.FindString(v.ZH); m != "" {
			t.Errorf("%s: %q has half-width punctuation: %q", k, v.ZH, m)
		}
	}
}

// R-VOICE-02: 您, never 你.
func TestPolite(t *testing.T) {
	for k, v := range everything() {
		if strings.Contains(v.ZH, "你") {
			t.Errorf("%s: %q says 你", k, v.ZH)
		}
	}
}

func TestDecent(t *testing.T) {
	for _, c := range []struct{ in, out, word string }{
		{"请稍等", "请稍等", ""},
		{"这事我不管", "好", "我不管"},
		{"不 知 道", "好", "不知道"},
		{"Not my  PROBLEM", "好", "not my problem"},
		{"", "", ""},
	} {
		if got, w := Decent(c.in, "好"); got != c.out || w != c.word {
			t.Errorf("Decent(%q) = %q, %q; want %q, %q", c.in, got, w, c.out, c.word)
		}
	}
}

func TestUnknownKeyShowsItself(t *testing.T) {
	if got := Key("nothing").In(English); got != "nothing" {
		t.Errorf("got %q", got)
	}
	if TroubleOf("nothing") != Troubles["no-answer"] {
		t.Error("an unknown reason has no page")
	}
}

// Every reason that a screen can show has words of its own.
func TestEveryReasonHasWords(t *testing.T) {
	for _, r := range append(slices.Clone(flow.Reasons), flow.Notices...) {
		if _, ok := Troubles[string(r)]; !ok {
			t.Errorf("%s has no words", r)
		}
	}
}
