package main

import (
	"context"
	"fmt"
	"time"
)

// benchPull measures a first pull into SQLite (P4) and PostgreSQL (P1), then the
// same again without a change at the source (P2), and how pages answer meanwhile.
func benchPull(ctx context.Context, s settings, t *table) error {
	source, stop, err := upstream(ctx, s.records, 0)
	if err != nil {
		return err
	}
	defer stop()
	if wanted(s.only, []string{"P4", "P2"}) {
		if err := s.comparePulls(ctx, "P4", mode{"SQLite", nil}, source, t); err != nil {
			return err
		}
		if err := s.pagesWhilePulling(ctx, source, t); err != nil {
			return err
		}
	}
	if !wanted(s.only, []string{"P1", "P2"}) {
		return nil
	}
	on := s.many(t, false, line{name: "P1", work: "pull into PostgreSQL", goal: "≥ 80 %"}, line{name: "P2", work: "the same again, unchanged", goal: "≥ 140 %"})
	if on == nil {
		return nil
	}
	if err := s.comparePulls(ctx, "P1", mode{"PostgreSQL", on}, source, t); err != nil {
		return err
	}
	return s.peaks(ctx, on, t)
}

// pulls adds up what several rounds of one side came to.
type pulls struct {
	own, server meter
	peak        float64
}

func (m *pulls) add(o outcome, server time.Duration) float64 {
	m.own.add(o.Own, o.Counts.Read)
	m.server.add(server, o.Counts.Read)
	m.peak = max(m.peak, o.Peak)
	return o.rate()
}

// comparePulls pulls with product and floor in turn. Each round has an empty
// database and processes of its own.
func (s settings) comparePulls(ctx context.Context, name string, m mode, source string, t *table) error {
	var again []float64
	rows, events := 0, 0
	var ours, bare pulls
	p, f, err := inTurn(ctx, s.rounds, func(round int) (float64, error) {
		first, second, err := s.pullTwice(ctx, source, s.at(m.on, fmt.Sprintf("%s-%d", name, round)), name, &ours)
		again = append(again, second.rate)
		rows, events = rows+second.rows, events+second.events
		return first, err
	}, func(round int) (float64, error) {
		e := errand{Do: "floor", Source: source, Records: s.records, Address: s.at(nil, fmt.Sprintf("floor-%d.db", round)).dir}
		if m.on != nil {
			db, err := m.on.database(ctx)
			if err != nil {
				return 0, err
			}
			e.Address = db.OwnerURL
		}
		return s.timed(ctx, m.on, e, &bare)
	})
	if err != nil {
		return err
	}
	note := cost(&ours.own, &bare.own, "record")
	if m.on != nil {
		note += fmt.Sprintf("; PostgreSQL's %.0f against %.0f µs", ours.server.each(), bare.server.each())
	}
	t.atLeast(name, fmt.Sprintf("pull %d tickets into %s", s.records, m.name), "rec/s", p, f, .80, note)
	if m.on != nil {
		t.times(name, "its own CPU", "µs a record", ours.own.each(), bare.own.each(), 2, "")
	}
	t.atLeast("P2", "the same again, unchanged (floor: first pull)", "rec/s", median(again), p, 1.4, "")
	t.add(line{
		name: "P2", work: "rows and events written by it", product: fmt.Sprintf("%d + %d", rows, events), floor: "–",
		value: fmt.Sprint(rows + events), goal: "0", met: rows+events == 0,
	})
	return nil
}

// timed sends one errand that pulls, and adds up what it cost.
func (s settings) timed(ctx context.Context, on *servers, e errand, sum *pulls) (rate float64, err error) {
	var before time.Duration
	if on != nil {
		if err := on.settle(ctx); err != nil {
			return 0, err
		}
		before = on.spent(ctx)
	}
	o, err := send(ctx, e)
	if err != nil {
		return 0, err
	}
	if o.Counts.Read != s.records {
		return 0, fmt.Errorf("%d of %d records came", o.Counts.Read, s.records)
	}
	var server time.Duration
	if on != nil {
		server = on.spent(ctx) - before
	}
	return sum.add(o, server), nil
}

// unchanged is what a second pull came to.
type unchanged struct {
	rate         float64
	rows, events int
}

func (s settings) pullTwice(ctx context.Context, source string, h home, name string, m *pulls) (first float64, second unchanged, err error) {
	p, err := newProduct(ctx, h, source)
	if err != nil {
		return 0, second, err
	}
	defer func() { _ = p.close() }()
	e := p.errand("pull")
	e.Records, e.Profile = s.records, s.profiled(name)
	if first, err = s.timed(ctx, h.on, e, m); err != nil {
		return 0, second, err
	}
	before, err := p.lastEvent(ctx)
	if err != nil {
		return 0, second, err
	}
	e.Everything, e.Profile = true, s.profiled("P2-"+name)
	o, err := send(ctx, e)
	if err != nil {
		return 0, second, err
	}
	after, err := p.lastEvent(ctx)
	return first, unchanged{rate: o.rate(), rows: o.Counts.Written, events: after - before}, err
}

// lastEvent is the number of the newest row that the outbox ever had.
func (p *product) lastEvent(ctx context.Context) (n int, err error) {
	db, err := p.beside()
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	query := "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'"
	if p.cfg.Database.Postgres() {
		query = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_seq_seq"
	}
	err = db.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}

// How many records show whether memory grows with them.
const (
	fewRecords  = 100_000
	manyRecords = 1_000_000
	peakGrowth  = 1.15
)

// peaks measures how much memory a pull ever needs, by how much there is.
func (s settings) peaks(ctx context.Context, on *servers, t *table) error {
	few, many := min(fewRecords, s.records), s.most
	var got []float64
	for i, n := range []int{few, many} {
		source, stop, err := upstream(ctx, n, 0)
		if err != nil {
			return err
		}
		p, err := newProduct(ctx, s.at(on, fmt.Sprintf("peak-%d", i)), source)
		if err != nil {
			stop()
			return err
		}
		e := p.errand("pull")
		e.Records = n
		o, err := send(ctx, e)
		stop()
		_ = p.close()
		if err != nil {
			return err
		}
		got = append(got, o.Peak)
	}
	t.atMost("P1", fmt.Sprintf("most memory, %d records", many), "MiB", got[1], 128, "")
	t.times("P1", fmt.Sprintf("the same, against %d records", few), "MiB", got[1], got[0], peakGrowth, "")
	return nil
}
