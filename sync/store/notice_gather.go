package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

const (
	gatherAccounts = 100  // accounts looked at in one call
	gatherNotices  = 5000 // notices of one account made mails of in one transaction
)

// GatherNotices makes mails of the notices that are due: for each account one for
// every person who wants any, which names everything that happened there until
// now. What happened may be added to a mail that still waits. It returns how many
// accounts it looked at; call it until that is none.
func (y *System) GatherNotices(ctx context.Context) (int, error) {
	now := y.now().UTC()
	var accounts []record.AccountID
	err := y.db.Find(ctx, &accounts, "SELECT account_id FROM notices WHERE due_at <= ? AND "+released+" GROUP BY account_id ORDER BY min(due_at) LIMIT ?", at(now), gatherAccounts)
	if err != nil {
		return 0, fault.At("list accounts with notices", err)
	}
	for _, a := range accounts {
		err := y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
			return gather(ctx, tx, a, now)
		})
		if err != nil {
			return 0, fault.At("gather notices", err)
		}
	}
	return len(accounts), nil
}

type noticeRow struct {
	EntryID  string
	About    notice.About
	TicketID record.ID
	UserID   string
	Was      string
	Fresh    bool
}

func (r noticeRow) topic() notice.Topic {
	state, turn, _ := strings.Cut(r.Was, " ")
	return notice.Topic{About: r.About, Ticket: r.TicketID, Entry: r.EntryID, New: r.Fresh,
		Was: notice.Standing{State: record.State(state), Turn: record.Turn(turn)}}
}

// topicKey is what a mail names once.
type topicKey struct {
	about notice.About
	entry string
}

// gather takes the notices of an account away and writes its mails.
func gather(ctx context.Context, tx *scoped.Tx, account record.AccountID, now time.Time) error {
	if err := tx.Alone(ctx, "mails of "+account.String()); err != nil {
		return fault.At("wait for others who gather", err)
	}
	var rows []noticeRow
	err := tx.Find(ctx, &rows, `SELECT entry_id, about, ticket_id, coalesce(user_id, '') AS user_id, was, fresh FROM notices
		WHERE account_id = ? ORDER BY at, entry_id LIMIT ?`, account, gatherNotices)
	if err != nil || len(rows) == 0 {
		return fault.At("read notices", err)
	}
	entries := make([]string, len(rows))
	for i, r := range rows {
		entries[i] = r.EntryID
	}
	if _, err := tx.Run(ctx, "DELETE FROM notices WHERE account_id = ? AND entry_id IN (?)", account, bun.List(entries)); err != nil {
		return fault.At("take notices", err)
	}
	var people []string
	err = tx.Find(ctx, &people, `SELECT m.user_id FROM memberships m JOIN accounts a ON a.id = m.account_id AND a.launch = ?
		JOIN users u ON u.id = m.user_id AND NOT u.disabled
		LEFT JOIN mail_choices c ON c.account_id = m.account_id AND c.user_id = m.user_id
		WHERE m.account_id = ? AND coalesce(c.choice, '') <> ? ORDER BY m.user_id`, record.LaunchInvited, account, notice.Nothing)
	if err != nil {
		return fault.At("find whom to tell", err)
	}
	ours, theirs := split(rows)
	for _, user := range people {
		if err := tell(ctx, tx, account, user, notice.News, theirs, now); err != nil {
			return err
		}
	}
	askers, err := askersOf(ctx, tx, account, ours)
	for _, user := range askers {
		if err := tell(ctx, tx, account, user, notice.Answers, ours, now); err != nil {
			return err
		}
	}
	return err
}

// split tells what concerns the provider's people from what concerns clients.
func split(rows []noticeRow) (ours, theirs []noticeRow) {
	for _, r := range rows {
		if r.About.ForStaff() {
			ours = append(ours, r)
		} else {
			theirs = append(theirs, r)
		}
	}
	return ours, theirs
}

// tell adds topics to the mail that waits for a person, or writes a new one. A
// mail that a worker has, or that may have arrived, is left as it is.
func tell(ctx context.Context, tx *scoped.Tx, account record.AccountID, user string, sort notice.Sort, rows []noticeRow, now time.Time) error {
	var waiting []mailRow
	err := tx.Find(ctx, &waiting, `SELECT id, topics, more FROM mails WHERE user_id = ? AND account_id = ? AND sort = ? AND state = 'due'
		AND NOT doubtful AND (lease_until IS NULL OR lease_until < ?) ORDER BY seq LIMIT 1`+tx.Free(), user, account, sort, at(now))
	if err != nil {
		return fault.At("find the mail that waits", err)
	}
	var had mailRow
	if len(waiting) > 0 {
		had = waiting[0]
	}
	topics, err := had.list()
	if err != nil {
		return err
	}
	named := make(map[topicKey]bool, len(topics))
	for _, t := range topics {
		named[topicKey{t.About, t.Entry}] = true
	}
	more, added := had.More, 0
	for _, r := range rows {
		switch {
		case r.UserID != "" && r.UserID != user, named[topicKey{r.About, r.EntryID}]:
			continue
		case len(topics) < notice.MostTopics:
			topics = append(topics, r.topic())
		default:
			more++
		}
		added++
	}
	if added == 0 {
		return nil
	}
	text, err := json.Marshal(topics)
	if err != nil {
		return fault.Wrap(fault.Internal, "encode topics", err)
	}
	if had.ID != "" {
		_, err = tx.Run(ctx, "UPDATE mails SET topics = ?, more = ?, fence = fence + 1, lease_until = NULL WHERE id = ?", string(text), more, had.ID)
		return fault.At("add to a mail", err)
	}
	_, err = tx.Run(ctx, "INSERT INTO mails (id, user_id, account_id, sort, topics, more, created_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		notice.NewID(), user, account, sort, string(text), more, at(now), at(now))
	return fault.At("owe a mail", err)
}
