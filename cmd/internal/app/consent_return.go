package app

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"

	"portico/portal/admin/connections"
	"portico/portal/session"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/remote"
	"portico/sync/store"
)

// Return implements connections.Consents. Whatever comes of it leaves a leaf.
func (f fitter) Return(ctx context.Context, s access.Scope, values url.Values) (connections.Returned, error) {
	sys, err := f.as(ctx, s)
	if err != nil {
		return connections.Returned{}, err
	}
	w, failed, err := f.take(ctx, sys, s, values.Get("state"))
	if err != nil || failed != "" {
		return connections.Returned{Failed: failed}, err
	}
	got := connections.Returned{}
	if !w.New {
		got.Connection = w.Draft.ID
	}
	connector, ok := f.app.connector(w.Draft.Connector)
	if !ok {
		return got, fault.Newf(fault.Setup, "This program has no connector %q.", w.Draft.Connector)
	}
	got.Spec = connector.Spec()
	if got.Failed, got.Detail = said(values); got.Failed == "" {
		var brought remote.Redeemed
		if brought, err = f.redeem(ctx, connector, w, values); err == nil {
			return f.settle(ctx, s, connector, arrived{awayAt: w, Token: brought.Token, Learned: brought.Settings, Choices: brought.Choices}, got)
		}
		got.Failed, got.Detail = failureOf(err), fault.Public(err)
		f.app.log.WarnContext(ctx, "a consent could not be used", "connector", w.Draft.Connector, "error", err)
	}
	if w.New {
		f.hand(s, connector.Spec(), w, &got)
	}
	return got, sys.NoteConsent(ctx, w.Draft.ID, string(got.Failed))
}

// hand gives somebody who was not let in their form back, with the secrets sealed.
func (f fitter) hand(s access.Scope, spec remote.Spec, w awayAt, got *connections.Returned) {
	d := w.Draft.Draft
	got.Tried.Carry = f.reclaim(s, spec, &d)
	d.Secrets = nil
	got.Draft = d
}

// said is what the system itself says instead of a code (RFC 6749, section 4.1.2.1).
// Its own words are not repeated: they came by way of a browser.
func said(values url.Values) (connections.Failure, string) {
	switch code := values.Get("error"); {
	case code == "access_denied":
		return connections.Denied, ""
	case code == "unauthorized_client" || code == "invalid_client":
		return connections.Refused, ""
	case code == "temporarily_unavailable" || code == "server_error":
		return connections.Away, ""
	case code == "invalid_scope":
		return connections.Unusable, "The application may not have what Portico asks for: give it all scopes that the form names."
	case code != "" || values.Get("code") == "":
		return connections.Unusable, ""
	default:
		return "", ""
	}
}

func failureOf(err error) connections.Failure {
	switch fault.KindOf(err) {
	case fault.Unauthenticated:
		return connections.Refused
	case fault.Unavailable, fault.Limited:
		return connections.Away
	default:
		return connections.Unusable
	}
}

// take finds what waits for a state, for the session that began it, once.
func (f fitter) take(ctx context.Context, sys *store.System, s access.Scope, state string) (awayAt, connections.Failure, error) {
	hash := session.Hash(state)
	c, err := sys.TakeConsent(ctx, hash[:], sessionOf(ctx, s))
	failed := connections.Failure("")
	switch {
	case fault.Is(err, fault.NotFound):
		failed = connections.Unknown
	case fault.Is(err, fault.Conflict):
		failed = connections.Used
	case fault.Is(err, fault.Limited):
		failed = connections.Expired
	case err != nil:
		return awayAt{}, "", err
	}
	if failed != "" {
		return awayAt{}, failed, sys.NoteConsent(ctx, c.Connection, string(failed))
	}
	text, err := f.app.vault.Open(consentPlace(c.Connection, hash[:]), string(c.Sealed))
	if err != nil {
		return awayAt{}, "", err
	}
	var w awayAt
	if err := json.Unmarshal([]byte(text.Reveal()), &w); err != nil {
		return awayAt{}, "", fault.New(fault.Internal, "").Because("decode consent", err)
	}
	return w, "", nil
}

// reach opens the connection that a consent is for, whether it exists or is being made.
func (f fitter) reach(ctx context.Context, connector remote.Connector, w awayAt, tokens remote.Tokens) (remote.Conn, func(), error) {
	if w.New {
		conn, _, done, err := f.open(connector, w.Draft.Draft, tokens)
		return conn, done, err
	}
	_, conn, _, err := sources{f.app, f.sys, f.app.log}.Open(ctx, w.Draft.ID)
	return conn, func() {}, err
}

func (f fitter) redeem(ctx context.Context, connector remote.Connector, w awayAt, values url.Values) (remote.Redeemed, error) {
	if err := outward(ctx, f.sys); err != nil {
		return remote.Redeemed{}, err
	}
	conn, done, err := f.reach(ctx, connector, w, remote.Hold(remote.Token{}))
	if err != nil {
		return remote.Redeemed{}, err
	}
	defer done()
	asks, ok := connector.(remote.Consenting)
	if !ok {
		return remote.Redeemed{}, fault.New(fault.Invalid, "Nobody has to sign in at this system.")
	}
	ctx, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	return asks.Redeem(ctx, conn, remote.Back{Redirect: f.Redirect(), Verifier: w.Verifier, Values: values})
}

// settle goes on with what was brought: by itself where there is nothing to choose.
func (f fitter) settle(ctx context.Context, s access.Scope, connector remote.Connector, a arrived, got connections.Returned) (connections.Returned, error) {
	sys, err := f.as(ctx, s)
	if err != nil {
		return got, err
	}
	var was remote.Connection
	if !a.New {
		if was, err = sys.Connection(ctx, a.Draft.ID); err != nil {
			return got, err
		}
		fits := func(learned map[string]string) bool { return agrees(was.Settings, learned) }
		if !fits(a.Learned) || len(a.Choices) > 0 && !anyOf(a.Choices, fits) {
			got.Failed = connections.Wrong
			return got, sys.NoteConsent(ctx, a.Draft.ID, string(got.Failed))
		}
		if known(was.Settings, a.Choices) {
			a.Choices = only(a.Choices, fits)
		}
	}
	if len(a.Choices) > 1 {
		got.Choices = a.Choices
		got.Token, err = f.sealArrived(s, a)
		return got, err
	}
	for _, one := range a.Choices {
		maps.Copy(a.Learned, one.Settings)
	}
	if a.New {
		return f.tryBrought(ctx, s, connector, a, got)
	}
	return got, f.keepBrought(ctx, sys, was, a)
}

// agrees reports whether what was learned is what a connection has learned before.
func agrees(settings, learned map[string]string) bool {
	for name, value := range learned {
		if settings[name] != "" && settings[name] != value {
			return false
		}
	}
	return true
}

// known reports whether a connection has one of the choices already.
func known(settings map[string]string, choices []remote.Choice) bool {
	for _, one := range choices {
		for name := range one.Settings {
			if settings[name] != "" {
				return true
			}
		}
	}
	return false
}

func anyOf(choices []remote.Choice, fits func(map[string]string) bool) bool {
	return len(only(choices, fits)) > 0
}

func only(choices []remote.Choice, fits func(map[string]string) bool) []remote.Choice {
	var out []remote.Choice
	for _, one := range choices {
		if fits(one.Settings) {
			out = append(out, one)
		}
	}
	return out
}
