// Command hallsim plays the devices of a hall, byte for byte, on
// pseudo-terminals and TCP, with faults on demand; and with "tour" and "day"
// the people of the demonstration.
package main

import (
	"context"
	"fmt"
	"os"

	"hallward/devices/config"
	"hallward/devices/service"
	"hallward/devices/sim/hardware"
	"hallward/kiosk/theme/fonts"
)

func main() {
	if len(os.Args) > 1 && (os.Args[1] == "tour" || os.Args[1] == "day") {
		if err := people(os.Args[1], os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "hallsim:", err)
			os.Exit(1)
		}
		return
	}
	service.Main(service.Program{
		Name: "hallsim", Short: "the devices of a hall, simulated",
		Load: func(path string) (service.Run, error) {
			cfg := &hardware.Config{}
			if err := config.Load(path, cfg); err != nil {
				return nil, err
			}
			return func(ctx context.Context, s *service.Service) error {
				set, err := hardware.New(cfg, fonts.Regular, s.Log)
				if err != nil {
					return err
				}
				if err := s.Serve(cfg.Health); err != nil {
					return err
				}
				s.Log.Info("devices", "address", "http://"+set.Addr()+"/")
				s.Ready(ctx)
				return set.Run(ctx)
			}, nil
		},
	})
}
