package zendesk_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/rest"
	"portico/connectors/vendorfake/shelf"
	"portico/connectors/vendorfake/zendesk"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

// connected is a tenant and a connection to it.
func connected(t *testing.T, o zendesk.Options) (*desk, remote.Connector, remote.Conn) {
	t.Helper()
	d := newDesk(t, connectortest.NewClock(), o)
	srv := httptest.NewServer(d.Fake)
	t.Cleanup(srv.Close)
	return d, target().Connector(t), remote.Conn{
		ID: record.NewConnectionID(), Settings: map[string]string{"url": srv.URL, "user": agent}, Log: slog.New(slog.DiscardHandler), Now: d.Desk.Clock.Now,
		Secret: func(string) (string, error) { return "good", nil }, Transport: srv.Client().Transport, Budget: rest.NewBudget(rest.Limit{}, d.Desk.Clock.Now),
		File: func(_ context.Context, id string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("bytes of " + id)), nil
		},
	}
}

func TestAReplyIsInTheNameOfTheRequesterAndCarriesItsFiles(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, zendesk.Options{})
	ticket := d.Desk.Add("x", "pending")
	a := d.Act(action.TicketReply, d.last())
	a.Actor.Email = "BO@nordwind.example" // who asked for the ticket, as a person may write it
	d.Fake.Shelf.Change(ticket, shelf.Values{"requester_id": d.people[0] + zendesk.Wide})
	a.Input.Files = []action.File{{ID: "f1", Name: "log.txt", ContentType: "text/plain"}}
	if out := connectortest.Carried(t, c, conn, a); out.Verdict != remote.Done {
		t.Fatalf("%+v", out)
	}
	said := d.Fake.Shelf.All(zendesk.Comments, func(c shelf.Thing) bool { return c.Values["ticket"] == ticket })
	if len(said) != 1 || said[0].Values["author_id"] != d.people[0]+zendesk.Wide {
		t.Fatalf("the ticket has %+v", said)
	}
	files := d.Fake.Shelf.All(zendesk.Attachments, func(f shelf.Thing) bool { return f.Values["comment"] == said[0].ID })
	if len(files) != 1 || files[0].Values["bytes"] != "bytes of f1" || files[0].Values["file_name"] != "log.txt" {
		t.Errorf("the comment has the files %+v", files)
	}
	if now, _ := d.Fake.Shelf.Get(zendesk.Tickets, ticket); now.Values["status"] != "open" {
		t.Errorf("what waited for the client is still %v", now.Values["status"])
	}
}

func TestAReplyOfSomebodyTheTicketDoesNotKnowIsTheAgents(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, zendesk.Options{})
	ticket := d.Desk.Add("x", "open")
	if out := connectortest.Carried(t, c, conn, d.Act(action.TicketReply, d.last())); out.Verdict != remote.Done {
		t.Fatalf("%+v", out)
	}
	said := d.Fake.Shelf.All(zendesk.Comments, func(c shelf.Thing) bool { return c.Values["ticket"] == ticket })
	if len(said) != 1 || said[0].Values["author_id"] != d.Admin+zendesk.Wide {
		t.Errorf("the ticket has %+v", said)
	}
}

func TestAClosedTicketIsRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, zendesk.Options{})
	d.Desk.Add("x", "closed")
	for _, kind := range []action.Kind{action.TicketReply, action.TicketReopen, action.TicketClose} {
		if out := connectortest.Carried(t, c, conn, d.Act(kind, d.last())); out.Verdict != remote.Rejected || !strings.Contains(out.Reason, "open a new one") {
			t.Errorf("%s: %+v", kind, out)
		}
	}
}

func TestTheSecondRequestOfANewPersonMakesNoSecondPerson(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, zendesk.Options{})
	for range 2 { // the search does not know them yet, the second time
		if out := connectortest.Carried(t, c, conn, d.Act(action.TicketCreate, "")); out.Verdict != remote.Done {
			t.Fatalf("%+v", out)
		}
	}
	d.Desk.Clock.Advance(time.Hour)
	if out := connectortest.Carried(t, c, conn, d.Act(action.TicketCreate, "")); out.Verdict != remote.Done {
		t.Fatalf("%+v", out)
	}
	if n := len(d.Fake.Shelf.All(zendesk.Users, func(u shelf.Thing) bool { return u.Values["email"] == "ada@nordwind.example" })); n != 1 {
		t.Errorf("there are %d of them", n)
	}
}

func TestWhoBelongsToAnotherOrganizationIsNotGivenATicketOfThisOne(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, zendesk.Options{})
	a := d.Act(action.TicketCreate, "")
	a.Actor.Email = "cy@brightleaf.example"
	if out := connectortest.Carried(t, c, conn, a); out.Verdict != remote.Rejected || out.Reason == "" {
		t.Errorf("%+v", out)
	}
}

func TestAnUpdateThatComesBetweenTheLookAndTheWriteIsAConflict(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, zendesk.Options{})
	ticket := d.Desk.Add("x", "open")
	a := d.Act(action.TicketClose, d.last())
	mark, _ := c.Prepare(t.Context(), conn, a)
	a.Mark = mark
	d.Desk.Clock.Advance(time.Second)
	d.Fake.Shelf.Touch(ticket)
	if out := c.Act(t.Context(), conn, a); out.Verdict != remote.Conflict || d.Moved(ticket, "solved") > 0 {
		t.Errorf("%+v, moved %d times", out, d.Moved(ticket, "solved"))
	}
}

func TestACommentThatIsMadePrivateLeaves(t *testing.T) {
	t.Parallel()
	made := connectortest.Target{Connector: target().Connector, System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
		d := newDesk(t, clock, zendesk.Options{})
		srv := httptest.NewServer(d.Fake)
		t.Cleanup(srv.Close)
		for _, c := range d.Fake.Shelf.All(zendesk.Comments, nil) {
			d.Fake.Shelf.Change(c.ID, shelf.Values{"public": false})
		}
		return d.Hooks(&connectortest.System{Settings: map[string]string{"url": srv.URL, "user": agent}, Secrets: map[string]string{"token": "good"}, Faults: d.Faults, Main: "tickets"})
	}}
	if got := connectortest.Pulled(t, made, "conversation"); len(got) > 0 {
		t.Errorf("%d records of private comments", len(got))
	}
}

func TestAFileIsFetchedFromWhereZendeskKeepsIt(t *testing.T) {
	t.Parallel()
	kept := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, signed := r.BasicAuth(); signed {
			t.Error("the token went to the storage")
		}
		_, _ = w.Write([]byte("all is well"))
	}))
	t.Cleanup(kept.Close)
	for _, o := range []zendesk.Options{{}, {Storage: kept.URL}} {
		d, c, conn := connected(t, o)
		file := d.Fake.Shelf.All(zendesk.Attachments, nil)[0]
		r, err := c.Open(t.Context(), conn, record.Ref{Kind: record.KindAttachment, External: d.external(file.ID)})
		if err != nil {
			t.Fatal(err)
		}
		if data, _ := io.ReadAll(r); string(data) != "all is well" {
			t.Errorf("read %q", data)
		}
	}
}
