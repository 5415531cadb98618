package store

import (
	"context"
	"database/sql"
	"errors"

	"portico/sync/access"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// StartLink stores the hash of a token that opens one version of one approval to
// one person. It ends with the date of the approval.
func (y *System) StartLink(ctx context.Context, token [32]byte, account record.AccountID, id approval.ID, version int, user string) (approval.LinkID, error) {
	now := y.now().UTC()
	link := approval.NewLinkID()
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		var rows []struct{ DueAt moment }
		if err := tx.Find(ctx, &rows, "SELECT due_at FROM approvals WHERE account_id = ? AND id = ? AND state = 'open' AND version = ?", account, id, version); err != nil {
			return fault.At("start link", err)
		}
		if len(rows) == 0 {
			return fault.New(fault.Conflict, "This was decided or changed meanwhile.")
		}
		expires := rows[0].DueAt.Time
		if expires.IsZero() {
			expires = now.Add(approval.NoDate)
		}
		_, err := tx.Run(ctx, `INSERT INTO approval_links (id, token_hash, account_id, approval_id, version, user_id, created_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, link, token[:], account, id, version, user, at(now), at(expires))
		return fault.At("start link", err)
	})
	return link, err
}

// Deciders lists the members of an account who may be asked to decide, by name.
func (y *System) Deciders(ctx context.Context, account record.AccountID) ([]approval.Person, error) {
	var rows []struct{ ID, Name, Email, Role string }
	err := y.db.Find(ctx, &rows, `SELECT u.id, u.name, u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id
		WHERE m.account_id = ? AND NOT u.disabled AND m.role IN ('owner', 'approver', 'finance', 'contributor') ORDER BY u.name, u.id`, account)
	out := make([]approval.Person, len(rows))
	for i, r := range rows {
		out[i] = approval.Person{User: r.ID, Name: r.Name, Email: r.Email, Role: r.Role}
	}
	return out, fault.At("list who may decide", err)
}

// noLink is the one answer to every token that opens nothing.
func noLink() error {
	return fault.New(fault.NotFound, "This link does not work, or does not any more.")
}

// Linked returns what the link of a token shows and changes nothing, because mail
// scanners open links before people do. fault.NotFound for a token that is not
// known, or whose person has no place in the account any more.
func (y *System) Linked(ctx context.Context, token [32]byte) (approval.Linked, error) {
	var rows []struct {
		ID         approval.LinkID
		AccountID  record.AccountID
		ApprovalID approval.ID
		Version    int
		UserID     string
		ExpiresAt  moment
	}
	err := y.db.Find(ctx, &rows, "SELECT id, account_id, approval_id, version, user_id, expires_at FROM approval_links WHERE token_hash = ?", token[:])
	if err == nil && len(rows) == 0 {
		err = noLink()
	}
	if err != nil {
		return approval.Linked{}, fault.At("look for link", err)
	}
	r := rows[0]
	l, err := y.shown(ctx, r.AccountID, r.ApprovalID, r.Version, r.UserID)
	l.Link, l.Expires = r.ID, r.ExpiresAt.Time
	return l, err
}

// shown is one approval as one person may be shown it now; fault.NotFound when
// they may not decide it.
func (y *System) shown(ctx context.Context, account record.AccountID, id approval.ID, version int, who string) (approval.Linked, error) {
	l := approval.Linked{Version: version}
	var user userRow
	var member access.Membership
	err := y.db.Find(ctx, &user, selectUser+"WHERE id = ? AND NOT disabled", who)
	if err == nil {
		member, err = y.MembershipIn(ctx, who, account)
	}
	if gone(err) {
		return l, noLink()
	}
	if err != nil {
		return l, fault.At("look who is shown an approval", err)
	}
	l.Company = member.Account.Name
	l.Person = approval.Person{User: user.ID, Name: user.Name, Email: user.Email, Role: string(member.Role)}
	l.Approval, err = wholeApproval(ctx, y.db, account, "id = ?", id)
	l.May = l.Approval.Decides(user.ID, member.Role)
	if err == nil && !l.May {
		err = noLink()
	}
	return l, err
}

// DecideLinked records the decision of the person whose link it is, by the rules
// of Account.DecideApproval. Answer names neither account nor approval: the token does.
func (y *System) DecideLinked(ctx context.Context, token [32]byte, d approval.Answer) (approval.Approval, error) {
	l, err := y.Linked(ctx, token)
	if err != nil {
		return approval.Approval{}, err
	}
	ap := l.Approval
	switch {
	case ap.State == approval.Open && !y.now().Before(l.Expires):
		return ap, fault.New(fault.Forbidden, "The date of this link has passed. Sign in to decide.")
	case ap.State == approval.Open && ap.SignIn:
		return ap, fault.New(fault.Forbidden, "This can be decided only by who is signed in.")
	case ap.State == approval.Open && (l.Version != ap.Version || d.Version != l.Version):
		d.Version = min(d.Version, l.Version) // it was sent for an older one, whatever the form says
	}
	d.Account, d.ID = ap.Account, ap.ID
	return decide(ctx, y.db, y.now(), ruling{Answer: d, by: l.Person, way: approval.Link, link: l.Link,
		may: func(approval.Approval) bool { return true }})
}

// gone tells that somebody is no longer there from a failure to look.
func gone(err error) bool { return errors.Is(err, sql.ErrNoRows) || fault.Is(err, fault.NotFound) }
