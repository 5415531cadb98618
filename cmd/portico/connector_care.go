package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"portico/sync/record"
)

func (c *console) connectorUnmatch() *cobra.Command {
	return &cobra.Command{
		Use:   "unmatch NAME COMPANY",
		Short: "Take a company out of the account that sees it",
		Long: "Repairs a wrong match: everything of the company is hidden at once and kept, and what\n" +
			"was asked for and not yet sent is stopped. Match it to the right account afterwards.",
		Example: "  portico connector unmatch \"Help desk\" \"Nordwind Logistik GmbH\"",
		Args:    exactly("NAME", "COMPANY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				if err := p.Unmatch(cmd.Context(), args[0], args[1]); err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s is hidden. Next: portico connector match %q %q --account …\n", oneLine(args[1]), args[0], args[1])
				return nil
			})
		},
	}
}

func (c *console) connectorConfirm() *cobra.Command {
	return &cobra.Command{
		Use:   "confirm-deletions NAME STREAM",
		Short: "Remove what the source no longer has, although it is much",
		Long: "When a large part of a stream is missing at the source, nothing is removed until a\n" +
			"person has looked. This looks once more and removes what is still missing then.",
		Example: "  portico connector status \"Help desk\"\n  portico connector confirm-deletions \"Help desk\" tickets",
		Args:    exactly("NAME", "STREAM"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				r, err := p.ConfirmDeletions(cmd.Context(), args[0], args[1])
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%d records exist at the source, %d were removed here.\n", r.Counts.Read, r.Counts.Deleted)
				return nil
			})
		},
	}
}

func (c *console) connectorPause() *cobra.Command {
	return c.pausing("pause", "Stop pulling from a connection", "Stops pulling. Pages go on showing what is known, and say how old it is.", true)
}

func (c *console) connectorResume() *cobra.Command {
	return c.pausing("resume", "Pull from a connection again", "Goes on pulling where it stopped.", false)
}

func (c *console) pausing(verb, short, long string, paused bool) *cobra.Command {
	return &cobra.Command{
		Use: verb + " NAME", Short: short, Long: long, Example: "  portico connector " + verb + " \"Help desk\"", Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error { return p.Pause(cmd.Context(), args[0], paused) })
		},
	}
}

func (c *console) connectorMeanings() *cobra.Command {
	var asJSON bool
	var m record.Meaning
	cmd := &cobra.Command{
		Use:   "statuses NAME [KIND RAW]",
		Short: "Show or correct what the statuses of a system mean to clients",
		Long: "Without a status it lists the dictionary of the connection: what the system says, what\n" +
			"clients read, and whose turn it is. Guesses are marked until you confirm them.\n\n" +
			"With a kind and a raw status it sets that row, for every record that has it.",
		Example: "  portico connector statuses \"Help desk\"\n" +
			"  portico connector statuses \"Help desk\" ticket stalled --state waiting --turn third --label \"Waiting for a supplier\"",
		Args: between(1, "NAME", "KIND", "RAW"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				return usageError{"RAW is missing: the status as the system says it", cmd.CommandPath()}
			}
			return c.with(func(p Program) error {
				if len(args) == 3 {
					m.Kind, m.Raw = record.Kind(args[1]), args[2]
					return p.SetMeaning(cmd.Context(), args[0], m)
				}
				rows, err := p.Meanings(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return list(c.out, asJSON, "No status was seen yet; pull first.",
					[]string{"KIND", "RAW", "STATE", "CLIENTS READ", "TURN", "EXPLANATION", "GUESS"}, meaningRows(rows))
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&asJSON, "json", false, "write JSON")
	f.StringVar((*string)(&m.State), "state", "open", "new, open, waiting, resolved, closed or cancelled")
	f.StringVar((*string)(&m.Turn), "turn", "provider", "who has to do the next thing: client, provider, third or nobody")
	f.StringVar(&m.Label, "label", "", "what clients read")
	f.StringVar(&m.Explanation, "explanation", "", "one sentence for clients: what happens next")
	return cmd
}

func meaningRows(list []record.Meaning) [][]string {
	var rows [][]string
	for _, m := range list {
		guess := ""
		if m.Guessed {
			guess = "guess"
		}
		rows = append(rows, []string{string(m.Kind), m.Raw, string(m.State), m.Label, string(m.Turn), m.Explanation, guess})
	}
	return rows
}
