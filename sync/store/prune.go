package store

import (
	"context"
	"time"

	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// How long what is over is kept for people who look back.
const (
	runsKept     = 30 * 24 * time.Hour
	resetsKept   = 24 * time.Hour
	consentsKept = time.Hour
	mailsKept    = 30 * 24 * time.Hour
	hooksKept    = 30 * 24 * time.Hour // webhooks, both ways
	linksKept    = 90 * 24 * time.Hour // to tell who comes late what was decided
)

// Prune removes what nobody can need any more: sessions past their end, spent
// links of every sort, attempts that no limit counts, reports of old runs,
// mails and webhooks that are settled. What belongs to an account is never pruned.
func (y *System) Prune(ctx context.Context) error {
	now := y.now()
	for _, old := range []struct {
		query string
		until time.Time
	}{
		{"DELETE FROM sessions WHERE expires_at < ?", now},
		{"DELETE FROM signin_mails WHERE expires_at < ?", now},
		{"DELETE FROM consents WHERE expires_at < ?", now.Add(-consentsKept)},
		{"DELETE FROM resets WHERE expires_at < ?", now.Add(-resetsKept)},
		{"DELETE FROM approval_links WHERE expires_at < ?", now.Add(-linksKept)},
		{"DELETE FROM invitation_links WHERE invitation_id IN (SELECT id FROM invitations WHERE expires_at < ?)", now.Add(-linksKept)},
		{"DELETE FROM attempts WHERE at < ?", now.Add(-attemptsKept)},
		{"DELETE FROM api_answers WHERE created_at < ?", now.Add(-apikey.AnswerKept)},
		{"DELETE FROM runs WHERE started_at < ? AND state <> 'running'", now.Add(-runsKept)},
		{"DELETE FROM hooks WHERE received_at < ? AND state <> 'due'", now.Add(-hooksKept)},
		{"DELETE FROM mails WHERE ended_at < ? AND state <> 'due'", now.Add(-mailsKept)},
		{"DELETE FROM webhook_messages WHERE at < ? AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.message_id = webhook_messages.id AND d.state = 'due')", now.Add(-hooksKept)},
	} {
		err := y.db.Write(ctx, scoped.Bulk, func(ctx context.Context, tx *scoped.Tx) error {
			_, err := tx.Run(ctx, old.query, at(old.until))
			return err
		})
		if err != nil {
			return fault.At("prune", err)
		}
	}
	return nil
}
