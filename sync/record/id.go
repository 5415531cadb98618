package record

import (
	"database/sql/driver"
	"fmt"

	"github.com/google/uuid"
)

// ID identifies one normalized record. It is Portico's own, a UUIDv7 (RFC 9562);
// the id that the source uses is Ref.External.
type ID struct{ uuid.UUID }

// AccountID identifies a client company, the unit of isolation.
type AccountID struct{ uuid.UUID }

// ConnectionID identifies one configured connector.
type ConnectionID struct{ uuid.UUID }

// NewID returns a fresh, time-ordered record id.
func NewID() ID { return ID{uuid.Must(uuid.NewV7())} }

// NewAccountID returns a fresh, time-ordered account id.
func NewAccountID() AccountID { return AccountID{uuid.Must(uuid.NewV7())} }

// NewConnectionID returns a fresh, time-ordered connection id.
func NewConnectionID() ConnectionID { return ConnectionID{uuid.Must(uuid.NewV7())} }

// ParseID reads the canonical text form.
func ParseID(s string) (ID, error) { u, err := parse("record", s); return ID{u}, err }

// ParseAccountID reads the canonical text form.
func ParseAccountID(s string) (AccountID, error) {
	u, err := parse("account", s)
	return AccountID{u}, err
}

// ParseConnectionID reads the canonical text form.
func ParseConnectionID(s string) (ConnectionID, error) {
	u, err := parse("connection", s)
	return ConnectionID{u}, err
}

func parse(what, s string) (uuid.UUID, error) {
	if len(s) != 36 { // uuid.Parse also accepts URNs, braces and bare hex: one spelling per id keeps links comparable
		return uuid.Nil, fmt.Errorf("%s id %q is not a UUID", what, s)
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, fmt.Errorf("%s id %q: %w", what, s, err)
	}
	return u, nil
}

// IsZero reports whether the id was never set.
func (id ID) IsZero() bool { return id.UUID == uuid.Nil }

// IsZero reports whether the id was never set.
func (id AccountID) IsZero() bool { return id.UUID == uuid.Nil }

// IsZero reports whether the id was never set.
func (id ConnectionID) IsZero() bool { return id.UUID == uuid.Nil }

// Value stores the id as canonical text; a zero id is NULL.
func (id ID) Value() (driver.Value, error) { return value(id.UUID) }

// Value stores the id as canonical text; a zero id is NULL.
func (id AccountID) Value() (driver.Value, error) { return value(id.UUID) }

// Value stores the id as canonical text; a zero id is NULL.
func (id ConnectionID) Value() (driver.Value, error) { return value(id.UUID) }

func value(u uuid.UUID) (driver.Value, error) {
	if u == uuid.Nil {
		return nil, nil
	}
	return u.String(), nil
}
