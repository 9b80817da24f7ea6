package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"hallward/devices/identity"
)

// personKeyCommand makes the secret of a hall's hashes of persons.
func personKeyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "personkey FILE", Short: "make the key by which kiosks hash identity numbers",
		Long: "Makes the key with which the kiosks of a hall turn an identity number into a hash, in a new file that only its\n" +
			"owner can read. All kiosks of one hall need the same file; nobody else needs it. Whoever has it can find the\n" +
			"number behind a hash, so it stays off the network, out of backups that leave the house, and is made anew when\n" +
			"a kiosk was stolen.",
		Example: "  hallctl personkey pki/person.key",
		Args:    cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
			if err := identity.WriteKey(args[0], identity.NewKey()); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is the key of this hall's kiosks\n", args[0])
			return nil
		},
	}
}
