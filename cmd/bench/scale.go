package main

import (
	"context"
	"fmt"
	"time"
)

// Many connections whose sources take their time, so that the machine's few
// cores are not what a second worker lacks; each worker pulls two at once.
const (
	scaleConnections = 8
	scaleTickets     = 3000
	scaleLatency     = 100 * time.Millisecond
	scaleWorkers     = 4
	scaleLost        = 3 * time.Minute
)

// benchScale measures what a second worker adds, and that both together do
// nothing twice (M2).
func benchScale(ctx context.Context, s settings, t *table) error {
	on := s.many(t, true, line{name: "M2", work: "2 workers against 1, PostgreSQL + Redis", goal: "≥ 170 %"})
	if on == nil {
		return nil
	}
	source, stop, err := upstream(ctx, scaleTickets, scaleLatency)
	if err != nil {
		return err
	}
	defer stop()
	again := 0
	one := func(workers int) func(int) (float64, error) {
		return func(round int) (float64, error) {
			rate, twice, err := s.work(ctx, s.at(on, fmt.Sprintf("scale-%d-%d", workers, round)), source, workers)
			again += twice
			return rate, err
		}
	}
	two, single, err := inTurn(ctx, s.rounds, one(2), one(1))
	if err != nil {
		return err
	}
	t.atLeast("M2", fmt.Sprintf("2 workers pull %d connections, %s a request (floor: 1 worker)", scaleConnections, scaleLatency), "rec/s", two, single, 1.7, "")
	t.add(line{name: "M2", work: "pulls and records done twice", product: fmt.Sprint(again), floor: "–", value: fmt.Sprint(again), goal: "0", met: again == 0})
	return nil
}

// work lets workers pull every connection once and returns the rate from the
// first run's beginning to the last one's end, and how much was done twice.
func (s settings) work(ctx context.Context, h home, source string, workers int) (rate float64, twice int, err error) {
	p, err := newProduct(ctx, h, source)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = p.close() }()
	if err := p.manifold(ctx, source); err != nil {
		return 0, 0, err
	}
	p.cfg.Jobs.Workers = scaleWorkers
	var at []*helper
	defer func() {
		for _, w := range at {
			if _, ended := w.end(true); err == nil {
				err = ended
			}
		}
	}()
	for range workers {
		w, err := begin(ctx, p.errand("work"))
		if err != nil {
			return 0, 0, err
		}
		at = append(at, w)
		if _, err := w.ready(); err != nil {
			return 0, 0, err
		}
	}
	return p.worked(ctx)
}

// manifold adds connections of which only the tickets are due.
func (p *product) manifold(ctx context.Context, source string) error {
	for i := range scaleConnections {
		id, err := p.connect(ctx, fmt.Sprintf("Source %d", i), source, "hub", "1-1-bench")
		if err != nil {
			return err
		}
		if err := p.match(ctx, id); err != nil {
			return err
		}
	}
	db, err := p.beside()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, "UPDATE streams SET next_at = CASE WHEN stream = 'tickets' THEN NULL ELSE now() + interval '1 day' END")
	return err
}

// worked waits until every connection's tickets were pulled.
func (p *product) worked(ctx context.Context) (rate float64, twice int, err error) {
	db, err := p.beside()
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = db.Close() }()
	const ended = `SELECT count(*) FILTER (WHERE state <> 'running'), count(*), coalesce(sum((counts::json->>'read')::int), 0),
		coalesce(extract(epoch FROM max(ended_at) - min(started_at)), 0)::float8 FROM runs WHERE stream = 'tickets'`
	for begin := time.Now(); time.Since(begin) < scaleLost; {
		var over, runs, read int
		var seconds float64
		if err := db.QueryRowContext(ctx, ended).Scan(&over, &runs, &read, &seconds); err != nil {
			return 0, 0, err
		}
		if over >= scaleConnections && over == runs {
			return float64(read) / seconds, runs - scaleConnections + read - scaleConnections*scaleTickets, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return 0, 0, fmt.Errorf("the workers did not pull everything in %s", scaleLost)
}
