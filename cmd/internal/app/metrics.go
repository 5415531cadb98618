package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"portico/cmd/internal/gauges"
	"portico/sync/fault"
	"portico/sync/store"
)

// metrics are those of this process.
func (a *App) metrics(s *store.Store, w *workers) *gauges.Metrics {
	return gauges.New(gauges.Options{Vitals: s.System().Vitals, Pools: s.Pools, Queue: w.queue.Ping, Backup: a.lastBackup, Version: a.version, Log: a.log, Now: a.now})
}

// exhibit adds what serves the metrics to what runs beside, when they are wanted,
// and returns who is to be told of requests.
func (a *App) exhibit(ctx context.Context, beside []func(context.Context) error, s *store.Store, w *workers) (
	[]func(context.Context) error, func(route, method string, status int, took time.Duration), error) {
	address := a.cfg.MetricsAddress()
	if address == "" {
		return beside, nil, nil
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, nil, fault.Newf(fault.Setup, "Cannot listen on %s: %v. Choose another address (metrics.listen, or PORTICO_METRICS_LISTEN).", address, err)
	}
	a.log.Info("metrics are shown", "address", listener.Addr().String())
	m := a.metrics(s, w)
	server := &http.Server{Handler: m.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	return append(beside, func(ctx context.Context) error {
		defer context.AfterFunc(ctx, func() { _ = server.Close() })()
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fault.Wrap(fault.Unavailable, "serve metrics", err)
		}
		return nil
	}), m.Served, nil
}

// pingMost is how long a probe waits for the queue.
const pingMost = time.Second

// degraded names what is away although the portal serves.
func degraded(w *workers) func(context.Context) []string {
	return func(ctx context.Context) []string {
		ctx, cancel := context.WithTimeout(ctx, pingMost)
		defer cancel()
		var away []string
		if w.queue.Ping(ctx) != nil {
			away = append(away, "queue")
		}
		if w.bus.Ping(ctx) != nil {
			away = append(away, "bus")
		}
		if outward(ctx, w.sys) != nil {
			away = append(away, "held")
		}
		return away
	}
}
