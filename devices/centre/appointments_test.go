package centre

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hallward/devices/contract"
)

// hallOf takes commands in the place of a hall.
type hallOf struct {
	commands []contract.ImportAppointments
	fail     error
}

func (h *hallOf) Command(_ context.Context, node, typ string, data any) (contract.Answer, error) {
	if node != "hall" || typ != contract.CmdAppointments {
		return contract.Answer{}, errors.New(node + " was sent " + typ)
	}
	if h.fail != nil {
		return contract.Answer{}, h.fail
	}
	batch := data.(contract.ImportAppointments)
	h.commands = append(h.commands, batch)
	raw, err := json.Marshal(contract.Imported{Booked: len(batch.Appointments) - 1, Refused: []string{batch.Appointments[0].Appointment + ": start is full"}})
	return contract.Answer{Result: contract.ResultOK, Data: raw}, err
}

// R-KIOSK-10: the centre sends a list to a hall; a list with a mistake is not
// sent at all, and what the hall refuses is named.
func TestAppointments(t *testing.T) {
	h := &hallOf{}
	handler := appointmentsHandler([]string{"luotian"}, func(hall string) (commander, string, error) { return h, "hall", nil })
	post := func(hall, list string, headers ...string) *httptest.ResponseRecorder {
		t.Helper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		_ = form.WriteField("hall", hall)
		part, err := form.CreateFormFile("file", "list.csv")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(list))
		_ = form.Close()
		r := httptest.NewRequest(http.MethodPost, "/appointments", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	good := "id,code,service,start\n" + strings.Repeat("w-1,402817,a,2026-11-23 09:30\n", 1) + "w-2,402818,a,2026-11-23 09:30\n"

	if w := post("luotian", good+"w-3,1,a,soon\n"); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "list.csv:4: start &#34;soon&#34;") || len(h.commands) != 0 {
		t.Errorf("%d %s, %d commands", w.Code, w.Body, len(h.commands))
	}
	if w := post("nowhere", good); w.Code != http.StatusNotFound || len(h.commands) != 0 {
		t.Errorf("%d, %d commands", w.Code, len(h.commands))
	}
	if w := post("luotian", good, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden || len(h.commands) != 0 {
		t.Errorf("another site's form: %d, %d commands", w.Code, len(h.commands))
	}
	w := post("luotian", good)
	if w.Code != http.StatusOK || len(h.commands) != 1 || len(h.commands[0].Appointments) != 2 || !strings.Contains(w.Body.String(), "w-1: start is full") {
		t.Errorf("%d %s, sent %+v", w.Code, w.Body, h.commands)
	}
	w = post("luotian", good, "Accept", "application/json")
	var done contract.Imported
	if err := json.Unmarshal(w.Body.Bytes(), &done); err != nil || done.Booked != 1 || len(done.Refused) != 1 {
		t.Errorf("%s: %v", w.Body, err)
	}
	h.fail = errors.New("node away")
	if w := post("luotian", good); w.Code != http.StatusBadGateway || !strings.Contains(w.Body.String(), "node away") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/appointments", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<option>luotian") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
