package hall

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hallward/devices/contract"
)

// What the boards show beside calls: notices, results of approvals, and who is
// on duty. A manager puts it there, or the centre; each by a request with the
// same data. What has expired leaves the views by itself and is forgotten when
// the next one comes or a day begins, so that nothing grows (R-BOARD-02).

// Sources of what is posted. The centre replaces and takes back only what came
// from it; a manager may take anything off the boards.
const (
	FromConsole = "console"
	FromCentre  = "centre"
)

// Bounds of what is posted. Lengths are in characters.
const (
	MostNotices  = 50 // that have not expired
	MostResults  = 200
	MostDutyDays = 366 // that are set at a time
	MostOfficers = 8   // of one day

	noticeText  = 500
	noticeTitle = 80
	shortText   = 60
	mostMedia   = 20
	mostZones   = 20

	resultsStay = 30 * 24 * time.Hour // of a result without an end
	viewSize    = contract.MaxPayload - 1<<10
)

func postRules() map[string]rule {
	posted := func(source string) func(*State, Command, contract.PostNotice, time.Time) Decision {
		return func(s *State, c Command, d contract.PostNotice, now time.Time) Decision {
			return s.postNotice(c, d, source, now)
		}
	}
	withdrawn := func(source string) func(*State, Command, contract.WithdrawNotice, time.Time) Decision {
		return func(s *State, _ Command, d contract.WithdrawNotice, now time.Time) Decision {
			return s.withdrawNotice(d, source, now)
		}
	}
	published := func(source string) func(*State, Command, contract.PublishResults, time.Time) Decision {
		return func(s *State, _ Command, d contract.PublishResults, now time.Time) Decision {
			return s.publishResults(d, source, now)
		}
	}
	recalled := func(source string) func(*State, Command, contract.PublishResults, time.Time) Decision {
		return func(s *State, _ Command, d contract.PublishResults, now time.Time) Decision {
			return s.withdrawResults(d, source, now)
		}
	}
	duty := func(source string) func(*State, Command, contract.SetDuty, time.Time) Decision {
		return func(s *State, _ Command, d contract.SetDuty, now time.Time) Decision {
			return s.setDuty(d, source, now)
		}
	}
	return map[string]rule{
		contract.AskNoticePost:      {itself, read(posted(FromConsole))},
		contract.CmdNoticePost:      {itself, read(posted(FromCentre))},
		contract.AskNoticeWithdraw:  {itself, read(withdrawn(FromConsole))},
		contract.CmdNoticeWithdraw:  {itself, read(withdrawn(FromCentre))},
		contract.AskResultsPublish:  {itself, read(published(FromConsole))},
		contract.CmdResultsPublish:  {itself, read(published(FromCentre))},
		contract.AskResultsWithdraw: {itself, read(recalled(FromConsole))},
		contract.CmdResultsWithdraw: {itself, read(recalled(FromCentre))},
		contract.AskDutySet:         {itself, read(duty(FromConsole))},
		contract.CmdDutySet:         {itself, read(duty(FromCentre))},
	}
}

func postAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{
		contract.EvNoticePosted:     with((*State).noticePosted),
		contract.EvNoticeWithdrawn:  with((*State).noticeWithdrawn),
		contract.EvResultsPublished: with((*State).resultsPublished),
		contract.EvResultsWithdrawn: with((*State).resultsWithdrawn),
		contract.EvDutySet:          with((*State).dutySet),
	}
}

// poster is who posts: a member of staff, or nobody by name for the centre.
func (s *State) poster(staff, source string) (string, *contract.Problem) {
	if source == FromCentre {
		return "", nil
	}
	p := s.x.staff[staff]
	if p == nil {
		return "", s.x.refuse(UnknownStaff, about{})
	}
	return p.ID, nil
}

func (s *State) postNotice(c Command, d contract.PostNotice, source string, now time.Time) Decision {
	staff, p := s.poster(d.Staff, source)
	if p != nil {
		return Decision{Refusal: p}
	}
	n := d.Notice
	if n.ID == "" {
		n.ID = strings.ToLower(c.ID)
	}
	n.Text, n.Title, n.Issuer = tidy(n.Text), tidy(n.Title), tidy(n.Issuer)
	n.From, n.Until = moment(n.From), moment(n.Until)
	if p := s.checkNotice(n, now); p != nil {
		return Decision{Refusal: p}
	}
	old, there := s.Notices[n.ID]
	configured := slices.ContainsFunc(s.x.Notices, func(o contract.Notice) bool { return o.ID == n.ID })
	if configured || there && old.Source != source {
		return s.refuse(NoticeTaken, about{Number: n.ID})
	}
	after := maps.Clone(s.Notices)
	if after == nil {
		after = map[string]contract.NoticePosted{}
	}
	maps.DeleteFunc(after, func(_ string, o contract.NoticePosted) bool { return over(o.Notice.Until, now) })
	posted := contract.NoticePosted{Notice: n, Staff: staff, Source: source}
	after[n.ID] = posted
	if len(after) > MostNotices || !fits(s.noticesOf(after, now)) {
		return s.refuse(BoardFull, about{Limit: MostNotices})
	}
	if there && same(old, posted) {
		return Decision{Answer: n}
	}
	return Decision{Answer: n, Events: []contract.Event{event(contract.EvNoticePosted, now, posted)}}
}

// noticeKinds are the kinds of notices and whether they need a text; slides
// need pictures.
var noticeKinds = map[string]bool{"": true, "line": true, "page": true, "figures": true, "slogan": true, "slide": false}

func (s *State) checkNotice(n contract.Notice, now time.Time) *contract.Problem {
	text, known := noticeKinds[n.Kind]
	_, dated := dateOf(n.Date)
	switch {
	case contract.CheckID(n.ID) != nil, !known, n.Date != "" && !dated,
		len(n.Media) > mostMedia, !all(n.Media, picture), len(n.Zones) > mostZones, !all(n.Zones, s.x.isZone):
		return s.x.refuse(BadRequest, about{})
	case text && n.Text.ZH == "", !text && len(n.Media) == 0:
		return s.x.refuse(TextNeeded, about{})
	case tooLong(noticeText, n.Text), tooLong(noticeTitle, n.Title, n.Issuer):
		return s.x.refuse(TextTooLong, about{Limit: noticeText, Minutes: noticeTitle})
	case !n.Until.IsZero() && !n.Until.After(later(n.From, now)):
		return s.x.refuse(NoticeOver, about{})
	}
	return s.decent(n.Text, n.Title, n.Issuer)
}

func (s *State) withdrawNotice(d contract.WithdrawNotice, source string, now time.Time) Decision {
	staff, p := s.poster(d.Staff, source)
	if p != nil {
		return Decision{Refusal: p}
	}
	is, there := s.Notices[d.ID]
	switch {
	case !there && slices.ContainsFunc(s.x.Notices, func(n contract.Notice) bool { return n.ID != "" && n.ID == d.ID }):
		return s.refuse(NoticeTaken, about{Number: d.ID})
	case !there:
		return Decision{} // it is off the boards, which is what was asked
	case source == FromCentre && is.Source != FromCentre:
		return s.refuse(NoticeTaken, about{Number: d.ID})
	}
	return Decision{Events: []contract.Event{event(contract.EvNoticeWithdrawn, now,
		contract.NoticeWithdrawn{ID: d.ID, Staff: staff, Source: source})}}
}

func (s *State) noticePosted(d contract.NoticePosted, at time.Time) error {
	if s.Notices == nil {
		s.Notices = map[string]contract.NoticePosted{}
	}
	maps.DeleteFunc(s.Notices, func(_ string, n contract.NoticePosted) bool { return over(n.Notice.Until, at) })
	s.Notices[d.Notice.ID] = d
	return nil
}

func (s *State) noticeWithdrawn(d contract.NoticeWithdrawn, _ time.Time) error {
	delete(s.Notices, d.ID)
	return nil
}

// publishResults makes approvals public. Names of persons are masked before
// they are stored anywhere (R-BOARD-04).
func (s *State) publishResults(d contract.PublishResults, source string, now time.Time) Decision {
	staff, p := s.poster(d.Staff, source)
	switch {
	case p != nil:
		return Decision{Refusal: p}
	case len(d.Results) == 0 || len(d.IDs) > 0:
		return s.refuse(BadRequest, about{})
	}
	after := maps.Clone(s.Results)
	if after == nil {
		after = map[string]contract.Result{}
	}
	maps.DeleteFunc(after, func(_ string, r contract.Result) bool { return over(r.Until, now) })
	list := make([]contract.Result, 0, len(d.Results))
	for _, r := range d.Results {
		r.ID, r.Case, r.Name = strings.TrimSpace(r.ID), tidyLine(r.Case), masked(tidyLine(r.Name))
		r.Service, r.Outcome, r.Until = tidy(r.Service), tidy(r.Outcome), moment(r.Until)
		if r.Until.IsZero() {
			r.Until = now.Add(resultsStay)
		}
		if p := s.checkResult(r, now); p != nil {
			return Decision{Refusal: p}
		}
		after[r.ID] = r
		list = append(list, r)
	}
	if len(after) > MostResults || !fits(s.resultsOf(after, now)) {
		return s.refuse(ResultsFull, about{Limit: MostResults})
	}
	return Decision{Events: []contract.Event{event(contract.EvResultsPublished, now,
		contract.ResultsPublished{Results: list, Staff: staff, Source: source})}}
}

func (s *State) checkResult(r contract.Result, now time.Time) *contract.Problem {
	_, dated := dateOf(r.Date)
	switch {
	case contract.CheckID(r.ID) != nil, !dated, r.Case == "", r.Service.ZH == "", r.Outcome.ZH == "":
		return s.x.refuse(ResultForm, about{Number: short(r.ID)})
	case tooLong(shortText, r.Service, r.Outcome, contract.Text2{ZH: r.Name, EN: r.Case}):
		return s.x.refuse(TextTooLong, about{Limit: shortText, Minutes: shortText})
	case !r.Until.After(now):
		return s.x.refuse(NoticeOver, about{})
	}
	return s.decent(r.Service, r.Outcome, contract.Text2{ZH: r.Name, EN: r.Case})
}

// withdrawResults takes results off by id. Ids that are not there change
// nothing.
func (s *State) withdrawResults(d contract.PublishResults, source string, now time.Time) Decision {
	staff, p := s.poster(d.Staff, source)
	switch {
	case p != nil:
		return Decision{Refusal: p}
	case len(d.IDs) == 0 || len(d.Results) > 0:
		return s.refuse(BadRequest, about{})
	}
	var ids []string
	for _, id := range d.IDs {
		if _, there := s.Results[id]; there && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return Decision{}
	}
	return Decision{Events: []contract.Event{event(contract.EvResultsWithdrawn, now,
		contract.ResultsWithdrawn{IDs: ids, Staff: staff, Source: source})}}
}

func (s *State) resultsPublished(d contract.ResultsPublished, at time.Time) error {
	if s.Results == nil {
		s.Results = map[string]contract.Result{}
	}
	maps.DeleteFunc(s.Results, func(_ string, r contract.Result) bool { return over(r.Until, at) })
	for _, r := range d.Results {
		s.Results[r.ID] = r
	}
	return nil
}

func (s *State) resultsWithdrawn(d contract.ResultsWithdrawn, _ time.Time) error {
	for _, id := range d.IDs {
		delete(s.Results, id)
	}
	return nil
}

// setDuty replaces the roster of some days, from today on. A day without
// officers is one on which nobody is on duty.
func (s *State) setDuty(d contract.SetDuty, source string, now time.Time) Decision {
	staff, p := s.poster(d.Staff, source)
	switch {
	case p != nil:
		return Decision{Refusal: p}
	case len(d.Days) == 0 || len(d.Days) > MostDutyDays:
		return s.refuse(DutyForm, about{})
	}
	after, today := maps.Clone(s.Duty), s.date(now)
	if after == nil {
		after = map[string]contract.DutyDay{}
	}
	maps.DeleteFunc(after, func(day string, _ contract.DutyDay) bool { return day < s.Day })
	days := make([]contract.DutyDay, 0, len(d.Days))
	for _, day := range d.Days {
		if _, ok := dateOf(day.Day); !ok || day.Day < today || len(day.Officers) > MostOfficers {
			return s.refuse(DutyForm, about{Number: short(day.Day)})
		}
		day.Officers = slices.Clone(day.Officers)
		for i := range day.Officers {
			o := &day.Officers[i]
			o.Name, o.Phone, o.Post, o.Place = tidyLine(o.Name), tidyLine(o.Phone), tidy(o.Post), tidy(o.Place)
			if p := s.checkOfficer(day.Day, *o); p != nil {
				return Decision{Refusal: p}
			}
		}
		if day.Officers == nil {
			day.Officers = []contract.DutyOfficer{}
		}
		days = append(days, day)
		after[day.Day] = day
	}
	if len(after) > MostDutyDays {
		return s.refuse(DutyForm, about{})
	}
	changed := *s
	changed.Duty = after
	return Decision{Answer: changed.DutyView(s.now), Events: []contract.Event{event(contract.EvDutySet, now,
		contract.DutySet{Days: days, Staff: staff, Source: source})}}
}

func (s *State) checkOfficer(day string, o contract.DutyOfficer) *contract.Problem {
	switch {
	case o.Name == "", o.Post.ZH == "", o.Photo != "" && !picture(o.Photo), strings.Trim(o.Phone, "0123456789 +-()转") != "":
		return s.x.refuse(DutyForm, about{Number: day})
	case tooLong(shortText, o.Post, o.Place, contract.Text2{ZH: o.Name, EN: o.Phone}):
		return s.x.refuse(TextTooLong, about{Limit: shortText, Minutes: shortText})
	}
	return s.decent(o.Post, o.Place, contract.Text2{ZH: o.Name})
}

func (s *State) dutySet(d contract.DutySet, _ time.Time) error {
	if s.Duty == nil {
		s.Duty = map[string]contract.DutyDay{}
	}
	for _, day := range d.Days {
		s.Duty[day.Day] = day
	}
	return nil
}

// forgetPosts forgets what has expired, when a day begins. It leaves the old
// maps as they are.
func (s *State) forgetPosts(day string, at time.Time) {
	s.Notices, s.Results, s.Duty = maps.Clone(s.Notices), maps.Clone(s.Results), maps.Clone(s.Duty)
	maps.DeleteFunc(s.Notices, func(_ string, n contract.NoticePosted) bool { return over(n.Notice.Until, at) })
	maps.DeleteFunc(s.Results, func(_ string, r contract.Result) bool { return over(r.Until, at) })
	maps.DeleteFunc(s.Duty, func(d string, _ contract.DutyDay) bool { return d < day })
}

// postsDue is when the next notice or result appears or expires, zero for
// never.
func (s *State) postsDue(now time.Time) time.Time {
	var due time.Time
	sooner := func(t time.Time) {
		if t.After(now) && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	for _, n := range s.x.Notices {
		sooner(n.From)
		sooner(n.Until)
	}
	for _, n := range s.Notices {
		sooner(n.Notice.From)
		sooner(n.Notice.Until)
	}
	for _, r := range s.Results {
		sooner(r.Until)
	}
	return due
}

// over tells whether a time of validity has ended; without an end it never does.
func over(until, now time.Time) bool { return !until.IsZero() && !now.Before(until) }

func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func dateOf(day string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, day)
	return t, err == nil
}

// picture tells whether this is the SHA-256 of a picture, in hex.
func picture(sum string) bool {
	return len(sum) == 64 && strings.Trim(sum, "0123456789abcdef") == ""
}

func (x *index) isZone(id string) bool {
	return slices.ContainsFunc(x.Zones, func(z Zone) bool { return z.ID == id })
}

func all[T any](list []T, fit func(T) bool) bool {
	return !slices.ContainsFunc(list, func(v T) bool { return !fit(v) })
}

func tooLong(limit int, texts ...contract.Text2) bool {
	return slices.ContainsFunc(texts, func(t contract.Text2) bool {
		return utf8.RuneCountInString(t.ZH) > limit || utf8.RuneCountInString(t.EN) > limit
	})
}

// fits tells whether a view can be sent to a board.
func fits(view any) bool {
	b, err := json.Marshal(view)
	return err == nil && len(b) <= viewSize
}

func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// tidy is a text as it is kept: without control characters but line breaks,
// and without space around it.
func tidy(t contract.Text2) contract.Text2 {
	return contract.Text2{ZH: tidyText(t.ZH), EN: tidyText(t.EN)}
}

func tidyText(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s))
}

func tidyLine(s string) string { return strings.Join(strings.Fields(tidyText(s)), " ") }
