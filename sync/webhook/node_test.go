//go:build node

package webhook_test

import (
	"bufio"
	"context"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"portico/sync/delivery"
	"portico/sync/record"
	"portico/sync/webhook"
)

// receive starts a receiver that verifies with the library that the makers of
// Standard Webhooks publish for Node, and returns its host:port.
func receive(t *testing.T, secrets ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"testdata/receiver/receive.mjs"}, secrets...)...)
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	must(t, cmd.Start())
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the receiver did not start: %v\n%s", err, complaints.String())
	}
	return "127.0.0.1:" + strings.TrimSpace(port)
}

// TestTheLibraryForNodeVerifiesEveryMessage sends each type of the catalogue,
// while a secret is replaced and afterwards.
func TestTheLibraryForNodeVerifiesEveryMessage(t *testing.T) {
	t.Parallel()
	for name, count := range map[string]int{"one secret": 1, "two secrets": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			secrets := []string{webhook.NewSecret(), webhook.NewSecret()}[:count]
			host := receive(t, secrets...)
			e := delivery.Endpoint{ID: delivery.NewEndpointID(), URL: "http://" + host + "/hook", Enabled: true}
			o := &once{claims: everything(t, e), settled: make(chan delivery.Settled, 100)}
			n := len(o.claims)
			worker := webhook.New(webhook.Options{Store: o, Client: guarded(t, host),
				Keys: func(context.Context, delivery.Endpoint) (webhook.Keys, error) {
					return webhook.Keys{Secrets: secrets}, nil
				}})
			t.Cleanup(func() { worker.Drain(context.Background()) })
			worker.Ring(e.ID)
			for range n {
				s := <-o.settled
				if s.Step.State != delivery.Delivered || s.Step.Attempt.Status != http.StatusNoContent {
					t.Errorf("%s: %s %+v", s.Claim.Delivery.Message.Type, s.Step.State, s.Step.Attempt)
				}
			}
		})
	}
}

// once gives its claims away one time and keeps what they came to.
type once struct {
	claims  []delivery.Claim
	settled chan delivery.Settled
}

func (o *once) DueEndpoints(context.Context, time.Time, int) ([]delivery.EndpointID, error) {
	return nil, nil
}

func (o *once) ClaimDeliveries(context.Context, delivery.EndpointID, int, time.Duration) ([]delivery.Claim, time.Time, error) {
	claims := o.claims
	o.claims = nil
	return claims, time.Time{}, nil
}

func (o *once) SettleDeliveries(_ context.Context, _ delivery.EndpointID, list []delivery.Settled) error {
	for _, s := range list {
		o.settled <- s
	}
	return nil
}

// everything is a claim for a message of each type, the texts of which try what
// encodings do to them.
func everything(t *testing.T, e delivery.Endpoint) (claims []delivery.Claim) {
	t.Helper()
	now, account, odd := time.Now(), record.NewAccountID(), "Überweisung „drängt“ \u2028 <b>&amp; 🧾 \\ \" \t"
	r := delivery.Record{ID: record.NewID(), Connection: record.NewConnectionID(), External: odd, Title: odd, Person: odd, Status: odd}
	a := delivery.Action{ID: "a", Ref: "PRT-A", By: odd, Reason: odd, Connection: r.Connection, Recorded: now}
	q := delivery.Approval{ID: "q", Ref: "PRT-Q", Title: odd, AskedBy: odd, Created: now, File: &delivery.File{Name: odd},
		Decision: &delivery.Decision{By: odd, Reason: odd, At: now}}
	list, err := delivery.ForRecords(now, account, record.KindTicket, []delivery.Record{r, {ID: record.NewID(), Deleted: true}}, true)
	must(t, err)
	for _, compose := range []func() (delivery.Message, error){
		func() (delivery.Message, error) { return delivery.ForTicket(now, account, r) },
		func() (delivery.Message, error) { return delivery.ForAction(delivery.ActionConfirmed, now, account, a) },
		func() (delivery.Message, error) { return delivery.ForAction(delivery.ActionRefused, now, account, a) },
		func() (delivery.Message, error) { return delivery.ForAction(delivery.ActionWithdrawn, now, account, a) },
		func() (delivery.Message, error) {
			return delivery.ForApproval(delivery.ApprovalRequested, now, account, q)
		},
		func() (delivery.Message, error) {
			return delivery.ForApproval(delivery.ApprovalDecided, now, account, q)
		},
		func() (delivery.Message, error) { return delivery.ForTest(now, account) },
	} {
		m, err := compose()
		must(t, err)
		list = append(list, m)
	}
	if len(list) != len(delivery.Catalogue()) {
		t.Errorf("%d types of %d are sent", len(list), len(delivery.Catalogue()))
	}
	for _, m := range list {
		claims = append(claims, delivery.Claim{Endpoint: e, Until: now.Add(time.Hour), Delivery: delivery.Delivery{ID: delivery.NewID(), Endpoint: e.ID, Message: m}})
	}
	return claims
}
