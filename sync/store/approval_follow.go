package store

import (
	"context"
	"fmt"

	"portico/sync/approval"
	"portico/sync/change"
	"portico/sync/delivery"
	"portico/sync/fault"
)

// approvals follows questions that were asked and answered. Each version is told
// of once, and so is the decision; one that was taken back is not.
func (f *follower) approvals(ctx context.Context, e change.Event) error {
	if !f.wanted(delivery.ApprovalRequested, e.Account) && !f.wanted(delivery.ApprovalDecided, e.Account) {
		return nil
	}
	for _, id := range e.IDs {
		ap, err := wholeApproval(ctx, f.tx, e.Account, "id = ?", id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if e.Topic == change.ApprovalAsked {
			err = f.requested(e, ap)
		} else {
			err = f.decided(ap)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// requested tells of the newest version, as it was asked: what became of it
// meanwhile is a message of its own.
func (f *follower) requested(e change.Event, ap approval.Approval) error {
	said := told(ap)
	said.State, said.Decision = string(approval.Open), nil
	m, err := delivery.ForApproval(delivery.ApprovalRequested, e.At, ap.Account, said)
	if err != nil || !f.wanted(m.Type, ap.Account) {
		return err
	}
	f.say(fmt.Sprintf("%s %s %d", m.Type, ap.ID, ap.Version), m)
	return nil
}

func (f *follower) decided(ap approval.Approval) error {
	if ap.Decision == nil {
		return nil
	}
	m, err := delivery.ForApproval(delivery.ApprovalDecided, ap.Decision.At, ap.Account, told(ap))
	if err != nil || !f.wanted(m.Type, ap.Account) {
		return err
	}
	f.say(string(m.Type)+" "+ap.ID.String(), m)
	return nil
}

func told(ap approval.Approval) delivery.Approval {
	v := ap.Newest()
	out := delivery.Approval{ID: ap.ID.String(), Ref: ap.Ref, Title: ap.Title, State: string(ap.State), Version: ap.Version, Digest: v.Digest(),
		AskedBy: ap.Asker.Display(), Due: ap.Due, Created: ap.Created, Record: ap.Ticket}
	if v.File != nil {
		out.File = &delivery.File{Name: v.File.Name, Size: v.File.Size, SHA256: v.File.SHA256}
	}
	if d := ap.Decision; d != nil {
		out.Decision = &delivery.Decision{State: string(d.State), Version: d.Version, Digest: d.Digest, By: d.By.Display(), Way: string(d.Way), At: d.At, Reason: d.Reason}
		if d.RecordedBy != nil {
			out.Decision.RecordedBy = d.RecordedBy.Display()
		}
		if ap.Reply != nil {
			out.Decision.Action = ap.Reply.ID.String()
		}
	}
	return out
}
