package app

import (
	"context"
	"path/filepath"

	"portico/cmd/internal/provider"
	"portico/sync/notify"
	"portico/sync/store"
)

// mailer sends by the server of the moment, or keeps mails in the data folder.
func (a *App) mailer(firm *provider.Provider, held func(context.Context) bool) (*notify.Mailer, error) {
	return notify.New(notify.Options{
		Server: firm.Server, Provider: func() string { return firm.Look(context.Background()).Provider.Name },
		Dir: filepath.Join(a.cfg.Data, "mails"), Held: held, Log: a.log, Now: a.now,
	})
}

// firm answers for what administrators decide in the browser.
func (a *App) firm(sys *store.System) *provider.Provider {
	return provider.New(provider.Options{Config: a.cfg, Store: sys, Vault: a.vault, Log: a.log, Now: a.now})
}

// TestMail sends a test mail to an address and names the server that took it.
func (a *App) TestMail(ctx context.Context, to string) (server string, err error) {
	sys, err := a.system(ctx)
	if err != nil {
		return "", err
	}
	firm := a.firm(sys)
	m, err := a.mailer(firm, held(sys))
	if err != nil {
		return "", err
	}
	s, err := firm.Server(ctx)
	if err != nil {
		return "", err
	}
	return s.String(), m.Check(ctx, s, to)
}
