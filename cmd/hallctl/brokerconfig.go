package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hallward/devices/broker"
	"hallward/devices/pki"
)

// brokerConfigCommand writes the files of a broker that is not embedded.
func brokerConfigCommand() *cobra.Command {
	var kind, out, certs string
	var e broker.External
	c := &cobra.Command{
		Use: "broker-config", Short: "write the configuration of Mosquitto or NATS for the nodes of an authority", Args: cobra.NoArgs,
		Long: "Writes the configuration of a broker that enforces the same rights as the embedded one,\nfor every identity that the authority has signed and not revoked.",
		RunE: func(*cobra.Command, []string) error {
			a, err := pki.Open(certs)
			if err != nil {
				return err
			}
			list, err := a.List()
			if err != nil {
				return err
			}
			for _, i := range list {
				hall, node, _ := strings.Cut(i.Identity, "/")
				if i.Revoked {
					continue
				}
				if !slices.Contains(e.Halls, hall) {
					e.Halls = append(e.Halls, hall)
				}
				if node != e.Host && !slices.Contains(e.Nodes, i.Identity) {
					e.Nodes = append(e.Nodes, i.Identity)
				}
			}
			if e.Certs, err = filepath.Abs(certs); err != nil {
				return err
			}
			if out, err = filepath.Abs(out); err != nil {
				return err
			}
			return e.Write(kind, out)
		},
	}
	f := c.Flags()
	f.StringVar(&kind, "kind", "mosquitto", strings.Join(broker.Kinds(), " or "))
	f.StringVar(&certs, "dir", "pki", "folder of the authority, with the broker's own certificate")
	f.StringVar(&out, "out", ".", "folder to write to")
	f.StringVar(&e.Listen, "listen", "0.0.0.0:8883", "address for the nodes")
	f.StringVar(&e.Host, "host-id", "hall", "id of the host in its hall")
	f.StringVar(&e.Cert, "cert", "", "name of the broker's own certificate; the host's when not given")
	f.StringVar(&e.User, "user", "mosquitto", "account that Mosquitto runs under")
	f.StringVar(&e.Store, "store", "/var/lib/nats", "folder for what NATS keeps")
	return c
}
