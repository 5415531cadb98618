package app_test

import (
	"slices"
	"time"

	"portico/sync/access/grant"
	"portico/sync/apikey"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

func stream(name string, kinds ...record.Kind) remote.Stream {
	return remote.Stream{Name: name, Kinds: kinds, Every: time.Minute, FreshFor: time.Hour}
}

// connect makes the connections that feed money, agreements and days.
func (w *shop) connect() {
	w.t.Helper()
	w.conns = map[string]record.ConnectionID{}
	for connector, streams := range map[string][]remote.Stream{
		"tryton": {stream("invoices", record.KindInvoice), stream("files", record.KindAttachment), stream("payments", record.KindPayment)},
		"stripe": {stream("quotes", record.KindQuote), stream("files", record.KindAttachment)},
		"caldav": {stream("events", record.KindEvent)},
		"halopsa": {stream("contracts", record.KindContract), stream("projects", record.KindProject), stream("documents", record.KindDocument),
			stream("files", record.KindAttachment)},
	} {
		w.conns[connector] = record.NewConnectionID()
		must(w.t, w.sys.CreateConnection(w.t.Context(), remote.Connection{ID: w.conns[connector], Connector: connector, Name: "The " + connector}, streams))
	}
}

// pull stores what a run of a stream would bring.
func (w *shop) pull(conn record.ConnectionID, stream string, records ...record.Record) {
	w.t.Helper()
	r, ok, err := w.sys.Begin(w.t.Context(), run.Due{Connection: conn, Stream: stream, Mode: remote.Changes}, time.Hour)
	if err != nil || !ok {
		w.t.Fatal("pull", ok, err)
	}
	r, err = w.sys.Commit(w.t.Context(), r, remote.Page{Records: records}, time.Hour)
	must(w.t, err)
	r.State = run.Done
	must(w.t, w.sys.Finish(w.t.Context(), r, time.Now()))
}

// supply fills an account with one record of every other kind, and two invoices.
func (w *shop) supply(x *side) {
	w.t.Helper()
	now, day := time.Now().UTC(), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	c := x.canary
	one := func(external string, body record.Body) record.Record {
		return record.Record{Kind: body.Kind(), External: external + c, Company: c, Created: now.Add(-time.Hour), Updated: now.Add(-time.Minute), Body: body}
	}
	file := func(external, parent string, kind record.Kind) record.Record {
		return record.Record{Kind: record.KindAttachment, External: external + c, Parent: parent + c, ParentKind: kind, Created: now, Updated: now,
			Body: record.Attachment{Name: c + " " + external + ".pdf", ContentType: "application/pdf", Size: 9}}
	}
	lines := []record.Line{{Text: c + " work", Quantity: "2.5", Unit: "h", Price: "100.00", Net: "250.00", Tax: "47.50", TaxName: "VAT 19 %", Ticket: "t1"}}
	books := w.conns["tryton"]
	w.pull(books, "invoices",
		one("i1", record.Invoice{Number: "RE-1 " + c, Title: "October", Status: "posted", Currency: "EUR", Net: "250.00", Tax: "47.50", Total: "297.50", Balance: "197.50",
			Issued: day, Due: day.AddDate(0, 1, 0), PayURL: "https://pay.example/" + c, Lines: lines}),
		one("i2", record.Invoice{Number: "GS-2 " + c, Credit: true, Status: "paid", Currency: "EUR", Total: "10.00", Issued: day.AddDate(0, -1, 0)}))
	w.pull(books, "files", file("bill", "i1", record.KindInvoice), file("credit", "i2", record.KindInvoice))
	w.pull(books, "payments", one("p1", record.Payment{Reference: c + " 7", Status: "succeeded", Method: "transfer", Currency: "EUR", Amount: "150.00", Paid: day,
		Applied: []record.Applied{{Invoice: "i1" + c, Amount: "100.00"}}}))
	w.pull(w.conns["stripe"], "quotes", one("q1", record.Quote{Number: "A-1 " + c, Title: "Laptops", Status: "open", Currency: "EUR", Total: "1000.00", Issued: day, ValidUntil: now.AddDate(0, 1, 0), Lines: lines}))
	w.pull(w.conns["stripe"], "files", file("offer", "q1", record.KindQuote))
	w.pull(w.conns["caldav"], "events", one("e1", record.Event{Title: c + " window", Start: now.Add(time.Hour).Truncate(time.Second), End: now.Add(2 * time.Hour).Truncate(time.Second), Zone: "Europe/Berlin"}))
	desk := w.conns["halopsa"]
	w.pull(desk, "contracts", one("k1", record.Contract{Name: c + " care", Status: "active", Terms: "All of it.", Currency: "EUR", Value: "99.00", Period: "month", Notice: day}))
	w.pull(desk, "projects", one("j1", record.Project{Name: c + " move", Status: "in progress", Due: day, Done: "40"}))
	w.pull(desk, "documents", one("d1", record.Document{Name: c + " plan.pdf", Folder: "Plans", Project: "j1" + c}))
	w.pull(desk, "files", file("terms", "k1", record.KindContract))
	for _, conn := range w.conns {
		must(w.t, w.sys.Match(w.t.Context(), conn, c, x.account, "test"))
	}
	see := grant.Key(apikey.Key{ID: "key-test", Scopes: apikey.Scopes})
	for name, kind := range map[string]record.Kind{"payment": record.KindPayment, "quote": record.KindQuote, "event": record.KindEvent, "contract": record.KindContract,
		"project": record.KindProject, "document": record.KindDocument, "invoice": record.KindInvoice} {
		page, err := w.acc.List(w.t.Context(), see, x.account, record.Query{Kind: kind})
		must(w.t, err)
		x.of[name] = page.Rows[0].ID
		if kind == record.KindInvoice {
			x.of["credit"] = page.Rows[1].ID
		}
	}
	for name, of := range map[string]string{"bill": "invoice", "terms": "contract", "offer": "quote"} {
		files, err := w.acc.FilesOf(w.t.Context(), see, x.account, x.of[of])
		must(w.t, err)
		x.of[name] = files[slices.IndexFunc(files, func(f record.File) bool { return f.Name == c+" "+name+".pdf" })].ID
	}
}
