package requesttracker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// ControlPath is where the fault knobs are turned from another process, see
// faults.Knobs.Control.
const ControlPath = "/_fake/faults"

// Serve answers at addr until ctx ends. When there is no ticket yet, seed fills
// the fake; it may be nil. While the knobs say down, nothing listens at addr, so
// that connections are refused. ready, if not nil, is called with the address
// once it listens.
func Serve(ctx context.Context, addr string, opts Options, seed func(*Fake), ready func(net.Addr)) error {
	f, err := New(opts)
	if err != nil {
		return err
	}
	if opts.Began != nil {
		opts.Began(f)
	}
	if seed != nil {
		if err := f.Seed(seed); err != nil {
			return err
		}
	}
	down := make(chan bool, 16)
	f.Faults.OnDown(func(is bool) {
		select {
		case down <- is:
		case <-ctx.Done():
		}
	})
	stop, err := control(opts.ControlAddr, f)
	if err != nil {
		return err
	}
	defer stop()
	return f.listen(ctx, addr, down, ready)
}

// listen serves at addr, leaving it whenever it is told to be down.
func (f *Fake) listen(ctx context.Context, addr string, down <-chan bool, ready func(net.Addr)) error {
	for {
		var config net.ListenConfig
		ln, err := config.Listen(ctx, "tcp", addr)
		if err != nil {
			return fmt.Errorf("listen at %s: %w", addr, err)
		}
		addr = ln.Addr().String() // the same port after a pause
		srv := &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second}
		failed := make(chan error, 1)
		go func() { failed <- srv.Serve(ln) }()
		if ready != nil {
			ready(ln.Addr())
			ready = nil
		}
		for stay := true; stay; {
			select {
			case <-ctx.Done():
				return srv.Close()
			case err := <-failed:
				return fmt.Errorf("serve at %s: %w", addr, err)
			case is := <-down:
				stay = !is
			}
		}
		if err := srv.Close(); err != nil {
			return fmt.Errorf("leave %s: %w", addr, err)
		}
		if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve at %s: %w", addr, err)
		}
		for up := false; !up; {
			select {
			case <-ctx.Done():
				return nil
			case is := <-down:
				up = !is
			}
		}
	}
}

// control serves the knobs apart from the main address.
func control(addr string, f *Fake) (stop func(), err error) {
	if addr == "" {
		return func() {}, nil
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", addr, err)
	}
	mux := http.NewServeMux()
	mux.Handle(ControlPath, f.Faults.Control())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			f.log.Error("serve the fault knobs", "error", err)
		}
	}()
	return func() { _ = srv.Close() }, nil
}
