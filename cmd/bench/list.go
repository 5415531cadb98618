package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// How the list is asked for.
const (
	listSeed    = 20_000 // tickets that are pulled; the rest are copies of them
	listReaders = 8
	listFor     = 4 * time.Second
)

// benchList measures the first page of the ticket list, session included, over
// many accounts: S1 on SQLite and S2 on PostgreSQL, each against the least
// program on the same database.
func benchList(ctx context.Context, s settings, t *table) error {
	source, stop, err := upstream(ctx, min(s.rows, listSeed), 0)
	if err != nil {
		return err
	}
	defer stop()
	if wanted(s.only, []string{"S1"}) {
		if err := s.list(ctx, listGoal{"S1", .80}, nil, source, t); err != nil {
			return err
		}
	}
	if !wanted(s.only, []string{"S2"}) {
		return nil
	}
	if on := s.many(t, false, line{name: "S2", work: "ticket list on PostgreSQL", goal: "≥ 70 %"}); on != nil {
		return s.list(ctx, listGoal{"S2", .70}, on, source, t)
	}
	return nil
}

// listGoal is what a list should reach of its floor.
type listGoal struct {
	name string
	part float64
}

func (s settings) list(ctx context.Context, goal listGoal, on *servers, source string, t *table) error {
	p, err := s.filled(ctx, s.at(on, goal.name), source, companies, s.rows)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	stopSite, err := p.serve(ctx)
	if err != nil {
		return err
	}
	defer stopSite()
	page, err := p.page(ctx, 0)
	if err != nil {
		return err
	}
	floor, stopFloor, err := p.listFloor(ctx, page)
	if err != nil {
		return err
	}
	defer stopFloor()
	return p.compareLists(ctx, s, goal, t, floor, len(page))
}

// filled is a product with so many accounts and tickets, most of them copies of
// those that were pulled.
func (s settings) filled(ctx context.Context, h home, source string, accounts, rows int) (*product, error) {
	p, err := newProduct(ctx, h, source)
	if err != nil {
		return nil, err
	}
	if _, _, err = p.pull(ctx, false); err == nil {
		err = p.multiply(ctx, accounts, rows/min(s.rows, listSeed))
	}
	if err != nil {
		_ = p.close()
		return nil, err
	}
	return p, nil
}

func (p *product) compareLists(ctx context.Context, s settings, goal listGoal, t *table, floor string, bytes int) error {
	var slow, slowFloor []float64
	var own, bareOwn, server, bareServer meter
	ours, bare, err := inTurn(ctx, s.rounds, func(int) (float64, error) {
		stop, err := s.profile(goal.name)
		if err != nil {
			return 0, err
		}
		defer stop()
		rate, p99, err := p.readMetered(ctx, p.cfg.Listen, &own, &server)
		slow = append(slow, p99)
		return rate, err
	}, func(int) (float64, error) {
		rate, p99, err := p.readMetered(ctx, floor, &bareOwn, &bareServer)
		slowFloor = append(slowFloor, p99)
		return rate, err
	})
	if err != nil {
		return err
	}
	floorBytes, allocs, err := p.weigh(floor)
	if err != nil {
		return err
	}
	note := fmt.Sprintf("%s; %d bytes a page, the floor's %d and %.0f allocations", cost(&own, &bareOwn, "page"), bytes, floorBytes, allocs)
	if p.home.on != nil {
		note = fmt.Sprintf("PostgreSQL's CPU %.0f against %.0f µs; %s", server.each(), bareServer.each(), note)
	}
	t.atLeast(goal.name, fmt.Sprintf("ticket list, 50 of %d rows, %s", s.rows, p.home.kind()), "req/s", ours, bare, goal.part, note)
	t.add(line{
		name: goal.name, work: fmt.Sprintf("its p99 with %d readers", listReaders), product: fmt.Sprintf("%.1f ms", median(slow)),
		floor: fmt.Sprintf("%.1f ms", median(slowFloor)), value: fmt.Sprintf("%.1f ×", median(slow)/median(slowFloor)),
		goal: "≤ 2 ×", met: median(slow) <= 2*median(slowFloor),
	})
	if _, allocs, err = p.weigh(p.cfg.Listen); err != nil {
		return err
	}
	t.atMost(goal.name, "its allocations", "a request", allocs, 2500, "server included")
	return nil
}

// page is the list of one account as a browser gets it.
func (p *product) page(ctx context.Context, account int) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.cfg.Listen+p.listPath(account), nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Cookie", p.cookie)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the list answers %s", resp.Status)
	}
	return string(data), err
}
