package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hallward/devices/pki"
)

// pkiCommand makes and looks after the hall's certificates.
func pkiCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{Use: "pki", Short: "the hall's certificate authority and the certificates of its nodes"}
	c.PersistentFlags().StringVar(&dir, "dir", "pki", "folder of the authority")
	c.AddCommand(pkiInit(&dir), pkiIssue(&dir), pkiRenew(&dir), pkiRevoke(&dir), pkiList(&dir))
	return c
}

func pkiInit(dir *string) *cobra.Command {
	var name string
	c := &cobra.Command{
		Use: "init", Short: "make a new authority", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := pki.Create(*dir, name, time.Now())
			return err
		},
	}
	c.Flags().StringVar(&name, "name", "Hallward", "name of the authority, for people")
	return c
}

func pkiIssue(dir *string) *cobra.Command {
	var hosts []string
	var days int
	c := &cobra.Command{
		Use: "issue HALL/NODE...", Short: "sign certificates; with --host for one that is a server", Args: cobra.MinimumNArgs(1),
		Example: "  hallctl pki issue luotian/kiosk-1 luotian/board-1\n  hallctl pki issue luotian/hall --host 192.0.2.7 --host localhost",
		RunE: func(_ *cobra.Command, args []string) error {
			a, err := pki.Open(*dir)
			if err != nil {
				return err
			}
			for _, arg := range args {
				hall, node, ok := strings.Cut(arg, "/")
				if !ok {
					return fmt.Errorf("%q: want HALL/NODE, such as luotian/kiosk-1", arg)
				}
				r := pki.Request{Hall: hall, Node: node, Hosts: hosts, Life: time.Duration(days) * 24 * time.Hour}
				if err := a.Issue(r, time.Now()); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringSliceVar(&hosts, "host", nil, "DNS name or IP address under which the node is reached as a server")
	c.Flags().IntVar(&days, "days", int(pki.NodeLife.Hours()/24), "how long the certificate is valid")
	return c
}

func pkiRenew(dir *string) *cobra.Command {
	return &cobra.Command{
		Use: "renew NODE...", Short: "sign a new certificate and key for the same names", Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			a, err := pki.Open(*dir)
			if err != nil {
				return err
			}
			for _, node := range args {
				if err := a.Renew(node, time.Now()); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func pkiRevoke(dir *string) *cobra.Command {
	var old bool
	c := &cobra.Command{
		Use: "revoke HALL/NODE", Short: "refuse an identity's certificates from now on", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := pki.Open(*dir)
			if err != nil {
				return err
			}
			n, err := a.Revoke(args[0], old, time.Now())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d revoked; copy %s/ca.crl to the servers\n", n, *dir)
			return err
		},
	}
	c.Flags().BoolVar(&old, "old", false, "only what was signed before the newest")
	return c
}

func pkiList(dir *string) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "every certificate that was signed", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := pki.Open(*dir)
			if err != nil {
				return err
			}
			list, err := a.List()
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, i := range list {
				state := "valid"
				switch {
				case i.Revoked:
					state = "revoked"
				case time.Now().After(i.Until):
					state = "expired"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", i.Identity, state, i.Until.Format(time.DateOnly), strings.Join(i.Hosts, ","), i.Serial.Text(16))
			}
			return w.Flush()
		},
	}
}
