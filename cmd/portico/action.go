package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"portico/sync/action"
)

func (c *console) action() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "action",
		Short: "Look after what could not be carried out",
		Long: "What a client asks for is tried until it gets through. What does not get through for\n" +
			"days, or whose effect nobody can tell, waits here for a person.",
		Example: "  portico action list\n  portico action retry 01a1ffd1-3ac4-7c5e-96ac-5e5d05a0a7d3",
	}
	cmd.AddCommand(c.actionList(),
		c.decideAction("retry", "Try an action again", "Tries it again from the start. If it was ever sent, its effect is looked for first, so that\nnothing is done twice.",
			func(ctx context.Context, p Program, id action.ID) error { return p.Retry(ctx, id) }),
		c.decideAction("discard", "Give an action up", "Gives it up. The client reads that it was withdrawn, so tell them yourself what happens.",
			func(ctx context.Context, p Program, id action.ID) error { return p.Discard(ctx, id) }))
	return group(cmd)
}

func (c *console) actionList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List what waits for a person",
		Long:    "Lists actions that Portico could not carry out, oldest first, with the reason.",
		Example: "  portico action list",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				dead, err := p.DeadActions(cmd.Context())
				if err != nil {
					return err
				}
				var rows [][]string
				for _, a := range dead {
					rows = append(rows, []string{moment(a.Recorded), a.Ref, string(a.Kind), a.Actor.Name, a.External, a.Reason, a.ID.String()})
				}
				return list(c.out, asJSON, "Nothing waits for a person.", []string{"RECORDED", "REFERENCE", "KIND", "BY", "RECORD", "REASON", "ID"}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

func (c *console) decideAction(verb, short, long string, do func(context.Context, Program, action.ID) error) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ID", Short: short, Long: long, Example: "  portico action " + verb + " 01a1ffd1-3ac4-7c5e-96ac-5e5d05a0a7d3", Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := action.ParseID(args[0])
			if err != nil {
				return usageError{fmt.Sprintf("%q is not the id of an action; \"portico action list\" names them", args[0]), cmd.CommandPath()}
			}
			return c.with(func(p Program) error { return do(cmd.Context(), p, id) })
		},
	}
}
