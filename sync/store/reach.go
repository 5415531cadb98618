package store

import (
	"slices"
	"strings"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// reach refuses a scope that was never minted or does not cover the account.
// Foreign and missing are the same answer.
func reach(s access.Scope, account record.AccountID) error {
	if !s.Valid() {
		return fault.New(fault.Unauthenticated, "Please sign in.")
	}
	if !s.Covers(account) {
		return notFound()
	}
	return nil
}

// visible is the one place where a viewer's grants become SQL: a derived table
// of the account's records that the viewer may see. Everything that reads for a
// page selects from it, so that no later condition can widen it. Who reads one
// kind only names it, which is what indexes of a kind ask for.
func visible(s access.Scope, account record.AccountID, only ...record.Kind) (table string, args []any) {
	return shown(s, account, false, only)
}

// openable is visible, and to staff what a rule hides from clients besides: they may
// open it, but find it in none of the account's lists.
func openable(s access.Scope, account record.AccountID, only ...record.Kind) (table string, args []any) {
	return shown(s, account, s.IsStaff(), only)
}

func shown(s access.Scope, account record.AccountID, hidden bool, only []record.Kind) (table string, args []any) {
	var in []string
	for _, k := range s.Kinds() {
		if len(only) == 0 || slices.Contains(only, k) {
			in = append(in, string(k))
		}
	}
	args = []any{account}
	where := "account_id = ? AND kind IN (" + quoted(in) + ")"
	if len(in) == 1 {
		where = "account_id = ? AND kind = " + quoted(in)
	}
	if hidden {
		where += " AND copy_of IS NULL" // a copy is opened as what it is a copy of
	} else {
		where += " AND hidden = ''"
		if slices.Contains(in, string(record.KindComment)) || slices.Contains(in, string(record.KindAttachment)) {
			// What belongs to something hidden is hidden with it.
			where += ` AND NOT EXISTS (SELECT 1 FROM records AS above WHERE above.account_id = ? AND above.id = records.parent_id AND above.hidden <> '')`
			args = append(args, account)
		}
	}
	if s.OwnOnly() {
		// One's own tickets, what belongs to them, and kinds that nobody owns.
		where += ` AND (kind NOT IN ('ticket', 'comment', 'attachment') OR requester <> '' AND requester = ? OR parent_id IN
			(SELECT id FROM records WHERE account_id = ? AND kind = 'ticket' AND requester <> '' AND requester = ?))`
		email := own(s)
		args = append(args, email, account, email)
	}
	return "(SELECT * FROM records WHERE " + where + ")", args
}

// own is the address by which records are the viewer's own. An empty one is
// nobody's: records without a requester have it too.
func own(s access.Scope) string { return strings.ToLower(strings.TrimSpace(s.Email())) }

// quoted writes names of our own (kinds) into SQL text, so that prepared
// statements stay few. Anything but lower-case letters is a defect.
func quoted(names []string) string {
	if len(names) == 0 {
		return "''"
	}
	for _, n := range names {
		if strings.Trim(n, "abcdefghijklmnopqrstuvwxyz_") != "" {
			panic("not a name of ours: " + n)
		}
	}
	return "'" + strings.Join(names, "', '") + "'"
}
