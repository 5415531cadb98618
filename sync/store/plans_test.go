package store_test

import (
	"strings"
	"testing"

	"portico/sync/access"
	"portico/sync/record"
)

// TestNoListReadsMoreThanItsPage asks SQLite how it reads what every page shows.
// The program never runs ANALYZE, so the answer is the same for any data.
func TestNoListReadsMoreThanItsPage(t *testing.T) {
	t.Parallel()
	if server != "" {
		return // PostgreSQL plans by what the tables hold
	}
	w := newWorld(t)
	account := record.NewAccountID()
	owner := member(person("boss"), account, access.Owner)
	open, finished := true, false
	tickets := record.Query{Kind: record.KindTicket}
	for name, c := range map[string]struct {
		q     *record.Query
		index string
	}{
		"all":      {&tickets, "records_by_sort (account_id=? AND kind=?)"},
		"open":     {&record.Query{Kind: record.KindTicket, Open: &open}, "records_open (account_id=? AND kind=?)"},
		"finished": {&record.Query{Kind: record.KindTicket, Open: &finished}, "records_by_sort (account_id=? AND kind=?)"},
		"waiting":  {&record.Query{Kind: record.KindTicket, Open: &open, Turn: record.TurnClient}, "records_waiting (account_id=? AND kind=? AND turn=?)"},
		"counted":  {nil, "COVERING INDEX records_waiting (account_id=? AND kind=? AND turn=?)"},
		"assets":   {&record.Query{Kind: record.KindAsset, Sort: record.SortTitle}, "records_by_title (account_id=? AND kind=?)"},
		"warranty": {&record.Query{Kind: record.KindAsset, Sort: record.SortDue}, "records_by_due (account_id=? AND kind=?)"},
		"search":   {&record.Query{Kind: record.KindTicket, Search: "vpn"}, "records_by_sort (account_id=? AND kind=?)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan, err := w.PlanOf(t.Context(), owner, account, c.q)
			must(t, err)
			if !strings.Contains(plan, "SEARCH records USING") || !strings.Contains(plan, c.index) || strings.Contains(plan, "TEMP B-TREE") {
				t.Error(plan)
			}
		})
	}
}
