// Command hall is the hall controller: one per hall, with the queue, the
// journal, the embedded broker, the hall's own devices and the staff's console.
package main

import (
	"context"

	"hallward/devices/controller"
	"hallward/devices/service"
)

func main() {
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
