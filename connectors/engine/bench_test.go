package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	json "github.com/goccy/go-json"

	"portico/connectors"
	"portico/sync/record"
	"portico/sync/remote"
)

// ticketPage is a page of tickets as Request Tracker sends it.
func ticketPage(rows int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"count":%d,"total":%d,"page":1,"per_page":%d,"items":[`, rows, rows, rows)
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"Requestor":[{"type":"user","id":"ines@nordwind.example","Name":"ines@nordwind.example","_url":"http://rt/REST/2.0/user/ines@nordwind.example","EmailAddress":"ines@nordwind.example","RealName":"Ines Vogt"}],"Queue":{"Name":"Support","_url":"http://rt/REST/2.0/queue/3","type":"queue","id":"3"},"Created":"2026-10-12T19:46:11Z","Resolved":"1970-01-01T00:00:00Z","_url":"http://rt/REST/2.0/ticket/%[1]d","id":"%[1]d","type":"ticket","Subject":"VPN drops every %[1]d minutes","Status":"open","LastUpdated":"2026-10-14T19:46:11Z","Priority":"10","CustomFields":[{"name":"Severity","id":"3","values":["S4"],"type":"customfield","_url":"http://rt/REST/2.0/customfield/3"},{"name":"External Ref","type":"customfield","_url":"http://rt/REST/2.0/customfield/4","id":"4","values":[]},{"_url":"http://rt/REST/2.0/customfield/2","type":"customfield","values":["Nordwind Logistik GmbH"],"id":"2","name":"Client"}],"Owner":{"Name":"mara.stein","RealName":"Mara Stein","EmailAddress":"mara.stein@msp.example","id":"mara.stein","_url":"http://rt/REST/2.0/user/mara.stein","type":"user"},"Due":"2026-10-17T19:46:11Z"}`, i+1)
	}
	b.WriteString("]}")
	return b.Bytes()
}

// byHand is the least code that could do the same for this one system.
type byHand struct {
	Total int
	Items []struct {
		ID, Subject, Status, Priority       string
		Created, LastUpdated, Due, Resolved time.Time
		Queue                               struct{ Name string }
		Owner                               struct{ Name, RealName, EmailAddress string }
		Requestor                           []struct{ Name, RealName, EmailAddress string }
		CustomFields                        []struct {
			Name   string `json:"name"`
			Values []string
		}
	}
}

func (h *byHand) records() []record.Record {
	out := make([]record.Record, 0, len(h.Items))
	for i := range h.Items {
		it := &h.Items[i]
		r := record.Record{Kind: record.KindTicket, External: it.ID, Version: it.Status + " " + it.LastUpdated.String(), URL: "http://rt/Ticket/Display.html?id=" + it.ID, Created: it.Created, Updated: it.LastUpdated}
		for _, f := range it.CustomFields {
			if f.Name == "Client" && len(f.Values) > 0 {
				r.Company = f.Values[0]
			}
		}
		t := record.Ticket{Number: it.ID, Subject: it.Subject, Status: it.Status, Priority: it.Priority, Queue: it.Queue.Name, Due: it.Due,
			Assignee: record.Person{Name: it.Owner.RealName, Email: it.Owner.EmailAddress}}
		if len(it.Requestor) > 0 {
			t.Requester = record.Person{Name: it.Requestor[0].RealName, Email: it.Requestor[0].EmailAddress}
		}
		r.Body = t
		out = append(out, r)
	}
	return out
}

func BenchmarkTicketsByHand(b *testing.B) {
	data := ticketPage(1000)
	b.ReportAllocs()
	for b.Loop() {
		var page byHand
		if err := json.Unmarshal(data, &page); err != nil {
			b.Fatal(err)
		}
		if len(page.records()) != 1000 {
			b.Fatal("rows are missing")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/record")
}

// still answers every request with the same bytes, without a network.
type still struct{ user, page []byte }

func (s still) RoundTrip(r *http.Request) (*http.Response, error) {
	data := s.user
	if r.URL.Path == "/REST/2.0/tickets" {
		data = s.page
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(data)), ContentLength: int64(len(data)), Request: r}, nil
}

type count struct{ n int }

func (c *count) Page(_ context.Context, p remote.Page) error { c.n += len(p.Records); return nil }
func (c *count) Progress(int, int)                           {}
func (c *count) Complete(context.Context) error              { return nil }

func BenchmarkTicketsByManifest(b *testing.B) {
	c, _ := connectors.Find("requesttracker")
	conn := testConn(still{user: []byte(`{"Name":"hub","Timezone":"UTC"}`), page: ticketPage(1000)})
	b.ReportAllocs()
	for b.Loop() {
		sum := &count{}
		if err := c.Pull(context.Background(), conn, remote.PullRequest{Stream: "tickets", Mode: remote.Changes}, sum); err != nil {
			b.Fatal(err)
		}
		if sum.n != 1000 {
			b.Fatal("rows are missing")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/record")
}
