package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"portico/sync/delivery"
)

func (c *console) webhookDeliveries() *cobra.Command {
	var asJSON, failed bool
	var limit int
	cmd := &cobra.Command{
		Use:     "deliveries ENDPOINT",
		Short:   "Show what an endpoint was sent and what it answered",
		Long:    "Lists the newest deliveries, newest first, with their last attempt. With --json every attempt\nis there, with its request and the beginning of its answer.",
		Example: "  portico webhook deliveries ID\n  portico webhook deliveries ID --failed --json",
		Args:    exactly("ENDPOINT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			state := delivery.State("")
			if failed {
				state = delivery.Failed
			}
			return c.with(func(p Program) error {
				logs, err := p.Deliveries(cmd.Context(), delivery.EndpointID(args[0]), state, limit)
				if err != nil {
					return err
				}
				if asJSON {
					return jsonOut(c.out, logged(logs))
				}
				var rows [][]string
				for _, l := range logs {
					took := ""
					if n := len(l.Attempts); n > 0 {
						took = l.Attempts[n-1].Took.Round(time.Millisecond).String()
					}
					next := ""
					if l.State == delivery.Due {
						next = moment(l.Due)
					}
					rows = append(rows, []string{string(l.ID), moment(l.Created), string(l.Message.Type), string(l.State), strconv.Itoa(len(l.Attempts)), number(l.Status), took, next, l.Problem})
				}
				return table(c.out, "Nothing was owed to it yet.", []string{"ID", "CREATED", "TYPE", "STATE", "ATTEMPTS", "STATUS", "TOOK", "NEXT", "PROBLEM"}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	cmd.Flags().BoolVar(&failed, "failed", false, "only those that were given up")
	cmd.Flags().IntVar(&limit, "limit", 20, "how many")
	return cmd
}

// number writes a status, or nothing where there was no answer.
func number(status int) string {
	if status == 0 {
		return "-"
	}
	return strconv.Itoa(status)
}

type loggedAttempt struct {
	At      time.Time `json:"at"`
	Took    string    `json:"took"`
	Status  int       `json:"status,omitempty"`
	Request string    `json:"request"`
	Answer  string    `json:"answer,omitempty"`
	Problem string    `json:"problem,omitempty"`
}

type loggedDelivery struct {
	ID       delivery.ID        `json:"id"`
	Message  delivery.MessageID `json:"message"`
	Type     delivery.Type      `json:"type"`
	State    delivery.State     `json:"state"`
	Created  time.Time          `json:"created"`
	Payload  string             `json:"payload"`
	Attempts []loggedAttempt    `json:"attempts"`
}

func logged(logs []delivery.Log) []loggedDelivery {
	out := make([]loggedDelivery, len(logs))
	for i, l := range logs {
		out[i] = loggedDelivery{l.ID, l.Message.ID, l.Message.Type, l.State, l.Created, string(l.Message.Payload), []loggedAttempt{}}
		for _, a := range l.Attempts {
			out[i].Attempts = append(out[i].Attempts, loggedAttempt{a.At, a.Took.String(), a.Status, a.Request, a.Answer, a.Problem})
		}
	}
	return out
}

func (c *console) webhookResend() *cobra.Command {
	var failedOf string
	var since time.Duration
	cmd := &cobra.Command{
		Use:     "resend [DELIVERY]",
		Short:   "Send a delivery again, or all that were given up",
		Long:    "Sends again, with the same id, so that a receiver that has it already can tell. A serving\nprocess does it at once where both share a queue (redis), and within seconds elsewhere.",
		Example: "  portico webhook resend ID\n  portico webhook resend --failed-of ENDPOINT --since 48h",
		Args:    between(0, "DELIVERY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (failedOf != "") {
				return usageError{"name one delivery, or an endpoint by --failed-of", cmd.CommandPath()}
			}
			return c.with(func(p Program) error {
				n := 1
				var err error
				if failedOf != "" {
					n, err = p.ResendFailed(cmd.Context(), delivery.EndpointID(failedOf), time.Now().Add(-since))
				} else {
					err = p.Resend(cmd.Context(), delivery.ID(args[0]))
				}
				if err == nil {
					fmt.Fprintf(c.out, "To be sent again: %d.\n", n)
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&failedOf, "failed-of", "", "an endpoint, of which everything is sent that was given up")
	cmd.Flags().DurationVar(&since, "since", 7*24*time.Hour, "how far back --failed-of goes")
	return cmd
}

func (c *console) webhookTest() *cobra.Command {
	return &cobra.Command{
		Use:     "test ENDPOINT",
		Short:   "Send a test message",
		Long:    "Owes the endpoint a message of type webhook.test; a serving process sends it within seconds.",
		Example: "  portico webhook test ID",
		Args:    exactly("ENDPOINT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				id, err := p.TestEndpoint(cmd.Context(), delivery.EndpointID(args[0]))
				if err == nil {
					fmt.Fprintf(c.out, "%s will be sent. \"portico webhook deliveries %s\" says what was answered.\n", id, args[0])
				}
				return err
			})
		},
	}
}

func (c *console) webhookRotate() *cobra.Command {
	return &cobra.Command{
		Use:     "rotate ENDPOINT",
		Short:   "Replace the signing secret of an endpoint",
		Long:    "Writes a new signing secret, once. For 24 hours messages are signed with both, so that the\nreceiver can change over without losing one.",
		Example: "  portico webhook rotate ID",
		Args:    exactly("ENDPOINT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				secret, err := p.RotateEndpoint(cmd.Context(), delivery.EndpointID(args[0]))
				if err == nil {
					fmt.Fprintf(c.out, "New signing secret, shown only now: %s\nThe one before signs as well for 24 hours.\n", secret)
				}
				return err
			})
		},
	}
}

func (c *console) webhookSwitch(verb string, on bool) *cobra.Command {
	short, long := "Switch an endpoint on", "Switches an endpoint on. What was due when it went off is sent now."
	if !on {
		short, long = "Switch an endpoint off", "Switches an endpoint off. What is due stays due; what happens meanwhile is not told."
	}
	return &cobra.Command{
		Use: verb + " ENDPOINT", Short: short, Long: long, Example: "  portico webhook " + verb + " ID", Args: exactly("ENDPOINT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error { return p.EnableEndpoint(cmd.Context(), delivery.EndpointID(args[0]), on) })
		},
	}
}
