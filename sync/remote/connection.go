package remote

import (
	"time"

	"portico/sync/record"
)

// Connection is one configured connector, without its secrets.
type Connection struct {
	ID        record.ConnectionID
	Connector string // catalogue id
	Name      string // as people say it; shown to clients as the source
	Settings  map[string]string
	// AllowPrivate names the host:port that an administrator confirmed although
	// it is on a private network, or "".
	AllowPrivate string
	// CA is a PEM bundle that is trusted for this connection only, or "".
	CA       string
	ReadOnly bool // actions wait, nothing is written to the source
	Paused   bool // nothing is pulled
	Created  time.Time
}
