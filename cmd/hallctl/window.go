package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hallward/devices/contract"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/devices/service"
)

// connection is how hallctl reaches a hall: as a node with the role "window".
type connection struct {
	broker, certificates, hall, node string
	wait                             time.Duration
}

func (c *connection) flags(cmd *cobra.Command, wait time.Duration) {
	f := cmd.PersistentFlags()
	f.StringVar(&c.broker, "broker", env("HALLWARD_BROKER", "tls://127.0.0.1:8883"), "the hall's broker")
	f.StringVar(&c.certificates, "certificates", env("HALLWARD_CERTIFICATES", "pki"), "folder of the certificates")
	f.StringVar(&c.hall, "hall", env("HALLWARD_HALL", "luotian"), "id of the hall")
	f.StringVar(&c.node, "node", env("HALLWARD_NODE", "desk-1"), "id of the node to act as; its role must be window")
	f.DurationVar(&c.wait, "wait", wait, "how long to wait for the answer")
}

func env(name, standard string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return standard
}

// with connects, calls f and disconnects.
func (c *connection) with(ctx context.Context, before func(*node.Node), f func(context.Context, *node.Node) error) error {
	conf, err := pki.NodeTLS(c.certificates, c.node)
	if err != nil {
		return err
	}
	n, err := node.New(node.Config{Hall: c.hall, Node: c.node, Broker: c.broker, TLS: conf,
		Program: "hallctl", Version: service.Version(), Role: "window",
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		return err
	}
	if before != nil {
		before(n)
	}
	limit, cancel := context.WithTimeout(ctx, c.wait)
	defer cancel()
	run, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- n.Run(run) }()
	err = f(limit, n)
	stop()
	<-done
	if errors.Is(err, node.ErrUnanswered) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer from hall %s at %s within %s; ask again, nothing is done twice: %w", c.hall, c.broker, c.wait, err)
	}
	return err
}

// windowVerb is one request of a window as a command.
type windowVerb struct {
	use, short, typ string
	args            int // beside the window: 1 is a ticket's number
	reason          bool
}

var windowVerbs = []windowVerb{
	{"sign-out WINDOW", "close the window", contract.AskWindowSignOut, 0, false},
	{"pause WINDOW", "stop calling, with --reason", contract.AskWindowPause, 0, true},
	{"resume WINDOW", "go on after a pause", contract.AskWindowResume, 0, false},
	{"next WINDOW", "call the next ticket", contract.AskWindowNext, 0, false},
	{"call WINDOW NUMBER", "call one ticket", contract.AskWindowCall, 1, false},
	{"recall WINDOW", "announce the called ticket again", contract.AskWindowRecall, 0, false},
	{"no-show WINDOW", "nobody came", contract.AskWindowNoShow, 0, false},
	{"start WINDOW", "the citizen is here", contract.AskWindowStart, 0, false},
	{"hold WINDOW", "put the ticket aside, with --reason", contract.AskWindowHold, 0, true},
	{"unhold WINDOW NUMBER", "call a held ticket again", contract.AskWindowUnhold, 1, false},
	{"return WINDOW [NUMBER]", "put a called or held ticket back into its place", contract.AskWindowReturn, -1, false},
	{"reinstate WINDOW NUMBER", "a missed citizen came after all", contract.AskWindowReinstate, 1, false},
	{"void WINDOW NUMBER", "take a ticket out of the queue, with --reason", contract.AskWindowVoid, 1, true},
}

func windowCommand() *cobra.Command {
	c := &connection{}
	root := &cobra.Command{Use: "window", Short: "work a window from the shell"}
	c.flags(root, 10*time.Second)
	for _, v := range windowVerbs {
		root.AddCommand(v.command(c))
	}
	root.AddCommand(signInCommand(c), finishCommand(c), grantCommand(c), transferCommand(c), listCommand(c))
	return root
}

func (v windowVerb) command(c *connection) *cobra.Command {
	var reason string
	args := cobra.ExactArgs(1 + v.args)
	if v.args < 0 {
		args = cobra.RangeArgs(1, 2)
	}
	cmd := &cobra.Command{Use: v.use, Short: v.short, Args: args, RunE: func(cmd *cobra.Command, args []string) error {
		ref := contract.WindowRef{Window: args[0], Reason: reason}
		if len(args) > 1 {
			ref.Number = strings.ToUpper(args[1])
		}
		return c.ask(cmd, v.typ, ref)
	}}
	if v.reason {
		cmd.Flags().StringVar(&reason, "reason", "", "why")
	}
	return cmd
}

func signInCommand(c *connection) *cobra.Command {
	return &cobra.Command{
		Use: "sign-in WINDOW NUMBER", Short: "open the window; NUMBER is the staff number, the PIN is read from standard input",
		Args: cobra.ExactArgs(2), RunE: func(cmd *cobra.Command, args []string) error {
			fmt.Fprint(cmd.ErrOrStderr(), "PIN: ")
			pin, err := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 64)).ReadString('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			return c.ask(cmd, contract.AskWindowSignIn, contract.SignIn{Window: args[0], Staff: args[1], PIN: strings.TrimSpace(pin)})
		}}
}

func finishCommand(c *connection) *cobra.Command {
	ref := contract.WindowRef{}
	cmd := &cobra.Command{
		Use: "finish WINDOW", Short: "the service is done",
		Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
			ref.Window = args[0]
			return c.ask(cmd, contract.AskWindowFinish, ref)
		}}
	cmd.Flags().BoolVar(&ref.NoFee, "no-fee", false, "nothing is to be paid for it")
	return cmd
}

func grantCommand(c *connection) *cobra.Command {
	g := contract.Grant{}
	cmd := &cobra.Command{
		Use: "grant WINDOW [NUMBER]", Short: "give a number, or the one in hand, a --class of priority, with --reason",
		Args: cobra.RangeArgs(1, 2), RunE: func(cmd *cobra.Command, args []string) error {
			g.Window = args[0]
			if len(args) > 1 {
				g.Number = strings.ToUpper(args[1])
			}
			return c.ask(cmd, contract.AskTicketGrant, g)
		}}
	cmd.Flags().StringVar(&g.Class, "class", "", "id of the class, as in hall.yaml")
	cmd.Flags().StringVar(&g.Reason, "reason", "", "why; it is kept on record")
	return cmd
}

func transferCommand(c *connection) *cobra.Command {
	t := contract.Transfer{}
	cmd := &cobra.Command{
		Use: "transfer WINDOW", Short: "send the ticket to --service, --to or both",
		Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
			t.Window = args[0]
			return c.ask(cmd, contract.AskWindowTransfer, t)
		}}
	cmd.Flags().StringVar(&t.ToService, "service", "", "id of the service")
	cmd.Flags().StringVar(&t.ToWindow, "to", "", "id of the window")
	cmd.Flags().StringVar(&t.Reason, "reason", "", "why")
	return cmd
}

func listCommand(c *connection) *cobra.Command {
	return &cobra.Command{Use: "list", Short: "show all windows", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		seen := make(chan contract.Windows, 1)
		return c.with(cmd.Context(), func(n *node.Node) {
			n.OnView(contract.ViewWindows, func(raw json.RawMessage) {
				var v contract.Windows
				if json.Unmarshal(raw, &v) == nil {
					select {
					case seen <- v:
					default:
					}
				}
			})
		}, func(ctx context.Context, _ *node.Node) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case v := <-seen:
				for _, w := range v.Windows {
					printWindow(cmd.OutOrStdout(), w)
				}
				return nil
			}
		})
	}}
}

// ask carries out a request and prints the window after it.
func (c *connection) ask(cmd *cobra.Command, typ string, data any) error {
	var w contract.WindowAnswer
	if err := c.request(cmd.Context(), typ, data, &w); err != nil {
		return err
	}
	printWindow(cmd.OutOrStdout(), w.Window)
	if w.Why != "" {
		fmt.Fprintln(cmd.OutOrStdout(), "   ", w.Why)
	}
	return nil
}

// request asks the hall and reads the data of its ok answer.
func (c *connection) request(ctx context.Context, typ string, data, into any) error {
	return c.with(ctx, nil, func(ctx context.Context, n *node.Node) error {
		a, err := n.Ask(ctx, typ, data)
		if err != nil {
			return err
		}
		if a.Error != nil {
			return fmt.Errorf("%s: %s (%s)", a.Result, a.Error.Message, a.Error.Code)
		}
		if err := json.Unmarshal(a.Data, into); err != nil {
			return fmt.Errorf("the answer cannot be read: %w", err)
		}
		return nil
	})
}

func printWindow(out io.Writer, w contract.WindowView) {
	line := fmt.Sprintf("%-5s %-8s %-7s", w.ID, w.State, w.Number)
	for _, s := range []string{w.Ticket, w.Staff, w.Reason} {
		if s != "" {
			line += "  " + s
		}
	}
	fmt.Fprintln(out, strings.TrimRight(line, " "))
}
