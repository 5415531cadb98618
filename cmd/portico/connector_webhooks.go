package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// connectorWebhooks shows where a system sends what changed, and keeps its secrets.
func (c *console) connectorWebhooks() *cobra.Command {
	var file string
	var beside bool
	cmd := &cobra.Command{
		Use:   "webhooks NAME [SECRET]",
		Short: "Let a system tell at once what changed",
		Long: "Without a secret it says where the system of a connection sends its webhooks, what to do\n" +
			"there, and what became of what it sent. With the name of a secret it stores the one in\n" +
			"--token-file, or makes one where Portico makes it, and shows it once.",
		Example: "  portico connector webhooks \"Payments\"\n  portico connector webhooks \"Payments\" signing --token-file /run/secrets/whsec\n" +
			"  portico connector webhooks \"Help desk\" password --keep-old",
		Args: between(1, "NAME", "SECRET"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				if len(args) == 2 {
					return c.setHookSecret(cmd, p, args[0], args[1], file, beside)
				}
				return c.showHooks(cmd, p, args[0])
			})
		},
	}
	cmd.Flags().StringVar(&file, "token-file", "", "file with the secret that the system made")
	cmd.Flags().BoolVar(&beside, "keep-old", false, "the secret before goes on counting until this one is replaced")
	return cmd
}

func (c *console) showHooks(cmd *cobra.Command, p Program, name string) error {
	address, spec, counts, err := p.HookAddress(cmd.Context(), name)
	if err != nil {
		return err
	}
	for _, s := range spec.Secrets {
		if s.Query != "" {
			address += "?" + s.Query + "=SECRET"
		}
	}
	fmt.Fprintf(c.out, "Address: %s\n", address)
	for i, step := range spec.Steps {
		fmt.Fprintf(c.out, "%d. %s\n", i+1, oneLine(step))
	}
	for _, s := range spec.Secrets {
		fmt.Fprintf(c.out, "Secret %s: %s\n", s.Name, oneLine(s.Label))
	}
	fmt.Fprintf(c.out, "%d taken in, %d repeated, %d refused\n", counts.Taken, counts.Repeated, counts.Refused)
	if counts.Refused > 0 {
		fmt.Fprintf(c.out, "Last refused %s: %s\n", counts.LastRefused.Format("2006-01-02 15:04:05Z07:00"), oneLine(counts.Problem))
	}
	return nil
}

func (c *console) setHookSecret(cmd *cobra.Command, p Program, name, secret, file string, beside bool) error {
	var text string
	if file != "" {
		var err error
		if text, err = fromFile(secret, file); err != nil {
			return err
		}
	}
	made, err := p.SetHookSecret(cmd.Context(), name, secret, text, beside)
	if err != nil {
		return err
	}
	if made != "" {
		fmt.Fprintf(c.out, "%s, shown only now: %s\n", secret, made)
		return nil
	}
	fmt.Fprintf(c.out, "%s is stored.\n", secret)
	return nil
}
