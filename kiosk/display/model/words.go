package model

import (
	"fmt"
	"time"

	"hallward/devices/contract"
)

// The words of a board stand in both languages at once, since nobody can switch
// it over. Those that a kiosk has as well come from kiosk/text.
var (
	noName     = contract.Text2{ZH: "政务服务大厅", EN: "Government Service Hall"}
	connecting = contract.Text2{ZH: "正在连接，请稍等", EN: "Connecting, one moment please"}
	noCalls    = contract.Text2{ZH: "请留意叫号", EN: "Numbers will be called here"}
	closed     = contract.Text2{ZH: "现在不是办公时间", EN: "Outside opening hours"}
	anyDesk    = contract.Text2{ZH: "咨询服务台", EN: "The service desk"}
	anyService = contract.Text2{ZH: "办理事项", EN: "Service"}
	noSmoking  = contract.Text2{ZH: "厅内禁止吸烟", EN: "No smoking in the hall"}
	askDuty    = contract.Text2{ZH: "需要找值班人员，请到咨询服务台，我们为您联系", EN: "To see the officer on duty please ask at the service desk"}
	dutyPhone  = contract.Text2{ZH: "值班电话", EN: "Duty phone on days off"}
	centreLine = contract.Text2{ZH: "办事咨询、对窗口服务的意见", EN: "Enquiries, and complaints to the centre"}
	away       = contract.Text2{
		ZH: "对不起，叫号信息暂未更新，以下为 %s 的内容。请留意窗口工作人员叫号",
		EN: "No new calls reach this screen: shown as of %s. Please listen to the staff at the windows"}
)

// supervisionLine is whom people may call over the centre's head.
var supervisionLine = contract.Text2{ZH: "监督投诉，由监督部门受理", EN: "Complaints to the supervision office"}

// titles are the headings of the pages.
var titles = map[string]contract.Text2{
	PageCalls:     {ZH: "叫号记录", EN: "Calls"},
	PageWaiting:   {ZH: "等候人数", EN: "Waiting"},
	PageNotices:   {ZH: "公示栏", EN: "Notices"},
	PageResults:   {ZH: "审批结果公示", EN: "Results of approvals"},
	PageFigures:   {ZH: "办件统计", EN: "Case figures"},
	PageDuty:      {ZH: "今日值班", EN: "On duty today"},
	PageClosed:    {ZH: "放假安排", EN: "Closed days"},
	PagePhones:    {ZH: "服务和监督电话", EN: "Phone numbers"},
	PageSlogans:   {ZH: "服务承诺", EN: "Our service"},
	PageNoSmoking: {ZH: "温馨提示", EN: "Please note"},
	PageSlides:    {},
}

// states are the words for what became of a call (queue.State).
var states = map[string]contract.Text2{
	"called":   {ZH: "请到窗口", EN: "Please come"},
	"serving":  {ZH: "办理中", EN: "Being served"},
	"held":     {ZH: "稍候", EN: "On hold"},
	"missed":   {ZH: "已过号", EN: "Missed"},
	"finished": {ZH: "已办结", EN: "Done"},
	"waiting":  {ZH: "等候中", EN: "Waiting"},
}

var weekdays = [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}

func date(t time.Time) contract.Text2 {
	return contract.Text2{
		ZH: fmt.Sprintf("%d月%d日 %s", t.Month(), t.Day(), weekdays[t.Weekday()]),
		EN: t.Format("Mon 2 January"),
	}
}

// moment is a time of day, with its date when that is not today.
func moment(t, now time.Time) contract.Text2 {
	clock := t.Format("15:04")
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return contract.Text2{ZH: clock, EN: clock}
	}
	return contract.Text2{ZH: fmt.Sprintf("%d月%d日 %s", t.Month(), t.Day(), clock), EN: t.Format("2 January 15:04")}
}

// with puts a text into the place of another, language by language.
func with(t, arg contract.Text2) contract.Text2 {
	return contract.Text2{ZH: fmt.Sprintf(t.ZH, arg.ZH), EN: fmt.Sprintf(t.EN, arg.EN)}
}
