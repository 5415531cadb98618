package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/goccy/go-json"
	"github.com/google/uuid"
)

// floorRows is how many rows the floor keeps in one transaction and in one
// statement: as many as the program does.
const (
	floorPage  = 100
	floorBatch = 50
)

// openFloor opens a database with the program's own pragmas.
func openFloor(path string, connections int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-16000)&_pragma=temp_store(MEMORY)")
	if err == nil {
		db.SetMaxOpenConns(connections)
		db.SetMaxIdleConns(connections)
	}
	return db, err
}

// floorTicket is what the floor keeps of a ticket.
type floorTicket struct {
	ID, Subject, Status, Priority       string
	Created, LastUpdated, Due, Resolved time.Time
	Queue                               struct{ Name string }
	Owner                               struct{ Name, RealName, EmailAddress string }
	Requestor                           []struct{ Name, RealName, EmailAddress string }
	CustomFields                        []struct {
		Name   string
		Values []string
	}
}

type floorList struct{ Items []floorTicket }

// fetchFloor reads the whole list by key, decodes each page and hands it over
// while the next one is read.
func fetchFloor(ctx context.Context, source string, each func([]floorTicket) error) error {
	type result struct {
		items []floorTicket
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pages := make(chan result)
	go func() {
		defer close(pages)
		for after := "0"; ; {
			var l floorList
			data, err := getFloor(ctx, source, after)
			if err == nil {
				err = json.Unmarshal(data, &l)
			}
			select {
			case pages <- result{l.Items, err}:
			case <-ctx.Done():
				return
			}
			if err != nil || len(l.Items) < floorPage {
				return
			}
			after = l.Items[len(l.Items)-1].ID
		}
	}()
	for p := range pages {
		if p.err != nil {
			return p.err
		}
		if err := each(p.items); err != nil {
			return err
		}
	}
	return nil
}

// getFloor reads one page, as the manifest asks for it.
func getFloor(ctx context.Context, source, after string) ([]byte, error) {
	query := url.Values{"query": {"id > " + after}, "orderby": {"id"}, "per_page": {fmt.Sprint(floorPage)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+source+"/REST/2.0/tickets?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return io.ReadAll(resp.Body)
}

var floorColumns = []string{"account_id", "id", "connection_id", "kind", "external_id", "parent_id", "version", "url", "number",
	"title", "person", "requester", "status_raw", "state", "label", "explanation", "turn", "turn_since", "due_at", "sort_at",
	"created_at", "updated_at", "reread_at", "body"}

// pullFloor pulls into one table with as many columns as the program's and two
// indexes, in transactions as large as the program's, and returns its rate.
func pullFloor(ctx context.Context, source, path string, want int) (float64, error) {
	db, err := openFloor(path, 1)
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	schema := "CREATE TABLE records (" + strings.Join(floorColumns, " TEXT, ") + " BLOB, UNIQUE (connection_id, kind, external_id));" +
		"CREATE INDEX by_sort ON records (account_id, kind, sort_at)"
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return 0, err
	}
	marks := "(" + strings.TrimSuffix(strings.Repeat("?,", len(floorColumns)), ",") + ")"
	set := make([]string, 0, len(floorColumns))
	for _, c := range floorColumns {
		if c != "id" {
			set = append(set, c+" = excluded."+c)
		}
	}
	insert, err := db.PrepareContext(ctx, "INSERT INTO records VALUES "+strings.TrimSuffix(strings.Repeat(marks+",", floorBatch), ",")+
		" ON CONFLICT (connection_id, kind, external_id) DO UPDATE SET "+strings.Join(set, ", "))
	if err != nil {
		return 0, err
	}
	w := floorWriter{db: db, insert: insert, connection: uuid.NewString(), accounts: map[string]string{}}
	begin := time.Now()
	if err := fetchFloor(ctx, source, func(items []floorTicket) error { return w.write(ctx, items) }); err != nil {
		return 0, err
	}
	if w.count != want {
		return 0, fmt.Errorf("the floor read %d of %d tickets", w.count, want)
	}
	return perSecond(w.count, time.Since(begin)), nil
}

type floorWriter struct {
	db         *sql.DB
	insert     *sql.Stmt
	connection string
	accounts   map[string]string
	count      int
}

func (w *floorWriter) write(ctx context.Context, items []floorTicket) error {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for start := 0; start < len(items); start += floorBatch {
		args := make([]any, 0, floorBatch*len(floorColumns))
		for i := range items[start : start+floorBatch] {
			row, err := w.row(&items[start+i])
			if err != nil {
				return err
			}
			args = append(args, row...)
		}
		if _, err := tx.StmtContext(ctx, w.insert).ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	w.count += len(items)
	return tx.Commit()
}

const floorLayout = "2006-01-02T15:04:05.000000Z"

func (w *floorWriter) row(t *floorTicket) ([]any, error) {
	company := t.CustomFields[0].Values[0]
	account := w.accounts[company]
	if account == "" {
		account = uuid.NewString()
		w.accounts[company] = account
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	updated := t.LastUpdated.Format(floorLayout)
	return []any{account, id.String(), w.connection, "ticket", t.ID, nil, t.Status + " " + updated, "http://127.0.0.1/Ticket/Display.html?id=" + t.ID,
		t.ID, t.Subject, t.Owner.RealName, t.Requestor[0].EmailAddress, t.Status, "open", t.Status, "", "provider", updated, nil, updated,
		t.Created.Format(floorLayout), updated, nil, body}, nil
}
