package app

import (
	"context"

	"portico/portal"
	"portico/portal/approvals"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

// decisions adds the pages of what clients are asked to decide.
func (a *App) decisions(to *portal.Pages, d desk, frame ui.FrameOptions) {
	q := approvals.New(approvals.Options{Questions: d, Asking: d, Links: d, People: d, Requests: d, Files: a.files,
		Frame: ui.NewFramer(frame), Plain: frame.Plain, Now: a.now})
	to.Approvals, to.Approval, to.ApprovalDecide, to.ApprovalFile, to.ApprovalPicture = q.List, q.Show, q.Decide, q.File, q.Picture
	to.ApprovalForm, to.ApprovalAsk, to.ApprovalRevise, to.ApprovalCall, to.ApprovalWithdraw = q.New, q.Ask, q.Revise, q.Call, q.Withdraw
	to.LinkOpen, to.Link, to.LinkDecide, to.LinkFile, to.LinkPicture = q.OpenLink, q.Link, q.LinkDecide, q.LinkFile, q.LinkPicture
}

// DecideApproval records a decision and starts on what it owes at once.
func (d desk) DecideApproval(ctx context.Context, s access.Scope, in approval.Answer) (approval.Approval, error) {
	in.From = origin(ctx)
	a, err := d.Account.DecideApproval(ctx, s, in)
	d.told(ctx, a, err)
	return a, err
}

// RecordCall records a decision by phone and starts on what it owes at once.
func (d desk) RecordCall(ctx context.Context, s access.Scope, c approval.Call) (approval.Approval, error) {
	c.From = origin(ctx)
	a, err := d.Account.RecordCall(ctx, s, c)
	d.told(ctx, a, err)
	return a, err
}

// AskApproval asks with where it was asked from.
func (d desk) AskApproval(ctx context.Context, s access.Scope, in approval.Draft) (approval.Approval, error) {
	in.From = origin(ctx)
	return d.Account.AskApproval(ctx, s, in)
}

// ReviseApproval is AskApproval for a new version.
func (d desk) ReviseApproval(ctx context.Context, s access.Scope, in approval.Revision) (approval.Approval, error) {
	in.From = origin(ctx)
	return d.Account.ReviseApproval(ctx, s, in)
}

// WithdrawApproval takes a question back, with where that was done from.
func (d desk) WithdrawApproval(ctx context.Context, s access.Scope, account record.AccountID, id approval.ID, _ action.Origin) (approval.Approval, error) {
	return d.Account.WithdrawApproval(ctx, s, account, id, origin(ctx))
}

// Deciders lists whom staff may ask in an account that they reach.
func (d desk) Deciders(ctx context.Context, s access.Scope, account record.AccountID) ([]approval.Person, error) {
	if !s.IsStaff() || !s.Covers(account) {
		return nil, fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
	}
	return d.sys.Deciders(ctx, account)
}

// ApprovalMails lists the mails about an approval that staff reach.
func (d desk) ApprovalMails(ctx context.Context, s access.Scope, account record.AccountID, id approval.ID) ([]approval.Mail, error) {
	if !s.IsStaff() || !s.Covers(account) {
		return nil, fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
	}
	return d.sys.ApprovalMails(ctx, account, id)
}

// Linked shows what the link of one person is for.
func (d desk) Linked(ctx context.Context, token [32]byte) (approval.Linked, error) {
	return d.sys.Linked(ctx, token)
}

// DecideLinked records the decision of whose link it is.
func (d desk) DecideLinked(ctx context.Context, token [32]byte, in approval.Answer) (approval.Approval, error) {
	a, err := d.sys.DecideLinked(ctx, token, in)
	d.told(ctx, a, err)
	return a, err
}

// told starts on the reply that tells of a decision.
func (d desk) told(ctx context.Context, a approval.Approval, err error) {
	if err == nil && a.Reply != nil && a.Reply.State == action.Recorded {
		d.nudge(context.WithoutCancel(ctx), a.Reply.ID.String())
	}
}
