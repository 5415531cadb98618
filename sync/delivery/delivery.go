// Package delivery is the vocabulary of what back-office systems are told by
// webhook: an endpoint that subscribes, a message, one delivery of it, an
// attempt; and the catalogue of message types with their schemas. It promises
// that a message stays under its size limit and carries ids and normalized
// fields only. It does no I/O.
package delivery

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"portico/sync/record"
)

// EndpointID identifies an endpoint, a UUIDv7 as text.
type EndpointID string

// NewEndpointID returns a fresh, time-ordered id.
func NewEndpointID() EndpointID { return EndpointID(uuid.Must(uuid.NewV7()).String()) }

// ID identifies one delivery, a UUIDv7 as text.
type ID string

// NewID returns a fresh, time-ordered id.
func NewID() ID { return ID(uuid.Must(uuid.NewV7()).String()) }

// MessageID is what a receiver knows a message by, at every attempt and every
// endpoint: the header webhook-id.
type MessageID string

// NewMessageID returns a fresh, time-ordered id.
func NewMessageID() MessageID { return MessageID("msg_" + uuid.Must(uuid.NewV7()).String()) }

// Limits of endpoints.
const (
	MaxRate     = 1000 // deliveries per second
	DefaultRate = 50
	// OldSecretFor is how long a replaced secret still signs, so that a receiver
	// can change over without losing a message.
	OldSecretFor = 24 * time.Hour
)

// Endpoint is a subscriber. Its secrets and headers are sealed: only who holds
// the vault can read them.
type Endpoint struct {
	ID EndpointID
	// Account is the one account that it is told about; zero means all of them.
	Account     record.AccountID
	URL         string
	Description string
	Types       []Type
	Headers     string // sealed JSON object, or ""
	Rate        int    // deliveries per second, at most
	Secret      string // sealed
	OldSecret   string // sealed; signs as well until OldUntil
	OldUntil    time.Time
	Enabled     bool
	Why         string // why it is off, in words for its owner
	// FailingSince is when the failures began that nothing has interrupted.
	FailingSince time.Time
	Created      time.Time
}

// Wants reports whether the endpoint is told of such a message.
func (e Endpoint) Wants(t Type, a record.AccountID) bool {
	return e.Enabled && slices.Contains(e.Types, t) && (e.Account.IsZero() || e.Account == a)
}

// Message is what is said, byte for byte the same at every attempt.
type Message struct {
	ID      MessageID
	Type    Type
	Account record.AccountID // zero for a test
	At      time.Time
	Payload []byte
}

// State is where a delivery is.
type State string

// States of a delivery.
const (
	Due       State = "due"       // to be attempted, now or later
	Delivered State = "delivered" // the endpoint answered 2xx
	Failed    State = "failed"    // given up; it can be sent again by hand
)

// Delivery is one message on its way to one endpoint.
type Delivery struct {
	ID       ID
	Endpoint EndpointID
	Message  Message
	State    State
	Attempt  int    // attempts made since it became due
	Status   int    // the last answer's HTTP status; 0 when there was none
	Problem  string // why the last attempt failed
	Due      time.Time
	Created  time.Time
	Ended    time.Time
}

// Claim is a fenced lease on one delivery: only its holder's step counts.
type Claim struct {
	Delivery Delivery
	Endpoint Endpoint
	Fence    int64
	Until    time.Time
}

// Attempt is one line of the delivery log.
type Attempt struct {
	At      time.Time
	Took    time.Duration
	Status  int    // 0 when nothing was answered
	Request string // what was sent, without the body and without secrets
	Answer  string // the beginning of the answer
	Problem string // why it does not count, or ""
}

// Step is what a claim came to.
type Step struct {
	State   State
	Due     time.Time // State Due: when to try again
	Attempt *Attempt  // nil when none was made
	// Hold keeps everything back from the endpoint until then; zero does not.
	Hold time.Time
	// Disable switches the endpoint off, with the reason for its owner.
	Disable string
}

// Settled is a claim with its step.
type Settled struct {
	Claim Claim
	Step  Step
}

// Query selects deliveries of an endpoint, the newest first.
type Query struct {
	State State // only these, or ""
	After ID    // the last one that was shown, or ""
	Limit int
}

// Log is a delivery with all its attempts, oldest first.
type Log struct {
	Delivery
	Attempts []Attempt
}
