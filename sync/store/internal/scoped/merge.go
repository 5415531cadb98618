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

// Incoming is a table of this connection that rows are sent into.
type Incoming struct {
	Name    string
	Define  string // what stands between its parentheses
	Columns []string
}

// Target is a table that rows are merged into.
type Target struct {
	Table    string
	Columns  []string
	From     []string // what the columns are called where they come in; nil: the same
	Conflict string   // what follows ON CONFLICT; a condition in it keeps what is equal from being written again; "" when none can be
}

// On is the same target, with a conflict that rows may meet.
func (t Target) On(conflict string) Target {
	t.Conflict = conflict
	return t
}

func (t Target) insert(from string) string {
	columns := strings.Join(t.Columns, ", ")
	source := columns
	if t.From != nil {
		source = strings.Join(t.From, ", ")
	}
	// #nosec G202 -- the target and its columns are names of our own, never input
	insert := "INSERT INTO " + t.Table + " (" + columns + ") SELECT " + source + " FROM " + from
	if t.Conflict != "" {
		insert += " ON CONFLICT " + t.Conflict
	}
	return insert
}

// Merge sends rows with COPY into a table of this connection and merges them
// from there: COPY itself knows neither conflicts nor row-level security. No two
// rows may meet in the same conflict. It is for PostgreSQL (Bulk).
func (tx *Tx) Merge(ctx context.Context, in Incoming, rows [][]any, into ...Target) error {
	var merge strings.Builder
	for _, t := range into {
		insert := t.insert(in.Name)
		tx.db.check(insert)
		merge.WriteString(insert + ";")
	}
	// One round trip. What an earlier merge of this transaction left is there still.
	_, err := tx.tx.Tx.ExecContext(ctx, "SET LOCAL client_min_messages = warning; CREATE TEMPORARY TABLE IF NOT EXISTS "+in.Name+
		" ("+in.Define+") ON COMMIT DELETE ROWS; DELETE FROM "+in.Name)
	if err != nil {
		return err
	}
	err = tx.conn.Raw(func(conn any) error {
		_, err := conn.(*session).Conn.Conn().CopyFrom(ctx, pgx.Identifier{in.Name}, in.Columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			return binary(rows[i])
		}))
		return err
	})
	if err != nil {
		return err
	}
	_, err = tx.tx.Tx.ExecContext(ctx, merge.String())
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
