package hall

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// R-BOARD-04, HALL-013.
func TestMasked(t *testing.T) {
	for name, want := range map[string]string{
		"":             "",
		"张三":           "张*",
		"张*":           "张*",
		"欧阳修":          "欧*",
		"阿卜杜拉·买买提":     "阿*",
		"张三、李四；王五":     "张*、李*；王*",
		"张院":           "张*",
		"罗田县样例商贸有限公司":  "罗田县样例商贸有限公司",
		"样例（湖北）科技有限公司": "样例（湖北）科技有限公司",
		"样例有限公司（罗田分公司）":  "样例有限公司（罗田分公司）",
		"样例有限公司（张三）":     "样例有限公司",
		"张三（样例有限公司）":     "张*",
		"样例有限公司法定代表人张三":  "样*",
		"样例有限公司、张三":      "样例有限公司、张*",
		"凤山镇老李小吃店":       "凤山镇老李小吃店",
		"罗田县人民医院":        "罗田县人民医院",
		"Acme Co., Ltd.": "Acme Co., Ltd.",
		"John Smith":     "J*",
		"Jane Cohen":     "J*",
		"Coltd":          "C*",
		"\xff":           "\ufffd*",
		"、":              "、",
	} {
		if got := masked(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// Of a person's name nothing but the first character is left, and masking what
// is masked changes nothing.
func TestMaskedPersons(t *testing.T) {
	surnames, given := []rune("王李张刘陈欧司诸阿"), []rune("三四伟芳静秀英强磊军洋院社店")
	rapid.Check(t, func(t *rapid.T) {
		name := string(rapid.SampledFrom(surnames).Draw(t, "surname")) + rapid.StringOfN(rapid.SampledFrom(given), 1, 2, -1).Draw(t, "given")
		got := masked(name)
		if !strings.HasPrefix(name, strings.TrimSuffix(got, "*")) || utf8.RuneCountInString(got) != 2 {
			t.Errorf("%q: %q", name, got)
		}
		if again := masked(got); again != got {
			t.Errorf("%q masked again: %q", got, again)
		}
	})
}

func FuzzMasked(f *testing.F) {
	for _, s := range []string{"张三", "样例公司（张三）", "、，；", "((", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := masked(s)
		if again := masked(once); again != once && utf8.ValidString(s) {
			t.Errorf("%q: %q, then %q", s, once, again)
		}
	})
}
