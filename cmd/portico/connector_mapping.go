package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/mapping"
	"portico/sync/record"
)

func (c *console) connectorExport() *cobra.Command {
	return &cobra.Command{
		Use:   "export NAME",
		Short: "Write what was decided about a connection as a file",
		Long: "Writes settings, what statuses mean, which company is which account and which system is\n" +
			"believed. No credential is in it. It is read again by \"import\", here or elsewhere.",
		Example: "  portico connector export \"Help desk\" > help-desk.json",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				data, err := p.ExportMapping(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				_, err = c.out.Write(data)
				return err
			})
		},
	}
}

func (c *console) connectorImport() *cobra.Command {
	var apply, asJSON bool
	cmd := &cobra.Command{
		Use:   "import NAME FILE",
		Short: "Show what a file of \"export\" would change, or change it",
		Long: "Shows every line of the file that would change the connection, or that cannot be taken.\n" +
			"With --apply all of it is changed, or nothing. An address is never changed by a file,\n" +
			"because credentials belong to it, and a company only becomes an account's under the key\n" +
			"and the name that it has here.",
		Example: "  portico connector import \"Help desk\" help-desk.json\n  portico connector import \"Help desk\" help-desk.json --apply",
		Args:    exactly("NAME", "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := mappingFile(args[1])
			if err != nil {
				return err
			}
			return c.with(func(p Program) error {
				plan, err := p.ImportMapping(cmd.Context(), args[0], text, apply)
				if err != nil {
					return err
				}
				if err := list(c.out, asJSON, "The file changes nothing.", []string{"WHAT", "OF", "NOW", "FILE", "OUTCOME", "WHY"}, planRows(plan)); err != nil || asJSON {
					return err
				}
				switch n := plan.Changes(); {
				case n > 0 && apply:
					fmt.Fprintf(c.out, "Changed: %d.\n", n)
				case n > 0:
					fmt.Fprintf(c.out, "Nothing was changed yet. Add --apply to make these changes: %d.\n", n)
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&apply, "apply", false, "change it")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// mappingFile reads a file no further than a whole one goes.
func mappingFile(path string) (string, error) {
	f, err := os.Open(path) // #nosec G304 -- the administrator names the file
	if err != nil {
		return "", fault.Wrap(fault.Invalid, "read file", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mapping.MostBytes+1))
	return string(data), fault.Wrap(fault.Invalid, "read file", err)
}

// planRows are the lines of a plan that change something, or are left out.
func planRows(p mapping.Plan) [][]string {
	var rows [][]string
	add := func(o mapping.Outcome, what, of, was, is string, why mapping.Why) {
		if o != mapping.Same {
			rows = append(rows, []string{what, of, was, is, string(o), strings.ReplaceAll(string(why), "_", " ")})
		}
	}
	for _, s := range p.Settings {
		add(s.Outcome, "setting", s.Field.Name, s.Was, s.Is, s.Why)
	}
	for _, s := range p.Statuses {
		add(s.Outcome, "status", string(s.Is.Kind)+" "+s.Is.Raw, meant(s.Was), meant(s.Is), "")
	}
	for _, m := range p.Companies {
		add(m.Outcome, "company", m.Key, "", m.Account.Name, m.Why)
	}
	for _, x := range p.Choices {
		was := ""
		if x.Was != nil {
			was = believes(*x.Was)
		}
		add(x.Outcome, "authority", string(x.Is.Kind)+" beside "+x.With, was, believes(x.Is), x.Why)
	}
	return rows
}

func meant(m record.Meaning) string {
	if m.Raw == "" {
		return ""
	}
	return string(m.State) + " / " + string(m.Turn) + " / " + m.Label
}

func believes(r authority.Rule) string {
	if r.AuthorityName == "" {
		return ""
	}
	return r.AuthorityName + ", the rest " + string(r.Alone)
}
