package text

import "strings"

// Forbidden are words that nobody in the hall may use towards a citizen
// (服务忌语): the seeds' own "不知道、我不管、不懂" and the list that Annex F of the
// local standard only names, which is designed here and can be replaced
// (R-VOICE-03). It applies to the machine's own words and to everything that a
// server or a form sends to a screen.
var Forbidden = []string{
	"不知道", "不懂", "我不管", "不归我管", "不关我的事", "少啰嗦", "少罗嗦", "啰嗦",
	"急什么", "着什么急", "没看见", "自己看", "自己去看", "不会看", "你瞎", "烦死了", "真烦",
	"下班了", "快下班", "还没上班", "有意见", "随便你", "爱办不办", "你去告", "找领导去",
	"怎么这么笨", "听不懂", "说过了", "不是告诉你", "我没空", "等着吧", "不行就是不行",
	"停止服务", "拒绝受理", "非法操作", "致命错误",
	"shut up", "not my problem", "don't know", "stupid", "illegal operation", "fatal error", "go away",
}

// Offends finds the first forbidden word in s, or "".
func Offends(s string) string {
	low := strings.ToLower(strings.Join(strings.Fields(s), " "))
	tight := strings.ReplaceAll(low, " ", "")
	for _, w := range Forbidden {
		if strings.Contains(low, w) || (w[0] >= 0x80 && strings.Contains(tight, w)) {
			return w
		}
	}
	return ""
}

// Decent is s, or instead where s holds a forbidden word. The word comes back
// for the log.
func Decent(s, instead string) (shown, word string) {
	if w := Offends(s); w != "" {
		return instead, w
	}
	return s, ""
}
