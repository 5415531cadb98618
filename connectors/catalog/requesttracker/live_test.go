package requesttracker_test

import (
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

// live returns a connection to a real Request Tracker, or skips the test.
func live(t *testing.T) (remote.Connector, remote.Conn) {
	t.Helper()
	address, token := os.Getenv("PORTICO_TEST_RT"), os.Getenv("PORTICO_TEST_RT_TOKEN")
	if address == "" || token == "" {
		t.Skip("no Request Tracker: set PORTICO_TEST_RT (address) and PORTICO_TEST_RT_TOKEN (of user hub)")
	}
	return connector(t), conn(t, address, token)
}

func TestLiveCheckAndDiscover(t *testing.T) {
	c, conn := live(t)
	report := c.Check(t.Context(), conn)
	if !report.OK {
		t.Fatalf("check failed: %+v", report)
	}
	catalog, err := c.Discover(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(catalog.Queues, "Support") || !slices.Contains(catalog.Statuses[record.KindTicket], "open") || len(catalog.Companies) < 3 {
		t.Errorf("discovered %+v", catalog)
	}
}

func TestLiveWrongTokenSaysWhatToDo(t *testing.T) {
	c, conn := live(t)
	conn.Secret = func(string) (string, error) { return "1-1-wrong", nil }
	report := c.Check(t.Context(), conn)
	if report.OK || !strings.Contains(report.Items[0].Detail, "does not accept the token") {
		t.Errorf("report %+v", report)
	}
}

func TestLivePullsEverythingOnceAndThenLittle(t *testing.T) {
	c, conn := live(t)
	for _, stream := range []string{"contacts", "tickets", "conversation", "assets"} {
		first := pull(t, c, conn, stream, remote.Changes, nil)
		if len(first.records()) == 0 || len(first.rejects()) > 0 {
			t.Errorf("%s: %d records, rejects %v", stream, len(first.records()), first.rejects())
		}
		for _, r := range first.records() {
			if body, ok := r.Body.(record.Comment); ok && strings.Contains(body.Text+body.HTML, "Internal:") {
				t.Errorf("an internal note left the connector: %+v", r)
			}
		}
		// What changed within the last hour is read twice, until its second is over.
		later := conn
		later.Now = func() time.Time { return time.Now().Add(time.Minute) }
		second := pull(t, c, later, stream, remote.Changes, first.checkpoint())
		third := pull(t, c, later, stream, remote.Changes, second.checkpoint())
		if stream == "conversation" && len(third.records()) > 0 {
			t.Errorf("conversation: %d records were read a third time", len(third.records()))
		}
	}
	counted := pull(t, c, conn, "tickets", remote.Census, nil)
	if len(counted.pages[0].Seen[record.KindTicket]) == 0 {
		t.Error("a census saw no ticket")
	}
}

// requested makes a ticket the way a client does, and returns the action done.
func requested(t *testing.T, c remote.Connector, conn remote.Conn) action.Action {
	t.Helper()
	a := action.Action{
		Ref: action.NewRef(), Kind: action.TicketCreate, Company: "Nordwind Logistik GmbH",
		Actor: action.Actor{Name: "Ines Vogt", Email: "ines.vogt@nordwind.example"},
		Input: action.Input{Subject: "Scanner in hall 3 is “größer” ✓", Text: "It does not start.\nSerial 4711.", Queue: "Support",
			Files: []action.File{{ID: "f1", Name: "photo of it.txt", ContentType: "text/plain"}}},
	}
	return done(t, c, conn, a)
}

func done(t *testing.T, c remote.Connector, conn remote.Conn, a action.Action) action.Action {
	t.Helper()
	mark, out := c.Prepare(t.Context(), conn, a)
	if out.Verdict != remote.Done {
		t.Fatalf("prepare %s: %+v", a.Kind, out)
	}
	a.Mark = mark
	if out = c.Act(t.Context(), conn, a); out.Verdict != remote.Done {
		t.Fatalf("act %s: %+v", a.Kind, out)
	}
	a.Reference = out.Reference
	if out = c.Confirm(t.Context(), conn, a); out.Verdict != remote.Done {
		t.Fatalf("confirm %s: %+v", a.Kind, out)
	}
	if len(out.Records) == 0 {
		t.Fatalf("confirm %s read nothing for the read model", a.Kind)
	}
	return a
}

func on(ticket action.Action, kind action.Kind, text string) action.Action {
	return action.Action{
		Ref: action.NewRef(), Kind: kind, External: ticket.Reference, Actor: ticket.Actor, Input: action.Input{Text: text},
	}
}

func TestLiveCreateReplyCloseReopen(t *testing.T) {
	c, conn := live(t)
	ticket := requested(t, c, conn)
	reply := on(ticket, action.TicketReply, "It works now, thank you.")
	reply.Input.Files = []action.File{{ID: "f2", Name: "log.txt", ContentType: "text/plain"}}
	reply = done(t, c, conn, reply)
	done(t, c, conn, on(ticket, action.TicketClose, ""))
	done(t, c, conn, on(ticket, action.TicketReopen, ""))

	records, err := c.Read(t.Context(), conn, []record.Ref{{Kind: record.KindTicket, External: ticket.Reference}})
	if err != nil {
		t.Fatal(err)
	}
	var mine []record.Comment
	for _, r := range records {
		switch body := r.Body.(type) {
		case record.Ticket:
			if body.Status != "open" || r.Company != ticket.Company || body.Requester.Email != ticket.Actor.Email || body.Subject != ticket.Input.Subject {
				t.Errorf("ticket %+v of %q", body, r.Company)
			}
		case record.Comment:
			if body.ActionRef != "" {
				mine = append(mine, body)
			}
		case record.Attachment:
			file, err := c.Open(t.Context(), conn, record.Ref{Kind: record.KindAttachment, External: r.External})
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
		}
	}
	if len(mine) != 2 || mine[0].ActionRef != ticket.Ref || mine[1].ActionRef != reply.Ref || mine[1].Text != reply.Input.Text || mine[1].Author.Name != "Ines Vogt" {
		t.Errorf("our own entries %+v", mine)
	}
}

// losing forgets the answer of the first write after it took effect.
type losing struct {
	http.RoundTripper
	lost bool
}

func (l *losing) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	if err == nil && !l.lost && r.Method == http.MethodPost {
		l.lost = true
		resp.Body.Close()
		return nil, errors.New("connection reset by peer")
	}
	return resp, err
}

func TestLiveLostAnswersAreFoundAgain(t *testing.T) {
	c, conn := live(t)
	ticket := requested(t, c, conn)
	reply := on(ticket, action.TicketReply, "Sent once.")
	create := action.Action{Ref: action.NewRef(), Kind: action.TicketCreate, Actor: ticket.Actor, Company: ticket.Company,
		Input: action.Input{Subject: "Lost and found", Text: "Once.", Queue: "Support"}}
	for _, a := range []action.Action{reply, create} {
		if out := c.Probe(t.Context(), conn, a); out.Verdict != remote.Retry {
			t.Errorf("probe of %s before it was sent: %+v", a.Kind, out)
		}
		a.Mark, _ = c.Prepare(t.Context(), conn, a)
		broken := conn
		broken.Transport = &losing{RoundTripper: conn.Transport}
		if out := c.Act(t.Context(), broken, a); out.Verdict != remote.Unknown {
			t.Fatalf("lost answer of %s: %+v", a.Kind, out)
		}
		out := c.Probe(t.Context(), conn, a)
		if out.Verdict != remote.Done || out.Reference == "" {
			t.Fatalf("probe of %s: %+v", a.Kind, out)
		}
		a.Reference = out.Reference
		if out = c.Confirm(t.Context(), conn, a); out.Verdict != remote.Done {
			t.Errorf("confirm of %s: %+v", a.Kind, out)
		}
	}
}

func TestLiveStaleWritesAreNotApplied(t *testing.T) {
	c, conn := live(t)
	ticket := requested(t, c, conn)
	stale := on(ticket, action.TicketClose, "")
	stale.Mark, _ = c.Prepare(t.Context(), conn, stale)
	done(t, c, conn, on(ticket, action.TicketReply, "First."))
	if out := c.Act(t.Context(), conn, stale); out.Verdict != remote.Retry {
		t.Errorf("close with a stale mark: %+v", out)
	}
	if out := c.Confirm(t.Context(), conn, stale); out.Verdict != remote.Retry {
		t.Errorf("confirm of a close that was not applied: %+v", out)
	}
	stale.Base = "new@2026-01-01T00:00:00Z"
	if _, out := c.Prepare(t.Context(), conn, stale); out.Verdict != remote.Conflict || len(out.Diff) != 1 || out.Diff[0].Now != "open" {
		t.Errorf("close on a changed status: %+v", out)
	}
}
