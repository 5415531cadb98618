package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portico/sync/remote"
)

// secretEnv starts the variable that gives a secret field: PORTICO_SECRET_TOKEN.
const secretEnv = "PORTICO_SECRET_"

func (c *console) connectorAdd() *cobra.Command {
	var form connectionForm
	cmd := &cobra.Command{
		Use:   "add CONNECTOR --name NAME --set FIELD=VALUE …",
		Short: "Connect a system",
		Long: "Connects one of your systems. \"portico connector list --known\" names the kinds, and an\n" +
			"unknown or missing field names the fields of that kind.\n\n" +
			"Secrets are asked for one by one. A script gives them by --token-file, by\n" +
			secretEnv + "<FIELD>, or one per line on standard input.",
		Example: "  portico connector add requesttracker --name \"Help desk\" --set url=https://rt.example.com --set user=portico\n" +
			"  portico connector add requesttracker --name \"Help desk\" --set url=http://10.0.0.5 \\\n" +
			"      --allow-private 10.0.0.5:80 --token-file /run/secrets/rt --read-only",
		Args: exactly("CONNECTOR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if form.name == "" {
				return usageError{"--name is missing: it is how people will call the system", cmd.CommandPath()}
			}
			return c.with(func(p Program) error {
				spec, err := known(p.Connectors(), args[0])
				if err == nil {
					err = form.read(spec)
				}
				if err != nil {
					return usageError{err.Error(), cmd.CommandPath()}
				}
				secrets, err := c.secrets(spec, form.tokenFiles)
				if err != nil {
					return err
				}
				made, err := p.AddConnection(cmd.Context(), form.connection(spec.ID), secrets)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "Added %s (%s).\nNext: portico connector check %q\n", oneLine(made.Name), made.ID, made.Name)
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&form.name, "name", "", "name that people will read, such as \"Help desk\"")
	f.StringArrayVar(&form.set, "set", nil, "a setting, FIELD=VALUE; may be repeated")
	f.StringArrayVar(&form.tokenFiles, "token-file", nil, "file with the secret; FIELD=FILE when there are several")
	f.StringVar(&form.allowPrivate, "allow-private", "", "host:port on a private network that you confirm")
	f.StringVar(&form.caFile, "ca-file", "", "PEM file with the authority that signed the system's certificate")
	f.BoolVar(&form.readOnly, "read-only", false, "never write to the system")
	return cmd
}

// known finds a connector by its catalogue id.
func known(specs []remote.Spec, id string) (remote.Spec, error) {
	var ids []string
	for _, s := range specs {
		if s.ID == id {
			return s, nil
		}
		ids = append(ids, s.ID)
	}
	return remote.Spec{}, fmt.Errorf("there is no connector %q; there is %s", id, strings.Join(ids, ", "))
}

// connectionForm is what the flags of add say.
type connectionForm struct {
	name, allowPrivate, caFile string
	set, tokenFiles            []string
	readOnly                   bool

	settings map[string]string
	ca       string
}

// read checks the flags against the connector's form.
func (f *connectionForm) read(spec remote.Spec) error {
	f.settings = map[string]string{}
	for _, pair := range f.set {
		name, value, ok := strings.Cut(pair, "=")
		field, found := fieldOf(spec, name)
		switch {
		case !ok:
			return fmt.Errorf("--set %q is not FIELD=VALUE", pair)
		case !found:
			return fmt.Errorf("%s has no field %q; it has %s", spec.Name, name, fieldNames(spec))
		case field.Type == remote.SecretField:
			return fmt.Errorf("%s is a secret: leave it out to be asked, or use --token-file or %s%s", name, secretEnv, strings.ToUpper(name))
		}
		f.settings[name] = value
	}
	for _, field := range spec.Fields {
		if field.Type == remote.SecretField || f.settings[field.Name] != "" {
			continue
		}
		if field.Default != "" {
			f.settings[field.Name] = field.Default
		} else if field.Required {
			return fmt.Errorf("--set %s=… is missing: %s", field.Name, field.Label)
		}
	}
	if f.caFile == "" {
		return nil
	}
	pem, err := os.ReadFile(f.caFile)
	if err != nil {
		return fmt.Errorf("read --ca-file: %w", err)
	}
	f.ca = string(pem)
	return nil
}

func (f *connectionForm) connection(connector string) remote.Connection {
	return remote.Connection{
		Connector: connector, Name: f.name, Settings: f.settings,
		AllowPrivate: f.allowPrivate, CA: f.ca, ReadOnly: f.readOnly,
	}
}

// secrets collects the secret fields: from files, the environment, or by asking.
func (c *console) secrets(spec remote.Spec, files []string) (map[string]string, error) {
	var fields []remote.Field
	for _, f := range spec.Fields {
		if f.Type == remote.SecretField {
			fields = append(fields, f)
		}
	}
	out, err := secretFiles(fields, files)
	if err != nil {
		return nil, err
	}
	asker := c.asker()
	for _, f := range fields {
		if out[f.Name] == "" {
			out[f.Name] = c.env(secretEnv + strings.ToUpper(f.Name))
		}
		if out[f.Name] != "" || !f.Required {
			continue
		}
		if out[f.Name], err = asker.ask(f.Label); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func secretFiles(fields []remote.Field, files []string) (map[string]string, error) {
	out := map[string]string{}
	for _, given := range files {
		name, path, named := strings.Cut(given, "=")
		if !named && len(fields) == 1 {
			name, path = fields[0].Name, given
		} else if !named {
			return nil, errors.New("--token-file needs FIELD=FILE here, because there is not exactly one secret")
		}
		if !slices.ContainsFunc(fields, func(f remote.Field) bool { return f.Name == name }) {
			return nil, fmt.Errorf("--token-file %s: there is no secret field %q", given, name)
		}
		secret, err := fromFile(name, path)
		if err != nil {
			return nil, err
		}
		out[name] = secret
	}
	return out, nil
}

func fieldOf(spec remote.Spec, name string) (remote.Field, bool) {
	i := slices.IndexFunc(spec.Fields, func(f remote.Field) bool { return f.Name == name })
	if i < 0 {
		return remote.Field{}, false
	}
	return spec.Fields[i], true
}

func fieldNames(spec remote.Spec) string {
	var names []string
	for _, f := range spec.Fields {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}
