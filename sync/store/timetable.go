package store

import (
	"context"
	"slices"
	"time"

	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

type quietRow struct{ QuietFrom, QuietUntil int }

func (r quietRow) quiet() run.Quiet { return run.Quiet{From: r.QuietFrom, Until: r.QuietUntil} }

// outsideQuiet is true where a stream may be pulled by schedule, given the minute of
// the day three times. What a person or a hint asked for has no time of its own yet
// (next_at is NULL), or is wanted until a run has done it.
const outsideQuiet = `(s.next_at IS NULL OR s.wanted <> '' OR c.quiet_from = c.quiet_until
	OR (c.quiet_from < c.quiet_until AND NOT (? BETWEEN c.quiet_from AND c.quiet_until - 1))
	OR (c.quiet_from > c.quiet_until AND ? >= c.quiet_until AND ? < c.quiet_from))`

// untilQuietEnds makes the next attempts of streams what they will be.
func (y *System) untilQuietEnds(ctx context.Context, c record.ConnectionID, streams []run.StreamState) error {
	var rows []quietRow
	if err := y.db.Find(ctx, &rows, "SELECT quiet_from, quiet_until FROM connections WHERE id = ?", c); err != nil || len(rows) == 0 {
		return err
	}
	quiet := rows[0].quiet()
	if quiet.None() {
		return nil
	}
	for i, s := range streams {
		if s.Next.IsZero() || s.Wanted != "" {
			continue
		}
		// What is due already is pulled now, or when the quiet hours end.
		if at := quiet.After(later(s.Next, y.now()).In(y.zone)); at.After(later(s.Next, y.now())) {
			streams[i].Next = at.UTC()
		}
	}
	return nil
}

// Timetable tells what was chosen about when a connection is read.
func (y *System) Timetable(ctx context.Context, c record.ConnectionID) (run.Timetable, error) {
	out := run.Timetable{Every: map[string]time.Duration{}}
	var rows []quietRow
	if err := y.db.Find(ctx, &rows, "SELECT quiet_from, quiet_until FROM connections WHERE removing_at IS NULL AND id = ?", c); err != nil {
		return out, fault.At("read quiet hours", err)
	}
	if len(rows) == 0 {
		return out, fault.New(fault.NotFound, "There is no such connection.")
	}
	out.Quiet = rows[0].quiet()
	chosen, err := intervals(ctx, y.db, c)
	for _, s := range chosen {
		if s.ChosenEvery > 0 {
			out.Every[s.Stream] = time.Duration(s.ChosenEvery) * time.Second
		}
	}
	return out, err
}

type intervalRow struct {
	Stream      string
	Every       int64
	ChosenEvery int64
	NextAt      moment
}

func intervals(ctx context.Context, db finder, c record.ConnectionID) (rows []intervalRow, err error) {
	err = db.Find(ctx, &rows, "SELECT stream, every, chosen_every, next_at FROM streams WHERE connection_id = ? ORDER BY position", c)
	return rows, fault.At("read intervals", err)
}

// SetTimetable chooses when a connection is read, in every process from now on:
// streams are those of its connector, whose own intervals count where none is chosen.
// A next attempt that lies ahead moves with its interval; the age of what was read
// stays what it is. fault.Invalid is what run.Timetable.Check finds, and a stream that
// the connection does not have.
func (y *System) SetTimetable(ctx context.Context, c record.ConnectionID, t run.Timetable, streams []remote.Stream) error {
	if err := t.Check(); err != nil {
		return err
	}
	for name := range t.Every {
		if !slices.ContainsFunc(streams, func(s remote.Stream) bool { return s.Name == name }) {
			return fault.Newf(fault.Invalid, "This connection has no stream %q.", name)
		}
	}
	facts := []string{"changed", "schedule", "quiet", t.Quiet.String()}
	for _, s := range streams {
		if every := t.Every[s.Name]; every > 0 {
			facts = append(facts, "every "+s.Name, every.String())
		}
	}
	return y.administer(ctx, administered(audit.ConnectionMade, y.now(), c.String(), facts...), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE connections SET quiet_from = ?, quiet_until = ? WHERE removing_at IS NULL AND id = ?", t.Quiet.From, t.Quiet.Until, c)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "There is no such connection.")
		}
		if err != nil {
			return fault.At("choose quiet hours", err)
		}
		for _, s := range streams {
			if _, err := tx.Run(ctx, "UPDATE streams SET chosen_every = ? WHERE connection_id = ? AND stream = ?", seconds(t.Every[s.Name]), c, s.Name); err != nil {
				return fault.At("choose the interval of "+s.Name, err)
			}
		}
		return y.reschedule(ctx, tx, c, streams)
	})
}

// reschedule moves the next attempts that lie ahead by what their intervals change.
func (y *System) reschedule(ctx context.Context, tx *scoped.Tx, c record.ConnectionID, streams []remote.Stream) error {
	before, err := intervals(ctx, tx, c)
	if err != nil {
		return err
	}
	if err := ensureStreams(ctx, tx, c, streams); err != nil {
		return err
	}
	after, err := intervals(ctx, tx, c)
	if err != nil {
		return err
	}
	was := map[string]int64{}
	for _, s := range before {
		was[s.Stream] = s.Every
	}
	for _, s := range after {
		by := time.Duration(s.Every-was[s.Stream]) * time.Second
		if by == 0 || !s.NextAt.After(y.now()) {
			continue
		}
		// One that failed rests for a time that the source or its failures decide.
		if _, err := tx.Run(ctx, "UPDATE streams SET next_at = ? WHERE connection_id = ? AND stream = ? AND failures = 0",
			at(s.NextAt.Add(by)), c, s.Stream); err != nil {
			return fault.At("move the next attempt of "+s.Stream, err)
		}
	}
	return nil
}
