package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/url"
	"time"

	"github.com/google/uuid"

	"portico/sync/access"
	"portico/sync/delivery"
	"portico/sync/egress"
	"portico/sync/fault"
	"portico/sync/store"
	"portico/sync/vault"
	"portico/sync/webhook"
)

// lookTime is how long the address of an endpoint is looked up while somebody waits.
const lookTime = 2 * time.Second

// subscribers is the work on endpoints, the same for the command line, the pages
// and the API.
type subscribers struct {
	*store.System
	app *App
}

// checkEndpoint refuses an endpoint that cannot work, and one at an address that
// is never dialled.
func (a *App) checkEndpoint(ctx context.Context, e delivery.Endpoint, headers map[string]string) error {
	if err := webhook.Check(e, headers, a.cfg.Webhooks.Allow); err != nil {
		return err
	}
	policy, err := egress.Public(a.cfg.Webhooks.Allow...)
	if err != nil {
		return err
	}
	u, err := url.Parse(e.URL)
	if err != nil {
		return fault.Wrap(fault.Internal, "read an address that was checked", err)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if err := policy.Check(ctx, net.DefaultResolver, net.JoinHostPort(u.Hostname(), port)); err != nil {
		return fault.New(fault.Invalid, "The endpoint cannot be set up like this.").Field("url", fault.Public(err)).Because("judge the address", err)
	}
	return nil
}

// secretOf is the signing secret that is made under a seed, the same every time;
// without a seed it is a fresh one.
func (a *App) secretOf(seed string) (string, error) {
	if seed == "" {
		return webhook.NewSecret(), nil
	}
	key, err := a.vault.Derive("webhook secret " + seed)
	return "whsec_" + base64.StdEncoding.EncodeToString(key), err
}

// add stores a new endpoint. Under a seed it is made once, and the second time it
// is only shown again.
func (u subscribers) add(ctx context.Context, e delivery.Endpoint, headers map[string]string, seed string) (delivery.Endpoint, string, error) {
	a := u.app
	if err := a.checkEndpoint(ctx, e, headers); err != nil {
		return e, "", err
	}
	secret, err := a.secretOf(seed)
	if err != nil {
		return e, "", err
	}
	e.ID = delivery.EndpointID(seed)
	if seed == "" {
		e.ID = delivery.NewEndpointID()
	} else if made, err := u.Endpoint(ctx, e.ID); err == nil || !fault.Is(err, fault.NotFound) {
		return made, secret, err
	}
	if err := u.keep(ctx, e, headers, secret); err != nil {
		return e, "", err
	}
	e, err = u.Endpoint(ctx, e.ID)
	return e, secret, err
}

// keep stores an endpoint that was checked, with its secret and headers sealed.
func (u subscribers) keep(ctx context.Context, e delivery.Endpoint, headers map[string]string, secret string) (err error) {
	if e.Secret, err = u.app.vault.Seal(seat(e.ID, "secret"), vault.NewSecret(secret)); err != nil {
		return err
	}
	if e.Headers, err = u.app.sealHeaders(e.ID, headers); err != nil {
		return err
	}
	return u.CreateEndpoint(ctx, e)
}

// MakeEndpoint stores a new endpoint under the id that its form has. The secret is
// fresh: a form that is sent again must not show the one before.
func (u subscribers) MakeEndpoint(ctx context.Context, s access.Scope, e delivery.Endpoint, headers map[string]string) (string, error) {
	if uuid.Validate(string(e.ID)) != nil {
		return "", fault.New(fault.Invalid, "The form has lost its key. Open it anew.")
	}
	by := u.as(ctx, s)
	if _, err := by.Endpoint(ctx, e.ID); err == nil {
		return "", fault.New(fault.Conflict, "This form has made an endpoint, whose secret was shown once. Replace the secret if you have lost it.")
	} else if !fault.Is(err, fault.NotFound) {
		return "", err
	}
	if err := u.app.checkEndpoint(ctx, e, headers); err != nil {
		return "", err
	}
	secret := webhook.NewSecret()
	return secret, by.keep(ctx, e, headers, secret)
}

func (a *App) sealHeaders(id delivery.EndpointID, headers map[string]string) (string, error) {
	if len(headers) == 0 {
		return "", nil
	}
	text, err := json.Marshal(canonical(headers))
	if err != nil {
		return "", fault.Wrap(fault.Internal, "encode headers", err)
	}
	return a.vault.Seal(seat(id, "headers"), vault.NewSecret(string(text)))
}

// rotate replaces the secret of an endpoint; under a seed, once.
func (u subscribers) rotate(ctx context.Context, id delivery.EndpointID, seed string) (string, error) {
	a := u.app
	secret, err := a.secretOf(seed)
	if err != nil {
		return "", err
	}
	e, err := u.Endpoint(ctx, id)
	if err != nil {
		return "", err
	}
	if now, err := a.vault.Open(seat(id, "secret"), e.Secret); err == nil && now.Reveal() == secret {
		return secret, nil
	}
	sealed, err := a.vault.Seal(seat(id, "secret"), vault.NewSecret(secret))
	if err != nil {
		return "", err
	}
	return secret, u.System.RotateEndpoint(ctx, id, sealed)
}

// as is the same work in the name of who asks.
func (u subscribers) as(ctx context.Context, s access.Scope) subscribers {
	return subscribers{u.As(s, origin(ctx)), u.app}
}

// AddEndpoint is add, in the name of who asks.
func (u subscribers) AddEndpoint(ctx context.Context, s access.Scope, e delivery.Endpoint, headers map[string]string, seed string) (delivery.Endpoint, string, error) {
	return u.as(ctx, s).add(ctx, e, headers, seed)
}

// RotateEndpoint is rotate, in the name of who asks.
func (u subscribers) RotateEndpoint(ctx context.Context, s access.Scope, id delivery.EndpointID, seed string) (string, error) {
	return u.as(ctx, s).rotate(ctx, id, seed)
}

// ChangeEndpoint stores what is told to whom; nil headers keep those that are there.
func (u subscribers) ChangeEndpoint(ctx context.Context, s access.Scope, e delivery.Endpoint, headers map[string]string) error {
	by := u.as(ctx, s)
	before, err := by.Endpoint(ctx, e.ID)
	if err != nil {
		return err
	}
	if err := u.app.checkEndpoint(ctx, e, headers); err != nil {
		return err
	}
	e.Headers = before.Headers
	if headers != nil {
		if e.Headers, err = u.app.sealHeaders(e.ID, headers); err != nil {
			return err
		}
	}
	if err := by.System.ChangeEndpoint(ctx, e); err != nil {
		return err
	}
	if e.Enabled == before.Enabled {
		return nil
	}
	return by.SwitchEndpoint(ctx, s, e.ID, e.Enabled)
}

// SwitchEndpoint switches an endpoint on or off, in the name of who asks.
func (u subscribers) SwitchEndpoint(ctx context.Context, s access.Scope, id delivery.EndpointID, on bool) error {
	by := u.as(ctx, s)
	if on {
		return u.app.rung(ctx, by.EnableEndpoint(ctx, id))
	}
	return by.DisableEndpoint(ctx, id, "Switched off by hand.")
}

// RemoveEndpoint takes an endpoint away, in the name of who asks.
func (u subscribers) RemoveEndpoint(ctx context.Context, s access.Scope, id delivery.EndpointID) error {
	return u.as(ctx, s).System.RemoveEndpoint(ctx, id)
}

// TestEndpoint owes an endpoint a test message, and rings.
func (u subscribers) TestEndpoint(ctx context.Context, id delivery.EndpointID) (delivery.MessageID, error) {
	m, err := u.SendTest(ctx, id)
	return m, u.app.rung(ctx, err)
}

// ResendOf owes one delivery of an endpoint again, and rings.
func (u subscribers) ResendOf(ctx context.Context, e delivery.EndpointID, id delivery.ID) error {
	return u.app.rung(ctx, u.System.ResendOf(ctx, e, id))
}

// ResendFailed owes everything again that was given up since a moment, and rings.
func (u subscribers) ResendFailed(ctx context.Context, e delivery.EndpointID, since time.Time) (int, error) {
	n, err := u.System.ResendFailed(ctx, e, since)
	return n, u.app.rung(ctx, err)
}
