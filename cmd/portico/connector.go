package main

import (
	"github.com/spf13/cobra"
)

func (c *console) connector() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "connector",
		Short: "Connect systems of record and pull from them",
		Long: "A connector knows one kind of system; a connection is one such system of yours. The\n" +
			"usual order is add, check, discover, preview, pull, match; then status and runs tell\n" +
			"how it goes. A system that is not known yet is taught by new, lint, record and test.",
		Example: "  portico connector add requesttracker --name \"Help desk\" --set url=https://rt.example.com --set user=portico\n" +
			"  portico connector check \"Help desk\"\n  portico connector pull \"Help desk\"",
	}
	cmd.AddCommand(c.connectorNew(), c.connectorLint(), c.connectorRecord(), c.connectorTest(), c.connectorAdd(), c.connectorList(), c.connectorCheck(),
		c.connectorDiscover(), c.connectorPreview(), c.connectorPull(), c.connectorMatch(), c.connectorUnmatch(), c.connectorWebhooks(),
		c.connectorStatus(), c.connectorRuns(), c.connectorMeanings(), c.connectorConfirm(), c.connectorPause(), c.connectorMails(), c.connectorResume(), c.connectorExport(), c.connectorImport())
	return group(cmd)
}

func (c *console) connectorList() *cobra.Command {
	var asJSON, known bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List connections, or the kinds of system that are known",
		Long:    "Lists the connections of this Portico; with --known the connectors that \"add\" accepts.",
		Example: "  portico connector list\n  portico connector list --known",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				if known {
					var rows [][]string
					for _, s := range p.Connectors() {
						rows = append(rows, []string{s.ID, s.Name, s.Category, s.Description})
					}
					return list(c.out, asJSON, "No connector is built in.", []string{"CONNECTOR", "NAME", "CATEGORY", "DESCRIPTION"}, rows)
				}
				connections, err := p.Connections(cmd.Context())
				if err != nil {
					return err
				}
				var rows [][]string
				for _, n := range connections {
					state := "pulls and pushes"
					switch {
					case n.Paused:
						state = "paused"
					case n.ReadOnly:
						state = "read-only"
					}
					rows = append(rows, []string{n.Name, n.Connector, state, n.ID.String()})
				}
				return list(c.out, asJSON, "There is no connection yet; \"portico connector add\" makes one.", []string{"NAME", "CONNECTOR", "STATE", "ID"}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	cmd.Flags().BoolVar(&known, "known", false, "list the kinds of system instead")
	return cmd
}

func (c *console) connectorCheck() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "check NAME",
		Short:   "Say whether a connection works and what it may do",
		Long:    "Signs in and tries what the connection needs, without changing anything over there.",
		Example: "  portico connector check \"Help desk\"",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				r, err := p.CheckConnection(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return report(c.out, asJSON, r)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}
