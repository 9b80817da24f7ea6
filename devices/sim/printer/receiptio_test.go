package printer

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices/sim/port"
)

// client is receiptio from npm (https://github.com/receiptline/receiptio), a
// client for ESC/POS printers that knows nothing of this project.
const client = "../../../.bin/npm/node_modules/.bin/receiptio"

// receiptio runs the client against a printer at the address, port 9100, and
// gives the word that it prints and its exit status.
func receiptio(t *testing.T, document, address string, options ...string) (word string, status int) {
	t.Helper()
	bin, err := filepath.EvalSymlinks(client)
	if err != nil {
		t.Fatalf("this test needs receiptio: run  . deploy/setup.sh && need_receiptio  (%v)", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", append([]string{bin, "-d", address}, options...)...)
	cmd.Stdin = strings.NewReader(document)
	out, err := cmd.CombinedOutput() // its word goes to standard error
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		t.Fatalf("receiptio %v does not end: %s", options, out)
	case err != nil && !errors.As(err, &exit):
		t.Fatalf("receiptio needs Node.js: %v", err)
	}
	return strings.TrimSpace(string(out)), cmd.ProcessState.ExitCode()
}

// receipt is a document of receiptio: a heading, a table, a rule and a code.
const receipt = `{code:A001; option:qrcode,4,l}
^^^A001

Windows | 3-4
Ahead   | 2
---
%s
`

// receiptio finds out for itself what the printer is, prints, and says what
// the switches say. What it reports of a good print is also on the paper.
func TestReceiptio(t *testing.T) {
	for i, c := range []struct {
		name    string
		o       Opts
		set     string
		options []string
		text    string // last line of the slip; "" prints nothing
		word    string
		status  int
	}{
		{"success", Opts{}, "", nil, "Please wait", "success", 0},
		{"success in Chinese", Opts{Quirks: Quirks{Graphics: true}}, "", []string{"-l", "zh-hans", "-p", "escpos"}, "请在一楼B区等候", "success", 0},
		{"58 mm", Opts{Dots: 384}, "", []string{"-c", "32"}, "Please wait", "success", 0},
		{"online", Opts{}, "", []string{"-q"}, "", "online", 100},
		{"near end is no hindrance", Opts{}, "paper-low", nil, "Please wait", "success", 0},
		{"cover open", Opts{}, "cover", nil, "", "coveropen", 101},
		{"paper out", Opts{}, "paper-out", nil, "", "paperempty", 102},
		{"unrecoverable", Opts{}, "broken", nil, "", "error", 103},
		{"cover open, asked for", Opts{}, "cover", []string{"-q"}, "", "coveropen", 101},
		{"silent", Opts{}, "silence", []string{"-t", "2"}, "", "offline", 104},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// The client knows port 9100 only, so each printer has an address.
			address := fmt.Sprintf("127.91.0.%d", i+1)
			p, err := New(c.o)
			if err != nil {
				t.Fatal(err)
			}
			on, err := port.ListenTCP(address + ":9100")
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- p.Run(ctx, on) }()
			t.Cleanup(func() { stop(); <-done })
			if c.set != "" {
				if err := p.Set(c.set, true); err != nil {
					t.Fatal(err)
				}
			}
			word, status := receiptio(t, fmt.Sprintf(receipt, c.text), address, c.options...)
			if word != c.word || status != c.status {
				t.Errorf("receiptio says %q (%d), want %q (%d)", word, status, c.word, c.status)
			}
			if unknown := p.Stats().Unknown; len(unknown) > 0 {
				t.Logf("commands that this printer does not have: %v", unknown)
			}
			papers := p.Papers()
			if c.text == "" {
				if len(papers) != 0 {
					t.Errorf("%d slips came out, want none", len(papers))
				}
				return
			}
			if len(papers) != 1 {
				t.Fatalf("%d slips came out, want 1", len(papers))
			}
			lines := strings.Join(papers[0].Lines, "\n")
			for _, want := range []string{"A001", "3-4", c.text} {
				if !strings.Contains(lines, want) {
					t.Errorf("no %q on the paper:\n%s", want, lines)
				}
			}
			if got := decode(t, papers[0].Image()); got != "A001" { // it draws codes itself
				t.Errorf("the code on the paper reads %q, want A001", got)
			}
		})
	}
}
