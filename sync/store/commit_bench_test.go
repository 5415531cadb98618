package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the floor uses the driver alone

	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
	"portico/sync/store"
)

const benchRows = 1000

// benchPage is a page of tickets of about 1.5 kB, as a help desk sends them.
func benchPage(page int, version string) []record.Record {
	out := make([]record.Record, benchRows)
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(page) * time.Hour)
	for i := range out {
		id := fmt.Sprint(page*benchRows + i)
		out[i] = record.Record{Kind: record.KindTicket, External: id, Company: fmt.Sprint("Company ", i%50), Version: version,
			URL: "http://127.0.0.1/Ticket/Display.html?id=" + id, Created: at, Updated: at.Add(time.Duration(i) * time.Second),
			Body: record.Ticket{Number: id, Subject: "VPN drops every afternoon " + id, Status: "open", Priority: "50", Queue: "Support",
				Requester: record.Person{Name: "Ines Vogt", Email: "ines@nordwind.example"}, Assignee: record.Person{Name: "Agent Smith"},
				Due: at.Add(48 * time.Hour), Assets: []string{strings.Repeat("a", 1000)}}}
	}
	return out
}

// BenchmarkCommit measures pages that are new, changed and unchanged, in turn
// with the least program that could do the work: one prepared upsert of 50 rows
// with the same columns and indexes, the page in one transaction. It
// reports the median page as records per second, and as a part of the floor's.
func BenchmarkCommit(b *testing.B) {
	again := benchPage(0, "1")
	for name, page := range map[string]func(n int) []record.Record{
		"new":       func(n int) []record.Record { return benchPage(n, "1") },
		"changed":   func(n int) []record.Record { return benchPage(0, fmt.Sprint(n)) },
		"unchanged": func(int) []record.Record { return again },
	} {
		b.Run(name, func(b *testing.B) {
			floor, w := newFloor(b), newBenchWorld(b)
			var bare, ours []time.Duration
			for n := 1; b.Loop(); n++ {
				records := page(n)
				start := cpuNow()
				floor.page(b)
				bare = append(bare, cpuNow()-start)
				start = cpuNow()
				w.commit(b, records)
				ours = append(ours, cpuNow()-start)
			}
			b.ReportMetric(benchRows/median(ours).Seconds(), "records/s")
			b.ReportMetric(median(bare).Seconds()/median(ours).Seconds(), "of-floor")
		})
	}
}

func cpuNow() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(0, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

type benchWorld struct {
	sys *store.System
	run run.Run
}

func (w *benchWorld) commit(b *testing.B, records []record.Record) {
	var err error
	if w.run, err = w.sys.Commit(b.Context(), w.run, remote.Page{Records: records, Next: remote.Checkpoint("n")}, time.Hour); err != nil {
		b.Fatal(err)
	}
}

func newBenchWorld(b *testing.B) *benchWorld {
	no := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	s, err := store.Open(b.Context(), store.Options{Path: filepath.Join(b.TempDir(), "portico.db")}, true)
	no(err)
	b.Cleanup(func() { _ = s.Close() })
	sys, conn := s.System(), record.NewConnectionID()
	no(sys.CreateConnection(b.Context(), remote.Connection{ID: conn, Name: "Help desk"}, []remote.Stream{{Name: "tickets", Kinds: []record.Kind{record.KindTicket}}}))
	r, _, err := sys.Begin(b.Context(), run.Due{Connection: conn, Stream: "tickets"}, time.Hour)
	no(err)
	w := &benchWorld{sys, r}
	w.commit(b, benchPage(0, "first")[:50]) // names every company
	for i := range 50 {
		id := record.NewAccountID()
		no(sys.CreateAccount(b.Context(), record.AccountInfo{ID: id, Name: fmt.Sprint("Company ", i)}))
		no(sys.Match(b.Context(), conn, fmt.Sprint("Company ", i), id, "bench"))
	}
	w.commit(b, benchPage(0, "1"))
	return w
}

const floorColumns = 24

// floorSchema has the columns and the indexes of records.
const floorSchema = `CREATE TABLE t (c0 TEXT NOT NULL, c1 TEXT NOT NULL, c2 TEXT, c3 TEXT, c4 TEXT, c5 TEXT, c6 TEXT, c7 TEXT, c8 TEXT, c9 TEXT,
	c10 TEXT, c11 TEXT, c12 TEXT, c13 TEXT, c14 TEXT, c15 TEXT, c16 TEXT, c17 TEXT, c18 TEXT, c19 TEXT, c20 TEXT, c21 TEXT, c22 TEXT, c23 BLOB, PRIMARY KEY (c1, c0));
	CREATE INDEX t1 ON t (c0, c3, c19); CREATE INDEX t2 ON t (c0, c5, c19) WHERE c5 IS NOT NULL`

type floor struct {
	db       *sql.DB
	upsert   *sql.Stmt
	accounts []string
	body     []byte
}

func newFloor(b *testing.B) *floor {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "floor.db")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-16000)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(floorSchema); err != nil {
		b.Fatal(err)
	}
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", floorColumns), ",") + ")"
	var set []string
	for i := 2; i < floorColumns; i++ {
		set = append(set, fmt.Sprintf("c%d = excluded.c%d", i, i))
	}
	f := &floor{db: db, body: []byte(strings.Repeat("x", 1350))}
	f.upsert, err = db.Prepare("INSERT INTO t VALUES " + strings.TrimSuffix(strings.Repeat(row+",", 50), ",") + " ON CONFLICT (c0, c1) DO UPDATE SET " + strings.Join(set, ", "))
	if err != nil {
		b.Fatal(err)
	}
	for range 50 {
		f.accounts = append(f.accounts, record.NewAccountID().String())
	}
	return f
}

func (f *floor) page(b *testing.B) {
	tx, err := f.db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	st := tx.Stmt(f.upsert)
	for range benchRows / 50 {
		if _, err := st.Exec(floorArgs(f.accounts, f.body)...); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

func floorArgs(accounts []string, body []byte) []any {
	args := make([]any, 0, 50*floorColumns)
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000000Z")
	for i := range 50 {
		id := record.NewID().String()
		args = append(args, accounts[i], id, "01a1ffd9-55b1-768d-8685-385df35ddfe6", "ticket", id[24:], nil, "1", "http://127.0.0.1/Ticket/Display.html?id=12345",
			"12345", "VPN drops every afternoon 12345", "Agent Smith", "ines@nordwind.example", "open", "open", "In progress", "We are working on it.",
			"provider", now, now, now, now, now, nil, body)
	}
	return args
}
