package app

import (
	"context"
	"encoding/json"
	"maps"

	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store"
	"portico/sync/vault"
)

// keepBrought stores the new sign-in of a connection that exists, and has it read.
func (f fitter) keepBrought(ctx context.Context, sys *store.System, was remote.Connection, a arrived) error {
	sealed, err := sealToken(f.app.vault, was.ID, a.Token)
	if err != nil {
		return err
	}
	settings := maps.Clone(was.Settings)
	maps.Copy(settings, a.Learned)
	if err := sys.SignInAgain(ctx, was, sealed, settings); err != nil {
		return err
	}
	return sys.Hasten(ctx, was.ID, "")
}

// tryBrought checks a draft that somebody has just let into its system.
func (f fitter) tryBrought(ctx context.Context, s access.Scope, connector remote.Connector, a arrived, got connections.Returned) (connections.Returned, error) {
	d := a.Draft
	maps.Copy(d.Settings, a.Learned)
	tokens := remote.Hold(a.Token)
	conn, _, done, err := f.open(connector, d.Draft, tokens)
	if err != nil {
		return got, err
	}
	defer done()
	trying, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	report := connector.Check(trying, conn)
	if d.Token, err = tokens.Load(ctx); err != nil {
		return got, err
	}
	got.Tried = connections.Tried{Report: report, SignedIn: true, Carry: f.reclaim(s, connector.Spec(), &d.Draft)}
	if got.Tried.Token, err = f.seal(s, d); err != nil {
		return got, err
	}
	got.Draft = d.Draft
	got.Draft.Secrets = nil
	return got, f.note(ctx, s, d.ID, "given")
}

func (f fitter) note(ctx context.Context, s access.Scope, id record.ConnectionID, what string) error {
	sys, err := f.as(ctx, s)
	if err != nil {
		return err
	}
	return sys.NoteConsent(ctx, id, what)
}

func (f fitter) sealArrived(s access.Scope, a arrived) (string, error) {
	a.Until = f.app.now().Add(consentLasts)
	data, err := json.Marshal(a)
	if err != nil {
		return "", fault.Wrap(fault.Internal, "encode what was brought", err)
	}
	return f.app.vault.Seal(draftPlace(s, "arrived"), vault.NewSecret(string(data)))
}

// Choose implements connections.Consents.
func (f fitter) Choose(ctx context.Context, s access.Scope, token string, choice int) (connections.Returned, error) {
	if _, err := f.as(ctx, s); err != nil {
		return connections.Returned{}, err
	}
	var a arrived
	text, err := f.app.vault.Open(draftPlace(s, "arrived"), token)
	if err != nil {
		return connections.Returned{Failed: connections.Unknown}, nil
	}
	if err := json.Unmarshal([]byte(text.Reveal()), &a); err != nil {
		return connections.Returned{}, fault.New(fault.Internal, "").Because("decode what was brought", err)
	}
	if f.app.now().After(a.Until) {
		return connections.Returned{Failed: connections.Expired}, nil
	}
	if choice < 0 || choice >= len(a.Choices) {
		return connections.Returned{}, fault.New(fault.Invalid, "Choose one of the list.")
	}
	connector, ok := f.app.connector(a.Draft.Connector)
	if !ok {
		return connections.Returned{}, fault.Newf(fault.Setup, "This program has no connector %q.", a.Draft.Connector)
	}
	got := connections.Returned{Spec: connector.Spec()}
	if !a.New {
		got.Connection = a.Draft.ID
	}
	a.Choices = a.Choices[choice : choice+1]
	return f.settle(ctx, s, connector, a, got)
}
