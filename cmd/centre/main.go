// Command centre is the reference centre server: it takes in the events of the
// halls that its configuration names, stores each once, and acknowledges it.
package main

import (
	"context"

	"hallward/devices/centre"
	"hallward/devices/service"
)

func main() {
	service.Main(service.Program{
		Name: "centre", Short: "the reference centre server",
		Load: func(path string) (service.Run, error) {
			cfg, err := centre.Load(path)
			if err != nil {
				return nil, err
			}
			return func(ctx context.Context, s *service.Service) error {
				c, err := centre.New(cfg, s.Log)
				if err != nil {
					return err
				}
				return c.Run(ctx, s)
			}, nil
		},
	})
}
