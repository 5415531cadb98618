package main

import (
	"context"
	"fmt"
	"io"
	"strings"

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
		c.actionAmend(), c.actionDiscard())
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
			id, err := actionNamed(cmd, args[0])
			if err != nil {
				return err
			}
			return c.with(func(p Program) error { return do(cmd.Context(), p, id) })
		},
	}
}

func (c *console) actionAmend() *cobra.Command {
	return &cobra.Command{
		Use:   "amend ID",
		Short: "Try an action again with other words",
		Long: "Reads the new words from standard input and tries the action again with them. It keeps its\nreference and is looked for before it is sent. The client is told that the words were\n" +
			"changed, and still reads their own.",
		Example: "  portico action amend 01a1ffd1-3ac4-7c5e-96ac-5e5d05a0a7d3 < words.txt",
		Args:    exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := actionNamed(cmd, args[0])
			if err != nil {
				return err
			}
			text, err := io.ReadAll(io.LimitReader(c.in, 4*action.MaxText+1))
			if err != nil {
				return err
			}
			return c.with(func(p Program) error { return p.Amend(cmd.Context(), id, strings.TrimRight(string(text), "\r\n")) })
		},
	}
}

func (c *console) actionDiscard() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:     "discard ID --reason WORDS",
		Short:   "Give an action up",
		Long:    "Gives it up. The client reads your reason, and is mailed it.",
		Example: "  portico action discard 01a1ffd1-3ac4-7c5e-96ac-5e5d05a0a7d3 --reason \"We have settled this by phone.\"",
		Args:    exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := actionNamed(cmd, args[0])
			if err != nil {
				return err
			}
			return c.with(func(p Program) error { return p.Discard(cmd.Context(), id, reason) })
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, in words for the client")
	return cmd
}

func actionNamed(cmd *cobra.Command, text string) (action.ID, error) {
	id, err := action.ParseID(text)
	if err != nil {
		return id, usageError{fmt.Sprintf("%q is not the id of an action; \"portico action list\" names them", text), cmd.CommandPath()}
	}
	return id, nil
}
