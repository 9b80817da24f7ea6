package keeper

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/kiosk/display/model"
)

var layout = model.Layout{Side: 40, Zones: []string{"a"}, Panels: []model.Panel{{Pages: []model.PageSetting{
	{Show: model.PageResults, Seconds: 10}, {Show: model.PageDuty, Seconds: 10}, {Show: model.PageSlides, Seconds: 10, Folder: "slides"}, {Show: model.PageNotices, Seconds: 10}}}}}

// R-BOARD-02: results, notices and the roster survive a restart without the
// hall; the pages and the captions stand in the page for remote help.
func TestPagesSurvive(t *testing.T) {
	dir := t.TempDir()
	k := New(dir, quiet())
	k.Lay(layout)
	k.Link(true)
	give(t, k, contract.ViewCatalogue, contract.Catalogue{Version: 1, Zones: []contract.ZoneInfo{{ID: "a"}}})
	give(t, k, contract.ViewResults, contract.Results{Version: 1, Results: []contract.Result{{ID: "1", Service: contract.Text2{ZH: "登记"}}}})
	give(t, k, contract.ViewDuty, contract.Duty{Version: 1, Day: time.Now().In(time.FixedZone("CST", 8*3600)).Format(time.DateOnly), Today: []contract.DutyOfficer{{Name: "何样例"}}})
	give(t, k, contract.ViewNotices, contract.Notices{Version: 1, Notices: []contract.Notice{{ID: "n", Kind: "page", Text: contract.Text2{ZH: "公告"}}}})
	give(t, k, contract.ViewCalls, calls(0))
	give(t, k, contract.ViewCalls, calls(1))
	k.Pictures("slides", []string{"11"})
	k.Screen()
	p := page(t, k)
	if len(p.Pages) != 1 || !slices.Equal(p.Pages[0], []string{"results", "duty", "slides", "notices"}) || len(p.Captions) != 1 || !strings.Contains(p.Captions[0], "A001") {
		t.Errorf("%+v", p)
	}
	k = New(dir, quiet())
	k.Lay(layout)
	k.Screen()
	if p := page(t, k); len(p.Pages) != 1 || !slices.Equal(p.Pages[0], []string{"results", "duty", "notices"}) || len(p.Captions) != 0 {
		t.Errorf("after a restart: %+v", p)
	}
}

// R-VOICE-03: what is not shown is told once, with its place, the word and
// where the word is forbidden; so are zones that the hall does not have.
func TestTold(t *testing.T) {
	var log bytes.Buffer
	k := New(t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)))
	k.Lay(layout)
	told := func(words ...string) int {
		n := 0
		for line := range strings.Lines(log.String()) {
			all := true
			for _, w := range words {
				all = all && strings.Contains(line, w)
			}
			if all {
				n++
			}
		}
		return n
	}
	bad := contract.Results{Version: 1, Results: []contract.Result{{ID: "r-9", Service: contract.Text2{ZH: "这事我不管"}}}}
	for range 3 {
		give(t, k, contract.ViewResults, bad)
		give(t, k, contract.ViewCatalogue, contract.Catalogue{Version: 1, Zones: []contract.ZoneInfo{{ID: "b"}}})
	}
	if n := told("results", "r-9", "我不管", "S0 L380"); n != 1 {
		t.Errorf("told %d times: %s", n, log.String())
	}
	if n := told("zones that the hall does not have", "[a]"); n != 1 {
		t.Errorf("zones: told %d times: %s", n, log.String())
	}
	give(t, k, contract.ViewResults, contract.Results{Version: 2})
	give(t, k, contract.ViewResults, bad)
	if n := told("r-9"); n != 2 {
		t.Errorf("a word that came back is told %d times", n)
	}
}
