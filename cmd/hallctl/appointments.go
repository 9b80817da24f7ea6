package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"hallward/devices/appointments"
	"hallward/devices/contract"
	"hallward/devices/node"
)

func appointmentsCommand() *cobra.Command {
	c := &connection{}
	root := &cobra.Command{Use: "appointments", Short: "appointments that were made elsewhere"}
	c.flags(root, 30*time.Second)
	root.AddCommand(&cobra.Command{
		Use: "import FILE.csv", Args: cobra.ExactArgs(1),
		Short: "send a list to the hall: id,code,service,start,phone_last4,person_hash",
		Long: "Send a list of appointments to the hall. The columns are id, code, service, start, phone_last4\n" +
			"and person_hash; start is China Standard Time (2026-11-23 09:30) or RFC 3339. A list with a\n" +
			"mistake is not sent; what the hall refuses is named. Known ids change nothing: send it again freely.",
		RunE: func(cmd *cobra.Command, args []string) error { return c.importFile(cmd, args[0]) },
	})
	return root
}

func (c *connection) importFile(cmd *cobra.Command, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	list, err := appointments.Read(path, file)
	if err != nil {
		return fmt.Errorf("nothing was sent:\n%w", err)
	}
	if len(list) == 0 {
		return fmt.Errorf("%s: the list is empty", path)
	}
	var sum contract.Imported
	err = c.with(cmd.Context(), nil, func(ctx context.Context, n *node.Node) error {
		for _, batch := range appointments.Batches(list) {
			a, err := n.Ask(ctx, contract.CmdAppointments, batch)
			if err != nil {
				return err
			}
			if a.Error != nil {
				return fmt.Errorf("%s: %s (%s)", a.Result, a.Error.Message, a.Error.Code)
			}
			var done contract.Imported
			if err := json.Unmarshal(a.Data, &done); err != nil {
				return fmt.Errorf("the answer cannot be read: %w", err)
			}
			sum = appointments.Add(sum, done)
		}
		return nil
	})
	fmt.Fprintf(cmd.OutOrStdout(), "booked %d, known %d, refused %d of %d\n", sum.Booked, sum.Known, len(sum.Refused), len(list))
	for _, r := range sum.Refused {
		fmt.Fprintln(cmd.ErrOrStderr(), "refused", r)
	}
	if err == nil && len(sum.Refused) > 0 {
		err = errors.New("some appointments were refused")
	}
	return err
}
