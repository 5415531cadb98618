package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"portico/sync/audit"
	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/mapping"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/store/internal/scoped"
)

// Mapping reads what people have decided about a connection of a kind, and what a
// file of another one may name.
func (y *System) Mapping(ctx context.Context, c record.ConnectionID, spec remote.Spec) (mapping.State, error) {
	out := mapping.State{Spec: spec}
	var err error
	if out.Connection, err = y.Connection(ctx, c); err != nil {
		return out, err
	}
	if out.Meanings, err = y.Meanings(ctx, c); err != nil {
		return out, err
	}
	if out.Companies, err = y.Companies(ctx, c); err != nil {
		return out, err
	}
	if out.Accounts, err = y.AllAccounts(ctx); err != nil {
		return out, err
	}
	if out.Rules, err = y.Authorities(ctx); err != nil {
		return out, err
	}
	out.Connections, err = y.Connections(ctx)
	return out, err
}

// Adopt carries out what a file would change, all of it or nothing: fault.Conflict
// when anything is not as it was when the plan was made. What waited for a company
// that is matched by it is promoted afterwards, like after Match.
func (y *System) Adopt(ctx context.Context, was remote.Connection, p mapping.Plan) error {
	now := y.now().UTC()
	n := p.Counts()
	e := administered(audit.ConnectionMade, now, was.ID.String(), "imported", p.From, "created", strconv.Itoa(n[mapping.Created]),
		"changed", strconv.Itoa(n[mapping.Changed]), "left", strconv.Itoa(n[mapping.Left]))
	err := y.administer(ctx, e, func(ctx context.Context, tx *scoped.Tx) error {
		a := adoption{y, tx, was, p}
		for _, part := range []func(context.Context) error{a.wait, a.settings, a.statuses, a.choices, a.companies} {
			if err := part(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return y.Promote(ctx, was.ID)
}

// adoption is one transaction that carries a plan out.
type adoption struct {
	y   *System
	tx  *scoped.Tx
	was remote.Connection
	p   mapping.Plan
}

func takes(o mapping.Outcome) bool { return o == mapping.Created || o == mapping.Changed }

// overtaken is the answer when a plan is not about what is there any more.
func overtaken() error {
	return fault.New(fault.Conflict, "Somebody changed this connection meanwhile. Nothing was changed; look at the file once more.")
}

// leave writes the leaf that the same change by hand would leave.
func (a adoption) leave(ctx context.Context, e audit.Entry) error {
	return leave(ctx, a.tx, a.y.sign(e))
}

// wait takes the locks of everything that is written, in the order of all transactions.
func (a adoption) wait(ctx context.Context) error {
	ids := []record.ConnectionID{a.was.ID}
	for _, c := range a.p.Choices {
		if takes(c.Outcome) {
			ids = append(ids, c.Is.Authority, c.Is.Other)
		}
	}
	slices.SortFunc(ids, func(x, y record.ConnectionID) int { return strings.Compare(x.String(), y.String()) })
	for _, id := range slices.Compact(ids) {
		if err := alone(ctx, a.tx, id); err != nil {
			return err
		}
	}
	return besides(ctx, a.tx)
}

func (a adoption) settings(ctx context.Context) error {
	is := a.was
	is.Settings = a.p.Settled(a.was.Settings)
	changed := revised(a.was, is)
	if len(changed) == 0 {
		return nil
	}
	if err := revise(ctx, a.tx, a.was, is); err != nil {
		return err
	}
	return a.leave(ctx, administered(audit.ConnectionMade, a.y.now(), is.ID.String(), "changed", strings.Join(changed, " ")))
}

func (a adoption) statuses(ctx context.Context) error {
	have, err := loadMeanings(ctx, a.tx, a.was.ID)
	if err != nil {
		return err
	}
	for _, s := range a.p.Statuses {
		if !takes(s.Outcome) {
			continue
		}
		m := s.Is
		if is, ok := have[meaningKey{m.Kind, m.Raw}]; is != s.Was || ok != (s.Outcome == mapping.Changed) {
			return overtaken()
		}
		if err := putMeaning(ctx, a.tx, a.was.ID, m); err != nil {
			return err
		}
		if err := a.leave(ctx, meant(a.y.now(), a.was.ID, m)); err != nil {
			return err
		}
	}
	return nil
}

func (a adoption) choices(ctx context.Context) error {
	for _, c := range a.p.Choices {
		if !takes(c.Outcome) {
			continue
		}
		have, err := authorities(ctx, a.tx, "WHERE a.kind = ? AND (a.authority_id = ? AND a.other_id = ? OR a.authority_id = ? AND a.other_id = ?)",
			c.Is.Kind, c.Is.Authority, c.Is.Other, c.Is.Other, c.Is.Authority)
		if err != nil {
			return err
		}
		if !as(have, c.Was) {
			return overtaken()
		}
		now := a.y.now().UTC()
		if err := a.y.nameAuthority(ctx, a.tx, c.Is, now); err != nil {
			return err
		}
		if err := a.leave(ctx, believed(now, c.Is)); err != nil {
			return err
		}
	}
	return nil
}

// as reports whether the rules between two connections are still the one that was seen.
func as(have []authority.Rule, was *authority.Rule) bool {
	if was == nil || len(have) != 1 {
		return was == nil && len(have) == 0
	}
	return have[0].Authority == was.Authority && have[0].Alone == was.Alone
}

func (a adoption) companies(ctx context.Context) error {
	for _, m := range a.p.Companies {
		if !takes(m.Outcome) {
			continue
		}
		var named []string // as the person saw it, and nobody's yet
		if err := a.tx.Find(ctx, &named, "SELECT name FROM companies WHERE connection_id = ? AND key = ? AND account_id IS NULL", a.was.ID, m.Key); err != nil {
			return fault.At("look at company", err)
		}
		if len(named) != 1 || !strings.EqualFold(strings.TrimSpace(named[0]), strings.TrimSpace(m.Name)) {
			return overtaken()
		}
		if err := a.y.matchCompany(ctx, a.tx, a.was.ID, m.Key, m.Account.ID, "file"); err != nil {
			return err
		}
		if err := a.leave(ctx, matched(a.y.now(), a.was.ID, m.Key, m.Account.ID, "file")); err != nil {
			return err
		}
	}
	return nil
}
