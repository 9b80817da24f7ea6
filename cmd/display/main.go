// Command display is the call board of a hall on a TV: who is called where, how
// many wait, and the notices; or, with a window in its configuration, the display
// of that window.
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
		Name: "display", Short: "the call board",
		Flags: func(fs *flag.FlagSet) {
			fs.BoolVar(&o.windowed, "windowed", false, "run in a window that can be closed, with a mouse pointer: for a desk, not for a hall")
			fs.StringVar(&o.size, "size", "", "`WIDTHxHEIGHT` of the window or of the pictures in pixels; the whole board is drawn to that scale")
			fs.StringVar(&o.pictures, "pictures", "", "draw the board in every situation into PNG files in this `folder`, without a display, and end")
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
