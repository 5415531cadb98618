package engine

import (
	"context"
	"mime"
	"net/http"
	"net/url"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Limits of what one webhook may say. Whatever is beyond them hastens its stream.
const (
	maxHint   = 250 // bytes of a key
	maxEvents = 2000
)

// message is one webhook under examination. What it says is not believed; until it is
// proven, it is not even read but for the proofs.
type message struct {
	s   *session
	w   *manifest.Webhooks
	raw *remote.RawRequest
	env manifest.Env
	// unread is why the body has no meaning, or nil.
	unread error
}

func (c *Connector) message(conn remote.Conn, raw *remote.RawRequest) (*message, error) {
	if c.m.Webhooks == nil {
		return nil, fault.New(fault.Setup, c.m.Name+" sends no webhooks.")
	}
	s, err := c.begin(conn)
	if err != nil {
		return nil, err
	}
	m := &message{s: s, w: c.m.Webhooks, raw: raw}
	body, err := m.body()
	m.unread = err
	m.env = with(s.env(), manifest.Env{"raw": string(raw.Body), "body": body, "headers": lowerHeaders(raw.Header),
		"query": firsts(raw.Query()), "method": raw.Method, "url": raw.URL})
	return m, nil
}

// body reads JSON, or a form when the sender says that it is one.
func (m *message) body() (any, error) {
	if len(m.raw.Body) == 0 {
		return nil, nil
	}
	if kind, _, err := mime.ParseMediaType(m.raw.Header.Get("Content-Type")); err == nil && kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(m.raw.Body))
		out := map[string]any{}
		for name, value := range firsts(form) {
			out[name] = value
		}
		return out, err
	}
	body, err := tree.Read(m.raw.Body, m.s.m.Names())
	return body.Plain(), err
}

// firsts are the first values, by name.
func firsts(values url.Values) map[string]string {
	out := make(map[string]string, len(values))
	for name := range values {
		out[name] = values.Get(name)
	}
	return out
}

// Hints implements remote.Connector: what a proven message says to read anew.
func (c *Connector) Hints(_ context.Context, conn remote.Conn, raw *remote.RawRequest) ([]remote.Hint, error) {
	m, err := c.message(conn, raw)
	if err != nil {
		return nil, err
	}
	if err := m.proven(); err != nil {
		return nil, err
	}
	if m.unread != nil {
		return nil, fault.New(fault.Broken, "A webhook is signed as it should be, but cannot be read.").Because("read webhook", m.unread)
	}
	events, err := m.events()
	if err != nil {
		return nil, fault.New(fault.Broken, "A webhook is signed as it should be, but is not of the shape that is expected.").Because("read webhook", err)
	}
	var out []remote.Hint
	for _, event := range events {
		out = append(out, m.hints(event)...)
	}
	return out, nil
}

// events are what happened. Without a list the whole body is one event; behind the
// limit they are taken together.
func (m *message) events() ([]any, error) {
	if !m.w.Events.Set() {
		return []any{m.env["body"]}, nil
	}
	out, err := m.w.Events.Eval(m.env)
	if err != nil {
		return nil, err
	}
	list, ok := out.([]any)
	switch {
	case out == nil:
		return nil, nil
	case !ok:
		return nil, fault.Newf(fault.Broken, "%s is %T, not a list", m.w.Events.Source, out)
	case len(list) > maxEvents:
		return nil, fault.Newf(fault.Broken, "%d events in one message", len(list))
	}
	return list, nil
}

// hints are those of one event. One that cannot be understood says nothing of which
// record it means, and hastens the stream.
func (m *message) hints(event any) []remote.Hint {
	env := with(m.env, manifest.Env{"item": event})
	key, err := m.w.Key.Text(env)
	if err != nil {
		key = ""
	}
	var out []remote.Hint
	for i := range m.w.Hints {
		rule := &m.w.Hints[i]
		if applies, err := rule.When.Bool(env); err == nil && !applies {
			continue
		}
		kind := emitted(m.s.m.Streams[rule.Stream])[0]
		for _, id := range keys(rule, env) {
			out = append(out, remote.Hint{Ref: record.Ref{Connection: m.s.conn.ID, Kind: kind, External: id}, Key: key})
		}
	}
	return out
}

// keys are those of the records that a rule is about; "" is the stream as a whole.
func keys(rule *manifest.HintRule, env manifest.Env) []string {
	whole := []string{""}
	if !rule.ID.Set() {
		return whole
	}
	v, err := rule.ID.Eval(env)
	if err != nil {
		return whole
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []string
	for _, one := range list {
		id, ok := tree.Of(one).Scalar()
		if !ok || id == "" || len(id) > maxHint {
			return whole
		}
		out = append(out, id)
	}
	return out
}

// Greet implements remote.Greeter: it answers a message that asks whether this is the
// right address; nil when it is none.
func (c *Connector) Greet(_ context.Context, conn remote.Conn, raw *remote.RawRequest) (*remote.Reply, error) {
	if c.m.Webhooks == nil || len(c.m.Webhooks.Challenges) == 0 {
		return nil, nil
	}
	m, err := c.message(conn, raw)
	if err != nil {
		return nil, err
	}
	for i := range m.w.Challenges {
		one := &m.w.Challenges[i]
		if asks, err := one.When.Bool(m.env); err != nil || !asks {
			continue
		}
		if one.Verified {
			if err := m.proven(); err != nil {
				return nil, err
			}
		}
		return m.answer(one)
	}
	return nil, nil
}

func (m *message) answer(one *manifest.Challenge) (*remote.Reply, error) {
	refused := func(err error) (*remote.Reply, error) {
		return nil, fault.New(fault.Unauthenticated, "A question of the system about this address could not be answered.").Because("answer challenge", err)
	}
	body, err := one.Body.Text(m.env)
	if err != nil {
		return refused(err)
	}
	out := &remote.Reply{Status: one.Status, Type: one.Type, Body: body, Header: http.Header{}, Learn: map[string]string{}}
	for name, t := range one.Headers {
		value, err := t.Text(m.env)
		if err != nil {
			return refused(err)
		}
		out.Header.Set(name, value)
	}
	for name, e := range one.Learn {
		if out.Learn[name], err = e.Text(m.env); err != nil {
			return refused(err)
		}
	}
	return out, nil
}

// webhooksOf is what an administrator needs to know of a manifest's webhooks.
func webhooksOf(m *manifest.Manifest) *remote.WebhookSpec {
	w := m.Webhooks
	if w == nil {
		return nil
	}
	out := &remote.WebhookSpec{Steps: w.Steps, Accepted: w.Accepted}
	if out.Accepted == 0 {
		out.Accepted = http.StatusAccepted
	}
	for _, name := range w.SecretOrder {
		s := remote.HookSecret{Name: name, Label: w.Secrets[name].Label, Help: w.Secrets[name].Help, Made: w.Secrets[name].Made == "here", Optional: true}
		for _, p := range w.Verify {
			if p.Secret == name {
				s.Optional, s.Query = s.Optional && p.Optional, pickText(s.Query, p.Query)
			}
		}
		for _, one := range w.Challenges {
			s.Learned = s.Learned || one.Learn[name].Source != ""
		}
		out.Secrets = append(out.Secrets, s)
	}
	return out
}

func pickText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
