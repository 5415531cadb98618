package main

import (
	"github.com/spf13/cobra"
)

func (c *console) serve() *cobra.Command {
	var demo bool
	cmd := &cobra.Command{
		Use:   "serve [--demo]",
		Short: "Run the portal and its background work",
		Long: "Runs the portal, pulls from the connected systems and pushes back what clients do,\n" +
			"until it is interrupted; then it finishes what it is doing and ends.\n\n" +
			"With --demo it serves a made-up practice from a data folder of its own, on this\n" +
			"machine only, and prints links that sign you in.",
		Example: "  portico serve\n  portico serve --demo\n  PORTICO_LISTEN=127.0.0.1:9000 portico serve",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error { return p.Serve(cmd.Context(), demo, c.out) })
		},
	}
	cmd.Flags().BoolVar(&demo, "demo", false, "serve the demonstration, with data of its own")
	return cmd
}
