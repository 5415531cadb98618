package store

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"portico/sync/access"
	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store/internal/folded"
	"portico/sync/store/internal/scoped"
)

// verdicts compares two connections as they are, whether a rule names one of them
// or somebody only thinks of it. It also counts the accounts that both know.
func (y *System) verdicts(ctx context.Context, r authority.Rule) ([]authority.Verdict, int, error) {
	accounts, err := holders(ctx, y.db, r.Kind, r.Other)
	if err != nil {
		return nil, 0, err
	}
	var out []authority.Verdict
	shared := 0
	for part := range slices.Chunk(accounts, accountsAtOnce) {
		c, err := compare(ctx, y.db, r, part)
		if err != nil {
			return nil, 0, err
		}
		for _, a := range part {
			if c.shared[a] {
				shared++
				out = append(out, c.settle(a)...)
			}
		}
	}
	return out, shared, nil
}

// AuthorityStanding says how the other connection's things stand, with those of one
// state that hold some words, from a row on. The rule need not exist: what it would
// do is the same.
func (y *System) AuthorityStanding(ctx context.Context, r authority.Rule, state authority.State, search string, from, most int) (authority.Standing, error) {
	out := authority.Standing{Rule: r, Names: map[record.AccountID]string{}}
	if err := y.proper(ctx, &out.Rule); err != nil {
		return out, err
	}
	all, shared, err := y.verdicts(ctx, r)
	if err != nil {
		return out, err
	}
	out.Accounts = shared
	words := sought(search)
	for _, v := range all {
		switch v.State {
		case authority.Linked:
			out.Linked++
		case authority.Waiting:
			out.Waiting++
			if v.Sure {
				out.Sure++
			}
		case authority.Single:
			out.Single++
		}
		if v.State != state || !holds(v, words) {
			continue
		}
		switch {
		case from > 0:
			from--
		case len(out.List) < most:
			out.List = append(out.List, v)
		default:
			out.More = true
		}
	}
	return out, y.named(ctx, &out)
}

// holds reports whether a thing, or what it may be, has all words.
func holds(v authority.Verdict, words []string) bool {
	text := v.Number + "\n" + v.Title
	if v.Of != nil {
		text += "\n" + v.Of.Number + "\n" + v.Of.Title
	}
	text = folded.Text(text)
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

func (y *System) named(ctx context.Context, s *authority.Standing) error {
	var ids []record.AccountID
	for _, v := range s.List {
		ids = append(ids, v.Account)
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		ID   record.AccountID
		Name string
	}
	err := y.db.Find(ctx, &rows, "SELECT id, name FROM accounts WHERE id IN (?)", bun.List(ids))
	for _, r := range rows {
		s.Names[r.ID] = r.Name
	}
	return fault.At("name accounts", err)
}

// Partners lists things of the authority, in an account, that hold some words: what
// somebody may attach a thing to by hand.
func (y *System) Partners(ctx context.Context, r authority.Rule, account record.AccountID, search string, most int) ([]authority.Thing, error) {
	c, err := compare(ctx, y.db, r, []record.AccountID{account})
	words := sought(search)
	var out []authority.Thing
	for _, t := range c.authority[account] {
		if len(out) < most && holds(authority.Verdict{Thing: t}, words) {
			out = append(out, t)
		}
	}
	return out, err
}

// StandsFor returns the record that a copy is shown as; fault.NotFound when the id is
// no copy that the viewer's account has.
func (a *Account) StandsFor(ctx context.Context, s access.Scope, account record.AccountID, id record.ID) (record.ID, error) {
	if err := reach(s, account); err != nil {
		return record.ID{}, err
	}
	kinds := make([]string, 0, len(s.Kinds()))
	for _, k := range s.Kinds() {
		kinds = append(kinds, string(k))
	}
	var to record.ID
	err := a.db.For(account).Read(ctx, scoped.Query{Columns: copyField, Args: []any{account, id},
		Rest: "FROM records WHERE account_id = ? AND id = ? AND copy_of IS NOT NULL AND hidden = 'linked' AND kind IN (" + quoted(kinds) + ")",
		Row:  func(f *scoped.Fields) { to.UUID = f.ID() }})
	if err == nil && to.IsZero() {
		err = notFound()
	}
	return to, fault.At("look what a copy is shown as", err)
}

var copyField = scoped.NewColumns("copy_of")

// copies are read with a record, to be stamped like it.
type copies struct {
	query scoped.Query
	rows  *[]record.Row
}

// copiesOf appends the sources that are attached to a record.
func copiesOf(account record.AccountID, of record.ID, out *[]record.Row) copies {
	return copies{rows: out, query: scoped.Query{Columns: rowFields, Args: []any{account, of},
		Rest: "FROM (SELECT * FROM records WHERE account_id = ? AND copy_of = ? AND hidden = 'linked') AS r ORDER BY connection_id, id LIMIT 20",
		Row: func(f *scoped.Fields) {
			*out = append(*out, record.Row{Account: account})
			scanRow(f, &(*out)[len(*out)-1])
		}}}
}
