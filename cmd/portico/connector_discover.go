package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"portico/sync/record"
	"portico/sync/remote"
)

func (c *console) connectorDiscover() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "discover NAME",
		Short:   "List what differs from system to system",
		Long:    "Reads the statuses, queues, companies and custom fields of a connected system.",
		Example: "  portico connector discover \"Help desk\"",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				found, err := p.Discover(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return list(c.out, asJSON, "The system told nothing of its own.", []string{"WHAT", "OF", "NAME", "DETAIL"}, discovered(found))
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

func discovered(found remote.Catalog) [][]string {
	var rows [][]string
	for _, kind := range slices.Sorted(maps.Keys(found.Statuses)) {
		for _, status := range found.Statuses[kind] {
			m := record.Guess(kind, status)
			rows = append(rows, []string{"status", string(kind), status, fmt.Sprintf("guess: %s", m.Label)})
		}
	}
	for _, queue := range found.Queues {
		rows = append(rows, []string{"queue", "", queue, ""})
	}
	for _, company := range found.Companies {
		rows = append(rows, []string{"company", "", company.Name, company.Key})
	}
	for _, field := range found.Fields {
		rows = append(rows, []string{"field", string(field.Kind), field.Name, field.Type})
	}
	return rows
}
