package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/color"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"hallward/kiosk/display"
	"hallward/kiosk/display/displaytest"
)

// framesIn makes the test binary a board in a window of so many pixels that
// measures itself.
const framesIn = "HALLWARD_FRAMES"

func TestMain(m *testing.M) {
	if size := os.Getenv(framesIn); size != "" {
		measure(size)
		return
	}
	os.Exit(m.Run())
}

// figures are what one way of drawing costs.
type figures struct {
	Frames  float64 // a second
	CPU     float64 // cores
	Average time.Duration
}

// still is a face on which one small shape moves: the floor, since the window
// is painted anew for that as well.
type still struct {
	dot *canvas.Rectangle
	x   float32
}

func (s *still) Theme() fyne.Theme { return display.New(false).Theme() }
func (s *still) Object() fyne.CanvasObject {
	return &fyne.Container{Objects: []fyne.CanvasObject{s.dot}}
}
func (s *still) Look() func() { return func() {} }
func (s *still) Page(bool)    {}
func (s *still) Step(float32) bool {
	if s.x++; s.x > 300 {
		s.x = 0
	}
	s.dot.Move(fyne.NewPos(s.x, 10))
	return true
}

// busyFace is the board of a busy hall, with a call every ten seconds.
type busyFace struct{ *display.Board }

func (busyFace) Look() func() { return func() {} }

// measure runs in a process of its own: first the floor, then the board.
func measure(size string) {
	var w, h int
	if _, err := fmt.Sscanf(size, "%dx%d", &w, &h); err != nil {
		panic(err)
	}
	cfg := &settings{}
	cfg.Screen.Width, cfg.Screen.Height = w, h
	board := busyFace{display.New(false)}
	floor := &still{dot: canvas.NewRectangle(color.NRGBA{R: 200, A: 255})}
	floor.dot.Resize(fyne.NewSize(40, 40))
	win := openWindow(cfg, true, floor, slog.New(slog.NewTextHandler(io.Discard, nil)))
	win.app.Lifecycle().SetOnStarted(func() {
		go func() {
			out := map[string]figures{"floor": win.figures()}
			fyne.DoAndWait(func() {
				win.face = board
				win.app.Settings().SetTheme(board.Theme())
				win.win.SetContent(board.Object())
				board.Show(displaytest.Busy(displaytest.Lay("standard")).Screen(displaytest.Morning, displaytest.Zone))
			})
			out["board"] = win.figures()
			_ = json.NewEncoder(os.Stdout).Encode(out)
			fyne.Do(win.app.Quit)
		}()
	})
	win.win.ShowAndRun()
}

// figures draws frames as run does, for a while, and tells what they cost.
func (w *window) figures() figures {
	const warm, span = 2 * time.Second, 8 * time.Second
	var from time.Time
	var before syscall.Rusage
	frames := 0
	begin := time.Now()
	for {
		switch on := time.Since(begin); {
		case on >= warm+span:
			var after syscall.Rusage
			_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
			wall := time.Since(from)
			cpu := busy(after) - busy(before)
			return figures{float64(frames) / wall.Seconds(), cpu.Seconds() / wall.Seconds(), wall / time.Duration(max(frames, 1))}
		case on >= warm && from.IsZero():
			from, frames = time.Now(), 0
			_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
		}
		w.draw(context.Background(), false, float32(display.Frame.Seconds()), false)
		frames++
		time.Sleep(display.Frame)
	}
}

func busy(u syscall.Rusage) time.Duration {
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkWindow is the running line in a real window under software rendering
// (Xvfb and Mesa's llvmpipe): frames a second, of 30 at most, the cores that they
// take, and how often more that is than its floor, the same window with one
// shape that moves.
func BenchmarkWindow(b *testing.B) {
	xvfb, err := exec.LookPath("xvfb-run")
	if err != nil {
		b.Skip(err)
	}
	for _, size := range []string{"1920x1080", "1080x1920", "3840x2160"} {
		b.Run(size, func(b *testing.B) {
			for b.Loop() {
				cmd := exec.CommandContext(b.Context(), xvfb, "-a", "-s", "-screen 0 "+size+"x24", os.Args[0])
				cmd.Env = append(os.Environ(), framesIn+"="+size)
				var stderr bytes.Buffer
				cmd.Stderr = &stderr
				raw, err := cmd.Output()
				if err != nil {
					b.Fatalf("%v: %s", err, stderr.Bytes())
				}
				var out map[string]figures
				if err := json.Unmarshal(raw, &out); err != nil {
					b.Fatalf("%v: %s", err, raw)
				}
				board, floor := out["board"], out["floor"]
				b.ReportMetric(board.Frames, "frames/s")
				b.ReportMetric(floor.Frames, "floor-frames/s")
				b.ReportMetric(board.CPU, "cores")
				b.ReportMetric((board.CPU/board.Frames)/(floor.CPU/floor.Frames), "x-floor")
			}
			b.ReportMetric(float64(runtime.NumCPU()), "cpus")
		})
	}
}
