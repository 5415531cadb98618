package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// OweLetter keeps a letter until it is sent, or until it expires.
func (y *System) OweLetter(ctx context.Context, m notice.Mail) error {
	now := y.now().UTC()
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "INSERT INTO mails (id, user_id, sort, sealed, created_at, due_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
			m.ID, m.To.ID, m.Sort, m.Sealed, at(now), at(now), at(m.Expires))
		return fault.At("owe a letter", err)
	})
}

// mailFree says that a mail may be sent: nothing is held, it is due and nobody
// has it.
const mailFree = released + " AND m.state = 'due' AND m.due_at <= ? AND (m.lease_until IS NULL OR m.lease_until < ?)"

type mailRow struct {
	ID        notice.ID
	UserID    string
	AccountID record.AccountID
	Sort      notice.Sort
	Topics    string
	More      int
	Sealed    string
	Attempt   int
	Problem   string
	CreatedAt moment
	ExpiresAt moment
	EndedAt   moment
	Fence     int64
	Name      string
	Email     string
	Locale    string
	Zone      string
	Disabled  bool
}

func (r mailRow) list() (topics []notice.Topic, err error) {
	if r.Topics == "" {
		return nil, nil
	}
	return topics, fault.Wrap(fault.Internal, "decode topics", json.Unmarshal([]byte(r.Topics), &topics))
}

// ClaimMails leases the mails that are due, letters first, then by age. Every
// claim raises the fence.
func (y *System) ClaimMails(ctx context.Context, limit int, lease time.Duration) ([]notice.Claim, error) {
	now := y.now().UTC()
	var waits bool
	if err := y.db.Find(ctx, &waits, "SELECT EXISTS (SELECT 1 FROM mails m WHERE "+mailFree+")", at(now), at(now)); err != nil || !waits {
		return nil, fault.At("look for due mails", err)
	}
	var claims []notice.Claim
	err := y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
		claims = nil
		var seqs []int64
		err := tx.Find(ctx, &seqs, "SELECT m.seq FROM mails m WHERE "+mailFree+" ORDER BY CASE WHEN m.sort = 'news' THEN 1 ELSE 0 END, m.seq LIMIT ?"+tx.Free(), at(now), at(now), limit)
		if err != nil || len(seqs) == 0 {
			return fault.At("find due mails", err)
		}
		if _, err := tx.Run(ctx, "UPDATE mails SET fence = fence + 1, lease_until = ? WHERE seq IN (?)", at(now.Add(lease)), bun.List(seqs)); err != nil {
			return fault.At("lease mails", err)
		}
		var rows []mailRow
		err = tx.Find(ctx, &rows, `SELECT m.id, m.user_id, m.account_id, m.sort, m.topics, m.more, m.sealed, m.attempt, m.created_at, m.expires_at, m.fence,
			u.name, u.email, u.locale, u.zone, u.disabled FROM mails m JOIN users u ON u.id = m.user_id WHERE m.seq IN (?) ORDER BY m.seq`, bun.List(seqs))
		if err != nil {
			return fault.At("read mails", err)
		}
		for _, r := range rows {
			topics, err := r.list()
			if err != nil {
				return err
			}
			claims = append(claims, notice.Claim{Fence: r.Fence, Until: now.Add(lease), Mail: notice.Mail{ID: r.ID, Sort: r.Sort,
				To:      access.User{ID: r.UserID, Name: r.Name, Email: r.Email, Locale: r.Locale, Zone: r.Zone, Disabled: r.Disabled},
				Account: r.AccountID, Topics: topics, More: r.More, Sealed: r.Sealed, Attempt: r.Attempt,
				Created: r.CreatedAt.Time, Expires: r.ExpiresAt.Time}})
		}
		return nil
	})
	return claims, err
}

// SettleMail commits what working on a claim came to. A claim that is no longer
// the newest changes nothing. What a letter said is erased with its end.
func (y *System) SettleMail(ctx context.Context, c notice.Claim, s notice.Step) error {
	set, args := "lease_until = NULL, state = ?, problem = ?", []any{s.State, plain(s.Problem)}
	if s.State == notice.Due {
		set, args = set+", due_at = ?", append(args, at(s.Due))
	} else {
		set, args = set+", ended_at = ?, sealed = '', topics = '[]'", append(args, at(y.now().UTC()))
	}
	if s.Tried {
		set += ", attempt = attempt + 1"
	}
	if s.Doubtful {
		set, args = set+", doubtful = ?", append(args, true)
	}
	return y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "UPDATE mails SET "+set+" WHERE id = ? AND fence = ? AND lease_until IS NOT NULL", append(args, c.ID, c.Fence)...)
		return fault.At("settle mail", err)
	})
}

// forgetMail gives up what waits to be mailed, because another copy of this
// database may have sent it.
func forgetMail(ctx context.Context, tx *scoped.Tx, now time.Time) error {
	if _, err := tx.Run(ctx, "DELETE FROM notices"); err != nil {
		return fault.At("forget notices", err)
	}
	_, err := tx.Run(ctx, `UPDATE mails SET state = 'failed', problem = 'It waited when everything was held; the other copy may have sent it.',
		ended_at = ?, sealed = '', topics = '[]', fence = fence + 1, lease_until = NULL WHERE state = 'due'`, at(now))
	return fault.At("give up mails", err)
}
