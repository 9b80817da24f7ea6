package hall_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
)

func notice(id, words string) contract.Notice {
	return contract.Notice{ID: id, Text: contract.Text2{ZH: words, EN: "Notice"}}
}

func (l *life) texts() string {
	var list []string
	for _, n := range l.s.NoticesView(l.now).Notices {
		list = append(list, n.Text.ZH)
	}
	return strings.Join(list, " ")
}

// R-BOARD-02, -03: the boards show what the setup has and what was posted; a
// notice goes when its time is over, without a word from anybody, and nothing
// is left of it on the next day.
func TestNoticesComeAndGo(t *testing.T) {
	with := func() *hall.Setup {
		s := setup()
		s.Notices = []contract.Notice{{ID: "smoke", Text: contract.Text2{ZH: "禁烟"}}, {Text: contract.Text2{ZH: "旧"}, Until: monday.Add(time.Hour)}}
		return s
	}
	l := beginWith(t, with)
	n := notice("n1", "停水")
	n.Until = monday.Add(2 * time.Hour)
	got := l.must(contract.AskNoticePost, contract.PostNotice{Notice: n, Staff: "s1"}).Answer.(contract.Notice)
	if got.ID != "n1" || !got.Until.Equal(n.Until) {
		t.Errorf("answer %+v", got)
	}
	if events := l.must(contract.AskNoticePost, contract.PostNotice{Notice: n, Staff: "s1"}).Events; len(events) != 0 {
		t.Errorf("the same again: %d events", len(events))
	}
	later := notice("", "明天放假")
	later.From = monday.Add(time.Hour)
	own := l.must(contract.AskNoticePost, contract.PostNotice{Notice: later, Staff: "s1"}).Answer.(contract.Notice)
	if own.ID == "" {
		t.Error("no id")
	}
	if got := l.texts(); got != "禁烟 旧 停水 明天放假" {
		t.Errorf("boards: %s", got)
	}
	v := l.s.NoticesView(l.now).Version
	if due := l.s.NextDue(l.now); !due.Equal(monday.Add(time.Hour)) {
		t.Errorf("the next change is at %s", due)
	}
	l.now = monday.Add(time.Hour)
	if got := l.texts(); got != "禁烟 停水 明天放假" || l.s.NoticesView(l.now).Version < v {
		t.Errorf("an hour later: %s", got)
	}
	l.now = monday.Add(2*time.Hour - time.Millisecond)
	if got := l.texts(); got != "禁烟 停水 明天放假" {
		t.Errorf("just before the end: %s", got)
	}
	l.now = l.now.Add(time.Millisecond)
	if got := l.texts(); got != "禁烟 明天放假" {
		t.Errorf("at the end: %s", got)
	}
	l.must(contract.AskNoticeWithdraw, contract.WithdrawNotice{ID: own.ID, Staff: "s1"})
	l.must(contract.AskNoticeWithdraw, contract.WithdrawNotice{ID: own.ID, Staff: "s1"})
	l.refused(hall.NoticeTaken, contract.AskNoticeWithdraw, contract.WithdrawNotice{ID: "smoke", Staff: "s1"})
	l.replay()
	l.now = monday.Add(24 * time.Hour)
	l.must(hall.CmdTick, struct{}{})
	if len(l.s.Notices) != 0 {
		t.Errorf("kept: %+v", l.s.Notices)
	}
	l.replay()
}

// The centre changes its own notices, a manager takes off any, and neither
// takes over one of the other. Who did it stands in the journal.
func TestWhoseNotice(t *testing.T) {
	l := begin(t)
	l.must(contract.AskNoticePost, contract.PostNotice{Notice: notice("ours", "本厅"), Staff: "s1"})
	l.must(contract.CmdNoticePost, contract.PostNotice{Notice: notice("theirs", "中心"), Staff: "s1"})
	l.must(contract.CmdNoticePost, contract.PostNotice{Notice: notice("theirs", "中心二")})
	l.refused(hall.NoticeTaken, contract.CmdNoticePost, contract.PostNotice{Notice: notice("ours", "中心")})
	l.refused(hall.NoticeTaken, contract.AskNoticePost, contract.PostNotice{Notice: notice("theirs", "本厅"), Staff: "s1"})
	l.refused(hall.NoticeTaken, contract.CmdNoticeWithdraw, contract.WithdrawNotice{ID: "ours"})
	l.refused(hall.UnknownStaff, contract.AskNoticePost, contract.PostNotice{Notice: notice("x", "无名")})
	d := l.must(contract.AskNoticeWithdraw, contract.WithdrawNotice{ID: "theirs", Staff: "s2"})
	var gone contract.NoticeWithdrawn
	if err := json.Unmarshal(d.Events[0].Data, &gone); err != nil || gone != (contract.NoticeWithdrawn{ID: "theirs", Staff: "s2", Source: "console"}) {
		t.Errorf("%+v %v", gone, err)
	}
	if l.s.Notices["ours"].Staff != "s1" || l.s.Notices["ours"].Source != hall.FromConsole {
		t.Errorf("%+v", l.s.Notices["ours"])
	}
	if got := l.texts(); got != "本厅" {
		t.Errorf("boards: %s", got)
	}
	l.replay()
}

// R-VOICE-03: wherever a text enters that the public reads or hears, a forbidden
// word is refused, and named with its source in both languages.
func TestForbiddenWords(t *testing.T) {
	bad := contract.Text2{ZH: "此事我不管。", EN: "Later"}
	n := func(change func(*contract.Notice)) contract.PostNotice {
		n := notice("n", "公告")
		change(&n)
		return contract.PostNotice{Notice: n, Staff: "s1"}
	}
	result := contract.Result{ID: "r", Case: "1", Name: "张三", Service: contract.Text2{ZH: "事项"}, Outcome: bad, Date: "2026-03-01"}
	officer := contract.DutyOfficer{Name: "何静", Post: bad}
	free := func() *hall.Setup { s := setup(); s.PauseReasons = nil; return s }
	l := beginWith(t, free)
	l.signIn("w1", "s1")
	for i, c := range []struct {
		typ  string
		data any
	}{
		{contract.AskWindowPause, ref{Window: "w1", Reason: bad.ZH}},
		{contract.AskServicePause, contract.PauseService{Service: "a", Staff: "s1", Reason: bad.ZH}},
		{contract.AskDayClose, contract.CloseDay{Staff: "s1", Reason: bad.ZH}},
		{contract.AskNoticePost, n(func(n *contract.Notice) { n.Text = bad })},
		{contract.AskNoticePost, n(func(n *contract.Notice) { n.Title = bad })},
		{contract.CmdNoticePost, n(func(n *contract.Notice) { n.Issuer = bad })},
		{contract.AskResultsPublish, contract.PublishResults{Staff: "s1", Results: []contract.Result{result}}},
		{contract.CmdResultsPublish, contract.PublishResults{Results: []contract.Result{result}}},
		{contract.AskDutySet, contract.SetDuty{Staff: "s1", Days: []contract.DutyDay{{Day: "2026-03-02", Officers: []contract.DutyOfficer{officer}}}}},
		{contract.CmdDutySet, contract.SetDuty{Days: []contract.DutyDay{{Day: "2026-03-02", Officers: []contract.DutyOfficer{officer}}}}},
	} {
		before := len(l.log)
		r := l.refused(hall.ForbiddenWord, c.typ, c.data).Refusal
		for _, words := range []string{r.Message, r.MessageEN} {
			if !strings.Contains(words, "我不管") || !strings.Contains(words, "S0 L380") {
				t.Errorf("%d %s: %q", i, c.typ, words)
			}
		}
		if len(l.log) != before {
			t.Errorf("%s left an event", c.typ)
		}
	}
	english := n(func(n *contract.Notice) { n.Text.EN = "That is Not My Problem" })
	if r := l.refused(hall.ForbiddenWord, contract.AskNoticePost, english); !strings.Contains(r.Refusal.Message, "not my problem") {
		t.Errorf("%q", r.Refusal.Message)
	}
	number := n(func(n *contract.Notice) { n.Text.ZH = "请11010519491231002X到窗口" })
	l.refused(hall.PersonalText, contract.AskNoticePost, number)
}

func TestNoticeBounds(t *testing.T) {
	l := begin(t)
	sum := strings.Repeat("0a", 32)
	for name, c := range map[string]struct {
		code   string
		change func(*contract.Notice)
	}{
		"no text":       {hall.TextNeeded, func(n *contract.Notice) { n.Text = contract.Text2{EN: "only"} }},
		"no picture":    {hall.TextNeeded, func(n *contract.Notice) { n.Kind = "slide" }},
		"pictures":      {"", func(n *contract.Notice) { n.Kind, n.Media, n.Text = "slide", []string{sum}, contract.Text2{} }},
		"no sum":        {hall.BadRequest, func(n *contract.Notice) { n.Media = []string{"../../x.png"} }},
		"kind":          {hall.BadRequest, func(n *contract.Notice) { n.Kind = "film" }},
		"id":            {hall.BadRequest, func(n *contract.Notice) { n.ID = "Ä" }},
		"date":          {hall.BadRequest, func(n *contract.Notice) { n.Date = "2026-02-30" }},
		"zone":          {hall.BadRequest, func(n *contract.Notice) { n.Zones = []string{"nowhere"} }},
		"long":          {hall.TextTooLong, func(n *contract.Notice) { n.Text.ZH = strings.Repeat("长", 501) }},
		"as long":       {"", func(n *contract.Notice) { n.Text.ZH = strings.Repeat("长", 500) }},
		"title":         {hall.TextTooLong, func(n *contract.Notice) { n.Title.EN = strings.Repeat("x", 81) }},
		"over":          {hall.NoticeOver, func(n *contract.Notice) { n.Until = monday }},
		"until < from":  {hall.NoticeOver, func(n *contract.Notice) { n.From, n.Until = monday.Add(time.Hour), monday.Add(time.Minute) }},
		"until > from":  {"", func(n *contract.Notice) { n.From, n.Until = monday.Add(time.Hour), monday.Add(2*time.Hour) }},
		"control chars": {hall.TextNeeded, func(n *contract.Notice) { n.Text.ZH = "\x00\x1b \t" }},
	} {
		n := notice("n", "公告")
		c.change(&n)
		if c.code != "" {
			l.refused(c.code, contract.AskNoticePost, contract.PostNotice{Notice: n, Staff: "s1"})
		} else if d := l.do(contract.AskNoticePost, contract.PostNotice{Notice: n, Staff: "s1"}); d.Refusal != nil {
			t.Errorf("%s: %v", name, d.Refusal)
		}
	}
}

// At most 50 notices, and never a view that no board can take; what has expired
// makes room.
func TestBoardsAreBounded(t *testing.T) {
	l := begin(t)
	for i := range hall.MostNotices {
		n := notice(fmt.Sprintf("n%d", i), "短")
		n.Until = monday.Add(time.Duration(i+1) * time.Hour)
		l.must(contract.AskNoticePost, contract.PostNotice{Notice: n, Staff: "s1"})
	}
	l.refused(hall.BoardFull, contract.AskNoticePost, contract.PostNotice{Notice: notice("more", "短"), Staff: "s1"})
	l.must(contract.AskNoticePost, contract.PostNotice{Notice: notice("n0", "换"), Staff: "s1"})
	l.now = l.now.Add(2 * time.Hour)
	l.must(contract.AskNoticePost, contract.PostNotice{Notice: notice("more", "短"), Staff: "s1"})
	if len(l.s.Notices) != hall.MostNotices {
		t.Errorf("%d notices are kept", len(l.s.Notices))
	}

	l = begin(t)
	refused := false
	for i := range hall.MostNotices {
		n := notice(fmt.Sprintf("n%d", i), strings.Repeat("长", 500))
		n.Text.EN = strings.Repeat("<", 500) // six bytes each on the wire
		if d := l.do(contract.AskNoticePost, contract.PostNotice{Notice: n, Staff: "s1"}); d.Refusal != nil && d.Refusal.Code == hall.BoardFull {
			refused = true
			break
		}
	}
	if b, _ := json.Marshal(l.s.NoticesView(l.now)); !refused || len(b) > contract.MaxPayload {
		t.Errorf("refused %v, the view has %d bytes", refused, len(b))
	}
	l.replay()
}

// R-BOARD-04: names of persons are masked before anything is stored, those of
// enterprises stay; results go when their time is over.
func TestResults(t *testing.T) {
	l := begin(t)
	result := func(id, name, date string) contract.Result {
		return contract.Result{ID: id, Case: "2026-" + id, Name: name, Service: contract.Text2{ZH: "预售许可"}, Outcome: contract.Text2{ZH: "准予许可"}, Date: date}
	}
	l.must(contract.CmdResultsPublish, contract.PublishResults{Results: []contract.Result{
		result("r1", "张三", "2026-02-27"), result("r2", "欧阳修", "2026-03-01"), result("r3", "罗田县样例置业有限公司", "2026-02-28")}})
	d := l.must(contract.AskResultsPublish, contract.PublishResults{Staff: "s1", Results: []contract.Result{result("r4", "John Smith", "2026-03-02")}})
	for _, e := range l.log {
		for _, name := range []string{"张三", "欧阳", "Smith"} {
			if strings.Contains(string(e.Data), name) {
				t.Errorf("%s stands in %s", name, e.Data)
			}
		}
	}
	var got []string
	for _, r := range l.s.ResultsView(l.now).Results {
		got = append(got, r.ID+" "+r.Name)
	}
	if want := []string{"r4 J*", "r2 欧*", "r3 罗田县样例置业有限公司", "r1 张*"}; !reflect.DeepEqual(got, want) {
		t.Errorf("results %q, want %q", got, want)
	}
	var published contract.ResultsPublished
	if err := json.Unmarshal(d.Events[0].Data, &published); err != nil || published.Staff != "s1" || published.Source != "console" {
		t.Errorf("%+v %v", published, err)
	}
	l.must(contract.AskResultsWithdraw, contract.PublishResults{Staff: "s1", IDs: []string{"r2", "none"}})
	if n := len(l.s.ResultsView(l.now).Results); n != 3 {
		t.Errorf("%d results", n)
	}
	l.replay()
	for name, r := range map[string]contract.Result{"id": result("Ä", "x", "2026-03-01"), "date": result("r", "x", "gestern"), "case": {ID: "r", Date: "2026-03-01"}} {
		if d := l.do(contract.AskResultsPublish, contract.PublishResults{Staff: "s1", Results: []contract.Result{r}}); d.Refusal == nil || d.Refusal.Code != hall.ResultForm {
			t.Errorf("%s: %v", name, d.Refusal)
		}
	}
	var many []contract.Result
	for i := range hall.MostResults {
		many = append(many, result(fmt.Sprintf("m%d", i), "李四", "2026-03-01"))
	}
	l.refused(hall.ResultsFull, contract.AskResultsPublish, contract.PublishResults{Staff: "s1", Results: many})
	l.now = l.now.Add(31 * 24 * time.Hour)
	if n := len(l.s.ResultsView(l.now).Results); n != 0 {
		t.Errorf("%d results after a month", n)
	}
	l.must(contract.AskResultsPublish, contract.PublishResults{Staff: "s1", Results: many})
	if len(l.s.Results) != hall.MostResults {
		t.Errorf("%d results are kept", len(l.s.Results))
	}
	l.replay()
}

// R-BOARD-06: today's officers with post and place; the roster rolls over at
// midnight, before the business day does.
func TestDutyRollsOverAtMidnight(t *testing.T) {
	officer := func(name string) []contract.DutyOfficer {
		return []contract.DutyOfficer{{Name: name, Post: contract.Text2{ZH: "值班领导", EN: "Duty officer"}, Place: contract.Text2{ZH: "一楼"}}}
	}
	with := func() *hall.Setup {
		s := setup()
		s.Hall.DutyPhone = "555-0199"
		s.Roster = []contract.DutyDay{{Day: "2026-03-02", Officers: officer("甲")}, {Day: "2026-03-03", Officers: officer("乙")},
			{Day: "tue", Officers: officer("戊")}, {Day: "thu", Officers: officer("丁")}} // a date goes before its day of the week
		return s
	}
	l := beginWith(t, with)
	name := func() string {
		v := l.s.DutyView(l.now)
		if len(v.Today) == 0 {
			return v.Day
		}
		return v.Day + " " + v.Today[0].Name
	}
	d := l.must(contract.AskDutySet, contract.SetDuty{Staff: "s1", Days: []contract.DutyDay{{Day: "2026-03-04", Officers: officer("丙")}}})
	if v := d.Answer.(contract.Duty); v.Phone != "555-0199" || v.Today[0].Name != "甲" || v.Today[0].Place.ZH != "一楼" {
		t.Errorf("answer %+v", v)
	}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{
		{14*time.Hour - time.Millisecond, "2026-03-02 甲"}, {14 * time.Hour, "2026-03-03 乙"}, {19 * time.Hour, "2026-03-03 乙"},
		{38 * time.Hour, "2026-03-04 丙"}, {62 * time.Hour, "2026-03-05 丁"},
	} {
		l.now = monday.Add(c.after)
		l.must(hall.CmdTick, struct{}{})
		if got := name(); got != c.want {
			t.Errorf("after %s: %q, want %q", c.after, got, c.want)
		}
	}
	l.now = monday.Add(67 * time.Hour) // the business day begins
	l.must(hall.CmdTick, struct{}{})
	if len(l.s.Duty) != 0 {
		t.Errorf("past days are kept: %+v", l.s.Duty)
	}
	l.must(contract.CmdDutySet, contract.SetDuty{Days: []contract.DutyDay{{Day: "2026-03-05", Officers: officer("丁")}}})
	l.must(contract.CmdDutySet, contract.SetDuty{Days: []contract.DutyDay{{Day: "2026-03-05"}}}) // nobody after all
	if got := name(); got != "2026-03-05" {
		t.Errorf("taken off: %q", got)
	}
	for _, day := range []contract.DutyDay{{Day: "heute"}, {Day: "2026-03-04"}, {Day: "2026-03-06", Officers: []contract.DutyOfficer{{Name: "无岗"}}},
		{Day: "2026-03-06", Officers: make([]contract.DutyOfficer, 9)}} {
		l.refused(hall.DutyForm, contract.AskDutySet, contract.SetDuty{Staff: "s1", Days: []contract.DutyDay{day}})
	}
	l.replay()
}

// R-BOARD-05: closed days stand on the boards from three days before until they
// are over. An ordinary weekend is no news, and a holiday of a year that is not
// known is never guessed.
func TestClosedDays(t *testing.T) {
	with := func() *hall.Setup {
		s := setup()
		s.Hours.Overrides = map[string]calendar.Override{
			"2027-01-01": {Reason: contract.Text2{ZH: "元旦放假", EN: "New Year's Day"}},
			"2026-11-11": {}}
		return s
	}
	l := beginWith(t, with)
	for _, c := range []struct{ day, want string }{
		{"2026-02-11", ""},
		{"2026-02-12", "2026-02-15–2026-02-23 春节放假"}, // the Saturday before is a working day
		{"2026-02-20", "2026-02-15–2026-02-23 春节放假"},
		{"2026-02-23", "2026-02-15–2026-02-23 春节放假"},
		{"2026-02-24", ""},
		{"2026-03-05", ""}, // Thursday before a weekend
		{"2026-03-07", ""}, // Saturday
		{"2026-09-27", "2026-09-25–2026-09-27 中秋节放假"},
		{"2026-09-28", "2026-10-01–2026-10-07 国庆节放假"},
		{"2026-11-09", "2026-11-11–2026-11-11 按通知暂停办公"},
		{"2026-12-28", ""},
		{"2026-12-29", "2027-01-01–2027-01-03 元旦放假"}, // by the hall's own notice, with the weekend after it
		{"2027-09-30", ""}, // not known
	} {
		day, err := time.ParseInLocation(time.DateOnly, c.day, china)
		if err != nil {
			t.Fatal(err)
		}
		l.now = day.Add(9 * time.Hour)
		got := ""
		for _, d := range l.s.DutyView(l.now).Closed {
			got = strings.TrimSpace(got + " " + d.From + "–" + d.To + " " + d.Reason.ZH)
			if d.Reason.EN == "" {
				t.Errorf("%s: no English", c.day)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.day, got, c.want)
		}
	}
}
