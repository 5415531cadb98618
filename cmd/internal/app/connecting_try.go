package app

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"time"

	"portico/connectors"
	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/egress"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/vault"
)

// Limits of trying: a person may try this often, and one try or one look at what
// would come takes so long.
const (
	triesMost  = 30
	triesIn    = 10 * time.Minute
	tryMost    = 45 * time.Second
	lookMost   = 90 * time.Second
	draftLasts = 2 * time.Hour
)

// sealedDraft is a draft that was tried, as it goes through the browser.
type sealedDraft struct {
	connections.Draft

	Until time.Time
	Token remote.Token // which a person brought from the system
	// What the system calls its things, once somebody has looked.
	Queues    []string
	Companies []remote.Company
}

// draftPlace binds what goes through the browser to the person at it.
func draftPlace(s access.Scope, what ...string) vault.Place {
	return vault.Place{Purpose: "connection draft", Field: strings.Join(append(what, s.User()), "\n")}
}

// Systems implements connections.Adding.
func (f fitter) Systems() []remote.Spec { return f.app.Connectors() }

// Try implements connections.Adding.
func (f fitter) Try(ctx context.Context, s access.Scope, d connections.Draft) (connections.Tried, error) {
	sys, err := f.as(ctx, s)
	if err != nil {
		return connections.Tried{}, err
	}
	connector, ok := f.app.connector(d.Connector)
	if !ok {
		return connections.Tried{}, fault.New(fault.NotFound, "There is no such system in the catalogue.")
	}
	spec := connector.Spec()
	d.ID = record.NewConnectionID()
	d.Settings = settled(spec, d.Settings)
	carry := f.reclaim(s, spec, &d)
	wrong := wrongDraft(spec, d)
	if _, err := sys.ConnectionNamed(ctx, d.Name); err == nil {
		wrong["name"] = "This name is taken."
	} else if !fault.Is(err, fault.NotFound) {
		return connections.Tried{}, err
	}
	if len(wrong) > 0 {
		return connections.Tried{Carry: carry}, marked(wrong)
	}
	if spec.Consent != nil {
		tried, err := f.goThere(ctx, s, connector, d)
		tried.Carry = carry
		return tried, err
	}
	tokens := remote.Hold(remote.Token{})
	tried, err := f.signIn(ctx, s, connector, d, tokens)
	tried.Carry = carry
	if err != nil || !tried.SignedIn {
		return tried, err
	}
	d.Carried = ""
	tried.Token, err = f.seal(s, sealedDraft{Draft: d})
	return tried, err
}

// settled fills in the defaults of a connector's form and drops what it does not ask.
func settled(spec remote.Spec, given map[string]string) map[string]string {
	out := map[string]string{}
	for _, field := range spec.Fields {
		if field.Type == remote.SecretField {
			continue
		}
		if out[field.Name] = given[field.Name]; out[field.Name] == "" {
			out[field.Name] = field.Default
		}
	}
	return out
}

// reclaim completes the secrets of a draft with those that were typed before, and
// returns all of them sealed for the next form. They belong to the person and the
// address that they were typed for, and go nowhere else.
func (f fitter) reclaim(s access.Scope, spec remote.Spec, d *connections.Draft) string {
	at := draftPlace(s, append([]string{"secrets", spec.ID}, spec.Hosts(d.Settings)...)...)
	before := map[string]string{}
	if text, err := f.app.vault.Open(at, d.Carried); err == nil {
		_ = json.Unmarshal([]byte(text.Reveal()), &before) // ours: it opened
	}
	maps.Copy(before, d.Secrets)
	d.Secrets = before
	if len(before) == 0 {
		return ""
	}
	data, err := json.Marshal(before)
	if err != nil {
		return ""
	}
	carry, err := f.app.vault.Seal(at, vault.NewSecret(string(data)))
	if err != nil {
		return "" // they will be asked for again
	}
	return carry
}

// wrongDraft says what can be seen to be wrong, by the name of the form's field.
func wrongDraft(spec remote.Spec, d connections.Draft) map[string]string {
	out := map[string]string{}
	if d.Name == "" {
		out["name"] = "This is needed."
	}
	for name, problem := range spec.Wrong(d.Settings) {
		out[connections.FieldPrefix+name] = problem
	}
	for _, field := range spec.Fields {
		if field.Type != remote.SecretField {
			continue
		}
		if problem := remote.WrongSecret(d.Secrets[field.Name]); problem != "" {
			out[connections.FieldPrefix+field.Name] = problem
		} else if field.Required && d.Secrets[field.Name] == "" {
			out[connections.FieldPrefix+field.Name] = "This is needed."
		}
	}
	if _, err := egress.Connection(d.AllowPrivate); err != nil {
		out["allow_private"] = fault.Public(err)
	}
	if _, err := egress.Transport(egress.Options{CA: d.CA}); err != nil {
		out["ca"] = fault.Public(err)
	}
	return out
}

func marked(wrong map[string]string) error {
	out := fault.New(fault.Invalid, "Please correct what is marked.")
	for name, problem := range wrong {
		out.Field(name, problem)
	}
	return out
}

// signIn checks a draft against its system, within limits of time and number.
func (f fitter) signIn(ctx context.Context, s access.Scope, connector remote.Connector, d connections.Draft, tokens remote.Tokens) (connections.Tried, error) {
	if err := f.pace(ctx, s); err != nil {
		return connections.Tried{}, err
	}
	if err := outward(ctx, f.sys); err != nil {
		return connections.Tried{}, err
	}
	conn, look, done, err := f.open(connector, d, tokens)
	if err != nil {
		return connections.Tried{}, err
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	report := connector.Check(ctx, conn)
	return connections.Tried{Report: report, SignedIn: len(report.Items) > 0 && report.Items[0].OK, Confirm: look.refused}, nil
}

// pace keeps a form from being used to knock at addresses.
func (f fitter) pace(ctx context.Context, s access.Scope) error {
	key, now := "connection check "+s.User(), f.app.now()
	n, err := f.sys.CountAttempts(ctx, key, now.Add(-triesIn))
	if err != nil {
		return err
	}
	if n >= triesMost {
		return fault.Newf(fault.Limited, "That were %d checks in %d minutes. Wait a little before the next one.", triesMost, int(triesIn.Minutes())).After(triesIn)
	}
	return f.sys.NoteAttempt(ctx, key, now)
}

// open makes what a connector needs out of a draft, for one piece of work. Nothing
// of it is kept: neither the way out, nor a budget, nor what the breaker learned.
func (f fitter) open(connector remote.Connector, d connections.Draft, tokens remote.Tokens) (remote.Conn, *lookout, func(), error) {
	policy, err := egress.Connection(d.AllowPrivate)
	if err != nil {
		return remote.Conn{}, nil, nil, err
	}
	transport, err := egress.Transport(egress.Options{Policy: policy, CA: d.CA})
	if err != nil {
		return remote.Conn{}, nil, nil, err
	}
	look := &lookout{next: wall{f.sys, transport}}
	conn := remote.Conn{
		ID: record.NewConnectionID(), Settings: d.Settings, Transport: look, Budget: connectors.NewBudget(connector, f.app.now), Tokens: tokens,
		Secret: func(name string) (string, error) {
			if d.Secrets[name] == "" {
				return "", fault.Newf(fault.Setup, "The connection has no %s yet. Enter it.", name)
			}
			return d.Secrets[name], nil
		},
		Drop: f.app.cfg.Connectors.Drop,
		Log:  f.app.log.With("connection", "draft"), Now: f.app.now,
	}
	return conn, look, func() {
		transport.CloseIdleConnections()
		if forgets, ok := connector.(interface{ Forget(record.ConnectionID) }); ok {
			forgets.Forget(conn.ID)
		}
	}, nil
}

// lookout notices a private address that somebody may confirm. It is for one piece
// of work, whose requests follow each other.
type lookout struct {
	next    http.RoundTripper
	refused string
}

// RoundTrip implements http.RoundTripper.
func (l *lookout) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(r)
	var guard *fault.Error
	if errors.As(err, &guard) && guard.Fields[egress.Confirmable] != "" {
		l.refused = guard.Fields[egress.Confirmable]
	}
	return resp, err
}

// seal closes a whole draft for its way through the browser.
func (f fitter) seal(s access.Scope, d sealedDraft) (string, error) {
	d.Until = f.app.now().Add(draftLasts)
	data, err := json.Marshal(d)
	if err != nil {
		return "", fault.Wrap(fault.Internal, "encode draft", err)
	}
	return f.app.vault.Seal(draftPlace(s, "whole"), vault.NewSecret(string(data)))
}

// unseal opens a draft that this person has tried not long ago.
func (f fitter) unseal(s access.Scope, token string) (sealedDraft, error) {
	late := fault.New(fault.Invalid, "This check is too old, or somebody else’s. Fill in the form again.")
	text, err := f.app.vault.Open(draftPlace(s, "whole"), token)
	if err != nil {
		return sealedDraft{}, late.Because("open draft", err)
	}
	var d sealedDraft
	if err := json.Unmarshal([]byte(text.Reveal()), &d); err != nil {
		return sealedDraft{}, fault.Wrap(fault.Internal, "decode draft", err)
	}
	if f.app.now().After(d.Until) {
		return sealedDraft{}, late
	}
	return d, nil
}
