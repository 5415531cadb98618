package app

import (
	"context"
	"net"

	"portico/cmd/internal/provider"
	"portico/portal"
	"portico/portal/admin/ready"
	"portico/portal/admin/settings"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/store"
)

// practice is everything that has to be ready before people are invited.
type practice struct {
	app  *App
	sys  *store.System
	firm *provider.Provider
	ring func() // that mails are due
}

// readiness adds the list of what has to be done before people are invited.
func (a *App) readiness(to *portal.Pages, sys *store.System, firm *provider.Provider, ring func(), frame ui.FrameOptions) {
	p := ready.New(ready.Options{Practice: practice{a, sys, firm, ring}, Frame: ui.NewFramer(frame)})
	to.People.Ready, to.People.ReadyRecords, to.People.ReadyLaunch = p.Show, p.Records, p.Launch
}

// Facts implements ready.Practice.
func (p practice) Facts(ctx context.Context, s access.Scope) (ready.Facts, error) {
	known, err := p.sys.Readiness(ctx, s)
	if err != nil {
		return ready.Facts{}, err
	}
	mail, err := p.firm.Mail(ctx)
	if err != nil {
		return ready.Facts{}, err
	}
	tested, err := p.firm.MailTested(ctx)
	if err != nil {
		return ready.Facts{}, err
	}
	texts, err := p.firm.Legal(ctx)
	return ready.Facts{Readiness: known, BaseURL: p.app.cfg.URL(), Server: mail.Value.Host, From: mail.Value.From, Tested: tested,
		Backup: p.app.lastBackup(), Terms: texts.Value.Terms != "", Privacy: texts.Value.Privacy != ""}, err
}

// Records implements ready.Practice.
func (p practice) Records(ctx context.Context, c *ui.Chrome, from string) []ready.Record {
	var out []ready.Record
	for _, r := range settings.LookUp(ctx, net.DefaultResolver.LookupTXT, from) {
		state := ready.ToDo
		switch {
		case r.Silent:
			state = ready.Unknown
		case r.Tone == ui.Good || r.Tone == ui.Live:
			state = ready.Done
		}
		out = append(out, ready.Record{Name: r.Name, Text: c.T(r.Word) + ".", State: state})
	}
	return out
}

// LaunchBy implements ready.Practice, and has the mails sent that it owes.
func (p practice) LaunchBy(ctx context.Context, s access.Scope, account record.AccountID, seen, to record.Launch, from action.Origin) error {
	err := p.sys.LaunchBy(ctx, s, account, seen, to, from)
	if err == nil {
		p.ring()
	}
	return err
}
