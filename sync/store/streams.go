package store

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

type streamRow struct {
	ConnectionID record.ConnectionID
	Stream       string
	Kinds        string
	System       string
	FreshFor     int64
	Checkpoint   []byte
	CompletedAt  moment
	CountedAt    moment
	NextAt       moment
	Failures     int
	FailingSince moment
	Problem      string
	Held         string
	Every        int64
	LeaseUntil   moment
	Wanted       remote.PullMode
}

// downAfter is how many failures in a row make a source "not reachable" to a
// client; one failed pass is everyday life and the freshness limit covers it.
const downAfter = 2

func (r streamRow) freshness() record.Freshness {
	f := record.Freshness{Connection: r.ConnectionID, System: r.System, Stream: r.Stream,
		ReadAt: r.CompletedAt.Time, Limit: time.Duration(r.FreshFor) * time.Second}
	for k := range strings.FieldsSeq(r.Kinds) {
		f.Kinds = append(f.Kinds, record.Kind(k))
	}
	if r.Failures >= downAfter {
		f.Down, f.DownSince = r.Problem, r.FailingSince.Time
	}
	return f
}

func (r streamRow) state(now time.Time) run.StreamState {
	s := run.StreamState{Connection: r.ConnectionID, Stream: r.Stream, Checkpoint: r.Checkpoint, Completed: r.CompletedAt.Time,
		Counted: r.CountedAt.Time, Next: r.NextAt.Time, Failures: r.Failures, FailingFor: r.FailingSince.Time, Problem: r.Problem,
		Held: r.Held, Every: time.Duration(r.Every) * time.Second, FreshFor: time.Duration(r.FreshFor) * time.Second,
		Leased: r.LeaseUntil.After(now), Wanted: r.Wanted}
	for k := range strings.FieldsSeq(r.Kinds) {
		s.Kinds = append(s.Kinds, record.Kind(k))
	}
	return s
}

// Streams lists what is known about the streams of a connection.
func (y *System) Streams(ctx context.Context, c record.ConnectionID) ([]run.StreamState, error) {
	var rows []streamRow
	err := y.db.Find(ctx, &rows, `SELECT connection_id, stream, kinds, fresh_for, checkpoint, completed_at, counted_at, next_at,
		failures, failing_since, problem, held, every, lease_until, wanted FROM streams WHERE connection_id = ? ORDER BY position`, c)
	out := make([]run.StreamState, len(rows))
	for i, r := range rows {
		out[i] = r.state(y.now())
	}
	if err == nil {
		err = y.untilQuietEnds(ctx, c, out)
	}
	return out, fault.At("list streams", err)
}

// DueStreams lists what should be pulled at now: streams whose time has come
// and that nobody is pulling. A stream that completed a pass long enough ago is
// counted (census) before it is pulled again. What a person asked for goes first,
// and is the only thing that is due in the quiet hours of its connection.
func (y *System) DueStreams(ctx context.Context, now time.Time, limit int) ([]run.Due, error) {
	var rows []struct {
		ConnectionID record.ConnectionID
		Stream       string
		CensusEvery  int64
		CompletedAt  moment
		CountedAt    moment
		Wanted       remote.PullMode
	}
	minute := run.MinuteOf(now.In(y.zone))
	err := y.db.Find(ctx, &rows, `SELECT s.connection_id, s.stream, s.census_every, s.completed_at, s.counted_at, s.wanted
		FROM streams s JOIN connections c ON c.id = s.connection_id
		WHERE `+released+` AND NOT c.paused AND (s.next_at IS NULL OR s.next_at <= ?) AND (s.lease_until IS NULL OR s.lease_until < ?)
			AND `+outsideQuiet+`
		ORDER BY s.next_at NULLS FIRST, s.connection_id, s.position LIMIT ?`, at(now), at(now), minute, minute, minute, limit)
	if err != nil {
		return nil, fault.At("list due streams", err)
	}
	out := make([]run.Due, len(rows))
	for i, r := range rows {
		mode := remote.Changes
		census := time.Duration(r.CensusEvery) * time.Second
		if census > 0 && !r.CompletedAt.IsZero() && now.Sub(r.CountedAt.Time) >= census {
			mode = remote.Census
		}
		if r.Wanted != "" {
			mode = r.Wanted
		}
		out[i] = run.Due{Connection: r.ConnectionID, Stream: r.Stream, Mode: mode, Force: r.Wanted == remote.Census}
	}
	return out, nil
}

// Hasten makes streams due at once; an empty name means all of the connection.
func (y *System) Hasten(ctx context.Context, c record.ConnectionID, stream string) error {
	return y.db.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		_, err := tx.Run(ctx, "UPDATE streams SET next_at = NULL WHERE connection_id = ? AND (? = '' OR stream = ?)", c, stream, stream)
		return fault.At("hasten stream", err)
	})
}

// Want has a stream read whole again (remote.Everything), or counted once more
// with a result that counts however much is missing (remote.Census), by whichever
// process works next. It is asked for until a run has done it. fault.Conflict when
// nothing is held back that a census could confirm.
func (y *System) Want(ctx context.Context, c record.ConnectionID, stream string, mode remote.PullMode) error {
	where := ""
	if mode == remote.Census {
		where = " AND held <> ''"
	}
	return y.administer(ctx, administered(audit.ConnectionMade, y.now(), c.String(), "wanted", string(mode), "stream", stream), func(ctx context.Context, tx *scoped.Tx) error {
		n, err := tx.Run(ctx, "UPDATE streams SET wanted = ?, next_at = NULL WHERE connection_id = ? AND stream = ?"+where, mode, c, stream)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "There is no such stream, or nothing of it is held back any more.")
		}
		return fault.At("ask for a run", err)
	})
}

var freshnessFields = scoped.NewColumns("s.connection_id", "s.stream", "s.kinds", "c.name", "s.fresh_for", "s.completed_at",
	"s.failures", "s.failing_since", "s.problem", "s.position")

// fromFreshness has no order: to sort a handful costs PostgreSQL a third of the
// statement.
const fromFreshness = `FROM streams s JOIN connections c ON c.id = s.connection_id
	WHERE s.connection_id IN (SELECT connection_id FROM companies WHERE account_id = ?)`

// Freshness tells how current each stream is that feeds the account.
func (a *Account) Freshness(ctx context.Context, s access.Scope, account record.AccountID) ([]record.Freshness, error) {
	if err := reach(s, account); err != nil {
		return nil, err
	}
	var out []record.Freshness
	return out, fault.At("read freshness", a.db.For(account).Read(ctx, freshnessQuery(account, &out)))
}

// freshnessQuery reads how current the streams are that feed the account, those of
// a connection together and in their order.
func freshnessQuery(account record.AccountID, out *[]record.Freshness) scoped.Query {
	var places []streamPlace
	return scoped.Query{Columns: freshnessFields, Rest: fromFreshness, Args: []any{account}, Row: func(f *scoped.Fields) {
		var r streamRow
		r.ConnectionID.UUID, r.Stream, r.Kinds, r.System, r.FreshFor = f.ID(), f.Text(), f.Text(), f.Text(), f.Int()
		r.CompletedAt, r.Failures, r.FailingSince, r.Problem = at(f.Time()), int(f.Int()), at(f.Time()), f.Text()
		p := streamPlace{r.ConnectionID, f.Int()}
		i, _ := slices.BinarySearchFunc(places, p, streamPlace.compare)
		places, *out = slices.Insert(places, i, p), slices.Insert(*out, i, r.freshness())
	}}
}

// streamPlace is where a stream stands among those of an account.
type streamPlace struct {
	connection record.ConnectionID
	position   int64
}

func (p streamPlace) compare(other streamPlace) int {
	return cmp.Or(bytes.Compare(p.connection.UUID[:], other.connection.UUID[:]), cmp.Compare(p.position, other.position))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
