package centre

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
)

// boardsOf takes commands in the place of a hall.
type boardsOf struct {
	typ    string
	data   any
	answer contract.Answer
	fail   error
	times  int
}

func (h *boardsOf) Command(_ context.Context, node, typ string, data any) (contract.Answer, error) {
	if node != "hall" {
		return contract.Answer{}, errors.New("sent to " + node)
	}
	h.typ, h.data = typ, data
	h.times++
	return h.answer, h.fail
}

// R-BOARD-02, -04, -06: each form becomes one command; a form with a mistake
// none, and what the hall refuses is shown in its words.
func TestBoards(t *testing.T) {
	h := &boardsOf{answer: contract.Answer{Result: contract.ResultOK, Data: json.RawMessage(`{}`)}}
	handler := boardsHandler(fresh(t), []string{"luotian"}, func(string) (commander, string, error) { return h, "hall", nil })
	post := func(fields map[string]string, headers ...string) *httptest.ResponseRecorder {
		t.Helper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		if _, set := fields["hall"]; !set {
			_ = form.WriteField("hall", "luotian")
		}
		for name, value := range fields {
			if name != "file" {
				_ = form.WriteField(name, value)
				continue
			}
			part, err := form.CreateFormFile("file", "list.csv")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = part.Write([]byte(value))
		}
		_ = form.Close()
		r := httptest.NewRequest(http.MethodPost, "/boards", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	for name, c := range map[string]struct {
		fields map[string]string
		typ    string
		data   any
	}{
		"notice": {map[string]string{"do": "notice", "id": "n1", "kind": "page", "text_zh": "停水", "title_en": "Water", "until": "2026-11-23T18:00", "zones": "east west"},
			contract.CmdNoticePost, contract.PostNotice{Notice: contract.Notice{ID: "n1", Kind: "page", Text: contract.Text2{ZH: "停水"}, Title: contract.Text2{EN: "Water"},
				Until: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), Zones: []string{"east", "west"}}}},
		"withdraw": {map[string]string{"do": "withdraw", "id": " n1 "}, contract.CmdNoticeWithdraw, contract.WithdrawNotice{ID: "n1"}},
		"results": {map[string]string{"do": "results", "file": "\ufeffID,case,name,service_zh,outcome_zh,date,until\nr1,42,张三,许可,准予,2026-11-20,2026-12-01 00:00\n"},
			contract.CmdResultsPublish, contract.PublishResults{Results: []contract.Result{{ID: "r1", Case: "42", Name: "张三", Service: contract.Text2{ZH: "许可"},
				Outcome: contract.Text2{ZH: "准予"}, Date: "2026-11-20", Until: time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC)}}}},
		"recall": {map[string]string{"do": "recall", "ids": "r1  r2"}, contract.CmdResultsWithdraw, contract.PublishResults{IDs: []string{"r1", "r2"}}},
		"duty": {map[string]string{"do": "duty", "file": "day,name,post_zh,phone\n2026-11-23,何静,值班领导,555-0101\n2026-11-24,,,\n2026-11-23,甄有礼,值日警官,\n"},
			contract.CmdDutySet, contract.SetDuty{Days: []contract.DutyDay{
				{Day: "2026-11-23", Officers: []contract.DutyOfficer{{Name: "何静", Post: contract.Text2{ZH: "值班领导"}, Phone: "555-0101"}, {Name: "甄有礼", Post: contract.Text2{ZH: "值日警官"}}}},
				{Day: "2026-11-24", Officers: []contract.DutyOfficer{}}}}},
	} {
		w := post(c.fields)
		if w.Code != http.StatusOK || h.typ != c.typ || !reflect.DeepEqual(h.data, c.data) || !strings.Contains(w.Body.String(), "taken by the hall") {
			t.Errorf("%s: %d, %s %+v, want %s %+v", name, w.Code, h.typ, h.data, c.typ, c.data)
		}
	}
	sent := h.times
	for name, c := range map[string]struct {
		fields map[string]string
		status int
		words  string
	}{
		"what":    {map[string]string{"do": "dance"}, http.StatusBadRequest, "dance"},
		"time":    {map[string]string{"do": "notice", "until": "soon"}, http.StatusBadRequest, "until &#34;soon&#34;"},
		"no file": {map[string]string{"do": "duty"}, http.StatusBadRequest, "CSV"},
		"column":  {map[string]string{"do": "duty", "file": "day,salary\n"}, http.StatusBadRequest, "list.csv:1: column &#34;salary&#34;"},
		"empty":   {map[string]string{"do": "duty", "file": "day,name\n"}, http.StatusBadRequest, "empty"},
		"missing": {map[string]string{"do": "results", "file": "id,case,service_zh,outcome_zh,date\nr1,1,许可,准予,2026-11-20\nr2,,许可,准予,2026-11-20\n"}, http.StatusBadRequest, "list.csv:3: column case"},
		"ragged":  {map[string]string{"do": "duty", "file": "day,name\n2026-11-23\n"}, http.StatusBadRequest, "wrong number of fields"},
		"nowhere": {map[string]string{"do": "withdraw", "id": "n1", "hall": "atlantis"}, http.StatusNotFound, "atlantis"},
		"no ids":  {map[string]string{"do": "recall", "ids": " "}, http.StatusBadRequest, "ids"},
	} {
		if w := post(c.fields); w.Code != c.status || !strings.Contains(w.Body.String(), c.words) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := post(map[string]string{"do": "withdraw", "id": "n1"}, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("another site's form: %d", w.Code)
	}
	if h.times != sent {
		t.Errorf("%d forms with a mistake were sent", h.times-sent)
	}
	h.answer.Error = &contract.Problem{Code: "forbidden-word", Message: "文字中有服务忌语“我不管”", MessageEN: "The text holds “我不管” (S0 L380)"}
	if w := post(map[string]string{"do": "notice", "text_zh": "我不管"}); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "S0 L380") || !strings.Contains(w.Body.String(), "服务忌语") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	h.fail = errors.New("node away")
	if w := post(map[string]string{"do": "withdraw", "id": "n1"}, "Accept", "application/json"); w.Code != http.StatusBadGateway || w.Body.String() != "node away\n" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	h.fail, h.answer.Error = nil, nil
	var a contract.Answer
	if w := post(map[string]string{"do": "withdraw", "id": "n1"}, "Accept", "application/json"); json.Unmarshal(w.Body.Bytes(), &a) != nil || a.Result != contract.ResultOK {
		t.Errorf("%s", w.Body)
	}
}

// The page lists what the halls took from the centre, and nothing of their own.
func TestSentToBoards(t *testing.T) {
	s := fresh(t)
	var events []contract.Event
	for i, e := range []struct {
		typ  string
		data any
	}{
		{contract.EvNoticePosted, contract.NoticePosted{Notice: contract.Notice{ID: "n1", Text: contract.Text2{ZH: "停水"}}, Source: "centre"}},
		{contract.EvNoticePosted, contract.NoticePosted{Notice: contract.Notice{ID: "n2", Text: contract.Text2{ZH: "本厅"}}, Staff: "s1", Source: "console"}},
		{contract.EvResultsPublished, contract.ResultsPublished{Results: []contract.Result{{ID: "r1", Case: "42", Outcome: contract.Text2{ZH: "准予"}}}, Source: "centre"}},
		{contract.EvDutySet, contract.DutySet{Days: []contract.DutyDay{{Day: "2026-11-23"}, {Day: "2026-11-24"}}, Source: "centre"}},
		{contract.EvNoticeWithdrawn, contract.NoticeWithdrawn{ID: "n1", Source: "centre"}},
	} {
		raw, err := json.Marshal(e.data)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, contract.Event{SpecVersion: "1.0", ID: contract.EventID("hall", "E", uint64(i+1)), Type: e.typ, Sequence: uint64(i + 1),
			Time: time.Date(2026, 11, 23, 1, 0, i, 0, time.UTC), Data: raw})
	}
	if _, err := s.Events(t.Context(), "luotian", "hall", events); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	boardsHandler(s, []string{"luotian"}, nil).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/boards", nil))
	at := 0
	for _, want := range []string{"<option>luotian", "notice.withdrawn/1<td>n1", "2026-11-23 … 2026-11-24", "42 准予 … 1", "<td>n1<td>停水"} {
		i := strings.Index(w.Body.String()[at:], want)
		if i < 0 {
			t.Fatalf("the page lacks %q after %d: %s", want, at, w.Body)
		}
		at += i
	}
	if strings.Contains(w.Body.String(), "本厅") {
		t.Error("the hall's own notice is listed")
	}
}
