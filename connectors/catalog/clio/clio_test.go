// Package clio_test proves the manifest of Clio Manage over its fake.
package clio_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/engine"
	"portico/connectors/vendorfake/clio"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

func target() connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: firm}
}

func TestClioKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

func TestClioKeepsTheVendorsContract(t *testing.T) {
	t.Parallel()
	connectortest.RunContract(t, target(), "clio/clio-v4.json", clio.Base,
		"/oauth/token", "/calendar_entries", // not in the file at hand
		"/u") // the storage, which is not the vendor's
}

const canary = "canary-7f02-privileged"

// office is a firm with three clients and documents on three pages of a list.
type office struct {
	*clio.Fake
	clock   *connectortest.Clock
	company int // a company
	private int // somebody who works there and has a matter of their own
	matter  int // of the company
	divorce int // of the person
	shown   []string
	gone    int
}

func newOffice(t testing.TB, clock *connectortest.Clock, exhibits int) *office {
	t.Helper()
	d := &office{Fake: clio.New(clock.Now, "c1", "good"), clock: clock}
	store := httptest.NewServer(d.Storage())
	t.Cleanup(store.Close)
	d.Place = store.URL
	d.company = d.Shelf.Add(clio.Contacts, shelf.Values{"name": "Nordwind Logistik GmbH", "type": "Company", "is_client": true,
		"primary_web_site": map[string]any{"address": "https://www.nordwind.example/start"}, "sales_tax_number": "DE 123"})
	works := map[string]any{"id": d.company}
	d.Shelf.Add(clio.Contacts, shelf.Values{"name": "Ada Kraus", "type": "Person", "is_client": false, "company": works, "primary_email_address": "Ada@nordwind.example"})
	d.private = d.Shelf.Add(clio.Contacts, shelf.Values{"name": "Ben Ost", "type": "Person", "is_client": true, "company": works, "primary_email_address": "ben@home.example"})
	d.matter = d.open(d.company, "Lease of a warehouse")
	d.divorce = d.open(d.private, "Divorce")
	d.Shelf.Add(clio.Categories, shelf.Values{"name": "Client portal"})
	d.bill("INV-1", "awaiting_payment", "revenue_kind")
	d.bill(canary, "draft", "revenue_kind")
	d.bill(canary, "awaiting_payment", "trust_kind")
	d.entries()
	start := clock.Now().Add(-90 * 24 * time.Hour)
	for i := range exhibits {
		external := d.file(fmt.Sprintf("Exhibit %d.pdf", i))
		at := start.Add(time.Duration(i/3) * time.Hour) // three at a time share a second
		d.Shelf.Date(d.id(external), at, at)
	}
	d.File(shelf.Values{"name": canary, "document_category": map[string]any{"name": "Work product"}, "matter": d.of(d.matter)}, []byte("x"))
	d.File(shelf.Values{"name": canary, "matter": d.of(d.matter)}, []byte("x"))
	return d
}

func (d *office) open(client int, description string) int {
	return d.Shelf.Add(clio.Matters, shelf.Values{"client_id": client, "client": map[string]any{"id": client}, "display_number": "00" + strconv.Itoa(client), "description": description,
		"status": "Open", "shared": true, "practice_area": map[string]any{"name": "Civil"}, "open_date": "2026-01-05",
		"responsible_attorney": map[string]any{"name": "Jo Halden", "email": "Jo@halden.example"}})
}

func (d *office) bill(number, state, kind string) {
	d.Shelf.Add(clio.Bills, shelf.Values{"number": number, "state": state, "kind": kind, "client": map[string]any{"id": d.company}, "shared": true, "subject": "Lease",
		"currency": map[string]any{"code": "EUR"}, "sub_total": 1000.1, "total_tax": 190.02, "total": 1190.12, "balance": 190.12, "issued_at": "2026-02-01", "due_at": "2026-03-01"})
}

// entries are shown by their calendar or because the client comes.
func (d *office) entries() {
	portal, own := map[string]any{"name": "Client portal"}, map[string]any{"name": "Jo Halden"}
	invited := func(contact int) []any { return []any{map[string]any{"id": contact, "type": "Contact"}} }
	for _, e := range []struct {
		summary string
		owner   map[string]any
		invited []any
	}{{"Hearing", portal, nil}, {"Meeting with you", own, invited(d.company)}, {canary, own, invited(d.private)}, {canary + " 2", own, nil}} {
		d.Shelf.Add(clio.Entries, shelf.Values{"summary": e.summary, "description": canary, "matter": d.of(d.matter), "calendar_owner": e.owner, "attendees": e.invited,
			"start_at": "2026-04-01T09:00:00Z", "end_at": "2026-04-01T10:00:00Z", "all_day": false})
	}
}

// of is a matter as things name it.
func (d *office) of(matter int) map[string]any {
	m, _ := d.Shelf.Get(clio.Matters, matter)
	return map[string]any{"id": matter, "client_id": m.Values["client_id"]}
}

func (d *office) file(name string) string {
	external := strconv.Itoa(d.File(shelf.Values{"name": name, "content_type": "application/pdf", "document_category": map[string]any{"name": "Client portal"},
		"matter": d.of(d.matter), "parent": map[string]any{"name": "Exhibits", "root": false}, "creator": map[string]any{"name": "Jo Halden"}}, []byte("%PDF-1.4")))
	d.shown = append(d.shown, external)
	return external
}

func (d *office) id(external string) int {
	id, _ := strconv.Atoi(external)
	return id
}

func firm(t testing.TB, clock *connectortest.Clock) *connectortest.System {
	t.Helper()
	return serve(t, newOffice(t, clock, 450))
}

func serve(t testing.TB, d *office) *connectortest.System {
	t.Helper()
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	return &connectortest.System{
		Settings: map[string]string{"url": srv.URL, "client_id": "c1"}, Secrets: map[string]string{"client_secret": "good", "signing": "told"},
		Faults: d.Faults, Main: "documents",
		List:     faults.Match{Method: "GET", Path: "=" + clio.Base + "/documents.json", Query: "id(asc)"},
		Pages:    faults.List{Rows: "data", Totals: []string{"meta.records"}, Next: []string{"meta.paging.next"}},
		Records:  func() []string { return slices.Clone(d.shown) },
		Canaries: []string{canary},
		Change:   func(external, marker string) { d.Shelf.Change(d.id(external), shelf.Values{"name": marker}) },
		Add:      d.file,
		Begin: func(external, marker string) func() {
			return d.Shelf.Begin(d.id(external), shelf.Values{"name": marker})
		},
		Delete:  d.remove,
		Restore: d.restore,
		Renewal: &connectortest.Renewal{Begin: d.consent(t), End: d.OAuth.EndAccess, Asked: func() int { return d.OAuth.Asked("refresh_token") }},
		Webhook: &connectortest.Webhook{Undated: true, Message: func(external string) *remote.RawRequest {
			body := fmt.Appendf(nil, `{"data":{"id":%s,"etag":"x"},"meta":{"event":"updated","webhook_id":3}}`, external)
			return connectortest.Sent(body, url.Values{"model": {"document"}}, http.Header{"X-Hook-Signature": {connectortest.MAC("told", string(body))}})
		}},
		Acts: []connectortest.Act{d.uploading()},
	}
}

// remove takes a document away: into the trash, for good, or out of what clients see.
func (d *office) remove(external string) {
	switch d.gone++; d.gone % 3 {
	case 0:
		d.Shelf.Delete(d.id(external), true)
	case 1:
		d.Shelf.Change(d.id(external), shelf.Values{"document_category": map[string]any{"name": "Work product"}})
	default:
		d.Shelf.Delete(d.id(external), false)
	}
	d.shown = slices.DeleteFunc(d.shown, func(s string) bool { return s == external })
}

func (d *office) restore(external string) bool {
	if !d.Shelf.Restore(d.id(external)) {
		d.Shelf.Change(d.id(external), shelf.Values{"document_category": map[string]any{"name": "Client portal"}})
	}
	d.shown = append(d.shown, external)
	return true
}

// consent is the token that somebody at the firm has brought.
func (d *office) consent(t testing.TB) func(remote.Connector, remote.Conn) remote.Token {
	return func(c remote.Connector, conn remote.Conn) remote.Token {
		made, err := c.(*engine.Connector).Fingerprint(conn)
		if err != nil {
			t.Fatal(err)
		}
		return remote.Token{Refresh: d.OAuth.Consented(), Made: made, SignedIn: d.clock.Now()}
	}
}

func (d *office) upload(matter int) action.Action {
	id := "file"
	a := action.Action{
		ID: action.NewID(), Ref: action.NewRef(), Kind: action.DocumentUpload, Company: strconv.Itoa(d.company),
		Actor: action.Actor{Name: "Ada Kraus", Email: "ada@nordwind.example"}, Generation: 1, Recorded: d.clock.Now(),
		Input: action.Input{Files: []action.File{{ID: id, Name: "Contract.pdf", ContentType: "application/pdf", Size: int64(len("bytes of " + id))}}},
	}
	if matter != 0 {
		a.Input.Fields = map[string]string{action.FieldProject: strconv.Itoa(matter)}
	}
	return a
}

func (d *office) uploading() connectortest.Act {
	n := 0
	return connectortest.Act{
		Write: faults.Match{Method: "PATCH", Path: "/documents/"},
		New: func() action.Action {
			if n++; n%2 == 0 {
				return d.upload(0)
			}
			return d.upload(d.matter)
		},
		Effects: func(a action.Action) int {
			return len(d.Shelf.All(clio.Documents, func(t shelf.Thing) bool {
				v, _ := t.Values["latest_document_version"].(map[string]any)
				return v["fully_uploaded"] == true && strings.Contains(fmt.Sprint(t.Values["external_properties"]), a.Ref)
			}))
		},
	}
}

// direct is a connection for what the kit does not try.
func direct(t *testing.T) (*office, remote.Connector, remote.Conn) {
	t.Helper()
	var d *office
	c, conn := connectortest.Opened(t, connectortest.Target{Connector: target().Connector, System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
		d = newOffice(t, clock, 3)
		return serve(t, d)
	}})
	return d, c, conn
}

func TestFilesComeFromTheStorage(t *testing.T) {
	t.Parallel()
	d, c, conn := direct(t)
	body := bytes.Repeat([]byte("0123456789"), 200_000)
	id := d.File(shelf.Values{"name": "Large.bin"}, body)
	for ref, want := range map[record.Ref]string{
		{Kind: record.KindDocument, External: strconv.Itoa(id)}: string(body),
		{Kind: record.KindAttachment, External: d.invoice()}:    "%PDF-1.4 of " + d.invoice(),
	} {
		rc, err := c.Open(t.Context(), conn, ref)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(rc); err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, %v", ref.Kind, len(got), err)
		}
		if err := rc.Close(); err != nil {
			t.Error(err)
		}
	}
}

func (d *office) invoice() string {
	return strconv.Itoa(d.Shelf.All(clio.Bills, nil)[0].ID)
}

// Whoever names somebody else's matter reaches nothing, and learns nothing of it.
func TestNobodyUploadsIntoAnothersMatter(t *testing.T) {
	t.Parallel()
	d, c, conn := direct(t)
	if _, out := c.Prepare(t.Context(), conn, d.upload(d.divorce)); out.Verdict != remote.Rejected {
		t.Errorf("it was %s: %s", out.Verdict, out.Reason)
	}
	a := d.upload(d.matter)
	if _, out := c.Prepare(t.Context(), conn, a); out.Verdict != remote.Done {
		t.Errorf("their own matter: %s %s", out.Verdict, out.Reason)
	}
	out := c.Act(t.Context(), conn, a)
	if out.Verdict != remote.Done || string(d.Bytes(d.id(out.Reference))) != "bytes of file" {
		t.Errorf("%+v: %q", out, d.Bytes(d.id(out.Reference)))
	}
}

// A matter belongs to its client alone, even when that client works for another.
func TestWhatIsSomebodysOwnIsNotTheirCompanys(t *testing.T) {
	t.Parallel()
	var d *office
	one := connectortest.Target{Connector: target().Connector, System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
		d = newOffice(t, clock, 3)
		return serve(t, d)
	}}
	for _, r := range connectortest.Pulled(t, one, "matters") {
		if want := map[string]int{"Lease of a warehouse": d.company, "Divorce": d.private}[r.Body.(record.Project).Name]; r.Company != strconv.Itoa(want) {
			t.Errorf("%+v", r)
		}
	}
	for _, r := range connectortest.Pulled(t, one, "contacts") {
		c, ok := r.Body.(record.Contact)
		want := map[string]int{"Ada Kraus": d.company, "Ben Ost": d.private}[c.Name]
		if ok && r.Company != strconv.Itoa(want) {
			t.Errorf("%+v", r)
		}
		if a, ok := r.Body.(record.Account); ok && a.Name == "Ben Ost" && len(a.Domains) > 0 {
			t.Errorf("a person suggests %v", a.Domains)
		}
	}
}
