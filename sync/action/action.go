// Package action is what a person may ask of a system of record, and the pure
// state machine of its life: recorded, sent, accepted, confirmed by reading
// back, or honestly something else. It does no I/O.
package action

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/base32"
	"fmt"
	"time"

	"github.com/google/uuid"

	"portico/sync/record"
)

// ID identifies an action, a UUIDv7.
type ID struct{ uuid.UUID }

// NewID returns a fresh, time-ordered action id.
func NewID() ID { return ID{uuid.Must(uuid.NewV7())} }

// ParseID reads the canonical text form.
func ParseID(s string) (ID, error) {
	if len(s) != 36 {
		return ID{}, fmt.Errorf("action id %q is not a UUID", s)
	}
	u, err := uuid.Parse(s)
	return ID{u}, err
}

// Value stores the id as canonical text; a zero id is NULL.
func (id ID) Value() (driver.Value, error) {
	if id.UUID == uuid.Nil {
		return nil, nil
	}
	return id.String(), nil
}

// IsZero reports whether the id was never set.
func (id ID) IsZero() bool { return id.UUID == uuid.Nil }

// NewRef returns a reference that people and other systems can quote:
// "PRT-" and 12 characters of base32 (60 random bits, RFC 4648 alphabet).
func NewRef() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return "PRT-" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])[:12]
}

// Limits that the form states before and after somebody types.
const (
	MaxSubject = 200      // characters
	MaxText    = 20_000   // characters
	MaxFiles   = 10       // files in one action
	MaxFile    = 25 << 20 // bytes in one file
)

// Actor is who asked.
type Actor struct {
	User  string `json:"user"` // user id
	Name  string `json:"name"`
	Email string `json:"email"`
	Staff bool   `json:"staff,omitempty"`
}

// File is an uploaded file that goes with an action; its bytes are in the file store.
type File struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`   // bytes
	SHA256      string `json:"sha256"` // hex
}

// Input is what the person filled in. Which fields matter depends on the kind.
type Input struct {
	Subject string            `json:"subject,omitempty"`
	Text    string            `json:"text,omitempty"`  // plain text as typed
	Queue   string            `json:"queue,omitempty"` // where a new request goes, the source's own name
	Fields  map[string]string `json:"fields,omitempty"`
	Files   []File            `json:"files,omitempty"`
	// Approval is the decision that a reply tells of; only the store sets it. Such
	// a reply reports what is decided already, so nobody takes it back.
	Approval string `json:"approval,omitempty"`
	// Care is what staff did with it, see Care; only the store sets it.
	Care *Care `json:"care,omitempty"`
}

// Action is one thing that somebody asked for, with everything that is needed
// to carry it out once and to tell them the truth about it.
type Action struct {
	ID      ID
	Ref     string // quoted in the other system, see NewRef
	Account record.AccountID
	Actor   Actor
	Kind    Kind
	// Connection is where it must take effect.
	Connection record.ConnectionID
	// Target is the record acted on; zero for something new.
	Target record.ID
	// External is the target's id in the source; "" for something new.
	External string
	// Company is the source's key of the account's company, for something new.
	Company string
	// Contact is the source's own id of whoever asked: the one contact of the account
	// there that has their address. "" when there is none, or several. It is known
	// from the claim on.
	Contact string
	// Base is what the person saw of the target: its raw status, "@", and its
	// version; "" when it does not matter.
	Base  string
	Input Input
	// Key makes a form that is posted twice one action.
	Key string

	State      State
	Attempt    int    // sends begun so far in this generation
	Generation int    // raised when staff retry a dead action
	Mark       string // what the source looked like just before the send; see remote.Connector.Prepare
	Reference  string // the other system's own id of the effect
	Reason     string // why it is refused, waiting or dead, in words for the client
	Recorded   time.Time
	Began      time.Time // when this generation began; zero means Recorded
	Sent       time.Time // when the latest send began
	Accepted   time.Time
	Ended      time.Time // confirmed, refused, withdrawn
	Due        time.Time // next attempt, when waiting
	Changed    time.Time // when it was last settled; a claim does not touch it
	MadeAs     string    // the account's name when it was asked, if it has moved to another one since
}

// Draft is what a page submits; the store completes it to an Action.
type Draft struct {
	Account record.AccountID
	Kind    Kind
	Target  record.ID // zero for something new
	// Connection is where something new goes; for a target it is the target's own.
	Connection record.ConnectionID
	Base       string // the version that the person saw, or "" when it does not matter
	Input      Input
	Key        string // from the form; makes a form posted twice one action
	From       Origin // for the audit log
}

// Origin is where a request came from.
type Origin struct {
	IP    string
	Agent string // the browser's own words
}

// Destination is where a new request may go.
type Destination struct {
	Connection record.ConnectionID
	System     string
	Queues     []string
}

// Claim is a fenced lease on one action: only its holder may settle it.
type Claim struct {
	Action Action
	Fence  int64
	Until  time.Time
}

// Step is what one piece of work on an action came to.
type Step struct {
	State     State
	Mark      string // stored before a send; "" keeps what is there
	Reference string // "" keeps what is there
	Reason    string
	Due       time.Time // when the next attempt or look is due; zero for now
	// Begin counts a send that is about to start.
	Begin bool
	// Records were read on the way and go through the same path as a pull.
	Records []record.Record
	// Keep holds the lease for the next step of the same work.
	Keep bool
}
