// Package tickets is the pages of requests: the list, one request with its
// history and what can be done about it, a new one, the progress of what was
// asked for, and the files. A decision carries the version that the reader saw
// and the key of its form, so that a stale one is asked again and a form sent
// twice is one action.
package tickets

import (
	"context"
	"io"
	"net/http"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

// Records is what the pages read.
type Records interface {
	List(ctx context.Context, s access.Scope, account record.AccountID, q record.Query) (record.Page, error)
	Detail(ctx context.Context, s access.Scope, account record.AccountID, kind record.Kind, id record.ID) (record.Detail, error)
	Timeline(ctx context.Context, s access.Scope, account record.AccountID, ticket record.ID) ([]record.Entry, error)
	AttachmentOf(ctx context.Context, s access.Scope, account record.AccountID, id record.ID) (record.Detail, error)
}

// Actions is what the pages ask for and report on.
type Actions interface {
	Submit(ctx context.Context, s access.Scope, d action.Draft) (action.Action, error)
	Withdraw(ctx context.Context, s access.Scope, account record.AccountID, id action.ID) (action.Action, error)
	ActionByID(ctx context.Context, s access.Scope, account record.AccountID, id action.ID) (action.Action, error)
	ActionsOn(ctx context.Context, s access.Scope, account record.AccountID, target record.ID) ([]action.Action, error)
	Destinations(ctx context.Context, s access.Scope, account record.AccountID) ([]action.Destination, error)
}

// Approvals is what clients were asked to decide about a request.
type Approvals interface {
	Approvals(ctx context.Context, s access.Scope, account record.AccountID, q approval.Query) ([]approval.Approval, error)
}

// Opener brings the bytes of an attachment that the asker may see; size is -1
// when it is not known. The caller closes the reader.
type Opener interface {
	OpenAttachment(ctx context.Context, s access.Scope, attachment record.Detail) (content io.ReadCloser, size int64, err error)
}

// Options are what the pages work with; every field but Takes is needed.
type Options struct {
	Records   Records
	Actions   Actions
	Approvals Approvals
	Files     Opener
	Uploads   form.Keeper
	// Takes reports whether the system behind a connection takes such an action; nil
	// means that every system does.
	Takes func(ctx context.Context, c record.ConnectionID, k action.Kind) bool
	Frame ui.Framer
}

// Pages serves the requests of an account. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages {
	if o.Takes == nil {
		o.Takes = func(context.Context, record.ConnectionID, action.Kind) bool { return true }
	}
	return &Pages{o}
}

func notHere() error {
	return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
}

// ticketOf reads the request that the address names.
func (p *Pages) ticketOf(r *http.Request, s access.Scope) (record.Detail, record.Ticket, error) {
	id, err := record.ParseID(r.PathValue("id"))
	if err != nil {
		return record.Detail{}, record.Ticket{}, notHere()
	}
	d, err := p.o.Records.Detail(r.Context(), s, s.Account(), record.KindTicket, id)
	if err != nil {
		return d, record.Ticket{}, err
	}
	body, ok := d.Body.(record.Ticket)
	if !ok {
		return d, body, fault.Newf(fault.Internal, "").Because("read request", errBody)
	}
	return d, body, nil
}
