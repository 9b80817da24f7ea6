package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"hallward/devices/contract"
)

// printerCommand looks after printers that belong to a node of the hall.
func printerCommand() *cobra.Command {
	c := &connection{}
	root := &cobra.Command{Use: "printer", Short: "printers of the hall's nodes"}
	c.flags(root, 25*time.Second) // a printer may first have to be brought out of an earlier job
	root.AddCommand(&cobra.Command{
		Use: "test NODE DEVICE", Short: "print a test slip; refused while a citizen takes a ticket",
		Example: "  hallctl printer test kiosk-1 printer",
		Args:    cobra.ExactArgs(2), RunE: func(cmd *cobra.Command, args []string) error {
			var done contract.DeviceTested
			if err := c.request(cmd.Context(), contract.AskDeviceTest, contract.DeviceTest{Node: args[0], Device: args[1]}, &done); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s/%s has printed its test slip (%s)\n", args[0], args[1], done.Proof)
			return nil
		},
	})
	return root
}
