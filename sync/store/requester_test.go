package store_test

import (
	"testing"

	"portico/sync/action"
	"portico/sync/record"
)

// One person is another contact in each system: what they ask for names the one of the
// system that it goes to, and never somebody else's.
func TestAClaimNamesThePersonAsItsSystemDoes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	contact := func(external, company, mail string) record.Record {
		return record.Record{Kind: record.KindContact, External: external, Company: company, Updated: d.clock(), Body: record.Contact{Name: external, Email: mail}}
	}
	other := d.world.account(t, "Other")
	d.pull(t, "tickets", contact("desk-7", "Nordwind", "Ines@Nordwind.example"), contact("desk-8", "Nordwind", "jan@nordwind.example"), contact("foreign", "Other", "ines@nordwind.example"))
	d.match(t, "Other", other)
	claimed := func(a action.Action) string {
		t.Helper()
		return d.mustClaim(t, a.ID).Action.Contact
	}
	if got := claimed(d.submit(t, "1", "reply")); got != "desk-7" {
		t.Errorf("a reply is of %q", got)
	}
	fresh := func(key string, c record.ConnectionID) action.Action {
		t.Helper()
		a, err := d.acc.Submit(t.Context(), d.owner, action.Draft{Account: d.account, Kind: action.TicketCreate, Connection: c, Key: key, Input: action.Input{Subject: "New", Text: "words"}})
		must(t, err)
		return a
	}
	if got := claimed(fresh("a", d.conn)); got != "desk-7" {
		t.Errorf("a request is of %q", got)
	}

	// The same person in another system.
	first := d.conn
	d.conn = d.connection(t, "Other desk")
	d.pull(t, "tickets", contact("other-3", "Nordwind", "ines@nordwind.example"))
	d.match(t, "Nordwind", d.account)
	if got := claimed(fresh("b", d.conn)); got != "other-3" {
		t.Errorf("in the other system it is of %q", got)
	}
	// Two of one address are not told apart.
	d.pull(t, "tickets", contact("other-4", "Nordwind", "ines@nordwind.example"))
	if got := claimed(fresh("c", d.conn)); got != "" {
		t.Errorf("of two it takes %q", got)
	}
	if got := claimed(fresh("d", first)); got != "desk-7" {
		t.Errorf("the first system is asked by %q", got)
	}
}
