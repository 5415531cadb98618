package store

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store/internal/scoped"
)

// ReviseConnection changes how a connection is reached: name, settings, address
// confirmed, authority and the credentials given (sealed, by field; the others
// stay). was is what the change was decided upon; when it is not so any more, the
// error is fault.Conflict and nothing is changed.
func (y *System) ReviseConnection(ctx context.Context, was, is remote.Connection, secrets map[string][]byte) error {
	e := administered(audit.ConnectionMade, y.now(), is.ID.String(), "changed", strings.Join(revised(was, is), " "),
		"secret", strings.Join(slices.Sorted(maps.Keys(secrets)), " "), "allow_private", is.AllowPrivate)
	return y.administer(ctx, e, func(ctx context.Context, tx *scoped.Tx) error {
		if err := revise(ctx, tx, was, is); err != nil {
			return err
		}
		return y.putSecrets(ctx, tx, is.ID, secrets)
	})
}

// revise writes a connection that is still as it was.
func revise(ctx context.Context, tx *scoped.Tx, was, is remote.Connection) error {
	before, err := json.Marshal(was.Settings)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode settings", err)
	}
	after, err := json.Marshal(is.Settings)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode settings", err)
	}
	if err := nameFree(ctx, tx, is); err != nil {
		return err
	}
	n, err := tx.Run(ctx, `UPDATE connections SET name = ?, settings = ?, allow_private = ?, ca = ?
		WHERE id = ? AND name = ? AND settings = ? AND allow_private = ? AND ca = ?`,
		plain(is.Name), string(after), is.AllowPrivate, is.CA, is.ID, was.Name, string(before), was.AllowPrivate, was.CA)
	if err != nil {
		return fault.At("change connection", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "Somebody else changed this connection meanwhile. Look at it again.")
	}
	return nil
}

// revised names what differs, never the values.
func revised(was, is remote.Connection) []string {
	var out []string
	for name, differs := range map[string]bool{"name": was.Name != is.Name, "allow_private": was.AllowPrivate != is.AllowPrivate, "ca": was.CA != is.CA} {
		if differs {
			out = append(out, name)
		}
	}
	for name, value := range is.Settings {
		if was.Settings[name] != value {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// SecretAges says of each credential of a connection when it was entered.
func (y *System) SecretAges(ctx context.Context, c record.ConnectionID) (map[string]time.Time, error) {
	var rows []struct {
		Field     string
		ChangedAt moment
	}
	err := y.db.Find(ctx, &rows, "SELECT field, changed_at FROM secrets WHERE connection_id = ?", c)
	out := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		out[r.Field] = r.ChangedAt.Time
	}
	return out, fault.At("read the ages of secrets", err)
}
