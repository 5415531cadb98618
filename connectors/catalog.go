// Package connectors is the catalogue: every system that Portico knows without
// being taught, by a manifest or by Go of its own. It promises that each built-in
// manifest compiles; a mistake in one stops the program at start, where a test
// finds it first.
package connectors

import (
	"embed"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"portico/connectors/engine"
	"portico/connectors/manifest"
	"portico/connectors/rest"
	"portico/sync/remote"
)

//go:embed catalog/*/manifest.yaml
var files embed.FS

// builtIn lists the manifests in the order in which an administrator sees them.
var builtIn = []string{
	"catalog/requesttracker/manifest.yaml",
	"catalog/connectwise/manifest.yaml",
	"catalog/autotask/manifest.yaml",
	"catalog/halopsa/manifest.yaml",
	"catalog/zendesk/manifest.yaml",
	"catalog/freshdesk/manifest.yaml",
	"catalog/hubspot/manifest.yaml",
	"catalog/snipeit/manifest.yaml",
	"catalog/stripe/manifest.yaml",
	"catalog/clio/manifest.yaml",
	"catalog/xero/manifest.yaml",
	"catalog/graph/manifest.yaml",
	"catalog/quickbooks/manifest.yaml",
	"catalog/invoiceninja/manifest.yaml",
}

var catalog = sync.OnceValue(func() []remote.Connector {
	out := make([]remote.Connector, 0, len(builtIn)+len(native))
	for _, name := range builtIn {
		m, err := manifest.Load(files, name)
		if err != nil {
			panic(fmt.Sprintf("built-in connector: %v", err))
		}
		out = append(out, engine.New(m))
	}
	for _, made := range native {
		out = append(out, made())
	}
	return out
})

// Catalog returns the built-in connectors. They live as long as the program,
// and so do the circuit breakers in them.
func Catalog() []remote.Connector { return catalog() }

// Find returns the connector of that catalogue id.
func Find(id string) (remote.Connector, bool) {
	for _, c := range catalog() {
		if c.Spec().ID == id {
			return c, true
		}
	}
	return nil, false
}

// limited is a connector that knows what its system bears.
type limited interface{ Limit() rest.Limit }

// NewBudget returns an in-process budget for one credential of the connector.
func NewBudget(c remote.Connector, now func() time.Time) remote.Budget {
	return rest.NewBudget(limit(c), now)
}

// NewSharedBudget is NewBudget for several processes that share a purse.
func NewSharedBudget(c remote.Connector, p rest.Purse, now func() time.Time, log *slog.Logger) remote.Budget {
	return rest.NewSharedBudget(limit(c), p, now, log)
}

// Adapt brings a budget that was made here up to what the connector asks for now.
func Adapt(b remote.Budget, c remote.Connector) {
	if b, ok := b.(*rest.Budget); ok {
		b.Adapt(limit(c))
	}
}

func limit(c remote.Connector) rest.Limit {
	if l, ok := c.(limited); ok {
		return l.Limit()
	}
	return rest.Limit{}
}
