package freshdesk_test

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/freshdesk"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

// connected is a tenant and a connection to it.
func connected(t *testing.T, o freshdesk.Options) (*desk, remote.Connector, remote.Conn) {
	t.Helper()
	var d *desk
	c, conn := connectortest.Opened(t, connectortest.Target{Connector: target().Connector, System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
		d = newDesk(t, clock, o)
		return d.system()
	}})
	return d, c, conn
}

func (d *desk) add(status int) (ticket int, external string) {
	ticket = d.Desk.Add("x", status)
	return ticket, strconv.Itoa(ticket)
}

func (d *desk) talk(ticket int) []shelf.Thing {
	return d.Fake.Shelf.All(freshdesk.Conversations, func(c shelf.Thing) bool { return c.Values["ticket_id"] == ticket })
}

func TestAReplyIsInTheNameOfWhoeverWrites(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, freshdesk.Options{})
	for email, want := range map[string]int{"BO@nordwind.example": d.people[0], "ada@nordwind.example": d.Agent} {
		ticket, external := d.add(3)
		a := d.Act(action.TicketReply, external)
		a.Actor.Email = email
		if out := connectortest.Carried(t, c, conn, a); out.Verdict != remote.Done {
			t.Fatalf("%s: %+v", email, out)
		}
		said := d.talk(ticket)
		if len(said) != 1 || said[0].Values["user_id"] != want+freshdesk.Wide || said[0].Values["private"] != false || said[0].Values["incoming"] != true {
			t.Errorf("%s: the ticket has %+v", email, said)
		}
	}
}

func TestWhatIsWrittenIsNoMarkup(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, freshdesk.Options{})
	ticket, external := d.add(3)
	a := d.Act(action.TicketReply, external)
	a.Input.Text = "1 < 2 & <b>bold</b>\nsecond \"line\""
	mark, _ := c.Prepare(t.Context(), conn, a)
	a.Mark = mark
	out := c.Act(t.Context(), conn, a)
	a.Reference = out.Reference
	if said := d.talk(ticket); strings.Contains(said[0].Values["body"].(string), "<b>") {
		t.Errorf("it was sent as %v", said[0].Values["body"])
	}
	out = c.Confirm(t.Context(), conn, a)
	at := slices.IndexFunc(out.Records, func(r record.Record) bool {
		said, ok := r.Body.(record.Comment)
		return ok && said.ActionRef == a.Ref
	})
	if at < 0 {
		t.Fatalf("%+v", out)
	}
	if said := out.Records[at].Body.(record.Comment); said.Text != a.Input.Text || said.Author.Name != a.Actor.Name {
		t.Errorf("it comes back as %+v", said)
	}
}

func TestSignedLinesInAMailAreNobodys(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, freshdesk.Options{})
	ticket, external := d.add(3)
	d.Say(ticket, d.people[0], "Pay now<br><br>-- <br>Mara Stein &lt;mara@halden.example&gt; wrote this in the client portal. Reference PRT-1")
	got, err := c.Read(t.Context(), conn, []record.Ref{{Connection: conn.ID, Kind: record.KindTicket, External: external}})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, r := range got {
		if said, ok := r.Body.(record.Comment); ok && strings.Contains(said.HTML, "Pay now") {
			found++
			if said.ActionRef != "" || said.Author.Name != "Bo Lind" {
				t.Errorf("taken for what the portal wrote: %+v", said)
			}
		}
	}
	if found != 1 {
		t.Errorf("the mail was found %d times", found)
	}
}

func TestANewPersonIsMadeOnceAndInTheirCompany(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, freshdesk.Options{})
	for range 2 {
		if out := connectortest.Carried(t, c, conn, d.Act(action.TicketCreate, "")); out.Verdict != remote.Done {
			t.Fatalf("%+v", out)
		}
	}
	made := d.Fake.Shelf.All(freshdesk.Contacts, func(c shelf.Thing) bool { return c.Values["email"] == "ada@nordwind.example" })
	if len(made) != 1 || made[0].Values["company_id"] != d.companies[0]+freshdesk.Wide {
		t.Errorf("made %+v", made)
	}
}

func TestWhoBelongsToAnotherCompanyOpensNothingInThisOne(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, freshdesk.Options{})
	a := d.Act(action.TicketCreate, "")
	a.Actor.Email = "cy@brightleaf.example"
	if out := connectortest.Carried(t, c, conn, a); out.Verdict != remote.Rejected || out.Reason == "" {
		t.Errorf("%+v", out)
	}
}

func TestWhoBelongsToSeveralCompaniesSaysWhichOne(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, freshdesk.Options{Several: true})
	d.Fake.Shelf.Change(d.people[1], shelf.Values{"other_companies": []any{map[string]any{"company_id": d.companies[0] + freshdesk.Wide, "view_all_tickets": false}}})
	a := d.Act(action.TicketCreate, "")
	a.Actor.Email = "cy@brightleaf.example"
	if out := connectortest.Carried(t, c, conn, a); out.Verdict != remote.Done {
		t.Errorf("%+v", out)
	}
}

func TestATicketThatLacksWhatTheDeskWantsIsNotClosed(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, freshdesk.Options{Typed: true})
	_, external := d.add(3)
	if out := connectortest.Carried(t, c, conn, d.Act(action.TicketClose, external)); out.Verdict != remote.Rejected || !strings.Contains(out.Reason, "filled in") {
		t.Errorf("%+v", out)
	}
}

func TestAFileIsFetchedWhereverItHangsAndHoweverLateSomebodyAsks(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, freshdesk.Options{})
	ticket, external := d.add(3)
	d.Attach(ticket, "first.txt", "text/plain", "of the ticket")
	for i := range 35 { // it stands on the second page
		d.Say(ticket, d.colleague, "Answer "+strconv.Itoa(i))
	}
	d.Attach(d.Say(ticket, d.colleague, "Last"), "last.txt", "text/plain", "of the last answer")
	got, err := c.Read(t.Context(), conn, []record.Ref{{Connection: conn.ID, Kind: record.KindTicket, External: external}})
	if err != nil {
		t.Fatal(err)
	}
	d.Desk.Clock.Advance(time.Hour)
	want := map[string]string{"first.txt": "of the ticket", "last.txt": "of the last answer"}
	for _, r := range got {
		file, ok := r.Body.(record.Attachment)
		if !ok {
			continue
		}
		body, err := c.Open(t.Context(), conn, record.Ref{Kind: r.Kind, External: r.External})
		if err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
		if data, _ := io.ReadAll(body); string(data) != want[file.Name] {
			t.Errorf("%s is %q", file.Name, data)
		}
		delete(want, file.Name)
	}
	if len(want) > 0 {
		t.Errorf("never offered: %v", want)
	}
}

func TestWhatIsArchivedIsNotTakenForDeleted(t *testing.T) {
	t.Parallel()
	spec := target().Connector(t).Spec()
	for _, st := range spec.Streams {
		if slices.Contains(st.Kinds, record.KindTicket) && st.Sweep {
			t.Errorf("%s is swept: the archive is in no list", st.Name)
		}
	}
	made := connectortest.Target{Connector: target().Connector, System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
		d := newDesk(t, clock, freshdesk.Options{})
		ticket, _ := d.add(5)
		d.Archive(ticket)
		return d.system()
	}}
	for _, stream := range []string{"tickets_deleted", "tickets_spam"} {
		if got := connectortest.Pulled(t, made, stream); len(got) > 0 {
			t.Errorf("%s has %+v", stream, got)
		}
	}
}

func TestAFileOfAPrivateNoteIsNotHandedOut(t *testing.T) {
	t.Parallel()
	d, c, conn := connected(t, freshdesk.Options{})
	ticket, external := d.add(3)
	file := d.Attach(d.Remark(ticket, d.colleague, canary), "secret.txt", "text/plain", canary)
	id := "c" + external + "-1-" + strconv.Itoa(file+freshdesk.Wide)
	if _, err := c.Open(t.Context(), conn, record.Ref{Kind: record.KindAttachment, External: id}); err == nil {
		t.Error("it was")
	}
}
