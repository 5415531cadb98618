package contracts_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"portico/portal/contracts"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 19, 9, 6, 0, 0, time.UTC)

// account is one account's contracts in memory.
type account struct {
	id      record.AccountID
	details []record.Detail
	asked   []record.Query
}

func (a *account) add(b record.Contract, state record.State) record.ID {
	d := record.Detail{Body: b, Row: record.Row{Account: a.id, ID: record.NewID(), Kind: record.KindContract, Facets: b.Facets(), State: state, Label: "Running",
		Stamp: record.Stamp{System: "Books", External: "7", ReadAt: now, Limit: time.Hour}}}
	a.details = append(a.details, d)
	return d.ID
}

func (a *account) Standing(context.Context, access.Scope, record.AccountID, int) (record.Standing, error) {
	return record.Standing{Account: record.AccountInfo{ID: a.id, Name: "Nordwind", Launch: record.LaunchInvited}, Fed: []record.Kind{record.KindContract}}, nil
}

func (a *account) Whole(_ context.Context, _ access.Scope, _ record.AccountID, q record.Query) (record.Whole, error) {
	a.asked = append(a.asked, q)
	p := record.Whole{Fresh: []record.Freshness{{System: "Books", Kinds: []record.Kind{record.KindContract}, ReadAt: now, Limit: time.Hour}}}
	for _, d := range a.details {
		if d.State.Open() == *q.Open && q.Search != "zzz" {
			p.Details = append(p.Details, d)
		}
	}
	return p, nil
}

func (a *account) Detail(_ context.Context, _ access.Scope, _ record.AccountID, _ record.Kind, id record.ID) (record.Detail, error) {
	for _, d := range a.details {
		if d.ID == id {
			return d, nil
		}
	}
	return record.Detail{}, fault.New(fault.NotFound, "There is nothing here.")
}

type handler func(http.ResponseWriter, *http.Request, access.Scope) error

func (a *account) show(t *testing.T, pick func(*contracts.Pages) handler, path, id string) htmlcheck.Page {
	t.Helper()
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: a, Zone: time.UTC, Now: func() time.Time { return now }})
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
	r.SetPathValue("id", id)
	s := grant.Member(grant.User{ID: "u1", Name: "Ines"}, a.id, access.Owner)
	if err := pick(contracts.New(contracts.Options{Records: a, Frame: frame}))(w, r, s); err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Read(t, w.Body.String())
}

func list(p *contracts.Pages) handler { return p.List }
func one(p *contracts.Pages) handler  { return p.Show }

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

func TestAContractInWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body  record.Contract
		wants map[string]string
	}{
		"notice soon": {record.Contract{Notice: day("2026-12-31"), Renewal: day("2027-04-01"), Start: day("2024-01-01")},
			map[string]string{".po-lines": "Give notice by 31 Dec 2026, 42 days left Renews by itself on 1 Apr 2027 Runs since 1 Jan 2024"}},
		"notice today":   {record.Contract{Notice: day("2026-11-19")}, map[string]string{".po-lines": "Give notice by 19 Nov 2026, today"}},
		"notice missed":  {record.Contract{Notice: day("2026-11-18")}, map[string]string{".po-lines": "The last day to give notice was 18 Nov 2026"}},
		"price":          {record.Contract{Currency: "EUR", Value: "1234567.890", Period: "monthly"}, map[string]string{".po-facts b": "EUR 1,234,567.890 a month"}},
		"its own period": {record.Contract{Currency: "USD", Value: "-12", Period: "each sprint"}, map[string]string{".po-facts b": "USD -12 (each sprint)"}},
		"some left":      {record.Contract{Included: "40", Used: "31.50", Unit: "hours"}, map[string]string{".po-use": "31.50 of 40 hours used, 8.50 left"}},
		"over":           {record.Contract{Included: "2", Used: "2.4", Unit: "TB"}, map[string]string{".po-use": "2.4 used, 2 TB included: 0.4 over"}},
		"only used":      {record.Contract{Used: "3"}, map[string]string{"#contract": "3 units used"}},
		"nothing in it":  {record.Contract{Included: "0", Used: "3", Unit: "hours"}, map[string]string{"#contract": "3 hours used"}},
		"no terms":       {record.Contract{}, map[string]string{"#contract": "Books holds no terms in words."}},
	} {
		a := &account{id: record.NewAccountID()}
		c.body.Name = "Care"
		id := a.add(c.body, record.StateOpen).String()
		p := a.show(t, one, "/a/x/contracts/"+id, id)
		for selector, want := range c.wants {
			if got := p.Text(selector); got != want && selector != "#contract" {
				t.Errorf("%s: %q says %q, want %q", name, selector, got, want)
			}
			p.WantText(selector, want)
		}
		p.Want(".po-fresh", 1)
	}
}

func TestTheListPartsWhatRunsFromWhatIsOver(t *testing.T) {
	t.Parallel()
	a := &account{id: record.NewAccountID()}
	a.add(record.Contract{Name: "Care <b>", Notice: day("2026-12-31"), Included: "2", Used: "1"}, record.StateOpen)
	a.add(record.Contract{Name: "Lease"}, record.StateClosed)
	a.show(t, list, "/a/x/contracts", "").Want(".po-grid > li", 1).WantText(".po-grid h2", "Care <b>").Want("progress", 1).WantText(".po-status", "Give notice by 31 Dec 2026")
	a.show(t, list, "/a/x/contracts?show=ended", "").Want(".po-grid > li", 1).WantText(".po-grid h2", "Lease")
	a.show(t, list, "/a/x/contracts?q=zzz", "").WantText(".po-empty", "Nothing fits that")
	a.details = nil
	a.show(t, list, "/a/x/contracts", "").WantText(".po-empty", "No contracts yet")
	if q := a.asked[0]; q.Sort != record.SortDue || q.Kind != record.KindContract {
		t.Errorf("asked for %+v", q)
	}
}
