package printer

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hallward/kiosk/theme/fonts"
)

// slip is a queue slip as a driver may send it, in text mode with a native QR
// code.
func slip(number string) string {
	data := "https://hall.example/t/" + number
	return strings.Join([]string{
		initialise, "\x1da\xff\x1c&\x1ba\x01",
		"\x1bE\x01", gb("罗田县行政服务中心"), "\n\x1bE\x00",
		"\x1d!\x55\x1c!\x0c", number, "\n\x1d!\x00\x1c!\x00",
		"\x1d!\x11\x1c!\x0c", gb("不动产登记"), "\n\x1d!\x00\x1c!\x00",
		"Real estate registration\n",
		gb("前面等待 12 人  约 25 分钟"), "\n",
		gb("请到 3—6 号窗口  2026-03-02 09:41"), "\n",
		gb("服务监督 0713-0000000  12345"), "\n",
		"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E0",
		fmt.Sprintf("\x1d(k%c\x001P0%s\x1d(k\x03\x001Q0", len(data)+3, data),
		cutFeed, proof,
	}, "")
}

// TestSlipPicture prints a slip with the project's own font and lets an
// independent reader find the QR code in the picture.
func TestSlipPicture(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Fatal("zbarimg is missing (Debian: zbar-tools)")
	}
	font, err := ParseFont(fonts.Regular)
	if err != nil {
		t.Fatal(err)
	}
	for _, dots := range []int{384, 576} {
		dir := t.TempDir()
		if keep := os.Getenv("HALLWARD_PICTURES"); keep != "" {
			dir = filepath.Join(keep, fmt.Sprint(dots))
		}
		w := attach(t, Opts{Dots: dots, Font: font, Dir: dir}).send(slip("A037")).expect("10 00 00 00 00")
		got := w.last()
		if got.Lines[1] != "A037" || got.Lines[2] != "不动产登记" {
			t.Errorf("lines %q", got.Lines)
		}
		if s := w.Stats(); s.Boxes != 0 || len(s.Unknown) != 0 || len(s.Ignored) != 0 {
			t.Errorf("boxes %d, unknown %v, ignored %v", s.Boxes, s.Unknown, s.Ignored)
		}
		out, err := exec.Command(zbar, "-q", "--raw", got.File).Output()
		if err != nil || strings.TrimSpace(string(out)) != "https://hall.example/t/A037" {
			t.Errorf("%d dots: zbarimg read %q: %v", dots, out, err)
		}
	}
}
