package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"portico/sync/delivery"
)

func (c *console) webhook() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "webhook",
		Short: "Tell back-office systems what happens",
		Long: "An endpoint is told of what it subscribes to by signed messages (Standard Webhooks 1.0).\n" +
			"A message is sent until it is answered with 2xx, at most eight times within 28 hours.",
		Example: "  portico webhook add https://books.example/hook --type action.confirmed\n  portico webhook test ID\n  portico webhook deliveries ID",
	}
	cmd.AddCommand(c.webhookTypes(), c.webhookAdd(), c.webhookList(), c.webhookTest(), c.webhookDeliveries(), c.webhookResend(),
		c.webhookRotate(), c.webhookSwitch("enable", true), c.webhookSwitch("disable", false))
	return group(cmd)
}

func (c *console) webhookTypes() *cobra.Command {
	var asJSON, schema, example bool
	cmd := &cobra.Command{
		Use:   "types [TYPE]",
		Short: "List the types of messages, with schemas and examples",
		Long:  "Lists what an endpoint can subscribe to; of one type it writes the JSON Schema or an example.",
		Example: "  portico webhook types\n  portico webhook types record.changed --schema\n" +
			"  portico webhook types record.changed --example",
		Args: between(0, "TYPE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var rows [][]string
			for _, d := range delivery.Catalogue() {
				if len(args) == 1 && args[0] != string(d.Type) {
					continue
				}
				switch {
				case len(args) == 1 && schema:
					fmt.Fprint(c.out, string(d.Schema))
					return nil
				case len(args) == 1 && example:
					fmt.Fprint(c.out, string(d.Example))
					return nil
				}
				rows = append(rows, []string{string(d.Type), d.Summary})
			}
			if len(rows) == 0 || len(args) == 0 && (schema || example) {
				return usageError{"name one type of the list that \"portico webhook types\" writes", cmd.CommandPath()}
			}
			return list(c.out, asJSON, "", []string{"TYPE", "SAYS"}, rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	cmd.Flags().BoolVar(&schema, "schema", false, "write the JSON Schema of the type")
	cmd.Flags().BoolVar(&example, "example", false, "write an example of the type")
	return cmd
}

func (c *console) webhookAdd() *cobra.Command {
	var types, headers []string
	var account, description string
	var rate int
	cmd := &cobra.Command{
		Use:   "add URL --type TYPE …",
		Short: "Add an endpoint",
		Long: "Adds an endpoint and writes its signing secret, once: it is stored sealed and never shown\n" +
			"again. Without --account the endpoint is told of every account.\n\n" +
			"Addresses on private networks need an entry in webhooks.allow of the configuration.",
		Example: "  portico webhook add https://books.example/hook --type action.confirmed --type ticket.created\n" +
			"  portico webhook add https://books.example/hook --type record.changed --account \"Nordwind Logistik GmbH\" \\\n" +
			"      --header \"Authorization: Bearer …\"",
		Args: exactly("URL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			own, err := headersOf(headers)
			if err != nil {
				return usageError{err.Error(), cmd.CommandPath()}
			}
			e := delivery.Endpoint{URL: args[0], Description: description, Rate: rate}
			for _, t := range types {
				e.Types = append(e.Types, delivery.Type(t))
			}
			return c.with(func(p Program) error {
				made, secret, err := p.AddEndpoint(cmd.Context(), e, account, own)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "Added %s (%s).\nSigning secret, shown only now: %s\nNext: portico webhook test %s\n", oneLine(made.URL), made.ID, secret, made.ID)
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&types, "type", nil, "a type of message; may be repeated")
	f.StringVar(&account, "account", "", "the one account that it is told of")
	f.StringVar(&description, "description", "", "what it is for")
	f.StringArrayVar(&headers, "header", nil, "a header to send along, \"Name: value\", stored sealed; may be repeated")
	f.IntVar(&rate, "rate", delivery.DefaultRate, "messages per second, at most")
	return cmd
}

func headersOf(lines []string) (map[string]string, error) {
	out := map[string]string{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("--header is not \"Name: value\"")
		}
		out[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return out, nil
}

func (c *console) webhookList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List endpoints",
		Long:    "Lists endpoints with what they are told and how they are.",
		Example: "  portico webhook list",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				endpoints, err := p.Endpoints(cmd.Context())
				if err != nil {
					return err
				}
				var rows [][]string
				for _, e := range endpoints {
					about := "all"
					if !e.Account.IsZero() {
						about = e.Account.String()
					}
					var types []string
					for _, t := range e.Types {
						types = append(types, string(t))
					}
					rows = append(rows, []string{string(e.ID), e.URL, how(e), strings.Join(types, " "), about, e.Description})
				}
				return list(c.out, asJSON, "Nobody is told anything; \"portico webhook add\" adds an endpoint.", []string{"ID", "URL", "STATE", "TYPES", "ACCOUNT", "DESCRIPTION"}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// how says how an endpoint is.
func how(e delivery.Endpoint) string {
	switch {
	case !e.Enabled:
		return "off: " + e.Why
	case !e.FailingSince.IsZero():
		return "fails since " + moment(e.FailingSince)
	default:
		return "on"
	}
}
