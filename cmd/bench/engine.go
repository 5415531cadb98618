package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"portico/connectors"
	"portico/connectors/rest"
	"portico/sync/record"
	"portico/sync/remote"
)

// benchEngine measures the manifest at work against code written for the one
// system: read, decode, map to records, keep nothing.
func benchEngine(ctx context.Context, s settings, t *table) error {
	source, stop, err := upstream(ctx, s.records, 0)
	if err != nil {
		return err
	}
	defer stop()
	connector, ok := connectors.Find("requesttracker")
	if !ok {
		return errors.New("there is no connector for the source")
	}
	conn := remote.Conn{
		ID: record.NewConnectionID(), Settings: map[string]string{"url": "http://" + source, "user": "hub"},
		Secret:    func(string) (string, error) { return "1-1-bench", nil },
		Transport: http.DefaultTransport, Budget: rest.NewBudget(rest.Limit{}, time.Now),
		Log: slog.New(slog.DiscardHandler), Now: time.Now,
	}
	var ours, bare meter
	p, f, err := inTurn(ctx, s.rounds, func(int) (float64, error) {
		ours.begin()
		defer ours.end(s.records)
		stop, err := s.profile("P5")
		if err != nil {
			return 0, err
		}
		defer stop()
		sum, begin := &counter{}, time.Now()
		err = connector.Pull(ctx, conn, remote.PullRequest{Stream: "tickets", Mode: remote.Changes}, sum)
		return s.rate(sum.n, begin, err)
	}, func(int) (float64, error) {
		bare.begin()
		defer bare.end(s.records)
		n, begin := 0, time.Now()
		err := fetchFloor(ctx, source, func(items []floorTicket) error { n += len(floorRecords(items)); return nil })
		return s.rate(n, begin, err)
	})
	if err != nil {
		return err
	}
	t.atLeast("P5", "manifest against Go written for the system", "rec/s", p, f, .75, cost(&ours, &bare, "record"))
	return nil
}

func (s settings) rate(n int, begin time.Time, err error) (float64, error) {
	if err == nil && n != s.records {
		err = fmt.Errorf("%d of %d records came", n, s.records)
	}
	return perSecond(n, time.Since(begin)), err
}

// counter is an emitter that only counts.
type counter struct{ n int }

func (c *counter) Page(_ context.Context, p remote.Page) error { c.n += len(p.Records); return nil }
func (c *counter) Progress(int, int)                           {}
func (c *counter) Complete(context.Context) error              { return nil }

// floorRecords maps by hand what the manifest maps.
func floorRecords(items []floorTicket) []record.Record {
	out := make([]record.Record, 0, len(items))
	for i := range items {
		it := &items[i]
		r := record.Record{
			Kind: record.KindTicket, External: it.ID, Version: it.Status + " " + it.LastUpdated.Format(time.RFC3339),
			URL: "http://127.0.0.1/Ticket/Display.html?id=" + it.ID, Created: it.Created, Updated: it.LastUpdated,
		}
		for _, f := range it.CustomFields {
			if f.Name == "Client" && len(f.Values) > 0 {
				r.Company = f.Values[0]
			}
		}
		body := record.Ticket{
			Number: it.ID, Subject: it.Subject, Status: it.Status, Priority: it.Priority, Queue: it.Queue.Name, Due: it.Due, Resolved: it.Resolved,
		}
		if it.Owner.Name != "Nobody" {
			body.Assignee = record.Person{Name: it.Owner.RealName, Email: it.Owner.EmailAddress}
		}
		if len(it.Requestor) > 0 {
			body.Requester = record.Person{Name: it.Requestor[0].RealName, Email: it.Requestor[0].EmailAddress}
		}
		r.Body = body
		out = append(out, r)
	}
	return out
}
