package scoped

import (
	"fmt"
	"reflect"
	"regexp"

	"github.com/uptrace/bun/schema"
)

// System marks a statement that works across accounts on purpose. Only the
// system handle uses it, and says why beside it.
const System = "/* system */ "

// guarded are the tables whose rows belong to one account.
const guarded = `records|actions|approvals|approval_people|approval_versions|customs`

var (
	touches = regexp.MustCompile(`(?i)\b(?:from|join|into|update)\s+(?:` + guarded + `)\b`)
	// named is an account that is given from outside: a condition on a parameter,
	// the first column of an insert, or the reach of somebody on the staff, which one
	// function of the store spells. A join of two account columns is none.
	named  = regexp.MustCompile(`(?i)\b(?:where|and|on)\s+(?:\w+\.)?account_id\s*=\s*\?|\binto\s+(?:` + guarded + `)\s*\(account_id,|\baccount_id\s+(?:not\s+)?in\s*\(/\* reach \*/`)
	exempt = regexp.MustCompile(`^/\* system \*/`)
)

// Unscoped reports whether a statement uses an account's table somewhere
// without naming the account.
func Unscoped(query string) bool {
	return !exempt.MatchString(query) &&
		len(named.FindAllStringIndex(query, -1)) < len(touches.FindAllStringIndex(query, -1))
}

// check is the second lock of isolation on SQLite, in test builds. It panics,
// because such a statement is a defect that no input may reach.
func (db *DB) check(query string) {
	if db.guard && Unscoped(query) {
		panic("statement on an account table without an account predicate: " + query)
	}
}

// vetted is the view of an account on SQLite. In test builds it refuses values that
// only bun can write: on PostgreSQL such a read goes past bun, in one batch with the
// account's setting, and would fail there alone.
func (db *DB) vetted() *DB {
	if !db.guard {
		return db
	}
	view := *db
	view.plainly = true
	return &view
}

// plain panics when a read of an account brings a value that is no plain one.
func (db *DB) plain(query string, args []any) {
	if !db.plainly {
		return
	}
	for _, a := range args {
		if _, ours := a.(schema.QueryAppender); ours || isList(a) {
			panic(fmt.Sprintf("a read of an account takes plain values, and no %T: %s", a, query))
		}
	}
}

func isList(a any) bool {
	t := reflect.TypeOf(a)
	return t != nil && t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8
}
