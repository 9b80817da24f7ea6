package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"hallward/devices/contract"
	"hallward/devices/sim/people"
)

// set turns a switch of a simulated printer (devices/sim/printer.Switches).
func (h *house) set(printer, name string, on bool) {
	h.t.Helper()
	h.post(fmt.Sprintf("/printer/%s/switch?name=%s&on=%t", printer, name, on))
}

// post gives a command to the simulated devices (devices/sim/hardware).
func (h *house) post(path string) {
	h.t.Helper()
	if _, err := request(http.MethodPost, h.url(controlPort)+path); err != nil {
		h.t.Fatal(err)
	}
}

// events is what the centre has of this hall, in the order of its arrival.
func (h *house) events() ([]contract.Event, error) {
	ctx, cancel := context.WithTimeout(h.t.Context(), 10*time.Second)
	defer cancel()
	return people.Arrived(ctx, h.url(centrePort), hallID)
}

// get reads JSON from a local address.
func (h *house) get(url string, into any) {
	h.t.Helper()
	if err := getJSON(url, into); err != nil {
		h.t.Fatal(err)
	}
}

func getJSON(url string, into any) error {
	b, err := request(http.MethodGet, url)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// request gives the body of a good answer.
func request(method, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %s: %.300s", url, res.Status, b)
	}
	return b, err
}
