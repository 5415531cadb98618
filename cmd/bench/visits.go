package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"portico/sync/access"
)

// How pages are asked for: as often as many people do, whatever the answers take.
const (
	pageAccounts = 1000
	pageRate     = 200 // requests a second
	pageFor      = 4 * time.Second
	pageWarm     = time.Second // before, so that statements are planned and pages of the disk read
	pageReaders  = 32
	pageMost     = 20. // milliseconds, for 99 of 100
	pageGrowth   = 1.2 // what ten times as many records may cost
)

// asked is a page of one account after another; staff's is the same for all.
type asked struct {
	name  string
	staff bool
	path  func(p *product, i int) string
}

// inAccount is a page of an account by what follows the account in its address.
func inAccount(name, rest string) asked {
	return asked{name: name, path: func(p *product, i int) string {
		return "/a/" + p.accounts[i%len(p.accounts)].ID.String() + "/" + rest
	}}
}

// pages are those that exist, and the ways to look at a list.
func (p *product) pages(ctx context.Context) ([]asked, error) {
	page, err := p.page(ctx, 0)
	if err != nil {
		return nil, err
	}
	detail := ticketLink.FindString(page)
	if detail == "" {
		return nil, errors.New("the list links no ticket")
	}
	return []asked{
		inAccount("home", ""),
		inAccount("open requests", "tickets"),
		inAccount("all requests", "tickets?view=all"),
		inAccount("finished requests", "tickets?view=finished"),
		inAccount("requests that wait for the client", "tickets?turn=client"),
		inAccount("search that finds much", "tickets?view=all&q=vpn"),
		inAccount("search that finds nothing", "tickets?view=all&q=xyzzy"),
		{name: "one request", path: func(*product, int) string { return detail }},
		inAccount("assets", "assets"),
		inAccount("approvals", "approvals?show=all"),
		{name: "staff: accounts", staff: true, path: func(*product, int) string { return "/staff" }},
		{name: "staff: queue", staff: true, path: func(*product, int) string { return "/staff/queue" }},
		{name: "staff: what is theirs", staff: true, path: func(*product, int) string { return "/staff/queue?view=mine" }},
		{name: "staff: an account", staff: true, path: func(p *product, i int) string {
			return "/staff/accounts/" + p.accounts[i%len(p.accounts)].ID.String()
		}},
	}, nil
}

// benchPages measures S3 over a thousand accounts: every page at so many requests
// a second, and what it costs when there are ten times as many records.
func benchPages(ctx context.Context, s settings, t *table) error {
	source, stop, err := upstream(ctx, min(s.rows/10, listSeed), 0)
	if err != nil {
		return err
	}
	defer stop()
	missing := line{name: "S3", work: "pages on PostgreSQL", goal: fmt.Sprintf("≤ %.0f ms", pageMost)}
	for _, m := range s.modes(t, false, missing) {
		var few []visit
		for _, rows := range []int{s.rows / 10, s.rows} {
			all, err := s.visits(ctx, m.on, source, rows)
			if err != nil {
				return err
			}
			if few == nil {
				few = all
				continue
			}
			for i := range all {
				all[i].show(t, m.name, rows, few[i])
			}
		}
	}
	return nil
}

// visit is what one page came to.
type visit struct {
	name        string
	p50, p99    float64
	own, server float64 // CPU in microseconds
}

func (v visit) show(t *table, where string, rows int, few visit) {
	t.atMost("S3", fmt.Sprintf("%s, %d records, %s: p99 at %d req/s", v.name, rows, where, pageRate), "ms", v.p99, pageMost, fmt.Sprintf("p50 %.1f ms", v.p50))
	t.times("S3", "its CPU against a tenth of the records", "µs", v.own+v.server, few.own+few.server, pageGrowth, "")
}

func (s settings) visits(ctx context.Context, on *servers, source string, rows int) ([]visit, error) {
	s.rows = rows
	p, err := s.filled(ctx, s.at(on, fmt.Sprintf("pages-%d", rows)), source, pageAccounts, rows)
	if err != nil {
		return nil, err
	}
	defer func() { _ = p.close() }()
	staff := access.User{ID: access.NewUserID(), Name: "Sam Staff", Email: "sam@bench.example", Staff: access.Admin}
	if err := p.store.System().CreateUser(ctx, staff, ""); err != nil {
		return nil, err
	}
	if err := p.ask(ctx, staff, rows); err != nil {
		return nil, err
	}
	stop, err := p.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	asked, err := p.pages(ctx)
	if err != nil {
		return nil, err
	}
	var out []visit
	for _, a := range asked {
		cookie := p.cookie
		if a.staff {
			if cookie, err = p.signIn(ctx, staff); err != nil {
				return nil, err
			}
		}
		if _, err := p.visit(ctx, a, cookie, pageWarm); err != nil {
			return nil, fmt.Errorf("%s: %w", a.name, err)
		}
		v, err := p.visit(ctx, a, cookie, pageFor)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.name, err)
		}
		out = append(out, v)
	}
	return out, nil
}

// visit asks for a page at a fixed rate. What a request takes counts from when
// it was due, so that one slow answer is not hidden by those it held up.
func (p *product) visit(ctx context.Context, a asked, cookie string, long time.Duration) (visit, error) {
	var own, server meter
	n := int(long.Seconds()) * pageRate
	took, failed := make([]float64, n), make([]error, pageReaders)
	due := make(chan int, n)
	before := p.home.spent(ctx)
	own.begin()
	begin := time.Now()
	at := func(i int) time.Time { return begin.Add(time.Duration(i) * time.Second / pageRate) }
	var readers sync.WaitGroup
	for r := range pageReaders {
		readers.Go(func() { failed[r] = p.visitor(a, cookie, due, took, at) })
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		time.Sleep(time.Until(at(i)))
		due <- i
	}
	close(due)
	readers.Wait()
	own.end(n)
	server.add(p.home.spent(ctx)-before, n)
	v := visit{name: a.name, p50: quantile(took, .5), p99: quantile(took, .99), own: own.each(), server: server.each()}
	return v, errors.Join(append(failed, ctx.Err())...)
}

func (p *product) visitor(a asked, cookie string, due <-chan int, took []float64, at func(int) time.Time) error {
	c, err := dial(p.cfg.Listen)
	if err != nil {
		return err
	}
	defer c.close()
	for i := range due {
		if _, err := c.get(a.path(p, i), cookie); err != nil {
			return err
		}
		took[i] = milliseconds(time.Since(at(i)))
	}
	return nil
}
