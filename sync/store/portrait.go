package store

import (
	"context"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/work"
)

// RecentActions lists what was asked for in the account, newest first.
func (a *Account) RecentActions(ctx context.Context, s access.Scope, account record.AccountID) ([]action.Action, error) {
	return a.actions(ctx, s, account, "TRUE")
}

// reached refuses an account that somebody on the staff may not look into.
func (f *Staff) reached(ctx context.Context, s access.Scope, account record.AccountID) error {
	if err := acting(s); err != nil {
		return err
	}
	var rows []accountRow
	err := f.across.Find(ctx, &rows, selectAccount+"WHERE id = ?", account)
	if err == nil && (len(rows) == 0 || !reaches(s, rows[0].info())) {
		err = notFound()
	}
	return fault.At("look for an account", err)
}

// Members lists who is in an account that the viewer reaches, by name.
func (f *Staff) Members(ctx context.Context, s access.Scope, account record.AccountID) ([]access.Colleague, error) {
	if err := f.reached(ctx, s, account); err != nil {
		return nil, err
	}
	var rows []colleagueRow
	err := f.across.Find(ctx, &rows, `SELECT u.id, u.name, u.email, u.staff_role, u.disabled, u.created_at, u.seen_at, m.role
		FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.account_id = ? ORDER BY lower(u.name), u.email`, account)
	out := make([]access.Colleague, len(rows))
	for i, r := range rows {
		out[i] = access.Colleague{User: r.user(), Role: r.Role, Seen: r.SeenAt.Time}
	}
	return out, fault.At("list members", err)
}

// Unseen counts what sources have handed over for an account that its members do
// not see, by reason.
func (f *Staff) Unseen(ctx context.Context, s access.Scope, account record.AccountID) ([]work.Unseen, error) {
	if err := f.reached(ctx, s, account); err != nil {
		return nil, err
	}
	var out []work.Unseen
	err := f.across.Find(ctx, &out, `SELECT c.name AS system, 'parent' AS why, count(*) AS count FROM staging s
		JOIN companies k ON k.connection_id = s.connection_id AND k.key = s.company JOIN connections c ON c.id = s.connection_id
		WHERE k.account_id = ? GROUP BY c.name ORDER BY c.name`, account)
	if err != nil {
		return nil, fault.At("count what is kept back", err)
	}
	var hidden []work.Unseen
	err = f.across.Find(ctx, &hidden, `SELECT c.name AS system, 'rule' AS why, count(*) AS count FROM records r JOIN connections c ON c.id = r.connection_id
		WHERE r.account_id = ? AND r.hidden <> '' AND r.hidden <> 'linked' GROUP BY c.name ORDER BY c.name`, account)
	if err != nil {
		return nil, fault.At("count what is hidden", err)
	}
	out = append(out, hidden...)
	var kept []work.Unseen
	err = f.across.Find(ctx, &kept, `SELECT c.name AS system, 'authority' AS why, count(*) AS count FROM records r JOIN connections c ON c.id = r.connection_id
		WHERE r.account_id = ? AND r.hidden = 'linked' AND r.copy_of IS NULL GROUP BY c.name ORDER BY c.name`, account)
	return append(out, kept...), fault.At("count what waits beside its authority", err)
}
