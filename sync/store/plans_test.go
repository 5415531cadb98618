package store_test

import (
	"strings"
	"testing"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/record"
	"portico/sync/work"
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

// TestTheQueueReadsNothingThatIsFinished asks SQLite how it reads the queue: in
// its order, from indexes of what is open, whoever looks.
func TestTheQueueReadsNothingThatIsFinished(t *testing.T) {
	t.Parallel()
	if server != "" {
		return // PostgreSQL plans by what the tables hold
	}
	w := newWorld(t)
	many := make([]record.AccountID, 200)
	for i := range many {
		many[i] = record.NewAccountID()
	}
	for who, s := range map[string]access.Scope{
		"an administrator": grant.Staff(marek, access.Admin, nil), "a manager": grant.Staff(marek, access.Manager, nil),
		"an agent of very many": grant.Staff(marek, access.Agent, many), "an agent of few": grant.Staff(marek, access.Agent, many[:3]),
	} {
		for name, q := range map[string]work.Query{"all": {}, "newest": {Newest: true}, "mine": {Mine: true}, "old": {Before: w.clock()}, "an account": {Account: many[0]}} {
			plans, err := w.QueuePlans(t.Context(), s, q)
			must(t, err)
			for i, plan := range plans {
				few := who == "an agent of few" || name == "an account" // read account by account, and sorted
				switch {
				case strings.Contains(plan, "person=?") != strings.Contains(plan, "records_mine (person=? AND turn=?"):
					t.Errorf("%s, %s, %d looks for a person elsewhere: %s", who, name, i, plan)
				case !few && name == "mine" && i == 0 && !strings.Contains(plan, "records_mine"):
					t.Errorf("%s, %s, %d reads what others handle: %s", who, name, i, plan)
				case strings.Contains(plan, "SCAN r") || strings.Contains(plan, "SCAN x") || strings.Contains(plan, "SCAN p") && !strings.Contains(plan, "INDEX approvals_"):
					t.Errorf("%s, %s, %d reads everything: %s", who, name, i, plan)
				case strings.Contains(plan, "records_by_sort") || strings.Contains(plan, "sqlite_autoindex_records"):
					t.Errorf("%s, %s, %d reads what is finished: %s", who, name, i, plan)
				case !few && strings.Contains(plan, "TEMP B-TREE FOR ORDER BY"):
					t.Errorf("%s, %s, %d sorts: %s", who, name, i, plan)
				}
			}
		}
	}
}
