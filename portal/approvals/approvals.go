// Package approvals is the pages of what a client is asked to decide: the list,
// one question with exactly what is decided, the form by which staff ask, and the
// pages behind the link of one person. A decision carries the version that was
// seen, so that a stale one is asked again; a GET never decides. It hides how a
// link's token is kept out of addresses.
package approvals

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

// Questions is what a client reads and answers.
type Questions interface {
	Approvals(ctx context.Context, s access.Scope, account record.AccountID, q approval.Query) ([]approval.Approval, error)
	ApprovalByID(ctx context.Context, s access.Scope, account record.AccountID, id approval.ID) (approval.Approval, error)
	DecideApproval(ctx context.Context, s access.Scope, d approval.Answer) (approval.Approval, error)
}

// Asking is what staff do.
type Asking interface {
	AskApproval(ctx context.Context, s access.Scope, d approval.Draft) (approval.Approval, error)
	ReviseApproval(ctx context.Context, s access.Scope, r approval.Revision) (approval.Approval, error)
	WithdrawApproval(ctx context.Context, s access.Scope, account record.AccountID, id approval.ID, from action.Origin) (approval.Approval, error)
	RecordCall(ctx context.Context, s access.Scope, c approval.Call) (approval.Approval, error)
}

// Links is what the link of one person opens. The token is the proof of who asks.
type Links interface {
	Linked(ctx context.Context, token [32]byte) (approval.Linked, error)
	DecideLinked(ctx context.Context, token [32]byte, d approval.Answer) (approval.Approval, error)
}

// People are the members of an account that may be asked, and what they were sent.
type People interface {
	Deciders(ctx context.Context, s access.Scope, account record.AccountID) ([]approval.Person, error)
	// ApprovalMails are the mails about an approval, the newest first; for staff.
	ApprovalMails(ctx context.Context, s access.Scope, account record.AccountID, id approval.ID) ([]approval.Mail, error)
}

// Requests finds the request that a question is about.
type Requests interface {
	Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error)
}

// Files are the uploads that questions are about.
type Files interface {
	form.Keeper
	Open(ctx context.Context, id string) (io.ReadCloser, error)
}

// Options are what the pages work with; every field is needed.
type Options struct {
	Questions Questions
	Asking    Asking
	Links     Links
	People    People
	Requests  Requests
	Files     Files
	Frame     ui.Framer
	// Plain is the frame of a page for nobody in particular.
	Plain func(r *http.Request) *ui.Chrome
	Now   func() time.Time
}

// Pages serves approvals. It is safe for concurrent use.
type Pages struct {
	o      Options
	redraw chan struct{} // how many pictures are drawn anew at once
}

// New returns the pages.
func New(o Options) *Pages { return &Pages{o, make(chan struct{}, 2)} }

func notHere() error {
	return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
}

// approvalOf reads the approval that the address names.
func (p *Pages) approvalOf(r *http.Request, s access.Scope) (approval.Approval, error) {
	id, err := approval.ParseID(r.PathValue("approval"))
	if err != nil {
		return approval.Approval{}, notHere()
	}
	return p.o.Questions.ApprovalByID(r.Context(), s, s.Account(), id)
}

func statusOf(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case fault.Is(err, fault.TooLarge):
		return http.StatusRequestEntityTooLarge
	case fault.Is(err, fault.Conflict):
		return http.StatusConflict
	default:
		return http.StatusUnprocessableEntity
	}
}

// correctable reports whether a form is shown again with what is wrong.
func correctable(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.Conflict)
}

// drop forgets uploads that did not become part of a version: after a fault that
// is no answer the version may stand, and then it needs its file.
func (p *Pages) drop(r *http.Request, uploaded []action.File, kept *action.File, err error) {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge, fault.Conflict, fault.Forbidden, fault.NotFound, fault.Unauthenticated:
	default:
		if err != nil {
			return
		}
	}
	for _, f := range slices.Backward(uploaded) {
		if kept == nil || kept.ID != f.ID {
			_ = p.o.Files.Drop(r.Context(), f.ID) // what is left is released with age
		}
	}
}
