package store_test

import (
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/change"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// books is a world with one account that has invoice 1 with a PDF, a credit note,
// and a quote.
type books struct {
	*desk
	finance access.Scope
	bill    record.Detail
	note    record.Detail
	quote   record.Detail
	pdf     record.ID
}

func newBooks(t *testing.T) *books {
	t.Helper()
	d := newDesk(t)
	b := &books{desk: d, finance: member(person("books"), d.account, access.Finance)}
	d.conn = record.NewConnectionID()
	money := []record.Kind{record.KindInvoice, record.KindQuote, record.KindAttachment}
	must(t, d.sys.CreateConnection(t.Context(), remote.Connection{ID: d.conn, Connector: "requesttracker", Name: "Books", Settings: map[string]string{"url": "http://127.0.0.1"}},
		[]remote.Stream{{Name: "money", Kinds: money, Every: time.Minute, FreshFor: time.Hour}}))
	now := d.clock()
	of := func(external string, body record.Body) record.Record {
		return record.Record{Kind: body.Kind(), External: external, Company: "Nordwind", Created: now, Updated: now, Body: body}
	}
	d.pull(t, "money",
		of("1", record.Invoice{Number: "INV-1", Status: "open", Currency: "EUR", Total: "100.00", Balance: "100.00", Lines: []record.Line{{Text: "Seats", Net: "100.00"}}}),
		of("2", record.Invoice{Number: "CN-2", Credit: true, Status: "open", Currency: "EUR", Total: "5", Balance: "5"}),
		of("3", record.Quote{Number: "Q-3", Status: "sent", Currency: "EUR", Total: "9", ValidUntil: now.Truncate(24 * time.Hour)}),
		record.Record{Kind: record.KindAttachment, External: "4", Parent: "1", ParentKind: record.KindInvoice, Created: now, Updated: now, Body: record.Attachment{Name: "INV-1.pdf"}})
	d.match(t, "Nordwind", d.account)
	b.bill, b.note = b.one(t, record.KindInvoice, "1"), b.one(t, record.KindInvoice, "2")
	b.quote = b.one(t, record.KindQuote, "3")
	files, err := d.acc.FilesOf(t.Context(), b.finance, d.account, b.bill.ID)
	must(t, err)
	if len(files) != 1 || files[0].Name != "INV-1.pdf" {
		t.Fatalf("files of the invoice: %+v", files)
	}
	b.pdf = files[0].ID
	drain(t, d.world)
	return b
}

func (b *books) one(t *testing.T, kind record.Kind, external string) record.Detail {
	t.Helper()
	page, err := b.acc.List(t.Context(), b.finance, b.account, record.Query{Kind: kind})
	must(t, err)
	for _, r := range page.Rows {
		if r.Stamp.External == external {
			got, err := b.acc.Detail(t.Context(), b.finance, b.account, kind, r.ID)
			must(t, err)
			return got
		}
	}
	t.Fatalf("no %s %s", kind, external)
	return record.Detail{}
}

func (b *books) payment(key, amount string) action.Draft {
	return action.Draft{Account: b.account, Kind: action.PaymentRecord, Target: b.bill.ID, Base: b.bill.Base, Key: key,
		Input: action.Input{Fields: map[string]string{"amount": amount, "currency": "EUR", "date": "2026-11-22"}}}
}

func TestAPaymentIsRecordedOnceAndSeenByWhoSeesInvoices(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	first, err := b.acc.Submit(t.Context(), b.finance, b.payment("k", "40"))
	must(t, err)
	if again, err := b.acc.Submit(t.Context(), b.finance, b.payment("k", "40")); err != nil || again.ID != first.ID {
		t.Errorf("the same form: %v %v", again.ID, err)
	}
	if _, err := b.acc.Submit(t.Context(), b.finance, b.payment("k", "41")); !fault.Is(err, fault.Invalid) {
		t.Errorf("the same form with another amount: %v", err)
	}
	var kinds []record.Kind
	for _, e := range drain(t, b.world) {
		if e.Topic == change.ActionDue {
			kinds = append(kinds, e.Kind)
		}
	}
	if len(kinds) != 1 || kinds[0] != record.KindInvoice {
		t.Errorf("rang about %v", kinds)
	}
	for who, c := range map[string]struct {
		s    access.Scope
		sees bool
	}{
		"finance": {b.finance, true}, "owner": {b.owner, true}, "accountant": {member(person("x"), b.account, access.Accountant), true},
		"staff": {grant.StaffIn(person("s"), access.Agent, b.account), true}, "contributor": {member(person("c"), b.account, access.Contributor), false},
		"approver": {member(person("a"), b.account, access.Approver), false},
	} {
		_, byID := b.acc.ActionByID(t.Context(), c.s, b.account, first.ID)
		on, onErr := b.acc.ActionsOn(t.Context(), c.s, b.account, b.bill.ID)
		if (byID == nil) != c.sees || (onErr == nil && len(on) == 1) != c.sees || !c.sees && (!fault.Is(byID, fault.NotFound) || !fault.Is(onErr, fault.NotFound)) {
			t.Errorf("%s: %v; %d %v", who, byID, len(on), onErr)
		}
	}
	if _, err := b.acc.Withdraw(t.Context(), member(person("x"), b.account, access.Accountant), b.account, first.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("taken back by an accountant: %v", err)
	}
}

func TestAPaymentThatNothingSupportsIsRefused(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	for name, c := range map[string]struct {
		s    access.Scope
		do   func(*action.Draft)
		want fault.Kind
	}{
		"without a base":   {b.finance, func(d *action.Draft) { d.Base = "" }, fault.Invalid},
		"of another state": {b.finance, func(d *action.Draft) { d.Base = "paid@1" }, fault.Conflict},
		"in another money": {b.finance, func(d *action.Draft) { d.Input.Fields["currency"] = "USD" }, fault.Invalid},
		"of nothing":       {b.finance, func(d *action.Draft) { d.Input.Fields["amount"] = "0" }, fault.Invalid},
		"of a credit note": {b.finance, func(d *action.Draft) { d.Target, d.Base = b.note.ID, b.note.Base }, fault.Invalid},
		"of a quote":       {b.finance, func(d *action.Draft) { d.Target, d.Base = b.quote.ID, b.quote.Base }, fault.NotFound},
		"of no record":     {b.finance, func(d *action.Draft) { d.Target = record.ID{} }, fault.Invalid},
		"by an accountant": {member(person("x"), b.account, access.Accountant), func(*action.Draft) {}, fault.Forbidden},
		"by a contributor": {member(person("c"), b.account, access.Contributor), func(*action.Draft) {}, fault.NotFound},
		"by staff":         {grant.StaffIn(person("s"), access.Admin, b.account), func(*action.Draft) {}, fault.Forbidden},
	} {
		d := b.payment(name, "1")
		c.do(&d)
		if _, err := b.acc.Submit(t.Context(), c.s, d); !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if due := b.events(t, change.ActionDue); len(due) != 0 {
		t.Errorf("rang for %v", due)
	}
}

func TestOnePaymentAtATimeIsOnItsWay(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	first, err := b.acc.Submit(t.Context(), b.finance, b.payment("1", "40"))
	must(t, err)
	if _, err := b.acc.Submit(t.Context(), b.owner, b.payment("2", "40")); !fault.Is(err, fault.Conflict) {
		t.Errorf("beside another: %v", err)
	}
	b.pass(time.Minute)
	c := b.mustClaim(t, first.ID)
	must(t, b.sys.Settle(t.Context(), c, action.Step{State: action.Sending, Begin: true, Keep: true}))
	b.settle(t, c, action.Confirmed)
	if _, err := b.acc.Submit(t.Context(), b.owner, b.payment("3", "40")); !fault.Is(err, fault.Conflict) {
		t.Errorf("before its effect was read: %v", err)
	}
	b.pass(time.Minute)
	b.pull(t, "money")
	if _, err := b.acc.Submit(t.Context(), b.owner, b.payment("4", "40")); err != nil {
		t.Errorf("after its effect was read: %v", err)
	}
}

func TestAQuoteIsDecidedOnce(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	decide := func(key string, k action.Kind) error {
		_, err := b.acc.Submit(t.Context(), b.owner, action.Draft{Account: b.account, Kind: k, Target: b.quote.ID, Base: b.quote.Base, Key: key, Input: action.Input{Text: "Because."}})
		return err
	}
	won := make(chan error, 20)
	for i := range cap(won) {
		k := action.QuoteAccept
		if i%2 == 1 {
			k = action.QuoteDecline
		}
		go func() { won <- decide(string(rune('a'+i)), k) }()
	}
	accepted := 0
	for range cap(won) {
		switch err := <-won; {
		case err == nil:
			accepted++
		case !fault.Is(err, fault.Conflict):
			t.Error(err)
		}
	}
	if accepted != 1 {
		t.Errorf("%d decisions", accepted)
	}
}

func TestAnExpiredQuoteIsNotDecided(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.pass(49 * time.Hour)
	_, err := b.acc.Submit(t.Context(), b.owner, action.Draft{Account: b.account, Kind: action.QuoteAccept, Target: b.quote.ID, Base: b.quote.Base, Key: "k"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

// TestAQuoteIsDecidedAsItWasSeen: the fingerprint holds where the base says nothing.
func TestAQuoteIsDecidedAsItWasSeen(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	seen := b.quote.Body.(record.Quote)
	other := seen
	other.Total = "8"
	accept := func(key, digest string) error {
		_, err := b.acc.Submit(t.Context(), b.owner, action.Draft{Account: b.account, Kind: action.QuoteAccept, Target: b.quote.ID, Base: b.quote.Base, Key: key,
			Input: action.Input{Fields: map[string]string{action.FieldDigest: digest, action.FieldConsent: "Yes. [Accept]"}}})
		return err
	}
	if err := accept("1", other.Digest()); !fault.Is(err, fault.Conflict) {
		t.Errorf("another quote: %v", err)
	}
	must(t, accept("2", seen.Digest()))
}

func TestFilesOfAnInvoiceAreForWhoSeesIt(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	for role, sees := range map[access.Role]bool{access.Owner: true, access.Finance: true, access.Accountant: true, access.Contributor: false, access.Approver: false} {
		s := member(person("x"), b.account, role)
		files, err := b.acc.FilesOf(t.Context(), s, b.account, b.bill.ID)
		if err != nil || (len(files) == 1) != sees {
			t.Errorf("%s is listed %d files: %v", role, len(files), err)
		}
		if _, err := b.acc.AttachmentOf(t.Context(), s, b.account, b.pdf); (err == nil) != sees || !sees && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s opens it: %v", role, err)
		}
	}
	if _, err := b.acc.FilesOf(t.Context(), b.finance, b.account, b.tickets["1"].ID); err != nil {
		t.Error(err)
	}
}

func TestStandingNamesWhatIsFed(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	other := b.world.account(t, "Another")
	is, err := b.acc.Standing(t.Context(), b.owner, b.account, 10)
	must(t, err)
	fed := map[record.Kind]bool{}
	for _, k := range is.Fed {
		fed[k] = true
	}
	if !fed[record.KindInvoice] || !fed[record.KindTicket] || fed[record.KindContract] {
		t.Errorf("fed by %v", is.Fed)
	}
	if is, err = b.acc.Standing(t.Context(), owner(other), other, 10); err != nil || len(is.Fed) != 0 {
		t.Errorf("a company that nothing knows: %v %v", is.Fed, err)
	}
}
