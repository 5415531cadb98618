// Package caldav reads calendars by CalDAV (RFC 4791): maintenance windows, a
// content calendar, whatever a provider keeps in calendars for its clients.
//
// It promises what connectortest asks of every connector. Changes come by
// sync-collection (RFC 6578) with its tombstones, or by comparing ETags where a
// server lacks it. Events that repeat are unrolled from 90 days back to 400
// days ahead, and again as time goes by. An object that cannot be read is set
// aside with a reason. A client's confirmation is written into the event, where
// staff see it, and no other byte of the object is changed.
//
// A record belongs to one company, an event may concern many: it becomes one
// record for each. External ids are "<path below the home>[;<occurrence>][#<company>]",
// so that an id leads back to the object. Version is made of what a client is
// shown and not of the ETag, which changes whenever another client confirms.
//
// The package hides discovery (RFC 5397, RFC 6764), WebDAV's XML and iCalendar.
// It writes the reports itself: go-webdav's client has no sync-collection, and
// sends requests past the connection's budget.
package caldav

import (
	"context"
	"io"
	"sync"
	"time"

	"portico/connectors/rest"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Stream is the one stream of the connector.
const Stream = "events"

// Connector speaks CalDAV. It is safe for concurrent use; all it keeps is a
// circuit breaker per connection.
type Connector struct {
	mu       sync.Mutex
	breakers map[record.ConnectionID]*rest.Breaker
}

var (
	_ remote.Connector = (*Connector)(nil)
	_ remote.Sampler   = (*Connector)(nil)
)

// New returns the connector.
func New() *Connector {
	return &Connector{breakers: map[record.ConnectionID]*rest.Breaker{}}
}

// How long one write may take, and how long after that a server may commit it.
const (
	writeTimeout = 20 * time.Second
	writeGrace   = 20 * time.Second
)

// Spec implements remote.Connector.
func (c *Connector) Spec() remote.Spec {
	return remote.Spec{
		ID: "caldav", Name: "Calendar (CalDAV)", Category: "calendar",
		Description: "Events of calendars on Nextcloud, Radicale, SOGo, Zimbra, iCloud, Fastmail and other CalDAV servers: maintenance windows, content calendars.",
		Fields:      fields,
		Streams: []remote.Stream{{
			Name: Stream, Kinds: []record.Kind{record.KindEvent}, Every: 2 * time.Minute, Census: time.Hour,
			FreshFor: 15 * time.Minute, Sweep: true, Incremental: true,
		}},
		Actions: []remote.ActionSpec{{
			Kind: action.EventAcknowledge, Label: "Write into the event who confirmed it",
			Timeout: writeTimeout, Grace: writeGrace, MaxText: 1000,
		}},
	}
}

// Limit is what a small calendar server bears, for rest.NewBudget.
func (c *Connector) Limit() rest.Limit {
	return rest.Limit{PerSecond: 20, Concurrent: 2, Reserve: 1}
}

// Open implements remote.Connector: attachments of events are not shown.
func (c *Connector) Open(context.Context, remote.Conn, record.Ref) (io.ReadCloser, error) {
	return nil, fault.New(fault.NotFound, "A calendar has no such file.")
}

// Hints implements remote.Connector: calendars call nobody.
func (c *Connector) Hints(context.Context, remote.Conn, *remote.RawRequest) ([]remote.Hint, error) {
	return nil, nil
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

// Forget drops what is kept about a connection that was only tried.
func (c *Connector) Forget(id record.ConnectionID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.breakers, id)
}
