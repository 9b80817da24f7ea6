package idcard

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"hallward/devices/identity"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden is the test card of the protocol notes.
var golden = Card{Kind: Resident, Name: "张三", Sex: "1", Nation: "01", Birth: "19491231", Address: "北京市朝阳区测试路1号",
	Number: "11010519491231002X", Authority: "北京市公安局朝阳分局", From: "20200101", To: "长期"}

func TestGoldenText(t *testing.T) {
	text, err := golden.text()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	if got := hex.EncodeToString(sum[:]); got != "1d0db9bfa07dbff6a81ddd1c495707d7f5d57c44ea1325f8ec540e31ed0a183b" {
		t.Errorf("SHA-256 of the text block is %s", got)
	}
	if !bytes.HasPrefix(text, unhex(t, "20 5F 09 4E 20 00")) || !bytes.Equal(text[204:208], unhex(t, "7F 95 1F 67")) {
		t.Errorf("begins % X, valid until % X", text[:6], text[204:208])
	}
}

// served runs a reader and gives the host's end of its line.
func served(t *testing.T) (*Reader, net.Conn) {
	t.Helper()
	r := New()
	near, far := net.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx, near) }()
	t.Cleanup(func() { cancel(); far.Close(); <-done })
	for !r.State().Open {
		runtime.Gosched() // the goroutine above opens the line
	}
	return r, far
}

// talk writes a command and reads n bytes of answer.
func talk(t *testing.T, line net.Conn, command string, n int) []byte {
	t.Helper()
	line.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := line.Write(unhex(t, command)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, n)
	for at := 0; at < n; {
		k, err := line.Read(got[at:])
		if err != nil {
			t.Fatalf("%d of %d bytes: %v", at, n, err)
		}
		at += k
	}
	return got
}

const (
	cmdFind   = "AA AA AA 96 69 00 03 20 01 22"
	cmdSelect = "AA AA AA 96 69 00 03 20 02 21"
	cmdRead   = "AA AA AA 96 69 00 03 30 01 32"
	cmdProbe  = "AA AA AA 96 69 00 03 30 03 30"
)

// The golden frames, in the order of a card's life on the reader.
func TestGoldenDialogue(t *testing.T) {
	r, line := served(t)
	short := func(command, want string) {
		t.Helper()
		w := unhex(t, want)
		if got := talk(t, line, command, len(w)); !bytes.Equal(got, w) {
			t.Errorf("%s: % X, want %s", command, got, want)
		}
	}
	short("AA AA AA 96 69 00 03 10 FF EC", "AA AA AA 96 69 00 04 00 00 90 94")
	short("AA AA AA 96 69 00 03 11 FF ED", "AA AA AA 96 69 00 04 00 00 90 94")
	short("AA AA AA 96 69 00 03 12 FF EE", "AA AA AA 96 69 00 14 00 00 90 05 00 03 00 6F DB 32 01 01 00 00 00 02 00 00 00 06")
	short(cmdFind, "AA AA AA 96 69 00 04 00 00 80 84")
	short(cmdRead, "AA AA AA 96 69 00 04 00 00 41 45")
	if err := r.LayCard("golden", golden); err != nil {
		t.Fatal(err)
	}
	short(cmdSelect, "AA AA AA 96 69 00 04 00 00 81 85") // not found yet
	short(cmdFind, "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97")
	short(cmdRead, "AA AA AA 96 69 00 04 00 00 41 45") // not selected yet
	short(cmdSelect, "AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C")
	b := talk(t, line, cmdRead, 1295)
	if !bytes.HasPrefix(b, unhex(t, "AA AA AA 96 69 05 08 00 00 90 01 00 04 00")) || b[1294] != 0x31 {
		t.Errorf("read: % X … %X", b[:14], b[1294])
	}
	short(cmdFind, "AA AA AA 96 69 00 04 00 00 80 84") // it was read
	short(cmdProbe, "AA AA AA 96 69 00 04 00 00 91 95")
	r.Take()
	short(cmdProbe, "AA AA AA 96 69 00 04 00 00 41 45")
	short("AA AA AA 96 69 00 03 10 FF ED", "AA AA AA 96 69 00 04 00 00 10 14") // wrong XOR
	short("AA AA AA 96 69 00 03 30 10 23", "AA AA AA 96 69 00 04 00 00 21 25")
	if s := r.State(); s.Fingers != 1 || s.Card != "" {
		t.Errorf("%+v", s)
	}
}

func TestFaults(t *testing.T) {
	r, line := served(t)
	lay := func(name string) {
		t.Helper()
		if err := r.Lay(name); err != nil {
			t.Fatal(err)
		}
		talk(t, line, cmdFind, 15)
		talk(t, line, cmdSelect, 19)
	}
	for fault, last := range map[string]byte{"read-41": 0x45, "read-33": 0x37, "read-31": 0x35} {
		if err := r.Set(fault, true); err != nil {
			t.Fatal(err)
		}
		lay("zhang")
		if b := talk(t, line, cmdRead, 11); b[10] != last {
			t.Errorf("%s: % X", fault, b)
		}
		if err := r.Set(fault, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Set("fingers", true); err != nil {
		t.Fatal(err)
	}
	if err := r.LayCard("golden", golden); err != nil {
		t.Fatal(err)
	}
	talk(t, line, cmdFind, 15)
	talk(t, line, cmdSelect, 19)
	if b := talk(t, line, cmdRead, 2321); !bytes.HasPrefix(b[5:], unhex(t, "09 0A 00 00 90 01 00 04 00 04 00")) || b[2320] != 0x3B {
		t.Errorf("with fingers: % X … %X", b[5:16], b[2320])
	}
	if err := r.Set("fingers", false); err != nil {
		t.Fatal(err)
	}
	lay("li")
	talk(t, line, cmdRead, 1295)
	if b := talk(t, line, cmdProbe, 81); b[9] != 0x90 || len(b) != 81 {
		t.Errorf("new address: % X", b[:12])
	}
	if err := r.Set("fire", true); err == nil {
		t.Error("an unknown switch was set")
	}
	if err := r.Lay("nobody"); !errors.Is(err, ErrCard) {
		t.Errorf("an unknown card: %v", err)
	}
	if err := r.LayCard("long", Card{Kind: Resident, Name: strings.Repeat("长", 16)}); err == nil {
		t.Error("a name of 16 characters fits")
	}
	if err := New().Raw(nil); !errors.Is(err, ErrNoHost) {
		t.Errorf("bytes for nobody: %v", err)
	}
}

// The cards in the drawer are fictional, and pass the checks of a real one.
func TestSamplesAreGoodCards(t *testing.T) {
	kinds := map[Kind]identity.Kind{Resident: identity.Resident, Permit: identity.Permit, Foreigner2017: identity.Foreigner2017, Foreigner2023: identity.Foreigner}
	sexes := map[string]string{"1": "M", "2": "F"}
	today := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for name, c := range Samples {
		if _, err := identity.CheckCard(kinds[c.Kind], c.Number, sexes[c.Sex], c.Birth, today); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.text(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.Name != "" && !strings.Contains(c.Name, "样") || c.Latin != "" && !strings.Contains(c.Latin, "SAMPLE") && !strings.Contains(c.Latin, "ECHANTILLON") {
			t.Errorf("%s: the name could be somebody's", name)
		}
	}
}

// Whatever a host sends, the reader neither falls nor keeps it.
func FuzzTake(f *testing.F) {
	f.Add(unhex(f, cmdFind+cmdSelect+cmdRead))
	f.Add(unhex(f, "AA AA AA AA 96 69 FF FF 00 AA AA"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := New()
		if err := r.Lay("zhang"); err != nil {
			t.Fatal(err)
		}
		var whole, pieces bytes.Buffer
		left := r.take(bytes.Clone(b), &whole)
		if len(left) > longest+len(head)+2 {
			t.Errorf("%d bytes are kept", len(left))
		}
		r = New()
		if err := r.Lay("zhang"); err != nil {
			t.Fatal(err)
		}
		var in []byte
		for _, c := range b {
			in = r.take(append(in, c), &pieces)
		}
		if !bytes.Equal(whole.Bytes(), pieces.Bytes()) {
			t.Errorf("%d bytes answered at once, %d bytewise", whole.Len(), pieces.Len())
		}
	})
}
