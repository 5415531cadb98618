package connections_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/connections"
	"portico/portal/portaltest/htmlcheck"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// filed is a world with a table that nobody has explained.
func filed(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.detail.Spec.Tabular = true
	orders := []remote.TableFormat{{Name: "dmy", Label: "Day first"}, {Name: "mdy", Label: "Month first"}}
	rec := record.Record{Kind: record.KindTicket, External: "7", Company: "K1", Body: record.Ticket{Number: "7", Subject: "<b>Printer</b>", Status: "open"}}
	w.look = remote.TableLook{
		Table: remote.Table{Name: "tickets", Kind: record.KindTicket}, File: remote.TableFile{Name: "tickets.csv", Size: 2048, Written: now.Add(-time.Hour), Mark: "m1"},
		Encodings: []remote.TableFormat{{Name: "utf-8", Label: "UTF-8"}}, Separators: []remote.TableFormat{{Name: "comma", Label: "Comma"}},
		Fields:  []remote.TableField{{Name: "key", Label: "Key", Required: true}, {Name: "status", Label: "Status", Fixable: true}, {Name: "created", Label: "Created", Formats: orders}, {Name: "url", Label: "Address"}},
		Layout:  remote.Layout{Pattern: "tickets*.csv", Encoding: "utf-8", Separator: "comma", Columns: map[string]remote.LayoutColumn{"key": {Header: "Nr"}, "created": {Header: "On"}}},
		Headers: []string{"Nr", "On", "<i>"}, Rows: [][]string{{"7", "03.04.2026", "<script>"}},
		Unsure:  map[string]string{"created": "The first rows can be read in several ways."},
		Samples: []remote.Sample{{Kind: record.KindTicket, Raw: "line 2\n  Nr: 7", Record: &rec}},
	}
	w.tables = remote.Tables{Known: []remote.Table{w.look.Table, {Name: "invoices", Kind: record.KindInvoice, Suggested: "rechnungen.csv"}}, Other: []remote.TableFile{{Name: "odd.csv", Written: now}}}
	return w
}

// table asks for the page of one table, by GET or with a form.
func (w *world) table(want int, form url.Values) (htmlcheck.Page, string) {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	h := w.pages.Table
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		h = w.pages.Explain
	}
	r.SetPathValue("id", w.id)
	r.SetPathValue("table", "tickets")
	rec := httptest.NewRecorder()
	if err := h(rec, r, grant.Staff(grant.User{ID: "a", Name: "Amara Osei"}, access.Admin, nil)); err != nil {
		w.t.Fatal(err)
	}
	if rec.Code != want {
		w.t.Fatalf("status %d, want %d\n%.2000s", rec.Code, want, rec.Body)
	}
	if want == http.StatusSeeOther {
		return htmlcheck.Page{}, rec.Header().Get("Location")
	}
	return w.read(rec), ""
}

func TestThePageOfFilesShowsWhatNobodyHasExplained(t *testing.T) {
	t.Parallel()
	w := filed(t)
	page := w.get(w.pages.Tables, w.id, "")
	page.WantText("[data-table=invoices]", "rechnungen.csv").WantText("[data-table=invoices]", "a file looks like it").
		WantText("[data-part=others]", "odd.csv").Want(".po-tabs a[aria-current]", 1)
	w.get(w.pages.Show, w.id, "").WantText("[data-part=unexplained]", "Nobody has said").Want("#writes", 0)
	w.detail.Spec.Tabular = false
	if _, err := w.do(w.pages.Tables, get(), w.id); !fault.Is(err, fault.NotFound) {
		t.Errorf("a system without files: %v", err)
	}
}

func TestATableIsSuggestedAndWhatIsUnsureIsAsked(t *testing.T) {
	t.Parallel()
	w := filed(t)
	page, _ := w.table(http.StatusOK, nil)
	page.Want("select[name=column-key] option[selected][value=Nr]", 1).Want("select[name=format-created] option[selected][value='']", 1).
		WantText("[data-field=created]", "several ways").WantText("[data-part=head]", "<script>").Want("[data-part=head] script", 0).
		WantText("[data-part=samples] pre", "Nr: 7").Want("details [data-field=url]", 1)
	if w.looks[0] != nil {
		t.Error("a page that was opened looked by a layout of its own")
	}
}

func TestALookSavesNothingAndASaveKeepsWhatWasChosen(t *testing.T) {
	t.Parallel()
	w := filed(t)
	form := url.Values{"do": {"look"}, "pattern": {"tickets*.csv"}, "reading": {"increment"}, "encoding": {"utf-8"}, "separator": {"comma"}, "seen": {"x"},
		"column-key": {"Nr"}, "column-created": {"On"}, "format-created": {"dmy"}, "column-status": {""}, "fixed-status": {"open"}, "column-url": {""}}
	w.table(http.StatusOK, form)
	if len(w.explained) != 0 || w.looks[0] == nil || w.looks[0].Columns["created"].Format != "dmy" {
		t.Fatalf("explained %v, looked by %+v", w.explained, w.looks[0])
	}
	form.Set("do", "save")
	if _, to := w.table(http.StatusSeeOther, form); !strings.HasSuffix(to, "/files?done=explained") {
		t.Errorf("leads to %s", to)
	}
	got := w.explained[0]
	if !got.Increment || len(got.Headers) != 3 || got.Columns["status"] != (remote.LayoutColumn{Fixed: "open"}) || len(got.Columns) != 3 {
		t.Errorf("saved %+v", got)
	}
	w.err = fault.New(fault.Invalid, "Please correct what is marked.").Field("created", "Say how it is written.")
	page, _ := w.table(http.StatusUnprocessableEntity, form)
	page.WantText("#column-created-error", "Say how").WantText("[data-part=problems]", "correct what is marked")
	w.err = fault.New(fault.Conflict, "Somebody else changed this connection.")
	w.table(http.StatusConflict, form)
}

func TestAChangedHeaderAndAShortFileAreAskedAbout(t *testing.T) {
	t.Parallel()
	w := filed(t)
	kept := w.look.Layout
	w.look.Table.Layout, w.look.Missing, w.look.New = &kept, []string{"Old"}, []string{"Fresh"}
	w.detail.Streams = []run.StreamState{{Stream: "tickets", Failures: 1, Problem: "tickets.csv has 3 rows and the file before had 100. Nothing was deleted. If it is right, say so on the page Files."}}
	page, _ := w.table(http.StatusOK, nil)
	page.WantText("[data-part=missing]", "Old").WantText("[data-part=new]", "Fresh").WantText("[data-part=short]", "tickets.csv").Want("[data-part=short] input[name=mark][value=m1]", 1)
	if _, to := w.table(http.StatusSeeOther, url.Values{"do": {"accept"}, "mark": {"m1"}}); !strings.HasSuffix(to, "accepted") || w.explained[0].Accepted != "m1" {
		t.Errorf("leads to %s, saved %+v", to, w.explained)
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("do=accept&mark=other"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetPathValue("table", "tickets")
	if _, err := w.do(w.pages.Explain, r, w.id); !fault.Is(err, fault.Conflict) {
		t.Errorf("another file than the one that was seen: %v", err)
	}
}

var _ connections.Explaining = (*plant)(nil)
