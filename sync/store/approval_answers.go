package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"

	"portico/sync/access"
	"portico/sync/approval"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// stillReaches says of a user u and an account a what session.Gate asks of staff
// who want to look into it. Its arguments are those of reachArgs.
const stillReaches = `NOT u.disabled AND (u.staff_role = ? OR a.launch <> ? AND (u.staff_role = ? OR
	u.staff_role IN (?) AND EXISTS (SELECT 1 FROM staff_accounts f WHERE f.user_id = u.id AND f.account_id = a.id)))`

func reachArgs() []any {
	return []any{access.Admin, record.LaunchHidden, access.Manager, bun.List(access.StaffRoles)}
}

// decisions notes what was decided for who asked it, unless it was they who wrote
// the decision down. A program that asked reads no mail.
func (n *noter) decisions(ctx context.Context, e change.Event) error {
	var rows []struct {
		ID                approval.ID
		AskerID, Decision string
	}
	err := n.tx.Find(ctx, &rows, `SELECT p.id, p.asker_id, p.decision FROM approvals p JOIN users u ON u.id = p.asker_id AND u.staff_role <> ''
		WHERE p.account_id = ? AND p.id IN (?) AND p.decision <> ''`, e.Account, bun.List(e.IDs))
	if err != nil {
		return fault.At("read decisions", err)
	}
	for _, r := range rows {
		var d approval.Decision
		if err := json.Unmarshal([]byte(r.Decision), &d); err != nil {
			return fault.Wrap(fault.Internal, "decode decision", err)
		}
		if d.RecordedBy == nil || d.RecordedBy.User != r.AskerID {
			n.note(e.Account, r.ID.String(), noted{about: notice.OfDecision, user: r.AskerID, due: noticeNeeded})
		}
	}
	return nil
}

// LateApprovals notes for who asked what nobody has decided although its date has
// passed, and returns how many questions that are. Each date is told of once.
func (y *System) LateApprovals(ctx context.Context) (int, error) {
	now := y.now().UTC()
	waits := false
	if err := y.db.Find(ctx, &waits, scoped.System+"SELECT EXISTS (SELECT 1 FROM approvals WHERE state = 'open' AND late_at <= ?) AND NOT EXISTS (SELECT 1 FROM hold)", at(now)); err != nil || !waits {
		return 0, fault.At("look for what is late", err)
	}
	late := 0
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		var rows []struct {
			AccountID record.AccountID
			ID        approval.ID
			AskerID   string
		}
		if err := tx.Find(ctx, &rows, scoped.System+"UPDATE approvals SET late_at = NULL WHERE state = 'open' AND late_at <= ? RETURNING account_id, id, asker_id", at(now)); err != nil {
			return fault.At("take what is late", err)
		}
		late = len(rows)
		n := noter{tx: tx, notes: map[noteKey]noted{}}
		for _, r := range rows {
			n.note(r.AccountID, r.ID.String(), noted{about: notice.OfLateness, user: r.AskerID, due: noticeNeeded})
		}
		return n.write(ctx, now)
	})
	return late, err
}

// askersOf are those whom notices name, who still reach the account and have not
// said that they want to hear nothing.
func askersOf(ctx context.Context, tx *scoped.Tx, account record.AccountID, rows []noticeRow) ([]string, error) {
	var named []string
	for _, r := range rows {
		if !slices.Contains(named, r.UserID) {
			named = append(named, r.UserID)
		}
	}
	if len(named) == 0 {
		return nil, nil
	}
	var users []string
	err := tx.Find(ctx, &users, "SELECT u.id FROM users u JOIN accounts a ON a.id = ? LEFT JOIN mail_choices c ON c.account_id = a.id AND c.user_id = u.id WHERE u.id IN (?) AND "+
		stillReaches+" AND coalesce(c.choice, '') <> ? ORDER BY u.id", append(append([]any{account, bun.List(named)}, reachArgs()...), notice.Nothing)...)
	return users, fault.At("find who asked", err)
}

// AskedBy returns those of some approvals of an account that a person asked, the
// oldest first; fault.NotFound when they may not look into the account any more.
func (y *System) AskedBy(ctx context.Context, user string, account record.AccountID, ids []string) (approval.Asked, error) {
	var names []string
	if err := y.db.Find(ctx, &names, "SELECT a.name FROM users u, accounts a WHERE u.id = ? AND a.id = ? AND "+stillReaches,
		append([]any{user, account}, reachArgs()...)...); err != nil {
		return approval.Asked{}, fault.At("look whether they reach the account", err)
	}
	if len(names) == 0 {
		return approval.Asked{}, notFound()
	}
	list, _, err := readApprovals(ctx, y.db, account, "asker_id = ? AND id IN (?)", user, bun.List(ids), len(ids))
	slices.Reverse(list)
	return approval.Asked{Company: names[0], List: list}, err
}
