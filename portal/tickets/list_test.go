package tickets_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestListShowsWhatIsOpenFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := ask(t, w.pages.List, w.as(access.Owner), get("/a/x/tickets"))
	p := page(t, got, err, 200)
	p.Want("tbody tr", 2).WantText("tbody", "VPN for the Gdańsk depot").WantText(`.po-turn[data-turn="client"]`, "Waiting for you").WantText("title", "Requests · Halden IT")
	p.Want(`.po-tabs a[aria-current="page"]`, 1).WantText(`.po-tabs a[aria-current="page"]`, "Open").Want(".po-fresh", 1).Want(`a.btn-primary[href$="/tickets/new"]`, 1)
	p.Want(`td[data-label]`, 6).Want("[data-part=hidden]", 0)
}

func TestFilterIsTheAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := ask(t, w.pages.List, w.as(access.Owner), get("/a/x/tickets?view=all&turn=client&q=vpn&mine=1&sort=due"))
	p := page(t, got, err, 200)
	q := w.asked[len(w.asked)-1]
	if q.Kind != record.KindTicket || q.Open != nil || q.Turn != record.TurnClient || q.Search != "vpn" || !q.Mine || q.Sort != record.SortDue {
		t.Errorf("asked for %+v", q)
	}
	p.Want(`input[name=q][value=vpn]`, 1).Want(`select[name=turn] option[selected][value=client]`, 1).Want(`input[name=mine][checked]`, 1).Want(`input[type=hidden][name=view][value=all]`, 1)
	p.Want(`a[download][href*="turn=client"][href*="q=vpn"][href*="tickets.csv"]`, 1)
	p.Want(`.po-tabs a[href*="view=finished"][href*="q=vpn"]`, 1)
}

func TestPagesLeadOnAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := ask(t, w.pages.List, w.as(access.Owner), get("/a/x/tickets?view=all"))
	page(t, got, err, 200).Want(`a[rel=next][href*="after=2"][href*="view=all"]`, 1)
	got, err = ask(t, w.pages.List, w.as(access.Owner), get("/a/x/tickets?view=all&after=2"))
	page(t, got, err, 200).Want("a[rel=next]", 0).Want(`.po-pager a[href$="view=all"]`, 1).Want("tbody tr", 1)
}

func TestEmptyListsHelp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := ask(t, w.pages.List, w.as(access.Owner), get("/a/x/tickets?q=zzz"))
	page(t, got, err, 200).WantText(".po-empty h2", "Nothing fits that").Want(`.po-empty a[href$="?view=all"]`, 1)
	w.rows = nil
	for view, want := range map[string]string{"open": "Nothing is open", "finished": "Nothing is finished yet", "all": "No requests yet"} {
		got, err = ask(t, w.pages.List, w.as(access.Owner), get("/a/x/tickets?view="+view))
		page(t, got, err, 200).WantText(".po-empty h2", want).Want(`.po-empty a[href$="/tickets/new"]`, 1).Want("table", 0)
	}
}

func TestHiddenPartsAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := ask(t, w.pages.List, w.as(access.Contributor), get("/a/x/tickets"))
	page(t, got, err, 200).WantText("[data-part=hidden]", "You see your own requests").Want("input[name=mine]", 0)
}

func TestNonsenseInTheAddressIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, query := range []string{"view=everything", "turn=nobody", "sort=random", "q=" + strings.Repeat("x", 201), "mine=perhaps"} {
		if _, err := ask(t, w.pages.List, w.as(access.Owner), get("/a/x/tickets?"+query)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.30s: %v", query, err)
		}
	}
}

func TestExportHoldsEveryPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := ask(t, w.pages.Export, w.as(access.Owner), get("/a/x/tickets.csv?view=all&after=2"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[2][1] != `'=HYPERLINK("x")` || rows[1][9] != "stalled" || rows[1][10] != "2026-11-19T09:04:00Z" {
		t.Errorf("%q", rows[1:3])
	}
	if d := got.Header().Get("Content-Disposition"); d != "attachment; filename=requests.csv" {
		t.Errorf("Content-Disposition %q", d)
	}
}
