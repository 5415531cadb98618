package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/visibility"
)

var chief = grant.Staff(grant.User{ID: "u-admin", Name: "Amara", Email: "amara@halden.example"}, access.Admin, nil)

func inQueue(r record.Record, queue string) record.Record {
	body := r.Body.(record.Ticket)
	body.Queue = queue
	r.Body = body
	return r
}

// office is one account with a request in each of two queues, and talk on both.
func newOffice(t *testing.T) (w *world, a record.AccountID) {
	t.Helper()
	w = newWorld(t)
	a = w.account(t, "Nordwind")
	w.pull(t, "tickets", inQueue(ticket("1", "Nordwind", "Open secret", "open", w.clock()), "Support"), inQueue(ticket("2", "Nordwind", "CANARY", "stalled", w.clock()), "Internal"))
	w.pull(t, "conversation", comment("10", "1", "hello", w.clock()), comment("20", "2", "CANARY says", w.clock()),
		record.Record{Kind: record.KindAttachment, External: "30", Parent: "2", ParentKind: record.KindTicket, Created: w.clock(), Updated: w.clock(), Body: record.Attachment{Name: "CANARY.pdf", Comment: "20"}})
	w.match(t, "Nordwind", a)
	return w, a
}

func (w *world) internal() visibility.Change {
	return visibility.Change{Add: visibility.Rule{Connection: w.conn, Kind: record.KindTicket, Field: "queue", Value: "Internal"}}
}

func (w *world) rule(t *testing.T, c visibility.Change) visibility.Preview {
	t.Helper()
	p, err := w.sys.ChangeRule(t.Context(), chief, c, action.Origin{})
	must(t, err)
	return p
}

func TestARuleHidesWhatIsHereAndWhatComes(t *testing.T) {
	t.Parallel()
	w, a := newOffice(t)
	s := owner(a)
	ids := map[record.Kind]record.ID{}
	for _, kind := range []record.Kind{record.KindTicket, record.KindComment, record.KindAttachment} {
		page, err := w.acc.List(t.Context(), s, a, record.Query{Kind: kind})
		must(t, err)
		for _, r := range page.Rows {
			if e := r.Stamp.External; e == "2" || e == "20" || e == "30" {
				ids[kind] = r.ID
			}
		}
	}
	p, err := w.sys.PreviewRule(t.Context(), chief, w.internal())
	must(t, err)
	if p.Hides != 1 || p.Shows != 0 || p.Left != 1 || p.Accounts != 1 || len(p.Samples) != 1 || p.Samples[0] != (visibility.Sample{Company: "Nordwind", Number: "2", Title: "CANARY"}) {
		t.Errorf("%+v", p)
	}
	if got := len(tickets(t.Context(), t, w, s, a)); got != 2 {
		t.Errorf("a preview hid something: %d are left", got)
	}
	rule := w.rule(t, w.internal()).Rule
	nothingTo := func(when string, s access.Scope) {
		t.Helper()
		for _, kind := range []record.Kind{record.KindTicket, record.KindComment, record.KindAttachment} {
			for _, q := range []record.Query{{Kind: kind}, {Kind: kind, Search: "CANARY"}, {Kind: kind, Turn: record.TurnClient}, {Kind: kind, Mine: true}} {
				page, err := w.acc.List(t.Context(), s, a, q)
				must(t, err)
				if text := fmt.Sprint(page.Rows); strings.Contains(text, "CANARY") || slices.ContainsFunc(page.Rows, func(r record.Row) bool { return r.ID == ids[kind] }) {
					t.Errorf("%s: %+v lists %s", when, q, text)
				}
			}
			if d, err := w.acc.Detail(t.Context(), s, a, kind, ids[kind]); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %s opens %+v, %v", when, kind, d, err)
			}
		}
		if e, err := w.acc.Timeline(t.Context(), s, a, ids[record.KindTicket]); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: its history: %+v, %v", when, e, err)
		}
		if is, err := w.acc.Standing(t.Context(), s, a, 10); err != nil || is.Requests != 0 {
			t.Errorf("%s: %d wait, %v", when, is.Requests, err)
		}
		if _, err := w.acc.Submit(t.Context(), s, action.Draft{Account: a, Kind: action.TicketReply, Target: ids[record.KindTicket], Key: when, Input: action.Input{Text: "x"}}); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: a reply: %v", when, err)
		}
	}
	program := grant.Key(apikey.Key{ID: apikey.NewID(), Name: "Books", Scopes: []apikey.Scope{apikey.TicketsRead, apikey.ActionsWrite}})
	looking := grant.Look(grant.StaffIn(marek, access.Agent, a), grant.User{ID: "u", Name: "Ines", Email: "ines@nordwind.example"}, access.Owner)
	nothing := func(when string) {
		t.Helper()
		for who, s := range map[string]access.Scope{"a member": s, "a program": program, "staff who look as a member": looking} {
			nothingTo(when+", "+who, s)
		}
	}
	nothing("at once")
	w.pass(1)
	again := inQueue(ticket("2", "Nordwind", "CANARY again", "open", w.clock()), "Internal")
	fresh := inQueue(ticket("3", "Nordwind", "CANARY new", "stalled", w.clock()), "Internal")
	w.pull(t, "tickets", again, fresh)
	w.pull(t, "conversation", comment("21", "2", "CANARY more", w.clock()), comment("31", "3", "CANARY first", w.clock()))
	nothing("after a pull")
	agent := grant.StaffIn(marek, access.Agent, a)
	if d, err := w.acc.Detail(t.Context(), agent, a, record.KindTicket, ids[record.KindTicket]); err != nil || d.Hidden != rule.ID || d.Title != "CANARY again" {
		t.Errorf("staff: %+v, %v", d, err)
	}
	if e, err := w.acc.Timeline(t.Context(), agent, a, ids[record.KindTicket]); err != nil || len(e) != 2 {
		t.Errorf("staff read %d entries, %v", len(e), err)
	}
	if got := tickets(t.Context(), t, w, agent, a); len(got) != 1 {
		t.Errorf("lists of staff show what clients see, not %d", len(got))
	}
	if list, err := w.sys.Rules(t.Context(), chief); err != nil || len(list) != 1 || list[0].Hidden != 2 || list[0].System != "Help desk" {
		t.Errorf("%+v, %v", list, err)
	}
	w.pull(t, "tickets", inQueue(ticket("3", "Nordwind", "moved", "open", w.clock()), "Support"))
	if got := tickets(t.Context(), t, w, s, a); len(got) != 2 {
		t.Errorf("what leaves the queue is not seen: %d", len(got))
	}
	if p := w.rule(t, visibility.Change{Remove: rule.ID}); p.Shows != 1 || p.Hides != 0 {
		t.Errorf("%+v", p)
	}
	if got := tickets(t.Context(), t, w, s, a); len(got) != 3 {
		t.Errorf("without a rule %d are seen", len(got))
	}
	leaves, err := w.Texts(t.Context(), "SELECT leaf FROM audit_leaves WHERE what = 'visibility.changed'")
	must(t, err)
	if len(leaves) != 2 || !strings.Contains(leaves[0], "u-admin") || strings.Contains(leaves[0], "amara@") {
		t.Errorf("%q", leaves)
	}
}

func TestNobodyIsToldOfWhatIsHidden(t *testing.T) {
	t.Parallel()
	w, a := newOffice(t)
	w.rule(t, w.internal())
	e := w.endpoint(t, a, delivery.RecordChanged, delivery.TicketCreated)
	w.relay(t)
	must(t, w.Exec(t.Context(), "DELETE FROM webhook_deliveries"))
	w.pass(1)
	w.pull(t, "tickets", inQueue(ticket("2", "Nordwind", "CANARY again", "open", w.clock()), "Internal"), inQueue(ticket("3", "Nordwind", "CANARY new", "open", w.clock()), "Internal"))
	w.pull(t, "conversation", comment("21", "2", "CANARY more", w.clock()), comment("31", "3", "CANARY first", w.clock()))
	if events, err := w.Texts(t.Context(), "SELECT payload FROM outbox"); err != nil || strings.Contains(strings.Join(events, ""), `"records"`) && len(events) > 0 {
		for _, text := range events {
			if strings.Contains(text, `"ids"`) {
				t.Errorf("an event tells of it: %s, %v", text, err)
			}
		}
	}
	w.relay(t)
	if got := w.told(t, e); len(got) != 0 {
		t.Errorf("an endpoint is told %q", got)
	}
	if got, err := w.Texts(t.Context(), "SELECT about FROM notices"); err != nil || len(got) != 0 {
		t.Errorf("people are told %q, %v", got, err)
	}
}

func TestARuleThatHidesEverythingIsConfirmed(t *testing.T) {
	t.Parallel()
	w, a := newOffice(t)
	w.rule(t, w.internal())
	all := visibility.Change{Add: visibility.Rule{Connection: w.conn, Kind: record.KindTicket, Field: "queue", Value: "Support"}}
	for _, typed := range []string{"", "help desk", "yes"} {
		all.Confirm = typed
		if _, err := w.sys.ChangeRule(t.Context(), chief, all, action.Origin{}); !fault.Is(err, fault.Invalid) || fault.Fields(err)["confirm"] == "" {
			t.Errorf("%q: %v", typed, err)
		}
	}
	if got := tickets(t.Context(), t, w, owner(a), a); len(got) != 1 {
		t.Errorf("a refused rule hid something: %d are left", len(got))
	}
	all.Confirm = "Help desk"
	if p := w.rule(t, all); !p.Everything() {
		t.Errorf("%+v", p)
	}
	if got := tickets(t.Context(), t, w, owner(a), a); len(got) != 0 {
		t.Errorf("%d are left", len(got))
	}
}

func TestRulesThatCannotBe(t *testing.T) {
	t.Parallel()
	w, _ := newOffice(t)
	w.rule(t, w.internal())
	of := func(kind record.Kind, field, value string) visibility.Change {
		return visibility.Change{Add: visibility.Rule{Connection: w.conn, Kind: kind, Field: field, Value: value}}
	}
	elsewhere := of(record.KindTicket, "queue", "x")
	elsewhere.Add.Connection = record.NewConnectionID()
	for name, c := range map[string]struct {
		c    visibility.Change
		want fault.Kind
	}{
		"no value":           {of(record.KindTicket, "queue", ""), fault.Invalid},
		"no such field":      {of(record.KindTicket, "subject", "x"), fault.Invalid},
		"a field of another": {of(record.KindAsset, "queue", "x"), fault.Invalid},
		"SQL":                {of(record.KindTicket, "queue') = '' OR ('", "x"), fault.Invalid},
		"no kind":            {of("", "queue", "x"), fault.Invalid},
		"comments":           {of(record.KindComment, "status", "message"), fault.Invalid},
		"NUL":                {of(record.KindTicket, "queue", "a\x00b"), fault.Invalid},
		"the same again":     {w.internal(), fault.Conflict},
		"no connection":      {elsewhere, fault.Invalid},
		"none to be taken":   {visibility.Change{Remove: "x"}, fault.NotFound},
		"a quote, harmless":  {of(record.KindTicket, "queue", "it's ? \" \\ $1"), ""},
		"nothing has it":     {of(record.KindAsset, "location", "Mars"), ""},
	} {
		p, err := w.sys.PreviewRule(t.Context(), chief, c.c)
		if c.want == "" && (err != nil || p.Hides != 0) || c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	for who, s := range map[string]access.Scope{"a manager": grant.Staff(marek, access.Manager, nil), "a member": owner(record.NewAccountID()), "nobody": {}} {
		if _, err := w.sys.Rules(t.Context(), s); err == nil {
			t.Errorf("%s lists rules", who)
		}
		if _, err := w.sys.PreviewRule(t.Context(), s, w.internal()); err == nil {
			t.Errorf("%s previews a rule", who)
		}
		if _, err := w.sys.ChangeRule(t.Context(), s, visibility.Change{Add: visibility.Rule{Connection: w.conn, Kind: record.KindTicket, Field: "queue", Value: "Support"}}, action.Origin{}); err == nil {
			t.Errorf("%s makes a rule", who)
		}
		if _, err := w.sys.Located(t.Context(), s, record.ID{}, "1", ""); err == nil {
			t.Errorf("%s finds a record", who)
		}
	}
}

func TestRecordsAreLocated(t *testing.T) {
	t.Parallel()
	w, a := newOffice(t)
	w.pull(t, "tickets", ticket("9", "Stranger GmbH", "waits", "open", w.clock()))
	rule := w.rule(t, w.internal()).Rule
	id := tickets(t.Context(), t, w, owner(a), a)[0].ID
	for name, c := range map[string]struct {
		id     record.ID
		number string
		want   visibility.Found
	}{
		"by number": {record.ID{}, "1", visibility.Found{Number: "1", System: "Help desk", Account: record.AccountInfo{Name: "Nordwind"}}},
		"by id":     {id, "", visibility.Found{Number: "1", System: "Help desk", Account: record.AccountInfo{Name: "Nordwind"}}},
		"hidden":    {record.ID{}, "2", visibility.Found{Number: "2", System: "Help desk", Account: record.AccountInfo{Name: "Nordwind"}, Rule: rule}},
		"waiting":   {record.ID{}, "9", visibility.Found{Waiting: "Stranger GmbH", System: "Help desk"}},
		"unknown":   {record.ID{}, "nothing", visibility.Found{}},
		"no number": {record.ID{}, "", visibility.Found{}},
		"no id":     {record.NewID(), "", visibility.Found{}},
	} {
		f, err := w.sys.Located(t.Context(), chief, c.id, c.number, "u")
		must(t, err)
		if f.Number != c.want.Number || f.System != c.want.System || f.Account.Name != c.want.Account.Name || f.Rule.ID != c.want.Rule.ID || f.Waiting != c.want.Waiting {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// TestARuleHidesDraftsOfInvoicesAndQuotes: until their status is another one, with
// what belongs to them, from lists, the calendar and by id; and it is explained.
func TestARuleHidesDraftsOfInvoicesAndQuotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(t, "Nordwind")
	s, day := owner(a), w.clock().Truncate(24*time.Hour)
	bill := func(status string) record.Record {
		return record.Record{Kind: record.KindInvoice, External: "i1", Company: "Nordwind", Updated: w.clock(), Body: record.Invoice{Number: "RE-1", Status: status, Currency: "EUR", Total: "10.00", Due: day}}
	}
	w.pull(t, "assets", bill("draft"),
		record.Record{Kind: record.KindQuote, External: "q1", Company: "Nordwind", Updated: w.clock(), Body: record.Quote{Number: "A-1", Status: "internal", Currency: "EUR", Total: "10.00"}},
		record.Record{Kind: record.KindAttachment, External: "f1", Parent: "i1", ParentKind: record.KindInvoice, Updated: w.clock(), Body: record.Attachment{Name: "RE-1.pdf"}})
	w.match(t, "Nordwind", a)
	of := func(kind record.Kind) []record.Row {
		t.Helper()
		page, err := w.acc.List(t.Context(), s, a, record.Query{Kind: kind})
		must(t, err)
		return page.Rows
	}
	days := func() int {
		t.Helper()
		list, _, err := w.acc.Occasions(t.Context(), s, a, record.Window{From: day, Until: day.AddDate(0, 0, 1), Zone: time.UTC})
		must(t, err)
		return len(list)
	}
	id := of(record.KindInvoice)[0].ID
	if len(of(record.KindQuote)) != 1 || days() != 1 {
		t.Fatal("not there to begin with")
	}
	for kind, status := range map[record.Kind]string{record.KindInvoice: "draft", record.KindQuote: "internal"} {
		c := visibility.Change{Confirm: "Help desk", Add: visibility.Rule{Connection: w.conn, Kind: kind, Field: "status", Value: status}}
		if p := w.rule(t, c); p.Hides != 1 {
			t.Errorf("%s: %+v", kind, p)
		}
		if rows := of(kind); len(rows) != 0 {
			t.Errorf("%s: %+v", kind, rows)
		}
	}
	if _, err := w.acc.Detail(t.Context(), s, a, record.KindInvoice, id); !fault.Is(err, fault.NotFound) || days() != 0 {
		t.Errorf("a draft is opened (%v), or due", err)
	}
	if files, err := w.acc.FilesOf(t.Context(), s, a, id); err != nil || len(files) != 0 {
		t.Errorf("its files: %v, %v", files, err)
	}
	if f, err := w.sys.Located(t.Context(), chief, record.ID{}, "RE-1", "u"); err != nil || f.ID != id || f.Kind != record.KindInvoice || f.Rule.Value != "draft" {
		t.Errorf("explained as %+v, %v", f, err)
	}
	w.pull(t, "assets", bill("posted"))
	if rows := of(record.KindInvoice); len(rows) != 1 || days() != 1 {
		t.Errorf("after it was sent: %+v", rows)
	}
}
