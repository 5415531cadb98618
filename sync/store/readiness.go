package store

import (
	"context"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// Readiness tells an administrator how far everything is before people are invited.
func (y *System) Readiness(ctx context.Context, s access.Scope) (access.Readiness, error) {
	var r access.Readiness
	if err := access.Administer(s); err != nil {
		return r, err
	}
	if err := y.db.Find(ctx, &r.Unmatched, scoped.System+"SELECT count(*) FROM companies WHERE account_id IS NULL"); err != nil {
		return r, fault.At("count unmatched companies", err)
	}
	if err := y.db.Find(ctx, &r.Waiting, "SELECT count(*) FROM staging"); err != nil {
		return r, fault.At("count records that wait", err)
	}
	var last []struct{ EndedAt moment }
	if err := y.db.Find(ctx, &last, "SELECT max(ended_at) AS ended_at FROM mails WHERE state = 'sent'"); err != nil {
		return r, fault.At("look for the last mail", err)
	}
	for _, l := range last {
		r.Mailed = l.EndedAt.Time
	}
	if err := y.db.Find(ctx, &r.GivenUp, "SELECT count(*) FROM mails WHERE state = 'failed' AND ended_at > ?", at(y.now().Add(-7*24*time.Hour))); err != nil {
		return r, fault.At("count mails that were given up", err)
	}
	if err := y.streamReadiness(ctx, &r); err != nil {
		return r, err
	}
	return r, y.accountReadiness(ctx, &r)
}

func (y *System) streamReadiness(ctx context.Context, r *access.Readiness) error {
	var rows []struct {
		Name        string
		Stream      string
		CompletedAt moment
		FreshFor    int64
		Failures    int
		Held        string
		Paused      bool
	}
	err := y.db.Find(ctx, &rows, `SELECT c.name, s.stream, s.completed_at, s.fresh_for, s.failures, s.held, c.paused
		FROM streams s JOIN connections c ON c.id = s.connection_id AND c.removing_at IS NULL ORDER BY c.name, s.position`)
	for _, s := range rows {
		r.Streams = append(r.Streams, access.StreamReadiness{Connection: s.Name, Stream: s.Stream, Completed: s.CompletedAt.Time,
			FreshFor: time.Duration(s.FreshFor) * time.Second, Failures: s.Failures, Held: s.Held != "", Paused: s.Paused})
	}
	return fault.At("read streams", err)
}

func (y *System) accountReadiness(ctx context.Context, r *access.Readiness) error {
	var rows []struct {
		accountRow

		Companies, Members, Owners, Prepared, Came int
	}
	const members = "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id AND NOT u.disabled WHERE m.account_id = a.id"
	err := y.db.Find(ctx, &rows, scoped.System+`SELECT a.id, a.name, a.parent_id, a.launch, (SELECT count(*) FROM companies c WHERE c.account_id = a.id) AS companies,
		(`+members+") AS members, ("+members+" AND m.role = 'owner') AS owners, ("+members+` AND u.seen_at IS NOT NULL) AS came,
		(SELECT count(*) FROM invitations i WHERE i.account_id = a.id AND i.expires_at IS NULL AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL) AS prepared
		FROM accounts a ORDER BY lower(a.name), a.id`)
	for _, row := range rows {
		r.Accounts = append(r.Accounts, access.AccountReadiness{AccountInfo: row.info(), Companies: row.Companies, Members: row.Members, Owners: row.Owners, Prepared: row.Prepared, Came: row.Came})
	}
	return fault.At("read how far accounts are", err)
}
