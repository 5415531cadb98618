package store

import (
	"context"

	"portico/sync/access"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

type accountRow struct {
	ID       record.AccountID
	Name     string
	ParentID record.AccountID
	Launch   record.Launch
}

func (r accountRow) info() record.AccountInfo {
	return record.AccountInfo{ID: r.ID, Name: r.Name, Parent: r.ParentID, Launch: r.Launch}
}

const selectAccount = "SELECT id, name, parent_id, launch FROM accounts "

func notFound() error {
	return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
}

func (c *core) account(ctx context.Context, id record.AccountID) (record.AccountInfo, error) {
	rows, err := c.db.Hot(ctx, selectAccount+"WHERE id = ?", id)
	if err != nil {
		return record.AccountInfo{}, fault.At("read account", err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return record.AccountInfo{}, fault.At("read account", err)
		}
		return record.AccountInfo{}, notFound()
	}
	var r accountRow
	err = rows.Scan(&r.ID, &r.Name, &r.ParentID, &r.Launch)
	return r.info(), fault.At("read account", err)
}

// Info returns the account itself.
func (a *Account) Info(ctx context.Context, s access.Scope, account record.AccountID) (record.AccountInfo, error) {
	if err := reach(s, account); err != nil {
		return record.AccountInfo{}, err
	}
	return a.account(ctx, account)
}

// AccountInfo returns an account by id; fault.NotFound when there is none.
func (y *System) AccountInfo(ctx context.Context, id record.AccountID) (record.AccountInfo, error) {
	return y.account(ctx, id)
}

// AllAccounts lists every account by name.
func (y *System) AllAccounts(ctx context.Context) ([]record.AccountInfo, error) {
	return y.accounts(ctx, selectAccount+"ORDER BY name, id")
}

// CreateAccount adds a client company, hidden.
func (y *System) CreateAccount(ctx context.Context, info record.AccountInfo) error {
	if info.Name == "" {
		return fault.New(fault.Invalid, "An account needs a name.")
	}
	return y.administer(ctx, ofAccount(info.ID, administered(audit.AccountChanged, y.now(), info.ID.String(), "launch", string(record.LaunchHidden))), func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "INSERT INTO accounts (id, name, parent_id, launch, created_at) VALUES (?, ?, ?, ?, ?)",
			info.ID, info.Name, info.Parent, record.LaunchHidden, at(y.now()))
		return fault.At("create account", err)
	})
}

// Launch moves an account to a launch step.
func (y *System) Launch(ctx context.Context, id record.AccountID, to record.Launch) error {
	switch to {
	case record.LaunchHidden, record.LaunchPreview, record.LaunchInvited:
	default:
		return fault.Newf(fault.Invalid, "%q is not a launch step: use hidden, preview or invited.", to)
	}
	return y.administer(ctx, ofAccount(id, administered(audit.AccountChanged, y.now(), id.String(), "launch", string(to))), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE accounts SET launch = ? WHERE id = ?", to, id)
		if err == nil && n == 0 {
			return notFound()
		}
		return fault.At("launch account", err)
	})
}

// Accounts lists what a staff member may see: launched accounts of their reach;
// administrators also see hidden ones.
func (f *Staff) Accounts(ctx context.Context, s access.Scope) ([]record.AccountInfo, error) {
	if !s.Valid() {
		return nil, signedOut()
	}
	if !s.IsStaff() {
		return nil, notFound()
	}
	list, err := f.accounts(ctx, selectAccount+"ORDER BY name, id")
	if err != nil {
		return nil, err
	}
	var out []record.AccountInfo
	for _, info := range list {
		if s.Covers(info.ID) && (info.Launch != record.LaunchHidden || access.Role(s.Role()) == access.Admin) {
			out = append(out, info)
		}
	}
	return out, nil
}

func (c *core) accounts(ctx context.Context, query string, args ...any) ([]record.AccountInfo, error) {
	var rows []accountRow
	if err := c.db.Find(ctx, &rows, query, args...); err != nil {
		return nil, fault.At("list accounts", err)
	}
	out := make([]record.AccountInfo, len(rows))
	for i, r := range rows {
		out[i] = r.info()
	}
	return out, nil
}
