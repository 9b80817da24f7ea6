package console

import (
	"strings"

	"hallward/devices"
	"hallward/devices/contract"
)

// word looks a code up, and shows the code itself rather than nothing.
func word(table map[string]string, code string) string {
	if w, ok := table[code]; ok {
		return w
	}
	return code
}

var entranceWords = map[string]string{
	"stale":       "页面已过期，请再试一次。",
	"taken":       "该窗口刚由另一位同事登录，请选择其他窗口。",
	"not-manager": "您的账号没有大厅管理权限，请从窗口登录，或联系值班主任。",
	"not-lead":    "您的账号没有科室负责人权限，请从窗口登录，或联系值班主任。",
	"no-window":   "请先选择窗口，再登录。",
	"signed-out":  "您已退出登录。",
	"signed-off":  "该窗口已由其他人员登录或已退出，请重新登录。",
	"ended":       "登录已结束或长时间没有操作，请重新登录。",
}

var problemTable = map[string]string{
	"no-answer":   "系统暂时没有回应，请稍候再试；如持续出现，请联系值班主任。",
	"bad-request": "请求无法识别，请刷新页面后再试。",
	"stale":       entranceWords["stale"],
	"signed-off":  entranceWords["signed-off"],
	"ended":       entranceWords["ended"],
	"not-manager": entranceWords["not-manager"],
	"not-lead":    entranceWords["not-lead"],
	"no-window":   "请先在窗口登录，再为群众操作；记录会写明是您。",
	"bad-time":    "时间填写有误，请核对后再提交。",
	"rule-moved":  "叫号规则刚由另一位管理人员修改，请看清现在的规则后再改。",
}

// holdReasons are offered when a ticket is put aside.
var holdReasons = []string{"补充材料", "等待缴费", "等待会商", "群众暂时离开", "系统等待"}

// grantReasons are offered when staff give a number priority; others may be
// typed.
var grantReasons = []string{"年老体弱", "身体不适或急病", "残疾或行动不便", "怀孕或携带婴幼儿", "现役或退役军人", "办理事项即将到期", "重点项目", "前次因我方原因未办成"}

// stopReasons are offered when the manager pauses a service; others may be
// typed. Citizens read them.
var stopReasons = []string{"系统维护", "窗口人员调整", "今日受理已满", "业务调整"}

// closeReasons are offered when the day is ended early; citizens read them too.
var closeReasons = []string{"停电", "网络故障", "极端天气", "突发情况"}

var stateWords = map[string]string{
	contract.WindowClosed: "未开放",
	contract.WindowOpen:   "开放",
	contract.WindowPaused: "暂停",
	"issued":              "待确认",
	"unconfirmed":         "未确认",
	"waiting":             "等候",
	"called":              "已呼叫",
	"serving":             "办理中",
	"held":                "暂存",
	"finished":            "已办结",
	"missed":              "过号",
	"void":                "作废",
	"late":                "作废后出票",
}

func stateWord(s string) string { return word(stateWords, s) }

var actionWords = map[string]string{
	contract.EvTicketCalled:      "呼叫",
	contract.EvTicketRecalled:    "重新呼叫",
	contract.EvTicketMissed:      "过号",
	contract.EvTicketReinstated:  "过号恢复",
	contract.EvTicketStarted:     "开始办理",
	contract.EvTicketFinished:    "办理结束",
	contract.EvTicketTransferred: "转办",
	contract.EvTicketHeld:        "暂存",
	contract.EvTicketResumed:     "取回暂存",
	contract.EvTicketReturned:    "退回队列",
	contract.EvTicketVoided:      "作废",
	contract.EvTicketGranted:     "授予优先",
	contract.EvTicketContinued:   "办完一项",
	contract.EvTicketCorrected:   "更正事项",
	contract.EvWindowSet:         "自动叫号",
	contract.EvWindowSignedIn:    "登录",
	contract.EvWindowSignedOut:   "退出登录",
	contract.EvWindowPaused:      "暂停窗口",
	contract.EvWindowResumed:     "恢复窗口",
}

func actionWord(s string) string { return word(actionWords, s) }

// reasonWords are the reasons that the hall gives by itself.
var reasonWords = map[string]string{
	"unconfirmed":   "无人确认",
	"citizen":       "群众放弃",
	"staff":         "工作人员作废",
	"day-ended":     "当日结束",
	"day-closed":    "当日业务提前结束",
	"failed":        "打印失败",
	"unknown":       "打印结果不明",
	"restart":       "打印时断电或重启",
	"future":        "时间超前",
	"unverified":    "未验证",
	"window-closed": "窗口关闭",
}

var faultWords = map[devices.FaultCode]string{
	devices.FaultPaperOut:  "缺纸",
	devices.FaultPaperLow:  "纸将用尽",
	devices.FaultCoverOpen: "上盖未合",
	devices.FaultCutter:    "切刀故障",
	devices.FaultBroken:    "需断电重启",
	devices.FaultHot:       "过热",
	devices.FaultOffline:   "脱机",
	devices.FaultSilent:    "无应答",
	devices.FaultGarbled:   "数据异常",
	devices.FaultMissing:   "未找到设备",
	devices.FaultRejected:  "拒绝连接",
	devices.FaultStorage:   "存储失败",
	devices.FaultStuck:     "按键卡住",
	devices.FaultSlipLeft:  "号票未取走",
}

func faultWord(f devices.FaultCode) string {
	if w, ok := faultWords[f]; ok {
		return w
	}
	return string(f)
}

// cause is why a number is without paper or void: the reason, and what the
// printer said.
func cause(t Ticket) string {
	var words []string
	if t.Reason != "" {
		words = append(words, word(reasonWords, t.Reason))
	}
	if t.Fault != "" {
		words = append(words, word(reasonWords, faultWord(devices.FaultCode(t.Fault))))
	}
	return strings.Join(words, " · ")
}

// conflictWords say why a number that a kiosk gave while cut off could not join
// the queue.
var conflictWords = map[string]string{
	"not-lent":   "该号码没有备给这台取号机",
	"taken":      "该号码已在另一张号票上",
	"other-day":  "号码属于另一个业务日",
	"no-service": "大厅没有这个事项",
}

// stopWords say in a word why a service gives no tickets now.
var stopWords = map[string]string{
	"paused":         "已暂停",
	"quota":          "今日已满",
	"interval-quota": "本时段已满",
	"closing":        "今日排满",
	"message":        "不用取号",
	"hours":          "非受理时段",
}

var bookingWords = map[string]string{
	"booked":    "未到时间",
	"arrived":   "已签到",
	"missed":    "未到",
	"cancelled": "已取消",
}

// results are what can come of a service, in the order of the finish dialog.
var results = []choice{{"done", "当场办结", "Done"}, {"accepted", "受理，承诺期办结", "Accepted"}, {"supplement", "一次性告知补正", "To be supplemented"},
	{"refused", "不予受理", "Not accepted"}, {"advice", "咨询解答", "Advice"}, {"elsewhere", "引导至其他部门", "Sent elsewhere"}}

func resultWord(code string) string {
	for _, r := range results {
		if r.Value == code {
			return r.Label
		}
	}
	return code
}

// alarmWords name an alarm before its sentence.
var alarmWords = map[string]string{
	"window.unstaffed":   "无人值守",
	"window.paused-long": "暂停超时",
	"hold.overdue":       "暂存超时",
	"duty.empty":         "值班空缺",
	"photo.missing":      "缺少照片",
}

// unspokenWords say why an announcement was not spoken.
var unspokenWords = map[string]string{
	"stale": "已过时，不再播报",
	"voice": "语音设备故障",
	"full":  "排队播报过多",
}

// noticeKinds are the kinds of a notice that the console can post.
var noticeKinds = map[string]string{"": "滚动字幕", "line": "滚动字幕", "page": "公示栏", "figures": "办件统计", "slogan": "标语", "slide": "图片"}
