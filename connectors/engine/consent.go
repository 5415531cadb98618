package engine

import (
	"context"
	"net/http"
	"net/url"
	"regexp"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/remote"
)

var _ remote.Consenting = (*Connector)(nil)

// consentOf is what an administrator has to know before a person lets us in.
func consentOf(m *manifest.Manifest) *remote.ConsentSpec {
	a := &m.HTTP.Auth
	if !a.Consents() {
		return nil
	}
	return &remote.ConsentSpec{Register: a.Register, Notes: a.Before, Scopes: a.Scope.Source, Grace: a.Grace.Duration}
}

// Consent implements remote.Consenting.
func (c *Connector) Consent(_ context.Context, conn remote.Conn, ask remote.Ask) (string, error) {
	s, err := c.begin(conn)
	if err != nil {
		return "", err
	}
	a := &s.m.HTTP.Auth
	env, err := s.credentials(a.AuthorizeURL.Uses)
	if err != nil {
		return "", err
	}
	text, err := address(&a.AuthorizeURL, env)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", fault.New(fault.Setup, "The address to sign in at is no web address.").Because("build address", err)
	}
	q := u.Query()
	for name, t := range a.Authorize {
		value, err := s.fill(&t, nil)
		if err != nil {
			return "", err
		}
		q.Set(name, value)
	}
	for name, t := range map[string]*manifest.Template{"client_id": &a.ClientID, "scope": &a.Scope} {
		value, err := s.fill(t, nil)
		if err != nil {
			return "", err
		}
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, value := range map[string]string{"response_type": "code", "redirect_uri": ask.Redirect, "state": ask.State,
		"code_challenge": ask.Challenge, "code_challenge_method": "S256"} {
		q.Set(name, value)
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// Redeem implements remote.Consenting.
func (c *Connector) Redeem(ctx context.Context, conn remote.Conn, back remote.Back) (remote.Redeemed, error) {
	s, err := c.begin(conn)
	if err != nil {
		return remote.Redeemed{}, err
	}
	made, err := s.made()
	if err != nil {
		return remote.Redeemed{}, err
	}
	e, err := s.endpoint()
	if err != nil {
		return remote.Redeemed{}, err
	}
	e.Again = "" // nobody was signed in before
	grant := url.Values{"grant_type": {"authorization_code"}, "code": {back.Values.Get("code")}, "redirect_uri": {back.Redirect}, "code_verifier": {back.Verifier}}
	token, body, err := e.Ask(ctx, conn, grant, remote.Token{})
	if err != nil {
		return remote.Redeemed{}, err
	}
	token.Made, token.SignedIn, token.Version = made, token.Got, 1
	out := remote.Redeemed{Token: token, Settings: map[string]string{}}
	for i := range s.m.HTTP.Auth.Learn {
		if err := s.learn(ctx, &s.m.HTTP.Auth.Learn[i], back.Values, body, &out); err != nil {
			return remote.Redeemed{}, err
		}
	}
	return out, nil
}

// learn takes one thing that the system tells.
func (s *session) learn(ctx context.Context, l *manifest.Learn, callback url.Values, body map[string]any, out *remote.Redeemed) error {
	switch {
	case l.Parameter != "":
		return s.settle(out.Settings, l.Setting, callback.Get(l.Parameter))
	case l.URL.Set():
		return s.choices(ctx, l, out)
	default:
		env := with(s.env(), manifest.Env{"status": http.StatusOK, "headers": map[string]string{}, "body": any(body)})
		value, err := l.Answer.Text(env)
		if err != nil {
			return broken("read what the answer tells", err)
		}
		return s.settle(out.Settings, l.Setting, value)
	}
}

// settle keeps a learned value that has the looks that its setting asks for.
func (s *session) settle(to map[string]string, name, value string) error {
	f := s.m.Config[name]
	odd := value == "" && f.Required
	if f.Pattern != "" && value != "" {
		fits, err := regexp.MatchString(f.Pattern, value)
		odd = odd || err != nil || !fits
	}
	if odd {
		return fault.Newf(fault.Broken, "%s did not say %s in a way that can be used. Sign in again, and choose the company when it asks.", s.m.Name, f.Label)
	}
	to[name] = value
	return nil
}

// choices reads the list of what somebody let us into.
func (s *session) choices(ctx context.Context, l *manifest.Learn, out *remote.Redeemed) error {
	at, err := address(&l.URL, s.env())
	if err != nil {
		return err
	}
	c, err := rest.New(s.conn, rest.Config{Base: at, Header: http.Header{"Accept": {"application/json"}, "User-Agent": {"Portico"}},
		Timeout: s.m.HTTP.Timeout.Duration, Class: remote.Interactive,
		Auth: func(r *http.Request) error { return s.put(r, out.Token.Access) }})
	if err != nil {
		return err
	}
	resp, err := c.Do(ctx, rest.Request{URL: at})
	if err != nil {
		return fault.At("read what we were let into", err)
	}
	got, err := s.decodeWhole(resp)
	if err != nil {
		return err
	}
	list, err := l.Items.Eval(with(s.env(), got.env()))
	if err != nil {
		return broken("read what we were let into", err)
	}
	for item := range tree.Of(list).Each {
		env := with(s.env(), manifest.Env{"item": item.Plain()})
		if keep, err := l.Keep.Bool(env); err != nil || !keep {
			continue
		}
		one := remote.Choice{Settings: map[string]string{}}
		if one.Name, err = l.Name.Text(env); err != nil {
			return broken("read what we were let into", err)
		}
		for name, e := range l.Settings {
			value, err := e.Text(env)
			if err != nil {
				return broken("read what we were let into", err)
			}
			if err := s.settle(one.Settings, name, value); err != nil {
				return err
			}
		}
		out.Choices = append(out.Choices, one)
	}
	if len(out.Choices) == 0 {
		return fault.Newf(fault.Forbidden, "Nothing was opened to us at %s. Sign in there as somebody who may, and choose the company.", s.m.Name)
	}
	return nil
}

// decodeWhole reads JSON and keeps every member.
func (s *session) decodeWhole(resp *rest.Response) (answer, error) {
	a := answer{status: resp.Status, headers: lowerHeaders(resp.Header)}
	var err error
	if a.body, err = tree.Read(resp.Body, tree.NewNames().Everything()); err != nil {
		return a, fault.New(fault.Broken, "The system's answer is not whole JSON; nothing of it is used.").Because("decode answer of "+resp.At, err)
	}
	return a, nil
}
