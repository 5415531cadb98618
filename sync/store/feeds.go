package store

import (
	"context"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// CalendarFeed returns the viewer's own calendar feed of the account; a zero one
// when there is none. Whoever only looks as a member does not get to know it.
func (a *Account) CalendarFeed(ctx context.Context, s access.Scope, account record.AccountID) (access.Feed, error) {
	if err := subscribes(s, account); err != nil {
		return access.Feed{}, err
	}
	var rows []struct {
		Feed   record.ID
		MadeAt moment
	}
	err := a.db.For(account).Find(ctx, &rows, "SELECT feed, made_at FROM calendar_feeds WHERE account_id = ? AND user_id = ?", account, s.User())
	if err != nil || len(rows) == 0 {
		return access.Feed{}, fault.At("read the calendar feed", err)
	}
	return access.Feed{ID: rows[0].Feed, Made: rows[0].MadeAt.Time}, nil
}

// RenewFeed gives the viewer a feed in the place of the one that they saw, or of
// none; that one opens nothing from now on. When it is not there any more, somebody
// was faster with the same form, and nothing changes.
func (a *Account) RenewFeed(ctx context.Context, s access.Scope, account record.AccountID, seen record.ID, from action.Origin) error {
	if err := subscribes(s, account); err != nil {
		return err
	}
	now, feed := a.now().UTC(), record.NewID()
	return a.db.For(account).Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		change, args := "UPDATE calendar_feeds SET feed = ?, made_at = ? WHERE account_id = ? AND user_id = ? AND feed = ?", []any{feed, at(now), account, s.User(), seen}
		if seen.IsZero() {
			change = `INSERT INTO calendar_feeds (feed, made_at, account_id, user_id) VALUES (?, ?, ?, ?) ON CONFLICT (account_id, user_id) DO NOTHING`
			args = args[:4]
		}
		n, err := tx.Run(ctx, change, args...)
		if err != nil || n == 0 {
			return fault.At("keep a calendar feed", err)
		}
		return leave(ctx, tx, feedEntry(s, account, "made", from, a.now))
	})
}

// StopFeed ends the viewer's feed.
func (a *Account) StopFeed(ctx context.Context, s access.Scope, account record.AccountID, from action.Origin) error {
	if err := subscribes(s, account); err != nil {
		return err
	}
	return a.db.For(account).Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "DELETE FROM calendar_feeds WHERE account_id = ? AND user_id = ?", account, s.User())
		if err != nil || n == 0 {
			return fault.At("end a calendar feed", err)
		}
		return leave(ctx, tx, feedEntry(s, account, "ended", from, a.now))
	})
}

// Subscriber returns whose feed it is; fault.NotFound when there is no such feed or
// its person may not come into the account any more.
func (y *System) Subscriber(ctx context.Context, feed record.ID) (access.Subscriber, error) {
	var rows []struct {
		userRow
		AccountID   record.AccountID
		AccountName string
		Role        access.Role
	}
	err := y.db.Find(ctx, &rows, `SELECT u.id, u.name, u.email, u.locale, u.zone, u.created_at, a.id AS account_id, a.name AS account_name, m.role
		FROM calendar_feeds f JOIN memberships m ON m.account_id = f.account_id AND m.user_id = f.user_id
		JOIN users u ON u.id = f.user_id JOIN accounts a ON a.id = f.account_id
		WHERE f.feed = ? AND a.launch = 'invited' AND NOT u.disabled AND u.staff_role = ''`, feed)
	if err == nil && len(rows) == 0 {
		err = notFound()
	}
	if err != nil {
		return access.Subscriber{}, fault.At("look whose calendar feed it is", err)
	}
	r := rows[0]
	return access.Subscriber{User: r.user(), Role: r.Role, Account: record.AccountInfo{ID: r.AccountID, Name: r.AccountName, Launch: record.LaunchInvited}}, nil
}

// subscribes is for members who see anything with a day: staff have calendars of
// their own, programs the API.
func subscribes(s access.Scope, account record.AccountID) error {
	if err := reach(s, account); err != nil {
		return err
	}
	if s.IsStaff() || s.IsService() || s.IsJob() {
		return fault.New(fault.Forbidden, "Only members of the account can subscribe to its calendar.")
	}
	for kind := range dated(record.Window{}) {
		if s.Sees(kind) {
			return access.Write(s)
		}
	}
	return fault.New(fault.Forbidden, "This part of the account is not shown to you. Ask an owner of the account.")
}

func feedEntry(s access.Scope, account record.AccountID, what string, from action.Origin, now func() time.Time) audit.Entry {
	e := ofAccount(account, byPerson(audit.FeedChanged, now(), s.User(), "feed", what))
	e.Personal = map[string]string{"name": s.Name(), "mail": s.Email(), "ip": from.IP, "agent": from.Agent}
	return e
}
