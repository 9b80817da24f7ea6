package e2e

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// page is one tab of a headless Chromium, at a desk in the hall.
type page struct {
	t   testing.TB
	ctx context.Context
	h   *house
}

// browser opens Debian's Chromium.
func (h *house) browser() *page {
	h.t.Helper()
	bin, err := exec.LookPath("chromium")
	if err != nil {
		h.t.Fatal("the console is tested in Chromium: apt-get install chromium")
	}
	dir, err := os.MkdirTemp("", "hallward-chromium-")
	if err != nil {
		h.t.Fatal(err)
	}
	// Chromium's helpers write into the folder for a moment after its end.
	h.t.Cleanup(func() {
		until(h.t, 10*time.Second, "Chromium's folder gone", func() error { return os.RemoveAll(dir) })
	})
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(bin), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(1366, 768), chromedp.UserDataDir(dir), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	h.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, quiet)
	h.t.Cleanup(cancel)
	// The browser lives as long as the context of the first run.
	if err := chromedp.Run(ctx, emulation.SetFocusEmulationEnabled(true)); err != nil {
		h.t.Fatalf("Chromium does not start: %v", err)
	}
	h.t.Cleanup(func() { chromedp.Cancel(ctx) }) // and is gone before its folder is
	return &page{h.t, ctx, h}
}

// quiet drops the reports of events that chromedp is too old to know.
var quiet = chromedp.WithErrorf(func(format string, a ...any) {
	if !strings.HasPrefix(format, "unhandled node event") {
		log.Printf(format, a...)
	}
})

// do carries out the actions and tells what stood on the page where one fails.
func (p *page) do(actions ...chromedp.Action) {
	p.t.Helper()
	for i, a := range actions {
		step, cancel := context.WithTimeout(p.ctx, 20*time.Second)
		err := chromedp.Run(step, a)
		cancel()
		if err != nil {
			var text string
			_ = chromedp.Run(p.ctx, chromedp.Evaluate(`document.body.innerText`, &text))
			p.t.Fatalf("console, step %d: %v\nthe page says:\n%.1500s", i+1, err, text)
		}
	}
}

// holds waits until a script is true, across the loading of a new page.
func holds(script string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		again := time.NewTicker(30 * time.Millisecond)
		defer again.Stop()
		for {
			var yes bool
			if err := chromedp.Evaluate(script, &yes).Do(ctx); err == nil && yes {
				return nil
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("waiting for %s: %w", script, ctx.Err())
			case <-again.C:
			}
		}
	})
}

// reads waits until an element of the page reads so.
func reads(selector, text string) chromedp.Action {
	return holds(fmt.Sprintf(`[...document.querySelectorAll(%q)].some(e => e.innerText.includes(%q))`, selector, text))
}

// offered waits until the page offers an act.
func offered(verb string) chromedp.Action {
	return holds(fmt.Sprintf(`document.querySelector('.verbs [data-verb=%q]:enabled') !== null`, verb))
}

// signIn goes to a window's page, or with "hall" to the manager's, by keyboard.
// The PIN of the sample's staff is their number.
func (p *page) signIn(window, number string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.h.url(consolePort)+"/?window="+window),
		holds(`!!document.activeElement?.matches("input[name=number]")`),
		chromedp.KeyEvent(number+kb.Tab+number+kb.Enter),
		reads("#link", "已连接"))
}

// unfold opens a card of the manager's page.
func unfold(card string) chromedp.Action { return chromedp.Click("#card-" + card + " > summary") }

func key(keys string) chromedp.Action { return chromedp.KeyEvent(keys) }

// keep keeps a picture of the page.
func (p *page) keep(name string) {
	p.t.Helper()
	var png []byte
	p.do(chromedp.CaptureScreenshot(&png))
	if err := os.WriteFile(p.h.picturePath(name), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
