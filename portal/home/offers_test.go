package home_test

import (
	"context"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/record"
)

// offers is books with quotes, told of as any records of the account.
type offers struct{ *books }

func (o offers) Standing(ctx context.Context, s access.Scope, a record.AccountID, most int) (record.Standing, error) {
	is, err := o.books.Standing(ctx, s, a, most)
	is.Fed = append(is.Fed, record.KindQuote)
	return is, err
}

func (o offers) offer(number, title string, days int) record.ID {
	q := record.Quote{Number: number, Title: title, Currency: "EUR", Total: "18460.00", ValidUntil: now.Truncate(24*time.Hour).AddDate(0, 0, days)}
	d := record.Detail{Body: q, Row: record.Row{Account: o.id, ID: record.NewID(), Kind: record.KindQuote, Facets: q.Facets(), State: record.StateWaiting,
		Stamp: record.Stamp{System: "Sales", ReadAt: now.Add(-time.Minute)}}}
	o.bills, o.rows = append(o.bills, d), append(o.rows, d.Row)
	return d.ID
}

func TestAQuoteThatCanBeDecidedNeedsTheReader(t *testing.T) {
	t.Parallel()
	o := offers{&books{account: newAccount()}}
	o.offer("Q-2", "Later", 20)
	first := o.offer("Q-1", "Scanners", 4)
	o.offer("Q-0", "Too late", -3)
	on := o.offer("Q-3", "On its way", 2)
	o.asked = []action.Action{{ID: action.NewID(), Kind: action.QuoteDecline, Target: on, State: action.Confirmed, Ended: now}}
	p := o.at(t, o, o.as(access.Finance))
	if got := p.Text("section[aria-labelledby=needs] h3"); got != "Decide: Scanners Decide: Later" {
		t.Errorf("needs: %s", got)
	}
	p.Want(`a.btn-primary[href$="/quotes/`+first.String()+`"]`, 1).WantText(".po-card", "€18,460.00")
	o.at(t, o, o.as(access.Contributor)).Want("section[aria-labelledby=needs] li", 0)
}

// TestWhateverHasToBeDecidedAgainIsTold: not requests alone, and each once.
func TestWhateverHasToBeDecidedAgainIsTold(t *testing.T) {
	t.Parallel()
	o := offers{&books{account: newAccount()}}
	id := o.offer("Q-1", "Scanners", 4)
	a := action.Action{ID: action.NewID(), Kind: action.QuoteAccept, Target: id, State: action.Conflict, Actor: action.Actor{User: "u1"}}
	gone := action.Action{ID: action.NewID(), Ref: "PRT-GONE", Kind: action.PaymentRecord, Target: record.NewID(), State: action.Dead, Recorded: now, Actor: action.Actor{User: "u1"}}
	o.actions = []action.Action{a, gone}
	p := o.at(t, o, o.as(access.Finance))
	p.WantText(".po-card .po-list > li:first-child", "Decide again: Scanners Accepting the quote").Want(`a[href$="/quotes/`+id.String()+`#progress-`+a.ID.String()+`"]`, 2)
	p.Want(`.po-list a[href*="`+id.String()+`"]`, 2)
	p.WantText("section[aria-labelledby=with] li", "Your payment: not sent, what it was about is gone")
}
