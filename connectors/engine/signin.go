package engine

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"portico/connectors/manifest"
	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/remote"
)

// Parameters of token requests, by the names that RFC 6749 and RFC 7523 give them.
const (
	grantJWT        = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	defaultLifetime = 3 * time.Minute
)

// auth builds the signer of the kinds that send what was entered.
func (s *session) auth() rest.Auth {
	a := &s.m.HTTP.Auth
	fill := func(t *manifest.Template) func() (string, error) {
		return func() (string, error) { return s.fill(t, nil) }
	}
	switch a.Kind {
	case "basic":
		return rest.Basic(fill(&a.User), fill(&a.Password))
	case "header":
		return rest.Header(a.Header, fill(&a.Value))
	case "bearer":
		return rest.Bearer(fill(&a.Token))
	case "query":
		return rest.Query(a.Parameter, fill(&a.Value))
	default:
		return nil
	}
}

// fill fills in a template that sees settings and secrets. Only the secrets that
// it names are read, anew each time.
func (s *session) fill(t *manifest.Template, more manifest.Env) (string, error) {
	env, err := s.credentials(t.Uses)
	if err != nil {
		return "", err
	}
	return t.Text(with(env, more))
}

// credentials are the settings, and the secrets that are used.
func (s *session) credentials(uses func(string) bool) (manifest.Env, error) {
	env := manifest.Env{}
	for name, f := range s.m.Config {
		env[name] = s.config[name]
		if f.Type != remote.SecretField || !uses(name) {
			continue
		}
		secret, err := s.conn.Secret(name)
		if err != nil {
			return nil, fault.At("read credential "+name, err)
		}
		env[name] = secret
	}
	return env, nil
}

// keeper signs with a token that is renewed, where the manifest says so.
func (s *session) keeper() *rest.Keeper {
	a := &s.m.HTTP.Auth
	if !a.Keeps() {
		return nil
	}
	tokens := s.conn.Tokens
	if tokens == nil {
		tokens = remote.Hold(remote.Token{})
	}
	k := &rest.Keeper{Tokens: tokens, Turns: s.c.turns(s.conn.ID), Made: s.made, Put: s.put, Now: s.conn.Now}
	switch {
	case a.Kind == manifest.AuthLogin:
		k.Grant = s.login
	case a.Kind == manifest.AuthJWT:
		k.Grant = s.assert
	case a.Consents():
		k.Grant = s.refresh
	default:
		k.Grant = s.ask
	}
	return k
}

// put sends the token as the manifest says, or as RFC 6750 does.
func (s *session) put(r *http.Request, access string) error {
	a := &s.m.HTTP.Auth
	name, value := a.Header, "Bearer "+access
	if name == "" {
		name = "Authorization"
	}
	if a.Value.Set() {
		var err error
		if value, err = s.fill(&a.Value, manifest.Env{"access": access}); err != nil {
			return err
		}
	}
	return rest.Header(name, func() (string, error) { return value, nil })(r)
}

// made is the fingerprint of what a token is asked for with. The secret of an
// application that people let in may change: what they agreed to stays.
func (s *session) made() (string, error) {
	a := &s.m.HTTP.Auth
	from := []*manifest.Template{&a.TokenURL, &a.ClientID}
	if !a.Consents() {
		from = append(from, &a.ClientSecret, &a.Scope, &a.Key, &a.KeyID, &a.Issuer, &a.Subject, &a.Audience, &a.Request.Path)
	}
	sum := sha256.New()
	for _, t := range from {
		text, err := s.fill(t, nil)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%d %s", len(text), text)
	}
	if a.Kind == manifest.AuthLogin {
		body, err := s.loginBody()
		if err != nil {
			return "", err
		}
		sum.Write(body)
	}
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)), nil
}

// endpoint is the token address with what this connection asks there.
func (s *session) endpoint() (rest.Endpoint, error) {
	a := &s.m.HTTP.Auth
	e := rest.Endpoint{Way: rest.ClientAuth(a.ClientAuth), Timeout: s.m.HTTP.Timeout.Duration, Extra: url.Values{},
		Declined: "The client ID or the client secret is not accepted by " + s.m.Name + "; check both, and whether the secret has ended."}
	if a.Kind == manifest.AuthJWT {
		e.Declined = "The signed statement is not accepted by " + s.m.Name + "; check key, issuer, subject and audience, and whether the application may act for that user."
		if e.Way == "" && !a.ClientID.Set() {
			e.Way = rest.ClientNone
		}
	} else if e.Way == "" {
		e.Way = rest.ClientBasic
	}
	if a.Consents() {
		e.Again = "Sign in again at " + s.m.Name + ": the sign-in has ended there. Until then nothing is asked."
	}
	for _, part := range []struct {
		to   *string
		from *manifest.Template
	}{{&e.ID, &a.ClientID}, {&e.Secret, &a.ClientSecret}} {
		var err error
		if *part.to, err = s.fill(part.from, nil); err != nil {
			return e, err
		}
	}
	env, err := s.credentials(a.TokenURL.Uses)
	if err != nil {
		return e, err
	}
	if e.URL, err = address(&a.TokenURL, env); err != nil {
		return e, err
	}
	for name, t := range a.Parameters {
		value, err := s.fill(&t, nil)
		if err != nil {
			return e, err
		}
		e.Extra.Set(name, value)
	}
	return e, nil
}

// address fills in an absolute address. An expression that stands at its beginning
// is the address of the connection and stays as it is.
func address(t *manifest.Template, env manifest.Env) (string, error) {
	text, err := t.Address(env)
	if err != nil {
		return "", fault.Wrap(fault.Setup, "build address", err)
	}
	return text, nil
}

// tokenAt sends one grant.
func (s *session) tokenAt(ctx context.Context, grant url.Values, held remote.Token) (remote.Token, map[string]any, error) {
	e, err := s.endpoint()
	if err != nil {
		return held, nil, err
	}
	if scope, err := s.fill(&s.m.HTTP.Auth.Scope, nil); err != nil {
		return held, nil, err
	} else if scope != "" && grant.Get("grant_type") != "authorization_code" && grant.Get("grant_type") != "refresh_token" {
		grant.Set("scope", scope)
	}
	return e.Ask(ctx, s.conn, grant, held)
}

// ask is the grant of an application of its own (RFC 6749, section 4.4).
func (s *session) ask(ctx context.Context, held remote.Token) (remote.Token, error) {
	next, _, err := s.tokenAt(ctx, url.Values{"grant_type": {"client_credentials"}}, remote.Token{Version: held.Version})
	return next, err
}

// refresh renews what a person agreed to (RFC 6749, section 6).
func (s *session) refresh(ctx context.Context, held remote.Token) (remote.Token, error) {
	made, err := s.made()
	if err != nil {
		return held, err
	}
	if held.Refresh == "" || held.Made != made {
		say := "Nobody has signed in at " + s.m.Name + " for this connection yet. Sign in there."
		if held.Made == made {
			say = "Sign in again at " + s.m.Name + ": it gave no right to renew the sign-in by itself."
		}
		return held, fault.New(fault.Unauthenticated, say)
	}
	next, _, err := s.tokenAt(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {held.Refresh}}, held)
	return next, err
}

// assert exchanges a signed statement (RFC 7523, section 2.1).
func (s *session) assert(ctx context.Context, held remote.Token) (remote.Token, error) {
	a := &s.m.HTTP.Auth
	say := rest.Assertion{Algorithm: a.Algorithm, Lasts: a.Lifetime.Duration, Claims: map[string]any{}}
	if say.Lasts == 0 {
		say.Lasts = defaultLifetime
	}
	for to, from := range map[*string]*manifest.Template{&say.Key: &a.Key, &say.KeyID: &a.KeyID, &say.Issuer: &a.Issuer, &say.Subject: &a.Subject, &say.Audience: &a.Audience} {
		var err error
		if *to, err = s.fill(from, nil); err != nil {
			return held, err
		}
	}
	for name, t := range a.Claims {
		value, err := s.fill(&t, nil)
		if err != nil {
			return held, err
		}
		say.Claims[name] = value
	}
	text, err := say.Sign(s.conn.Now())
	if err != nil {
		return held, err
	}
	next, _, err := s.tokenAt(ctx, url.Values{"grant_type": {grantJWT}, "assertion": {text}}, remote.Token{Version: held.Version})
	return next, err
}

// Fingerprint is what a token of the connection must have been made with to be of use.
func (c *Connector) Fingerprint(conn remote.Conn) (string, error) {
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return "", err
	}
	return s.made()
}
