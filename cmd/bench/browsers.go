package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"time"

	"portico/portal/session"
	"portico/sync/access"
)

// How many browsers look at one account, and how often something changes in it.
const (
	browsers     = 1000
	perPerson    = 20
	browsersWait = 2 * time.Second // for what follows a change, before the next
	changes      = 20
)

// benchBrowsers measures from a click until every open browser has been told of
// it, and what their connections take. The browsers are part of this process, so
// the memory is that of both ends.
func benchBrowsers(ctx context.Context, s settings, t *table) error {
	source, stopSource, err := upstream(ctx, 1, 0)
	if err != nil {
		return err
	}
	defer stopSource()
	p, d, stop, err := deskProduct(ctx, s.at(nil, "product"), source)
	if err != nil {
		return err
	}
	defer stop()
	page, err := p.page(ctx, 0)
	if err != nil {
		return err
	}
	tickets := ticketLink.FindAllString(page, -1)
	before := held()
	told := make(chan int, 8*browsers)
	leave, err := p.open(ctx, told)
	defer leave()
	if err != nil {
		return err
	}
	took := float64(held()-before) / (1 << 20)
	var all []float64
	for i := range changes {
		one, err := p.spread(ctx, d, tickets[i%len(tickets)], i, told)
		if err != nil {
			return err
		}
		all = append(all, one...)
	}
	note := fmt.Sprintf("%d changes, from the click, 5 s checks of every session included; p50 %.1f ms", changes, median(all))
	t.atMost("S4", fmt.Sprintf("one change to %d open browsers, p99", browsers), "ms", quantile(all, .99), 1000, note)
	t.atMost("S4", "their connections, both ends", "MiB", took, 100, "")
	return nil
}

// deskProduct serves a product whose accounts are those of a help desk.
func deskProduct(ctx context.Context, h home, source string) (*product, *desk, func(), error) {
	var stops []func()
	stop := func() {
		for i := len(stops) - 1; i >= 0; i-- {
			stops[i]()
		}
	}
	p, err := newProduct(ctx, h, source)
	if err != nil {
		return nil, nil, nil, err
	}
	stops = append(stops, func() { _ = p.close() })
	d, err := newDesk()
	if err != nil {
		stop()
		return nil, nil, nil, err
	}
	stops = append(stops, d.close)
	err = p.furnishDesk(ctx, d)
	var stopSite func()
	if err == nil {
		stopSite, err = p.serve(ctx)
	}
	if err != nil {
		stop()
		return nil, nil, nil, err
	}
	stops = append(stops, stopSite)
	return p, d, stop, nil
}

// open connects the browsers of many colleagues to the first account's events
// and waits until each was greeted. told gets a browser's number for every change.
func (p *product) open(ctx context.Context, told chan<- int) (stop func(), err error) {
	var conns []net.Conn
	stop = func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}
	path := "/a/" + p.accounts[0].ID.String() + "/events"
	greeted := make(chan error, browsers)
	cookie := ""
	for n := range browsers {
		if n%perPerson == 0 {
			if cookie, err = p.colleague(ctx, n); err != nil {
				return stop, err
			}
		}
		c, err := net.Dial("tcp", p.cfg.Listen)
		if err != nil {
			return stop, err
		}
		conns = append(conns, c)
		if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: %s\r\n\r\n", path, cookie); err != nil {
			return stop, err
		}
		go hear(c, n, greeted, told)
	}
	for range browsers {
		if err := <-greeted; err != nil {
			return stop, err
		}
	}
	return stop, nil
}

// colleague adds an owner to the first account and signs them in.
func (p *product) colleague(ctx context.Context, n int) (cookie string, err error) {
	sys := p.store.System()
	u := access.User{ID: access.NewUserID(), Name: "A colleague", Email: fmt.Sprintf("colleague-%d@bench.example", n)}
	if err := sys.CreateUser(ctx, u, ""); err != nil {
		return "", err
	}
	if err := sys.AddMember(ctx, p.accounts[0].ID, u.ID, access.Owner); err != nil {
		return "", err
	}
	token, now := session.NewToken(), time.Now().UTC()
	return session.Cookie + "=" + token, sys.StartSession(ctx, session.Hash(token), access.Session{
		ID: access.NewUserID(), User: u, Created: now, LastSeen: now, Idle: session.MemberIdle, Expires: now.Add(session.MemberMost),
	})
}

// hear reads one stream until its connection is closed.
func hear(c net.Conn, n int, greeted chan<- error, told chan<- int) {
	lines := bufio.NewReaderSize(c, 512)
	waiting := true
	for {
		line, err := lines.ReadString('\n')
		switch {
		case err != nil:
			if waiting {
				greeted <- fmt.Errorf("browser %d was not greeted: %w", n, err)
			}
			return
		case strings.HasPrefix(line, "event: hello"):
			waiting = false
			greeted <- nil
		case strings.HasPrefix(line, "event: change"):
			told <- n
		}
	}
}

// spread sends one reply and returns after how many milliseconds each browser was
// first told of it.
func (p *product) spread(ctx context.Context, d *desk, ticket string, n int, told <-chan int) ([]float64, error) {
	begin := time.Now()
	if err := p.reply(ctx, ticket, n); err != nil {
		return nil, err
	}
	first := make([]float64, 0, browsers)
	seen := make([]bool, browsers)
	lost := time.After(replyLost)
	for len(first) < browsers {
		select {
		case b := <-told:
			if !seen[b] {
				seen[b] = true
				first = append(first, milliseconds(time.Since(begin)))
			}
		case <-lost:
			return nil, errors.New("not every browser was told")
		}
	}
	select {
	case <-d.answered:
	case <-lost:
		return nil, errors.New("a reply did not arrive")
	}
	for quiet := time.After(browsersWait); ; {
		select {
		case <-told:
		case <-quiet:
			return first, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// held is what the process holds in memory now.
func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
