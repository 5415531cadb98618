package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// How replies are sent: one after another, with time in between for the effect
// to be read back, so that none waits behind another on the same ticket.
const (
	replyPause = 150 * time.Millisecond
	replyLost  = 30 * time.Second
)

// benchActions measures how long it takes until the other system has answered a
// reply that the portal has recorded: idle (D1), and while a large pull writes to
// the same database (D1b).
func benchActions(ctx context.Context, s settings, t *table) error {
	source, stop, err := upstream(ctx, s.records, 0)
	if err != nil {
		return err
	}
	defer stop()
	missing := []line{{name: "D1", work: "recorded to answered, PostgreSQL + Redis", goal: "≤ 6 ms"}, {name: "D1b", work: "the same during a pull", goal: "≤ 50 ms"}}
	for i, m := range s.modes(t, true, missing...) {
		if err := s.act(ctx, m, s.at(m.on, fmt.Sprintf("actions-%d", i)), source, t); err != nil {
			return err
		}
	}
	return nil
}

func (s settings) act(ctx context.Context, m mode, h home, source string, t *table) error {
	p, d, stop, err := deskProduct(ctx, h, source)
	if err != nil {
		return err
	}
	defer stop()
	tickets, err := p.tickets(ctx)
	if err != nil {
		return err
	}
	idle, err := p.replies(ctx, d, tickets, s.actions, nil)
	if err != nil {
		return err
	}
	middle, late := 8., 25.
	if m.on != nil {
		middle, late = 6, 20
	}
	idle.show(t, "D1", "recorded to answered, idle, "+m.name, middle, late)
	pulling := make(chan error, 1)
	go func() {
		_, _, err := p.pull(ctx, false)
		pulling <- err
	}()
	stopProfile, err := s.profile("D1b-" + m.name)
	if err != nil {
		return err
	}
	busy, err := p.replies(ctx, d, tickets, s.actions, pulling)
	stopProfile()
	if err != nil {
		return err
	}
	busy.show(t, "D1b", fmt.Sprintf("the same while %d tickets are pulled, %s", s.records, m.name), 0, 50)
	return nil
}

// ways are the times of replies, in milliseconds.
type ways struct {
	recorded []float64 // from the page's answer, which follows the commit
	asked    []float64 // from the click: with the page's own work
}

func (w ways) show(t *table, name, work string, p50, p99 float64) {
	note := fmt.Sprintf("%d replies; from the click p50 %.1f, p99 %.1f ms", len(w.asked), median(w.asked), quantile(w.asked, .99))
	if p50 > 0 {
		t.atMost(name, work+", p50", "ms", median(w.recorded), p50, note)
		note = ""
	}
	t.atMost(name, work+", p99", "ms", quantile(w.recorded, .99), p99, note)
}

// replies sends count replies, or as many as fit before until has something.
func (p *product) replies(ctx context.Context, d *desk, tickets []string, count int, until <-chan error) (ways, error) {
	var w ways
	for i := range count {
		select {
		case err := <-until:
			return w, err
		case <-ctx.Done():
			return w, ctx.Err()
		case <-time.After(replyPause):
		}
		begin := time.Now()
		if err := p.reply(ctx, tickets[i%len(tickets)], i); err != nil {
			return w, err
		}
		recorded := time.Now()
		select {
		case at := <-d.answered:
			w.recorded = append(w.recorded, max(0, milliseconds(at.Sub(recorded))))
			w.asked = append(w.asked, milliseconds(at.Sub(begin)))
		case <-time.After(replyLost):
			return w, errors.New("a reply did not arrive")
		}
	}
	return w, nil
}

// replier does not follow the answer: the redirect is what says "recorded".
var replier = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (p *product) reply(ctx context.Context, ticket string, n int) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("key", uuid.NewString())
	_ = form.WriteField("text", fmt.Sprintf("Reply number %d of the bench.", n))
	if err := form.Close(); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.cfg.Listen+ticket+"/reply", &body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Cookie", p.cookie)
	resp, err := replier.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("the reply was answered with %s", resp.Status)
	}
	return nil
}
