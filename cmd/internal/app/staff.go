package app

import (
	"context"
	"time"

	"portico/portal"
	"portico/portal/staff"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/store"
	"portico/sync/work"
)

// team is what the pages of staff are given: their handle, which says where they
// did something from and rings for the mails that they have sent.
type team struct {
	*store.Staff
	ring func()
}

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
	p := staff.New(staff.Options{Accounts: s.Staff(), Queue: team{s.Staff(), w.ringMail}, Frame: frame, Zone: zone, Held: why(s.System())})
	to.Staff = portal.StaffPages{List: p.List, Queue: p.Work, NudgesPreview: p.PreviewNudges, Nudge: p.Nudge}
}
