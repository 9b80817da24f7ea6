package console

import (
	"fmt"
	"strings"
)

// appointmentClass is the class of who checked in on time.
const appointmentClass = "appointment"

// mark is something about a number that staff should see at a glance. A strong
// one asks them to do something.
type mark struct {
	Text   string
	Strong bool
}

// marks are those of a ticket, its priority first.
func marks(s Snapshot, t Ticket) []mark {
	var list []mark
	add := func(is bool, text string, strong bool) {
		if is {
			list = append(list, mark{text, strong})
		}
	}
	appointed := t.Class == appointmentClass
	add(!t.Due.IsZero(), "预约 "+clock(s, t.Due), false)
	add(t.Class != "" && !(appointed && !t.Due.IsZero()), className(s, t.Class), false)
	add(t.NoCard, "请核对身份", true)
	add(t.Offline, "离线取号", false)
	add(t.ForWindow, "转至本窗口", false)
	add(len(t.More) > 0, fmt.Sprintf("还有 %d 项", len(t.More)), false)
	add(t.Owed, "待缴费", false)
	add(t.Silent, "静音", false)
	add(t.WalkIn, "无号办理", false)
	add(t.Reprints > 0, fmt.Sprintf("补打 %d 次", t.Reprints), false)
	return list
}

// className is the short name of a class: without what stands in brackets.
func className(s Snapshot, id string) string {
	name := id
	if id == appointmentClass {
		name = "预约"
	}
	for _, c := range s.Classes {
		if c.ID == id {
			name = c.Name
		}
	}
	short, _, _ := strings.Cut(name, "（")
	return short
}

// Because is why this number was called, with who granted it priority and for
// what reason.
func (p Present) Because() string {
	words := p.Why
	if p.Granted != "" && !strings.Contains(p.Why, "授权") {
		words += "，" + p.Granted + "授权"
	}
	if p.GrantReason != "" {
		words += "，理由：" + p.GrantReason
	}
	return words
}
