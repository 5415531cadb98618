package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"time"
)

// benchPull measures a first pull into SQLite (P4), then the same again without
// a change at the source (P2), and how pages answer meanwhile.
func benchPull(ctx context.Context, s settings, t *table) error {
	source, stop, err := upstream(ctx, s.records, 0)
	if err != nil {
		return err
	}
	defer stop()
	var again []float64
	rows, events := 0, 0
	var ours, bare meter
	p, f, err := inTurn(ctx, s.rounds, func(round int) (float64, error) {
		first, second, err := s.pullTwice(ctx, source, round, &ours)
		again = append(again, second.rate)
		rows, events = rows+second.rows, events+second.events
		return first, err
	}, func(round int) (float64, error) {
		bare.begin()
		defer bare.end(s.records)
		return pullFloor(ctx, source, filepath.Join(s.dir, fmt.Sprintf("floor-%d.db", round)), s.records)
	})
	if err != nil {
		return err
	}
	t.atLeast("P4", fmt.Sprintf("pull %d tickets into SQLite", s.records), "rec/s", p, f, .80, cost(&ours, &bare, "record"))
	t.atLeast("P2", "the same again, unchanged (floor: first pull)", "rec/s", median(again), p, 1.4, "")
	t.add(line{
		name: "P2", work: "rows and events written by it", product: fmt.Sprintf("%d + %d", rows, events), floor: "–",
		value: fmt.Sprint(rows + events), goal: "0", met: rows+events == 0,
	})
	return s.pagesWhilePulling(ctx, source, t)
}

// unchanged is what a second pull came to.
type unchanged struct {
	rate         float64
	rows, events int
}

func (s settings) pullTwice(ctx context.Context, source string, round int, m *meter) (first float64, second unchanged, err error) {
	p, err := newProduct(ctx, filepath.Join(s.dir, fmt.Sprintf("product-%d", round)), source)
	if err != nil {
		return 0, second, err
	}
	defer func() { _ = p.close() }()
	stop, err := s.profile("P4")
	if err != nil {
		return 0, second, err
	}
	m.begin()
	r, took, err := p.pull(ctx, false)
	m.end(s.records)
	stop()
	if err != nil {
		return 0, second, err
	}
	if r.Counts.Written != s.records {
		return 0, second, fmt.Errorf("%d of %d records were written", r.Counts.Written, s.records)
	}
	before, err := p.lastEvent(ctx)
	if err != nil {
		return 0, second, err
	}
	if stop, err = s.profile("P2"); err != nil {
		return 0, second, err
	}
	r2, took2, err := p.pull(ctx, true)
	stop()
	if err != nil {
		return 0, second, err
	}
	after, err := p.lastEvent(ctx)
	second = unchanged{rate: perSecond(r2.Counts.Read, took2), rows: r2.Counts.Written, events: after - before}
	return perSecond(r.Counts.Written, took), second, err
}

// lastEvent is the number of the newest row that the outbox ever had.
func (p *product) lastEvent(ctx context.Context) (n int, err error) {
	db, err := sql.Open("sqlite", "file:"+p.cfg.Database.Path+"?mode=ro")
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'").Scan(&n)
	return n, err
}

// pagesEvery is how often a reader asks for a page while a pull runs.
const pagesEvery = 25 * time.Millisecond

// pagesWhilePulling serves the portal and asks for lists while a pull runs.
func (s settings) pagesWhilePulling(ctx context.Context, source string, t *table) error {
	p, err := newProduct(ctx, filepath.Join(s.dir, "pages"), source)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	stop, err := p.serve(ctx)
	if err != nil {
		return err
	}
	defer stop()
	pulling := make(chan error, 1)
	go func() {
		_, _, err := p.pull(ctx, false)
		pulling <- err
	}()
	client, err := dial(p.cfg.Listen)
	if err != nil {
		return err
	}
	defer client.close()
	var took []float64
	tick := time.NewTicker(pagesEvery)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case err := <-pulling:
			t.atMost("P4", fmt.Sprintf("pages meanwhile, p99 of %d", len(took)), "ms", quantile(took, .99), 50, fmt.Sprintf("p50 %.1f ms", median(took)))
			return err
		case <-tick.C:
			begin := time.Now()
			if _, err := client.get(p.listPath(i), p.cookie); err != nil {
				return err
			}
			took = append(took, milliseconds(time.Since(begin)))
		}
	}
}
