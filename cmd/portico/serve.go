package main

import (
	"github.com/spf13/cobra"
)

func (c *console) serve() *cobra.Command {
	var demo, noWork bool
	cmd := &cobra.Command{
		Use:   "serve [--demo | --no-work]",
		Short: "Run the portal and its background work",
		Long: "Runs the portal, pulls from the connected systems and pushes back what clients do,\n" +
			"until it is interrupted; then it finishes what it is doing and ends.\n\n" +
			"With --demo it serves a made-up practice from a data folder of its own, on this\n" +
			"machine only, and prints links that sign you in.\n\n" +
			"On PostgreSQL any number of processes may serve. With --no-work one serves pages only\n" +
			"and leaves pulls and actions to \"portico worker\"; that needs Redis.",
		Example: "  portico serve\n  portico serve --demo\n  PORTICO_LISTEN=127.0.0.1:9000 portico serve",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				if noWork {
					return p.ServePages(cmd.Context(), c.out)
				}
				return p.Serve(cmd.Context(), demo, c.out)
			})
		},
	}
	cmd.Flags().BoolVar(&demo, "demo", false, "serve the demonstration, with data of its own")
	cmd.Flags().BoolVar(&noWork, "no-work", false, "serve pages only; \"portico worker\" pulls and pushes")
	cmd.MarkFlagsMutuallyExclusive("demo", "no-work")
	return cmd
}

func (c *console) worker() *cobra.Command {
	return &cobra.Command{
		Use:   "worker",
		Short: "Run the background work without the portal",
		Long: "Pulls, pushes and relays until it is interrupted, and serves no pages. Any number of\n" +
			"workers may run beside \"portico serve\", on PostgreSQL with Redis.",
		Example: "  portico worker\n  portico serve --no-work",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error { return p.Work(cmd.Context(), c.out) })
		},
	}
}
