package connectortest_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/native/tryton"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/trytond"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

// The connector for Tryton keeps every promise, with its invoices and payments.
func TestTryton(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Target{Connector: newTryton, System: accounting})
}

// And with its contacts, which can be changed and brought back.
func TestTrytonContacts(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, connectortest.Target{Connector: newTryton, System: addressBook})
}

func newTryton(testing.TB) remote.Connector { return tryton.New() }

// books is a company in a fake Tryton, beside another one of the same database.
type books struct {
	t     testing.TB
	clock *connectortest.Clock
	*trytond.Fake
	us, other int64
	parties   []int64
	open      []string // invoices that clients may see
	contacts  []string
	removed   int
}

const trytonCanary = "canary-4c1e-internal"

func newBooks(t testing.TB, clock *connectortest.Clock) *books {
	b := &books{t: t, clock: clock, Fake: trytond.New(trytond.Options{Clock: clock.Now})}
	b.Add("currency.currency", map[string]any{"code": "EUR", "digits": int64(2)})
	b.Add("account.account.type", map[string]any{"receivable": true})
	b.Add("account.account", map[string]any{"type": int64(1)})
	b.Add("account.journal", map[string]any{"name": "Cash", "type": "cash"})
	b.us, b.other = b.company("Kestrel Managed Services"), b.company("Kestrel Trading")
	for _, company := range []int64{b.us, b.other} {
		b.Add("account.invoice.payment.method", map[string]any{"name": "Portal", "company": company, "active": true})
	}
	for i := range 3 {
		b.parties = append(b.parties, b.Add("party.party", map[string]any{"name": fmt.Sprintf("Client %d", i), "active": true}))
	}
	b.AddUser("hub", "good", []int64{b.us, b.other})
	return b
}

func (b *books) company(name string) int64 {
	party := b.Add("party.party", map[string]any{"name": name, "active": true})
	return b.Add("company.company", map[string]any{"party": party, "currency": int64(1)})
}

// bill adds an invoice that is open.
func (b *books) bill(reference string) string {
	bill := trytond.Bill{Company: b.us, Party: b.parties[len(b.open)%3], Currency: 1, Net: "100.00", Tax: "19.00",
		Date: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Days: 14, Reference: reference}
	if len(b.open)%10 == 5 {
		bill.Printed = []byte("a printed form")
	}
	external := strconv.FormatInt(b.AddBill(bill), 10)
	b.open = append(b.open, external)
	return external
}

func (b *books) id(external string) int64 {
	id, err := strconv.ParseInt(external, 10, 64)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// system serves the fake; who runs it adds what is tried.
func (b *books) system() *connectortest.System {
	srv := httptest.NewServer(b.Fake)
	b.t.Cleanup(srv.Close)
	return &connectortest.System{
		Settings: map[string]string{"url": srv.URL, "database": trytond.Database, "user": "hub", "company": "Kestrel Managed Services"},
		Secrets:  map[string]string{"password": "good"}, BadSecrets: map[string]string{"password": "bad"},
		Faults: b.Faults,
		// The original tells no total with a page; the connector asks for it apart.
		Pages: faults.List{Rows: "result", Totals: []string{"total"}},
		Rotate: func() map[string]string {
			b.SetPassword("hub", "new")
			return map[string]string{"password": "new"}
		},
	}
}

// accounting has 230 invoices of one company, some of them paid, drafts that nobody
// may see, and invoices of the other company.
func accounting(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	b := newBooks(t, clock)
	for i := range 230 {
		external := b.bill(fmt.Sprintf("PO-%d", i))
		if i%4 == 3 {
			b.Pay(b.id(external), "119.00", strconv.Itoa(i), "Paid late again "+trytonCanary)
		}
		if i%20 == 0 {
			hidden := trytond.Bill{Company: b.us, Party: b.parties[0], Currency: 1, Net: "5.00", Tax: "0.95", Reference: trytonCanary, State: "draft"}
			b.AddBill(hidden)
			hidden.Company, hidden.State = b.other, ""
			b.AddBill(hidden)
		}
	}
	s := b.system()
	s.Main, s.List = "invoices", faults.Match{Body: `"model.account.invoice.search_read"`}
	s.Canaries = []string{trytonCanary}
	s.Records = func() []string { return slices.Clone(b.open) }
	s.Change = func(external, marker string) { b.Pay(b.id(external), "0.01", marker, "") }
	s.Begin = func(external, marker string) func() { return b.BeginPay(b.id(external), "0.01", marker, "") }
	s.Add = b.bill
	s.Delete = func(external string) { // cancelled, or gone from the database, in turn
		if b.removed++; b.removed%2 == 1 {
			b.Cancel(b.id(external))
		} else {
			b.Remove("account.invoice", b.id(external))
		}
		b.open = slices.DeleteFunc(b.open, func(s string) bool { return s == external })
	}
	s.Acts = []connectortest.Act{
		b.paying("119.00", faults.Match{Body: `"wizard.account.invoice.pay.execute"`}),
		b.paying("19.50", faults.Match{Body: `},"pay",{`}),
	}
	return s
}

// paying is an action that pays an amount of a new invoice.
func (b *books) paying(amount string, write faults.Match) connectortest.Act {
	make := func() action.Action {
		return action.Action{
			ID: action.NewID(), Ref: action.NewRef(), Kind: action.PaymentRecord, External: b.bill("To pay"), Base: "posted@1", Target: record.NewID(),
			Actor: action.Actor{Name: "Person 0", Email: "person.0@client.example"}, Generation: 1, Recorded: b.clock.Now(),
			Input: action.Input{Fields: map[string]string{action.FieldAmount: amount, action.FieldCurrency: "EUR",
				action.FieldDate: b.clock.Now().Format(time.DateOnly), action.FieldReference: "SEPA 1"}},
		}
	}
	return connectortest.Act{
		Write:   write,
		New:     make,
		Effects: func(a action.Action) int { return b.Payments(a.Ref) },
		Stale: func() action.Action { // somebody paid it meanwhile
			a := make()
			b.Pay(b.id(a.External), "119.00", "4711", "")
			return a
		},
	}
}

// addressBook has 230 mail addresses of parties.
func addressBook(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	b := newBooks(t, clock)
	add := func(name string) string {
		n := len(b.contacts)
		id := b.Add("party.contact_mechanism", map[string]any{"party": b.parties[n%3], "type": "email", "name": name,
			"value": fmt.Sprintf("person.%d@client.example", n), "active": true})
		b.contacts = append(b.contacts, strconv.FormatInt(id, 10))
		return b.contacts[n]
	}
	for i := range 230 {
		add(fmt.Sprintf("Person %d", i))
		b.Add("party.contact_mechanism", map[string]any{"party": b.parties[0], "type": "phone", "value": trytonCanary, "active": true})
	}
	s := b.system()
	s.Main, s.List = "contacts", faults.Match{Body: `"model.party.contact_mechanism.search_read"`}
	s.Canaries = []string{trytonCanary}
	s.Records = func() []string { return slices.Clone(b.contacts) }
	named := func(marker string) map[string]any { return map[string]any{"name": marker} }
	s.Change = func(external, marker string) { b.Fake.Change("party.contact_mechanism", b.id(external), named(marker)) }
	s.Begin = func(external, marker string) func() {
		return b.BeginChange("party.contact_mechanism", b.id(external), named(marker))
	}
	s.Add = add
	s.Delete = func(external string) {
		b.Fake.Change("party.contact_mechanism", b.id(external), map[string]any{"active": false})
		b.contacts = slices.DeleteFunc(b.contacts, func(s string) bool { return s == external })
	}
	s.Restore = func(external string) bool {
		b.Fake.Change("party.contact_mechanism", b.id(external), map[string]any{"active": true})
		b.contacts = append(b.contacts, external)
		return true
	}
	return s
}
