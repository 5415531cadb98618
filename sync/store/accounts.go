package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"portico/sync/access"
	"portico/sync/action"
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

var accountFields = scoped.NewColumns("id", "name", "parent_id", "launch")

// accountQuery leaves out as it is when there is no such account.
func accountQuery(id record.AccountID, out *record.AccountInfo) scoped.Query {
	return scoped.Query{Columns: accountFields, Rest: "FROM accounts WHERE id = ?", Args: []any{id}, Row: func(f *scoped.Fields) {
		out.ID.UUID, out.Name, out.Parent.UUID, out.Launch = f.ID(), f.Text(), f.ID(), record.Launch(f.Text())
	}}
}

func found(info record.AccountInfo, err error) (record.AccountInfo, error) {
	if err == nil && info.ID.IsZero() {
		err = notFound()
	}
	return info, fault.At("read account", err)
}

// Standing is the account itself and what waits for the client in it, counted up
// to most.
func (a *Account) Standing(ctx context.Context, s access.Scope, account record.AccountID, most int) (record.Standing, error) {
	var is record.Standing
	if err := reach(s, account); err != nil {
		return is, err
	}
	err := a.db.For(account).Read(ctx, standingQuery(s, account, most, &is), fedQuery(account, &is.Fed))
	is.Account, err = found(is.Account, err)
	return is, err
}

var standingFields = scoped.NewColumns("id", "name", "parent_id", "requests", "decisions", "launch")

// standingQuery leaves out as it is when there is no such account. It counts in the
// same statement, because a statement costs more than what it counts here.
func standingQuery(s access.Scope, account record.AccountID, most int, out *record.Standing) scoped.Query {
	requests, decisions := none, none
	var args []any
	if s.Sees(record.KindTicket) {
		table, values := visible(s, account, record.KindTicket)
		requests, args = few(waiting(table), most), append(args, values...)
	}
	if s.Sees(record.KindApproval) {
		who, values := asked(s, account, !s.IsStaff())
		decisions = few("(SELECT * FROM approvals WHERE account_id = ?) AS a WHERE state = 'open'"+who, most)
		args = append(append(args, account), values...)
	}
	from := "FROM (SELECT id, name, parent_id, launch, (SELECT count(*) " + requests + ") AS requests, (SELECT count(*) " + decisions + ") AS decisions FROM accounts WHERE id = ?) AS a"
	return scoped.Query{Columns: standingFields, Rest: from, Args: append(args, account), Row: func(f *scoped.Fields) {
		out.Account.ID.UUID, out.Account.Name, out.Account.Parent.UUID = f.ID(), f.Text(), f.ID()
		out.Requests, out.Decisions, out.Account.Launch = int(f.Int()), int(f.Int()), record.Launch(f.Text())
	}}
}

var fedFields = scoped.NewColumns("s.kinds")

// fedQuery lists the kinds that the connections of an account bring, each once.
func fedQuery(account record.AccountID, out *[]record.Kind) scoped.Query {
	return scoped.Query{Columns: fedFields, Args: []any{account},
		Rest: "FROM streams s WHERE s.connection_id IN (SELECT connection_id FROM companies WHERE account_id = ?)",
		Row: func(f *scoped.Fields) {
			for k := range strings.FieldsSeq(f.Text()) {
				*out = withKind(*out, record.Kind(k))
			}
		}}
}

// fed lists what streams bring, each kind once.
func fed(streams []record.Freshness) (out []record.Kind) {
	for i := range streams {
		for _, k := range streams[i].Kinds {
			out = withKind(out, k)
		}
	}
	return out
}

func withKind(kinds []record.Kind, k record.Kind) []record.Kind {
	if slices.Contains(kinds, k) {
		return kinds
	}
	return append(kinds, k)
}

// waiting are the open requests of a table that wait for the client.
func waiting(table string) string { return table + " AS r WHERE turn = 'client' AND " + isOpen }

// few is what counts rows up to most.
func few(from string, most int) string {
	return "FROM (SELECT 1 FROM " + from + " LIMIT " + strconv.Itoa(most) + ") AS few"
}

// none is what counts to zero.
const none = "FROM (SELECT 1 WHERE false) AS few"

// AccountInfo returns an account by id; fault.NotFound when there is none.
func (y *System) AccountInfo(ctx context.Context, id record.AccountID) (record.AccountInfo, error) {
	var info record.AccountInfo
	err := y.db.Read(ctx, accountQuery(id, &info))
	return found(info, err)
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
			info.ID, plain(info.Name), info.Parent, record.LaunchHidden, at(y.now()))
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
	return y.launch(ctx, id, "", to, administered(audit.AccountChanged, y.now(), id.String(), "launch", string(to)))
}

// LaunchBy is Launch by an administrator, with what the page showed: fault.Conflict
// when somebody else moved the account meanwhile.
func (y *System) LaunchBy(ctx context.Context, s access.Scope, id record.AccountID, seen, to record.Launch, from action.Origin) error {
	if err := access.Administer(s); err != nil {
		return err
	}
	switch to {
	case record.LaunchHidden, record.LaunchPreview, record.LaunchInvited:
	default:
		return fault.Newf(fault.Invalid, "%q is not a launch step.", to)
	}
	return y.launch(ctx, id, seen, to, bidden(s, from, audit.AccountChanged, y.now(), id.String(), "launch", string(to)))
}

// launch also mails, in the same transaction, whom opening the account lets in.
func (y *System) launch(ctx context.Context, id record.AccountID, seen, to record.Launch, e audit.Entry) error {
	return y.administer(ctx, ofAccount(id, e), func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, inviting); err != nil {
			return fault.At("launch account", err)
		}
		n, err := tx.Run(ctx, "UPDATE accounts SET launch = ? WHERE id = ? AND (launch = ? OR ? = '')", to, id, seen, seen)
		switch {
		case err == nil && n == 0 && seen == "":
			return notFound()
		case err == nil && n == 0:
			return fault.New(fault.Conflict, "Somebody else moved this account meanwhile. Look again.")
		}
		if err != nil || to != record.LaunchInvited {
			return fault.At("launch account", err)
		}
		return owePrepared(ctx, tx, id, y.now().UTC())
	})
}

// Accounts lists what a staff member may see: launched accounts of their reach;
// administrators also see hidden ones.
func (f *Staff) Accounts(ctx context.Context, s access.Scope) ([]record.AccountInfo, error) {
	if err := acting(s); err != nil {
		return nil, err
	}
	list, err := f.accounts(ctx, selectAccount+"ORDER BY name, id")
	if err != nil {
		return nil, err
	}
	var out []record.AccountInfo
	for _, info := range list {
		if reaches(s, info) {
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
