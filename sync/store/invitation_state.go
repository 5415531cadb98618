package store

import (
	"context"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

type invitationRow struct {
	ID          access.InvitationID
	AccountID   record.AccountID
	Account     string
	Launch      record.Launch
	Email, Name string
	Role        access.Role
	InvitedBy   string
	ByName      string
	May         bool
	CreatedAt   moment
	ExpiresAt   moment
	OpenedAt    moment
	AcceptedAt  moment
	WithdrawnAt moment
	CodeUntil   moment
	Mails       int
	MailState   notice.State
	Problem     string
	MailedAt    moment
	Known       bool
}

// newestMail is one column of the newest mail of an invitation. One that is
// forgotten was sent: what is given up is looked at within the month.
func newestMail(column string) string {
	return "(SELECT " + column + ` FROM invitation_mails q LEFT JOIN mails m ON m.id = q.mail_id
		WHERE q.invitation_id = i.id AND q.sort = 'invitation' ORDER BY q.at DESC, q.mail_id DESC LIMIT 1)`
}

// selectInvitation joins who invited: the invitation of somebody who may invite no
// more is worth nothing.
var selectInvitation = `SELECT i.id, i.account_id, coalesce(a.name, '') AS account, coalesce(a.launch, '') AS launch, i.email, i.name, i.role,
	i.invited_by, u.name AS by_name, i.created_at, i.expires_at, i.opened_at, i.accepted_at, i.withdrawn_at, i.code_until,
	NOT u.disabled AND (u.staff_role = 'admin' OR EXISTS (SELECT 1 FROM memberships o WHERE o.account_id = i.account_id AND o.user_id = u.id AND o.role = 'owner')) AS may,
	(SELECT count(*) FROM invitation_mails q WHERE q.invitation_id = i.id AND q.sort = 'invitation') AS mails,
	coalesce(` + newestMail("coalesce(m.state, 'sent')") + `, '') AS mail_state, coalesce(` + newestMail("coalesce(m.problem, '')") + `, '') AS problem,
	` + newestMail("q.at") + ` AS mailed_at,
	EXISTS (SELECT 1 FROM users k WHERE k.email = i.email) AS known
	FROM invitations i JOIN users u ON u.id = i.invited_by LEFT JOIN accounts a ON a.id = i.account_id `

func (r invitationRow) invitation(now time.Time) access.Invitation {
	i := access.Invitation{ID: r.ID, Account: record.AccountInfo{ID: r.AccountID, Name: r.Account, Launch: r.Launch}, Email: r.Email, Name: r.Name, Role: r.Role,
		By: r.ByName, ByUser: r.InvitedBy, Made: r.CreatedAt.Time, Mailed: r.MailedAt.Time, Expires: r.ExpiresAt.Time, Opened: r.OpenedAt.Time,
		Mails: r.Mails, Known: r.Known, Coded: r.CodeUntil.Time}
	i.State = r.state(now)
	switch i.State {
	case access.InvitationAccepted:
		i.Ended = r.AcceptedAt.Time
	case access.InvitationWithdrawn:
		i.Ended = r.WithdrawnAt.Time
	case access.InvitationFailed:
		i.Problem = r.Problem
	}
	return i
}

func (r invitationRow) state(now time.Time) access.InvitationState {
	closed := !r.AccountID.IsZero() && r.Launch != record.LaunchInvited
	switch {
	case !r.AcceptedAt.IsZero():
		return access.InvitationAccepted
	case !r.WithdrawnAt.IsZero():
		return access.InvitationWithdrawn
	case !r.May:
		return access.InvitationLapsed
	case !r.ExpiresAt.IsZero() && !now.Before(r.ExpiresAt.Time):
		return access.InvitationExpired
	case r.ExpiresAt.IsZero() || closed:
		return access.InvitationPrepared
	case !r.OpenedAt.IsZero():
		return access.InvitationOpened
	case r.MailState == notice.Due:
		return access.InvitationWaiting
	case r.MailState == notice.Sent:
		return access.InvitationSent
	default:
		return access.InvitationFailed
	}
}

// endedShown is how long an invitation that is over is listed.
const endedShown = 30 * 24 * time.Hour

// InvitationsTo lists the invitations into an account, or to the staff when it is
// zero: the newest first, and what is over for a month.
func (y *System) InvitationsTo(ctx context.Context, s access.Scope, account record.AccountID) ([]access.Invitation, error) {
	if err := mayInvite(s, account); err != nil {
		return nil, err
	}
	now := y.now().UTC()
	var rows []invitationRow
	err := y.db.Find(ctx, &rows, selectInvitation+"WHERE "+strings.ReplaceAll(invitedTo, "account_id", "i.account_id")+
		` AND (i.accepted_at IS NULL OR i.accepted_at > ?) AND (i.withdrawn_at IS NULL OR i.withdrawn_at > ?) AND (i.expires_at IS NULL OR i.expires_at > ?)
		ORDER BY i.created_at DESC, i.id DESC LIMIT 1000`, account, account, at(now.Add(-endedShown)), at(now.Add(-endedShown)), at(now.Add(-endedShown)))
	out := make([]access.Invitation, len(rows))
	for i, r := range rows {
		out[i] = r.invitation(now)
	}
	return out, fault.At("list invitations", err)
}

// oneInvitation reads an invitation in a transaction or outside one.
func oneInvitation(ctx context.Context, db finder, now time.Time, where string, args ...any) (access.Invitation, error) {
	var rows []invitationRow
	err := db.Find(ctx, &rows, selectInvitation+where, args...)
	if err == nil && len(rows) == 0 {
		return access.Invitation{}, noInvitation()
	}
	if err != nil {
		return access.Invitation{}, fault.At("read invitation", err)
	}
	return rows[0].invitation(now), nil
}

// noInvitation is the one answer to every link that opens nothing.
func noInvitation() error {
	return fault.New(fault.NotFound, "This link does not work, or does not any more.")
}

// InviteAgain mails an invitation once more, and lets its time begin anew. Links
// of earlier mails work as long.
func (y *System) InviteAgain(ctx context.Context, s access.Scope, account record.AccountID, id access.InvitationID, from action.Origin) error {
	now := y.now().UTC()
	return y.changeInvitation(ctx, s, account, id, bidden(s, from, audit.InvitedAgain, now, string(id)), func(ctx context.Context, tx *scoped.Tx, i access.Invitation) error {
		switch {
		case i.State == access.InvitationPrepared:
			return fault.New(fault.Conflict, "The account is not open to clients yet. The invitation is mailed when it is.")
		case i.State == access.InvitationWaiting:
			return fault.New(fault.Conflict, "Its mail is on the way out already.")
		case !i.State.Open() && i.State != access.InvitationExpired:
			return fault.New(fault.Conflict, "This invitation is over. Invite the person anew.")
		}
		var sent int
		err := tx.Find(ctx, &sent, "SELECT count(*) FROM invitation_mails WHERE invitation_id = ? AND sort = ? AND at > ?", id, notice.Invitation, at(now.Add(-24*time.Hour)))
		if err == nil && sent >= access.MailsPerDay {
			return fault.Newf(fault.Limited, "It was mailed %d times in a day. Wait until tomorrow, or ask the person whether the address is right.", sent).After(24 * time.Hour)
		}
		if err != nil {
			return fault.At("count mails of an invitation", err)
		}
		return oweInvitation(ctx, tx, id, now)
	})
}

// WithdrawInvitation takes an invitation back; fault.Conflict when it is over.
func (y *System) WithdrawInvitation(ctx context.Context, s access.Scope, account record.AccountID, id access.InvitationID, from action.Origin) error {
	now := y.now().UTC()
	return y.changeInvitation(ctx, s, account, id, bidden(s, from, audit.InviteWithdrawn, now, string(id)), func(ctx context.Context, tx *scoped.Tx, i access.Invitation) error {
		if !i.State.Open() {
			return fault.New(fault.Conflict, "This invitation is over: it was accepted, withdrawn, or has ended by itself.")
		}
		_, err := tx.Run(ctx, "UPDATE invitations SET withdrawn_at = ?, code_hash = NULL, code_until = NULL WHERE id = ?", at(now), id)
		return fault.At("withdraw invitation", err)
	})
}

func (y *System) changeInvitation(ctx context.Context, s access.Scope, account record.AccountID, id access.InvitationID, e audit.Entry, f func(context.Context, *scoped.Tx, access.Invitation) error) error {
	if err := mayInvite(s, account); err != nil {
		return err
	}
	return y.administer(ctx, ofAccount(account, e), func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, inviting); err != nil {
			return fault.At("change invitation", err)
		}
		if err := mayStill(ctx, tx, s, account); err != nil {
			return err
		}
		i, err := oneInvitation(ctx, tx, y.now(), "WHERE i.id = ?", id)
		if err == nil && i.Account.ID != account {
			err = noInvitation()
		}
		if err != nil {
			return err
		}
		return f(ctx, tx, i)
	})
}
