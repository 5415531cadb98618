package store

import (
	"context"
	"encoding/json"
	"strings"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

type approvalRow struct {
	ID                                    approval.ID
	Ref, Asker, Title, Roles              string
	State                                 approval.State
	Version                               int
	SignIn                                bool
	DueAt, RemindAt, CreatedAt, ChangedAt moment
	TicketID                              record.ID
	Number, Subject, Decision             string
	ReplyID                               action.ID
	MadeAs                                string
}

const approvalColumns = `id, ref, asker, title, roles, state, version, sign_in, due_at, remind_at, created_at, changed_at,
	ticket_id, number, subject, decision, reply_id, made_as`

func (r approvalRow) approval(account record.AccountID) (approval.Approval, error) {
	a := approval.Approval{ID: r.ID, Ref: r.Ref, Account: account, Title: r.Title, State: r.State, Version: r.Version, SignIn: r.SignIn,
		Due: r.DueAt.Time, Remind: r.RemindAt.Time, Ticket: r.TicketID, Number: r.Number, Subject: r.Subject, Created: r.CreatedAt.Time, Changed: r.ChangedAt.Time, MadeAs: r.MadeAs}
	for role := range strings.FieldsSeq(r.Roles) {
		a.Roles = append(a.Roles, access.Role(role))
	}
	if err := json.Unmarshal([]byte(r.Asker), &a.Asker); err != nil {
		return a, fault.Wrap(fault.Internal, "decode asker", err)
	}
	if r.Decision == "" {
		return a, nil
	}
	a.Decision = &approval.Decision{}
	return a, fault.Wrap(fault.Internal, "decode decision", json.Unmarshal([]byte(r.Decision), a.Decision))
}

type versionRow struct {
	Number            int
	At                moment
	Author, Title     string
	Words, File, Note string
}

func (r versionRow) version() (approval.Version, error) {
	v := approval.Version{Number: r.Number, At: r.At.Time, Title: r.Title, Text: r.Words, Note: r.Note}
	if err := json.Unmarshal([]byte(r.Author), &v.By); err != nil {
		return v, fault.Wrap(fault.Internal, "decode author", err)
	}
	if r.File == "" {
		return v, nil
	}
	v.File = &action.File{}
	return v, fault.Wrap(fault.Internal, "decode file of a version", json.Unmarshal([]byte(r.File), v.File))
}

// finder reads: the database as it is, or inside a transaction.
type finder interface {
	Find(ctx context.Context, dest any, query string, args ...any) error
}

// Approvals lists what was asked, newest first, without versions and people:
// owners and staff see all of an account, others what they were asked to decide.
func (a *Account) Approvals(ctx context.Context, s access.Scope, account record.AccountID, q approval.Query) ([]approval.Approval, error) {
	if err := access.See(s, account, record.KindApproval); err != nil {
		return nil, err
	}
	who, args := asked(s, account, q.Mine)
	where := "TRUE" + who
	if q.Open {
		where += " AND state = 'open'"
	}
	if !q.Ticket.IsZero() {
		where, args = where+" AND ticket_id = ?", append(args, q.Ticket)
	}
	if q.After != "" {
		where += " AND seq < coalesce((SELECT b.seq FROM approvals b WHERE b.account_id = ? AND b.id = ?), 0)"
		args = append(args, account, q.After)
	}
	db := a.db.For(account)
	list, replies, err := readApprovals(ctx, db, account, where, append(args, pageOf(q.Limit))...)
	if err != nil {
		return nil, err
	}
	return list, answered(ctx, db, account, list, replies)
}

// pageOf bounds how many approvals are read at once.
func pageOf(limit int) int {
	if limit <= 0 {
		return 50
	}
	return min(limit, 200)
}

// asked narrows to what the viewer may see: those who see all of them are owners,
// staff and programs. mine narrows owners, too, to what they may decide.
func asked(s access.Scope, account record.AccountID, mine bool) (string, []any) {
	if !mine && (s.IsStaff() || s.IsService() || s.Role() == string(access.Owner)) {
		return "", nil
	}
	// A pattern that is a parameter would have SQLite plan anew for every value it is given.
	return ` AND ((' ' || a.roles || ' ') LIKE '% ' || ? || ' %' OR EXISTS (SELECT 1 FROM approval_people p WHERE p.account_id = ? AND p.approval_id = a.id AND p.user_id = ?))`,
		[]any{s.Role(), account, s.User()}
}

// readApprovals reads rows with the ids of their replies; the last argument is how many.
func readApprovals(ctx context.Context, db finder, account record.AccountID, where string, args ...any) ([]approval.Approval, []action.ID, error) {
	var rows []approvalRow
	err := db.Find(ctx, &rows, "SELECT "+approvalColumns+" FROM (SELECT * FROM approvals WHERE account_id = ?) AS a WHERE "+where+
		" ORDER BY seq DESC LIMIT ?", append([]any{account}, args...)...)
	if err != nil {
		return nil, nil, fault.At("read approvals", err)
	}
	list, replies := make([]approval.Approval, len(rows)), make([]action.ID, len(rows))
	for i, r := range rows {
		if list[i], err = r.approval(account); err != nil {
			return nil, nil, err
		}
		replies[i] = r.ReplyID
	}
	return list, replies, nil
}

// answered adds the replies that tell the other system of the decisions.
func answered(ctx context.Context, db finder, account record.AccountID, list []approval.Approval, replies []action.ID) error {
	args := []any{account}
	for _, id := range replies {
		if !id.IsZero() {
			args = append(args, id)
		}
	}
	if len(args) == 1 {
		return nil
	}
	var rows []actionRow
	err := db.Find(ctx, &rows, "SELECT "+actionColumns+" FROM actions WHERE account_id = ? AND id IN ("+marks(len(args)-1)+")", args...)
	if err != nil {
		return fault.At("read replies of approvals", err)
	}
	acts, err := actionsOf(rows)
	for i := range list {
		for j := range acts {
			if acts[j].ID == replies[i] {
				list[i].Reply = &acts[j]
			}
		}
	}
	return err
}

// ApprovalByID returns one approval whole; fault.NotFound when it is missing,
// foreign, or the viewer was not asked.
func (a *Account) ApprovalByID(ctx context.Context, s access.Scope, account record.AccountID, id approval.ID) (approval.Approval, error) {
	if err := access.See(s, account, record.KindApproval); err != nil {
		return approval.Approval{}, err
	}
	who, args := asked(s, account, false)
	return wholeApproval(ctx, a.db.For(account), account, "id = ?"+who, append([]any{id}, args...)...)
}

// wholeApproval reads one approval with its versions, people and reply.
func wholeApproval(ctx context.Context, db finder, account record.AccountID, where string, args ...any) (approval.Approval, error) {
	list, replies, err := readApprovals(ctx, db, account, where, append(args, 1)...)
	if err == nil && len(list) == 0 {
		err = notFound()
	}
	if err != nil {
		return approval.Approval{}, err
	}
	a := &list[0]
	var versions []versionRow
	if err := db.Find(ctx, &versions, `SELECT number, at, author, title, words, file, note FROM approval_versions
		WHERE account_id = ? AND approval_id = ? ORDER BY number`, account, a.ID); err != nil {
		return *a, fault.At("read versions", err)
	}
	a.Versions = make([]approval.Version, len(versions))
	for i, r := range versions {
		if a.Versions[i], err = r.version(); err != nil {
			return *a, err
		}
	}
	if a.People, err = peopleOf(ctx, db, account, a.ID); err != nil {
		return *a, err
	}
	err = answered(ctx, db, account, list, replies)
	return *a, err
}

func peopleOf(ctx context.Context, db finder, account record.AccountID, id approval.ID) ([]approval.Person, error) {
	var rows []struct{ UserID, Name, Email string }
	err := db.Find(ctx, &rows, "SELECT user_id, name, email FROM approval_people WHERE account_id = ? AND approval_id = ? ORDER BY name, user_id", account, id)
	out := make([]approval.Person, len(rows))
	for i, r := range rows {
		out[i] = approval.Person{User: r.UserID, Name: r.Name, Email: r.Email}
	}
	return out, fault.At("read who may decide", err)
}

var _ finder = (*scoped.Tx)(nil)
