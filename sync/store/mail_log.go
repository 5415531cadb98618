package store

import (
	"context"
	"time"

	"portico/sync/fault"
	"portico/sync/notice"
)

// failuresShown is how many mails that were given up a report names.
const failuresShown = 50

// MailReport says what waits and what was given up.
func (y *System) MailReport(ctx context.Context) (notice.Report, error) {
	var r notice.Report
	var waiting []struct {
		N, Tried int
		Oldest   moment
	}
	err := y.db.Find(ctx, &waiting, "SELECT count(*) AS n, coalesce(sum(CASE WHEN attempt > 0 THEN 1 ELSE 0 END), 0) AS tried, min(created_at) AS oldest FROM mails WHERE state = 'due'")
	if err != nil {
		return r, fault.At("count mails", err)
	}
	for _, w := range waiting {
		r.Waiting, r.Tried, r.Oldest = w.N, w.Tried, w.Oldest.Time
	}
	var problems []string
	if err := y.db.Find(ctx, &problems, "SELECT problem FROM mails WHERE state = 'due' AND problem <> '' ORDER BY due_at DESC LIMIT 1"); err != nil {
		return r, fault.At("read why mails wait", err)
	}
	for _, p := range problems {
		r.Problem = p
	}
	if err := y.db.Find(ctx, &r.Notices, "SELECT count(*) FROM notices"); err != nil {
		return r, fault.At("count notices", err)
	}
	if err := y.db.Find(ctx, &r.Sent, "SELECT count(*) FROM mails WHERE state = 'sent' AND ended_at > ?", at(y.now().Add(-24*time.Hour))); err != nil {
		return r, fault.At("count sent mails", err)
	}
	var failed []mailRow
	err = y.db.Find(ctx, &failed, "SELECT id, sort, user_id, ended_at, problem FROM mails WHERE state = 'failed' ORDER BY ended_at DESC, seq DESC LIMIT ?", failuresShown)
	for _, f := range failed {
		r.Failed = append(r.Failed, notice.Failure{ID: f.ID, Sort: f.Sort, User: f.UserID, Ended: f.EndedAt.Time, Problem: f.Problem})
	}
	return r, fault.At("list mails that were given up", err)
}
