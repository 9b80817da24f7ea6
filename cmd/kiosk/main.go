// Command kiosk is the touch kiosk of a hall: citizens take a number on its
// screen and the paper from its printer. One process for one machine, with the
// devices in its own cabinet.
package main

import (
	"context"
	"flag"
	_ "time/tzdata" // the hall's zone, on a machine without zone files

	"hallward/devices/service"
)

// options are the flags beside those of every program.
type options struct {
	windowed bool
	size     string
	pictures string
}

func main() {
	var o options
	service.Main(service.Program{
		Name: "kiosk", Short: "the touch kiosk",
		Flags: func(fs *flag.FlagSet) {
			fs.BoolVar(&o.windowed, "windowed", false, "run in a window that can be closed, with a mouse pointer: for a desk, not for a hall")
			fs.StringVar(&o.size, "size", "", "`WIDTHxHEIGHT` of the window or of the pictures in pixels; the whole page is drawn to that scale")
			fs.StringVar(&o.pictures, "pictures", "", "draw every screen into PNG files in this `folder`, without a display, and end")
		},
		Load: func(path string) (service.Run, error) {
			cfg, err := load(path, o)
			if err != nil {
				return nil, err
			}
			return func(ctx context.Context, s *service.Service) error {
				if o.pictures != "" {
					return draw(o.pictures, cfg)
				}
				return run(ctx, s, cfg, o.windowed)
			}, nil
		},
	})
}
