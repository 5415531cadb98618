// Package provider is what the firm that runs this Portico has decided: how mail
// leaves, how it appears and what is asked of people who sign in. It promises one order: what the configuration names
// counts; then what an administrator saved in the browser; then the default. What
// one process saves holds in every other within seconds. A password is sealed for
// the server and user it was typed for, and is never sent to another one. It hides
// where settings are kept and how long they are remembered.
package provider

import (
	"context"
	"log/slog"
	"time"

	"portico/config"
	"portico/portal/admin/settings"
	"portico/sync/notify"
	"portico/sync/vault"
)

// Options are what a Provider works with; all are needed.
type Options struct {
	Config config.Config
	Store  Store
	Vault  *vault.Vault
	Log    *slog.Logger
	Now    func() time.Time
}

// Provider answers for everything that administrators decide in the browser. It is
// safe for concurrent use.
type Provider struct {
	o          Options
	mail       *group[mailDocument]
	branding   *group[brandingDocument]
	entry      *group[settings.Entry]
	legal      *group[settings.Legal]
	appearance appearance
	// check sends a test mail, see notify.Mailer.Check.
	check func(ctx context.Context, s notify.Server, to string) error
}

// Checked sets what sends test mails, and returns the Provider. It is called
// before pages are served; the mailer asks the Provider for its server, so that
// neither can be made after the other.
func (p *Provider) Checked(check func(ctx context.Context, s notify.Server, to string) error) *Provider {
	p.check = check
	return p
}

// New reads nothing yet.
func New(o Options) *Provider {
	return &Provider{o: o,
		mail:     newGroup[mailDocument](o.Store, "mail", o.Now),
		branding: newGroup[brandingDocument](o.Store, "branding", o.Now),
		entry:    newGroup[settings.Entry](o.Store, "entry", o.Now),
		legal:    newGroup[settings.Legal](o.Store, "legal", o.Now),
	}
}

// fixed says which of the keys, by the name of their field, the configuration
// decides, and where.
func (p *Provider) fixed(keys map[string]string) map[string]string {
	out := map[string]string{}
	for field, key := range keys {
		if place := p.o.Config.Origin(key); place != "default" {
			out[field] = place
		}
	}
	return out
}
