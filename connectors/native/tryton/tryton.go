// Package tryton is the connector for Tryton, an ERP that is spoken to in
// JSON-RPC with values of its own (Decimal, date, datetime). It promises what
// connectortest asks of every connector, that drafts never leave Tryton, that
// amounts keep every decimal, and that a payment is recorded once: each carries
// Portico's reference in its move, which is looked for before anything is said
// about it.
//
// It hides sessions, companies of one database, Tryton's domains, and the wizard
// by which a payment is made. Seen live with Tryton 6.0.
package tryton

import (
	"context"
	"sync"

	"portico/connectors/rest"
	"portico/sync/record"
	"portico/sync/remote"
)

// Connector is Tryton at work. It is safe for concurrent use. It keeps, for each
// connection, a circuit breaker and the session that is signed in.
type Connector struct {
	mu       sync.Mutex
	breakers map[record.ConnectionID]*rest.Breaker
	doors    map[record.ConnectionID]*door
}

var (
	_ remote.Connector = (*Connector)(nil)
	_ remote.Sampler   = (*Connector)(nil)
)

// New returns the connector.
func New() *Connector {
	return &Connector{breakers: map[record.ConnectionID]*rest.Breaker{}, doors: map[record.ConnectionID]*door{}}
}

// Spec implements remote.Connector.
func (c *Connector) Spec() remote.Spec { return spec() }

// Limit is what a Tryton server is asked at most: small installations run one process.
func (c *Connector) Limit() rest.Limit {
	return rest.Limit{PerSecond: 10, Concurrent: 4, Reserve: 1}
}

// Hints implements remote.Connector: Tryton has no webhooks.
func (c *Connector) Hints(context.Context, remote.Conn, *remote.RawRequest) ([]remote.Hint, error) {
	return nil, nil
}

// Forget drops what is kept about a connection that was only tried.
func (c *Connector) Forget(id record.ConnectionID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.breakers, id)
	delete(c.doors, id)
}

// kept returns the breaker and the door of a connection.
func (c *Connector) kept(id record.ConnectionID) (*rest.Breaker, *door) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.breakers[id] == nil {
		c.breakers[id], c.doors[id] = &rest.Breaker{}, &door{}
	}
	return c.breakers[id], c.doors[id]
}
