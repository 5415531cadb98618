package app_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"portico/cmd/internal/app"
	"portico/config"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

// firm is a Portico in a folder of its own. Where there is PostgreSQL it uses
// the database at, which a firm in the same folder had before it.
func firm(t *testing.T, data string, at store.Options) *app.App {
	t.Helper()
	cfg := config.Defaults()
	cfg.Data = data
	cfg.Database.Path = filepath.Join(data, "portico.db")
	cfg.Database.URL, cfg.Database.SystemURL, cfg.Database.OwnerURL = at.Server.App, at.Server.System, at.Server.Owner
	cfg.KeyFile = filepath.Join(filepath.Dir(data), "keys", "portico.key")
	cfg.Connectors.Folder = filepath.Join(filepath.Dir(data), "connectors")
	a := app.New(cfg, slog.New(slog.DiscardHandler)).Named("1.0 abc")
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// stock puts a ticket into the account, with a reply that waits to be sent.
func stock(t *testing.T, at store.Options, account record.AccountID) {
	t.Helper()
	s, err := store.Open(t.Context(), at, false)
	must(t, err)
	defer func() { must(t, s.Close()) }()
	sys, conn := s.System(), record.NewConnectionID()
	must(t, sys.CreateConnection(t.Context(), remote.Connection{ID: conn, Connector: "requesttracker", Name: "Help desk"},
		[]remote.Stream{{Name: "tickets", Kinds: []record.Kind{record.KindTicket}, Every: time.Minute, FreshFor: time.Hour}}))
	r, _, err := sys.Begin(t.Context(), run.Due{Connection: conn, Stream: "tickets", Mode: remote.Changes}, time.Hour)
	must(t, err)
	_, err = sys.Commit(t.Context(), r, remote.Page{Records: []record.Record{{Kind: record.KindTicket, External: "1", Company: "Nordwind", Body: record.Ticket{Number: "1", Subject: "Printer", Status: "open"}}}}, time.Hour)
	must(t, err)
	must(t, sys.Match(t.Context(), conn, "Nordwind", account, "test"))
	who := grant.Member(grant.User{ID: "u", Email: "ines@nordwind.example"}, account, access.Owner)
	page, err := s.Account().List(t.Context(), who, account, record.Query{Kind: record.KindTicket})
	must(t, err)
	_, err = s.Account().Submit(t.Context(), who, action.Draft{Account: account, Kind: action.TicketReply, Target: page.Rows[0].ID, Key: "k", Input: action.Input{Text: "Thanks"}})
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// waiting counts actions by state.
func waiting(t *testing.T, at store.Options) map[action.State]int64 {
	t.Helper()
	s, err := store.Open(t.Context(), at, false)
	must(t, err)
	defer func() { must(t, s.Close()) }()
	v, err := s.System().Vitals(t.Context())
	must(t, err)
	return v.Actions
}
