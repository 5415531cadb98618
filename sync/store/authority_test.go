package store_test

import (
	"testing"
	"time"

	"portico/sync/action"
	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/visibility"
)

// twoBooks is an account that a help desk and a bookkeeping both send invoices of.
type twoBooks struct {
	*world
	a           record.AccountID
	books, desk record.ConnectionID
}

func bill(external, company, number, title string, at time.Time) record.Record {
	return record.Record{Kind: record.KindInvoice, External: external, Company: company, Created: at, Updated: at,
		Body: record.Invoice{Number: number, Title: title, Status: "open", Currency: "EUR", Total: "7", Balance: "7"}}
}

func newTwoBooks(t *testing.T) *twoBooks {
	t.Helper()
	w := newWorld(t)
	b := &twoBooks{world: w, a: w.account(t, "Nordwind")}
	b.desk, b.books = b.system(t, "Desk"), b.system(t, "Books")
	for _, c := range []record.ConnectionID{b.desk, b.books} {
		w.conn = c
		w.pull(t, "tickets", ticket("t", "Nordwind", "Printer", "open", w.clock()))
		w.match(t, "Nordwind", b.a)
	}
	return b
}

// system connects something that brings requests, assets and invoices.
func (b *twoBooks) system(t *testing.T, name string) record.ConnectionID {
	t.Helper()
	id := record.NewConnectionID()
	must(t, b.sys.CreateConnection(t.Context(), remote.Connection{ID: id, Connector: "requesttracker", Name: name, Settings: map[string]string{}}, []remote.Stream{
		{Name: "tickets", Kinds: []record.Kind{record.KindTicket}, Every: time.Minute, FreshFor: time.Hour},
		{Name: "assets", Kinds: []record.Kind{record.KindAsset, record.KindInvoice}, Every: time.Minute, FreshFor: time.Hour}}))
	return id
}

func (b *twoBooks) send(t *testing.T, from record.ConnectionID, list ...record.Record) {
	t.Helper()
	b.conn = from
	b.pull(t, "assets", list...)
}

func (b *twoBooks) rule(alone authority.Alone) authority.Rule {
	return authority.Rule{Kind: record.KindInvoice, Authority: b.books, Other: b.desk, Alone: alone}
}

// seen lists the invoices of the client as "source/external".
func (b *twoBooks) seen(t *testing.T) map[string]record.Row {
	t.Helper()
	page, err := b.acc.List(t.Context(), owner(b.a), b.a, record.Query{Kind: record.KindInvoice})
	must(t, err)
	out := map[string]record.Row{}
	for _, r := range page.Rows {
		from := "desk/"
		if r.Stamp.Connection == b.books {
			from = "books/"
		}
		out[from+r.Stamp.External] = r
	}
	return out
}

func (b *twoBooks) sees(t *testing.T, when string, want ...string) map[string]record.Row {
	t.Helper()
	got := b.seen(t)
	for _, w := range want {
		if _, ok := got[w]; !ok {
			t.Errorf("%s: %s is not seen", when, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d are seen, want %v", when, len(got), want)
	}
	return got
}

func pair(other, of string) authority.Pair { return authority.Pair{Other: other, Authority: of} }

func TestOneOfTwoIsShownWithBothSources(t *testing.T) {
	t.Parallel()
	b := newTwoBooks(t)
	b.send(t, b.desk, bill("d1", "Nordwind", "INV-1", "support", b.clock()), bill("d2", "Nordwind", "INV-2", "only the desk", b.clock()))
	b.send(t, b.books, bill("b1", "Nordwind", "inv-1 ", "support", b.clock()), bill("b9", "Nordwind", "INV-9", "only the books", b.clock()))
	both := b.sees(t, "before", "desk/d1", "desk/d2", "books/b1", "books/b9")

	thought, err := b.sys.AuthorityStanding(t.Context(), b.rule(authority.Shown), authority.Waiting, "", 0, 10)
	must(t, err)
	if thought.Waiting != 1 || thought.Sure != 1 || thought.Single != 1 || len(thought.List) != 1 || thought.List[0].Of.External != "b1" || thought.Names[b.a] != "Nordwind" {
		t.Errorf("what naming it would do: %+v", thought)
	}
	b.sees(t, "a thought changes nothing", "desk/d1", "desk/d2", "books/b1", "books/b9")

	must(t, b.sys.NameAuthority(t.Context(), b.rule(authority.Shown)))
	b.sees(t, "what waits for a person is not shown twice", "desk/d2", "books/b1", "books/b9")
	must(t, b.sys.NameAuthority(t.Context(), b.rule(authority.Held)))
	b.sees(t, "what only the desk has is kept back", "books/b1", "books/b9")
	must(t, b.sys.NameAuthority(t.Context(), b.rule(authority.Shown)))

	d, err := b.acc.Detail(t.Context(), owner(b.a), b.a, record.KindInvoice, both["books/b1"].ID)
	must(t, err)
	if len(d.Stamp.Others()) != 0 {
		t.Errorf("attached by a guess: %+v", d.Stamp.Others())
	}
	n, err := b.sys.AttachSure(t.Context(), record.KindInvoice, b.desk)
	must(t, err)
	d, err = b.acc.Detail(t.Context(), owner(b.a), b.a, record.KindInvoice, both["books/b1"].ID)
	must(t, err)
	if n != 1 || len(d.Stamp.Others()) != 1 || d.Stamp.Others()[0].External != "d1" || d.Stamp.Others()[0].Connection != b.desk || d.Stamp.Others()[0].ReadAt.IsZero() {
		t.Errorf("%d attached, %+v", n, d.Stamp.Others())
	}
	to, err := b.acc.StandsFor(t.Context(), owner(b.a), b.a, both["desk/d1"].ID)
	must(t, err)
	if to != d.ID {
		t.Errorf("the copy is shown as %s, want %s", to, d.ID)
	}
	for _, s := range []record.ID{both["desk/d2"].ID, d.ID, record.NewID()} {
		if _, err := b.acc.StandsFor(t.Context(), owner(b.a), b.a, s); !fault.Is(err, fault.NotFound) {
			t.Errorf("no copy stands for something: %v", err)
		}
	}
}

func TestAttachmentOutlivesPulls(t *testing.T) {
	t.Parallel()
	b := newTwoBooks(t)
	must(t, b.sys.NameAuthority(t.Context(), b.rule(authority.Shown)))
	b.send(t, b.desk, bill("d1", "Nordwind", "INV-1", "support", b.clock()))
	b.sees(t, "nothing beside it yet", "desk/d1")
	b.send(t, b.books, bill("b1", "Nordwind", "INV-1", "support", b.clock()))
	b.sees(t, "the authority has come", "books/b1")
	must(t, b.sys.Decide(t.Context(), record.KindInvoice, b.desk, authority.Same, pair("d1", "b1")))
	b.send(t, b.desk, bill("d1", "Nordwind", "INV-1", "support, changed", b.clock().Add(time.Minute)))
	b.sees(t, "the copy changed", "books/b1")
	b.send(t, b.desk, bill("d1", "Nordwind", "other number", "support, changed", b.clock().Add(2*time.Minute)))
	b.sees(t, "what was confirmed needs no number", "books/b1")

	b.gone(t, b.books, "b1")
	b.sees(t, "the authority lost it: nothing is lost", "desk/d1")
	b.send(t, b.books, bill("b1", "Nordwind", "INV-1", "support", b.clock().Add(3*time.Minute)))
	got := b.sees(t, "it is back, and what was said holds", "books/b1")
	d, err := b.acc.Detail(t.Context(), owner(b.a), b.a, record.KindInvoice, got["books/b1"].ID)
	must(t, err)
	if len(d.Stamp.Others()) != 1 {
		t.Errorf("%+v", d.Stamp)
	}
	b.gone(t, b.desk, "d1")
	b.sees(t, "the copy is gone", "books/b1")
	if d, err = b.acc.Detail(t.Context(), owner(b.a), b.a, record.KindInvoice, d.ID); err != nil || len(d.Stamp.Others()) != 0 {
		t.Errorf("a source that has it no more is told of: %+v, %v", d.Stamp.Others(), err)
	}
}

// gone has a source say that it deleted one of the records.
func (b *twoBooks) gone(t *testing.T, from record.ConnectionID, external string) {
	t.Helper()
	b.conn = from
	commit(t, b.world, "assets", remote.Page{Deleted: []record.Ref{{Connection: from, Kind: record.KindInvoice, External: external}}})
}

func TestTheAuthorityChangesPlaces(t *testing.T) {
	t.Parallel()
	b := newTwoBooks(t)
	b.send(t, b.desk, bill("d1", "Nordwind", "INV-1", "support", b.clock()), bill("d2", "Nordwind", "INV-2", "hours", b.clock()))
	b.send(t, b.books, bill("b1", "Nordwind", "INV-1", "support", b.clock()), bill("b2", "Nordwind", "INV-2", "hours", b.clock()))
	must(t, b.sys.NameAuthority(t.Context(), b.rule(authority.Held)))
	must(t, b.sys.Decide(t.Context(), record.KindInvoice, b.desk, authority.Same, pair("d1", "b1")))
	must(t, b.sys.Decide(t.Context(), record.KindInvoice, b.desk, authority.Different, pair("d2", "b2")))
	b.sees(t, "first", "books/b1", "books/b2")
	back := authority.Rule{Kind: record.KindInvoice, Authority: b.desk, Other: b.books, Alone: authority.Shown}
	must(t, b.sys.NameAuthority(t.Context(), back))
	b.sees(t, "what people said holds in either direction", "desk/d1", "desk/d2", "books/b2")
	list, err := b.sys.Authorities(t.Context())
	must(t, err)
	if len(list) != 1 || list[0].Authority != b.desk || list[0].AuthorityName != "Desk" {
		t.Errorf("%+v", list)
	}
	must(t, b.sys.DropAuthority(t.Context(), record.KindInvoice, b.books))
	b.sees(t, "without an authority both stand", "desk/d1", "desk/d2", "books/b1", "books/b2")
	if err := b.sys.DropAuthority(t.Context(), record.KindInvoice, b.books); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestAVisibilityRuleAndAnAuthorityHideTogether(t *testing.T) {
	t.Parallel()
	b := newTwoBooks(t)
	serial := func(ext, tag, category string) record.Record {
		return record.Record{Kind: record.KindAsset, External: ext, Company: "Nordwind", Updated: b.clock(), Body: record.Asset{Name: ext, Tag: tag, Serial: "S-1", Category: category}}
	}
	b.send(t, b.desk, serial("d1", "x", "Laptop"))
	b.send(t, b.books, serial("b1", "y", "Laptop"))
	must(t, b.sys.NameAuthority(t.Context(), authority.Rule{Kind: record.KindAsset, Authority: b.books, Other: b.desk, Alone: authority.Shown}))
	count := func(want int, when string) {
		t.Helper()
		page, err := b.acc.List(t.Context(), owner(b.a), b.a, record.Query{Kind: record.KindAsset})
		must(t, err)
		if len(page.Rows) != want {
			t.Errorf("%s: %d are seen, want %d", when, len(page.Rows), want)
		}
	}
	count(1, "one serial number")
	p, err := b.sys.ChangeRule(t.Context(), chief, visibility.Change{Add: visibility.Rule{Connection: b.desk, Kind: record.KindAsset, Field: "category", Value: "Laptop"}, Confirm: "Desk"}, action.Origin{})
	must(t, err)
	count(1, "the copy is hidden by a rule too")
	_, err = b.sys.ChangeRule(t.Context(), chief, visibility.Change{Remove: p.Rule.ID}, action.Origin{})
	must(t, err)
	count(1, "the rule is gone, and it is still a copy")
	other := visibility.Rule{Connection: b.desk, Kind: record.KindAsset, Field: "category", Value: "Printer"}
	_, err = b.sys.ChangeRule(t.Context(), chief, visibility.Change{Add: other}, action.Origin{})
	must(t, err)
	count(1, "a rule about something else")
	_, err = b.sys.ChangeRule(t.Context(), chief, visibility.Change{Add: visibility.Rule{Connection: b.books, Kind: record.KindAsset, Field: "category", Value: "Laptop"}, Confirm: "Books"}, action.Origin{})
	must(t, err)
	count(0, "what a rule hides of the authority does not come back as its copy")
}

func TestAnAuthorityIsOnlyForAccountsThatItKnows(t *testing.T) {
	t.Parallel()
	b := newTwoBooks(t)
	must(t, b.sys.NameAuthority(t.Context(), b.rule(authority.Held)))
	b.send(t, b.desk, bill("d1", "Nordwind", "INV-1", "support", b.clock()))
	b.sees(t, "kept back beside the authority")
	must(t, b.sys.Unmatch(t.Context(), b.books, "Nordwind"))
	b.sees(t, "the authority knows the account no more", "desk/d1")
	b.conn = b.books
	b.match(t, "Nordwind", b.a)
	b.sees(t, "and knows it again")
}

func TestNobodyPaysTwiceWhatTwoSystemsHold(t *testing.T) {
	t.Parallel()
	b := newTwoBooks(t)
	b.send(t, b.desk, bill("d1", "Nordwind", "INV-1", "support", b.clock()))
	b.send(t, b.books, bill("b1", "Nordwind", "INV-1", "support", b.clock()))
	rows := b.seen(t)
	pay := func(id record.ID, key string) error {
		d, err := b.acc.Detail(t.Context(), owner(b.a), b.a, record.KindInvoice, id)
		must(t, err)
		_, err = b.acc.Submit(t.Context(), owner(b.a), action.Draft{Account: b.a, Kind: action.PaymentRecord, Target: id, Base: d.Base, Key: key,
			Input: action.Input{Fields: map[string]string{"amount": "7", "currency": "EUR", "date": "2026-11-22", "reference": "x"}}})
		return err
	}
	must(t, pay(rows["desk/d1"].ID, "one"))
	must(t, b.sys.NameAuthority(t.Context(), b.rule(authority.Held)))
	_, err := b.sys.AttachSure(t.Context(), record.KindInvoice, b.desk)
	must(t, err)
	if err := pay(rows["books/b1"].ID, "two"); !fault.Is(err, fault.Conflict) {
		t.Errorf("paid beside a payment of the copy: %v", err)
	}
	list, err := b.acc.ActionsOn(t.Context(), owner(b.a), b.a, rows["books/b1"].ID)
	must(t, err)
	if len(list) != 1 || list[0].Key != "one" || list[0].State != action.Recorded {
		t.Errorf("what was asked on the copy is not told of: %+v", list)
	}
}

func TestRequestsGoToTheAuthority(t *testing.T) {
	t.Parallel()
	b := newTwoBooks(t)
	names := func() (out []string) {
		list, err := b.acc.Destinations(t.Context(), owner(b.a), b.a)
		must(t, err)
		for _, d := range list {
			out = append(out, d.System)
		}
		return out
	}
	if got := names(); len(got) != 2 {
		t.Fatalf("%v", got)
	}
	must(t, b.sys.NameAuthority(t.Context(), authority.Rule{Kind: record.KindTicket, Authority: b.books, Other: b.desk, Alone: authority.Shown}))
	if got := names(); len(got) != 1 || got[0] != "Books" {
		t.Errorf("new requests may go to %v", got)
	}
}

func TestAuthoritiesThatCannotBe(t *testing.T) {
	t.Parallel()
	b := newTwoBooks(t)
	third := b.system(t, "Third")
	must(t, b.sys.NameAuthority(t.Context(), b.rule(authority.Held)))
	for name, r := range map[string]authority.Rule{
		"itself":              {Kind: record.KindInvoice, Authority: b.books, Other: b.books, Alone: authority.Held},
		"a kind of no use":    {Kind: record.KindComment, Authority: b.books, Other: b.desk, Alone: authority.Held},
		"no word":             {Kind: record.KindInvoice, Authority: b.books, Other: b.desk},
		"an attached one":     {Kind: record.KindInvoice, Authority: b.desk, Other: third, Alone: authority.Held},
		"over an authority":   {Kind: record.KindInvoice, Authority: third, Other: b.books, Alone: authority.Held},
		"nobody's connection": {Kind: record.KindInvoice, Authority: record.NewConnectionID(), Other: b.desk, Alone: authority.Held},
	} {
		if err := b.sys.NameAuthority(t.Context(), r); err == nil {
			t.Errorf("%s is an authority", name)
		}
	}
	if err := b.sys.Decide(t.Context(), record.KindInvoice, b.books, authority.Same, pair("x", "y")); !fault.Is(err, fault.NotFound) {
		t.Errorf("decided where there is no rule: %v", err)
	}
	list, err := b.sys.Overlaps(t.Context())
	must(t, err)
	kinds := map[record.Kind]bool{}
	for _, o := range list {
		kinds[o.Kind] = o.Rule != nil
		if o.Accounts != 1 {
			t.Errorf("%+v", o)
		}
	}
	if named, there := kinds[record.KindInvoice]; !there && !named || len(kinds) == 0 {
		t.Errorf("%+v", list)
	}
}
