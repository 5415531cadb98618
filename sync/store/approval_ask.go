package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/audit"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// asks refuses whoever is neither staff that reach the account nor a program that
// may ask there. To others it looks as if there were nothing.
func asks(s access.Scope, account record.AccountID) error {
	if err := access.See(s, account, record.KindApproval); err != nil {
		return err
	}
	if !s.IsStaff() && !(s.IsService() && s.Acts(record.KindApproval)) {
		return notFound()
	}
	return nil
}

func personOf(s access.Scope) approval.Person {
	return approval.Person{User: s.User(), Name: s.Name(), Email: s.Email(), Role: s.Role()}
}

// AskApproval asks a client to decide: the approval, its first version, its audit
// leaf and its outbox row in one transaction. Only staff may. The same Key of the
// same person again returns the first one and writes nothing.
func (a *Account) AskApproval(ctx context.Context, s access.Scope, d approval.Draft) (approval.Approval, error) {
	if err := asks(s, d.Account); err != nil {
		return approval.Approval{}, err
	}
	now := a.now().UTC()
	if err := d.Check(now); err != nil {
		return approval.Approval{}, err
	}
	db := a.db.For(d.Account)
	first, err := wholeApproval(ctx, db, d.Account, "asker_id = ? AND key = ?", s.User(), d.Key)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return first, err
	}
	ap := approval.Approval{ID: approval.NewID(), Ref: approval.NewRef(), Account: d.Account, Title: plain(d.Title), State: approval.Open, Version: 1,
		Asker: personOf(s), People: d.People, Roles: d.Roles, SignIn: d.SignIn, Due: d.Due, Remind: d.Remind, Created: now, Changed: now}
	if !d.Ticket.IsZero() {
		t, err := a.Detail(ctx, s, d.Account, record.KindTicket, d.Ticket)
		if err != nil {
			return ap, err
		}
		ap.Ticket, ap.Number, ap.Subject = t.ID, t.Number, t.Title
	}
	v := approval.Version{Number: 1, At: now, By: ap.Asker, Title: ap.Title, Text: plain(d.Text), File: d.File}
	ap.Versions = []approval.Version{v}
	made := false
	err = db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		made, err = insertApproval(ctx, tx, ap, d.Key)
		if err != nil || !made {
			return err
		}
		if err := insertVersion(ctx, tx, ap, v, d.Key); err != nil {
			return err
		}
		if err := leave(ctx, tx, askedEntry(audit.ApprovalAsked, ap, v, d.From)); err != nil {
			return err
		}
		return emit(ctx, tx, change.New(change.ApprovalAsked, now, d.Account, record.KindApproval, ap.ID.String()))
	})
	if err == nil && !made { // another request with the same key was faster
		return wholeApproval(ctx, db, d.Account, "asker_id = ? AND key = ?", s.User(), d.Key)
	}
	return ap, err
}

func insertApproval(ctx context.Context, tx *scoped.Tx, a approval.Approval, key string) (bool, error) {
	asker, err := json.Marshal(a.Asker)
	if err != nil {
		return false, fault.Wrap(fault.Internal, "encode asker", err)
	}
	roles := make([]string, len(a.Roles))
	for i, r := range a.Roles {
		roles[i] = string(r)
	}
	n, err := tx.Run(ctx, `INSERT INTO approvals (account_id, id, ref, key, asker_id, asker, title, state, version, roles, sign_in, due_at, late_at, remind_at,
		ticket_id, number, subject, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (account_id, asker_id, key) DO NOTHING`, a.Account, a.ID, a.Ref, key, a.Asker.User, string(asker), a.Title, a.State, a.Version,
		strings.Join(roles, " "), a.SignIn, at(a.Due), at(a.Due), at(a.Remind), a.Ticket, a.Number, a.Subject, at(a.Created), at(a.Changed))
	if err != nil || n == 0 {
		return false, fault.At("ask for approval", err)
	}
	for _, p := range a.People {
		if _, err := tx.Run(ctx, `INSERT INTO approval_people (account_id, approval_id, user_id, name, email) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, a.Account, a.ID, p.User, p.Name, p.Email); err != nil {
			return false, fault.At("name who may decide", err)
		}
	}
	return true, nil
}

func insertVersion(ctx context.Context, tx *scoped.Tx, a approval.Approval, v approval.Version, key string) error {
	author, err := json.Marshal(v.By)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode author", err)
	}
	var file []byte
	if v.File != nil {
		if file, err = json.Marshal(v.File); err != nil {
			return fault.Wrap(fault.Internal, "encode file of a version", err)
		}
	}
	_, err = tx.Run(ctx, `INSERT INTO approval_versions (account_id, approval_id, number, key, at, author, title, words, file, note, digest)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, a.Account, a.ID, v.Number, key, at(v.At), string(author), v.Title, v.Text, string(file), v.Note, v.Digest())
	return fault.At("keep version", err)
}

// ReviseApproval puts a new version in the place of the one that waits: from now
// on only the new one can be decided. It is fault.Conflict when it was decided, or
// revised by somebody else, meanwhile.
func (a *Account) ReviseApproval(ctx context.Context, s access.Scope, r approval.Revision) (approval.Approval, error) {
	if err := asks(s, r.Account); err != nil {
		return approval.Approval{}, err
	}
	now := a.now().UTC()
	if err := r.Check(now); err != nil {
		return approval.Approval{}, err
	}
	db := a.db.For(r.Account)
	err := db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		ap, err := wholeApproval(ctx, tx, r.Account, "id = ?", r.ID)
		if err != nil {
			return err
		}
		var again []struct{ Number int }
		if err := tx.Find(ctx, &again, "SELECT number FROM approval_versions WHERE account_id = ? AND approval_id = ? AND key = ?", r.Account, r.ID, r.Key); err != nil || len(again) > 0 {
			return fault.At("look for the same form", err)
		}
		v := approval.Version{Number: r.Base + 1, At: now, By: personOf(s), Title: plain(r.Title), Text: plain(r.Text), File: r.File, Note: plain(r.Note)}
		if v.File == nil {
			v.File = ap.Newest().File
		}
		if v.Digest() == ap.Newest().Digest() {
			return fault.New(fault.Invalid, "Nothing differs from the version before, so nobody was asked again.")
		}
		n, err := tx.Run(ctx, `UPDATE approvals SET version = version + 1, title = ?, due_at = ?, late_at = ?, remind_at = ?, changed_at = ?
			WHERE account_id = ? AND id = ? AND state = 'open' AND version = ?`, v.Title, at(r.Due), at(r.Due), at(remindAgain(ap, r.Due)), at(now), r.Account, r.ID, r.Base)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "This was decided or changed meanwhile. Look at it again; your version was not published.")
		}
		if err != nil {
			return fault.At("revise approval", err)
		}
		ap.Version, ap.Title = v.Number, v.Title
		if err := insertVersion(ctx, tx, ap, v, r.Key); err != nil {
			return err
		}
		if err := leave(ctx, tx, askedEntry(audit.ApprovalRevised, ap, v, r.From)); err != nil {
			return err
		}
		return emit(ctx, tx, change.New(change.ApprovalAsked, now, r.Account, record.KindApproval, r.ID.String()))
	})
	if err != nil {
		return approval.Approval{}, err
	}
	return wholeApproval(ctx, db, r.Account, "id = ?", r.ID)
}

// remindAgain keeps the distance between the reminder and the date.
func remindAgain(a approval.Approval, due time.Time) time.Time {
	if a.Remind.IsZero() || a.Due.IsZero() || due.IsZero() {
		return time.Time{}
	}
	return due.Add(a.Remind.Sub(a.Due))
}

// WithdrawApproval takes a question back that nobody has decided; fault.Conflict
// when it is too late.
func (a *Account) WithdrawApproval(ctx context.Context, s access.Scope, account record.AccountID, id approval.ID, from action.Origin) (approval.Approval, error) {
	if err := asks(s, account); err != nil {
		return approval.Approval{}, err
	}
	now := a.now().UTC()
	db := a.db.For(account)
	ap, err := wholeApproval(ctx, db, account, "id = ?", id)
	if err != nil || ap.State == approval.Withdrawn {
		return ap, err
	}
	err = db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, `UPDATE approvals SET state = 'withdrawn', changed_at = ? WHERE account_id = ? AND id = ? AND state = 'open'`, at(now), account, id)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "This was decided meanwhile and cannot be taken back.")
		}
		if err != nil {
			return fault.At("withdraw approval", err)
		}
		e := askedEntry(audit.ApprovalWithdrawn, ap, ap.Newest(), from)
		e.At, e.Actor = now, s.User()
		if err := leave(ctx, tx, e); err != nil {
			return err
		}
		return emit(ctx, tx, change.New(change.ApprovalMoved, now, account, record.KindApproval, id.String()))
	})
	if err != nil {
		return approval.Approval{}, err
	}
	return wholeApproval(ctx, db, account, "id = ?", id)
}
