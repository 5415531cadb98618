// Package engine runs a compiled manifest as a connector. It promises what
// connectortest asks of every connector: pages come in checkpoint order, no row
// is lost at a cursor's edge, a page that is cut, short, repeated or of the
// wrong shape stops the stream with its checkpoint unmoved, a record that
// cannot be read is set aside with a reason, and a write leaves once and is
// believed only when it was read back.
//
// It hides paging, cursors, joins and the mapping to normalized records. It
// keeps nothing about a connection but a circuit breaker.
package engine

import (
	"sync"

	"portico/connectors/manifest"
	"portico/connectors/rest"
	"portico/sync/record"
	"portico/sync/remote"
)

// Connector is one manifest at work. It is safe for concurrent use.
type Connector struct {
	m      *manifest.Manifest
	spec   remote.Spec
	record func(rest.Exchange)
	// learned are the settings that the system tells when somebody signs in there.
	learned map[string]bool

	mu       sync.Mutex
	breakers map[record.ConnectionID]*rest.Breaker
	renewing map[record.ConnectionID]*rest.Turns
}

var (
	_ remote.Connector = (*Connector)(nil)
	_ remote.Sampler   = (*Connector)(nil)
	_ remote.Greeter   = (*Connector)(nil)
)

// Option changes how a connector runs.
type Option func(*Connector)

// Recorder is told every exchange with the system, credentials removed.
func Recorder(f func(rest.Exchange)) Option { return func(c *Connector) { c.record = f } }

// New returns the connector that the manifest describes.
func New(m *manifest.Manifest, options ...Option) *Connector {
	c := &Connector{m: m, spec: specOf(m), learned: m.HTTP.Auth.Learned(), breakers: map[record.ConnectionID]*rest.Breaker{},
		renewing: map[record.ConnectionID]*rest.Turns{}}
	for _, o := range options {
		o(c)
	}
	return c
}

// Spec implements remote.Connector.
func (c *Connector) Spec() remote.Spec { return c.spec }

// Limit is what the manifest says the system may be asked, for rest.NewBudget.
func (c *Connector) Limit() rest.Limit {
	b := c.m.HTTP.Budget
	return rest.Limit{PerSecond: b.PerSecond, PerMinute: b.PerMinute, PerDay: b.PerDay, Concurrent: b.Concurrent, Reserve: b.Reserve}
}

func (c *Connector) breaker(id record.ConnectionID) *rest.Breaker {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.breakers[id]
	if b == nil {
		b = &rest.Breaker{}
		c.breakers[id] = b
	}
	return b
}

func (c *Connector) turns(id record.ConnectionID) *rest.Turns {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.renewing[id]
	if t == nil {
		t = &rest.Turns{}
		c.renewing[id] = t
	}
	return t
}

// Forget drops what is kept about a connection that was only tried.
func (c *Connector) Forget(id record.ConnectionID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.breakers, id)
	delete(c.renewing, id)
}

func specOf(m *manifest.Manifest) remote.Spec {
	s := remote.Spec{ID: m.ID, Name: m.Name, Category: m.Category, Description: m.Description, Color: m.Color}
	learned := m.HTTP.Auth.Learned()
	s.Consent, s.Webhooks = consentOf(m), webhooksOf(m)
	for _, name := range m.FieldOrder {
		f := m.Config[name]
		s.Fields = append(s.Fields, remote.Field{Name: name, Label: f.Label, Help: f.Help, Type: f.Type,
			Required: f.Required, Default: f.Default, Choices: f.Choices, Pattern: f.Pattern, Learned: learned[name]})
	}
	for _, name := range m.StreamOrder {
		s.Streams = append(s.Streams, streamSpec(m.Streams[name], m))
	}
	for _, name := range m.ActionOrder {
		a := m.Actions[name]
		s.Actions = append(s.Actions, remote.ActionSpec{Kind: a.Kind, Label: a.Label,
			Timeout: a.Timeout.Duration, Grace: a.Grace.Duration, MaxText: a.MaxText})
	}
	return s
}

func streamSpec(st *manifest.Stream, m *manifest.Manifest) remote.Stream {
	out := remote.Stream{Name: st.Name, Every: st.Every.Duration, FreshFor: st.FreshFor.Duration, Incremental: st.Incremental != nil || st.Delta != nil}
	if st.ForEach != nil {
		out.Incremental = m.Streams[st.ForEach.Stream].Incremental != nil || m.Streams[st.ForEach.Stream].Delta != nil
	}
	if st.Census != nil {
		out.Census, out.Sweep = st.Census.Every.Duration, st.Census.Sweep
	}
	out.Kinds = emitted(st)
	return out
}
