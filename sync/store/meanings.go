package store

import (
	"context"
	"time"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

type meaningKey struct {
	kind record.Kind
	raw  string
}

type meaningRow struct {
	Kind        record.Kind
	Raw         string
	State       record.State
	Label       string
	Explanation string
	Turn        record.Turn
	Guessed     bool
}

const selectMeanings = "SELECT kind, raw, state, label, explanation, turn, guessed FROM meanings WHERE connection_id = ? ORDER BY kind, raw"

func loadMeanings(ctx context.Context, tx *scoped.Tx, c record.ConnectionID) (map[meaningKey]record.Meaning, error) {
	var rows []meaningRow
	if err := tx.Find(ctx, &rows, selectMeanings, c); err != nil {
		return nil, fault.At("read status dictionary", err)
	}
	out := make(map[meaningKey]record.Meaning, len(rows))
	for _, r := range rows {
		out[meaningKey{r.Kind, r.Raw}] = record.Meaning(r)
	}
	return out, nil
}

// meaning returns what a raw status means on this connection. A value that was
// never seen is guessed and entered as a guess for an administrator to look at.
func (w *writer) meaning(ctx context.Context, kind record.Kind, raw string) (record.Meaning, error) {
	if raw == "" || !kind.Speaks() {
		return record.Meaning{Turn: record.TurnNobody}, nil
	}
	key := meaningKey{kind, raw}
	if m, ok := w.meanings[key]; ok {
		return m, nil
	}
	m := record.Guess(kind, raw)
	w.meanings[key] = m
	_, err := w.tx.Run(ctx, `INSERT INTO meanings (connection_id, kind, raw, state, label, explanation, turn, guessed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, w.connection, kind, raw, m.State, m.Label, m.Explanation, m.Turn, true)
	return m, fault.At("enter a guessed status", err)
}

// Meanings lists the status dictionary of a connection.
func (y *System) Meanings(ctx context.Context, c record.ConnectionID) ([]record.Meaning, error) {
	var rows []meaningRow
	err := y.db.Find(ctx, &rows, selectMeanings, c)
	out := make([]record.Meaning, len(rows))
	for i, r := range rows {
		out[i] = record.Meaning(r)
	}
	return out, fault.At("list status dictionary", err)
}

// SetMeaning corrects one row of the dictionary and every record that has it.
func (y *System) SetMeaning(ctx context.Context, c record.ConnectionID, m record.Meaning) error {
	return y.setMeaning(ctx, c, m, func(context.Context, *scoped.Tx) error { return nil })
}

// ReviseMeaning is SetMeaning by somebody who has looked at the row: when it is not
// what they saw any more, the error is fault.Conflict and nothing is changed.
func (y *System) ReviseMeaning(ctx context.Context, c record.ConnectionID, seen, m record.Meaning) error {
	return y.setMeaning(ctx, c, m, func(ctx context.Context, tx *scoped.Tx) error {
		all, err := loadMeanings(ctx, tx, c)
		if err != nil {
			return err
		}
		is, ok := all[meaningKey{m.Kind, m.Raw}]
		if !ok {
			return fault.New(fault.NotFound, "This status is not in the dictionary.")
		}
		if is != seen {
			return fault.New(fault.Conflict, "Somebody else saved this status meanwhile. Look at it again.")
		}
		return nil
	})
}

func (y *System) setMeaning(ctx context.Context, c record.ConnectionID, m record.Meaning, first func(context.Context, *scoped.Tx) error) error {
	return y.administer(ctx, meant(y.now(), c, m), func(ctx context.Context, tx *scoped.Tx) error {
		if err := alone(ctx, tx, c); err != nil {
			return err
		}
		if err := first(ctx, tx); err != nil {
			return err
		}
		return putMeaning(ctx, tx, c, m)
	})
}

// meant is the entry of a row of the dictionary that somebody set.
func meant(when time.Time, c record.ConnectionID, m record.Meaning) audit.Entry {
	return administered(audit.MeaningChanged, when, c.String(), "kind", string(m.Kind), "raw", m.Raw, "state", string(m.State), "turn", string(m.Turn))
}

// putMeaning writes a row of the dictionary, and what it says onto every record that has it.
func putMeaning(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, m record.Meaning) error {
	_, err := tx.Run(ctx, `INSERT INTO meanings (connection_id, kind, raw, state, label, explanation, turn, guessed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection_id, kind, raw) DO UPDATE SET state = excluded.state,
		label = excluded.label, explanation = excluded.explanation, turn = excluded.turn, guessed = excluded.guessed`,
		c, m.Kind, plain(m.Raw), m.State, plain(m.Label), plain(m.Explanation), m.Turn, m.Guessed)
	if err != nil {
		return fault.At("set meaning", err)
	}
	_, err = tx.Run(ctx, scoped.System+`UPDATE records SET turn_since = CASE WHEN turn = ? THEN turn_since ELSE updated_at END,
		state = ?, label = ?, explanation = ?, turn = ? WHERE connection_id = ? AND kind = ? AND status_raw = ?`,
		m.Turn, m.State, m.Label, m.Explanation, m.Turn, c, m.Kind, m.Raw)
	return fault.At("apply meaning", err)
}
