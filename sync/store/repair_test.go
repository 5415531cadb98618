package store_test

import (
	"crypto/sha256"
	"reflect"
	"slices"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/likeness"
	"portico/sync/record"
)

// A wrong match ends in one step, and the page afterwards tells what was stopped and
// who may have seen it, and of nobody else.
func TestARepairedMatchTellsWhatItHadShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.account(t, "Nordwind"), w.account(t, "Brightwater")
	people := map[string]access.User{}
	for name, account := range map[string]record.AccountID{"ines": a, "jonas": a, "lena": a, "carla": b} {
		u := access.User{ID: access.NewUserID(), Name: name, Email: name + "@firm.example"}
		must(t, w.sys.CreateUser(t.Context(), u, ""))
		must(t, w.sys.AddMember(t.Context(), account, u.ID, access.Owner))
		people[name] = u
	}
	w.pull(t, "tickets", ticket("1", "Wrong", "Printer", "open", w.clock()), ticket("2", "Right", "Screen", "open", w.clock()))
	if _, err := w.sys.Repair(t.Context(), w.conn, "Wrong"); !fault.Is(err, fault.NotFound) {
		t.Fatalf("before any repair: %v", err)
	}
	signIn := func(name string) {
		must(t, w.sys.Record(t.Context(), audit.New(audit.SignedIn, w.clock(), people[name].ID, people[name].ID)))
	}
	signIn("jonas") // before it was matched
	session := func(name string, seen time.Time) {
		must(t, w.sys.StartSession(t.Context(), sha256.Sum256([]byte(name)), access.Session{ID: access.NewUserID(), User: people[name], Created: w.clock(), LastSeen: seen, Expires: w.clock().Add(24 * time.Hour), Idle: time.Hour}))
	}
	session("lena", w.clock().Add(90*time.Minute)) // and stayed
	session("jonas", w.clock().Add(time.Minute))   // and went
	w.pass(time.Hour)
	amara := administrator(t, w, "amara")
	sys := w.sys.As(amara, action.Origin{})
	must(t, sys.Match(t.Context(), w.conn, "Wrong", a, "page"))
	must(t, sys.Match(t.Context(), w.conn, "Right", a, "page"))
	w.pass(time.Hour)
	signIn("ines")
	signIn("carla")
	var waits action.Action
	for _, row := range tickets(t.Context(), t, w, owner(a), a) {
		made, err := w.acc.Submit(t.Context(), owner(a), action.Draft{Account: a, Kind: action.TicketReply, Target: row.ID, Key: row.Number, Input: action.Input{Text: "Hello"}})
		must(t, err)
		if row.Number == "1" {
			waits = made
		}
	}
	w.pass(time.Hour)
	must(t, sys.Unmatch(t.Context(), w.conn, "Wrong"))
	w.pass(time.Hour)
	signIn("jonas") // after it was hidden
	got, err := w.sys.Repair(t.Context(), w.conn, "Wrong")
	must(t, err)
	if got.Account.ID != a || got.Records != 1 || got.HiddenBy != "amara" || got.MatchedBy != "amara" || got.Hidden.Sub(got.Matched) != 2*time.Hour {
		t.Errorf("%+v", got)
	}
	if len(got.Stopped) != 1 || got.Stopped[0].Ref != waits.Ref || len(got.Sent) != 0 {
		t.Errorf("stopped %+v, sent %+v", got.Stopped, got.Sent)
	}
	if len(got.People) != 2 || got.People[0].Name != "ines" || got.People[1].Name != "lena" {
		t.Errorf("seen by %+v", got.People)
	}
	if rows := tickets(t.Context(), t, w, owner(a), a); len(rows) != 1 || rows[0].Number != "2" {
		t.Errorf("the account sees %+v", rows)
	}
}

// Companies are suggested by where their contacts' mail goes.
func TestContactsTellTheDomainOfTheirCompany(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	contact := func(external, company, mail string) record.Record {
		return record.Record{Kind: record.KindContact, External: external, Company: company, Updated: w.clock(), Body: record.Contact{Name: external, Email: mail}}
	}
	w.pull(t, "tickets", contact("a", "Nordwind", "a@Nordwind.example"), contact("b", "Nordwind", "b@nordwind.example"), contact("c", "Vale", "c@vale.example"))
	w.pull(t, "tickets", record.Record{Kind: record.KindAccount, External: "n", Company: "Nordwind", Updated: w.clock(),
		Body: record.Account{Name: "Nordwind", TaxID: "DE 811 907 980", Registration: "HRB 12345 B", Domains: []string{"www.nordwind.test"}}})
	got, err := w.sys.CompanyMarks(t.Context(), w.conn, []string{"Nordwind", "nobody"})
	must(t, err)
	want := likeness.Marks{TaxIDs: []string{"DE 811 907 980"}, Registrations: []string{"HRB 12345 B"}, Domains: []string{"nordwind.test", "nordwind.example"}}
	if len(got) != 1 || !reflect.DeepEqual(got["Nordwind"], want) {
		t.Errorf("%+v", got)
	}
	nordwind := w.account(t, "Nordwind")
	must(t, w.sys.Match(t.Context(), w.conn, "Nordwind", nordwind, "test"))
	account := w.account(t, "Vale")
	u := access.User{ID: access.NewUserID(), Name: "c", Email: "c@vale.example"}
	must(t, w.sys.CreateUser(t.Context(), u, ""))
	must(t, w.sys.AddMember(t.Context(), account, u.ID, access.Owner))
	known, err := w.sys.KnownAccounts(t.Context())
	must(t, err)
	for _, k := range known {
		switch {
		case k.ID == nordwind && !reflect.DeepEqual(k.Marks, want), k.ID == account && !slices.Equal(k.Domains, []string{"vale.example"}):
			t.Errorf("of %s: %+v", k.Name, k.Marks)
		}
	}
	if len(known) != 2 {
		t.Errorf("%+v", known)
	}
}
