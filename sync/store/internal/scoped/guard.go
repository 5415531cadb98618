package scoped

import "regexp"

// System marks a statement that works across accounts on purpose. Only the
// system handle uses it, and says why beside it.
const System = "/* system */ "

var (
	touches   = regexp.MustCompile(`(?i)\b(?:from|join|into|update)\s+(records|actions)\b`)
	predicate = regexp.MustCompile(`(?i)\baccount_id\s*=|\(account_id,`)
	exempt    = regexp.MustCompile(`^/\* system \*/`)
)

// check is the second lock of isolation on SQLite, in test builds: a statement
// on an account's table must name the account. It panics, because such a
// statement is a defect that no input may reach.
func (db *DB) check(query string) {
	if db.guard && touches.MatchString(query) && !predicate.MatchString(query) && !exempt.MatchString(query) {
		panic("statement on an account table without an account predicate: " + query)
	}
}
