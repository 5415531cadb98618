package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/remote"
)

// login exchanges what was entered for a session, by a request of the manifest.
func (s *session) login(ctx context.Context, held remote.Token) (remote.Token, error) {
	a := &s.m.HTTP.Auth
	env, err := s.credentials(func(string) bool { return true })
	if err != nil {
		return held, err
	}
	plain := a.Request
	plain.Body = manifest.Expr{}
	req, err := buildRequest(&plain, env, nil)
	if err != nil {
		return held, err
	}
	if req.Body, err = s.loginBody(); err != nil {
		return held, err
	}
	if req.Method == "" && req.Body != nil {
		req.Method = http.MethodPost
	}
	if len(a.Form) > 0 {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Read = true // a session more does no harm
	cfg, err := s.reach(remote.Interactive)
	if err != nil {
		return held, err
	}
	cfg.Record = nil // nobody needs to see a password
	c, err := rest.New(s.conn, cfg)
	if err != nil {
		return held, err
	}
	asked := s.conn.Now()
	resp, err := c.Do(ctx, req)
	if err != nil {
		return held, err
	}
	return s.loggedIn(resp, held, asked)
}

// loggedIn reads the session out of an answer.
func (s *session) loggedIn(resp *rest.Response, held remote.Token, asked time.Time) (remote.Token, error) {
	a := &s.m.HTTP.Auth
	got := answer{status: resp.Status, headers: lowerHeaders(resp.Header)}
	if body, err := tree.Read(resp.Body, tree.NewNames().Everything()); err == nil {
		got.body = body
	}
	access, err := a.Access.Text(got.env())
	if err != nil || access == "" {
		return held, fault.New(fault.Unauthenticated, s.m.Name+" answered the sign-in without a session; check what was entered.").Because("read session", err)
	}
	next := remote.Token{Version: held.Version, Access: access, Got: asked}
	if a.Lasts.Duration > 0 {
		next.Expires = asked.Add(a.Lasts.Duration)
	}
	if a.Expires.Set() {
		value, err := a.Expires.Eval(got.env())
		if err != nil {
			return held, broken("read when the session ends", err)
		}
		if at := moment(value, asked); !at.IsZero() {
			next.Expires = at
		}
	}
	return next, nil
}

// moment reads when something ends: seconds from then, seconds since 1970, or a
// time as RFC 3339 writes it; zero when it is none of them.
func moment(value any, from time.Time) time.Time {
	text, ok := tree.Of(value).Scalar()
	if !ok {
		return time.Time{}
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at
	}
	var seconds float64
	if _, err := fmt.Sscan(text, &seconds); err != nil || !(seconds > 0) || seconds > 1e11 {
		return time.Time{}
	}
	const epoch = 1e9 // no session lasts thirty years
	if seconds > epoch {
		return time.Unix(int64(seconds), 0)
	}
	return from.Add(time.Duration(seconds) * time.Second)
}

// loginBody is what is sent to sign in.
func (s *session) loginBody() ([]byte, error) {
	a := &s.m.HTTP.Auth
	env, err := s.credentials(func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	if len(a.Form) > 0 {
		form := url.Values{}
		for name, t := range a.Form {
			value, err := t.Text(env)
			if err != nil {
				return nil, fault.Wrap(fault.Internal, "build sign-in", err)
			}
			form.Set(name, value)
		}
		return []byte(form.Encode()), nil
	}
	if !a.Request.Body.Set() {
		return nil, nil
	}
	body, err := a.Request.Body.Eval(env)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "build sign-in", err)
	}
	data, err := json.Marshal(object(body))
	return data, fault.Wrap(fault.Internal, "build sign-in", err)
}
