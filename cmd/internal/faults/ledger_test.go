//go:build faults

package faults_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	// The driver is the one that the program itself reads its database with.
	_ "portico/sync/store"
)

// ledger is a look into the portal's database from outside.
type ledger struct {
	t        testing.TB
	db       *sql.DB
	postgres bool
}

// ledger opens the database beside the program, as somebody whom nothing holds
// back.
func (p *portal) ledger() *ledger {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.book != nil {
		return p.book
	}
	driver, address := "sqlite", "file:"+p.file()+"?_pragma=busy_timeout(10000)"
	if p.cluster != nil {
		driver, address = "pgx", p.cluster.url("postgres", "", p.database)
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		p.t.Fatal(err)
	}
	db.SetMaxIdleConns(0) // a server that was killed leaves no connection behind that looks alive
	p.t.Cleanup(func() { _ = db.Close() })
	p.book = &ledger{p.t, db, p.cluster != nil}
	return p.book
}

// sql puts a query into the words of the database.
func (l *ledger) sql(query string) string {
	if !l.postgres {
		return query
	}
	parts := strings.Split(query, "?")
	for i := range parts[1:] {
		parts[i+1] = fmt.Sprintf("$%d", i+1) + parts[i+1]
	}
	return strings.Join(parts, "")
}

func (l *ledger) exec(query string, args ...any) {
	l.t.Helper()
	if _, err := l.db.Exec(l.sql(query), args...); err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
}

// rows reads text columns.
func (l *ledger) rows(columns int, query string, args ...any) [][]string {
	l.t.Helper()
	found, err := l.db.Query(l.sql(query), args...)
	if err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	defer found.Close()
	var out [][]string
	for found.Next() {
		values, into := make([]sql.NullString, columns), make([]any, columns)
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			l.t.Fatalf("%s: %v", query, err)
		}
		row := make([]string, columns)
		for i, v := range values {
			row[i] = v.String
		}
		out = append(out, row)
	}
	if err := found.Err(); err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	return out
}

// try is count where the database may be away.
func (l *ledger) try(query string) (n int, err error) {
	err = l.db.QueryRow(query).Scan(&n)
	return n, err
}

func (l *ledger) count(query string, args ...any) int {
	l.t.Helper()
	var n int
	if err := l.db.QueryRow(l.sql(query), args...).Scan(&n); err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// integrity says "ok", or what is broken.
func (l *ledger) integrity() string {
	l.t.Helper()
	if l.postgres {
		return l.intact()
	}
	rows := l.rows(1, "PRAGMA integrity_check")
	if len(rows) != 1 || rows[0][0] != "ok" {
		return fmt.Sprint(rows)
	}
	if broken := l.rows(4, "PRAGMA foreign_key_check"); len(broken) > 0 {
		return fmt.Sprint("foreign keys: ", broken)
	}
	return "ok"
}

// intact has PostgreSQL compare every table and index with what they should hold.
func (l *ledger) intact() string {
	l.exec("CREATE EXTENSION IF NOT EXISTS amcheck")
	const own = " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am a ON a.oid = c.relam WHERE n.nspname = 'public' AND c.relpersistence = 'p'"
	if n := l.count("SELECT count(*)" + own + " AND c.relkind = 'i' AND a.amname = 'btree'"); n == 0 {
		return "no index was found"
	}
	if _, err := l.db.Exec("SELECT bt_index_check(c.oid, true)" + own + " AND c.relkind = 'i' AND a.amname = 'btree'"); err != nil {
		return err.Error()
	}
	broken := l.rows(3, "SELECT c.relname, v.blkno, v.msg FROM (SELECT c.oid, c.relname"+own+" AND c.relkind = 'r') c, LATERAL verify_heapam(c.oid) v")
	if len(broken) > 0 {
		return fmt.Sprint(broken)
	}
	return "ok"
}

// entry is one action as it is stored.
type entry struct{ key, ref, kind, state, external, reference, reason string }

// actions are the stored actions by the key of their form.
func (l *ledger) actions() map[string]entry {
	l.t.Helper()
	out := map[string]entry{}
	for _, r := range l.rows(7, "SELECT key, ref, kind, state, external_id, reference, reason FROM actions") {
		if _, twice := out[r[0]]; twice {
			l.t.Errorf("two actions have the key %s", r[0])
		}
		out[r[0]] = entry{r[0], r[1], r[2], r[3], r[4], r[5], r[6]}
	}
	return out
}

// settled are the states that an action ends in without anybody's care.
const settled = "('confirmed', 'refused', 'withdrawn')"

// unsettled names the states of actions that have not come to their end.
func (l *ledger) unsettled() string {
	l.t.Helper()
	var out []string
	for _, r := range l.rows(2, "SELECT state, count(*) FROM actions WHERE state NOT IN "+settled+" GROUP BY state") {
		out = append(out, r[1]+" "+r[0])
	}
	return strings.Join(out, ", ")
}

// hasten makes every stream due.
func (l *ledger) hasten() { l.t.Helper(); l.exec("UPDATE streams SET next_at = NULL") }

// mirror is what the read model holds, by kind and the source's id.
type mirror map[string]map[string]held

type held struct{ account, title, status, body string }

func (l *ledger) mirror() mirror {
	l.t.Helper()
	out := mirror{}
	for _, r := range l.rows(6, "SELECT kind, external_id, account_id, title, status_raw, body FROM records") {
		if out[r[0]] == nil {
			out[r[0]] = map[string]held{}
		}
		if _, twice := out[r[0]][r[1]]; twice {
			l.t.Errorf("%s %s is there twice", r[0], r[1])
		}
		out[r[0]][r[1]] = held{r[2], r[3], r[4], r[5]}
	}
	return out
}

// lastRun is the newest run of a stream in a mode.
type lastRun struct {
	state, problem string
	counts         struct{ Read, Deleted int }
}

func (l *ledger) lastRun(stream, mode string) lastRun {
	l.t.Helper()
	rows := l.rows(3, "SELECT state, problem, counts FROM runs WHERE stream = ? AND mode = ? ORDER BY started_at DESC, id DESC LIMIT 1", stream, mode)
	if len(rows) == 0 {
		return lastRun{}
	}
	out := lastRun{state: rows[0][0], problem: rows[0][1]}
	if err := json.Unmarshal([]byte(rows[0][2]), &out.counts); err != nil {
		l.t.Errorf("counts %q: %v", rows[0][2], err)
	}
	return out
}

// checkpoint is how far a stream has come, as something to compare.
func (l *ledger) checkpoint(stream string) string {
	l.t.Helper()
	if l.postgres {
		return l.stream("encode(checkpoint, 'hex')", stream)
	}
	return l.stream("hex(checkpoint)", stream)
}

// behind counts the streams that have not completed a pass that began after a moment.
func (l *ledger) behind(since time.Time) int {
	l.t.Helper()
	return l.count("SELECT count(*) FROM streams WHERE "+l.stale(), l.moment(since))
}

// again makes streams due that are behind: one whose run was under way when it
// was hastened is given its old rhythm back when that run ends.
func (l *ledger) again(since time.Time) {
	l.t.Helper()
	l.exec("UPDATE streams SET next_at = NULL WHERE lease_until IS NULL AND "+l.stale(), l.moment(since))
}

func (l *ledger) stale() string {
	if l.postgres {
		return "(completed_at IS NULL OR completed_at < ?)"
	}
	return "(completed_at IS NULL OR replace(replace(completed_at, ' ', 'T'), 'Z', '') < ?)"
}

// moment is a time as the database compares it.
func (l *ledger) moment(at time.Time) any {
	if l.postgres {
		return at
	}
	return at.UTC().Format("2006-01-02T15:04:05.000000")
}

// stream is one column of a stream's state.
func (l *ledger) stream(column, stream string) string {
	l.t.Helper()
	return l.rows(1, "SELECT "+column+" FROM streams WHERE stream = ?", stream)[0][0]
}
