package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/audit"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/store/internal/scoped"
	"portico/sync/work"
)

// PreviewNudges says what Nudge would do, and to whom.
func (f *Staff) PreviewNudges(ctx context.Context, s access.Scope, refs []work.Ref, day string) ([]work.Nudge, error) {
	return nudges(ctx, f.across, s, refs, func(ctx context.Context, n *work.Nudge) error {
		_, _, err := nudgeable(ctx, f.across, n, day)
		return err
	})
}

// Nudge sends the reminder of questions again, each once a day (2006-01-02, in the
// provider's zone) whoever asks, and leaves in the log who did. One that was
// decided meanwhile is left alone. A question that the viewer does not reach is
// fault.NotFound, and then nothing is sent.
func (f *Staff) Nudge(ctx context.Context, s access.Scope, refs []work.Ref, day string, from action.Origin) (out []work.Nudge, err error) {
	now := f.now().UTC()
	err = f.across.Write(ctx, scoped.Person, func(ctx context.Context, tx *scoped.Tx) error {
		out, err = nudges(ctx, tx, s, refs, func(ctx context.Context, n *work.Nudge) error {
			ap, to, err := nudgeable(ctx, tx, n, day)
			if err != nil || n.Outcome != work.Sent {
				return err
			}
			return send(ctx, tx, s, ap, to, n, day, from, now)
		})
		return err
	})
	return out, err
}

// nudges goes through what was chosen in one order, so that two who nudge the
// same do not wait for each other in a circle.
func nudges(ctx context.Context, db finder, s access.Scope, refs []work.Ref, each func(ctx context.Context, n *work.Nudge) error) ([]work.Nudge, error) {
	if err := acting(s); err != nil {
		return nil, err
	}
	refs = slices.Clone(refs)
	slices.SortFunc(refs, func(a, b work.Ref) int {
		return cmp.Or(strings.Compare(a.Account.String(), b.Account.String()), strings.Compare(a.Approval, b.Approval))
	})
	var out []work.Nudge
	for _, ref := range slices.Compact(refs) {
		var rows []accountRow
		err := db.Find(ctx, &rows, selectAccount+"WHERE id = ?", ref.Account)
		if err == nil && (len(rows) == 0 || !reaches(s, rows[0].info())) {
			err = notFound()
		}
		if err != nil {
			return nil, fault.At("look whose approval is nudged", err)
		}
		n := work.Nudge{Ref: ref, Company: rows[0].Name}
		if err := each(ctx, &n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// nudgeable finds out what is to become of a nudge.
func nudgeable(ctx context.Context, db finder, n *work.Nudge, day string) (ap approval.Approval, to []approval.Person, err error) {
	held := false
	if err = db.Find(ctx, &held, "SELECT EXISTS (SELECT 1 FROM hold)"); err != nil {
		return ap, nil, fault.At("look for a hold", err)
	}
	ap, err = wholeApproval(ctx, db, n.Account, "id = ?", n.Approval)
	if err != nil {
		return ap, nil, err
	}
	var days []struct{ NudgedOn string }
	if err = db.Find(ctx, &days, "SELECT nudged_on FROM approvals WHERE account_id = ? AND id = ?", n.Account, n.Approval); err != nil {
		return ap, nil, fault.At("look when an approval was nudged", err)
	}
	if to, err = deciders(ctx, db, ap); err != nil {
		return ap, nil, err
	}
	n.Title = ap.Title
	for _, p := range to {
		n.To = append(n.To, p.Display())
	}
	switch {
	case ap.State != approval.Open:
		n.Outcome = work.Decided
	case len(days) > 0 && days[0].NudgedOn == day:
		n.Outcome = work.Already
	case len(to) == 0:
		n.Outcome = work.Nobody
	case held:
		n.Outcome = work.Held
	default:
		n.Outcome = work.Sent
	}
	return ap, to, nil
}

// send owes the mails, unless somebody else was faster today.
func send(ctx context.Context, tx *scoped.Tx, s access.Scope, ap approval.Approval, to []approval.Person, n *work.Nudge, day string, from action.Origin, now time.Time) error {
	taken, err := tx.Run(ctx, "UPDATE approvals SET nudged_on = ? WHERE account_id = ? AND id = ? AND state = 'open' AND version = ? AND nudged_on <> ?",
		day, ap.Account, ap.ID, ap.Version, day)
	if err != nil {
		return fault.At("nudge approval", err)
	}
	if taken == 0 {
		n.Outcome = work.Already
		return nil
	}
	until := ap.Due
	if !until.After(now) { // it can still be decided, signed in
		until = time.Time{}
	}
	if err := oweMail(ctx, tx, ap, notice.Reminder, day, to, until, now); err != nil {
		return err
	}
	e := askedEntry(audit.ApprovalNudged, ap, ap.Newest(), from)
	e.At, e.Actor = now, s.User()
	e.Personal["name"], e.Personal["mail"] = s.Name(), s.Email()
	return leave(ctx, tx, e)
}
