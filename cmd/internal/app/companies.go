package app

import (
	"context"
	"slices"

	"portico/portal"
	"portico/portal/admin/companies"
	"portico/portal/admin/connections/parts"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/likeness"
	"portico/sync/record"
	"portico/sync/run"
	"portico/sync/store"
)

// registrar says which companies are which account, for a signed-in administrator.
type registrar struct{ fitter }

// registering adds the pages of companies and accounts.
func (a *App) registering(to *portal.Pages, sys *store.System, frame ui.Framer) {
	r := registrar{fitter{a, sys}}
	p := companies.New(companies.Options{Suggest: r, Look: sys, Relocate: r, Frame: frame})
	to.Companies = portal.Companies{List: p.List, Confirm: p.Confirm, Accounts: p.Accounts,
		Merge: p.Merge, MergeNow: p.MergeNow, Split: p.Split, SplitNow: p.SplitNow}
}

// suggestions are what the companies that wait may be.
func (r registrar) suggestions(ctx context.Context) ([]likeness.Suggestion, []likeness.Waiting, error) {
	waiting, err := r.sys.WaitingCompanies(ctx)
	if err != nil {
		return nil, nil, err
	}
	known, err := r.known(ctx)
	if err != nil {
		return nil, nil, err
	}
	return likeness.Gather(waiting, known), waiting, nil
}

// Standing implements companies.Suggesting.
func (r registrar) Standing(ctx context.Context) (companies.Standing, error) {
	list, waiting, err := r.suggestions(ctx)
	out := companies.Standing{Suggestions: list}
	for _, w := range waiting {
		href := parts.Path + "/" + w.Connection.String() + "/companies"
		if n := len(out.Waiting); n == 0 || out.Waiting[n-1].Href != href {
			out.Waiting = append(out.Waiting, companies.Waits{Name: w.System, Href: href})
		}
		out.Waiting[len(out.Waiting)-1].Companies++
	}
	return out, err
}

// Confirm implements companies.Suggesting. The suggestions are made anew, so that only
// what still is as it was looked at is matched.
func (r registrar) Confirm(ctx context.Context, s access.Scope, ids []string) (matched, changed int, err error) {
	sys, err := r.as(ctx, s)
	if err != nil {
		return 0, 0, err
	}
	list, _, err := r.suggestions(ctx)
	if err != nil {
		return 0, 0, err
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		i := slices.IndexFunc(list, func(one likeness.Suggestion) bool { return one.ID == id })
		if i < 0 {
			changed++
			continue
		}
		n, err := r.confirm(ctx, sys, list[i])
		matched += n
		if fault.Is(err, fault.Conflict) { // somebody else was faster
			changed++
			continue
		}
		if err != nil {
			return matched, changed, err
		}
	}
	return matched, changed, nil
}

func (r registrar) confirm(ctx context.Context, sys *store.System, one likeness.Suggestion) (matched int, err error) {
	account := one.Account
	if account.ID.IsZero() {
		if account, err = addAccount(ctx, sys, one.Companies[0].Name, account.ID); err != nil {
			return 0, err
		}
	}
	for _, w := range one.Companies {
		if err := sys.Match(ctx, w.Connection, w.Key, account.ID, "page"); err != nil {
			return matched, err
		}
		matched++
	}
	return matched, nil
}

// Merge implements companies.Relocating.
func (r registrar) Merge(ctx context.Context, s access.Scope, from, into record.AccountID) error {
	sys, err := r.as(ctx, s)
	if err != nil {
		return err
	}
	return sys.Merge(ctx, from, into)
}

// Split implements companies.Relocating.
func (r registrar) Split(ctx context.Context, s access.Scope, what run.Split) (record.AccountInfo, error) {
	sys, err := r.as(ctx, s)
	if err != nil {
		return record.AccountInfo{}, err
	}
	return sys.Split(ctx, what)
}
