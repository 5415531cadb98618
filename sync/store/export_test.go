package store

import (
	"context"
	"io/fs"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store/internal/scoped"
	"portico/sync/store/migrations"
	"portico/sync/work"
)

// Apply migrates with the steps of another folder.
func (s *Store) Apply(ctx context.Context, steps fs.FS) error {
	list, err := migrations.Read(steps)
	if err != nil {
		return err
	}
	return s.apply(ctx, list)
}

// Version is how many steps are applied.
func (s *Store) Version(ctx context.Context) (int, error) { return s.version(ctx, s.db.Raw()) }

// Texts answers a query of one text column, past every guard.
func (s *Store) Texts(ctx context.Context, query string, args ...any) ([]string, error) {
	var out []string
	err := s.db.Raw().NewRaw(query, args...).Scan(ctx, &out)
	return out, err
}

// Exec runs a statement past every guard.
func (s *Store) Exec(ctx context.Context, query string, args ...any) error {
	_, err := s.db.Raw().NewRaw(query, args...).Exec(ctx)
	return err
}

// TakeBudgetAt is TakeBudget at a moment of the test's.
func (y *System) TakeBudgetAt(ctx context.Context, c record.ConnectionID, pace remote.Pace, class remote.Class, want int, at time.Time) (n int, wait time.Duration, err error) {
	err = y.purse(ctx, c, at, func(p *remote.Purse, now time.Time) { n, wait = p.Take(pace, class, want, now) })
	return n, wait, err
}

// HoldBudgetAt is HoldBudget at a moment of the test's.
func (y *System) HoldBudgetAt(ctx context.Context, c record.ConnectionID, d time.Duration, at time.Time) error {
	return y.purse(ctx, c, at, func(p *remote.Purse, now time.Time) { p.Hold(d, now) })
}

// Visible is the table that a viewer's pages select from.
func Visible(s access.Scope, account record.AccountID) string {
	table, _ := visible(s, account)
	return table
}

// Within is the condition that keeps staff in their reach.
func (s *Store) Within(scope access.Scope) string {
	cond, _ := s.Staff().within(scope, "r")
	return cond
}

// QueuePlans are how SQLite reads the queue: its pages, then its counts.
func (s *Store) QueuePlans(ctx context.Context, scope access.Scope, q work.Query) (out []string, err error) {
	f := s.Staff()
	var items []work.Item
	var counts work.Counts
	counts.Turns = map[record.Turn]int{}
	queries := []scoped.Query{f.tickets(scope, q, record.TurnProvider, mark{}, 51, &items, nil), f.questions(scope, q, mark{}, 51, &items),
		f.stuck(scope, q, "dead", record.TurnProvider, mark{}, 51, &items)}
	for _, one := range append(queries, f.counting(scope, &counts)...) {
		var steps []struct {
			ID, Parent, Notused int
			Detail              string
		}
		if err := f.across.Raw().NewRaw("EXPLAIN QUERY PLAN SELECT 1 "+one.Rest, one.Args...).Scan(ctx, &steps); err != nil {
			return nil, err
		}
		var plan []string
		for _, step := range steps {
			plan = append(plan, step.Detail)
		}
		out = append(out, strings.Join(plan, "; "))
	}
	return out, nil
}

// PlanOf is how SQLite reads a list, or, for no query, how it counts what waits.
func (s *Store) PlanOf(ctx context.Context, scope access.Scope, account record.AccountID, q *record.Query) (string, error) {
	a := s.Account()
	table, args := visible(scope, account, record.KindTicket)
	text := "SELECT count(*) " + few(waiting(table), 10)
	if q != nil {
		rest, with, err := a.listQuery(scope, account, *q, 51)
		if err != nil {
			return "", err
		}
		text, args = "SELECT title "+rest, with
	}
	var steps []struct {
		ID, Parent, Notused int
		Detail              string
	}
	err := a.db.Raw().NewRaw("EXPLAIN QUERY PLAN "+text, args...).Scan(ctx, &steps)
	var out []string
	for _, step := range steps {
		out = append(out, step.Detail)
	}
	return strings.Join(out, "; "), err
}

// Unnamed counts the records that a statement for viewers sees when it names no
// account, past the guard.
func (s *Store) Unnamed(ctx context.Context) (n int, err error) {
	err = s.Account().db.Find(ctx, &n, scoped.System+"SELECT count(*) FROM records")
	return n, err
}

// RemoveSome is the first transaction of a removal.
func (y *System) RemoveSome(ctx context.Context, c record.ConnectionID) (more bool, err error) {
	return y.removeSome(ctx, c, &identityKey{})
}
