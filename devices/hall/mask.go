package hall

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"hallward/devices/contract"
	"hallward/devices/hall/polite"
)

// decent refuses a text that holds a word which nobody may use towards a
// citizen, or somebody's ID or phone number: it would stand where everybody sees
// or hears it (R-VOICE-03, HALL-013).
func (s *State) decent(texts ...contract.Text2) *contract.Problem {
	for _, t := range texts {
		for _, text := range []string{t.ZH, t.EN} {
			if hit, bad := polite.Check(text); bad {
				return s.x.refuse(ForbiddenWord, about{Word: hit.Word, Source: hit.Source})
			}
			if looksPersonal(text, s.now, false) {
				return s.x.refuse(PersonalText, about{})
			}
		}
	}
	return nil
}

// masked is a name as the public may read it. Of a person only the first
// character is left (张三 → 张*), several persons are masked one by one, and
// the name of a legal person stays whole. What cannot be told is a person.
func masked(name string) string {
	var b strings.Builder
	for name != "" {
		one, between := name, ""
		if i := strings.IndexAny(name, "、；;/，"); i >= 0 {
			_, size := utf8.DecodeRuneInString(name[i:])
			one, between = name[:i], name[i:i+size]
		}
		name = name[len(one)+len(between):]
		b.WriteString(maskedOne(strings.TrimSpace(one)))
		b.WriteString(between)
	}
	return b.String()
}

// aside is a remark in brackets at the end of a name.
var aside = regexp.MustCompile(`^(.*\S)\s*[（(]([^（）()]*)[）)]$`)

func maskedOne(name string) string {
	if m := aside.FindStringSubmatch(name); m != nil {
		if legalPerson(m[1]) && legalPerson(m[2]) {
			return name
		}
		name = m[1] // a remark may name its owner
	}
	if name == "" || legalPerson(name) {
		return name
	}
	first, _ := utf8.DecodeRuneInString(name)
	return string(first) + "*"
}

// legalEndings are how the names of enterprises and institutions end; those of
// one character may end a person's name too, so these need four in all.
var legalEndings = strings.Fields("公司 集团 中心 合作社 学校 医院 协会 委员会 村委会 事务所 幼儿园 超市 工作室 经营部 厂 店 社 院 局 部 所 站 馆 场 行 校")

var legalEnglish = regexp.MustCompile(`(?i)(^|[\s,.])(co|ltd|inc|corp|llc|plc|company|limited|group|corporation|centre|center)\.?$`)

func legalPerson(name string) bool {
	long := utf8.RuneCountInString(name) >= 4
	for _, ending := range legalEndings {
		if long && strings.HasSuffix(name, ending) {
			return true
		}
	}
	return legalEnglish.MatchString(name)
}
