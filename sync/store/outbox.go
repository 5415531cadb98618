package store

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/store/internal/scoped"
)

// eventRows is how many events one statement writes: a page of a source that has
// many companies changes as many accounts.
const eventRows = 25

var (
	insertEvent      = insertEvents(1)
	insertManyEvents = insertEvents(eventRows)
)

func insertEvents(rows int) string {
	return "INSERT INTO outbox (topic, payload) VALUES " + values(2, rows)
}

// emit writes events into the outbox of the running transaction.
func emit(ctx context.Context, tx *scoped.Tx, events ...change.Event) error {
	for len(events) > 0 {
		n, insert := 1, insertEvent
		if len(events) >= eventRows {
			n, insert = eventRows, insertManyEvents
		}
		args := make([]any, 0, 2*n)
		for _, e := range events[:n] {
			payload, err := json.Marshal(e)
			if err != nil {
				return fault.Wrap(fault.Internal, "encode event", err)
			}
			args = append(args, string(e.Topic), string(payload))
		}
		if _, err := tx.Do(ctx, insert, args...); err != nil {
			return fault.At("write outbox", err)
		}
		events = events[n:]
	}
	return nil
}

// TakeOutbox removes events, oldest first, writes the webhook deliveries and
// notices that follow from them and hands each event to follow, in one transaction: what
// follow writes through the store's own methods is not part of it, so follow
// only collects. It returns how many were taken.
func (y *System) TakeOutbox(ctx context.Context, limit int, follow func(change.Event) error) (int, error) {
	waiting := false
	if err := y.db.Find(ctx, &waiting, "SELECT EXISTS (SELECT 1 FROM outbox)"); err != nil || !waiting {
		return 0, fault.At("look at outbox", err)
	}
	taken := 0
	err := y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		seqs, events, err := waitingEvents(ctx, tx, limit)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := owe(ctx, tx, events, y.now()); err != nil {
			return err
		}
		if err := notify(ctx, tx, events, y.now().UTC()); err != nil {
			return err
		}
		if err := oweQuestions(ctx, tx, events, y.now().UTC()); err != nil {
			return err
		}
		if err := oweEndpoints(ctx, tx, events, y.now().UTC()); err != nil {
			return err
		}
		for _, e := range events {
			if err := follow(e); err != nil {
				return err
			}
		}
		taken = len(events)
		_, err = tx.Run(ctx, "DELETE FROM outbox WHERE seq IN (?)", bun.List(seqs))
		return fault.At("clear outbox", err)
	})
	return taken, err
}

// waitingEvents reads the oldest events that no other relay is taking.
func waitingEvents(ctx context.Context, tx *scoped.Tx, limit int) ([]int64, []change.Event, error) {
	var rows []struct {
		Seq     int64
		Payload string
	}
	if err := tx.Find(ctx, &rows, "SELECT seq, payload FROM outbox ORDER BY seq LIMIT ?"+tx.Free(), limit); err != nil {
		return nil, nil, fault.At("read outbox", err)
	}
	seqs, events := make([]int64, len(rows)), make([]change.Event, len(rows))
	for i, r := range rows {
		seqs[i] = r.Seq
		if err := json.Unmarshal([]byte(r.Payload), &events[i]); err != nil {
			return nil, nil, fault.Wrap(fault.Internal, "decode event", err)
		}
	}
	return seqs, events, nil
}
