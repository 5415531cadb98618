package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func (c *console) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "portico",
		Short: "Client portal wired to the systems of record that a firm already runs",
		Long: "Portico serves each client company its own slice of tickets, assets and more,\n" +
			"pulled from the systems you already run, and pushes back what clients do there.\n\n" +
			"Settings come from a file (--config, else PORTICO_CONFIG, else portico.yaml here)\n" +
			"and from PORTICO_* variables, which win. \"portico config print\" shows them all.",
		Example:       "  portico serve --demo\n  portico connector add requesttracker --name \"Request Tracker\"\n  portico doctor",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentFlags().StringVar(&c.configFile, "config", "", "configuration file")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{err.Error(), cmd.CommandPath()}
	})
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(&cobra.Command{Use: "no-help", Hidden: true}) // -h is the one way to ask
	root.AddCommand(c.serve(), c.worker(), c.migrate(), c.connector(), c.action(), c.webhook(), c.apiKey(), c.mail(), c.account(), c.user(), c.audit(), c.backup(), c.restore(), c.hold(), c.release(), c.doctor(), c.healthy(), c.config(), c.version())
	return group(root)
}

// group makes a command that only holds others show its help when called alone
// and name the nearest one when called wrongly.
func group(cmd *cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.SuggestionsMinimumDistance = 2
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		problem := fmt.Sprintf("there is no command %q here", args[0])
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			problem += "; did you mean " + strings.Join(near, " or ") + "?"
		}
		return usageError{problem, cmd.CommandPath()}
	}
	return cmd
}

// exactly wants one argument per name, and says which one is missing.
func exactly(names ...string) cobra.PositionalArgs { return between(len(names), names...) }

// between wants at least least of the named arguments and no more than all.
func between(least int, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usageError{strings.Join(names[len(args):least], " and ") + " is missing", cmd.CommandPath()}
		case len(args) > len(names):
			return usageError{fmt.Sprintf("%q is one word too many", args[len(names)]), cmd.CommandPath()}
		default:
			return nil
		}
	}
}
