// Package approval is what a provider asks a client to decide: the question in
// words, the exact version that it is about, who may answer, and the one answer
// that counts. It promises that a version has one fingerprint, and that what may
// be asked and answered is checked in one place. It does no I/O: that exactly one
// answer wins is the store's promise.
package approval

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/base32"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
)

// ID identifies an approval, a UUIDv7.
type ID struct{ uuid.UUID }

// NewID returns a fresh, time-ordered approval id.
func NewID() ID { return ID{uuid.Must(uuid.NewV7())} }

// ParseID reads the canonical text form.
func ParseID(s string) (ID, error) {
	if len(s) != 36 { // one spelling per id, as everywhere
		return ID{}, fmt.Errorf("approval id %q is not a UUID", s)
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

// NewRef returns a reference that people can quote: "APR-" and 12 characters of
// base32 (60 random bits, RFC 4648 alphabet).
func NewRef() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return "APR-" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])[:12]
}

// State is where an approval is. That it is late is no state: a date decides nothing.
type State string

// States. Only Open ever moves.
const (
	Open      State = "open"
	Approved  State = "approved"
	Declined  State = "declined"
	Changes   State = "changes"   // the client asks for changes on exactly this version
	Withdrawn State = "withdrawn" // taken back by staff
)

// Answers are the states that a client's decision leads to.
var Answers = []State{Approved, Changes, Declined}

// Way is how a decision reached us.
type Way string

// Ways.
const (
	Portal Way = "portal" // signed in
	Link   Way = "link"   // by the link of one person, mailed to them
	Phone  Way = "phone"  // said, and recorded by staff
)

// Person is somebody as an approval remembers them.
type Person struct {
	User  string `json:"user"` // user id
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
	Role  string `json:"role,omitempty"` // in the account or among staff, at that moment
}

// Display returns the name, or the address when there is no name.
func (p Person) Display() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Email
}

// Approval is one question with everything that was ever asked in it.
type Approval struct {
	ID      ID
	Ref     string // quoted to people and in the other system, see NewRef
	Account record.AccountID
	Title   string
	State   State
	// Version is the newest, the only one that can be decided.
	Version int
	// Versions are all of them, oldest first; a list has only the newest.
	Versions []Version
	Asker    Person
	// People may decide by name, Roles by their role in the account; any one is enough.
	People []Person
	Roles  []access.Role
	// SignIn says that a mailed link only shows it: to decide, one signs in.
	SignIn bool
	Due    time.Time // zero for no date
	Remind time.Time // when those who may decide are reminded; zero for never
	// Ticket is the request that it is about, zero for none. Number and Subject are
	// as they were when it was asked.
	Ticket   record.ID
	Number   string
	Subject  string
	Decision *Decision // nil while nobody has decided
	// Reply is the message about the decision in the other system, nil when there
	// is none or its request has left.
	Reply   *action.Action
	Created time.Time
	Changed time.Time
	// MadeAs is the account's name when it was asked, if it has moved to another one since.
	MadeAs string
}

// Newest is the version that can be decided.
func (a Approval) Newest() Version {
	if len(a.Versions) == 0 {
		return Version{}
	}
	return a.Versions[len(a.Versions)-1]
}

// Numbered returns a version by its number.
func (a Approval) Numbered(n int) (Version, bool) {
	i := slices.IndexFunc(a.Versions, func(v Version) bool { return v.Number == n })
	if i < 0 {
		return Version{}, false
	}
	return a.Versions[i], true
}

// Overdue reports whether it still waits although its date has passed.
func (a Approval) Overdue(now time.Time) bool {
	return a.State == Open && !a.Due.IsZero() && a.Due.Before(now)
}

// Decides reports whether somebody may answer, by name or by role.
func (a Approval) Decides(user string, role access.Role) bool {
	return slices.ContainsFunc(a.People, func(p Person) bool { return p.User == user }) || slices.Contains(a.Roles, role)
}
