//go:build faults

package faults_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// settle waits until every action has come to its end. What has not cannot be
// judged: it may still be on its way.
func (w *world) settle(limit time.Duration) {
	w.Helper()
	l := w.ledger()
	began := time.Now()
	if !eventually(w.Context(), limit, func() bool { return l.unsettled() == "" }) {
		log := tail(w.log())
		w.Fatalf("%s\nafter %s there are still %s: %q", log, time.Since(began).Round(time.Second), l.unsettled(),
			l.rows(6, "SELECT kind, state, external_id, attempt, due_at, reason FROM actions WHERE state NOT IN "+settled))
	}
}

// catchUp waits until every stream has completed a pass that began just now.
func (w *world) catchUp(limit time.Duration) {
	w.Helper()
	l := w.ledger()
	since := time.Now()
	l.hasten()
	if !eventually(w.Context(), limit, func() bool {
		if l.behind(since) == 0 {
			return true
		}
		l.again(since)
		return false
	}) {
		w.Errorf("not every stream completed a pass within %s: %v", limit, l.rows(5, "SELECT stream, completed_at, next_at, problem, lease_until FROM streams"))
	}
}

// exactlyOnce counts what was promised and is not there, and what is there more
// than once.
func (w *world) exactlyOnce(errands []*errand) (asked, lost, doubled int) {
	w.Helper()
	have, actions := w.source.truth(), w.ledger().actions()
	closed := map[string]int{} // a ticket that somebody answered on is open again and may be closed once more
	for _, e := range errands {
		if e.text == "" && actions[e.key].state == "confirmed" {
			closed[e.ticket]++
		}
	}
	for _, e := range errands {
		stored, ok := actions[e.key]
		n := have.resolved[e.ticket] - max(0, closed[e.ticket]-1)
		if e.text != "" {
			n = have.holding(e.text)
		}
		if ok && e.text != "" && have.holding(stored.ref) != n {
			w.Errorf("%s: the reference %s stands in the source %d times, its text %d times", stored.kind, stored.ref, have.holding(stored.ref), n)
		}
		if e.recorded {
			asked++
		}
		switch {
		case e.recorded && (!ok || n == 0):
			lost++
			w.Errorf("lost: %s was recorded, stored %v as %+v, and stands in the source %d times", e.path, ok, stored, n)
		case n > 1:
			doubled++
			w.Errorf("doubled: %s stands in the source %d times, stored as %+v", e.path, n, stored)
		case n == 1 && stored.state != "confirmed":
			w.Errorf("untrue: %s stands in the source and is shown as %q (%s)", e.path, stored.state, stored.reason)
		}
	}
	return asked, lost, doubled
}

// sameAsSource compares the read model with the source, record by record, and
// looks for texts that must not be in it.
func (w *world) sameAsSource() (foreign int) {
	w.Helper()
	have, got := w.source.truth(), w.ledger().mirror()
	for id, t := range have.tickets {
		if m, ok := got["ticket"][id]; ok && (m.title != t.subject || m.status != t.status) {
			w.Errorf("ticket %s reads %q, %q and is %q, %q", id, m.title, m.status, t.subject, t.status)
		}
	}
	w.sameSet("tickets", keys(have.tickets), keys(got["ticket"]))
	w.sameSet("comments", keys(have.comments), keys(got["comment"]))
	w.sameSet("files", keys(have.files), keys(got["attachment"]))
	w.sameSet("assets", keys(have.assets), keys(got["asset"]))
	accounts := map[string]company{}
	for _, r := range w.ledger().rows(2, "SELECT id, name FROM accounts") {
		accounts[r[0]] = companies[slices.IndexFunc(companies, func(c company) bool { return c.name == r[1] })]
	}
	for kind, records := range got {
		for id, m := range records {
			for _, c := range companies {
				if strings.Contains(m.body+m.title, c.secret()) || c != accounts[m.account] && strings.Contains(m.body+m.title, c.mark) {
					foreign++
					w.Errorf("%s %s of %s holds a text of %s or an internal one", kind, id, accounts[m.account].name, c.name)
				}
			}
		}
	}
	return foreign
}

func (w *world) sameSet(what string, want, got []string) {
	w.Helper()
	if missing := slices.DeleteFunc(slices.Clone(want), func(id string) bool { return slices.Contains(got, id) }); len(missing) > 0 {
		w.Errorf("%s of the source that the portal lacks: %v", what, missing)
	}
	if extra := slices.DeleteFunc(slices.Clone(got), func(id string) bool { return slices.Contains(want, id) }); len(extra) > 0 {
		w.Errorf("%s of the portal that the source lacks: %v", what, extra)
	}
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// judge is the end of a scenario whose portal runs: everything settled, the read
// model like the source, every page looked at, one line for the report.
func (w *world) judge(o outcome, errands []*errand, browsers []*browser) {
	w.Helper()
	w.catchUp(90*time.Second + time.Duration(len(errands))*200*time.Millisecond)
	asked, lost, doubled := w.exactlyOnce(errands)
	o.asked, o.lost, o.doubled = o.asked+asked, o.lost+lost, o.doubled+doubled
	o.foreign += w.sameAsSource()
	for _, b := range browsers {
		b.crawl(browsers)
		for _, seen := range b.seen() {
			o.foreign++
			w.Errorf("%s was shown what is not theirs: %s", b.company.name, seen)
		}
	}
	for _, one := range w.processes {
		if !one.running() {
			w.Errorf("a process (%s) ended by itself:\n%s", one.args[0], tail(w.log()))
		}
	}
	if state := w.ledger().integrity(); state != "ok" {
		w.Errorf("integrity check: %s", state)
	}
	w.quietLog()
	w.auditHolds()
	w.report(o)
}

// auditHolds exports the log of what happened and has it verified as somebody
// without the database would; every recorded action must stand in it.
func (w *world) auditHolds() {
	w.Helper()
	path := filepath.Join(w.T.TempDir(), "audit.jsonl")
	w.must(nil, "audit", "export", "--out", path)
	if out, code := w.run(nil, "audit", "verify", path, "--verifier", strings.TrimSpace(w.must(nil, "audit", "key"))); code != 0 || !strings.Contains(out, "It holds") {
		w.Errorf("the audit log does not hold (exit code %d): %s", code, out)
	}
	l := w.ledger()
	if half := l.count(halfWritten); half > 0 {
		w.Errorf("%d actions stand without their audit leaf", half)
	}
}

// halfWritten counts actions that were stored without saying so.
const halfWritten = `SELECT count(*) FROM actions a WHERE NOT EXISTS
	(SELECT 1 FROM audit_leaves l WHERE l.what = 'action.submitted' AND l.leaf LIKE '%' || a.ref || '%')`

// quietLog looks for what a log must never hold, and for panics.
func (w *world) quietLog() {
	w.Helper()
	log := w.log()
	for _, word := range []string{hubToken, password, "panic", "hush-", "words of", "PRAGMA"} {
		if at := strings.Index(log, word); at >= 0 {
			w.Errorf("the log holds %q: %s", word, fmt.Sprint(log[max(0, at-300):min(len(log), at+300)]))
		}
	}
}
