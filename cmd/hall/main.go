// Command hall is the hall controller: one per hall, with the queue, the
// journal, the embedded broker, the hall's own devices and the staff's console.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"hallward/devices/controller"
	"hallward/devices/service"
)

// collectAt is how many percent the memory in use may grow before garbage is
// collected. 100 is usual; with 30 the controller of a hall with 300 nodes stays
// below 64 MiB on the small machine that it shares (design §7). GOGC in the
// environment has the last word.
const collectAt = 30

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	service.Main(service.Program{
		Name: "hall", Short: "the hall controller",
		Load: func(path string) (service.Run, error) {
			cfg, err := controller.Load(path)
			if err != nil {
				return nil, err
			}
			return func(ctx context.Context, s *service.Service) error {
				c, err := controller.New(cfg, s.Log)
				if err != nil {
					return err
				}
				return c.Run(ctx, s)
			}, nil
		},
	})
}
