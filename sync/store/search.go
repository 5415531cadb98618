package store

import (
	"strings"

	"portico/sync/record"
	"portico/sync/store/internal/folded"
	"portico/sync/store/internal/scoped"
)

const (
	// mostSearched is how many letters of a record a search looks at. PostgreSQL
	// takes 2704 bytes into an entry of an index, and a letter has up to four.
	mostSearched = 600
	// maxWords is how many words of a search count: every number of words is a
	// statement that stays prepared.
	maxWords = 8
)

// searchable is what a search looks at: number, person and title, folded. What is
// long comes last, because it is cut.
func searchable(f record.Facets) string {
	if f.Number == "" && f.Person == "" && f.Title == "" {
		return ""
	}
	return first(folded.Text(first(f.Number + "\n" + f.Person + "\n" + f.Title)))
}

// first is as much of a text as is searched.
func first(s string) string {
	if len(s) <= mostSearched {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > mostSearched {
			return s[:i]
		}
	}
	return s
}

// sought are the words that a search asks for, as the index spells them.
func sought(search string) []string {
	words := strings.Fields(folded.Text(first(search)))
	return words[:min(len(words), maxWords)]
}

// chosen lets PostgreSQL choose the rows of a page in an index alone. What an index
// holds beside its key is looked at only where nothing of the record is needed:
// otherwise every record that a search passes over would be read. SQLite needs
// no telling.
func (a *Account) chosen(q record.Query, account record.AccountID, rest, order string, args []any) (string, []any) {
	if a.db.Dialect() != scoped.Postgres || q.Search == "" && (q.Open == nil || *q.Open) {
		return rest, args
	}
	return "FROM (SELECT id AS chosen " + rest + ") AS c JOIN records AS r ON r.account_id = ? AND r.id = c.chosen" + order, append(args, account)
}
