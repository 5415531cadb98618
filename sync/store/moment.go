package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// layout sorts as text and keeps microseconds; all times are stored in UTC.
const layout = "2006-01-02T15:04:05.000000Z"

// moment is a time as the database holds it; the zero time is NULL.
type moment struct{ time.Time }

func at(t time.Time) moment { return moment{t} }

// Value implements driver.Valuer.
func (m moment) Value() (driver.Value, error) {
	if m.IsZero() {
		return nil, nil
	}
	return m.UTC().Format(layout), nil
}

// Scan implements sql.Scanner.
func (m *moment) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		m.Time = time.Time{}
		return nil
	case string:
		t, err := time.Parse(layout, v)
		m.Time = t
		return err
	case []byte:
		return m.Scan(string(v))
	case time.Time:
		m.Time = v.UTC()
		return nil
	default:
		return fmt.Errorf("cannot read a time from %T", src)
	}
}
