package app

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"portico/cmd/internal/provider"
	"portico/portal"
	"portico/portal/admin/settings"
	"portico/portal/assets"
	"portico/portal/home"
	"portico/portal/live"
	"portico/portal/notifications"
	"portico/portal/tickets"
	"portico/portal/ui"
	"portico/sync/fault"
	"portico/sync/store"
)

// watch is who looks at the website from outside.
type watch struct {
	ready  func(context.Context) error
	served func(route, method string, status int, took time.Duration)
}

// site builds the website over the store.
func (a *App) site(s *store.Store, w *workers, firm *provider.Provider, show *showing, hub *live.Hub, by watch) (http.Handler, error) {
	base, err := url.Parse(a.cfg.URL())
	if err != nil {
		return nil, fault.Wrap(fault.Setup, "read base_url", err)
	}
	zone, err := time.LoadLocation(a.cfg.Provider.Zone)
	if err != nil {
		return nil, fault.Wrap(fault.Setup, "read provider.zone", err)
	}
	d := desk{s.Account(), s.System(), w.nudge, a.takes(s.System())}
	frame := ui.FrameOptions{Looks: firm.Look, Footer: firm.Footer, Accounts: d, Approvals: true, Zone: zone, Now: a.now,
		Locale: portal.Locale, Several: portal.Several, Looking: portal.Looking, SignOut: "/signout", Switch: "/accounts", Me: "/me"}
	sys := s.System()
	key, err := a.vault.Derive("recognised browsers")
	if err != nil {
		return nil, err
	}
	unsubscribe, err := a.unsubscribeKey()
	if err != nil {
		return nil, err
	}
	pages := a.pages(s, d, ui.NewFramer(frame), sources{a, sys, a.log})
	letters := a.letters(sys, w.ringMail)
	a.people(&pages, sys, letters, frame)
	a.readiness(&pages, sys, firm, w.ringMail, frame)
	mailer, err := a.mailer(firm, held(sys))
	if err != nil {
		return nil, err
	}
	a.administer(&pages, ui.NewFramer(frame), firm.Checked(mailer.Check))
	a.decisions(&pages, d, frame)
	if err := a.worked(&pages, d, library{a.files, sources{a, sys, a.log}}, frame); err != nil {
		return nil, err
	}
	a.money(&pages, d, ui.NewFramer(frame))
	a.quoted(&pages, d, ui.NewFramer(frame))
	a.ruled(&pages, sys, ui.NewFramer(frame))
	a.staffed(&pages, s, w, ui.NewFramer(frame), zone)
	a.integrate(&pages, s, w.nudge, ui.NewFramer(frame))
	a.connecting(&pages, sys, ui.NewFramer(frame))
	a.tooling(&pages, sys, ui.NewFramer(frame))
	a.matched(&pages, s, ui.NewFramer(frame))
	a.registering(&pages, sys, ui.NewFramer(frame))
	a.examined(&pages, sys, w, ui.NewFramer(frame))
	n := notifications.New(notifications.Options{Choices: d, Holders: sys, Key: unsubscribe, Frame: ui.NewFramer(frame), Plain: frame.Plain})
	pages.Notifications, pages.Notify, pages.Unsubscribe, pages.Unsubscribed = n.Show, n.Choose, n.Unsubscribe, n.Stop
	pages.Events = hub.Serve
	programs, err := a.programs(s, d)
	if err != nil {
		return nil, err
	}
	guide, err := show.tour(frame)
	if err != nil {
		return nil, err
	}
	return portal.New(portal.Options{
		Sessions: sys, People: sys, Users: sys, Resets: sys, Mailed: sys, Own: sys,
		Second: a.secondStep(sys, firm), Setup: a.firstRun(sys, firm, frame), Attempts: sys, Mailer: letters,
		BaseURL: base, Merged: sys.MergedInto, Proxies: a.cfg.ProxyPrefixes(), DeviceKey: key, Demo: show.signers(), Tour: guide, Journal: a.journal(sys),
		Frame: frame, Pages: pages, Hooks: w.intake, API: programs, Ready: by.ready, Degraded: degraded(w), Served: by.served, Log: a.log, Now: a.now,
	})
}

func (a *App) pages(s *store.Store, d desk, frame ui.Framer, from sources) portal.Pages {
	t := tickets.New(tickets.Options{Records: d, Actions: d, Approvals: d, Files: library{a.files, from}, Uploads: a.files, Takes: d.takes.action, Frame: frame})
	h := home.New(home.Options{Records: d, Approvals: d, Days: d, Owing: d, Frame: frame})
	e := assets.New(assets.Options{Records: d, Frame: frame})
	return portal.Pages{
		Home:    h.Home,
		Tickets: t.List, TicketsCSV: t.Export, TicketForm: t.New, TicketCreate: t.Create, Ticket: t.Show,
		TicketReply: t.Reply, TicketClose: t.Close, TicketReopen: t.Reopen,
		Action: t.Progress, ActionWithdraw: t.Withdraw, File: t.File,
		Assets: e.List, AssetsCSV: e.Export, Asset: e.Show,
	}
}

// administer adds the administrator's pages.
func (a *App) administer(p *portal.Pages, frame ui.Framer, firm *provider.Provider) {
	s := settings.New(settings.Options{Mail: firm, Branding: firm, Entry: firm, Legal: firm, LookupTXT: net.DefaultResolver.LookupTXT, Frame: frame})
	p.Mail, p.MailSave, p.MailTest, p.MailRecords = s.Mail, s.SaveMail, s.TryMail, s.CheckRecords
	p.Entry, p.EntrySave = s.Entry, s.SaveEntry
	p.People.Legal, p.People.LegalSave = s.Legal, s.SaveLegal
	p.Branding, p.BrandingSave, p.BrandingShow, p.BrandingSample, p.BrandingSheet = s.Branding, s.SaveBranding, s.PreviewBranding, s.Sample, s.SampleSheet
}
