package store

import (
	"context"

	"github.com/google/uuid"

	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

type answerRow struct {
	Request, Seed string
	Done          bool
	Status        int
	Body          string
	Fence         int64
	LeaseUntil    moment
}

// BeginAnswer makes a request the one that is carried out under its idempotency
// key, or returns what was answered to it before (Done). The same key with another
// request is fault.Invalid. While another attempt is at work it is fault.Conflict
// with the time after which to ask again; when that one's lease is over, this one
// takes over, with the same seed.
func (y *System) BeginAnswer(ctx context.Context, key apikey.ID, idempotency, request string) (apikey.Answer, error) {
	now := y.now().UTC()
	out := apikey.Answer{Key: key, Idempotency: idempotency, Request: request}
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		out.Seed, out.Fence, out.Done = uuid.Must(uuid.NewV7()).String(), 1, false
		if err := tx.Alone(ctx, "answer "+string(key)+" "+idempotency); err != nil {
			return fault.At("wait for the same request", err)
		}
		if _, err := tx.Run(ctx, "DELETE FROM api_answers WHERE key_id = ? AND idempotency = ? AND created_at < ?", key, idempotency, at(now.Add(-apikey.AnswerKept))); err != nil {
			return fault.At("forget an old answer", err)
		}
		n, err := tx.Run(ctx, `INSERT INTO api_answers (key_id, idempotency, request, seed, lease_until, created_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (key_id, idempotency) DO NOTHING`, key, idempotency, request, out.Seed, at(now.Add(apikey.AnswerLease)), at(now))
		if err != nil || n > 0 {
			return fault.At("begin a request", err)
		}
		var r answerRow
		if err := tx.Find(ctx, &r, `SELECT request, seed, done, status, body, fence, lease_until FROM api_answers
			WHERE key_id = ? AND idempotency = ?`, key, idempotency); err != nil {
			return fault.At("read an answer", err)
		}
		out.Seed, out.Done, out.Status, out.Body, out.Fence = r.Seed, r.Done, r.Status, r.Body, r.Fence
		switch {
		case r.Request != request:
			return fault.New(fault.Invalid, "This idempotency key was used for another request. Use a new key for a new request.").Field("Idempotency-Key", "It was used for another request.")
		case r.Done:
			return nil
		case r.LeaseUntil.After(now):
			return fault.New(fault.Conflict, "The same request is being carried out. Ask again in a moment.").After(apikey.AnswerAgain)
		}
		out.Fence++
		_, err = tx.Run(ctx, "UPDATE api_answers SET fence = ?, lease_until = ? WHERE key_id = ? AND idempotency = ?", out.Fence, at(now.Add(apikey.AnswerLease)), key, idempotency)
		return fault.At("take over a request", err)
	})
	return out, err
}

// EndAnswer keeps what was answered. It does nothing for an attempt that another
// one has taken over.
func (y *System) EndAnswer(ctx context.Context, a apikey.Answer) error {
	return y.settleAnswer(ctx, "UPDATE api_answers SET done = ?, status = ?, body = ? WHERE key_id = ? AND idempotency = ? AND fence = ?",
		true, a.Status, a.Body, a.Key, a.Idempotency, a.Fence)
}

// DropAnswer forgets a request that did nothing, so that its key is free again.
func (y *System) DropAnswer(ctx context.Context, a apikey.Answer) error {
	return y.settleAnswer(ctx, "DELETE FROM api_answers WHERE key_id = ? AND idempotency = ? AND fence = ?", a.Key, a.Idempotency, a.Fence)
}

// FreeAnswer lets the next attempt take over at once, with the same seed.
func (y *System) FreeAnswer(ctx context.Context, a apikey.Answer) error {
	return y.settleAnswer(ctx, "UPDATE api_answers SET lease_until = ? WHERE key_id = ? AND idempotency = ? AND fence = ?", at(y.now()), a.Key, a.Idempotency, a.Fence)
}

func (y *System) settleAnswer(ctx context.Context, query string, args ...any) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, query, args...)
		return fault.At("settle an answer", err)
	})
}
