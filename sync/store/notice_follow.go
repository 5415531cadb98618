package store

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// How long what happened waits for what happens next, so that both become one
// mail. What a person is needed for waits less.
const (
	noticeQuiet  = 2 * time.Minute
	noticeNeeded = 30 * time.Second
)

// notify notes what people are to be told of, one small row per thing that
// happened, in the transaction that takes the events. Who is told, and whether
// they may know, is found out when the time for a mail has come. Nothing is
// noted while everything is held: the copy that this one was made from does it.
func notify(ctx context.Context, tx *scoped.Tx, events []change.Event, now time.Time) error {
	held := false
	if err := tx.Find(ctx, &held, "SELECT EXISTS (SELECT 1 FROM hold)"); err != nil || held {
		return fault.At("look for a hold", err)
	}
	n := noter{tx: tx, invited: map[record.AccountID]bool{}, notes: map[noteKey]noted{}}
	for _, e := range events {
		if e.Quiet || e.Account.IsZero() {
			continue
		}
		var err error
		switch {
		case e.Topic == change.ActionMoved:
			err = n.actions(ctx, e)
		case e.Topic == change.ApprovalMoved:
			err = n.decisions(ctx, e)
		case e.Topic == change.RecordsChanged && e.Kind == record.KindTicket:
			err = n.tickets(ctx, e)
		case e.Topic == change.RecordsChanged && e.Kind == record.KindComment && len(e.New) > 0:
			err = n.comments(ctx, e)
		}
		if err != nil {
			return fault.At("note what event "+e.ID+" means to people", err)
		}
	}
	return n.write(ctx, now)
}

// noter finds what is to be noted within one transaction.
type noter struct {
	tx      *scoped.Tx
	invited map[record.AccountID]bool
	notes   map[noteKey]noted
}

// noteKey is what there is one notice of.
type noteKey struct {
	account record.AccountID
	entry   string
}

func (k noteKey) compare(other noteKey) int {
	return cmp.Or(bytes.Compare(k.account.UUID[:], other.account.UUID[:]), strings.Compare(k.entry, other.entry))
}

// tells reports whether anybody of the account is told anything.
func (n *noter) tells(ctx context.Context, a record.AccountID) (bool, error) {
	yes, known := n.invited[a]
	if known {
		return yes, nil
	}
	err := n.tx.Find(ctx, &yes, "SELECT EXISTS (SELECT 1 FROM accounts WHERE id = ? AND launch = ?)", a, record.LaunchInvited)
	n.invited[a] = yes
	return yes, err
}

// noted is a row of notices.
type noted struct {
	about  notice.About
	ticket record.ID
	user   string
	was    string
	fresh  bool
	due    time.Duration
}

// actions notes those that have come to where their actor wants to know.
func (n *noter) actions(ctx context.Context, e change.Event) error {
	if yes, err := n.tells(ctx, e.Account); err != nil || !yes {
		return err
	}
	var rows []struct {
		ID     action.ID
		UserID string
		State  action.State
	}
	err := n.tx.Find(ctx, &rows, "SELECT id, user_id, state FROM actions WHERE account_id = ? AND id IN (?) AND (state IN ('confirmed', 'refused', 'conflict') OR state = 'withdrawn' AND input LIKE '%\"gave_up\":true%')",
		e.Account, bun.List(e.IDs))
	if err != nil {
		return fault.At("read actions", err)
	}
	for _, r := range rows {
		it := noted{about: notice.OfAction, user: r.UserID, due: noticeNeeded}
		if r.State == action.Confirmed {
			it.due = noticeQuiet
		}
		n.note(e.Account, r.ID.String(), it)
	}
	return nil
}

// tickets notes those that are new, or are not where they were.
func (n *noter) tickets(ctx context.Context, e change.Event) error {
	if yes, err := n.tells(ctx, e.Account); err != nil || !yes {
		return err
	}
	var rows []struct {
		ID       record.ID
		Turn     record.Turn
		NewsFrom string
	}
	err := n.tx.Find(ctx, &rows, `SELECT r.id, r.turn, r.news_from FROM records r JOIN connections c ON c.id = r.connection_id AND c.mails = 'portico'
		WHERE r.account_id = ? AND r.id IN (?) AND r.news_at >= ? AND r.hidden = ''`, e.Account, bun.List(e.IDs), at(e.At))
	if err != nil {
		return fault.At("read tickets", err)
	}
	for _, r := range rows {
		it := noted{about: notice.OfTicket, ticket: r.ID, was: r.NewsFrom, fresh: slices.Contains(e.New, r.ID.String()), due: noticeQuiet}
		if it.was == "" && !it.fresh { // it was moved here from another account
			continue
		}
		if r.Turn == record.TurnClient {
			it.due = noticeNeeded
		}
		n.note(e.Account, r.ID.String(), it)
	}
	return nil
}

// comments notes those that are new.
func (n *noter) comments(ctx context.Context, e change.Event) error {
	if yes, err := n.tells(ctx, e.Account); err != nil || !yes {
		return err
	}
	var rows []struct{ ID, ParentID record.ID }
	err := n.tx.Find(ctx, &rows, `SELECT r.id, r.parent_id FROM records r JOIN connections c ON c.id = r.connection_id AND c.mails = 'portico'
		WHERE r.account_id = ? AND r.id IN (?) AND r.parent_id IS NOT NULL`, e.Account, bun.List(e.New))
	if err != nil {
		return fault.At("read comments", err)
	}
	for _, r := range rows {
		n.note(e.Account, r.ID.String(), noted{about: notice.OfComment, ticket: r.ParentID, due: noticeQuiet})
	}
	return nil
}

// note keeps the first of what is noted twice, and the earlier time.
func (n *noter) note(account record.AccountID, entry string, it noted) {
	k := noteKey{account, entry}
	if had, twice := n.notes[k]; twice {
		had.due = min(had.due, it.due)
		it = had
	}
	n.notes[k] = it
}

// noticeRows is how many notices one statement writes.
const noticeRows = 100

// write does with the notices that are there already as note does. Transactions
// that write the same ones wait for each other, so that all take them in one
// order.
func (n *noter) write(ctx context.Context, now time.Time) error {
	keys := slices.SortedFunc(maps.Keys(n.notes), noteKey.compare)
	for part := range slices.Chunk(keys, noticeRows) {
		args := make([]any, 0, 9*len(part))
		for _, k := range part {
			it := n.notes[k]
			var user any
			if it.user != "" {
				user = it.user
			}
			args = append(args, k.account, k.entry, it.about, it.ticket, user, it.was, it.fresh, at(now), at(now.Add(it.due)))
		}
		_, err := n.tx.Run(ctx, "INSERT INTO notices (account_id, entry_id, about, ticket_id, user_id, was, fresh, at, due_at) VALUES "+values(9, len(part))+
			" ON CONFLICT (account_id, entry_id) DO UPDATE SET due_at = CASE WHEN excluded.due_at < notices.due_at THEN excluded.due_at ELSE notices.due_at END,"+
			" about = CASE WHEN excluded.about = 'decision' THEN excluded.about ELSE notices.about END", args...) // what was late is decided
		if err != nil {
			return fault.At("write notices", err)
		}
	}
	return nil
}
