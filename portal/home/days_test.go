package home_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"portico/portal/home"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
)

// planned is an account with a calendar.
type planned struct {
	*account
	details []record.Detail
}

func (p *planned) Standing(ctx context.Context, s access.Scope, a record.AccountID, most int) (record.Standing, error) {
	is, err := p.account.Standing(ctx, s, a, most)
	is.Fed = []record.Kind{record.KindEvent}
	return is, err
}

func (p *planned) Occasions(_ context.Context, _ access.Scope, _ record.AccountID, w record.Window) ([]record.Occasion, []record.Freshness, error) {
	var out []record.Occasion
	for _, d := range p.details {
		for _, o := range record.Occasions(d) {
			if w.Holds(o) {
				out = append(out, o)
			}
		}
	}
	record.SortOccasions(out, w.Zone)
	return out, nil, nil
}

func (p *planned) add(b record.Body, state record.State) {
	p.details = append(p.details, record.Detail{Body: b, Row: record.Row{Account: p.id, ID: record.NewID(), Kind: b.Kind(), Facets: b.Facets(), State: state,
		Stamp: record.Stamp{System: "Planner"}}})
}

func TestKeyDatesAreOfEveryKindInOneOrder(t *testing.T) {
	t.Parallel()
	p := &planned{account: newAccount()}
	p.asset("Router", "2026-12-01", record.StateOpen)
	p.add(record.Event{Title: "Switch work", Start: now.Add(48 * time.Hour)}, record.StateOpen)
	p.add(record.Event{Title: "Called off", Start: now.Add(48 * time.Hour)}, record.StateCancelled)
	p.add(record.Contract{Name: "Care", Notice: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}, record.StateOpen)
	p.add(record.Invoice{Number: "7", Due: now.Truncate(24 * time.Hour)}, record.StateOpen)
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: p, Zone: time.UTC, Now: func() time.Time { return now }})
	show := func() htmlcheck.Page {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, ui.AccountPath(p.id), nil)
		if err := home.New(home.Options{Records: p, Approvals: p, Days: p, Frame: frame}).Home(w, r, p.as(access.Owner)); err != nil {
			t.Fatal(err)
		}
		return htmlcheck.Read(t, w.Body.String())
	}
	page := show().Want("#home-dates li", 3).WantText("#home-dates header a", "Calendar")
	if got := page.Text("#home-dates h3"); got != "Switch work Warranty ends Last day to give notice: Care" {
		t.Errorf("%s", got)
	}
	p.details, p.rows = nil, nil
	show().WantText("#home-dates", "Nothing is planned for the next 90 days.")
}
