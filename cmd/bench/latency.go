package main

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

const (
	latency        = 20 * time.Millisecond
	latencyRecords = 20_000
	firstTicket    = 1_000_001 // the source's lowest id; the others follow without a gap
)

// benchLatency measures a list that can only be read one page after another,
// from a source that takes its time. The bound is the same requests with nothing
// done about their answers, because no timer is exact on a busy machine.
func benchLatency(ctx context.Context, s settings, t *table) error {
	n := min(s.records, latencyRecords)
	source, stop, err := upstream(ctx, n, latency)
	if err != nil {
		return err
	}
	defer stop()
	for i, m := range s.modes(t, false, line{name: "P3", work: "one cursor, PostgreSQL", goal: "≥ 92 %"}) {
		if err := s.cursor(ctx, m, fmt.Sprintf("latency-%d", i), source, n, t); err != nil {
			return err
		}
	}
	return nil
}

func (s settings) cursor(ctx context.Context, m mode, name, source string, n int, t *table) error {
	bound := perSecond(n, time.Duration((n+floorPage-1)/floorPage)*latency)
	p, f, err := inTurn(ctx, s.rounds, func(round int) (float64, error) {
		p, err := newProduct(ctx, s.at(m.on, fmt.Sprintf("%s-%d", name, round)), source)
		if err != nil {
			return 0, err
		}
		defer func() { _ = p.close() }()
		stop, err := s.profile("P3-" + m.name)
		if err != nil {
			return 0, err
		}
		defer stop()
		r, took, err := p.pull(ctx, false)
		return perSecond(r.Counts.Written, took), err
	}, func(int) (float64, error) {
		begin := time.Now()
		for read := 0; read < n; read += floorPage {
			if _, err := getFloor(ctx, source, strconv.Itoa(firstTicket-1+read)); err != nil {
				return 0, err
			}
		}
		return perSecond(n, time.Since(begin)), nil
	})
	if err != nil {
		return err
	}
	t.atLeast("P3", fmt.Sprintf("one cursor, %s a request, page %d, %s (floor: its requests alone)", latency, floorPage, m.name), "rec/s", p, f, .92,
		fmt.Sprintf("of %s sharp, %.0f and %.0f %%", latency, 100*p/bound, 100*f/bound))
	return nil
}
