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

	"portico/connectors"
	"portico/portal"
	"portico/portal/live"
	"portico/portal/signin"
	"portico/portal/ui/assets"
	"portico/sync/fault"
	"portico/sync/store"
)

// drainHTTP is how long open requests may finish when the program ends.
const drainHTTP = 15 * time.Second

// Serve runs the portal and its workers until ctx ends, then drains: first no
// new requests, then no new work, then the relay, last the database.
func (a *App) Serve(ctx context.Context, demo bool, out io.Writer) error {
	if demo {
		return a.serveDemo(ctx, out)
	}
	s, release, err := a.begin(ctx)
	if err != nil {
		return err
	}
	defer release()
	return a.run(ctx, s, nil, func(address string) {
		fmt.Fprintf(out, "%s is served at %s (listening on %s)\n", a.cfg.Provider.Name, a.cfg.URL(), address)
	})
}

// begin takes the data folder for this process and opens what is in it.
func (a *App) begin(ctx context.Context) (*store.Store, func(), error) {
	if !assets.Built() {
		return nil, nil, fault.New(fault.Setup, "The styles and scripts of the pages are not built into this program. Run `make assets`, then build again.")
	}
	s, err := a.open(ctx, true)
	if err != nil {
		return nil, nil, err
	}
	lock := flock.New(filepath.Join(a.cfg.Data, "serve.lock"))
	ok, err := lock.TryLock()
	if err != nil || !ok {
		return nil, nil, fault.Newf(fault.Setup, "Another Portico serves the data folder %s already. Stop it first, or give this one another folder (data).", a.cfg.Data).
			Because("lock the data folder", err)
	}
	if err := a.recover(ctx, s.System()); err != nil {
		_ = lock.Unlock()
		return nil, nil, err
	}
	return s, func() { _ = lock.Unlock() }, nil
}

// recover ends the leases of a process that died and brings the streams of
// every connection up to what its connector has now.
func (a *App) recover(ctx context.Context, sys *store.System) error {
	if err := sys.Reclaim(ctx); err != nil {
		return err
	}
	list, err := sys.Connections(ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		connector, ok := connectors.Find(c.Connector)
		if !ok {
			a.log.Warn("a connection's connector is not part of this program; it rests", "connection", c.Name, "connector", c.Connector)
			continue
		}
		if err := sys.EnsureStreams(ctx, c.ID, connector.Spec().Streams); err != nil {
			return err
		}
	}
	return nil
}

// run serves until ctx ends. started is told the address once it listens.
func (a *App) run(ctx context.Context, s *store.Store, people []signin.DemoPerson, started func(address string)) error {
	w, err := a.newWorkers(s.System())
	if err != nil {
		return err
	}
	defer w.close()
	mailer, err := a.mailer()
	if err != nil {
		return err
	}
	var draining atomic.Bool
	hub := live.New(live.Options{Events: w.bus, Log: a.log, Now: a.now})
	handler, err := a.site(s, w, mailer, people, hub, func(ctx context.Context) error {
		if draining.Load() {
			return fault.New(fault.Unavailable, "The portal is being restarted. Try again in a moment.")
		}
		return s.Ping(ctx)
	})
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
	return a.together(ctx, w, []func(context.Context) error{w.relay.Run, mailer.Run, hub.Run}, server, listener, &draining)
}

// together starts everything and stops it in order. What runs beside the pages
// outlives ctx until the requests and the work under way have ended.
func (a *App) together(ctx context.Context, w *workers, beside []func(context.Context) error, server *http.Server, listener net.Listener, draining *atomic.Bool) error {
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	g, failed := errgroup.WithContext(ctx)
	if err := w.server.Start(); err != nil {
		return err
	}
	for _, run := range beside {
		g.Go(func() error { return run(behind) })
	}
	g.Go(func() error { return w.clock.Run(failed) })
	g.Go(func() error { return a.tidy(failed, w.sys) })
	g.Go(func() error { return a.sequence(failed, w.sys) })
	g.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fault.Wrap(fault.Unavailable, "serve pages", err)
		}
		return nil
	})
	g.Go(func() error {
		<-failed.Done()
		draining.Store(true)
		a.log.Info("draining")
		defer stop()
		closing, cancel := context.WithTimeout(behind, drainHTTP)
		defer cancel()
		if err := server.Shutdown(closing); err != nil {
			a.log.Warn("some requests did not end in time", "error", err)
		}
		return w.drain(behind)
	})
	return g.Wait()
}
