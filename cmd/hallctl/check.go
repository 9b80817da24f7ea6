package main

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"hallward/devices/config"
	"hallward/devices/hall"
)

// checkCommand looks through the folder of a hall and lists every mistake with
// file, line and value.
func checkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check FOLDER", Short: "check the folder of a hall (hall, services, windows, staff)", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			setup, catalogue, err := config.LoadHall(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is good: %s, %d units, %d services, %d windows, %d staff, %d nodes\n", args[0],
				setup.Hall.Name.ZH, len(catalogue.Units), len(catalogue.Services), len(setup.Windows), len(setup.Staff), len(setup.Nodes))
			return nil
		},
	}
}

// pinCommand makes the hash of a PIN, a password or a staff card for staff.yaml.
func pinCommand() *cobra.Command {
	var like string
	cmd := &cobra.Command{
		Use: "pin", Short: "make the pin_hash of a PIN or a password, or the card_hash of a card, which is read from standard input", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprint(cmd.ErrOrStderr(), "PIN: ")
			line, err := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 128)).ReadString('\n')
			if err != nil && err != io.EOF {
				return err
			}
			pin := strings.TrimSpace(line)
			if len(pin) < 4 {
				return fmt.Errorf("a PIN of %d characters: want at least 4", len(pin))
			}
			hash := ""
			if like != "" {
				hash, err = hall.HashLike(pin, like)
			} else {
				salt := make([]byte, 16)
				if _, err := rand.Read(salt); err != nil {
					return err
				}
				hash, err = hall.HashPIN(pin, salt, hall.PINIterations)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), hash)
			return err
		},
	}
	cmd.Flags().StringVar(&like, "like", "", "a `hash` whose salt is used again: all cards of a hall share one")
	return cmd
}
