// Package home is the first page of an account: what needs the reader, what the
// provider is doing, what is finished, and the dates to know.
package home

import (
	"context"
	"net/http"
	"slices"
	"time"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

// Records is what the page reads.
type Records interface {
	List(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Page, error)
	Freshness(ctx context.Context, s access.Scope, account record.AccountID) ([]record.Freshness, error)
	Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error)
	// Stuck lists what the viewer asked for and goes no further by itself.
	Stuck(ctx context.Context, s access.Scope, account record.AccountID) ([]action.Action, error)
}

// Approvals is what waits for a decision.
type Approvals interface {
	Approvals(ctx context.Context, s access.Scope, account record.AccountID, q approval.Query) ([]approval.Approval, error)
}

// Options are what the page works with; every field is needed.
type Options struct {
	Records   Records
	Approvals Approvals
	Days      Days
	Owing     Owing
	Frame     ui.Framer
}

// Pages serves the first page of an account. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// How much of each part the page shows, and how far ahead its dates look.
const (
	mostNeeds    = 8
	mostWith     = 6
	mostFinished = 4
	mostDates    = 6
	ahead        = 90 * 24 * time.Hour
)

// Home serves GET /a/{account}/.
func (p *Pages) Home(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("nav.home") + " · " + c.Account.Name
	v := homeView{Chrome: c, SeesTickets: s.Sees(record.KindTicket), SeesAssets: s.Sees(record.KindAsset), Own: s.OwnOnly(), MayAsk: s.Acts(record.KindTicket), Staff: s.IsStaff()}
	if v.SeesApprovals = s.Sees(record.KindApproval); v.SeesApprovals {
		if err := p.decisions(r.Context(), s, &v); err != nil {
			return err
		}
	}
	if err := p.stuck(r.Context(), s, &v); err != nil {
		return err
	}
	if err := p.offered(r.Context(), s, &v); err != nil {
		return err
	}
	if err := p.owed(r.Context(), s, &v); err != nil {
		return err
	}
	if v.SeesTickets {
		if err := p.tickets(r.Context(), s, &v); err != nil {
			return err
		}
	}
	if v.SeesAssets {
		if err := p.dates(r.Context(), s, &v); err != nil {
			return err
		}
	}
	if err := p.occasions(r.Context(), s, &v); err != nil {
		return err
	}
	if v.SeesTickets || v.SeesAssets || v.Calendar != "" || v.Balance.Href != "" {
		fresh, err := p.o.Records.Freshness(r.Context(), s, s.Account())
		if err != nil {
			return err
		}
		v.Down, v.Sources = ui.DownOf(fresh), sources(fresh, v.kinds()...)
	}
	return ui.Show(w, r, http.StatusOK, homePage(v))
}

// decisions puts what the reader may decide before everything else; to staff,
// what waits for their client.
func (p *Pages) decisions(ctx context.Context, s access.Scope, v *homeView) error {
	list, err := p.o.Approvals.Approvals(ctx, s, s.Account(), approval.Query{Open: true, Mine: !s.IsStaff(), Limit: mostNeeds})
	for _, a := range list {
		v.Needs = append(v.Needs, need{Approval: a})
	}
	return err
}

// tickets fills what needs the reader, what is with others, and what is finished.
func (p *Pages) tickets(ctx context.Context, s access.Scope, v *homeView) error {
	open, finished := true, false
	needs, err := p.o.Records.List(ctx, s, s.Account(), record.Query{Kind: record.KindTicket, Open: &open, Turn: record.TurnClient, Limit: mostNeeds})
	if err != nil {
		return err
	}
	all, err := p.o.Records.List(ctx, s, s.Account(), record.Query{Kind: record.KindTicket, Open: &open, Limit: mostNeeds + mostWith, Brief: true})
	if err != nil {
		return err
	}
	done, err := p.o.Records.List(ctx, s, s.Account(), record.Query{Kind: record.KindTicket, Open: &finished, Limit: mostFinished, Brief: true})
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(all.Rows), func(r record.Row) bool { return r.Turn == record.TurnClient })
	v.MoreNeeds, v.MoreWith = needs.Next != "", all.Next != "" || len(others) > mostWith
	v.With, v.Finished = others[:min(len(others), mostWith)], done.Rows
	for _, row := range needs.Rows {
		v.Needs = append(v.Needs, need{Row: row})
	}
	return nil
}

// stuck puts what the reader has to decide again before everything else. What is
// gone, or is no longer shown to the reader, asks for nothing; what was held
// because of that is told of here, for it has no other page.
func (p *Pages) stuck(ctx context.Context, s access.Scope, v *homeView) error {
	if !slices.ContainsFunc(action.Kinds, func(k action.Kind) bool { return s.Acts(k.About()) }) {
		return nil
	}
	asked, err := p.o.Records.Stuck(ctx, s, s.Account())
	if err != nil {
		return err
	}
	for _, a := range asked {
		if a.Target.IsZero() || !s.Acts(a.Kind.About()) {
			continue
		}
		d, err := p.o.Records.Detail(ctx, s, s.Account(), a.Kind.About(), a.Target)
		switch {
		case fault.Is(err, fault.NotFound):
			if a.State == action.Dead {
				v.Held = append(v.Held, a)
			}
			continue
		case err != nil:
			return err
		case a.State == action.Dead: // its page says so
			continue
		}
		v.Needs = append(v.Needs, need{Row: d.Row, Conflict: a})
	}
	return nil
}

// dates fills the warranties that end soon. The list is by date, so the first
// asset beyond the horizon ends it.
func (p *Pages) dates(ctx context.Context, s access.Scope, v *homeView) error {
	q := record.Query{Kind: record.KindAsset, Sort: record.SortDue, Limit: 200}
	for {
		page, err := p.o.Records.List(ctx, s, s.Account(), q)
		if err != nil {
			return err
		}
		if v.collect(page.Rows) || page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}
