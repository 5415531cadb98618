package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (c *console) mail() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "mail",
		Short:   "See that mail reaches people",
		Long:    "Mail leaves by the server in the smtp settings; without one it is kept as files in the\ndata folder.",
		Example: "  portico mail test you@example.com",
	}
	cmd.AddCommand(c.mailTest())
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
