package app

import (
	"context"

	"portico/portal"
	"portico/portal/admin/matching"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/authority"
	"portico/sync/record"
	"portico/sync/store"
)

// umpire changes what is the same across systems, for a signed-in administrator.
type umpire struct{ *store.System }

func (u umpire) as(ctx context.Context, s access.Scope) (*store.System, error) {
	if err := access.Administer(s); err != nil {
		return nil, err
	}
	return u.As(s, origin(ctx)), nil
}

// Name implements matching.Deciding.
func (u umpire) Name(ctx context.Context, s access.Scope, r authority.Rule) error {
	sys, err := u.as(ctx, s)
	if err != nil {
		return err
	}
	return sys.NameAuthority(ctx, r)
}

// End implements matching.Deciding.
func (u umpire) End(ctx context.Context, s access.Scope, kind record.Kind, other record.ConnectionID) error {
	sys, err := u.as(ctx, s)
	if err != nil {
		return err
	}
	return sys.DropAuthority(ctx, kind, other)
}

// Say implements matching.Deciding.
func (u umpire) Say(ctx context.Context, s access.Scope, r authority.Rule, said authority.Said, pairs []authority.Pair) error {
	sys, err := u.as(ctx, s)
	if err != nil {
		return err
	}
	return sys.Decide(ctx, r.Kind, r.Other, said, pairs...)
}

// AttachSure implements matching.Deciding.
func (u umpire) AttachSure(ctx context.Context, s access.Scope, kind record.Kind, other record.ConnectionID) (int, error) {
	sys, err := u.as(ctx, s)
	if err != nil {
		return 0, err
	}
	return sys.AttachSure(ctx, kind, other)
}

// matched adds the pages of what is the same across systems.
func (a *App) matched(to *portal.Pages, s *store.Store, frame ui.Framer) {
	sys := s.System()
	p := matching.New(matching.Options{Look: sys, Decide: umpire{sys}, Frame: frame})
	to.Matching = portal.Matching{List: p.List, Show: p.Show, Name: p.Name, End: p.End, Sure: p.Sure, Say: p.Say, StandsFor: s.Account().StandsFor}
}
