package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/remote"
)

// session is one piece of work on one connection.
type session struct {
	c      *Connector
	m      *manifest.Manifest
	conn   remote.Conn
	client *rest.Client
	config map[string]string
	me     any
	clock  time.Time // of the source when it said who we are; zero when it does not say
	tables map[string]map[string]any
	whole  bool // keep members that no expression asks for: somebody looks at them
}

// begin settles defaults.
func (c *Connector) begin(conn remote.Conn) (*session, error) {
	s := &session{c: c, m: c.m, conn: conn, config: map[string]string{}}
	for name, f := range c.m.Config {
		if f.Type == remote.SecretField {
			continue
		}
		s.config[name] = f.Default
		if v := conn.Settings[name]; v != "" {
			s.config[name] = v
		} else if f.Required && f.Default == "" && !c.learned[name] {
			return nil, fault.New(fault.Setup, f.Label+" is missing; fill it in.").Field(name, "This is needed.")
		}
	}
	return s, nil
}

// open signs in (lazily: nothing is sent yet).
func (c *Connector) open(conn remote.Conn, class remote.Class) (*session, error) {
	s, err := c.begin(conn)
	if err != nil {
		return nil, err
	}
	for name := range c.learned {
		if f := c.m.Config[name]; f.Required && s.config[name] == "" {
			return nil, fault.New(fault.Unauthenticated, "Sign in at "+c.m.Name+": only it can say what stands in "+f.Label+".")
		}
	}
	cfg, err := s.reach(class)
	if err != nil {
		return nil, err
	}
	cfg.Auth, cfg.Keeper, cfg.Hidden = s.auth(), s.keeper(), c.m.HTTP.Auth.Parameter
	s.client, err = rest.New(conn, cfg)
	return s, err
}

// reach is how the system is reached, without a credential.
func (s *session) reach(class remote.Class) (rest.Config, error) {
	h := &s.m.HTTP
	base, err := h.Base.Text(s.env())
	if err != nil {
		return rest.Config{}, fault.Wrap(fault.Setup, "base address", err)
	}
	header := http.Header{"Accept": {"application/json"}, "User-Agent": {"Portico"}}
	for name, t := range h.Headers {
		value, err := t.Text(s.env())
		if err != nil {
			return rest.Config{}, fault.Wrap(fault.Setup, "header "+name, err)
		}
		if value != "" {
			header.Set(name, value)
		}
	}
	return rest.Config{
		Base: base, Header: header, Timeout: h.Timeout.Duration, Class: class,
		RetryAfter: h.Limits.RetryAfter, Gauge: rest.Gauge{Remaining: h.Limits.Remaining, Reset: h.Limits.Reset, Floor: h.Limits.Floor, Pause: h.Limits.Pause.Duration}, Judge: s.judge, Breaker: s.c.breaker(s.conn.ID), Record: s.c.record,
	}, nil
}

// env returns what every expression sees, for its caller to add to.
func (s *session) env() manifest.Env {
	env := manifest.Env{"config": s.config, "me": s.me}
	for name, rows := range s.tables {
		env[name] = rows
	}
	return env
}

// with returns a copy of env that holds more.
func with(env manifest.Env, more manifest.Env) manifest.Env {
	out := maps.Clone(env)
	maps.Copy(out, more)
	return out
}

// identify reads who we are, once.
func (s *session) identify(ctx context.Context) error {
	if s.m.Identity == nil || s.me != nil {
		return nil
	}
	a, err := s.get(ctx, &s.m.Identity.Request, s.env(), nil)
	if err != nil {
		return fault.At("read who we are signed in as", err)
	}
	s.me = a.body.Plain()
	if at, err := http.ParseTime(a.headers["date"]); err == nil {
		s.clock = at
	}
	return nil
}

// answer is one good answer with its body decoded.
type answer struct {
	status  int
	headers map[string]string
	body    tree.Value
}

func (a answer) env() manifest.Env {
	return manifest.Env{"status": a.status, "headers": a.headers, "body": a.body.Plain()}
}

// get sends a request that changes nothing. override replaces query parameters.
func (s *session) get(ctx context.Context, r *manifest.Request, env manifest.Env, override map[string]manifest.Template) (answer, error) {
	req, err := buildRequest(r, env, override)
	if err != nil {
		return answer{}, err
	}
	req.Read = true
	return s.do(ctx, req)
}

func (s *session) do(ctx context.Context, req rest.Request) (answer, error) {
	resp, err := s.client.Do(ctx, req)
	if err != nil {
		return answer{}, err
	}
	return s.decode(resp)
}

// decode reads the JSON of an answer. A body that is not JSON is Broken.
func (s *session) decode(resp *rest.Response) (answer, error) {
	a := answer{status: resp.Status, headers: lowerHeaders(resp.Header)}
	if len(resp.Body) == 0 {
		return a, nil
	}
	names := s.m.Names()
	if s.whole {
		names = names.Everything()
	}
	var err error
	if a.body, err = tree.Read(resp.Body, names); err != nil {
		return a, fault.New(fault.Broken, "The system's answer is not whole JSON; nothing of it is used.").Because("decode answer of "+resp.At, err)
	}
	return a, nil
}

// buildRequest fills in a request's templates. A parameter that comes to nothing is
// left out.
func buildRequest(r *manifest.Request, env manifest.Env, override map[string]manifest.Template) (rest.Request, error) {
	fail := func(err error) (rest.Request, error) {
		return rest.Request{}, fault.Wrap(fault.Internal, "build request", err)
	}
	path, err := r.Path.URL(env)
	if err != nil {
		return fail(err)
	}
	req := rest.Request{Method: r.Method, Path: path, Query: url.Values{}, Header: http.Header{}}
	for _, set := range []map[string]manifest.Template{r.Query, override} {
		for name, t := range set {
			value, err := t.Text(env)
			if err != nil {
				return fail(err)
			}
			if req.Query.Set(name, value); value == "" {
				req.Query.Del(name)
			}
		}
	}
	for name, t := range r.Headers {
		value, err := t.Text(env)
		if err != nil {
			return fail(err)
		}
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if len(r.Form) > 0 {
		if req.Body, err = formBody(r.Form, env); err != nil {
			return fail(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.Body.Set() {
		body, err := r.Body.Eval(env)
		if err != nil {
			return fail(err)
		}
		if req.Body, err = json.Marshal(object(body)); err != nil {
			return fail(err)
		}
	}
	return req, nil
}

// formBody is a form as a body. Members that are empty are left out.
func formBody(form map[string]manifest.Template, env manifest.Env) ([]byte, error) {
	values := url.Values{}
	for name, t := range form {
		value, err := t.Text(env)
		if err != nil {
			return nil, err
		}
		if value != "" {
			values.Set(name, value)
		}
	}
	return []byte(values.Encode()), nil
}

// object gives maps that an expression built names that JSON can have.
func object(v any) any {
	switch t := v.(type) {
	case map[any]any:
		out := make(map[string]any, len(t))
		for k, one := range t {
			out[fmt.Sprint(k)] = object(one)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(t))
		for k, one := range t {
			out[k] = object(one)
		}
		return out
	case []any:
		out := make([]any, len(t))
		for i, one := range t {
			out[i] = object(one)
		}
		return out
	default:
		return v
	}
}
