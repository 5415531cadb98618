package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func (c *console) connectorLint() *cobra.Command {
	return &cobra.Command{
		Use:   "lint FILE …",
		Short: "Check a manifest before it is used",
		Long: "Checks manifests: keys, types, expressions, rules that can never apply. Every mistake is\n" +
			"named with file, line and column. It needs no configuration and no connected system.",
		Example: "  portico connector lint connectors/helpdesk/manifest.yaml",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{"FILE is missing", cmd.CommandPath()}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			wrong := 0
			for _, path := range args {
				err := c.lint(path)
				if err == nil {
					fmt.Fprintf(c.out, "%s: no mistakes\n", path)
					continue
				}
				wrong++
				fmt.Fprintln(c.err, err)
			}
			switch {
			case wrong == 0:
				return nil
			case len(args) == 1:
				return errors.New("the manifest cannot be used")
			default:
				return fmt.Errorf("%d of %d manifests cannot be used", wrong, len(args))
			}
		},
	}
}
