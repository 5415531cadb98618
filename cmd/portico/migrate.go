package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (c *console) migrate() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "migrate [--check]",
		Short: "Bring the database to this version",
		Long: "Applies the steps that the database lacks, each in one transaction. \"serve\" does the\n" +
			"same when it starts; this command lets you do it at a time of your choice.\n\n" +
			"With --check it changes nothing, names the missing steps and fails when there are any.",
		Example: "  portico migrate\n  portico migrate --check",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				if check {
					return c.pending(cmd, p)
				}
				applied, err := p.Migrate(cmd.Context())
				for _, step := range applied {
					fmt.Fprintln(c.out, "applied "+step)
				}
				if err == nil && len(applied) == 0 {
					fmt.Fprintln(c.out, "Nothing to do: the database is at this version.")
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "only name what is missing")
	return cmd
}

func (c *console) pending(cmd *cobra.Command, p Program) error {
	steps, err := p.Pending(cmd.Context())
	if err != nil {
		return err
	}
	for _, step := range steps {
		fmt.Fprintln(c.out, "missing "+step)
	}
	if len(steps) > 0 {
		return fmt.Errorf("the database is not at this version (steps missing: %d); \"portico migrate\" applies them", len(steps))
	}
	fmt.Fprintln(c.out, "The database is at this version.")
	return nil
}
