package scoped

import "regexp"

// System marks a statement that works across accounts on purpose. Only the
// system handle uses it, and says why beside it.
const System = "/* system */ "

// guarded are the tables whose rows belong to one account.
const guarded = `records|actions|approvals|approval_people|approval_versions`

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
