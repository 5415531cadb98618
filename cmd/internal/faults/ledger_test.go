//go:build faults

package faults_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	// The driver is the one that the program itself reads its database with.
	_ "portico/sync/store"
)

// ledger is a look into the portal's database from outside.
type ledger struct {
	t  testing.TB
	db *sql.DB
}

// ledger opens the database beside the program; what it changes, it changes
// while the program is not running.
func (p *portal) ledger() *ledger {
	p.t.Helper()
	db, err := sql.Open("sqlite", "file:"+p.database()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = db.Close() })
	return &ledger{p.t, db}
}

func (l *ledger) exec(query string, args ...any) {
	l.t.Helper()
	if _, err := l.db.Exec(query, args...); err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
}

// rows reads text columns.
func (l *ledger) rows(columns int, query string, args ...any) [][]string {
	l.t.Helper()
	found, err := l.db.Query(query, args...)
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

func (l *ledger) count(query string, args ...any) int {
	l.t.Helper()
	var n int
	if err := l.db.QueryRow(query, args...).Scan(&n); err != nil {
		l.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// integrity says "ok", or what is broken.
func (l *ledger) integrity() string {
	l.t.Helper()
	rows := l.rows(1, "PRAGMA integrity_check")
	if len(rows) != 1 || rows[0][0] != "ok" {
		return fmt.Sprint(rows)
	}
	if broken := l.rows(4, "PRAGMA foreign_key_check"); len(broken) > 0 {
		return fmt.Sprint("foreign keys: ", broken)
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

// unsettled names the states of actions that have not come to their end.
func (l *ledger) unsettled() string {
	l.t.Helper()
	var out []string
	for _, r := range l.rows(2, "SELECT state, count(*) FROM actions WHERE state NOT IN ('confirmed', 'refused', 'withdrawn') GROUP BY state") {
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

// stream is one column of a stream's state.
func (l *ledger) stream(column, stream string) string {
	l.t.Helper()
	return l.rows(1, "SELECT "+column+" FROM streams WHERE stream = ?", stream)[0][0]
}
