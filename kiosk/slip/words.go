package slip

import "fmt"

// words are the fixed words of a slip in one language. They are short: on a
// slow serial line each hanzi costs 2 ms of the citizen's time.
type words struct {
	ahead     string // with the number of people
	atOnce    string
	about     string // with minutes
	within    string // with minutes
	after     string // with the time
	windows   string // with labels
	and       string
	taken     string
	hours     string
	consult   string
	complaint string
	reprint   string

	class   string // before the name of the class
	silent  string // called on the screens only
	due     string // with the time of the appointment
	feeDue  string
	feeOf   string // with the amount
	offline string
	code    string // heading of an appointment
	bring   string // what to do with it
}

var chinese = words{
	ahead:     "前面等候%d人",
	atOnce:    "请稍候",
	about:     "约%s分钟",
	within:    "约%d分钟以内",
	after:     "预计%s以后叫号",
	windows:   "%s号窗口",
	and:       "、",
	taken:     "取号 ",
	hours:     "办公 ",
	consult:   "咨询 ",
	complaint: "投诉 ",
	reprint:   "补打",

	class:   "优先：",
	silent:  "静默叫号",
	due:     "预约时间 %s",
	feeDue:  "办结后到收费窗口缴费",
	feeOf:   "，标准 %s 元",
	offline: "联网后自动排队，按取号先后叫号",
	code:    "预约码",
	bring:   "请按时到取号机凭预约码取号",
}

var english = words{
	ahead:     "%d ahead,",
	atOnce:    "shortly",
	about:     "about %s min",
	within:    "within about %d min",
	after:     "called after %s",
	windows:   "Window %s",
	and:       ", ",
	taken:     "Taken ",
	hours:     "Open ",
	consult:   "Enquiries ",
	complaint: "Complaints ",
	reprint:   "Reprint",

	class:   "Priority: ",
	silent:  "Called on screen only",
	due:     "Appointment at %s",
	feeDue:  "Then pay at the fee window",
	feeOf:   ": CNY %s",
	offline: "Joins the queue in the order of taking",
	code:    "Appointment code",
	bring:   "Please check in at the kiosk with this code, in time",
}

func wordsIn(lang string) words {
	if lang == "en" {
		return english
	}
	return chinese
}

// wait is the expected wait in words, "" when it is not known.
func (w words) wait(from, to int) string {
	switch {
	case to < 0 || from < 0:
		return ""
	case to == 0:
		return w.atOnce
	case from == 0:
		return fmt.Sprintf(w.within, to)
	}
	return fmt.Sprintf(w.about, span(from, to))
}
