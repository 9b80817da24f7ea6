// Command hallctl is the operator's tool of a hall.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// commands is the table of hallctl's commands; each has a file of its own.
var commands = []func() *cobra.Command{
	pkiCommand,
	brokerConfigCommand,
	windowCommand,
	appointmentsCommand,
	checkCommand,
	pinCommand,
	personKeyCommand,
	printerCommand,
	printCommand,
	probeCommand,
	showCommand,
	voiceCommand,
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "hallctl",
		Short:         "look after a hall: certificates, brokers, windows, devices",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	for _, c := range commands {
		root.AddCommand(c())
	}
	return root
}

func main() {
	if err := rootCommand().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "hallctl:", err)
		os.Exit(1)
	}
}
