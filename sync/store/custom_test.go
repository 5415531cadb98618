package store_test

import (
	"strconv"
	"strings"
	"testing"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// having is a record with custom fields: id, then the value.
func having(r record.Record, fields ...string) record.Record {
	r.Custom = nil
	for i := 0; i+1 < len(fields); i += 2 {
		r.Custom = append(r.Custom, record.Custom{ID: fields[i], Label: "Field " + fields[i], Type: record.CustomText, Values: []string{fields[i+1]}})
	}
	return r
}

func (w *world) show(t *testing.T, id, name string, to record.Audience) {
	t.Helper()
	list, err := w.sys.CustomFields(t.Context(), chief, w.conn)
	must(t, err)
	for _, f := range list {
		if f.ID == id {
			is := f
			is.Name, is.Shown = name, to
			must(t, w.sys.ShowField(t.Context(), chief, w.conn, f, is))
			return
		}
	}
	t.Fatalf("there is no field %s", id)
}

// extras is what a viewer reads of the custom fields of ticket 1.
func (w *world) extras(t *testing.T, s access.Scope, a record.AccountID) string {
	t.Helper()
	for _, r := range tickets(t.Context(), t, w, s, a) {
		if r.Stamp.External == "1" {
			d, err := w.acc.Detail(t.Context(), s, a, record.KindTicket, r.ID)
			must(t, err)
			var out []string
			for _, e := range d.Custom {
				out = append(out, e.Label+"="+strings.Join(e.Values, "+"))
			}
			return strings.Join(out, " ")
		}
	}
	t.Fatal("there is no ticket 1")
	return ""
}

func TestACustomFieldIsHiddenUntilSomebodyShowsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	w.pull(t, "tickets", having(ticket("1", "Nordwind", "VPN", "open", w.clock()), "7", "CANARY", "8", "staff words"))
	w.match(t, "Nordwind", a) // the fields wait with their record
	s, agent := owner(a), grant.StaffIn(marek, access.Agent, a)
	program := grant.Key(apikey.Key{ID: apikey.NewID(), Name: "Books", Scopes: []apikey.Scope{apikey.TicketsRead}})
	sees := func(when string, s access.Scope, want string) {
		t.Helper()
		if got := w.extras(t, s, a); got != want {
			t.Errorf("%s: %q, not %q", when, got, want)
		}
	}
	sees("a client, first", s, "")
	sees("staff, first", agent, "")
	w.show(t, "7", "Cost centre", record.ShownClients)
	w.show(t, "8", "", record.ShownStaff)
	sees("a client", s, "Cost centre=CANARY")
	sees("staff", agent, "Cost centre=CANARY Field 8=staff words")
	sees("a program", program, "Cost centre=CANARY")
	for _, words := range []string{"CANARY", "staff words"} {
		page, err := w.acc.List(t.Context(), s, a, record.Query{Kind: record.KindTicket, Search: words})
		must(t, err)
		if len(page.Rows) != 0 {
			t.Errorf("a custom field is found by a search for %q", words)
		}
	}
	w.show(t, "7", "Cost centre", record.ShownNobody)
	sees("a client, hidden again", s, "")
	if list, err := w.sys.CustomFields(t.Context(), s, w.conn); err == nil {
		t.Errorf("a client lists %v", list)
	}
	if _, err := w.sys.SampleValues(t.Context(), agent, w.conn, record.KindTicket, "7"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("samples are for administrators: %v", err)
	}
	samples, err := w.sys.SampleValues(t.Context(), chief, w.conn, record.KindTicket, "7")
	must(t, err)
	if len(samples) != 1 || samples[0] != "CANARY" {
		t.Errorf("samples: %v", samples)
	}
	counts, looked, err := w.sys.Coverage(t.Context(), chief, w.conn)
	must(t, err)
	if counts[record.KindTicket]["7"] != 1 || looked[record.KindTicket] != 1 {
		t.Errorf("%v of %v", counts, looked)
	}
}

func TestOnlyAShownFieldIsNews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	one := ticket("1", "Nordwind", "VPN", "open", w.clock())
	w.pull(t, "tickets", having(one, "7", "a", "8", "b"))
	w.match(t, "Nordwind", a)
	w.show(t, "7", "Cost centre", record.ShownClients)
	drain(t, w)
	for _, c := range []struct {
		what    string
		is      record.Record
		written int
		events  int
	}{
		{"nothing changed", having(one, "7", "a", "8", "b"), 0, 0},
		{"the order of fields is no change", having(one, "8", "b", "7", "a"), 0, 0},
		{"a hidden field changed", having(one, "7", "a", "8", "c"), 1, 0},
		{"a hidden field went", having(one, "7", "a"), 1, 0},
		{"a shown field changed", having(one, "7", "z"), 1, 1},
		{"all fields went", one, 1, 1},
		{"a hidden field came", having(one, "8", "b"), 1, 0},
		{"a shown field came", having(one, "7", "a", "8", "b"), 1, 1},
	} {
		r := w.pull(t, "tickets", c.is)
		if r.Counts.Written != c.written {
			t.Errorf("%s: %d were written, not %d", c.what, r.Counts.Written, c.written)
		}
		if got := len(drain(t, w)); got != c.events {
			t.Errorf("%s: %d events, not %d", c.what, got, c.events)
		}
	}
	if got := w.extras(t, owner(a), a); got != "Cost centre=a" {
		t.Errorf("in the end: %q", got)
	}
}

func TestCustomFieldsMoveAndGoWithTheirRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.account(t, "Nordwind"), w.account(t, "Brightleaf")
	one := having(ticket("1", "Nordwind", "VPN", "open", w.clock()), "7", "CANARY")
	w.pull(t, "tickets", one, ticket("2", "Brightleaf", "theirs", "open", w.clock()))
	w.match(t, "Nordwind", a)
	w.match(t, "Brightleaf", b)
	w.show(t, "7", "Cost centre", record.ShownClients)
	one.Company = "Brightleaf"
	w.pull(t, "tickets", one)
	if got := w.extras(t, owner(b), b); got != "Cost centre=CANARY" {
		t.Errorf("after the move: %q", got)
	}
	if got := len(tickets(t.Context(), t, w, owner(a), a)); got != 0 {
		t.Errorf("%d are left behind", got)
	}
	must(t, w.sys.Unmatch(t.Context(), w.conn, "Brightleaf"))
	if counts, _, err := w.sys.Coverage(t.Context(), chief, w.conn); err != nil || len(counts) != 0 {
		t.Errorf("what nobody sees keeps its fields in staging: %v, %v", counts, err)
	}
	w.match(t, "Brightleaf", b)
	if got := w.extras(t, owner(b), b); got != "Cost centre=CANARY" {
		t.Errorf("after the match: %q", got)
	}
	r := w.begin(t, "tickets", remote.Changes)
	r, err := w.sys.Commit(t.Context(), r, remote.Page{Deleted: []record.Ref{{Connection: w.conn, Kind: record.KindTicket, External: "1"}}, Next: remote.Checkpoint("n")}, lease)
	must(t, err)
	r.State = run.Done
	must(t, w.sys.Finish(t.Context(), r, w.clock()))
	if counts, _, err := w.sys.Coverage(t.Context(), chief, w.conn); err != nil || len(counts) != 0 {
		t.Errorf("fields outlived their record: %v, %v", counts, err)
	}
}

func TestWhatWasDecidedAboutAFieldStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	w.pull(t, "tickets", having(ticket("1", "Nordwind", "VPN", "open", w.clock()), "7", "a"))
	w.match(t, "Nordwind", a)
	w.show(t, "7", "Cost centre", record.ShownClients)
	must(t, w.sys.DefineFields(t.Context(), w.conn, []record.CustomField{
		{Kind: record.KindTicket, ID: "7", Label: "Renamed", Type: record.CustomNumber}, {Kind: record.KindAsset, ID: "7", Label: "Of assets"}}))
	list, err := w.sys.CustomFields(t.Context(), chief, w.conn)
	must(t, err)
	want := []record.CustomField{{Kind: record.KindAsset, ID: "7", Label: "Of assets", Shown: record.ShownNobody},
		{Kind: record.KindTicket, ID: "7", Label: "Renamed", Type: record.CustomNumber, Name: "Cost centre", Shown: record.ShownClients}}
	if len(list) != 2 || list[0] != want[0] || list[1] != want[1] {
		t.Errorf("%+v", list)
	}
	stale := list[1]
	stale.Shown = record.ShownNobody
	if err := w.sys.ShowField(t.Context(), chief, w.conn, stale, stale); !fault.Is(err, fault.Conflict) {
		t.Errorf("a decision about what is not there any more: %v", err)
	}
	if err := w.sys.ShowField(t.Context(), owner(a), w.conn, list[1], list[1]); err == nil {
		t.Error("a client decides what is shown")
	}
}

// Many records with fields come at once, and again with other values.
func TestManyCustomFieldsComeTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	of := func(value string) (page []record.Record) {
		for i := range 45 {
			page = append(page, having(ticket(strconv.Itoa(i+1), "Nordwind", "VPN", "open", w.clock()), "7", value, "8", strconv.Itoa(i)))
		}
		return page
	}
	w.pull(t, "tickets", of("first")...)
	w.match(t, "Nordwind", a)
	w.show(t, "7", "Cost centre", record.ShownClients)
	for _, value := range []string{"first", "second"} {
		w.pull(t, "tickets", of(value)...)
		if got := w.extras(t, owner(a), a); got != "Cost centre="+value {
			t.Errorf("ticket 1 has %q", got)
		}
	}
	counts, _, err := w.sys.Coverage(t.Context(), chief, w.conn)
	must(t, err)
	if filled := counts[record.KindTicket]; len(filled) != 2 || filled["7"] != 45 || filled["8"] != 45 {
		t.Errorf("filled in: %v", counts)
	}
}
