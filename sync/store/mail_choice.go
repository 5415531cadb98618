package store

import (
	"context"
	"slices"

	"portico/sync/access"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// selectChoice and saveChoice are the same for a person who is signed in and for
// one who holds a mail.
const (
	selectChoice = "SELECT choice FROM mail_choices WHERE account_id = ? AND user_id = ?"
	saveChoice   = `INSERT INTO mail_choices (account_id, user_id, choice, changed_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (account_id, user_id) DO UPDATE SET choice = excluded.choice, changed_at = excluded.changed_at`
)

// MailChoice returns what the viewer wants to be told of the account's requests.
func (a *Account) MailChoice(ctx context.Context, s access.Scope, account record.AccountID) (notice.Choice, error) {
	if err := access.See(s, account, record.KindTicket); err != nil {
		return "", err
	}
	return choiceOf(ctx, a.db.For(account), account, s.User())
}

// ChooseMail sets what the viewer wants to be told: members of their requests,
// staff of what they asked the account.
func (a *Account) ChooseMail(ctx context.Context, s access.Scope, account record.AccountID, c notice.Choice) error {
	may := access.Act
	if s.IsStaff() {
		may = access.See
	}
	if err := may(s, account, record.KindTicket); err != nil {
		return err
	}
	return choose(ctx, a.db.For(account), account, s.User(), c, at(a.now()))
}

// MailChoiceOf is MailChoice for a person who is told by mail.
func (y *System) MailChoiceOf(ctx context.Context, user string, account record.AccountID) (notice.Choice, error) {
	return choiceOf(ctx, y.db, account, user)
}

// ChooseMailOf is ChooseMail for who holds a mail's token. A person or an account
// that is no more is fault.NotFound.
func (y *System) ChooseMailOf(ctx context.Context, user string, account record.AccountID, c notice.Choice) error {
	var there bool
	err := y.db.Find(ctx, &there, "SELECT EXISTS (SELECT 1 FROM users u, accounts a WHERE u.id = ? AND a.id = ?)", user, account)
	if err == nil && !there {
		err = notFound()
	}
	if err != nil {
		return fault.At("find whose mails they are", err)
	}
	return choose(ctx, y.db, account, user, c, at(y.now()))
}

func choiceOf(ctx context.Context, db *scoped.DB, account record.AccountID, user string) (notice.Choice, error) {
	var rows []notice.Choice
	if err := db.Find(ctx, &rows, selectChoice, account, user); err != nil {
		return "", fault.At("read the choice of mails", err)
	}
	if len(rows) == 0 {
		return notice.NeedsMe, nil
	}
	return rows[0], nil
}

func choose(ctx context.Context, db *scoped.DB, account record.AccountID, user string, c notice.Choice, now moment) error {
	if !slices.Contains(notice.Choices, c) {
		return fault.New(fault.Invalid, "Choose one of these.").Field("choice", "Choose one of these.")
	}
	return db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, saveChoice, account, user, c, now)
		return fault.At("keep the choice of mails", err)
	})
}

// SourceMails says whether the source of a connection mails clients about what
// happens in it; then Portico does not. What Portico itself did with what a
// person asked for it always tells.
func (y *System) SourceMails(ctx context.Context, c record.ConnectionID, yes bool) error {
	who := "portico"
	if yes {
		who = "source"
	}
	return y.administer(ctx, administered(audit.ConnectionMade, y.now(), c.String(), "mails", who), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE connections SET mails = ? WHERE id = ?", who, c)
		if err == nil && n == 0 {
			err = notFound()
		}
		return fault.At("set who mails", err)
	})
}
