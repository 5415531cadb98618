package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/run"
	"portico/sync/store/internal/scoped"
)

// Vitals say how the work goes, without anything personal.
type Vitals struct {
	// Actions counts those that have not come to their end, by state.
	Actions map[action.State]int64
	// Oldest is when the oldest action was recorded that is still on its way.
	Oldest time.Time
	// Events counts what the relay has not taken yet; OldestEvent is its oldest.
	Events      int64
	OldestEvent time.Time
	// Deliveries counts those of webhooks that have not come to their end.
	Deliveries     int64
	OldestDelivery time.Time
	// Mails counts those that are owed; the oldest was owed at OldestMail.
	Mails      int64
	OldestMail time.Time
	Streams    []StreamVitals
	Runs       []RunVitals
	Hold       Hold
}

// StreamVitals is how one stream of a connection is.
type StreamVitals struct {
	Connection, Stream string // names
	// Completed is the end of the last whole pass; zero before the first.
	Completed time.Time
	Failures  int  // in a row
	Held      bool // a census found too much missing and waits for a person
	Paused    bool
}

// RunVitals counts the runs of a stream that began within the last hour.
type RunVitals struct {
	Connection, Stream string
	State              run.State
	Count              int64
}

// Vitals reads them with a few statements over small indexes, so that it may be
// called every few seconds.
func (y *System) Vitals(ctx context.Context) (Vitals, error) {
	v := Vitals{Actions: map[action.State]int64{}}
	for _, read := range []func(context.Context, *Vitals) error{y.actionVitals, y.outboxVitals, y.deliveryVitals, y.mailVitals, y.streamVitals, y.runVitals} {
		if err := read(ctx, &v); err != nil {
			return v, err
		}
	}
	var err error
	v.Hold, err = y.Held(ctx)
	return v, err
}

func (y *System) actionVitals(ctx context.Context, v *Vitals) error {
	for _, states := range []string{"('recorded', 'sending', 'accepted', 'retrying', 'unknown')", "('dead', 'conflict')"} {
		var rows []struct {
			State  action.State
			N      int64
			Oldest moment
		}
		err := y.db.Find(ctx, &rows, scoped.System+"SELECT state, count(*) AS n, min(recorded_at) AS oldest FROM actions WHERE state IN "+states+" GROUP BY state")
		if err != nil {
			return fault.At("count actions", err)
		}
		for _, r := range rows {
			v.Actions[r.State] = r.N
			if r.State.Blocks() && (v.Oldest.IsZero() || r.Oldest.Before(v.Oldest)) {
				v.Oldest = r.Oldest.Time
			}
		}
	}
	return nil
}

func (y *System) outboxVitals(ctx context.Context, v *Vitals) error {
	if err := y.db.Find(ctx, &v.Events, "SELECT count(*) FROM outbox"); err != nil {
		return fault.At("count events", err)
	}
	var first []string
	if err := y.db.Find(ctx, &first, "SELECT payload FROM outbox ORDER BY seq LIMIT 1"); err != nil || len(first) == 0 {
		return fault.At("read the oldest event", err)
	}
	var e change.Event
	if err := json.Unmarshal([]byte(first[0]), &e); err != nil {
		return fault.Wrap(fault.Internal, "decode event", err)
	}
	v.OldestEvent = e.At
	return nil
}

func (y *System) deliveryVitals(ctx context.Context, v *Vitals) error {
	var rows []struct {
		N      int64
		Oldest moment
	}
	err := y.db.Find(ctx, &rows, "SELECT count(*) AS n, min(created_at) AS oldest FROM webhook_deliveries WHERE state = 'due'")
	if err == nil && len(rows) > 0 {
		v.Deliveries, v.OldestDelivery = rows[0].N, rows[0].Oldest.Time
	}
	return fault.At("count deliveries", err)
}

func (y *System) mailVitals(ctx context.Context, v *Vitals) error {
	var rows []struct {
		N      int64
		Oldest moment
	}
	err := y.db.Find(ctx, &rows, "SELECT count(*) AS n, min(created_at) AS oldest FROM mails WHERE state = 'due'")
	if err == nil && len(rows) > 0 {
		v.Mails, v.OldestMail = rows[0].N, rows[0].Oldest.Time
	}
	return fault.At("count mails", err)
}

func (y *System) streamVitals(ctx context.Context, v *Vitals) error {
	var rows []struct {
		Name        string
		Stream      string
		CompletedAt moment
		Failures    int
		Held        string
		Paused      bool
	}
	err := y.db.Find(ctx, &rows, `SELECT c.name, s.stream, s.completed_at, s.failures, s.held, c.paused
		FROM streams s JOIN connections c ON c.id = s.connection_id AND c.removing_at IS NULL ORDER BY c.name, s.position`)
	for _, r := range rows {
		v.Streams = append(v.Streams, StreamVitals{r.Name, r.Stream, r.CompletedAt.Time, r.Failures, r.Held != "", r.Paused})
	}
	return fault.At("read streams", err)
}

func (y *System) runVitals(ctx context.Context, v *Vitals) error {
	var rows []struct {
		Name   string
		Stream string
		State  run.State
		N      int64
	}
	err := y.db.Find(ctx, &rows, `SELECT c.name, r.stream, r.state, count(*) AS n FROM streams s JOIN connections c ON c.id = s.connection_id AND c.removing_at IS NULL
		JOIN runs r ON r.connection_id = s.connection_id AND r.stream = s.stream AND r.started_at >= ?
		GROUP BY c.name, r.stream, r.state ORDER BY c.name, r.stream, r.state`, at(y.now().Add(-time.Hour)))
	for _, r := range rows {
		v.Runs = append(v.Runs, RunVitals{r.Name, r.Stream, r.State, r.N})
	}
	return fault.At("count runs", err)
}

// Pools are the connections to the database, by who uses them.
func (s *Store) Pools() map[string]sql.DBStats { return s.db.Pools() }
