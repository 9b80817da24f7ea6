package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"hallward/devices/sim/people"
)

// display gives the X display of a program's window, ":7": a virtual screen of
// its own, started when it is asked for the first time.
func (h *house) display(name string) string {
	h.t.Helper()
	path := filepath.Join(h.dir, "screen-"+name)
	if b, err := os.ReadFile(path); err == nil {
		return string(b)
	}
	read, write, err := os.Pipe()
	if err != nil {
		h.t.Fatal(err)
	}
	defer read.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", programs[name].window+"x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{write}
	h.run("xvfb-"+name, cmd)
	write.Close()
	_ = read.SetReadDeadline(time.Now().Add(20 * time.Second))
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		h.t.Fatalf("Xvfb does not say which display it has: %v", err)
	}
	d := ":" + strings.TrimSpace(number)
	if err := os.WriteFile(path, []byte(d), 0o644); err != nil {
		h.t.Fatal(err)
	}
	return d
}

// citizen is somebody in front of the kiosk.
func (h *house) citizen(kiosk string) *people.Kiosk {
	return &people.Kiosk{URL: h.health(kiosk), Display: h.display(kiosk)}
}

// shows waits until the kiosk is as wanted.
func (h *house) shows(k *people.Kiosk, limit time.Duration, want func(people.Screen) bool) people.Screen {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), limit)
	defer cancel()
	s, err := k.Until(ctx, want)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// touch puts a finger on a target as soon as it is there.
func (h *house) touch(k *people.Kiosk, touch, arg string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 20*time.Second)
	defer cancel()
	if err := k.Touch(ctx, touch, arg); err != nil {
		h.t.Fatal(err)
	}
}

// picture keeps what a program's screen shows, as soon as it has been drawn: at
// least that share of the pixels are others than in the last picture, and they
// stay so. The programs tell what they show a moment before it is drawn. Without
// a name it is only what the next picture is compared with.
func (h *house) picture(program, name string, least float64) {
	h.t.Helper()
	before := h.shots[program]
	last := before
	until(h.t, 15*time.Second, fmt.Sprintf("%s: %s is drawn", program, name), func() error {
		now, err := h.shot(program)
		if err != nil {
			return err
		}
		moved := differs(last, now)
		last = now
		if share := differs(before, now); share < least {
			return fmt.Errorf("%.1f %% of the screen are others than before, want %.1f", 100*share, 100*least)
		}
		if moved > 0.03 { // more than a clock and a running line
			return errors.New("it is being drawn")
		}
		return nil
	})
	h.shots[program] = last
	if name == "" {
		return
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, last); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(h.picturePath(name), b.Bytes(), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// shot reads the pixels of a program's screen.
func (h *house) shot(program string) (*image.NRGBA, error) {
	var w, t int
	if _, err := fmt.Sscanf(programs[program].window, "%dx%d", &w, &t); err != nil {
		return nil, err
	}
	img := image.NewNRGBA(image.Rect(0, 0, w, t))
	cmd := exec.Command("import", "-window", "root", "-depth", "8", "rgba:-")
	cmd.Env = append(os.Environ(), "DISPLAY="+h.display(program))
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("picture of %s: %w", program, err)
	}
	if copy(img.Pix, out); len(out) != len(img.Pix) {
		return nil, fmt.Errorf("picture of %s: %d bytes, want %d", program, len(out), len(img.Pix))
	}
	return img, nil
}

// differs is the share of pixels that two pictures do not have in common; nil
// is a dark screen.
func differs(a, b *image.NRGBA) float64 {
	if a == nil {
		a = image.NewNRGBA(b.Rect)
		for i := 3; i < len(a.Pix); i += 4 {
			a.Pix[i] = 0xff
		}
	}
	n := 0
	for i := 0; i < len(b.Pix); i += 4 {
		if *(*[4]byte)(a.Pix[i:]) != *(*[4]byte)(b.Pix[i:]) {
			n++
		}
	}
	return float64(4*n) / float64(len(b.Pix))
}

// picturePath is where a picture is kept: in the folder that HALLWARD_PICTURES
// names, or in the house's own, which does not outlive the test.
func (h *house) picturePath(name string) string {
	h.t.Helper()
	dir := os.Getenv("HALLWARD_PICTURES")
	if dir == "" {
		dir = filepath.Join(h.dir, "pictures")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		h.t.Fatal(err)
	}
	return filepath.Join(dir, name+".png")
}
