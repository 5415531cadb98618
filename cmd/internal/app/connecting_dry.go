package app

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"portico/connectors/rest"
	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

const (
	choicesShown = 20
	wireMost     = 64 << 10 // bytes of a body that is shown
	masked       = "••••••••"
)

// Choices implements connections.Trying.
func (f fitter) Choices(ctx context.Context, s access.Scope, id record.ConnectionID, kind record.Kind) ([]remote.Sample, error) {
	sys, err := f.on(ctx, s, id)
	if err == nil {
		err = outward(ctx, sys)
	}
	if err != nil {
		return nil, err
	}
	connector, conn, _, err := sources{f.app, sys, f.app.log}.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	sampler, ok := connector.(remote.Sampler)
	if !ok {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	for _, st := range tailored(connector, conn.Settings).Streams {
		if !slices.Contains(st.Kinds, kind) {
			continue
		}
		list, err := sampler.Preview(ctx, conn, st.Name, choicesShown)
		return slices.DeleteFunc(list, func(one remote.Sample) bool { return one.Record == nil || one.Kind != kind }), err
	}
	return nil, nil
}

// Rehearse implements connections.Trying. The connector does what it always does, on
// a transport that lets reads pass and holds writes back.
func (f fitter) Rehearse(ctx context.Context, s access.Scope, id record.ConnectionID, t connections.Trial) (connections.Rehearsed, error) {
	sys, err := f.on(ctx, s, id)
	if err == nil {
		err = outward(ctx, sys)
	}
	if err == nil {
		err = f.pace(ctx, s)
	}
	if err != nil {
		return connections.Rehearsed{}, err
	}
	connector, conn, _, err := sources{f.app, sys, f.app.log}.Open(ctx, id)
	if err != nil {
		return connections.Rehearsed{}, err
	}
	if _, ok := connector.Spec().Action(t.Kind); !ok || t.Kind == action.DocumentUpload {
		return connections.Rehearsed{}, fault.New(fault.Invalid, "This system cannot do that, or not without a file.")
	}
	h := &holding{next: conn.Transport}
	conn = h.around(conn)
	conn.ID = record.NewConnectionID() // what the breaker learns of a held request is not kept
	if forgets, ok := connector.(interface{ Forget(record.ConnectionID) }); ok {
		defer forgets.Forget(conn.ID)
	}
	ctx, cancel := context.WithTimeout(ctx, tryMost)
	defer cancel()
	a := action.Action{ID: action.NewID(), Ref: action.NewRef(), Kind: t.Kind, Connection: id, External: t.External, Company: t.Company,
		Actor: action.Actor{User: s.User(), Name: s.Name(), Email: s.Email()}, Input: t.Input, Recorded: f.app.now()}
	out := connections.Rehearsed{}
	if !t.Kind.New() {
		if out.Found, err = target(ctx, connector, conn, t); err != nil {
			return out, err
		}
		a.Company, a.Base = out.Found.Company, seen(*out.Found)
	}
	if out.Mark, out.Ready = connector.Prepare(ctx, conn, a); out.Ready.Verdict == remote.Done {
		a.Mark, a.Attempt = out.Mark, 1
		if done := connector.Act(ctx, conn, a); h.held == nil {
			out.Reason = done.Reason
		}
	}
	secrets := h.secrets(ctx, conn)
	for _, r := range h.reads {
		out.Reads = append(out.Reads, mask(r, secrets))
	}
	if h.held != nil {
		send := mask(*h.held, secrets)
		out.Send = &send
	}
	out.Mark = hide(out.Mark, secrets)
	return out, nil
}

// target reads the record that a trial is about, as it is now.
func target(ctx context.Context, connector remote.Connector, conn remote.Conn, t connections.Trial) (*record.Record, error) {
	missing := fault.New(fault.NotFound, "The system has no such record, or the credential may not read it.").Field("other", "There is no such record.")
	if t.External == "" {
		return nil, fault.New(fault.Invalid, "Choose a record.").Field("other", "Choose one above, or give its id.")
	}
	list, err := connector.Read(ctx, conn, []record.Ref{{Kind: t.Kind.About(), External: t.External}})
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if r.Kind == t.Kind.About() && r.External == t.External {
			return &r, nil
		}
	}
	return nil, missing
}

// seen is what somebody who looks at a record now has seen of it; see action.Action.Base.
func seen(r record.Record) string {
	if r.Version == "" {
		return ""
	}
	return r.Body.Facets().Status + "@" + r.Version
}

// errHeld ends a write that was not sent.
var errHeld = errors.New("held back: this is a dry run")

// holding is a transport of one dry run.
type holding struct {
	next http.RoundTripper

	mu    sync.Mutex
	reads []connections.Request
	held  *connections.Request
	known []string // secrets that were used
}

// around gives a connection the transport, and notes what is secret in it.
func (h *holding) around(conn remote.Conn) remote.Conn {
	secret := conn.Secret
	conn.Transport = h
	conn.Secret = func(name string) (string, error) {
		text, err := secret(name)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.known = append(h.known, text)
		return text, err
	}
	return conn
}

// RoundTrip implements http.RoundTripper.
func (h *holding) RoundTrip(r *http.Request) (*http.Response, error) {
	said := connections.Request{Method: r.Method, Address: r.URL.String()}
	if !rest.Writes(r) {
		h.mu.Lock()
		h.reads = append(h.reads, said)
		h.mu.Unlock()
		return h.next.RoundTrip(r)
	}
	if r.Body != nil {
		body, err := io.ReadAll(io.LimitReader(r.Body, wireMost))
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
		said.Body = string(body)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		said.Headers = append(said.Headers, connections.Header{Name: name, Value: strings.Join(r.Header[name], ", ")})
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held == nil {
		h.held = &said
	}
	return nil, errHeld
}

// secrets are everything that must not be shown, as it may stand in a request.
func (h *holding) secrets(ctx context.Context, conn remote.Conn) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := slices.Clone(h.known)
	if conn.Tokens != nil {
		if token, err := conn.Tokens.Load(ctx); err == nil {
			list = append(list, token.Access, token.Refresh)
		}
	}
	var out []string
	for _, text := range list {
		if len(text) > 3 {
			out = append(out, text, url.QueryEscape(text), url.PathEscape(text), base64.StdEncoding.EncodeToString([]byte(text)))
		}
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) }) // the longest first: one may hold another
	return out
}

func hide(text string, secrets []string) string {
	for _, one := range secrets {
		text = strings.ReplaceAll(text, one, masked)
	}
	return text
}

// mask hides secrets, and every header that is made to carry one.
func mask(r connections.Request, secrets []string) connections.Request {
	r.Address, r.Body = hide(r.Address, secrets), hide(r.Body, secrets)
	r.Headers = slices.Clone(r.Headers)
	for i, h := range r.Headers {
		if carries(h.Name) {
			r.Headers[i].Value = masked
			continue
		}
		r.Headers[i].Value = hide(h.Value, secrets)
	}
	return r
}

// carries reports whether a header is made to carry a credential.
func carries(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"authorization", "cookie", "token", "secret", "session", "api-key", "apikey", "apiintegrationcode", "username", "clientid"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
