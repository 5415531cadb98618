package app

import (
	"context"
	"net/http"

	"portico/sync/fault"
	"portico/sync/store"
)

// Hold keeps everything from leaving until Release.
func (a *App) Hold(ctx context.Context, why string) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	return sys.Hold(ctx, why)
}

// Release lets everything leave that was held; a serving process goes on with it
// within seconds.
func (a *App) Release(ctx context.Context) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	return sys.Release(ctx)
}

// outward refuses while everything is held.
func outward(ctx context.Context, sys *store.System) error {
	h, err := sys.Held(ctx)
	if err != nil || !h.On() {
		return err
	}
	return fault.Newf(fault.Setup, "Nothing is sent or read outside, because this copy is held (%s). `portico release` lifts it.", h.Why)
}

// wall is the last gate on the way out: whatever asks for it, no request of a
// connection leaves while everything is held. That there is nothing to ask for
// is the store's part, which gives no work away then.
type wall struct {
	sys  *store.System
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (w wall) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := outward(r.Context(), w.sys); err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // as http.RoundTripper asks, whatever happens
		}
		return nil, err
	}
	return w.next.RoundTrip(r)
}

// CloseIdleConnections reaches the transport below.
func (w wall) CloseIdleConnections() {
	(&http.Client{Transport: w.next}).CloseIdleConnections()
}

// held is outward for a mailer. A database that does not answer holds, too.
func held(sys *store.System) func(context.Context) bool {
	return func(ctx context.Context) bool { return outward(ctx, sys) != nil }
}

// why says to people why everything is held, or "".
func why(sys *store.System) func(context.Context) string {
	return func(ctx context.Context) string {
		h, err := sys.Held(ctx)
		if err != nil {
			return "" // the page that asks will say so itself
		}
		return h.Why
	}
}

// tellHold writes the one line that nobody should overlook.
func (a *App) tellHold(ctx context.Context, sys *store.System) error {
	h, err := sys.Held(ctx)
	if err == nil && h.On() {
		a.log.Warn("NOTHING LEAVES: actions, webhooks, mails and pulls are held until `portico release`", "since", h.Since, "why", h.Why)
	}
	return err
}
