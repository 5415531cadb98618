package app

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"portico/cmd/internal/demo"
	"portico/connectors/vendorfake/caldav"
	"portico/connectors/vendorfake/stripe"
	"portico/sync/fault"
	"portico/sync/remote"
)

// fake is a system of the demo beside its help desk: what it is connected by, and
// what it keeps of itself.
type fake struct {
	http.Handler
	connection remote.Connection // without what depends on its address
	path       string            // of the settings' address, below the fake's
	secrets    map[string]string
	company    func(account int) string // what a client is called there

	fill func() error
	save func() ([]byte, error)
	load func([]byte) error

	mu   sync.Mutex
	file string
	fail context.CancelCauseFunc
}

// systems are the fakes of the demo beside its help desk, empty.
func (a *App) systems() []*fake {
	billing := stripe.New(a.now, demo.BillingKey)
	dates := caldav.New(caldav.Options{User: demo.DatesUser, Password: demo.DatesPassword, Clock: a.now})
	return []*fake{
		{Handler: billing, connection: remote.Connection{Connector: "stripe", Name: demo.Billing, Settings: map[string]string{}},
			secrets: map[string]string{"key": demo.BillingKey}, company: demo.Payer, file: "billing.json",
			fill: func() error { demo.FillBilling(billing, a.now()); return nil }, save: billing.Shelf.Save, load: billing.Shelf.Load},
		{Handler: dates, path: "/dav/", secrets: map[string]string{"password": demo.DatesPassword}, company: demo.Category, file: "dates.json",
			connection: remote.Connection{Connector: "caldav", Name: demo.Dates, Settings: map[string]string{"user": demo.DatesUser, "zone": demo.Zone}},
			fill:       func() error { return demo.FillDates(dates, a.now()) }, save: dates.Save, load: dates.Load},
	}
}

// ServeHTTP keeps what a write has changed, so that it survives a restart.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Handler.ServeHTTP(w, r)
	if r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodDelete {
		if err := f.keep(); err != nil {
			f.fail(fault.Wrap(fault.Unavailable, "keep what the demo's "+f.connection.Name+" holds", err))
		}
	}
}

// keep writes the state whole or not at all.
func (f *fake) keep() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	data, err := f.save()
	if err == nil {
		err = os.WriteFile(f.file+".new", data, 0o600)
	}
	if err == nil {
		err = os.Rename(f.file+".new", f.file)
	}
	return err
}

// open fills the fake, or brings back what it held, and has it answer at a free
// port of this machine until ctx ends.
func (f *fake) open(ctx context.Context, folder string, failed context.CancelCauseFunc) error {
	f.file, f.fail = filepath.Join(folder, f.file), failed
	data, err := os.ReadFile(f.file)
	switch {
	case err == nil:
		err = f.load(data)
	case errors.Is(err, fs.ErrNotExist):
		if err = f.fill(); err == nil {
			err = f.keep()
		}
	}
	if err != nil {
		return fault.Wrap(fault.Setup, "start the demo's "+f.connection.Name, err)
	}
	var listen net.ListenConfig
	ln, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fault.Wrap(fault.Setup, "start the demo's "+f.connection.Name, err)
	}
	f.connection.AllowPrivate = ln.Addr().String()
	f.connection.Settings["url"] = (&url.URL{Scheme: "http", Host: f.connection.AllowPrivate, Path: f.path}).String()
	srv := &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	go func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			failed(fault.Wrap(fault.Unavailable, "the demo's "+f.connection.Name, err))
		}
	}()
	return nil
}

// furnishSystem connects a fake once, with its companies matched, and points the
// connection at where it listens this time.
func (a *App) furnishSystem(ctx context.Context, f *fake) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	c := f.connection
	have, err := sys.ConnectionNamed(ctx, c.Name)
	if err == nil {
		if err := sys.SetSettings(ctx, have.ID, c.Settings); err != nil {
			return err
		}
		return sys.SetAllowPrivate(ctx, have.ID, c.AllowPrivate)
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if _, err := a.AddConnection(ctx, c, f.secrets); err != nil {
		return err
	}
	if _, err := a.Discover(ctx, c.Name); err != nil {
		return err
	}
	if _, err := a.Pull(ctx, c.Name, nil, false, nil); err != nil {
		return err
	}
	for i, account := range demo.Accounts {
		if _, err := a.Match(ctx, c.Name, f.company(i), account.Name); err != nil {
			return err
		}
	}
	return nil
}
