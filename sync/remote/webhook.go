package remote

import (
	"context"
	"net/http"
	"net/url"

	"portico/sync/record"
)

// RawRequest is a webhook as it arrived.
type RawRequest struct {
	Method string
	Header http.Header
	Body   []byte
	URL    string // whole, as the sender knows it
}

// Query is what stands behind the question mark; what cannot be read is left out.
func (r *RawRequest) Query() url.Values {
	u, err := url.Parse(r.URL)
	if err != nil {
		return url.Values{}
	}
	return u.Query()
}

// Hint says that a record may have changed. Without an external id it is about
// everything of its kind.
type Hint struct {
	Ref record.Ref
	// Key deduplicates repeated deliveries of one event.
	Key string
}

// WebhookSpec is what an administrator needs to know before the system can send.
type WebhookSpec struct {
	Steps   []string // what to do there, in order
	Secrets []HookSecret
	// Accepted is the status that a verified message is answered with.
	Accepted int
}

// HookSecret is a secret that is shared with the system for its webhooks only. It is
// kept like a credential, by its name. Several count when they stand between spaces.
type HookSecret struct {
	Name, Label, Help string
	// Made says that we make it and the system is told; otherwise the system makes it.
	Made bool
	// Query is the parameter of the address that carries it, or "".
	Query string
	// Optional says that messages count without it.
	Optional bool
	// Learned says that the system tells it when it is told the address.
	Learned bool
}

// Greeter is a Connector whose system asks whether an address is the right one.
type Greeter interface {
	// Greet answers a message that asks; nil when it is none. An error refuses it.
	Greet(ctx context.Context, c Conn, raw *RawRequest) (*Reply, error)
}

// Reply answers a message that is no event.
type Reply struct {
	Status int    // 0 is 200
	Type   string // "" is text/plain
	Body   string
	Header http.Header
	// Learn are secrets that the message brought, by name. One is kept only while
	// there is none.
	Learn map[string]string
}
