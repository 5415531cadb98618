package app

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"portico/portal/ui/assets"
	"portico/sync/fault"
	"portico/sync/remote"
	"portico/sync/store"
)

// Migrate brings the database to this program's schema and names the steps taken.
func (a *App) Migrate(ctx context.Context) ([]string, error) {
	missing, err := a.Pending(ctx)
	if err != nil {
		return nil, err
	}
	_, err = a.open(ctx, true)
	return missing, err
}

// Pending names the steps that Migrate would take, and changes nothing.
func (a *App) Pending(ctx context.Context) ([]string, error) {
	return store.Pending(ctx, a.database())
}

// Doctor tries what the program depends on.
func (a *App) Doctor(ctx context.Context) (remote.Report, error) {
	r := remote.Report{OK: true}
	add := func(name string, err error, fine string) {
		item := remote.ReportItem{Name: name, OK: err == nil, Detail: fine}
		if err != nil {
			r.OK = false
			item.Detail = fault.Public(err)
			if item.Detail == "" {
				item.Detail = err.Error()
			}
		}
		r.Items = append(r.Items, item)
	}
	add("data folder", writable(a.cfg.Data), a.cfg.Data+" can be written")
	sys, err := a.system(ctx)
	add("database and key", err, a.where()+" is at this program's schema, the key opens")
	add("queue and bus", a.tryRedis(ctx), redisDetail(a.cfg))
	add("pages", built(), "styles and scripts are part of this program")
	if err == nil {
		host, err := a.tryMail(ctx, sys)
		add("mail", err, mailDetail(host))
	}
	for _, w := range a.cfg.Warnings() {
		add("configuration", fault.New(fault.Setup, w), "")
	}
	add("backup", nil, a.backedUp())
	if err != nil {
		return r, nil
	}
	// A held copy asks nobody, so that its connections cannot be tried.
	if err := outward(ctx, sys); err != nil {
		add("hold", err, "")
		return r, nil
	}
	a.tryConnections(ctx, add)
	return r, nil
}

// backedUp says when `portico backup` was last run here. That it was not is no
// mistake: there are other ways to back a folder up.
func (a *App) backedUp() string {
	last := a.lastBackup()
	if last.IsZero() {
		return "`portico backup` has made none here"
	}
	return fmt.Sprintf("last made %s ago", a.now().Sub(last).Round(time.Minute))
}

// where names the database without a password.
func (a *App) where() string {
	if u, err := url.Parse(a.cfg.Database.URL); err == nil && a.cfg.Database.Postgres() {
		return "PostgreSQL at " + u.Host + u.Path
	}
	return a.cfg.Database.Path
}

func (a *App) tryConnections(ctx context.Context, add func(string, error, string)) {
	list, err := a.Connections(ctx)
	add("connections", err, fmt.Sprintf("%d configured", len(list)))
	for _, c := range list {
		report, err := a.CheckConnection(ctx, c.Name)
		if err == nil && !report.OK {
			err = fault.Newf(fault.Setup, "Something does not work. `portico connector check %q` says what.", c.Name)
		}
		add(c.Name, err, "signed in as "+report.As)
	}
}

// writable tries a file of its own in the folder.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.Newf(fault.Setup, "%s cannot be made: %v", dir, err)
	}
	probe := filepath.Join(dir, ".doctor")
	if err := os.WriteFile(probe, nil, 0o600); err != nil {
		return fault.Newf(fault.Setup, "%s cannot be written: %v", dir, err)
	}
	return os.Remove(probe)
}

func built() error {
	if assets.Built() {
		return nil
	}
	return fault.New(fault.Setup, "The styles and scripts of the pages are not built in. Run `make assets`, then build again.")
}

func (a *App) tryMail(ctx context.Context, sys *store.System) (host string, err error) {
	s, err := a.firm(sys).Server(ctx)
	if err != nil {
		return "", err
	}
	return s.Host, s.Check()
}

func mailDetail(host string) string {
	if host == "" {
		return "no server is configured: mails are kept as files in the data folder"
	}
	return "settings are complete for " + host
}
