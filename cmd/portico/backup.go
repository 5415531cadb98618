package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (c *console) backup() *cobra.Command {
	var recipients []string
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write the database and the uploads into one file",
		Long: "Writes what is in the data folder into one file, whole or not at all, while the portal\n" +
			"goes on serving. The keys are not in it: keep a copy of them somewhere else, without\n" +
			"which no stored credential can be opened.\n\n" +
			"A PostgreSQL database is dumped with pg_dump, which must be installed here and not be older\n" +
			"than the server.",
		Example: "  portico backup /backup/portico-$(date +%F).tar.gz\n  portico backup --recipient age1… /backup/portico.tar.gz.age",
		Args:    exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				m, err := p.Backup(cmd.Context(), args[0], recipients)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s holds the database (schema %d) and %d uploads.\n", args[0], m.Schema, len(m.Entries)-1)
				return nil
			})
		},
	}
	cmd.Flags().StringArrayVar(&recipients, "recipient", nil, "public key of age (age1…) of who may read it; may be repeated")
	return cmd
}

func (c *console) restore() *cobra.Command {
	var into, identity string
	cmd := &cobra.Command{
		Use:   "restore FILE --into DIR",
		Short: "Make a data folder of a backup",
		Long: "Unpacks a backup into a new data folder and verifies all of it: the hash of every file, the\n" +
			"database itself, the number of rows in every table, and the audit log. The dump of a\n" +
			"PostgreSQL database is loaded into the one that the configuration names: it must be empty,\n" +
			"database.owner_url must be set, and pg_restore must be installed here.\n\n" +
			"Nothing leaves from a restored copy until \"portico release\": people can sign in and look,\n" +
			"and what they ask for waits. Make sure that the other copy is gone before you release.",
		Example: "  portico restore /backup/portico.tar.gz --into /srv/portico/data\n  portico restore portico.tar.gz.age --into data --identity age.txt",
		Args:    exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if into == "" {
				return usageError{"--into is missing: the data folder to make", cmd.CommandPath()}
			}
			return c.with(func(p Program) error {
				m, log, err := p.Restore(cmd.Context(), args[0], into, identity)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "Restored what was backed up on %s into %s: %d uploads; the audit log holds (%d leaves, %d of them under %d signed heads).\n",
					m.Made.Format("2 January 2006, 15:04 MST"), into, len(m.Entries)-1, log.Leaves, log.Covered, log.Heads)
				fmt.Fprintln(c.out, "Put the keys back where the configuration names them, serve it, look, and then run \"portico release\".")
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&into, "into", "", "folder to make, or an empty one")
	cmd.Flags().StringVar(&identity, "identity", "", "file with the private key of age, for a backup that is encrypted")
	return cmd
}
