package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (c *console) hold() *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use:   "hold",
		Short: "Keep everything from leaving: actions, webhooks, mails, pulls",
		Long: "Keeps everything from leaving until \"portico release\", whatever is started meanwhile.\n" +
			"People still read pages and reply; what they ask for waits.\n\n" +
			"A restored copy is held by itself. After you have restored PostgreSQL with its own\n" +
			"tools, hold it before you serve it: the other copy may still be at work.",
		Example: "  portico hold --why \"restored from Sunday\"",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				err := p.Hold(cmd.Context(), why)
				if err == nil {
					fmt.Fprintln(c.out, "Nothing leaves any more. \"portico release\" lifts it.")
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&why, "why", "on purpose", "what people read about it")
	return cmd
}

func (c *console) release() *cobra.Command {
	return &cobra.Command{
		Use:   "release",
		Short: "Let leave what is held",
		Long: "Ends a hold. What waited is sent within seconds; what may have been sent by the copy that\n" +
			"this one was restored from is looked for at its source first. Release only one copy.",
		Example: "  portico release",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				err := p.Release(cmd.Context())
				if err == nil {
					fmt.Fprintln(c.out, "Released.")
				}
				return err
			})
		},
	}
}
