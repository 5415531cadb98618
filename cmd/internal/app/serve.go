package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"portico/portal"
	"portico/portal/live"
	"portico/portal/ui/assets"
	"portico/sync/fault"
	"portico/sync/store"
)

// drainHTTP is how long open requests may finish when the program ends.
const drainHTTP = 8 * time.Second

// Serve runs the portal and its workers until ctx ends, then drains: first no
// new requests, then no new work, then the relay, last the database.
func (a *App) Serve(ctx context.Context, demo bool, out io.Writer) error {
	if demo {
		return a.serveDemo(ctx, out)
	}
	return a.serve(ctx, duty{pages: true, work: true}, out)
}

// ServePages is Serve without pulls and actions: processes that Work see to them.
func (a *App) ServePages(ctx context.Context, out io.Writer) error {
	return a.serve(ctx, duty{pages: true}, out)
}

// Work runs pulls, actions, relay and clock until ctx ends, and serves no pages.
func (a *App) Work(ctx context.Context, out io.Writer) error {
	return a.serve(ctx, duty{work: true}, out)
}

// duty is what a process of many does.
type duty struct{ pages, work bool }

func (a *App) serve(ctx context.Context, d duty, out io.Writer) error {
	if err := a.alone(d); err != nil {
		return err
	}
	s, release, err := a.begin(ctx, d)
	if err != nil {
		return err
	}
	defer release()
	return a.run(ctx, s, d, nil, func(address string) {
		if !d.pages {
			fmt.Fprintf(out, "%s works\n", a.cfg.Provider.Name)
			return
		}
		fmt.Fprintf(out, "%s is served at %s (listening on %s)\n", a.cfg.Provider.Name, a.cfg.URL(), address)
		if err := a.announce(ctx, s.System(), out); err != nil {
			a.log.Error("no token for the first run was made; a restart tries again", "error", err)
		}
	})
}

// alone refuses half of the duties to a process that has nobody to share with.
func (a *App) alone(d duty) error {
	if d.pages && d.work || a.cfg.Database.Postgres() && a.cfg.Redis != "" {
		return nil
	}
	return fault.New(fault.Setup, "Pages and work can be parted only where processes share a database and a queue. Set database.url and redis, or let one `portico serve` do both.")
}

// begin opens the database for a process that stays. A data folder with SQLite
// in it is for one such process; PostgreSQL is for any number.
func (a *App) begin(ctx context.Context, d duty) (*store.Store, func(), error) {
	if d.pages && !assets.Built() {
		return nil, nil, fault.New(fault.Setup, "The styles and scripts of the pages are not built into this program. Run `make assets`, then build again.")
	}
	many := a.cfg.Database.Postgres()
	s, err := a.open(ctx, !many || a.cfg.Database.OwnerURL != "")
	if err != nil {
		return nil, nil, err
	}
	if many { // the leases of others are theirs, and end by themselves
		return s, func() {}, a.renew(ctx, s.System())
	}
	lock := flock.New(filepath.Join(a.cfg.Data, "serve.lock"))
	ok, err := lock.TryLock()
	if err != nil || !ok {
		return nil, nil, fault.Newf(fault.Setup, "Another Portico serves the data folder %s already. Stop it first, or give this one another folder (data).", a.cfg.Data).
			Because("lock the data folder", err)
	}
	if err := errors.Join(s.System().Reclaim(ctx), a.renew(ctx, s.System())); err != nil {
		_ = lock.Unlock()
		return nil, nil, err
	}
	return s, func() { _ = lock.Unlock() }, nil
}

// renew brings the streams of every connection up to what its connector has now.
func (a *App) renew(ctx context.Context, sys *store.System) error {
	list, err := sys.Connections(ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		connector, ok := a.connector(c.Connector)
		if !ok {
			a.log.Warn("a connection's connector is not part of this program; it rests", "connection", c.Name, "connector", c.Connector)
			continue
		}
		if err := sys.EnsureStreams(ctx, c.ID, tailored(connector, c.Settings).Streams); err != nil {
			return err
		}
	}
	return nil
}

// run does its duty until ctx ends. show is nil but in the demo; started is told
// the address once it listens.
func (a *App) run(ctx context.Context, s *store.Store, d duty, show *showing, started func(address string)) error {
	if err := a.tellHold(ctx, s.System()); err != nil {
		return err
	}
	firm := a.firm(s.System())
	w, err := a.newWorkers(s, firm)
	if err != nil {
		return err
	}
	defer w.close()
	w.elsewhere = !d.work
	beside := []func(context.Context) error{w.relay.Run, a.follow(s.System())}
	if !d.pages {
		if beside, _, err = a.exhibit(ctx, beside, s, w); err != nil {
			return err
		}
		started("")
		return a.together(ctx, w, d, beside, nil)
	}
	beside, served, err := a.exhibit(ctx, beside, s, w)
	if err != nil {
		return err
	}
	var draining atomic.Bool
	hub := live.New(live.Options{Events: w.bus, Log: a.log, Now: a.now})
	handler, err := a.site(s, w, firm, show, hub, watch{served: served, ready: func(ctx context.Context) error {
		if draining.Load() {
			return fault.New(fault.Unavailable, "The portal is being restarted. Try again in a moment.")
		}
		return s.Ping(ctx)
	}})
	if err != nil {
		return err
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", a.cfg.Listen)
	if err != nil {
		return fault.Newf(fault.Setup, "Cannot listen on %s: %v. Choose another address (listen, or PORTICO_LISTEN).", a.cfg.Listen, err)
	}
	server := portal.NewServer(a.cfg.Listen, handler, a.log)
	server.RegisterOnShutdown(hub.Close) // or the server would wait for every open page
	started(listener.Addr().String())
	return a.together(ctx, w, d, append(beside, hub.Run), &front{server, listener, &draining})
}

// front is the pages' part of a process.
type front struct {
	*http.Server
	listener net.Listener
	draining *atomic.Bool
}

// close lets no request begin and waits for those under way.
func (a *App) close(ctx context.Context, s *front) {
	if s == nil {
		return
	}
	s.draining.Store(true)
	closing, cancel := context.WithTimeout(ctx, drainHTTP)
	defer cancel()
	if err := s.Shutdown(closing); err != nil {
		a.log.Warn("some requests did not end in time", "error", err)
	}
}

// together starts everything and stops it in order. What runs beside the pages
// outlives ctx until the requests and the work under way have ended.
func (a *App) together(ctx context.Context, w *workers, d duty, beside []func(context.Context) error, pages *front) error {
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	g, failed := errgroup.WithContext(ctx)
	if d.work {
		if err := w.server.Start(); err != nil {
			return err
		}
		g.Go(func() error { return w.clock.Run(failed) })
		g.Go(func() error { return a.tidy(failed, w.sys) })
		g.Go(func() error { return a.sequence(failed, w.sys) })
		// To the end of the drain: work under way is this process's until then.
		g.Go(func() error { return a.attend(behind, w) })
	}
	for _, run := range beside {
		g.Go(func() error { return run(behind) })
	}
	if pages != nil {
		g.Go(func() error {
			if err := pages.Serve(pages.listener); !errors.Is(err, http.ErrServerClosed) {
				return fault.Wrap(fault.Unavailable, "serve pages", err)
			}
			return nil
		})
	}
	g.Go(func() error {
		<-failed.Done()
		a.log.Info("draining")
		defer stop()
		a.close(behind, pages)
		if !d.work {
			return nil
		}
		return w.drain(behind)
	})
	return g.Wait()
}
