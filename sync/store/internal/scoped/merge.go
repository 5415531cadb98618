package scoped

import (
	"context"
	"database/sql/driver"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Bulk reports whether rows are best sent many at once, with Merge. SQLite is
// in this process: it gains nothing from it.
func (tx *Tx) Bulk() bool { return tx.db.dialect == Postgres }

// Target is a table that rows are merged into.
type Target struct {
	Table    string
	Columns  []string
	Conflict string // what follows ON CONFLICT; a condition in it keeps what is equal from being written again
}

// Merge sends rows with COPY into a table of this connection and merges them
// from there: COPY itself knows neither conflicts nor row-level security. No two
// rows may meet in the same conflict. It is for PostgreSQL (Bulk).
func (tx *Tx) Merge(ctx context.Context, into Target, rows [][]any) error {
	incoming, columns := "incoming_"+into.Table, strings.Join(into.Columns, ", ")
	// #nosec G202 -- the target and its columns are names of our own, never input
	merge := "INSERT INTO " + into.Table + " (" + columns + ") SELECT " + columns + " FROM " + incoming + " ON CONFLICT " + into.Conflict
	tx.db.check(merge)
	// One round trip. What an earlier merge of this transaction left is there still.
	_, err := tx.tx.Tx.ExecContext(ctx, "SET LOCAL client_min_messages = warning; CREATE TEMPORARY TABLE IF NOT EXISTS "+incoming+
		" (LIKE "+into.Table+") ON COMMIT DELETE ROWS; DELETE FROM "+incoming)
	if err != nil {
		return err
	}
	err = tx.conn.Raw(func(conn any) error {
		_, err := conn.(*session).Conn.Conn().CopyFrom(ctx, pgx.Identifier{incoming}, into.Columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			return binary(rows[i])
		}))
		return err
	})
	if err != nil {
		return err
	}
	_, err = tx.tx.Tx.ExecContext(ctx, merge)
	return err
}

// Binary is a value that COPY can take as it is: it knows a shorter way than
// through text.
type Binary interface{ Binary() any }

// binary replaces values by what COPY encodes without a detour.
func binary(row []any) ([]any, error) {
	for i, v := range row {
		switch v := v.(type) {
		case Binary:
			row[i] = v.Binary()
		case driver.Valuer:
			plain, err := v.Value()
			if err != nil {
				return nil, err
			}
			row[i] = plain
		}
	}
	return row, nil
}
