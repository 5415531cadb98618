package assets_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/portal/assets"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 19, 9, 6, 0, 0, time.UTC)

// account is one account's assets in memory.
type account struct {
	id      record.AccountID
	rows    []record.Row
	tickets []record.Row
	asked   []record.Query
	body    record.Body
	down    string
}

func newAccount() *account {
	a := &account{id: record.NewAccountID()}
	a.add("GDN-RT-01", "Router", "2028-03-01")
	a.add("BRE-PC-11", "Desktop", "2026-12-31")
	a.add("HAM-SW-01", "=Switch", "2026-09-30")
	a.add("", "Printer", "")
	a.body = record.Asset{Tag: "GDN-RT-01", Name: "Router", Serial: "HEX1", HeldBy: record.Person{Name: "Jonas"}, WarrantyUntil: time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC)}
	return a
}

func (a *account) add(tag, name, until string) {
	r := record.Row{Account: a.id, ID: record.NewID(), Kind: record.KindAsset, Facets: record.Facets{Number: tag, Title: name}, State: record.StateOpen, Label: "In use"}
	if until != "" {
		day, err := time.Parse(time.DateOnly, until)
		if err != nil {
			panic(err)
		}
		r.Due = day
	}
	a.rows = append(a.rows, r)
}

func (a *account) Standing(context.Context, access.Scope, record.AccountID, int) (record.Standing, error) {
	return record.Standing{Account: record.AccountInfo{ID: a.id, Name: "Nordwind", Launch: record.LaunchInvited}}, nil
}

func (a *account) List(_ context.Context, _ access.Scope, _ record.AccountID, q record.Query) (record.Page, error) {
	a.asked = append(a.asked, q)
	if q.Kind == record.KindTicket {
		return record.Page{Rows: a.tickets, Total: -1}, nil
	}
	p := record.Page{Rows: a.rows, Total: -1}
	switch {
	case q.Search == "zzz":
		p.Rows = nil
	case q.After == "2":
		p.Rows = a.rows[2:]
	case q.Limit == 200 && len(a.rows) > 2:
		p.Rows, p.Next = a.rows[:2], "2"
	}
	return p, nil
}

func (a *account) Detail(_ context.Context, _ access.Scope, _ record.AccountID, kind record.Kind, id record.ID) (record.Detail, error) {
	for _, r := range a.rows {
		if kind == record.KindAsset && r.ID == id {
			r.Stamp = record.Stamp{System: "Request Tracker", External: "7", ReadAt: now, Limit: time.Hour, Down: a.down}
			return record.Detail{Row: r, Body: a.body}, nil
		}
	}
	return record.Detail{}, fault.New(fault.NotFound, "There is nothing here.")
}

func (a *account) Freshness(context.Context, access.Scope, record.AccountID) ([]record.Freshness, error) {
	return []record.Freshness{{System: "Request Tracker", Kinds: []record.Kind{record.KindAsset}, ReadAt: now, Limit: time.Hour, Down: a.down}}, nil
}

func (a *account) pages() *assets.Pages {
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: a, Zone: time.UTC, Now: func() time.Time { return now }})
	return assets.New(assets.Options{Records: a, Frame: frame})
}

func (a *account) as(role access.Role) access.Scope {
	return grant.Member(grant.User{ID: "u1", Name: "Ines"}, a.id, role)
}

type handler func(http.ResponseWriter, *http.Request, access.Scope) error

func ask(h handler, s access.Scope, path, id string) (*httptest.ResponseRecorder, error) {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
	r.SetPathValue("id", id)
	return w, h(w, r, s)
}

func show(t *testing.T, h handler, s access.Scope, path, id string) htmlcheck.Page {
	t.Helper()
	w, err := ask(h, s, path, id)
	if err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Read(t, w.Body.String())
}

func TestInventoryAsCardsAndAsList(t *testing.T) {
	t.Parallel()
	a := newAccount()
	p := show(t, a.pages().List, a.as(access.Owner), "/a/x/assets", "")
	p.Want(".po-grid > li", 4).Want("table", 0).WantText(`.po-tabs a[aria-current=page]`, "Cards").Want(".po-fresh", 1)
	p.WantText(".po-grid > li:nth-child(1) [data-tone=good]", "Warranty until 1 Mar 2028").WantText(".po-grid > li:nth-child(2) [data-tone=attn]", "Warranty until 31 Dec 2026, 42 days left")
	p.WantText(".po-grid > li:nth-child(3) [data-tone=bad]", "Warranty ended 30 Sep 2026").WantText(".po-grid > li:nth-child(4) [data-tone='']", "Warranty not known")
	p = show(t, a.pages().List, a.as(access.Owner), "/a/x/assets?as=list&q=rou&sort=due", "")
	p.Want("tbody tr", 4).Want(".po-grid", 0).Want(`a[download][href*="q=rou"]`, 1).Want(`.po-tabs a[href*="q=rou"]`, 2)
	if q := a.asked[len(a.asked)-1]; q.Kind != record.KindAsset || q.Search != "rou" || q.Sort != record.SortDue {
		t.Errorf("asked for %+v", q)
	}
	if _, err := ask(a.pages().List, a.as(access.Owner), "/?as=pile", ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("nonsense: %v", err)
	}
}

func TestWarrantyEndsToday(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.rows = a.rows[:0]
	a.add("A", "A", "2026-11-19")
	a.add("B", "B", "2026-11-18")
	a.add("C", "C", "2026-11-20")
	show(t, a.pages().List, a.as(access.Owner), "/", "").WantText(".po-grid", "Warranty ends today").WantText("[data-tone=bad]", "Warranty ended 18 Nov 2026").WantText(".po-grid", "20 Nov 2026, 1 day left")
}

func TestEmptyInventoryHelps(t *testing.T) {
	t.Parallel()
	a := newAccount()
	show(t, a.pages().List, a.as(access.Owner), "/?q=zzz", "").WantText(".po-empty", "Nothing fits that").Want(".po-empty a", 1)
	a.rows, a.down = nil, "No answer."
	show(t, a.pages().List, a.as(access.Owner), "/", "").WantText(".po-empty", "Halden IT looks after").Want("[data-part=down]", 1)
}

func TestAssetLeadsToItsRequestsAndANewOne(t *testing.T) {
	t.Parallel()
	a := newAccount()
	id := a.rows[0].ID.String()
	p := show(t, a.pages().Show, a.as(access.Owner), "/", id)
	p.WantText("h1", "Router").WantText("dl", "HEX1").Want(`a.btn-primary[href$="/tickets/new?asset=`+id+`"]`, 1).WantText("#main", "No request names this asset.").Want(".po-fresh", 1)
	if q := a.asked[len(a.asked)-1]; q.Kind != record.KindTicket || q.Search != "GDN-RT-01" {
		t.Errorf("asked for %+v", q)
	}
	a.tickets = []record.Row{{Account: a.id, ID: record.NewID(), Facets: record.Facets{Number: "7", Title: "Router gdn-rt-01 is down"}, Turn: record.TurnClient, Updated: now}}
	a.tickets = append(a.tickets, record.Row{ID: record.NewID(), Facets: record.Facets{Number: "GDN-RT-01", Title: "Something else"}})
	a.down = "No answer."
	show(t, a.pages().Show, a.as(access.Owner), "/", id).Want(".po-list li", 1).WantText(".po-list li", "Router gdn-rt-01 is down Request #7").Want("[data-part=down]", 1)
}

func TestShortTagsAreNotLookedFor(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.body = record.Asset{Tag: "5", Name: "GDN-RT-01"}
	show(t, a.pages().Show, a.as(access.Owner), "/", a.rows[0].ID.String())
	if q := a.asked[len(a.asked)-1]; q.Search != "GDN-RT-01" {
		t.Errorf("looked for %q", q.Search)
	}
}

func TestAssetHidesWhatTheRoleDoesNotSee(t *testing.T) {
	t.Parallel()
	a := newAccount()
	id := a.rows[0].ID.String()
	s := grant.StaffIn(grant.User{ID: "s"}, access.Manager, a.id)
	show(t, a.pages().Show, s, "/", id).Want(".btn-primary", 0)
	for _, id := range []string{"x", "", record.NewID().String()} {
		if _, err := ask(a.pages().Show, a.as(access.Owner), "/", id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	a.body = record.Contact{}
	if _, err := ask(a.pages().Show, a.as(access.Owner), "/", id); !fault.Is(err, fault.Internal) {
		t.Errorf("a body of another kind: %v", err)
	}
}

func TestExportHoldsEveryPage(t *testing.T) {
	t.Parallel()
	a := newAccount()
	w, err := ask(a.pages().Export, a.as(access.Owner), "/a/x/assets.csv?as=list", "")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 5 || rows[3][1] != "'=Switch" || rows[1][4] != "2028-03-01" || rows[4][4] != "" {
		t.Errorf("%q %v", rows, err)
	}
}
