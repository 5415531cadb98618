package store

import (
	"bytes"
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

const byLink = "WHERE i.id = (SELECT l.invitation_id FROM invitation_links l WHERE l.token_hash = ?)"

// Invited returns what the link of a token invites to and changes nothing, because
// mail scanners open links before people do. fault.NotFound for a token that is
// not known; an invitation that is over says so by its state.
func (y *System) Invited(ctx context.Context, token [32]byte) (access.Invitation, error) {
	return oneInvitation(ctx, y.db, y.now(), byLink, token[:])
}

// InvitedAs returns an invitation to somebody who is signed in; fault.NotFound
// when it is to another address.
func (y *System) InvitedAs(ctx context.Context, id access.InvitationID, email string) (access.Invitation, error) {
	return oneInvitation(ctx, y.db, y.now(), "WHERE i.id = ? AND i.email = ?", id, strings.ToLower(email))
}

// InvitationOf returns what a mail invites to, as it is now.
func (y *System) InvitationOf(ctx context.Context, mail notice.ID) (access.Invitation, error) {
	return oneInvitation(ctx, y.db, y.now(), "WHERE i.id = (SELECT q.invitation_id FROM invitation_mails q WHERE q.mail_id = ?)", mail)
}

// StartInvitationLink keeps the hash of the token that a mail is about to carry.
func (y *System) StartInvitationLink(ctx context.Context, token [32]byte, id access.InvitationID) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "INSERT INTO invitation_links (token_hash, invitation_id, at) VALUES (?, ?, ?)", token[:], id, at(y.now()))
		return fault.At("keep the link of an invitation", err)
	})
}

// StartCode keeps the hash of the code that proves the invited mailbox and owes
// the mail that brings it, sealed as m says. An earlier code ends.
func (y *System) StartCode(ctx context.Context, token, code [32]byte, m notice.Mail) error {
	now := y.now().UTC()
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		if err := tx.Alone(ctx, inviting); err != nil {
			return fault.At("start code", err)
		}
		i, err := oneInvitation(ctx, tx, now, byLink, token[:])
		if err != nil {
			return err
		}
		if err := acceptable(i); err != nil {
			return err
		}
		var sent int
		if err := tx.Find(ctx, &sent, "SELECT count(*) FROM invitation_mails WHERE invitation_id = ? AND sort = ? AND at > ?", i.ID, notice.InvitationCode, at(now.Add(-time.Hour))); err != nil {
			return fault.At("count codes", err)
		}
		if sent >= access.CodesPerHour {
			return fault.Newf(fault.Limited, "%d codes were mailed within an hour. Look for the newest, or ask for another one later.", sent).After(time.Hour)
		}
		if _, err := tx.Run(ctx, `UPDATE invitations SET code_hash = ?, code_until = ?, code_tries = 0, opened_at = coalesce(opened_at, ?) WHERE id = ?`,
			code[:], at(now.Add(access.CodeLife)), at(now), i.ID); err != nil {
			return fault.At("keep code", err)
		}
		if _, err := tx.Run(ctx, "INSERT INTO mails (id, user_id, account_id, sort, sealed, created_at, due_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			m.ID, i.ByUser, i.Account.ID, notice.InvitationCode, m.Sealed, at(now), at(now), at(now.Add(access.CodeLife))); err != nil {
			return fault.At("owe code", err)
		}
		_, err = tx.Run(ctx, "INSERT INTO invitation_mails (mail_id, invitation_id, sort, at) VALUES (?, ?, ?, ?)", m.ID, i.ID, notice.InvitationCode, at(now))
		return fault.At("note the mail of a code", err)
	})
}

// acceptable says why an invitation cannot be accepted now.
func acceptable(i access.Invitation) error {
	switch i.State {
	case access.InvitationAccepted:
		return fault.New(fault.Conflict, "This invitation was accepted already.")
	case access.InvitationExpired:
		return fault.New(fault.Conflict, "This invitation has ended. Ask for a new one.")
	case access.InvitationWithdrawn, access.InvitationLapsed:
		return fault.New(fault.Conflict, "This invitation was taken back.")
	case access.InvitationPrepared:
		return fault.New(fault.Conflict, "The portal is not open to you yet. You get a mail when it is.")
	default:
		return nil
	}
}

// Acceptance is somebody new who comes in by the link of a mail.
type Acceptance struct {
	Token, Code [32]byte // hashes
	Name        string
	Password    string // its hash
	From        action.Origin
}

// AcceptInvitation makes the user and the membership, or the staff member, at
// once and once. A wrong code is fault.Invalid with the field "code", and counts;
// an address that somebody has by now, or an invitation that is over, is
// fault.Conflict.
func (y *System) AcceptInvitation(ctx context.Context, in Acceptance) (access.Invitation, error) {
	var i access.Invitation
	var refused error
	now := y.now().UTC()
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) (err error) {
		refused = nil
		if err := tx.Alone(ctx, inviting); err != nil {
			return fault.At("accept invitation", err)
		}
		if i, err = oneInvitation(ctx, tx, now, byLink, in.Token[:]); err != nil {
			return err
		}
		if err := acceptable(i); err != nil {
			return err
		}
		if refused, err = proven(ctx, tx, i.ID, in.Code, now); err != nil || refused != nil {
			return err
		}
		if i.Known {
			return fault.New(fault.Conflict, "This address has a password here by now. Sign in to accept.")
		}
		u := access.User{ID: access.NewUserID(), Name: strings.TrimSpace(in.Name), Email: i.Email}
		if i.Staff() {
			u.Staff = i.Role
		}
		if _, err := tx.Run(ctx, `INSERT INTO users (id, name, email, staff_role, password_hash, epoch, created_at) VALUES (?, ?, ?, ?, ?, 0, ?)`,
			u.ID, plain(u.Name), u.Email, u.Staff, in.Password, at(now)); err != nil {
			return fault.At("make the user", err)
		}
		return settleInvitation(ctx, tx, i, u, in.From, now)
	})
	if err == nil {
		err = refused
	}
	return i, err
}

// proven compares the code, and counts a wrong one: refused is committed.
func proven(ctx context.Context, tx *scoped.Tx, id access.InvitationID, code [32]byte, now time.Time) (refused, err error) {
	var rows []struct {
		CodeHash  []byte
		CodeUntil moment
		CodeTries int
	}
	if err := tx.Find(ctx, &rows, "SELECT code_hash, code_until, code_tries FROM invitations WHERE id = ?", id); err != nil || len(rows) == 0 {
		return nil, fault.At("read code", err)
	}
	r := rows[0]
	switch {
	case len(r.CodeHash) == 0 || !now.Before(r.CodeUntil.Time):
		return wrongCode("This code has ended. Ask for a new one below."), nil
	case r.CodeTries >= access.CodeTries:
		return wrongCode("Too many wrong codes. Ask for a new one below."), nil
	case bytes.Equal(r.CodeHash, code[:]):
		return nil, nil
	}
	_, err = tx.Run(ctx, "UPDATE invitations SET code_tries = code_tries + 1 WHERE id = ?", id)
	return wrongCode("This is not the code of our newest mail."), fault.At("count a wrong code", err)
}

func wrongCode(why string) error { return fault.New(fault.Invalid, why).Field("code", why) }

// JoinInvitation lets somebody who is signed in, with the address that was
// invited, into the account. Their role stays when they are in already.
func (y *System) JoinInvitation(ctx context.Context, id access.InvitationID, u access.User, from action.Origin) (access.Invitation, error) {
	var i access.Invitation
	now := y.now().UTC()
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) (err error) {
		if err := tx.Alone(ctx, inviting); err != nil {
			return fault.At("accept invitation", err)
		}
		if i, err = oneInvitation(ctx, tx, now, "WHERE i.id = ? AND i.email = (SELECT email FROM users WHERE id = ? AND NOT disabled)", id, u.ID); err != nil {
			return err
		}
		if err := acceptable(i); err != nil {
			return err
		}
		if i.Staff() || u.Staff != "" {
			return fault.New(fault.Conflict, "You work for the provider and see the accounts that an administrator assigns to you.")
		}
		return settleInvitation(ctx, tx, i, u, from, now)
	})
	return i, err
}

// settleInvitation ends an invitation with somebody in. The conditional change
// lets one of two win, whatever else is locked.
func settleInvitation(ctx context.Context, tx *scoped.Tx, i access.Invitation, u access.User, from action.Origin, now time.Time) error {
	n, err := tx.Run(ctx, `UPDATE invitations SET accepted_at = ?, accepted_by = ?, code_hash = NULL, code_until = NULL
		WHERE id = ? AND accepted_at IS NULL AND withdrawn_at IS NULL`, at(now), u.ID, i.ID)
	if err != nil {
		return fault.At("accept invitation", err)
	}
	if n == 0 {
		return acceptable(access.Invitation{State: access.InvitationAccepted})
	}
	if !i.Staff() {
		if _, err := tx.Run(ctx, "INSERT INTO memberships (account_id, user_id, role) VALUES (?, ?, ?) ON CONFLICT (account_id, user_id) DO NOTHING",
			i.Account.ID, u.ID, i.Role); err != nil {
			return fault.At("add member", err)
		}
	}
	e := audit.New(audit.InviteAccepted, now, u.ID, string(i.ID))
	e.Account = i.Account.ID
	e.Facts = pairs([]string{"role", string(i.Role), "invited_by", i.ByUser})
	e.Personal = map[string]string{"name": u.Name, "mail": i.Email, "ip": from.IP, "agent": from.Agent}
	return leave(ctx, tx, e)
}

// PreparedIn counts the invitations that opening each account to clients mails.
func (y *System) PreparedIn(ctx context.Context) (map[record.AccountID]int, error) {
	var rows []struct {
		AccountID record.AccountID
		N         int
	}
	err := y.db.Find(ctx, &rows, `SELECT account_id, count(*) AS n FROM invitations WHERE account_id IS NOT NULL AND expires_at IS NULL
		AND accepted_at IS NULL AND withdrawn_at IS NULL GROUP BY account_id`)
	out := make(map[record.AccountID]int, len(rows))
	for _, r := range rows {
		out[r.AccountID] = r.N
	}
	return out, fault.At("count prepared invitations", err)
}
