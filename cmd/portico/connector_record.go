package main

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"portico/connectors/engine"
	"portico/connectors/rehearsal"
	"portico/sync/egress"
	"portico/sync/record"
	"portico/sync/remote"
)

// settingEnv starts the variable that gives a setting: PORTICO_SETTING_URL.
const settingEnv = "PORTICO_SETTING_"

func (c *console) connectorRecord() *cobra.Command {
	var form connectionForm
	var take rehearsal.Take
	var settings string
	cmd := &cobra.Command{
		Use:   "record FOLDER --set FIELD=VALUE …",
		Short: "Record what a real system answers, without anybody in it",
		Long: "Pulls from a real system once and writes its answers into testdata. Credentials, cookies,\n" +
			"mail addresses, phone numbers, people and companies are replaced, the same by the same;\n" +
			"nothing is written when a credential would still stand somewhere. What people write in\n" +
			"sentences stays, but for these: read it before you pass it on.\n\n" +
			"Settings come from --set, a file (--settings, one FIELD=VALUE a line) or " + settingEnv + "<FIELD>,\n" +
			"secrets as \"add\" takes them. Nothing is stored, and nothing is changed over there.",
		Example: "  portico connector record connectors/stockbook --set url=https://stock.example.com --pages 3",
		Args:    exactly("FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := filepath.Clean(args[0])
			m, err := rehearsal.Load(dir)
			if err != nil {
				return err
			}
			spec := engine.New(m).Spec()
			if err = c.settle(&form, spec, settings); err == nil {
				err = form.read(spec)
			}
			if err != nil {
				return usageError{err.Error(), cmd.CommandPath()}
			}
			secrets, err := c.secrets(spec, form.tokenFiles)
			if err != nil {
				return err
			}
			conn, err := c.reach(form, secrets)
			if err != nil {
				return err
			}
			conn.Budget = rehearsal.Budget(m, time.Now)
			tape, err := rehearsal.Record(cmd.Context(), dir, conn, slices.Collect(maps.Values(secrets)), take, func(line string) { fmt.Fprintln(c.out, line) })
			if err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%d answers are in %s. Read them before you pass them on.\n", len(tape.Exchanges), filepath.Join(dir, "testdata"))
			return nil
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&form.set, "set", nil, "a setting, FIELD=VALUE; may be repeated")
	f.StringVar(&settings, "settings", "", "file with settings, one FIELD=VALUE a line")
	f.StringArrayVar(&form.tokenFiles, "token-file", nil, "file with the secret; FIELD=FILE when there are several")
	f.StringVar(&form.allowPrivate, "allow-private", "", "host:port on a private network that you confirm")
	f.StringVar(&form.caFile, "ca-file", "", "PEM file with the authority that signed the system's certificate")
	f.StringArrayVar(&take.Streams, "stream", nil, "only this stream; may be repeated")
	f.IntVar(&take.Pages, "pages", 0, "only so many pages of each stream")
	f.StringArrayVar(&take.Also, "also", nil, "a member whose values name somebody, too; may be repeated")
	return cmd
}

// settle completes the flags with a file and the environment; what is nearer to the
// person counts.
func (c *console) settle(form *connectionForm, spec remote.Spec, file string) error {
	var from []string
	for _, field := range spec.Fields {
		if value := c.env(settingEnv + strings.ToUpper(field.Name)); value != "" && field.Type != remote.SecretField {
			from = append(from, field.Name+"="+value)
		}
	}
	if file != "" {
		data, err := os.ReadFile(file) // #nosec G304 -- the administrator names the file
		if err != nil {
			return fmt.Errorf("read --settings: %w", err)
		}
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				from = append(from, line)
			}
		}
	}
	form.set = append(from, form.set...)
	return nil
}

// reach makes what a connector needs, of nothing but what was typed.
func (c *console) reach(form connectionForm, secrets map[string]string) (remote.Conn, error) {
	policy, err := egress.Connection(form.allowPrivate)
	if err != nil {
		return remote.Conn{}, err
	}
	transport, err := egress.Transport(egress.Options{Policy: policy, CA: form.ca})
	if err != nil {
		return remote.Conn{}, err
	}
	return remote.Conn{ID: record.NewConnectionID(), Settings: form.settings, Transport: transport, Now: time.Now,
		Secret: func(name string) (string, error) { return secrets[name], nil },
		Log:    slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn}))}, nil
}
