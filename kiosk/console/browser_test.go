package console

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// chromium is the one browser of all tests; each test has its own profile in it.
var chromium struct {
	once sync.Once
	ctx  context.Context
	err  error
	stop func()
}

func TestMain(m *testing.M) {
	chromium.stop = func() {}
	code := m.Run()
	chromium.stop()
	os.Exit(code)
}

func startChromium() {
	bin, err := exec.LookPath("chromium")
	if err != nil {
		chromium.err = errors.New("the browser tests need Chromium: apt-get install chromium")
		return
	}
	dir, err := os.MkdirTemp("", "console-chromium-")
	if err != nil {
		chromium.err = err
		return
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(bin), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(dir), chromedp.Flag("disable-quic", true), chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true))
	alloc, end := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, _ := chromedp.NewContext(alloc, quiet)
	chromium.ctx, chromium.err = ctx, chromedp.Run(ctx) // the browser lives as long as the context of the first run
	chromium.stop = func() {
		chromedp.Cancel(ctx) // waits for the browser, but not for its helpers
		end()
		removeAll(dir)
	}
}

// quiet drops the reports of events that chromedp is too old to know.
var quiet = chromedp.WithErrorf(func(format string, a ...any) {
	if !strings.HasPrefix(format, "unhandled node event") {
		log.Printf(format, a...)
	}
})

// removeAll removes a folder into which a process may write yet.
func removeAll(dir string) {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for limit := time.After(10 * time.Second); os.RemoveAll(dir) != nil; {
		select {
		case <-limit:
			log.Printf("%s is left behind", dir)
			return
		case <-again.C:
		}
	}
}

// browser opens an empty page of 1366×768 with a profile of its own.
func browser(t *testing.T) context.Context {
	t.Helper()
	chromium.once.Do(startChromium)
	if chromium.err != nil {
		t.Fatalf("Chromium does not start: %v", chromium.err)
	}
	// A window of its own, as Chromium opens no tab where there is no window.
	whole := cdp.WithExecutor(chromium.ctx, chromedp.FromContext(chromium.ctx).Browser)
	profile, err := target.CreateBrowserContext().Do(whole)
	if err != nil {
		t.Fatalf("Chromium gives no profile: %v", err)
	}
	page, err := target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(whole)
	if err != nil {
		t.Fatalf("Chromium opens no page: %v", err)
	}
	ctx, cancel := chromedp.NewContext(chromium.ctx, chromedp.WithTargetID(page))
	t.Cleanup(func() {
		cancel()
		target.DisposeBrowserContext(profile).Do(whole)
	})
	if err := chromedp.Run(ctx, chromedp.EmulateViewport(1366, 768), emulation.SetFocusEmulationEnabled(true)); err != nil {
		t.Fatalf("Chromium shows no page: %v", err)
	}
	return ctx
}

// serve serves h, and closes at the end even what still streams.
func serve(t *testing.T, h http.Handler) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h}
	go srv.Serve(ln)
	t.Cleanup(func() { srv.Close() })
	return "http://" + ln.Addr().String()
}

// run does the actions, and leaves a picture of the page where they fail.
func run(t *testing.T, ctx context.Context, actions ...chromedp.Action) {
	t.Helper()
	for i, a := range actions {
		step, cancel := context.WithTimeout(ctx, time.Minute)
		err := chromedp.Run(step, a)
		cancel()
		if err != nil {
			var html string
			chromedp.Run(ctx, chromedp.OuterHTML("body", &html))
			t.Fatalf("step %d (%T): %v\npage: %.1500s", i, a, err, html)
		}
	}
}

// picture keeps the page in the folder that CONSOLE_PICTURES names.
func picture(t *testing.T, name string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		dir := os.Getenv("CONSOLE_PICTURES")
		if dir == "" {
			return nil
		}
		var png []byte
		if err := chromedp.CaptureScreenshot(&png).Do(ctx); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	})
}

// until waits for a condition on the page, across the loading of a new one.
func until(script string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		again := time.NewTicker(20 * time.Millisecond)
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

// shows waits until the page's element reads so.
func shows(sel, text string) chromedp.Action {
	return until(fmt.Sprintf(`!!document.querySelector(%q)?.innerText.includes(%q)`, sel, text))
}

// press is one key as a keyboard sends it: what the page prevents at its going
// down is not typed.
func press(letter string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		down := input.DispatchKeyEvent(input.KeyDown).WithKey(letter).WithText(letter)
		up := input.DispatchKeyEvent(input.KeyUp).WithKey(letter)
		if code := "Key" + strings.ToUpper(letter); letter >= "a" && letter <= "z" {
			down, up = down.WithCode(code), up.WithCode(code)
		}
		if err := down.Do(ctx); err != nil {
			return err
		}
		return up.Do(ctx)
	})
}

// focused waits until the keyboard is at the element.
func focused(sel string) chromedp.Action {
	return until(fmt.Sprintf(`!!document.activeElement?.matches(%q)`, sel))
}

func enabled(verb string) chromedp.Action {
	return until(fmt.Sprintf(`document.querySelector('.verbs [data-verb=%q]:enabled') !== null`, verb))
}
