package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"portico/sync/run"
)

func (c *console) connectorStatus() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status NAME",
		Short: "Say how current a connection is and what is wrong with it",
		Long: "Lists the streams of a connection: when each was last read in whole, when it is due\n" +
			"again, and why it fails or waits for you.",
		Example: "  portico connector status \"Help desk\"",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				streams, waiting, err := p.Streams(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				var rows [][]string
				for _, s := range streams {
					rows = append(rows, []string{s.Stream, moment(s.Completed), moment(s.Next), streamState(s)})
				}
				if err := list(c.out, asJSON, "This connection has no streams.", []string{"STREAM", "LAST WHOLE PASS", "DUE", "STATE"}, rows); err != nil {
					return err
				}
				if !asJSON && waiting > 0 {
					fmt.Fprintf(c.out, "%d records wait for a company to be matched; nobody sees them.\n", waiting)
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

func streamState(s run.StreamState) string {
	switch {
	case s.Held != "":
		return "held: " + s.Held
	case s.Failures > 0:
		return fmt.Sprintf("failing since %s (%d times): %s", moment(s.FailingFor), s.Failures, s.Problem)
	case s.Completed.IsZero():
		return "not read yet"
	default:
		return "fine"
	}
}

// moment is a time in UTC, to the second; "never" when it is zero.
func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

func (c *console) connectorRuns() *cobra.Command {
	var asJSON bool
	var limit int
	var rejected string
	cmd := &cobra.Command{
		Use:   "runs NAME",
		Short: "List the latest runs, or what one of them set aside",
		Long: "Lists the latest pulls of a connection with what each did. With --rejected RUN it lists\n" +
			"the records that the run could not use, each with its reason.",
		Example: "  portico connector runs \"Help desk\"\n  portico connector runs \"Help desk\" --rejected 01a1ffca-00fb-790f-9ae2-28200a721785",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				if rejected != "" {
					return c.rejects(cmd, p, run.ID(rejected), asJSON)
				}
				runs, err := p.Runs(cmd.Context(), args[0], limit)
				if err != nil {
					return err
				}
				var rows [][]string
				for _, r := range runs {
					n := r.Counts
					rows = append(rows, []string{moment(r.Started), r.Stream, string(r.Mode), string(r.State), fmt.Sprint(n.Read), fmt.Sprint(n.Written),
						fmt.Sprint(n.Deleted), fmt.Sprint(n.Rejected), r.Problem, string(r.ID)})
				}
				return list(c.out, asJSON, "Nothing was pulled yet.",
					[]string{"STARTED", "STREAM", "MODE", "STATE", "READ", "WRITTEN", "DELETED", "SET ASIDE", "PROBLEM", "RUN"}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	cmd.Flags().IntVar(&limit, "limit", 20, "how many runs")
	cmd.Flags().StringVar(&rejected, "rejected", "", "list what this run set aside")
	return cmd
}

func (c *console) rejects(cmd *cobra.Command, p Program, id run.ID, asJSON bool) error {
	set, err := p.Rejects(cmd.Context(), id)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, r := range set {
		rows = append(rows, []string{string(r.Kind), r.External, r.Reason})
	}
	return list(c.out, asJSON, "This run set nothing aside.", []string{"KIND", "ID THERE", "REASON"}, rows)
}
