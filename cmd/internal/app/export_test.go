package app_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/portal/tickets"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store/storetest"
)

// TestExportHoldsAWholeAccount reads 25,000 requests out of a real store.
func TestExportHoldsAWholeAccount(t *testing.T) {
	t.Parallel()
	const many, page = 25_000, 1000
	s, account, conn := storetest.Open(t, nil), record.NewAccountID(), record.NewConnectionID()
	sys := s.System()
	must(t, sys.CreateAccount(t.Context(), record.AccountInfo{ID: account, Name: "Nordwind"}))
	must(t, sys.CreateConnection(t.Context(), remote.Connection{ID: conn, Connector: "requesttracker", Name: "Help desk"},
		[]remote.Stream{{Name: "tickets", Kinds: []record.Kind{record.KindTicket}, Every: time.Minute, FreshFor: time.Hour}}))
	pull, _, err := sys.Begin(t.Context(), run.Due{Connection: conn, Stream: "tickets", Mode: remote.Changes}, time.Hour)
	must(t, err)
	for from := 0; from < many; from += page {
		var records []record.Record
		for n := from; n < from+page; n++ {
			records = append(records, record.Record{Kind: record.KindTicket, External: fmt.Sprint(n), Company: "Nordwind", Updated: time.Now().Add(-time.Duration(n/7) * time.Second),
				Body: record.Ticket{Number: fmt.Sprint(n), Subject: "Printer", Status: "open"}})
		}
		pull, err = sys.Commit(t.Context(), pull, remote.Page{Records: records}, time.Hour)
		must(t, err)
		if from == 0 { // what comes later goes straight to the account
			must(t, sys.Match(t.Context(), conn, "Nordwind", account, "test"))
		}
	}
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: s.Account(), Zone: time.UTC, Now: time.Now})
	pages := tickets.New(tickets.Options{Records: s.Account(), Frame: frame})
	got, who := httptest.NewRecorder(), grant.Member(grant.User{ID: "u", Name: "Ines Vogt", Email: "ines@nordwind.example"}, account, access.Owner)
	must(t, pages.Export(got, httptest.NewRequest(http.MethodGet, "/a/x/tickets.csv", nil), who))
	in, seen := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body.String(), "\ufeff"))), map[string]bool{}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		must(t, err)
		if seen[row[0]] {
			t.Fatalf("%s is there twice", row[0])
		}
		seen[row[0]] = true
	}
	if len(seen) != many+1 { // and the head
		t.Errorf("%d rows, want %d", len(seen)-1, many)
	}
}
