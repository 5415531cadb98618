package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"portico/connectors/skeleton"
)

func (c *console) connectorNew() *cobra.Command {
	var in string
	cmd := &cobra.Command{
		Use:   "new ID",
		Short: "Begin a connector for a system that is not known",
		Long: "Writes a folder with a manifest that explains itself and has no mistakes, into the folder\n" +
			"from which this Portico reads connectors of your own (connectors.folder).",
		Example: "  portico connector new stockbook\n  portico connector new stockbook --in drafts",
		Args:    exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if in == "" {
				cfg, _, err := c.configuration()
				if err != nil {
					return err
				}
				in = cfg.Connectors.Folder
			}
			made, err := skeleton.Write(in, args[0])
			if err != nil {
				return err
			}
			for _, path := range made {
				fmt.Fprintln(c.out, path)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&in, "in", "", "folder to write into, instead of connectors.folder")
	return cmd
}
