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
// many accounts.
func benchList(ctx context.Context, s settings, t *table) error {
	source, stop, err := upstream(ctx, min(s.rows, listSeed), 0)
	if err != nil {
		return err
	}
	defer stop()
	p, err := newProduct(ctx, s.at(nil, "product"), source)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	if _, _, err := p.pull(ctx, false); err != nil {
		return err
	}
	if err := p.multiply(ctx, s.rows/min(s.rows, listSeed)); err != nil {
		return err
	}
	stopSite, err := p.serve(ctx)
	if err != nil {
		return err
	}
	defer stopSite()
	page, err := p.page(ctx, 0)
	if err != nil {
		return err
	}
	floor, stopFloor, err := newListFloor(ctx, p.cfg.Database.Path, page)
	if err != nil {
		return err
	}
	defer stopFloor()
	return p.compareLists(ctx, s, t, floor, len(page))
}

func (p *product) compareLists(ctx context.Context, s settings, t *table, floor string, bytes int) error {
	var slow, slowFloor []float64
	var own, bareOwn meter
	ours, bare, err := inTurn(ctx, s.rounds, func(int) (float64, error) {
		stop, err := s.profile("S1")
		if err != nil {
			return 0, err
		}
		defer stop()
		own.begin()
		rate, p99, err := p.read(ctx, p.cfg.Listen)
		own.end(int(rate * listFor.Seconds()))
		slow = append(slow, p99)
		return rate, err
	}, func(int) (float64, error) {
		bareOwn.begin()
		rate, p99, err := p.read(ctx, floor)
		bareOwn.end(int(rate * listFor.Seconds()))
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
	t.atLeast("S1", fmt.Sprintf("ticket list, 50 of %d rows", s.rows), "req/s", ours, bare, .80, note)
	t.add(line{
		name: "S1", work: fmt.Sprintf("its p99 with %d readers", listReaders), product: fmt.Sprintf("%.1f ms", median(slow)),
		floor: fmt.Sprintf("%.1f ms", median(slowFloor)), value: fmt.Sprintf("%.1f ×", median(slow)/median(slowFloor)),
		goal: "≤ 2 ×", met: median(slow) <= 2*median(slowFloor),
	})
	if _, allocs, err = p.weigh(p.cfg.Listen); err != nil {
		return err
	}
	t.atMost("S1", "its allocations", "a request", allocs, 2500, "server included")
	return nil
}

// multiply copies the tickets, each time with ids, numbers and dates of its own.
func (p *product) multiply(ctx context.Context, times int) error {
	db, err := openFloor(p.cfg.Database.Path, 1)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, "PRAGMA synchronous = OFF; CREATE TEMP TABLE seed AS SELECT * FROM records WHERE kind = 'ticket'"); err != nil {
		return err
	}
	for i := 1; i < times; i++ {
		_, err := db.ExecContext(ctx, `UPDATE seed SET id = printf('%08x', ?1) || substr(id, 9), external_id = external_id + 10000000,
			number = number + 10000000, sort_at = printf('%04d', 2025 - ?1 % 20) || substr(sort_at, 5)`, i)
		if err != nil {
			return err
		}
		if _, err := db.ExecContext(ctx, "INSERT INTO records SELECT * FROM seed ORDER BY account_id, kind, sort_at"); err != nil {
			return err
		}
	}
	_, err = db.ExecContext(ctx, "DROP TABLE seed; PRAGMA wal_checkpoint(TRUNCATE)")
	return err
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
