package scoped

import (
	"database/sql/driver"
	"io"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// answer is the rows of a query that was sent in a batch.
type answer struct {
	results pgx.BatchResults
	rows    pgx.Rows
	ahead   bool // the first row was read already
	names   []string
}

// Columns implements driver.Rows.
func (a *answer) Columns() []string {
	if a.names == nil {
		fields := a.rows.FieldDescriptions()
		a.names = make([]string, len(fields))
		for i, f := range fields {
			a.names[i] = f.Name
		}
	}
	return a.names
}

// Next implements driver.Rows.
func (a *answer) Next(dest []driver.Value) error {
	if !a.ahead && !a.rows.Next() {
		if err := a.rows.Err(); err != nil {
			return away(err)
		}
		return io.EOF
	}
	a.ahead = false
	values, err := a.rows.Values()
	if err != nil {
		return err
	}
	for i, v := range values {
		switch v := v.(type) {
		case [16]byte:
			dest[i] = uuid.UUID(v).String()
		case int32:
			dest[i] = int64(v)
		default: // text, bigint, boolean, timestamptz and bytea come as database/sql wants them
			dest[i] = v
		}
	}
	return nil
}

// Close implements driver.Rows. It reads what is left, which ends the batch and
// with it the transaction that holds the account.
func (a *answer) Close() error {
	a.rows.Close()
	return a.results.Close()
}
