package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"portico/sync/audit"
)

func (c *console) audit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Export the log of what happened, and prove that nobody changed it",
		Long: "Every action, sign-in and change of the set-up is a leaf of a tree whose head is signed\n" +
			"every few minutes. Whoever kept a head can prove that what it vouches for is unchanged.",
		Example: "  portico audit export --out audit.jsonl\n  portico audit verify audit.jsonl --verifier \"$(portico audit key)\"",
	}
	cmd.AddCommand(c.auditExport(), c.auditVerify(), c.auditKey())
	return group(cmd)
}

func (c *console) auditKey() *cobra.Command {
	return &cobra.Command{
		Use: "key", Short: "Print the key that verifies signed heads",
		Long:    "Prints the public key of the log. Give it to whoever should be able to verify an export.",
		Example: "  portico audit key", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				key, err := p.AuditKey(cmd.Context())
				if err == nil {
					fmt.Fprintln(c.out, key)
				}
				return err
			})
		},
	}
}

func (c *console) auditExport() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "export", Short: "Write the whole log as JSON Lines",
		Long: "Writes every leaf in order and every signed head. Keep the last head somewhere else:\n" +
			"it is what an export is held against later.",
		Example: "  portico audit export --out audit.jsonl", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				if out == "" {
					return p.AuditExport(cmd.Context(), c.out)
				}
				return writeFile(out, func(w io.Writer) error { return p.AuditExport(cmd.Context(), w) })
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write instead of standard output; it must not exist")
	return cmd
}

// writeFile writes a new file that only its owner may read.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the administrator names the file
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

func (c *console) auditVerify() *cobra.Command {
	var key string
	var heads []string
	cmd := &cobra.Command{
		Use: "verify FILE", Short: "Prove that an export is what was signed",
		Long: "Checks an export against the key of the log and against heads that were kept elsewhere.\n" +
			"It needs neither the database nor the configuration, and any machine will do.",
		Example: "  portico audit verify audit.jsonl --verifier portico/audit+1f2e…\n  portico audit verify audit.jsonl --verifier … --head kept-head.txt",
		Args:    exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if key == "" {
				return usageError{"--verifier is missing: what \"portico audit key\" prints where the log is written", cmd.CommandPath()}
			}
			var published []string
			for _, path := range heads {
				data, err := os.ReadFile(path) // #nosec G304 -- the administrator names the file
				if err != nil {
					return err
				}
				published = append(published, string(data))
			}
			f, err := os.Open(args[0]) // #nosec G304 -- the administrator names the file
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }()
			r, err := audit.Verify(f, key, published...)
			if err != nil {
				return fmt.Errorf("the export does not hold: %w", err)
			}
			fmt.Fprintf(c.out, "It holds: %d leaves, %d of them under %d signed heads.\n", r.Leaves, r.Covered, r.Heads)
			if r.Erased > 0 {
				fmt.Fprintf(c.out, "%d personal values were erased since, as they may be.\n", r.Erased)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&key, "verifier", "", "key of the log")
	cmd.Flags().StringArrayVar(&heads, "head", nil, "file with a signed head that was kept elsewhere; may be repeated")
	return cmd
}
