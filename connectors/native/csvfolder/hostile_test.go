package csvfolder_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/connectors/native/csvfolder"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// The files that come with the connector are suggested right, in their languages and encodings.
func TestTheExamplesAreReadAsTheirFilesSuggest(t *testing.T) {
	t.Parallel()
	d := newDrop(t)
	must(t, os.CopyFS(filepath.Join(d.root, "erp"), os.DirFS("../../example/dropfolder")))
	old := d.now.Add(-2 * time.Hour)
	must(t, filepath.WalkDir(filepath.Join(d.root, "erp"), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return os.Chtimes(path, old, old)
	}))
	for table, want := range map[string]int{"companies": 3, "contacts": 3, "tickets": 3, "assets": 2, "invoices": 3, "contracts": 2, "documents": 1} {
		d.have = map[string]record.Record{}
		d.suggested(table, nil)
		d.whole(table)
		if len(d.have) != want || len(d.rejects) > 0 {
			t.Errorf("%s: %d records, want %d, rejects %v", table, len(d.have), want, d.rejects)
		}
		for id, golden := range map[string]string{
			"1002":   `{"name":"Bäckerei Öztürk \u0026 Söhne","domains":["oeztuerk.example"],"tax_id":"DE299876543"}`,
			"9":      `{"name":"Emre Öztürk","email":"emre@oeztuerk.example","phone":"0049405550144"}`,
			"R-2041": `{"number":"R-2041","status":"offen","currency":"EUR","net":"1230.00","tax":"233.70","total":"1463.70","balance":"1463.70","issued":"2026-11-03T00:00:00Z","due":"2026-11-17T00:00:00Z","lines":[{"text":"Wartung Server, November","quantity":"10","unit":"Stunden","price":"98.00","net":"980.00","tax_name":"19 %"},{"text":"Festplatte 4 TB\r\nmit Einbau","quantity":"2","unit":"Stück","price":"125.00","net":"250.00","tax_name":"19 %"}]}`,
			"A-17":   `{"name":"Label printer","model":"ZD421","serial":"00981273","status":"lent","held_by":{"name":"Jonas Brandt"},"warranty_until":"2027-05-31T00:00:00Z"}`,
		} {
			if rec, ok := d.have[id]; ok && text(rec.Body) != golden {
				t.Errorf("%s %s is\n\t%s\nwant\n\t%s", table, id, text(rec.Body), golden)
			}
		}
	}
	file, err := csvfolder.New().Open(t.Context(), d.conn, record.Ref{Kind: record.KindDocument, External: "1001/D-1"})
	must(t, err)
	defer func() { _ = file.Close() }()
	if all, err := io.ReadAll(file); err != nil || !strings.Contains(string(all), "Nordwind") {
		t.Errorf("the document is %q, %v", all, err)
	}
	for _, other := range []string{"1002/D-1", "1001/D-9", "D-1"} {
		if _, err := csvfolder.New().Open(t.Context(), d.conn, record.Ref{Kind: record.KindDocument, External: other}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s opens with %v", other, err)
		}
	}
}

// A date that can be read in two ways is asked about, and is refused without an answer.
func TestWhatCanBeReadInTwoWaysIsAsked(t *testing.T) {
	t.Parallel()
	d := newDrop(t)
	d.put("tickets.csv", "Ticket ID,Company ID,Subject,Status,Created\n1,K1,Printer,open,03/04/2026\n", time.Hour)
	look, err := csvfolder.New().Look(t.Context(), d.conn, "tickets", nil)
	must(t, err)
	l := look.Layout
	l.Headers = look.Headers
	if look.Unsure["created"] == "" || l.Columns["created"].Format != "" {
		t.Errorf("unsure %v, layout %+v", look.Unsure, l.Columns["created"])
	}
	if _, err := csvfolder.New().Explain(d.conn.Settings, "tickets", l); fault.Fields(err)["created"] == "" {
		t.Errorf("saved without an answer: %v", err)
	}
	for format, want := range map[string]string{"dmy": "2026-04-02T22:00:00Z", "mdy": "2026-03-03T23:00:00Z"} {
		d.suggested("tickets", func(l *remote.Layout) { l.Columns["created"] = remote.LayoutColumn{Header: "Created", Format: format} })
		d.marks, d.have = map[string]remote.Checkpoint{}, map[string]record.Record{}
		d.whole("tickets")
		if got := d.have["1"].Created.Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", format, got, want)
		}
	}
}

func TestHostileFilesHarmNothingElse(t *testing.T) {
	t.Parallel()
	d := newDrop(t)
	d.put("kunden.csv", companies(3), 2*time.Hour)
	d.suggested("companies", nil)
	d.put("kunden.csv", companies(3)+"K9;\""+strings.Repeat("x", 30<<20)+"\";\n"+"K10"+strings.Repeat(";", 1_000_000)+"y\n"+"K11;After;\n", time.Hour)
	d.whole("companies")
	if len(d.have) != 4 || len(d.rejects) != 2 {
		t.Errorf("%d records, rejects %v", len(d.have), d.rejects)
	}
	d.put("kunden.csv", strings.Repeat("a;", 1_000_000)+"\n", time.Hour)
	if err := d.pull("companies", remote.Changes); !fault.Is(err, fault.Broken) {
		t.Errorf("a million columns: %v", err)
	}
}

// Nothing outside of the folder is read: no link, no path that leads up, no other root.
func TestNothingOutsideOfTheFolderIsRead(t *testing.T) {
	t.Parallel()
	d := newDrop(t)
	must(t, os.WriteFile(filepath.Join(d.root, "secret.csv"), []byte(companies(3)), 0o600))
	must(t, os.Symlink(filepath.Join(d.root, "secret.csv"), filepath.Join(d.root, "erp", "kunden.csv")))
	all, err := csvfolder.New().Tables(t.Context(), d.conn)
	if err != nil || len(all.Other) != 0 {
		t.Errorf("a link is listed: %v, %v", all.Other, err)
	}
	d.put("documents.csv", "Document ID,Company ID,File\n1,K1,../secret.csv\n2,K1,link.txt\n3,K1,/etc/passwd\n4,K1,gone.txt\n", time.Hour)
	must(t, os.Symlink(filepath.Join(d.root, "secret.csv"), filepath.Join(d.root, "erp", "link.txt")))
	d.suggested("documents", nil)
	d.whole("documents")
	if len(d.have) != 0 || len(d.rejects) != 4 {
		t.Errorf("have %s, rejects %v", text(d.have), d.rejects)
	}
	for _, folder := range []string{"..", "../erp", "/etc", "", "erp/../..", "missing"} {
		conn := d.conn
		conn.Settings = map[string]string{"folder": folder}
		if r := csvfolder.New().Check(t.Context(), conn); r.OK && folder != "/etc" || len(r.Items) != 1 || r.Items[0].Detail == "" {
			t.Errorf("the folder %q: %+v", folder, r)
		}
	}
	conn := d.conn
	conn.Drop = ""
	if r := csvfolder.New().Check(t.Context(), conn); r.OK || !strings.Contains(r.Items[0].Detail, "connectors.drop") {
		t.Errorf("without a root: %+v", r)
	}
}
