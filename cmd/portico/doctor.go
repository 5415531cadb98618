package main

import (
	"github.com/spf13/cobra"
)

func (c *console) doctor() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Try everything the program depends on",
		Long: "Tries folders, database, key, queue and mail one after the other and says what does\n" +
			"not work and what to do about it. It changes nothing and fails when something is wrong.",
		Example: "  portico doctor\n  portico doctor --json",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				r, err := p.Doctor(cmd.Context())
				if err != nil {
					return err
				}
				return report(c.out, asJSON, r)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}
