package app

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
	"portico/sync/vault"
)

// learned keeps what a system tells by itself about how its webhooks are signed.
func (a *App) learned(sys *store.System) func(context.Context, record.ConnectionID, string, string) (bool, error) {
	return func(ctx context.Context, id record.ConnectionID, field, text string) (bool, error) {
		box, err := a.vault.Seal(place(id, field), vault.NewSecret(text))
		if err != nil {
			return false, fault.At("seal "+field, err)
		}
		return sys.LearnSecret(ctx, id, field, []byte(box))
	}
}

// hookAddress is where the system of a connection sends what changed.
func (a *App) hookAddress(id record.ConnectionID) string {
	return strings.TrimSuffix(a.cfg.URL(), "/") + "/hooks/" + id.String()
}

// Hearing implements connections.Hooking.
func (f fitter) Hearing(ctx context.Context, id record.ConnectionID) (connections.Hearing, error) {
	counts, err := f.sys.HookCounts(ctx, id)
	return connections.Hearing{Address: f.app.hookAddress(id), Counts: counts}, err
}

// KeepHookSecret implements connections.Hooking.
func (f fitter) KeepHookSecret(ctx context.Context, s access.Scope, id record.ConnectionID, name, text string, beside bool) error {
	sys, err := f.on(ctx, s, id)
	if err != nil {
		return err
	}
	return f.app.keepHookSecret(ctx, sys, id, name, text, beside)
}

// MakeHookSecret implements connections.Hooking.
func (f fitter) MakeHookSecret(ctx context.Context, s access.Scope, id record.ConnectionID, name string, beside bool) (string, error) {
	made := newHookSecret()
	return made, f.KeepHookSecret(ctx, s, id, name, made, beside)
}

// ForgetHookSecret implements connections.Hooking.
func (f fitter) ForgetHookSecret(ctx context.Context, s access.Scope, id record.ConnectionID, name string) error {
	sys, err := f.on(ctx, s, id)
	if err != nil {
		return err
	}
	if _, err := f.app.hookSecret(ctx, sys, id, name); err != nil {
		return err
	}
	return sys.DropSecret(ctx, id, name)
}

// newHookSecret has 256 bits or more, in characters that every system takes.
func newHookSecret() string { return rand.Text() + rand.Text() }

// hookSecret finds a secret of a connection's webhooks. No other credential can be
// touched by its name.
func (a *App) hookSecret(ctx context.Context, sys *store.System, id record.ConnectionID, name string) (remote.HookSecret, error) {
	c, err := sys.Connection(ctx, id)
	if err != nil {
		return remote.HookSecret{}, err
	}
	if connector, ok := a.connector(c.Connector); ok && connector.Spec().Webhooks != nil {
		for _, s := range connector.Spec().Webhooks.Secrets {
			if s.Name == name {
				return s, nil
			}
		}
	}
	return remote.HookSecret{}, fault.Newf(fault.NotFound, "%s has no webhook secret %q.", c.Name, name)
}

// keepHookSecret seals a secret; beside the newest one before it, where that is wanted.
func (a *App) keepHookSecret(ctx context.Context, sys *store.System, id record.ConnectionID, name, text string, beside bool) error {
	if _, err := a.hookSecret(ctx, sys, id, name); err != nil {
		return err
	}
	if len(strings.Fields(text)) != 1 {
		return fault.New(fault.Invalid, "A webhook secret is one word without spaces.")
	}
	if beside {
		before, err := sources{a, sys, a.log}.secret(ctx, id, name)
		if err != nil && !errors.Is(err, remote.ErrNoSecret) {
			return err
		}
		if words := strings.Fields(before); len(words) > 0 && words[0] != text {
			text += " " + words[0]
		}
	}
	sealed, err := a.sealed(id, map[string]string{name: text})
	if err != nil {
		return err
	}
	return sys.PutSecret(ctx, id, name, sealed[name])
}

// HookAddress says where the system of a connection sends what changed, what to do
// there, and what became of what it sent.
func (a *App) HookAddress(ctx context.Context, name string) (address string, spec *remote.WebhookSpec, counts run.HookCounts, err error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return "", nil, counts, err
	}
	spec = o.connector.Spec().Webhooks
	if spec == nil {
		return "", nil, counts, fault.Newf(fault.Invalid, "%s sends nothing by itself.", o.connector.Spec().Name)
	}
	counts, err = o.sys.HookCounts(ctx, o.connection.ID)
	return a.hookAddress(o.connection.ID), spec, counts, err
}

// SetHookSecret stores a webhook secret of a connection. An empty text makes one, where
// it is for us to make. It returns what was made, or "".
func (a *App) SetHookSecret(ctx context.Context, name, secret, text string, beside bool) (made string, err error) {
	o, err := a.openNamed(ctx, name)
	if err != nil {
		return "", err
	}
	spec, err := a.hookSecret(ctx, o.sys, o.connection.ID, secret)
	if err != nil {
		return "", err
	}
	if text == "" {
		if !spec.Made {
			return "", fault.Newf(fault.Invalid, "%s is made at the system: give the file that holds it.", spec.Label)
		}
		made = newHookSecret()
		text = made
	}
	return made, a.keepHookSecret(ctx, o.sys, o.connection.ID, secret, text, beside)
}
