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

var countFields = scoped.NewColumns("count(*)")

// Standing is the account itself and what waits for the client in it, counted up
// to most.
func (a *Account) Standing(ctx context.Context, s access.Scope, account record.AccountID, most int) (record.Standing, error) {
	var is record.Standing
	if err := reach(s, account); err != nil {
		return is, err
	}
	queries := []scoped.Query{accountQuery(account, &is.Account)}
	if s.Sees(record.KindTicket) {
		table, args := visible(s, account, record.KindTicket)
		queries = append(queries, fewOf(waiting(table), most, args, &is.Requests))
	}
	if s.Sees(record.KindApproval) {
		who, args := asked(s, account, !s.IsStaff())
		open := "(SELECT * FROM approvals WHERE account_id = ?) AS a WHERE state = 'open'" + who
		queries = append(queries, fewOf(open, most, append([]any{account}, args...), &is.Decisions))
	}
	queries = append(queries, fedQuery(account, &is.Fed))
	err := a.db.For(account).Read(ctx, queries...)
	is.Account, err = found(is.Account, err)
	return is, err
}

var fedFields = scoped.NewColumns("s.kinds")

// fedQuery lists the kinds that the connections of an account bring, each once.
func fedQuery(account record.AccountID, out *[]record.Kind) scoped.Query {
	return scoped.Query{Columns: fedFields, Args: []any{account},
		Rest: "FROM streams s WHERE s.connection_id IN (SELECT connection_id FROM companies WHERE account_id = ?)",
		Row: func(f *scoped.Fields) {
			for k := range strings.FieldsSeq(f.Text()) {
				if !slices.Contains(*out, record.Kind(k)) {
					*out = append(*out, record.Kind(k))
				}
			}
		}}
}

// waiting are the open requests of a table that wait for the client.
func waiting(table string) string { return table + " AS r WHERE turn = 'client' AND " + isOpen }

// fewOf counts rows up to most.
func fewOf(from string, most int, args []any, out *int) scoped.Query {
	return scoped.Query{Columns: countFields, Rest: few(from, most), Args: args, Row: func(f *scoped.Fields) { *out = int(f.Int()) }}
}

func few(from string, most int) string {
	return "FROM (SELECT 1 FROM " + from + " LIMIT " + strconv.Itoa(most) + ") AS few"
}

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
