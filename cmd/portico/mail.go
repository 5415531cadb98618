package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"portico/sync/notice"
)

func (c *console) mail() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mail",
		Short: "See that mail reaches people",
		Long: "Mail leaves by the server in the smtp settings; without one it is kept as files in the\n" +
			"data folder. What is owed waits for a server that is away, for three days.",
		Example: "  portico mail test you@example.com\n  portico mail status",
	}
	cmd.AddCommand(c.mailTest(), c.mailStatus())
	return group(cmd)
}

func (c *console) mailTest() *cobra.Command {
	return &cobra.Command{
		Use:     "test ADDRESS",
		Short:   "Send a test mail and say what the server answers",
		Long:    "Sends a test mail at once, by the settings that are in force, and says what the server\nanswered. That it took the mail does not say that it has arrived: look there.",
		Example: "  portico mail test you@example.com",
		Args:    exactly("ADDRESS"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				server, err := p.TestMail(cmd.Context(), args[0])
				if err == nil {
					fmt.Fprintf(c.out, "%s took it. Look whether it arrived, and in which folder.\n", server)
				}
				return err
			})
		},
	}
}

func (c *console) mailStatus() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Show what waits to be mailed and what was given up",
		Long:    "Shows how many mails wait, why, and those that were given up, newest first. People are\nnamed by their id; \"portico user list --json\" knows who they are.",
		Example: "  portico mail status",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				r, err := p.MailStatus(cmd.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return jsonOut(c.out, r)
				}
				fmt.Fprintln(c.out, waiting(r))
				fmt.Fprintf(c.out, "Sent in the last 24 hours: %d. Happened and in no mail yet: %d.\n", r.Sent, r.Notices)
				if len(r.Failed) == 0 {
					return nil
				}
				var rows [][]string
				for _, f := range r.Failed {
					rows = append(rows, []string{string(f.ID), string(f.Sort), f.User, moment(f.Ended), f.Problem})
				}
				return table(c.out, "", []string{"ID", "MAIL", "USER", "GIVEN UP", "WHY"}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// waiting says how many mails wait, and why.
func waiting(r notice.Report) string {
	if r.Waiting == 0 {
		return "No mail waits."
	}
	text := fmt.Sprintf("%d mails wait, the oldest since %s.", r.Waiting, moment(r.Oldest))
	if r.Tried > 0 {
		text += fmt.Sprintf(" %d of them failed before: %s", r.Tried, oneLine(r.Problem))
	}
	return text
}

func (c *console) connectorMails() *cobra.Command {
	return &cobra.Command{
		Use:   "mails NAME portico|source",
		Short: "Choose who mails clients about what happens in a source",
		Long: "Help desks mail clients themselves. Choose one of the two, so that nothing arrives twice:\n" +
			"portico (the default) or source. What became of what a client asked for in the portal is\n" +
			"always told by Portico.",
		Example: "  portico connector mails \"Help desk\" source",
		Args:    exactly("NAME", "portico|source"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[1] != "portico" && args[1] != "source" {
				return usageError{"choose portico or source", cmd.CommandPath()}
			}
			return c.with(func(p Program) error {
				source := args[1] == "source"
				if err := p.SourceMails(cmd.Context(), args[0], source); err != nil {
					return err
				}
				who := "Portico"
				if source {
					who = oneLine(args[0])
				}
				fmt.Fprintf(c.out, "%s mails clients about what happens in it.\n", who)
				return nil
			})
		},
	}
}
