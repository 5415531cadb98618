package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"portico/sync/run"
)

func (c *console) connectorPull() *cobra.Command {
	var asJSON, everything bool
	var streams []string
	cmd := &cobra.Command{
		Use:   "pull NAME",
		Short: "Pull from a connected system now",
		Long: "Pulls what changed since the last time, with progress, and reports each stream. A pull\n" +
			"that is interrupted resumes where it stopped. The first one tells nobody anything.",
		Example: "  portico connector pull \"Help desk\"\n  portico connector pull \"Help desk\" --stream tickets --everything",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				progress := newProgress(c.err, time.Now)
				runs, err := p.Pull(cmd.Context(), args[0], streams, everything, progress.show)
				if err != nil {
					return err
				}
				if err := list(c.out, asJSON, "There was nothing to pull.", runHead, runRows(runs)); err != nil {
					return err
				}
				for _, r := range runs {
					if r.State != run.Done {
						return fmt.Errorf("pulling %s ended as %s: %s", r.Stream, r.State, r.Problem)
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the report as JSON")
	cmd.Flags().BoolVar(&everything, "everything", false, "read all of it again, whatever changed")
	cmd.Flags().StringArrayVar(&streams, "stream", nil, "only this stream; may be repeated")
	return cmd
}

var runHead = []string{"STREAM", "STATE", "READ", "WRITTEN", "UNCHANGED", "DELETED", "SET ASIDE", "UNMATCHED", "TOOK"}

func runRows(runs []run.Run) [][]string {
	var rows [][]string
	for _, r := range runs {
		n := r.Counts
		row := []string{r.Stream, string(r.State)}
		for _, count := range []int{n.Read, n.Written, n.Unchanged, n.Deleted, n.Rejected, n.Unmatched} {
			row = append(row, fmt.Sprint(count))
		}
		rows = append(rows, append(row, r.Ended.Sub(r.Started).Round(time.Millisecond).String()))
	}
	return rows
}

// progress writes at most one line a second and stream, and one when a stream ends.
type progress struct {
	w    io.Writer
	now  func() time.Time
	last map[string]time.Time
}

func newProgress(w io.Writer, now func() time.Time) *progress {
	return &progress{w: w, now: now, last: map[string]time.Time{}}
}

func (p *progress) show(r run.Run) {
	now := p.now()
	if r.State == run.Running && now.Sub(p.last[r.Stream]) < time.Second {
		return
	}
	p.last[r.Stream] = now
	line := fmt.Sprintf("%s: %d records", r.Stream, r.Counts.Read)
	if rate := r.Rate(now); rate > 0 {
		line += fmt.Sprintf(", %.0f/s", rate)
	}
	if r.Total > 0 {
		line += fmt.Sprintf(", %d of %d requests", r.Done, r.Total)
	}
	if left := r.Left(now); left > 0 {
		line += ", about " + left.String() + " left"
	}
	if r.State != run.Running {
		line += ", " + string(r.State)
	}
	fmt.Fprintln(p.w, line)
}
