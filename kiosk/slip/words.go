package slip

import "fmt"

// words are the fixed words of a slip in one language. They are short: on a
// slow serial line each hanzi costs 2 ms of the citizen's time.
type words struct {
	ahead     string // with the number of people
	atOnce    string
	about     string // with minutes
	windows   string // with labels
	and       string
	taken     string
	hours     string
	consult   string
	complaint string
	reprint   string
}

var chinese = words{
	ahead:     "前面等候%d人",
	atOnce:    "请稍候",
	about:     "约%s分钟",
	windows:   "%s号窗口",
	and:       "、",
	taken:     "取号 ",
	hours:     "办公 ",
	consult:   "咨询 ",
	complaint: "投诉 ",
	reprint:   "补打",
}

var english = words{
	ahead:     "%d ahead,",
	atOnce:    "shortly",
	about:     "about %s min",
	windows:   "Window %s",
	and:       ", ",
	taken:     "Taken ",
	hours:     "Open ",
	consult:   "Enquiries ",
	complaint: "Complaints ",
	reprint:   "Reprint",
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
	}
	return fmt.Sprintf(w.about, span(from, to))
}
