package store

import (
	"context"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

type memberRow struct {
	accountRow
	UserID string
	Role   access.Role
}

func (r memberRow) membership() access.Membership {
	return access.Membership{User: r.UserID, Account: r.info(), Role: r.Role}
}

const selectMember = `SELECT a.id, a.name, a.parent_id, a.launch, m.user_id, m.role
	FROM memberships m JOIN accounts a ON a.id = m.account_id `

// Memberships lists the accounts that a user may enter now: those that were invited.
func (y *System) Memberships(ctx context.Context, user string) ([]access.Membership, error) {
	var rows []memberRow
	err := y.db.Find(ctx, &rows, selectMember+"WHERE m.user_id = ? AND a.launch = ? ORDER BY a.name, a.id", user, record.LaunchInvited)
	if err != nil {
		return nil, fault.At("list memberships", err)
	}
	out := make([]access.Membership, len(rows))
	for i, r := range rows {
		out[i] = r.membership()
	}
	return out, nil
}

var memberFields = scoped.NewColumns("a.name", "a.parent_id", "a.launch", "m.role")

const fromMember = `FROM memberships m JOIN accounts a ON a.id = m.account_id
	WHERE m.account_id = ? AND m.user_id = ? AND a.launch = 'invited'`

// MembershipIn returns a user's place in an account that was invited;
// fault.NotFound otherwise.
func (y *System) MembershipIn(ctx context.Context, user string, account record.AccountID) (access.Membership, error) {
	m := access.Membership{User: user, Account: record.AccountInfo{ID: account}}
	err := y.db.Read(ctx, scoped.Query{Columns: memberFields, Rest: fromMember, Args: []any{account, user}, Row: func(f *scoped.Fields) {
		m.Account.Name, m.Account.Parent.UUID, m.Account.Launch, m.Role = f.Text(), f.ID(), record.Launch(f.Text()), access.Role(f.Text())
	}})
	if err == nil && m.Role == "" {
		err = notFound()
	}
	if err != nil {
		return access.Membership{}, fault.At("read membership", err)
	}
	return m, nil
}

// Rights returns who an action's actor is now and their role in its account;
// fault.NotFound when they may no longer act there, or when what it is about
// left the account.
func (y *System) Rights(ctx context.Context, a action.Action) (access.User, access.Role, error) {
	if a.Input.Approval != "" { // it tells of a decision that was theirs to make when it was made
		return access.User{ID: a.Actor.User, Name: a.Actor.Name, Email: a.Actor.Email}, access.Owner, y.theirs(ctx, a)
	}
	if apikey.IsID(a.Actor.User) {
		return y.keyRights(ctx, a)
	}
	var u access.User
	var role access.Role
	var there bool
	err := y.db.Read(ctx, scoped.Query{Columns: rightsFields, Rest: fromRights, Args: []any{a.Account, a.Actor.User}, Row: func(f *scoped.Fields) {
		u.ID, u.Name, u.Email, role = f.Text(), f.Text(), f.Text(), access.Role(f.Text())
	}}, theirsQuery(a, &there))
	switch {
	case err != nil:
		return access.User{}, "", fault.At("read rights", err)
	case role == "":
		return access.User{}, "", noLonger()
	case !there:
		return u, role, fault.New(fault.NotFound, notTheirs)
	}
	return u, role, nil
}

var rightsFields = scoped.NewColumns("u.id", "u.name", "u.email", "m.role")

const fromRights = `FROM memberships m JOIN users u ON u.id = m.user_id JOIN accounts a ON a.id = m.account_id
	WHERE m.account_id = ? AND m.user_id = ? AND a.launch = 'invited' AND NOT u.disabled`

// theirs reports whether what an action is about is still in its account: a
// record may have moved, or the match of a company been taken back, since.
func (y *System) theirs(ctx context.Context, a action.Action) error {
	var there bool
	err := y.db.Read(ctx, theirsQuery(a, &there))
	if err == nil && !there {
		err = fault.New(fault.NotFound, notTheirs)
	}
	return fault.At("look whose record it is", err)
}

var theirFields = scoped.NewColumns("true")

func theirsQuery(a action.Action, there *bool) scoped.Query {
	q := scoped.Query{Columns: theirFields, Rest: "FROM records WHERE account_id = ? AND id = ?", Args: []any{a.Account, a.Target},
		Row: func(f *scoped.Fields) { *there = f.Bool() }}
	if a.Target.IsZero() {
		q.Rest, q.Args = "FROM companies WHERE connection_id = ? AND key = ? AND account_id = ? LIMIT 1", []any{a.Connection, a.Company, a.Account}
	}
	return q
}

func noLonger() error {
	return fault.New(fault.NotFound, "The person who asked for this no longer has access to the account.")
}
