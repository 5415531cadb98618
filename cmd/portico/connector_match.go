package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (c *console) connectorMatch() *cobra.Command {
	var asJSON bool
	var account string
	cmd := &cobra.Command{
		Use:   "match NAME [COMPANY --account ACCOUNT]",
		Short: "Say which company of a system is which account",
		Long: "Without a company it lists the companies of the connection, unmatched ones first, with\n" +
			"how many records wait for each. Records of an unmatched company are seen by nobody.\n\n" +
			"With a company (its key in the list) it ties it to an account of yours. Compare the\n" +
			"names yourself: this decides what a client sees.",
		Example: "  portico connector match \"Help desk\"\n" +
			"  portico connector match \"Help desk\" \"Nordwind Logistik GmbH\" --account \"Nordwind Logistik GmbH\"",
		Args: between(1, "NAME", "COMPANY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 2) != (account != "") {
				return usageError{"COMPANY and --account go together", cmd.CommandPath()}
			}
			return c.with(func(p Program) error {
				if len(args) == 1 {
					return c.companies(cmd, p, args[0], asJSON)
				}
				a, err := p.Match(cmd.Context(), args[0], args[1], account)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s is the account %s (%s).\n", oneLine(args[1]), oneLine(a.Name), a.Launch)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the list as JSON")
	cmd.Flags().StringVar(&account, "account", "", "account that the company is")
	return cmd
}

func (c *console) companies(cmd *cobra.Command, p Program, name string, asJSON bool) error {
	companies, err := p.Companies(cmd.Context(), name)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, company := range companies {
		account := company.Account.Name
		if company.Account.ID.IsZero() {
			account = "not matched"
		}
		rows = append(rows, []string{company.Key, company.Name, account, fmt.Sprint(company.Waiting)})
	}
	return list(c.out, asJSON, "No company is known yet; pull first.", []string{"COMPANY", "NAME", "ACCOUNT", "WAITING"}, rows)
}
