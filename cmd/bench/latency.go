package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

const (
	latency        = 20 * time.Millisecond
	latencyRecords = 20_000
)

// benchLatency measures a list that can only be read one page after another,
// from a source that takes its time. The bound is the time of its pages alone.
func benchLatency(ctx context.Context, s settings, t *table) error {
	n := min(s.records, latencyRecords)
	source, stop, err := upstream(ctx, n, latency)
	if err != nil {
		return err
	}
	defer stop()
	bound := perSecond(n, time.Duration((n+floorPage-1)/floorPage)*latency)
	p, f, err := inTurn(ctx, s.rounds, func(round int) (float64, error) {
		p, err := newProduct(ctx, filepath.Join(s.dir, fmt.Sprintf("product-%d", round)), source)
		if err != nil {
			return 0, err
		}
		defer func() { _ = p.close() }()
		r, took, err := p.pull(ctx, false)
		return perSecond(r.Counts.Written, took), err
	}, func(int) (float64, error) {
		count, begin := 0, time.Now()
		err := fetchFloor(ctx, source, func(items []floorTicket) error { count += len(items); return nil })
		return perSecond(count, time.Since(begin)), err
	})
	if err != nil {
		return err
	}
	t.atLeast("P3", fmt.Sprintf("one cursor, %s a request, page %d (floor: the latency alone)", latency, floorPage), "rec/s", p, bound, .92,
		fmt.Sprintf("reading and decoding alone reaches %.0f %%", 100*f/bound))
	return nil
}
