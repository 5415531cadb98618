package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/approval"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// oweQuestions writes the mails that approvals owe, in the transaction that takes
// the events: to everybody who may decide a new version, and to who is said to
// have decided by phone. What the mail says, and whether its reader may still be
// asked, is found out when it is sent. Nothing is owed while everything is held.
func oweQuestions(ctx context.Context, tx *scoped.Tx, events []change.Event, now time.Time) error {
	// Whoever else owes the same waits for us, and we for them: both in one order.
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b change.Event) int { return slices.Compare(a.IDs, b.IDs) })
	for _, e := range events {
		if e.Quiet || e.Topic != change.ApprovalAsked && e.Topic != change.ApprovalMoved {
			continue
		}
		held := false
		if err := tx.Find(ctx, &held, "SELECT EXISTS (SELECT 1 FROM hold)"); err != nil || held {
			return fault.At("look for a hold", err)
		}
		for _, id := range e.IDs {
			if err := oweQuestion(ctx, tx, e, id, now); err != nil {
				return fault.At("owe the mails of approval "+id, err)
			}
		}
	}
	return nil
}

func oweQuestion(ctx context.Context, tx *scoped.Tx, e change.Event, id string, now time.Time) error {
	ap, err := wholeApproval(ctx, tx, e.Account, "id = ?", id)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err != nil:
		return err
	case e.Topic == change.ApprovalMoved:
		if ap.Decision == nil || ap.Decision.Way != approval.Phone {
			return nil
		}
		return oweMail(ctx, tx, ap, notice.Recorded, "", []approval.Person{ap.Decision.By}, time.Time{}, now)
	case ap.State != approval.Open:
		return nil
	}
	to, err := deciders(ctx, tx, ap)
	if err != nil {
		return err
	}
	return oweMail(ctx, tx, ap, notice.Question, "", to, ap.Due, now)
}

// deciders are the members who may decide, by name or by role.
func deciders(ctx context.Context, db finder, ap approval.Approval) ([]approval.Person, error) {
	var rows []struct {
		UserID, Name, Email string
		Role                access.Role
	}
	err := db.Find(ctx, &rows, `SELECT m.user_id, u.name, u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id JOIN accounts a ON a.id = m.account_id
		WHERE m.account_id = ? AND a.launch = ? AND NOT u.disabled ORDER BY m.user_id`, ap.Account, record.LaunchInvited)
	var out []approval.Person
	for _, r := range rows {
		if ap.Decides(r.UserID, r.Role) {
			out = append(out, approval.Person{User: r.UserID, Name: r.Name, Email: r.Email, Role: string(r.Role)})
		}
	}
	return out, fault.At("read who may decide", err)
}

// oweMail owes one mail to each person, and none twice for the same. What may be
// owed again is told apart by the occasion, which holds no space.
func oweMail(ctx context.Context, tx *scoped.Tx, ap approval.Approval, sort notice.Sort, occasion string, to []approval.Person, until, now time.Time) error {
	once := strings.TrimSpace(string(sort) + " " + occasion)
	for _, p := range to {
		id, user := notice.NewID(), p.User
		n, err := tx.Run(ctx, `INSERT INTO approval_mails (mail_id, account_id, approval_id, version, user_id, sort, at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (account_id, approval_id, version, user_id, sort) DO NOTHING`, id, ap.Account, ap.ID, ap.Version, user, once, at(now))
		if err != nil {
			return fault.At("note mail", err)
		}
		if n == 0 {
			continue
		}
		if _, err := tx.Run(ctx, "INSERT INTO mails (id, user_id, account_id, sort, created_at, due_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
			id, user, ap.Account, sort, at(now), at(now), at(until)); err != nil {
			return fault.At("owe mail", err)
		}
	}
	return nil
}

// RemindApprovals owes the reminders whose time has come, and returns how many
// questions they are about. A reminder that was owed once is owed no more.
func (y *System) RemindApprovals(ctx context.Context) (int, error) {
	now := y.now().UTC()
	waits := false
	if err := y.db.Find(ctx, &waits, scoped.System+"SELECT EXISTS (SELECT 1 FROM approvals WHERE state = 'open' AND remind_at <= ?) AND NOT EXISTS (SELECT 1 FROM hold)", at(now)); err != nil || !waits {
		return 0, fault.At("look for reminders", err)
	}
	n := 0
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		var rows []struct {
			AccountID record.AccountID
			ID        approval.ID
		}
		if err := tx.Find(ctx, &rows, scoped.System+"UPDATE approvals SET remind_at = NULL WHERE state = 'open' AND remind_at <= ? RETURNING account_id, id", at(now)); err != nil {
			return fault.At("take reminders", err)
		}
		n = len(rows)
		for _, r := range rows {
			ap, err := wholeApproval(ctx, tx, r.AccountID, "id = ?", r.ID)
			if err != nil {
				return err
			}
			to, err := deciders(ctx, tx, ap)
			if err != nil {
				return err
			}
			if err := oweMail(ctx, tx, ap, notice.Reminder, "", to, ap.Due, now); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// QuestionOf returns what a mail is about and to whom, as it is now;
// fault.NotFound when its person has no place in the account any more.
func (y *System) QuestionOf(ctx context.Context, mail notice.ID) (approval.Linked, error) {
	var rows []struct {
		AccountID  record.AccountID
		ApprovalID approval.ID
		Version    int
		UserID     string
	}
	err := y.db.Find(ctx, &rows, "SELECT account_id, approval_id, version, user_id FROM approval_mails WHERE mail_id = ?", mail)
	if err == nil && len(rows) == 0 {
		err = notFound()
	}
	if err != nil {
		return approval.Linked{}, fault.At("find what a mail is about", err)
	}
	return y.shown(ctx, rows[0].AccountID, rows[0].ApprovalID, rows[0].Version, rows[0].UserID)
}

// ApprovalMails lists the mails about an approval, the newest first, for staff.
func (y *System) ApprovalMails(ctx context.Context, account record.AccountID, id approval.ID) ([]approval.Mail, error) {
	var rows []struct {
		Sort        string
		Version     int
		At, EndedAt moment
		State       string
		Name, Email string
	}
	err := y.db.Find(ctx, &rows, `SELECT q.sort, q.version, q.at, m.ended_at, coalesce(m.state, '') AS state, u.name, u.email
		FROM approval_mails q JOIN users u ON u.id = q.user_id LEFT JOIN mails m ON m.id = q.mail_id
		WHERE q.account_id = ? AND q.approval_id = ? ORDER BY q.at DESC, u.name`, account, id)
	out := make([]approval.Mail, len(rows))
	for i, r := range rows {
		what, _, _ := strings.Cut(r.Sort, " ")
		out[i] = approval.Mail{What: what, Version: r.Version, At: r.At.Time, Ended: r.EndedAt.Time, State: r.State, To: approval.Person{Name: r.Name, Email: r.Email}}
	}
	return slices.Clip(out), fault.At("list mails about an approval", err)
}
