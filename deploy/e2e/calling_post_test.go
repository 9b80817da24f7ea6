package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/kiosk/display/keeper"
)

// Notices of onTheBoards.
const (
	lasting  = "二楼卫生间今天维修，请使用一楼卫生间。"
	passing  = "三号取号机正在换纸，请稍等。"
	untilEnd = "下午四点在一楼大厅举办惠企政策宣讲。"
)

// onTheBoards posts to the boards, as the manager on the console and from the
// centre: notices with and without an end, results of approvals with masked
// names, who is on duty; a word that is not used towards citizens is refused
// with its source (R-VOICE-03). Then the hall is killed: the board keeps what it
// shows, takes off what expires without being told, and knows the rest after a
// crash of its own (R-BOARD-02, -04, -06).
func (s *shift) onTheBoards() {
	s.console.signIn("hall", "1001")
	notice := func(id, text string, more map[string]any) map[string]any {
		n := map[string]any{"id": id, "text": contract.Text2{ZH: text, EN: "Notice " + id}}
		for key, v := range more {
			n[key] = v
		}
		return map[string]any{"verb": "notice", "notice": n}
	}
	for _, typ := range []string{"text", "title"} {
		no := s.manages(notice("bad", "请稍候。", map[string]any{typ: contract.Text2{ZH: "这件事我不管"}}))
		if no.Error == nil || no.Error.Code != hall.ForbiddenWord || !strings.Contains(no.Error.Message, "我不管") || !strings.Contains(no.Error.Message, "S0 L380") {
			s.t.Errorf("a forbidden word in the %s: %+v", typ, no.Error)
		}
	}
	end := time.Now().Add(90 * time.Second).Truncate(time.Minute) // the form has minutes
	for _, a := range []map[string]any{
		notice("repair", lasting, nil),
		notice("talk", untilEnd, map[string]any{"until": end.In(s.zone).Format("2006-01-02T15:04")}),
		{"verb": "duty", "day": contract.DutyDay{Day: time.Now().In(s.zone).Format(time.DateOnly), Officers: []contract.DutyOfficer{
			{Name: "华样例", Post: contract.Text2{ZH: "值班领导", EN: "Duty officer"}, Place: contract.Text2{ZH: "一楼总服务台", EN: "Information desk"}, Phone: "0713-555-0120"}}}},
	} {
		if no := s.manages(a); no.Result != contract.ResultOK {
			s.t.Fatalf("%v: %+v", a["verb"], no.Error)
		}
	}
	s.records(contract.EvNoticePosted, "staff", "zhao", "source", hall.FromConsole)
	s.records(contract.EvDutySet, "staff", "zhao", "source", hall.FromConsole)

	if said, status := s.centreSends(map[string]string{"do": "notice", "id": "worse", "text_zh": "我们不知道"}, ""); status == http.StatusOK ||
		!strings.Contains(said, "不知道") || !strings.Contains(said, "S0 L380") {
		s.t.Errorf("the centre sends a forbidden word: %d %s", status, said)
	}
	if said, status := s.centreSends(map[string]string{"do": "results"}, "id,case,name,service_zh,service_en,outcome_zh,outcome_en,date\n"+
		"r-1,建2026-0031,张三丰,建筑工程施工许可证核发,Construction permit,准予许可,Granted,2026-01-05\n"+
		"r-2,商2026-0007,样例实业有限公司,对外贸易经营者备案,Trade operator,准予许可,Granted,2026-01-06\n"); status != http.StatusOK {
		s.t.Fatalf("the centre sends results: %d %s", status, said)
	}
	s.records(contract.EvResultsPublished, "source", hall.FromCentre)
	over := time.Now().Add(30 * time.Second)
	if said, status := s.centreSends(map[string]string{"do": "notice", "id": "paper", "text_zh": passing, "text_en": "One moment",
		"until": over.Format(time.RFC3339Nano)}, ""); status != http.StatusOK {
		s.t.Fatalf("the centre sends a notice: %d %s", status, said)
	}
	s.records(contract.EvNoticePosted, "source", hall.FromCentre, "staff", nil)

	pages := func(p keeper.Page) bool {
		all := slices.Concat(p.Pages...)
		return slices.Contains(all, "results") && slices.Contains(all, "duty")
	}
	shown := s.shows("the notices", func(p keeper.Page) bool {
		return strings.Contains(p.Notice, lasting) && strings.Contains(p.Notice, passing) && strings.Contains(p.Notice, untilEnd) && pages(p)
	})
	if strings.Contains(shown.Notice, "不知道") || strings.Contains(shown.Notice, "我不管") {
		s.t.Errorf("the board says %s", shown.Notice)
	}
	s.kept()
	s.picture("board", "board-posted", 0)

	s.kill("hall")
	s.shows("without the hall, what has expired goes", func(p keeper.Page) bool {
		return p.Link != "" && strings.Contains(p.Notice, lasting) && !strings.Contains(p.Notice, passing) && pages(p)
	})
	if early := time.Until(over); early > 0 {
		s.t.Errorf("the notice went %v before its time", early)
	}
	s.kill("board")
	s.launch("board")
	same := func(p keeper.Page) bool {
		return strings.Contains(p.Notice, lasting) && !strings.Contains(p.Notice, passing) && pages(p) && len(p.Calls) == len(shown.Calls)
	}
	s.shows("after a crash, without the hall", func(p keeper.Page) bool { return p.Link != "" && same(p) })
	s.kept()
	s.start("hall")
	s.back()
	s.shows("with the hall again", func(p keeper.Page) bool { return p.Link == "" && same(p) })

	s.console.signIn("hall", "1001")
	if no := s.manages(map[string]any{"verb": "notice-off", "subject": "repair"}); no.Result != contract.ResultOK {
		s.t.Fatalf("withdrawn: %+v", no.Error)
	}
	s.records(contract.EvNoticeWithdrawn, "id", "repair", "staff", "zhao")
	s.shows("withdrawn", func(p keeper.Page) bool { return p.Link == "" && !strings.Contains(p.Notice, lasting) && pages(p) })
}

// kept waits until the board's own disk has what it shows, with masked names.
func (s *shift) kept() {
	s.t.Helper()
	until(s.t, limit, "the board's copy", func() error {
		b, err := os.ReadFile(filepath.Join(s.dir, "data", "board-1", keeper.File))
		if err != nil {
			return err
		}
		for _, w := range []string{`"张*"`, "样例实业有限公司", "建2026-0031", "华样例", lasting} {
			if !bytes.Contains(b, []byte(w)) {
				return fmt.Errorf("it does not have %s", w)
			}
		}
		if bytes.Contains(b, []byte("张三丰")) {
			s.t.Fatal("the board knows the whole name of a person")
		}
		return nil
	})
}

// noticeEnds waits for the end of the manager's notice, of which no event tells.
func (s *shift) noticeEnds() {
	s.shows("the manager's notice has ended", func(p keeper.Page) bool { return p.Link == "" && !strings.Contains(p.Notice, untilEnd) })
	all, err := s.events()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range all {
		if e.Type == contract.EvNoticeWithdrawn && !strings.Contains(string(e.Data), `"repair"`) {
			s.t.Errorf("an event tells of the end: %s", e.Data)
		}
	}
}

// manages posts an act of the manager, as the script of the page does.
func (s *shift) manages(act map[string]any) (a contract.Answer) {
	s.t.Helper()
	act["id"] = ulid.Make().String()
	var raw string
	s.console.do(chromedp.Evaluate(fmt.Sprintf(`fetch("/hall/do", {method: "POST",
		headers: {"Content-Type": "application/json", "X-Token": document.body.dataset.token}, body: %q}).then(r => r.text())`, marshalled(act)),
		&raw, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	if err := json.Unmarshal([]byte(raw), &a); err != nil {
		s.t.Fatalf("%v: %q", err, raw)
	}
	return a
}

// centreSends posts a form of the centre's page for the boards, with a list.
func (s *shift) centreSends(fields map[string]string, list string) (said string, status int) {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	err := form.WriteField("hall", hallID)
	for name, value := range fields {
		err = errors.Join(err, form.WriteField(name, value))
	}
	if list != "" {
		file, e := form.CreateFormFile("file", "list.csv")
		if err = errors.Join(err, e); err == nil {
			_, err = io.WriteString(file, list)
		}
	}
	err = errors.Join(err, form.Close())
	req, e := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url(centrePort)+"/boards", &body)
	if err = errors.Join(err, e); err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b), res.StatusCode
}
