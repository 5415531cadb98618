package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"portico/connectors/own"
	"portico/sync/fault"
)

func (c *console) connectorLint() *cobra.Command {
	return &cobra.Command{
		Use:   "lint FILE-OR-FOLDER …",
		Short: "Check a manifest before it is used",
		Long: "Checks manifests: keys, types, expressions, rules that can never apply. Every mistake is\n" +
			"named with file, line and column. A folder is a connector's own, or one that holds several.\n" +
			"It needs no configuration and no connected system.",
		Example: "  portico connector lint connectors/helpdesk\n  portico connector lint connectors",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{"FILE-OR-FOLDER is missing", cmd.CommandPath()}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			paths, err := manifests(args)
			if err != nil {
				return err
			}
			wrong := 0
			for _, path := range paths {
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
			case len(paths) == 1:
				return errors.New("the manifest cannot be used")
			default:
				return fmt.Errorf("%d of %d manifests cannot be used", wrong, len(paths))
			}
		},
	}
}

// manifests are the files that arguments name, themselves or by their folders.
func manifests(args []string) ([]string, error) {
	var out []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil || !info.IsDir() {
			out = append(out, arg)
			continue
		}
		files, err := own.Files(arg)
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fault.Newf(fault.Invalid, "There is no manifest in %s.", arg)
		}
		out = append(out, files...)
	}
	return out, nil
}
