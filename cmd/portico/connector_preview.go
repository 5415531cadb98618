package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func (c *console) connectorPreview() *cobra.Command {
	var asJSON bool
	var limit int
	cmd := &cobra.Command{
		Use:   "preview NAME STREAM",
		Short: "Show what a pull would read, and store nothing",
		Long: "Reads the first records of a stream as a pull would and shows them normalized, with\n" +
			"those that would be set aside and why. Nothing is stored and nobody is told.",
		Example: "  portico connector preview \"Help desk\" tickets\n  portico connector preview \"Help desk\" tickets --limit 5 --json",
		Args:    exactly("NAME", "STREAM"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 || limit > 200 {
				return usageError{"--limit is from 1 to 200", cmd.CommandPath()}
			}
			return c.with(func(p Program) error {
				page, err := p.Preview(cmd.Context(), args[0], args[1], limit)
				if err != nil {
					return err
				}
				if asJSON {
					return jsonOut(c.out, map[string]any{"records": page.Records, "rejected": page.Rejects})
				}
				var rows [][]string
				for _, r := range page.Records {
					facets := r.Body.Facets()
					rows = append(rows, []string{string(r.Kind), r.External, r.Company, facets.Status, facets.Title, stamp(r.Updated)})
				}
				if err := table(c.out, "The stream is empty.", []string{"KIND", "ID", "COMPANY", "STATUS", "TITLE", "UPDATED"}, rows); err != nil {
					return err
				}
				for _, r := range page.Rejects {
					fmt.Fprintf(c.out, "would be set aside: %s %s: %s\n", r.Kind, oneLine(r.External), oneLine(r.Reason))
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, with every field")
	cmd.Flags().IntVar(&limit, "limit", 20, "how many records at most")
	return cmd
}

// stamp is a time as an administrator compares it with the source's own.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}
