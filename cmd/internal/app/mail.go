package app

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"portico/cmd/internal/provider"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/notify"
	"portico/sync/store"
	"portico/sync/vault"
)

// mailer sends by the server of the moment, or keeps mails in the data folder.
func (a *App) mailer(firm *provider.Provider, held func(context.Context) bool) (*notify.Mailer, error) {
	return notify.New(notify.Options{
		Server: firm.Server, Look: func(ctx context.Context) notify.Look {
			look := firm.Look(ctx)
			m := notify.Look{Provider: look.Provider.Name}
			m.Colours.Light, m.Colours.LightInk, m.Colours.Dark, m.Colours.DarkInk = look.Brand.Colours()
			return m
		},
		Dir: filepath.Join(a.cfg.Data, "mails"), Held: held, Log: a.log, Now: a.now,
	})
}

// firm answers for what administrators decide in the browser.
func (a *App) firm(sys *store.System) *provider.Provider {
	return provider.New(provider.Options{Config: a.cfg, Store: sys, Vault: a.vault, Log: a.log, Now: a.now})
}

// postman is the worker that sends what is owed.
func (a *App) postman(s *store.Store, firm *provider.Provider) (*notify.Worker, error) {
	sys := s.System()
	m, err := a.mailer(firm, held(sys))
	if err != nil {
		return nil, err
	}
	key, err := a.unsubscribeKey()
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(a.cfg.Provider.Zone)
	if err != nil {
		return nil, fault.Wrap(fault.Setup, "read provider.zone", err)
	}
	return notify.NewWorker(notify.WorkerOptions{
		Mailer: m, Store: sys, People: sys, Records: s.Account(), Questions: sys, Guests: sys, Endpoints: sys, Open: func(id notice.ID, sealed string) (string, error) {
			text, err := a.vault.Open(letterbox(id), sealed)
			return text.Reveal(), err
		},
		BaseURL: strings.TrimSuffix(a.cfg.URL(), "/"), Key: key, Zone: zone, Log: a.log, Now: a.now,
	}), nil
}

// unsubscribeKey signs the marks in mails; every process has the same.
func (a *App) unsubscribeKey() ([]byte, error) { return a.vault.Derive("unsubscribe") }

// letterbox is where what a letter says belongs in the vault.
func letterbox(id notice.ID) vault.Place {
	return vault.Place{Purpose: "letter", Field: string(id)}
}

// letters owes people mails; ring says that one is due.
func (a *App) letters(sys *store.System, ring func()) notify.Letters {
	return notify.Letters{Owe: sys.OweLetter, Ring: ring, Log: a.log, Now: a.now,
		Seal: func(id notice.ID, text string) (string, error) {
			return a.vault.Seal(letterbox(id), vault.NewSecret(text))
		}}
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

// MailStatus says what waits and what was given up.
func (a *App) MailStatus(ctx context.Context) (notice.Report, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return notice.Report{}, err
	}
	return sys.MailReport(ctx)
}

// SourceMails lets the source of a connection mail clients about what happens in
// it, instead of Portico.
func (a *App) SourceMails(ctx context.Context, name string, yes bool) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	c, err := sys.ConnectionNamed(ctx, name)
	if err != nil {
		return err
	}
	return sys.SourceMails(ctx, c.ID, yes)
}
