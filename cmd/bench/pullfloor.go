package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-json"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"portico/sync/run"
)

// How many rows a page has and how many one statement of SQLite takes, and how
// many pages, when they are there, are written in one transaction.
const (
	floorPage  = 100
	floorBatch = 50
	floorHand  = 10
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

// fetchFloor reads the whole list by key, decodes each page and hands over what
// was read while the next ones are read.
func fetchFloor(ctx context.Context, source string, each func([]floorTicket) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pages := make(chan floorRead, floorHand-1)
	go func() {
		defer close(pages)
		for after := "0"; ; {
			var l floorList
			data, err := getFloor(ctx, source, after)
			if err == nil {
				err = json.Unmarshal(data, &l)
			}
			select {
			case pages <- floorRead{l.Items, err}:
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
		for n := len(pages); n > 0 && p.err == nil; n-- {
			next := <-pages
			p.items, p.err = append(p.items, next.items...), next.err
		}
		if p.err != nil {
			return p.err
		}
		if err := each(p.items); err != nil {
			return err
		}
	}
	return nil
}

type floorRead struct {
	items []floorTicket
	err   error
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

// errandFloor pulls into one table with as many columns as the program's and two
// indexes.
func errandFloor(ctx context.Context, e errand, _ func(string)) (run.Counts, time.Duration, error) {
	w := floorWriter{connection: uuid.New(), accounts: map[string]uuid.UUID{}}
	open := w.sqlite
	if strings.HasPrefix(e.Address, "postgres://") {
		open = w.postgres
	}
	write, stop, err := open(ctx, e.Address)
	if err != nil {
		return run.Counts{}, 0, err
	}
	defer stop()
	n, begin := 0, time.Now()
	err = fetchFloor(ctx, e.Source, func(items []floorTicket) error {
		n += len(items)
		return write(ctx, items)
	})
	return run.Counts{Read: n, Written: n}, time.Since(begin), err
}

// floorWriter lays tickets out as rows.
type floorWriter struct {
	connection uuid.UUID
	accounts   map[string]uuid.UUID
}

// floorConflict is what follows ON CONFLICT.
func floorConflict() string {
	set := make([]string, 0, len(floorColumns))
	for _, c := range floorColumns {
		if c != "id" {
			set = append(set, c+" = excluded."+c)
		}
	}
	return "(connection_id, kind, external_id) DO UPDATE SET " + strings.Join(set, ", ")
}

// sqlite writes in statements of floorBatch rows.
func (w *floorWriter) sqlite(ctx context.Context, path string) (func(context.Context, []floorTicket) error, func(), error) {
	db, err := openFloor(path, 1)
	if err != nil {
		return nil, nil, err
	}
	stop := func() { _ = db.Close() }
	schema := "CREATE TABLE records (" + strings.Join(floorColumns, " TEXT, ") + " BLOB, UNIQUE (connection_id, kind, external_id));" +
		"CREATE INDEX by_sort ON records (account_id, kind, sort_at)"
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, stop, err
	}
	marks := "(" + strings.TrimSuffix(strings.Repeat("?,", len(floorColumns)), ",") + ")"
	insert, err := db.PrepareContext(ctx, "INSERT INTO records VALUES "+strings.TrimSuffix(strings.Repeat(marks+",", floorBatch), ",")+
		" ON CONFLICT "+floorConflict())
	if err != nil {
		return nil, stop, err
	}
	return func(ctx context.Context, items []floorTicket) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		for part := range slices.Chunk(items, floorBatch) {
			args := make([]any, 0, floorBatch*len(floorColumns))
			for i := range part {
				row, err := w.row(&part[i])
				if err != nil {
					return err
				}
				args = append(args, texts(row)...)
			}
			if _, err := tx.StmtContext(ctx, insert).ExecContext(ctx, args...); err != nil {
				return err
			}
		}
		return tx.Commit()
	}, stop, nil
}

// texts are the values of a row as SQLite keeps them.
func texts(row []any) []any {
	for i, v := range row {
		switch v := v.(type) {
		case [16]byte:
			row[i] = uuid.UUID(v).String()
		case time.Time:
			row[i] = v.Format(floorLayout)
		}
	}
	return row
}

// postgres sends rows with COPY and merges them from there.
func (w *floorWriter) postgres(ctx context.Context, address string) (func(context.Context, []floorTicket) error, func(), error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, nil, err
	}
	stop := func() { _ = conn.Close(context.Background()) }
	columns := make([]string, len(floorColumns))
	for i, c := range floorColumns {
		kind := " text"
		switch {
		case c == "body":
			kind = " bytea"
		case strings.HasSuffix(c, "_at"), c == "turn_since":
			kind = " timestamptz"
		case strings.HasSuffix(c, "id") && c != "external_id":
			kind = " uuid"
		}
		columns[i] = c + kind
	}
	_, err = conn.Exec(ctx, "CREATE TABLE records ("+strings.Join(columns, ", ")+", UNIQUE (connection_id, kind, external_id));"+
		"CREATE INDEX by_sort ON records (account_id, kind, sort_at);"+
		"CREATE TEMPORARY TABLE incoming (LIKE records) ON COMMIT DELETE ROWS")
	if err != nil {
		return nil, stop, err
	}
	names := strings.Join(floorColumns, ", ")
	merge := "INSERT INTO records (" + names + ") SELECT " + names + " FROM incoming ON CONFLICT " + floorConflict()
	return func(ctx context.Context, items []floorTicket) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			_, err := tx.CopyFrom(ctx, pgx.Identifier{"incoming"}, floorColumns, pgx.CopyFromSlice(len(items), func(i int) ([]any, error) { return w.row(&items[i]) }))
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, merge)
			return err
		})
	}, stop, nil
}

const floorLayout = "2006-01-02T15:04:05.000000Z"

func (w *floorWriter) row(t *floorTicket) ([]any, error) {
	company := t.CustomFields[0].Values[0]
	account, ok := w.accounts[company]
	if !ok {
		account = uuid.New()
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
	updated := t.LastUpdated
	return []any{[16]byte(account), [16]byte(id), [16]byte(w.connection), "ticket", t.ID, nil, t.Status + " " + updated.Format(floorLayout), "http://127.0.0.1/Ticket/Display.html?id=" + t.ID,
		t.ID, t.Subject, t.Owner.RealName, t.Requestor[0].EmailAddress, t.Status, "open", t.Status, "", "provider", updated, nil, updated,
		t.Created, updated, nil, body}, nil
}
