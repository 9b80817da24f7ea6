// Command display is the call board of a hall on a TV: who is called where, how
// many wait, and the notices.
package main

import (
	"context"
	"flag"
	_ "time/tzdata" // the hall's zone, on a machine without zone files

	"hallward/devices/service"
)

func main() {
	windowed := false
	service.Main(service.Program{
		Name: "display", Short: "the call board",
		Flags: func(fs *flag.FlagSet) {
			fs.BoolVar(&windowed, "windowed", false, "run in a window that can be closed, with a mouse pointer: for a desk, not for a hall")
		},
		Load: func(path string) (service.Run, error) {
			cfg, err := load(path)
			if err != nil {
				return nil, err
			}
			return func(ctx context.Context, s *service.Service) error { return run(ctx, s, cfg, windowed) }, nil
		},
	})
}
