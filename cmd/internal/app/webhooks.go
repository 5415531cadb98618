package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"portico/sync/delivery"
	"portico/sync/egress"
	"portico/sync/fault"
	"portico/sync/jobs"
	"portico/sync/store"
	"portico/sync/vault"
	"portico/sync/webhook"
)

// webhookPurpose separates the secrets of endpoints from anything else sealed.
const webhookPurpose = "webhook"

// tellPerHost is how many connections are kept to a host: several endpoints may
// be on one, and each is sent eight messages at once.
const tellPerHost = 64

// seat is where a part of an endpoint belongs in the vault.
func seat(id delivery.EndpointID, part string) vault.Place {
	return vault.Place{Purpose: webhookPurpose, Field: string(id) + " " + part}
}

// teller is the worker that tells back-office systems.
func (a *App) teller(sys *store.System, committed func()) (*webhook.Worker, error) {
	policy, err := egress.Public(a.cfg.Webhooks.Allow...)
	if err != nil {
		return nil, err
	}
	client, err := egress.Client(egress.Options{Policy: policy, PerHost: tellPerHost})
	if err != nil {
		return nil, err
	}
	client.Transport = wall{sys, client.Transport}
	return webhook.New(webhook.Options{Store: sys, Keys: a.endpointKeys, Client: client, Committed: committed, Log: a.log, Now: a.now}), nil
}

// endpointKeys unseals what requests to an endpoint are made with.
func (a *App) endpointKeys(_ context.Context, e delivery.Endpoint) (webhook.Keys, error) {
	secret, err := a.vault.Open(seat(e.ID, "secret"), e.Secret)
	if err != nil {
		return webhook.Keys{}, err
	}
	keys := webhook.Keys{Secrets: []string{secret.Reveal()}}
	if e.OldSecret != "" && a.now().Before(e.OldUntil) {
		old, err := a.vault.Open(seat(e.ID, "secret"), e.OldSecret)
		if err != nil {
			return keys, err
		}
		keys.Secrets = append(keys.Secrets, old.Reveal())
	}
	if e.Headers == "" {
		return keys, nil
	}
	headers, err := a.vault.Open(seat(e.ID, "headers"), e.Headers)
	if err != nil {
		return keys, err
	}
	return keys, fault.Wrap(fault.Internal, "decode headers", json.Unmarshal([]byte(headers.Reveal()), &keys.Headers))
}

// Endpoints lists who is told.
func (a *App) Endpoints(ctx context.Context) ([]delivery.Endpoint, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return nil, err
	}
	return sys.Endpoints(ctx)
}

// AddEndpoint adds a subscriber to one account's events, or to all of them when
// account is "". The secret is returned once and never shown again.
func (a *App) AddEndpoint(ctx context.Context, e delivery.Endpoint, account string, headers map[string]string) (delivery.Endpoint, string, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return e, "", err
	}
	if account != "" {
		info, err := accountNamed(ctx, sys, account)
		if err != nil {
			return e, "", err
		}
		e.Account = info.ID
	}
	return subscribers{sys, a}.add(ctx, e, headers, "")
}

func canonical(headers map[string]string) map[string]string {
	out := make(map[string]string, len(headers))
	for name, value := range headers {
		out[http.CanonicalHeaderKey(name)] = value
	}
	return out
}

// RotateEndpoint returns a fresh secret, once. The one before signs as well for
// a day.
func (a *App) RotateEndpoint(ctx context.Context, id delivery.EndpointID) (string, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return "", err
	}
	return subscribers{sys, a}.rotate(ctx, id, "")
}

// EnableEndpoint switches an endpoint on or off.
func (a *App) EnableEndpoint(ctx context.Context, id delivery.EndpointID, on bool) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	if on {
		return a.rung(ctx, sys.EnableEndpoint(ctx, id))
	}
	return sys.DisableEndpoint(ctx, id, "Switched off by hand.")
}

// ringTellers has what is owed to endpoints delivered now, by this process when
// it serves, or by any that shares the queue. Beside an embedded portal nobody
// can be rung: its sweep finds what is owed within seconds.
func (a *App) ringTellers(ctx context.Context) {
	task := jobs.Task{Name: jobs.DeliverWebhooks}
	a.mu.Lock()
	ring := a.ring
	a.mu.Unlock()
	if ring != nil {
		ring(ctx, task)
		return
	}
	redis, err := redisOf(a.cfg)
	if err != nil || redis == nil {
		return // the setting is checked where it is needed
	}
	queue, err := jobs.Open(redis, a.log)
	if err == nil {
		err = errors.Join(queue.Enqueue(ctx, task), queue.Close())
	}
	if err != nil {
		a.log.Warn("nobody was rung to deliver webhooks; the sweep finds them", "error", err)
	}
}

// rung passes on what was owed, and rings when it was.
func (a *App) rung(ctx context.Context, err error) error {
	if err == nil {
		a.ringTellers(ctx)
	}
	return err
}

// TestEndpoint owes an endpoint a test message.
func (a *App) TestEndpoint(ctx context.Context, id delivery.EndpointID) (delivery.MessageID, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return "", err
	}
	m, err := sys.SendTest(ctx, id)
	return m, a.rung(ctx, err)
}

// Deliveries lists the newest deliveries of an endpoint.
func (a *App) Deliveries(ctx context.Context, id delivery.EndpointID, state delivery.State, limit int) ([]delivery.Log, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := sys.Endpoint(ctx, id); err != nil {
		return nil, err
	}
	return sys.Deliveries(ctx, id, state, limit)
}

// Resend owes one delivery again.
func (a *App) Resend(ctx context.Context, id delivery.ID) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	return a.rung(ctx, sys.Resend(ctx, id))
}

// ResendFailed owes everything again that was given up since a moment.
func (a *App) ResendFailed(ctx context.Context, id delivery.EndpointID, since time.Time) (int, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := sys.Endpoint(ctx, id); err != nil {
		return 0, err
	}
	n, err := sys.ResendFailed(ctx, id, since)
	return n, a.rung(ctx, err)
}
