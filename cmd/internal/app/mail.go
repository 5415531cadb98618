package app

import (
	"context"
	"path/filepath"

	"portico/sync/notify"
)

// mailer sends by the server of the moment, or keeps mails in the data folder.
func (a *App) mailer(held func(context.Context) bool) (*notify.Mailer, error) {
	return notify.New(notify.Options{
		Server: a.mailServer, Provider: a.cfg.Provider.Name,
		Dir: filepath.Join(a.cfg.Data, "mails"), Held: held, Log: a.log, Now: a.now,
	})
}

// mailServer says how mail leaves now; every mail asks it.
func (a *App) mailServer(context.Context) (notify.Server, error) { return a.configured(), nil }

// configured is the mail server of the configuration.
func (a *App) configured() notify.Server {
	c := a.cfg.SMTP
	return notify.Server{Host: c.Host, Port: c.Port, User: c.User, Password: string(c.Password), TLS: c.TLS,
		From: c.From, FromName: a.cfg.Provider.Name}
}

// TestMail sends a test mail to an address and names the server that took it.
func (a *App) TestMail(ctx context.Context, to string) (server string, err error) {
	sys, err := a.system(ctx)
	if err != nil {
		return "", err
	}
	m, err := a.mailer(held(sys))
	if err != nil {
		return "", err
	}
	s, err := a.mailServer(ctx)
	if err != nil {
		return "", err
	}
	return s.String(), m.Check(ctx, s, to)
}
