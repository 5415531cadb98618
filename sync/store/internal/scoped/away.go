package scoped

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"portico/sync/fault"
)

// lost lets database/sql try another connection when nothing was sent on this one.
func lost(err error) error {
	if pgconn.SafeToRetry(err) {
		return driver.ErrBadConn
	}
	return away(err)
}

// away tells a server that is not there, or that is starting or stopping, from a
// statement that is wrong: the first is fault.Unavailable and passes.
func away(err error) error {
	if err == nil || errors.Is(err, driver.ErrBadConn) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var said *pgconn.PgError
	var failed *pgconn.ConnectError
	var broken net.Error
	switch {
	case errors.As(err, &said):
		// 08: connection, 53: resources, 57P: shutdown, crash and start
		// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
		if !strings.HasPrefix(said.Code, "08") && !strings.HasPrefix(said.Code, "53") && !strings.HasPrefix(said.Code, "57P") {
			return err
		}
	case errors.As(err, &failed), errors.As(err, &broken), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
	default:
		return err
	}
	return fault.New(fault.Unavailable, "The database does not answer. Try again in a moment.").Because("reach PostgreSQL", err)
}
