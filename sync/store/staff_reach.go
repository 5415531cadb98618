package store

import (
	"encoding/json"
	"strings"

	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// nearby is up to how many assigned accounts each is looked into by itself; of
// more, the queue is read in its order and what is elsewhere left out.
const nearby = 100

// acting refuses whoever is not on the staff.
func acting(s access.Scope) error {
	switch {
	case !s.Valid():
		return signedOut()
	case !s.IsStaff():
		return notFound()
	default:
		return nil
	}
}

// within is the one place where the reach of somebody on the staff becomes SQL: a
// condition on the account_id of a table that is called t. Lists across accounts
// are read past the policies of PostgreSQL, so each of them holds it.
func (f *Staff) within(s access.Scope, t string) (cond string, args []any) {
	of := t + ".account_id"
	hidden := of + " NOT IN (/* reach */ SELECT id FROM accounts WHERE launch = 'hidden')"
	switch {
	case s.All() && access.Role(s.Role()) == access.Admin:
		return of + " NOT IN (/* reach */ SELECT id FROM accounts WHERE launch = 'hidden' AND false)", nil
	case s.All():
		return hidden, nil
	}
	assigned := s.Accounts()
	texts := make([]string, len(assigned))
	for i, a := range assigned {
		texts[i] = a.String()
	}
	list, arg := f.among(texts)
	if f.across.Dialect() == scoped.SQLite && len(texts) > nearby {
		of = "+" + of // which keeps the order of the queue
	}
	return of + " IN (/* reach */ " + list + ") AND " + hidden, []any{arg}
}

// among is a subquery of ids, however many, that is one text.
func (f *Staff) among(ids []string) (list string, arg any) {
	if f.across.Dialect() == scoped.SQLite {
		data, err := json.Marshal(ids)
		if err != nil { // texts are always JSON
			data = []byte("[]")
		}
		return "SELECT value FROM json_each(?)", string(data)
	}
	return "SELECT unnest(?::uuid[])", "{" + strings.Join(ids, ",") + "}"
}

// reaches reports whether somebody on the staff may look into an account.
func reaches(s access.Scope, info record.AccountInfo) bool {
	return s.IsStaff() && s.Covers(info.ID) && (info.Launch != record.LaunchHidden || access.Role(s.Role()) == access.Admin)
}
