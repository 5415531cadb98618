package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"portico/connectors/rehearsal"
)

func (c *console) connectorTest() *cobra.Command {
	var update, asJSON bool
	cmd := &cobra.Command{
		Use:   "test FOLDER",
		Short: "Try a connector against its recording",
		Long: "Plays what \"record\" wrote and compares the records that come out with those of before\n" +
			"(testdata/golden). Then it tries what a recording can show of what is promised of every\n" +
			"connector: pulls that are killed and resumed, broken and hostile answers, silence that is\n" +
			"asked for. It needs no network, no configuration and no database.",
		Example: "  portico connector test connectors/stockbook\n  portico connector test connectors/stockbook --update",
		Args:    exactly("FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			results, err := rehearsal.Run(cmd.Context(), filepath.Clean(args[0]), update)
			if err != nil {
				return err
			}
			failed := 0
			for _, r := range results {
				if r.State == rehearsal.Fail {
					failed++
				}
			}
			if asJSON {
				if err := jsonOut(c.out, results); err != nil {
					return err
				}
			} else {
				c.tried(results)
			}
			if failed > 0 {
				return fmt.Errorf("%d of %d tries failed", failed, len(results))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&update, "update", false, "write what comes out as the golden records")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// tried lists results, one a line; what failed may have more.
func (c *console) tried(results []rehearsal.Result) {
	width := 0
	for _, r := range results {
		width = max(width, len(r.What))
	}
	for _, r := range results {
		says, more, _ := strings.Cut(r.Says, "\n")
		fmt.Fprintln(c.out, strings.TrimRight(fmt.Sprintf("%-4s  %-*s  %s", r.State, width, r.What, oneLine(says)), " "))
		for line := range strings.Lines(more) {
			fmt.Fprintln(c.out, "      "+oneLine(line))
		}
	}
	skipped := 0
	for _, r := range results {
		if r.State == rehearsal.Skip {
			skipped++
		}
	}
	fmt.Fprintf(c.out, "%d tries, %d skipped\n", len(results), skipped)
}
