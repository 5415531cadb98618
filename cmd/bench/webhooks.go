package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"portico/sync/delivery"
	"portico/sync/run"
)

// How many endpoints share a backlog, and how many messages each is owed. Their
// rate is the highest that an administrator can set.
const (
	backlogEndpoints = 8
	backlogLost      = 3 * time.Minute
)

// benchWebhooks measures how fast a backlog of messages reaches its endpoints,
// and what an endpoint that never answers costs the others (D2).
func benchWebhooks(ctx context.Context, s settings, t *table) error {
	missing := line{name: "D2", work: "webhook backlog, PostgreSQL + Redis", goal: "≥ 4000 events/s"}
	for i, m := range s.modes(t, true, missing) {
		goal := 1500.
		if m.on != nil {
			goal = 4000
		}
		var cost, dear pulls
		beside, alone, err := inTurn(ctx, s.rounds, func(round int) (float64, error) {
			return s.backlog(ctx, m, fmt.Sprintf("dead-%d-%d", i, round), true, &dear)
		}, func(round int) (float64, error) {
			return s.backlog(ctx, m, fmt.Sprintf("alone-%d-%d", i, round), false, &cost)
		})
		if err != nil {
			return err
		}
		t.add(line{
			name: "D2", work: fmt.Sprintf("webhook backlog of %d to %d endpoints, %s", s.backlogs, backlogEndpoints, m.name), floor: "–",
			product: fmt.Sprintf("%.0f events/s", alone), value: fmt.Sprintf("%.0f events/s", alone), goal: fmt.Sprintf("≥ %.0f events/s", goal), met: alone >= goal,
			note: fmt.Sprintf("own CPU %.0f µs an event, PostgreSQL's %.0f", cost.own.each(), cost.server.each()),
		})
		t.atLeast("D2", "the same beside a dead endpoint (floor: without), "+m.name, "events/s", beside, alone, .95,
			fmt.Sprintf("own CPU %.0f µs an event, PostgreSQL's %.0f", dear.own.each(), dear.server.each()))
	}
	return nil
}

// backlog owes messages before anything works, then serves, and returns the rate
// at which they arrived.
func (s settings) backlog(ctx context.Context, m mode, name string, dead bool, sum *pulls) (float64, error) {
	each := s.backlogs / backlogEndpoints
	receiver, err := begin(ctx, errand{Do: "receive", Records: each * backlogEndpoints})
	if err != nil {
		return 0, err
	}
	address, err := receiver.ready()
	if err != nil {
		return 0, err
	}
	h := s.at(m.on, name)
	h.told = []string{address}
	var silent net.Listener
	if dead { // it takes connections and never answers
		if silent, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return 0, err
		}
		defer func() { _ = silent.Close() }()
		h.told = append(h.told, silent.Addr().String())
	}
	p, err := newProduct(ctx, h, "127.0.0.1:9")
	if err != nil {
		return 0, err
	}
	defer func() { _ = p.close() }()
	if err := p.owe(ctx, h.told, each); err != nil {
		return 0, err
	}
	stopProfile, err := s.profile("D2-" + m.name)
	if err != nil {
		return 0, err
	}
	defer stopProfile()
	own, server := spent(), m.spent(ctx)
	stop, err := p.serve(ctx)
	if err != nil {
		return 0, err
	}
	defer stop()
	o, err := receiver.end(false)
	o.Own = spent() - own
	return sum.add(o, m.spent(ctx)-server), err
}

// owe adds the endpoints, those of the first address and one of each other, and
// owes every one of them the same messages.
func (p *product) owe(ctx context.Context, told []string, each int) error {
	db, err := p.beside()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	const (
		count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
		since = "'2026-11-01T00:00:00.000000Z'"
	)
	payload := `{"type":"record.changed","timestamp":"2026-11-01T00:00:00Z","data":{"records":["` + strings.Repeat("x", 400) + `"]}}`
	_, err = db.ExecContext(ctx, fmt.Sprintf("INSERT INTO webhook_messages (id, key, type, at, payload) "+count+
		"SELECT 'msg_' || i, 'bench ' || i, 'record.changed', "+since+", '%s' FROM n", each, payload))
	if err != nil {
		return err
	}
	var urls []string
	for i := range backlogEndpoints {
		urls = append(urls, fmt.Sprintf("http://%s/%d", told[0], i))
	}
	for _, other := range told[1:] {
		urls = append(urls, "http://"+other+"/")
	}
	for i, u := range urls {
		e, _, err := p.app.AddEndpoint(ctx, delivery.Endpoint{URL: u, Types: []delivery.Type{delivery.RecordChanged}, Rate: delivery.MaxRate}, "", nil)
		if err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, fmt.Sprintf("INSERT INTO webhook_deliveries (id, endpoint_id, message_id, created_at, due_at) "+count+
			"SELECT 'dlv_%d_' || i, '%s', 'msg_' || i, "+since+", "+since+" FROM n", each, i, e.ID))
		if err != nil {
			return err
		}
	}
	return nil
}

// errandReceive answers every message with 204 until as many as it waits for
// have come, each at least once, and returns how long that took from the first
// one on.
func errandReceive(ctx context.Context, e errand, ready func(string)) (run.Counts, time.Duration, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return run.Counts{}, 0, err
	}
	var mu sync.Mutex
	var first time.Time
	var took time.Duration
	came, whole := map[string]bool{}, make(chan struct{})
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
		mu.Lock()
		defer mu.Unlock()
		if first.IsZero() {
			first = time.Now()
		}
		came[r.URL.Path+" "+r.Header.Get("webhook-id")] = true
		if len(came) == e.Records && took == 0 {
			took = time.Since(first)
			close(whole)
		}
	})}
	go func() { _ = server.Serve(l) }()
	ready(l.Addr().String())
	select {
	case <-whole:
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(backlogLost):
		err = fmt.Errorf("not all of %d messages came", e.Records)
	}
	mu.Lock()
	defer mu.Unlock()
	_ = server.Close()
	return run.Counts{Read: len(came)}, took, err
}
