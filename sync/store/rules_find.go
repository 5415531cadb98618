package store

import (
	"context"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
	"portico/sync/visibility"
)

// Located finds a record of a kind that rules are about, by its id here or, when that is zero, by the
// number that people call it, preferring what is in one of the accounts of a user.
// What was never matched is looked for among what waits; of what was deleted, or
// never read, nothing is found.
func (y *System) Located(ctx context.Context, s access.Scope, id record.ID, number, user string) (f visibility.Found, err error) {
	if err := access.Administer(s); err != nil {
		return f, err
	}
	var rows []struct {
		AccountID                                record.AccountID
		ID                                       record.ID
		Kind                                     record.Kind
		Number, Title, Requester, Hidden, System string
	}
	where, args := "r.id = ?", []any{id}
	if id.IsZero() {
		where, args = "r.number = ? AND r.number <> ''", []any{number}
	}
	err = y.db.Find(ctx, &rows, scoped.System+`SELECT r.account_id, r.id, r.kind, r.number, r.title, r.requester, r.hidden, c.name AS system
		FROM records r JOIN connections c ON c.id = r.connection_id WHERE r.kind IN (`+ruledKinds()+`) AND `+where+`
		ORDER BY CASE WHEN EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = r.account_id AND m.user_id = ?) THEN 0 ELSE 1 END, CASE WHEN r.copy_of IS NULL THEN 0 ELSE 1 END, r.kind DESC, r.id LIMIT 1`, append(args, user)...)
	if err != nil {
		return f, fault.At("look for a record", err)
	}
	if len(rows) == 0 {
		return y.unmatched(ctx, number)
	}
	r := rows[0]
	f = visibility.Found{ID: r.ID, Kind: r.Kind, Number: r.Number, Title: r.Title, Requester: r.Requester, System: r.System}
	f.Kept = r.Hidden == linked
	if f.Account, err = y.AccountInfo(ctx, r.AccountID); err != nil || r.Hidden == "" || f.Kept {
		return f, err
	}
	list, err := rules(ctx, y.db, "WHERE u.id = ?", r.Hidden)
	if len(list) > 0 {
		f.Rule = list[0]
	}
	return f, err
}

func (y *System) unmatched(ctx context.Context, external string) (f visibility.Found, err error) {
	var rows []struct{ Company, System string }
	err = y.db.Find(ctx, &rows, `SELECT coalesce(k.name, s.company) AS company, c.name AS system FROM connections c
		JOIN staging s ON s.connection_id = c.id AND s.kind IN (`+ruledKinds()+`) AND s.external_id = ?
		LEFT JOIN companies k ON k.connection_id = s.connection_id AND k.key = s.company LIMIT 1`, external)
	if err == nil && len(rows) > 0 {
		f.Waiting, f.System = rows[0].Company, rows[0].System
	}
	return f, fault.At("look among what waits", err)
}

// RoleIn returns the role that a user has in an account, whatever else is true of
// both; "" for none.
func (y *System) RoleIn(ctx context.Context, user string, account record.AccountID) (access.Role, error) {
	var rows []struct{ Role access.Role }
	err := y.db.Find(ctx, &rows, "SELECT role FROM memberships WHERE account_id = ? AND user_id = ?", account, user)
	if err != nil || len(rows) == 0 {
		return "", fault.At("look for a role", err)
	}
	return rows[0].Role, nil
}

// ruledKinds are the kinds that rules are about, as SQL.
func ruledKinds() string {
	names := make([]string, len(visibility.Kinds))
	for i, k := range visibility.Kinds {
		names[i] = string(k)
	}
	return quoted(names)
}
