package app

import (
	"context"
	"time"

	"portico/portal"
	"portico/portal/staff"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/store"
	"portico/sync/work"
)

// team is what the pages of staff are given: their handle, which says where they
// did something from and rings for the mails that they have sent.
type team struct {
	*store.Staff
	sys  *store.System
	ring func()
}

// StartLook starts a look, with where it was started from.
func (t team) StartLook(ctx context.Context, s access.Scope, account record.AccountID, session, member string) (access.Look, error) {
	return t.Staff.StartLook(ctx, s, account, session, member, origin(ctx))
}

// EndLook ends a look.
func (t team) EndLook(ctx context.Context, session string) error { return t.sys.EndLook(ctx, session) }

// Nudge sends reminders again, at once.
func (t team) Nudge(ctx context.Context, s access.Scope, refs []work.Ref, day string) ([]work.Nudge, error) {
	done, err := t.Staff.Nudge(ctx, s, refs, day, origin(ctx))
	if err == nil {
		t.ring()
	}
	return done, err
}

// staffed adds the pages of the provider's people.
func (a *App) staffed(to *portal.Pages, s *store.Store, w *workers, frame ui.Framer, zone *time.Location) {
	t := team{s.Staff(), s.System(), w.ringMail}
	p := staff.New(staff.Options{Accounts: t, Queue: t, Members: t, Records: s.Account(), Frame: frame, Zone: zone, Held: why(s.System())})
	to.Staff = portal.StaffPages{List: p.List, Queue: p.Work, NudgesPreview: p.PreviewNudges, Nudge: p.Nudge,
		Account: p.Account, Look: p.Look, LookEnd: p.EndLook}
}
