package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// relocation moves things from one account to another, within one transaction in
// which nothing can be asked for in either and no connection is pulled.
type relocation struct {
	tx         *scoped.Tx
	now        time.Time
	from, into record.AccountInfo
	kinds      []record.Kind // of records that moved
}

// relocate has everybody else wait, in the order of the house (connections, linked
// sources, invitations, rows), and reads both accounts. Approvals come before
// accounts, because whoever decides one holds it when the reply to it is recorded.
func (y *System) relocate(ctx context.Context, tx *scoped.Tx, from, into record.AccountID) (*relocation, error) {
	var all []record.ConnectionID
	if err := tx.Find(ctx, &all, "SELECT id FROM connections ORDER BY id"); err != nil {
		return nil, fault.At("list connections", err)
	}
	for _, c := range all {
		if err := alone(ctx, tx, c); err != nil {
			return nil, err
		}
	}
	if err := besides(ctx, tx); err != nil {
		return nil, err
	}
	if err := tx.Alone(ctx, inviting); err != nil {
		return nil, fault.At("wait for invitations", err)
	}
	held := ""
	if tx.Dialect() == scoped.Postgres {
		held = " FOR UPDATE"
		if _, err := tx.Run(ctx, "SET CONSTRAINTS ALL DEFERRED"); err != nil {
			return nil, fault.At("defer constraints", err)
		}
	} else if _, err := tx.Run(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil { // ends with the transaction
		return nil, fault.At("defer constraints", err)
	}
	var ids []string
	if err := tx.Find(ctx, &ids, "SELECT id FROM approvals WHERE account_id = ? ORDER BY id"+held, from); err != nil {
		return nil, fault.At("wait for decisions", err)
	}
	var rows []accountRow
	if err := tx.Find(ctx, &rows, selectAccount+"WHERE id IN (?, ?) ORDER BY id"+held, from, into); err != nil {
		return nil, fault.At("read accounts", err)
	}
	r := &relocation{tx: tx, now: y.now().UTC()}
	for _, row := range rows {
		switch row.ID {
		case from:
			r.from = row.info()
		case into:
			r.into = row.info()
		}
	}
	if r.from.ID.IsZero() || (r.into.ID.IsZero() && !into.IsZero()) {
		return nil, fault.New(fault.Conflict, "One of these accounts is not there any more. Look again.")
	}
	return r, nil
}

// unsettled are actions that may still be sent, read back or decided about.
const unsettled = " AND state NOT IN ('confirmed', 'refused', 'withdrawn')"

// settled refuses while something that would move is on its way, or waits for a person.
// It looks at everything that was asked for, or at what narrow (" AND …") leaves.
func (r *relocation) settled(ctx context.Context, narrow string, args ...any) error {
	var n int
	if err := r.tx.Find(ctx, &n, "SELECT count(*) FROM actions WHERE account_id = ?"+narrow+unsettled, slices.Concat([]any{r.from.ID}, args)...); err != nil {
		return fault.At("look for requests on their way", err)
	}
	if n > 0 {
		return unsettledIn(r.from, n)
	}
	return nil
}

func unsettledIn(from record.AccountInfo, n int) error {
	return fault.Newf(fault.Conflict, "%s of %s %s not settled. Wait until it has arrived, or decide about it under held requests, then come back.",
		count(n, "request", "requests"), from.Name, map[bool]string{true: "is", false: "are"}[n == 1])
}

// underName keeps the name of the account that something was asked or decided in.
const underName = "made_as = CASE WHEN made_as = '' THEN ? ELSE made_as END"

func (r *relocation) actions(ctx context.Context, narrow string, args ...any) error {
	_, err := r.tx.Run(ctx, "UPDATE actions SET account_id = ?, "+underName+" WHERE account_id = ?"+narrow, slices.Concat([]any{r.into.ID, r.from.Name, r.from.ID}, args)...)
	return fault.At("move actions", err)
}

// approvals moves questions with their versions, people, links and mails.
func (r *relocation) approvals(ctx context.Context, narrow string, args ...any) error {
	var ids []string
	if err := r.tx.Find(ctx, &ids, "SELECT id FROM approvals WHERE account_id = ?"+narrow+" ORDER BY id", slices.Concat([]any{r.from.ID}, args)...); err != nil {
		return fault.At("list approvals", err)
	}
	for part := range slices.Chunk(ids, 500) {
		for _, table := range []string{"approval_people", "approval_versions", "approval_links", "approval_mails"} {
			if _, err := r.tx.Run(ctx, "UPDATE "+table+" SET account_id = ? WHERE account_id = ? AND approval_id IN (?)", r.into.ID, r.from.ID, bun.List(part)); err != nil {
				return fault.At("move what belongs to approvals", err)
			}
		}
		if _, err := r.tx.Run(ctx, "UPDATE approvals SET account_id = ?, "+underName+" WHERE account_id = ? AND id IN (?)", r.into.ID, r.from.Name, r.from.ID, bun.List(part)); err != nil {
			return fault.At("move approvals", err)
		}
	}
	return nil
}

// people moves members, all of them when users is nil. Who is in both keeps the role,
// the choice of mails and the calendar feed of the account that stays.
func (r *relocation) people(ctx context.Context, users []string) error {
	var members []string
	if err := r.tx.Find(ctx, &members, "SELECT user_id FROM memberships WHERE account_id = ? ORDER BY user_id", r.from.ID); err != nil {
		return fault.At("list members", err)
	}
	for _, user := range members {
		if users != nil && !slices.Contains(users, user) {
			continue
		}
		if err := r.person(ctx, user); err != nil {
			return err
		}
	}
	return nil
}

func (r *relocation) person(ctx context.Context, user string) error {
	var feeds []struct {
		Feed   string
		MadeAt moment
	}
	if err := r.tx.Find(ctx, &feeds, "SELECT feed, made_at FROM calendar_feeds WHERE account_id = ? AND user_id = ?", r.from.ID, user); err != nil {
		return fault.At("read calendar feed", err)
	}
	for _, s := range []struct {
		what, statement string
		args            []any
	}{
		{"take calendar feed", "DELETE FROM calendar_feeds WHERE account_id = ? AND user_id = ?", []any{r.from.ID, user}},
		{"move member", `INSERT INTO memberships (account_id, user_id, role) SELECT ?, user_id, role FROM memberships WHERE account_id = ? AND user_id = ?
			ON CONFLICT (account_id, user_id) DO NOTHING`, []any{r.into.ID, r.from.ID, user}},
		{"move choice of mails", `INSERT INTO mail_choices (account_id, user_id, choice, changed_at) SELECT ?, user_id, choice, changed_at FROM mail_choices
			WHERE account_id = ? AND user_id = ? ON CONFLICT (account_id, user_id) DO NOTHING`, []any{r.into.ID, r.from.ID, user}},
		{"take choice of mails", "DELETE FROM mail_choices WHERE account_id = ? AND user_id = ?", []any{r.from.ID, user}},
		{"take member", "DELETE FROM memberships WHERE account_id = ? AND user_id = ?", []any{r.from.ID, user}},
	} {
		if _, err := r.tx.Run(ctx, s.statement, s.args...); err != nil {
			return fault.At(s.what, err)
		}
	}
	for _, f := range feeds {
		if _, err := r.tx.Run(ctx, "INSERT INTO calendar_feeds (account_id, user_id, feed, made_at) VALUES (?, ?, ?, ?) ON CONFLICT (account_id, user_id) DO NOTHING",
			r.into.ID, user, f.Feed, f.MadeAt); err != nil {
			return fault.At("move calendar feed", err)
		}
	}
	return nil
}

// finish compares anew what is a copy of what, and tells open pages of both accounts.
// Nobody is mailed: nothing happened.
func (r *relocation) finish(ctx context.Context) error {
	rules, err := authorities(ctx, r.tx, "")
	if err != nil {
		return err
	}
	both := []record.AccountID{r.from.ID, r.into.ID}
	for _, rule := range rules {
		if _, err := recompare(ctx, r.tx, rule, slices.Clone(both)); err != nil {
			return err
		}
	}
	slices.SortFunc(r.kinds, func(a, b record.Kind) int { return strings.Compare(string(a), string(b)) })
	for _, kind := range r.kinds {
		if err := appeared(ctx, r.tx, kind, both, r.now); err != nil {
			return err
		}
	}
	quiet := make([]change.Event, len(both))
	for i, a := range both {
		quiet[i] = change.New(change.ApprovalMoved, r.now, a, record.KindApproval)
		quiet[i].Quiet, quiet[i].Many = true, true
	}
	return emit(ctx, r.tx, quiet...)
}
