package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"portico/sync/record"
)

func (c *console) account() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "account",
		Short: "Add, list and launch client companies",
		Long: "An account is a client company. A new one is hidden: nobody but administrators sees it\n" +
			"and nobody is told of it, until you launch it step by step.",
		Example: "  portico account add \"Nordwind Logistik GmbH\"\n  portico account launch \"Nordwind Logistik GmbH\" invited",
	}
	cmd.AddCommand(c.accountAdd(), c.accountList(), c.accountLaunch())
	return group(cmd)
}

func (c *console) accountAdd() *cobra.Command {
	var parent string
	cmd := &cobra.Command{
		Use:     "add NAME",
		Short:   "Add a client company, hidden at first",
		Long:    "Adds a client company. It stays hidden until \"portico account launch\".",
		Example: "  portico account add \"Nordwind Logistik GmbH\"\n  portico account add \"Nordwind Bremen\" --parent \"Nordwind Logistik GmbH\"",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				a, err := p.AddAccount(cmd.Context(), args[0], parent)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "Added %s (%s), %s.\n", oneLine(a.Name), a.ID, a.Launch)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&parent, "parent", "", "account that this one is a branch of")
	return cmd
}

func (c *console) accountList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List client companies",
		Long:    "Lists client companies with how far each is launched.",
		Example: "  portico account list\n  portico account list --json",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				accounts, err := p.Accounts(cmd.Context())
				if err != nil {
					return err
				}
				names := map[record.AccountID]string{}
				for _, a := range accounts {
					names[a.ID] = a.Name
				}
				var rows [][]string
				for _, a := range accounts {
					rows = append(rows, []string{a.Name, string(a.Launch), names[a.Parent], a.ID.String()})
				}
				return list(c.out, asJSON, "There is no account yet; \"portico account add NAME\" makes one.",
					[]string{"NAME", "LAUNCH", "BRANCH OF", "ID"}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

var launchSteps = []record.Launch{record.LaunchHidden, record.LaunchPreview, record.LaunchInvited}

func (c *console) accountLaunch() *cobra.Command {
	return &cobra.Command{
		Use:   "launch NAME hidden|preview|invited",
		Short: "Decide who may see an account",
		Long: "Launches an account quietly, one step at a time:\n\n" +
			"  hidden   nobody but administrators sees it\n" +
			"  preview  staff may look at what its members would see\n" +
			"  invited  its members may sign in",
		Example: "  portico account launch \"Nordwind Logistik GmbH\" preview\n  portico account launch \"Nordwind Logistik GmbH\" invited",
		Args:    exactly("NAME", "hidden, preview or invited"),
		RunE: func(cmd *cobra.Command, args []string) error {
			step := record.Launch(args[1])
			if !slices.Contains(launchSteps, step) {
				return usageError{fmt.Sprintf("%q is not one of hidden, preview, invited", args[1]), cmd.CommandPath()}
			}
			return c.with(func(p Program) error {
				a, err := p.Launch(cmd.Context(), args[0], step)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s is now %s.\n", oneLine(a.Name), a.Launch)
				return nil
			})
		},
	}
}
