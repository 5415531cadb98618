package store

import (
	"context"
	"strings"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// RemovalPlan says what would go with a connection; fault.NotFound when there is none.
func (y *System) RemovalPlan(ctx context.Context, c record.ConnectionID) (run.Removal, error) {
	is, err := y.Connection(ctx, c)
	if err != nil {
		return run.Removal{}, err
	}
	out := run.Removal{Connection: c, Name: is.Name}
	if out.Actions, err = y.Backlog(ctx, c); err != nil {
		return out, err
	}
	if err := y.removalSize(ctx, &out); err != nil {
		return out, err
	}
	rules, err := authorities(ctx, y.db, "WHERE a.authority_id = ?", c)
	for _, r := range rules {
		out.Believed = append(out.Believed, r.OtherName)
	}
	if err != nil {
		return out, err
	}
	err = y.db.Find(ctx, &out.Questions, scoped.System+`SELECT count(*) FROM approvals p JOIN records r ON r.account_id = p.account_id AND r.id = p.ticket_id
		WHERE p.state = 'open' AND r.connection_id = ?`, c)
	return out, fault.At("count the questions about a connection", err)
}

// removalSize counts what there is of a connection.
func (y *System) removalSize(ctx context.Context, r *run.Removal) error {
	err := y.db.Find(ctx, &r.Accounts, "SELECT count(DISTINCT account_id) FROM companies WHERE connection_id = ? AND account_id IS NOT NULL", r.Connection)
	if err != nil {
		return fault.At("count the accounts of a connection", err)
	}
	if r.Records, err = y.Holdings(ctx, r.Connection); err != nil {
		return err
	}
	done, err := y.within(ctx, &r.Staged, "SELECT count(*) FROM staging WHERE connection_id = ?", r.Connection)
	if !done {
		r.Staged = -1
	}
	return fault.At("count what waits of a connection", err)
}

// RemoveConnection begins to remove a connection: from here on nobody pulls it, asks
// for anything through it or finds it, and its credentials are gone. The rest goes
// with Remove, after which its name is free. It is fault.Conflict while something that
// was asked for through it is on its way or waits for a person, and when the name is
// not the one that was typed.
func (y *System) RemoveConnection(ctx context.Context, c record.ConnectionID, name string) error {
	now := y.now().UTC()
	return y.administer(ctx, administered(audit.ConnectionRemoved, now, c.String(), "name", name, "step", "begun"), func(ctx context.Context, tx *scoped.Tx) error {
		if err := alone(ctx, tx, c); err != nil {
			return err
		}
		if err := removable(ctx, tx, c, name); err != nil {
			return err
		}
		if _, err := tx.Run(ctx, "UPDATE connections SET removing_at = ?, paused = ?, read_only = ? WHERE id = ?", at(now), true, true, c); err != nil {
			return fault.At("begin removal", err)
		}
		// Hooks and runs that are under way commit nothing any more.
		if _, err := tx.Run(ctx, "DELETE FROM hooks WHERE connection_id = ? AND state = 'due'", c); err != nil {
			return fault.At("forget webhooks", err)
		}
		if _, err := tx.Run(ctx, "UPDATE streams SET fence = fence + 1, lease_until = NULL, wanted = '' WHERE connection_id = ?", c); err != nil {
			return fault.At("end runs", err)
		}
		return forget(ctx, tx, c, credentials...)
	})
}

// credentials are the tables that hold what a connection signs in with.
var credentials = []string{"secrets", "tokens", "consents"}

// forget empties tables of what is a connection's.
func forget(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, tables ...string) error {
	for _, table := range tables {
		if _, err := tx.Run(ctx, "DELETE FROM "+table+" WHERE connection_id = ?", c); err != nil {
			return fault.At("empty "+table, err)
		}
	}
	return nil
}

// removable refuses to remove what is not what was typed, and what would take
// something with it that a client asked for. Whoever records an action names the
// connection's row, so that none is recorded while this transaction has it.
func removable(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, name string) error {
	lock := ""
	if tx.Dialect() == scoped.Postgres {
		lock = " FOR UPDATE"
	}
	var names []string
	if err := tx.Find(ctx, &names, "SELECT name FROM connections WHERE id = ? AND removing_at IS NULL"+lock, c); err != nil {
		return fault.At("look at the connection", err)
	}
	if len(names) == 0 {
		return fault.New(fault.NotFound, "There is no such connection.")
	}
	if strings.TrimSpace(name) != names[0] {
		return fault.New(fault.Invalid, "This is not the name of the connection. Nothing was removed.").Field("name", "Type the name as it stands above.")
	}
	var open int
	if err := tx.Find(ctx, &open, scoped.System+"SELECT count(*) FROM actions WHERE connection_id = ? AND state NOT IN ('confirmed', 'refused', 'withdrawn')", c); err != nil {
		return fault.At("look for what clients asked for", err)
	}
	if open > 0 {
		return fault.Newf(fault.Conflict, "Of what clients asked for through %s, %d have not come to an end. Nothing was removed: wait for them, or decide about them.", names[0], open)
	}
	return nil
}

// connected refuses an action that was recorded while its connection was removed.
func connected(ctx context.Context, tx *scoped.Tx, c record.ConnectionID) error {
	gone, err := leaving(ctx, tx, c)
	if err == nil && gone {
		err = fault.New(fault.Conflict, "The system that this would go to was disconnected just now. Nothing was sent.")
	}
	return err
}

// leaving reports whether a connection is being removed, or is gone.
func leaving(ctx context.Context, tx *scoped.Tx, c record.ConnectionID) (is bool, err error) {
	err = tx.Find(ctx, &is, "SELECT EXISTS (SELECT 1 FROM connections WHERE id = ? AND removing_at IS NOT NULL)", c)
	return is, fault.At("look whether the system is connected", err)
}

// Removals lists the connections that are being removed, with what is left of them.
func (y *System) Removals(ctx context.Context) ([]run.Removal, error) {
	var rows []struct {
		ID         record.ConnectionID
		Name       string
		RemovingAt moment
	}
	err := y.db.Find(ctx, &rows, "SELECT id, name, removing_at FROM connections WHERE removing_at IS NOT NULL AND removed_at IS NULL ORDER BY removing_at, id")
	if err != nil {
		return nil, fault.At("list removals", err)
	}
	out := make([]run.Removal, len(rows))
	for i, r := range rows {
		out[i] = run.Removal{Connection: r.ID, Name: r.Name, Began: r.RemovingAt.Time}
		if err := y.removalSize(ctx, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
