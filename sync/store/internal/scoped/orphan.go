package scoped

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// Codes of a row whose parent is not there: foreign_key_violation
// (https://www.postgresql.org/docs/current/errcodes-appendix.html), and
// SQLITE_CONSTRAINT_FOREIGNKEY (https://www.sqlite.org/rescode.html).
const (
	orphanPostgres = "23503"
	orphanSQLite   = 787
)

// Orphan reports whether a row was refused because what it belongs to is not there.
func Orphan(err error) bool {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return said.Code == orphanPostgres
	}
	var coded interface{ Code() int }
	return errors.As(err, &coded) && coded.Code() == orphanSQLite
}
