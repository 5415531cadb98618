// Package apikey is the vocabulary of keys by which other programs use the API:
// what a key looks like, which scopes it may have, and what is known of one. It
// promises that a key that leaked can be found by its looks alone, and that
// nothing here keeps the key itself. It does no I/O but random bytes.
package apikey

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// ID identifies a key, a UUIDv7 as text behind "key-", so that it is never taken
// for a user's where both may stand.
type ID string

// NewID returns a fresh, time-ordered id.
func NewID() ID { return ID(prefixID + uuid.Must(uuid.NewV7()).String()) }

const prefixID = "key-"

// IsID reports whether an actor is a key, and not a person.
func IsID(actor string) bool { return strings.HasPrefix(actor, prefixID) }

// Scope is one thing that a key may do.
type Scope string

// The scopes.
const (
	AccountsRead  Scope = "accounts:read"
	TicketsRead   Scope = "tickets:read"
	AssetsRead    Scope = "assets:read"
	InvoicesRead  Scope = "invoices:read" // and payments
	QuotesRead    Scope = "quotes:read"
	ContractsRead Scope = "contracts:read"
	ProjectsRead  Scope = "projects:read"
	DocumentsRead Scope = "documents:read"
	EventsRead    Scope = "events:read"
	// These ask for actions of their own kind and for nothing else.
	PaymentsWrite  Scope = "payments:write"
	QuotesWrite    Scope = "quotes:write"
	DocumentsWrite Scope = "documents:write"
	EventsWrite    Scope = "events:write"
	ActionsRead    Scope = "actions:read"
	ActionsWrite   Scope = "actions:write"
	ApprovalsRead  Scope = "approvals:read"
	ApprovalsWrite Scope = "approvals:write"
	WebhooksRead   Scope = "webhooks:read"
	WebhooksWrite  Scope = "webhooks:write"
)

// Scopes lists them in the order in which they are shown.
var Scopes = []Scope{AccountsRead, TicketsRead, AssetsRead, InvoicesRead, PaymentsWrite, QuotesRead, QuotesWrite, ContractsRead, ProjectsRead,
	DocumentsRead, DocumentsWrite, EventsRead, EventsWrite, ActionsRead, ActionsWrite, ApprovalsRead, ApprovalsWrite, WebhooksRead, WebhooksWrite}

// ToAsk is the scope that a key needs to ask for an action, and still needs when it
// is sent; "" for a kind that no key may ask for.
func ToAsk(k action.Kind) Scope {
	switch k.About() {
	case record.KindTicket:
		return ActionsWrite
	case record.KindInvoice:
		return PaymentsWrite
	case record.KindQuote:
		return QuotesWrite
	case record.KindDocument:
		return DocumentsWrite
	case record.KindEvent:
		return EventsWrite
	default:
		return ""
	}
}

// MaxName is how many characters the name of a key may have.
const MaxName = 60

// Key is what is known of a key: everything but itself.
type Key struct {
	ID   ID
	Name string
	// Start is how the key begins, for people who have several.
	Start  string
	Scopes []Scope
	// Accounts are the ones that it reaches; none means all of them.
	Accounts []record.AccountID
	Expires  time.Time // zero for never
	Used     time.Time // to the minute; zero for never
	Created  time.Time
	By       string    // name of who made it
	Revoked  time.Time // zero while it is good
}

// State is how a key is.
type State string

// States.
const (
	Good    State = "good"
	Expired State = "expired"
	Revoked State = "revoked"
)

// State says whether the key opens anything.
func (k Key) State(now time.Time) State {
	switch {
	case !k.Revoked.IsZero():
		return Revoked
	case !k.Expires.IsZero() && !now.Before(k.Expires):
		return Expired
	default:
		return Good
	}
}

// May reports whether the key has a scope.
func (k Key) May(s Scope) bool { return slices.Contains(k.Scopes, s) }

// Whole reports whether the key reaches every account.
func (k Key) Whole() bool { return len(k.Accounts) == 0 }

// Reaches reports whether the key reaches an account.
func (k Key) Reaches(a record.AccountID) bool {
	return !a.IsZero() && (k.Whole() || slices.Contains(k.Accounts, a))
}

// Display is how what a key did is signed.
func (k Key) Display() string { return "API key " + k.Name }

// Check refuses a key that is of no use: fault.Invalid with fields.
func (k Key) Check(now time.Time) error {
	problem := fault.New(fault.Invalid, "Please correct what is marked.")
	switch {
	case strings.TrimSpace(k.Name) == "":
		problem.Field("name", "Name the program that will use it.")
	case utf8.RuneCountInString(k.Name) > MaxName:
		problem.Field("name", "At most 60 characters.")
	}
	if len(k.Scopes) == 0 {
		problem.Field("scopes", "Choose at least one.")
	}
	for _, s := range k.Scopes {
		if !slices.Contains(Scopes, s) {
			problem.Field("scopes", "There is no scope "+string(s)+".")
		}
	}
	if !k.Expires.IsZero() && !k.Expires.After(now) {
		problem.Field("expires", "This day has passed.")
	}
	if len(problem.Fields) == 0 {
		return nil
	}
	return problem
}
