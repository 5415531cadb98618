package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"portico/sync/apikey"
)

func (c *console) apiKey() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "api-key",
		Short:   "Let other programs use the API",
		Long:    "A program that uses the API brings a key. Each has scopes, may be restricted to accounts,\nand is written here once, when it is made: Portico keeps only its hash.",
		Example: "  portico api-key add Bookkeeping --scope approvals:write --scope approvals:read\n  portico api-key list",
	}
	cmd.AddCommand(c.apiKeyAdd(), c.apiKeyList(), c.apiKeyRevoke())
	return group(cmd)
}

func (c *console) apiKeyAdd() *cobra.Command {
	var scopes, accounts []string
	var until string
	var all []string
	for _, s := range apikey.Scopes {
		all = append(all, string(s))
	}
	cmd := &cobra.Command{
		Use:   "add NAME --scope SCOPE …",
		Short: "Make an API key",
		Long: "Makes a key and writes it, once. Without --account it reaches every account, hidden ones\ntoo.\n\n" +
			"Scopes: " + strings.Join(all, ", ") + ".",
		Example: "  portico api-key add Bookkeeping --scope accounts:read --scope tickets:read --until 2027-12-31\n" +
			"  portico api-key add \"Nordwind's shop\" --scope tickets:read --account \"Nordwind Logistik GmbH\"",
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			k := apikey.Key{Name: args[0]}
			for _, s := range scopes {
				k.Scopes = append(k.Scopes, apikey.Scope(s))
			}
			if until != "" {
				day, err := time.Parse(time.DateOnly, until)
				if err != nil {
					return usageError{"--until is not a day like 2027-12-31", cmd.CommandPath()}
				}
				k.Expires = day.AddDate(0, 0, 1) // the day itself counts
			}
			return c.with(func(p Program) error {
				made, token, err := p.AddKey(cmd.Context(), k, accounts)
				if err == nil {
					fmt.Fprintf(c.out, "Made %s (%s).\nKey, shown only now: %s\n", oneLine(made.Name), made.ID, token)
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&scopes, "scope", nil, "what it may do; may be repeated")
	f.StringArrayVar(&accounts, "account", nil, "an account that it is restricted to; may be repeated")
	f.StringVar(&until, "until", "", "the last day on which it is good, in UTC (default: for ever)")
	return cmd
}

func (c *console) apiKeyList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List API keys",
		Long:    "Lists keys, the newest first, with how each begins and when it was last used, to the minute.",
		Example: "  portico api-key list",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				keys, err := p.Keys(cmd.Context())
				if err != nil {
					return err
				}
				var rows [][]string
				for _, k := range keys {
					var scopes, accounts []string
					for _, s := range k.Scopes {
						scopes = append(scopes, string(s))
					}
					for _, a := range k.Accounts {
						accounts = append(accounts, a.String())
					}
					if k.Whole() {
						accounts = []string{"all"}
					}
					rows = append(rows, []string{string(k.ID), k.Name, k.Start + "…", string(k.State(time.Now())), until(k.Expires), moment(k.Used), k.By,
						strings.Join(scopes, " "), strings.Join(accounts, " ")})
				}
				return list(c.out, asJSON, "No program uses the API; \"portico api-key add\" makes a key.",
					[]string{"ID", "NAME", "BEGINS", "STATE", "EXPIRES", "USED", "BY", "SCOPES", "ACCOUNTS"}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

func until(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

func (c *console) apiKeyRevoke() *cobra.Command {
	return &cobra.Command{
		Use:     "revoke KEY",
		Short:   "End an API key at once",
		Long:    "Ends a key, by its id or its name. What it asked for and was not sent yet is refused.",
		Example: "  portico api-key revoke Bookkeeping",
		Args:    exactly("KEY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				k, err := p.RevokeKey(cmd.Context(), args[0])
				if err == nil {
					fmt.Fprintf(c.out, "%s (%s) opens nothing any more.\n", oneLine(k.Name), k.ID)
				}
				return err
			})
		},
	}
}
