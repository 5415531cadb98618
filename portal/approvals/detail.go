package approvals

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/approval"
	"portico/sync/fault"
	"portico/sync/record"
)

// view is everything that the page of one approval shows, to whoever it is.
type view struct {
	Chrome   *ui.Chrome
	Approval approval.Approval
	Version  approval.Version // the newest
	Before   []ui.Diff        // what it changed, when it is not the first
	Preview  preview
	Download string // address of its file, or ""
	Who      string
	Decide   decideView
	Reply    *ui.Progress
	Stale    []ui.Diff // what changed while the reader was deciding
	Seen     int       // the version that they decided on
	Late     string    // who was faster, or ""
	Kept     string    // what they typed, when it can no longer be sent
	Staff    *staffView
	Link     *approval.Linked // set behind a link
	Ticket   string           // address of the request, when the reader may see it
}

// decideView is the form; May false shows none.
type decideView struct {
	May      bool
	Post     string
	Key      string
	Reason   string
	Problem  string
	Problems map[string]string
	SignIn   string // where to sign in, when only that may decide
}

// Show serves GET /a/{account}/approvals/{approval}.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	a, err := p.approvalOf(r, s)
	if err != nil {
		return err
	}
	v, err := p.view(r, s, a)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, detailPage(v))
}

func (p *Pages) view(r *http.Request, s access.Scope, a approval.Approval) (view, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return view{}, err
	}
	role := access.Role(s.Role())
	v := p.common(r.Context(), c, a)
	v.Who = who(c, a, s.User(), role)
	if v.Version.File != nil {
		v.Download = versionPath(a.Account, a.ID, v.Version.Number)
		v.Preview.Picture = v.Preview.picture(v.Download)
	}
	if !a.Ticket.IsZero() && s.Sees(record.KindTicket) && !s.OwnOnly() {
		v.Ticket = ticketPath(a.Account, a.Ticket)
	}
	if a.Reply != nil {
		v.Reply = &ui.Progress{Action: *a.Reply, System: p.system(r.Context(), c, s, a)}
		if v.Ticket != "" {
			v.Reply.Self = actionPath(a)
		}
	}
	if a.State == approval.Open && s.Acts(record.KindApproval) && a.Decides(s.User(), role) {
		v.Decide = decideView{May: true, Post: path(a.Account, a.ID) + "/decide", Key: uuid.NewString()}
	}
	if s.IsStaff() {
		v.Staff, err = p.staff(r, s, c, a)
	}
	return v, err
}

// system names where the request of a decision is, as far as the reader may know.
func (p *Pages) system(ctx context.Context, c *ui.Chrome, s access.Scope, a approval.Approval) string {
	d, err := p.o.Requests.Detail(ctx, s, a.Account, record.KindTicket, a.Ticket)
	if err != nil || d.Stamp.System == "" {
		return c.T("approvals.helpdesk")
	}
	return d.Stamp.System
}

// common is what does not depend on who looks.
func (p *Pages) common(ctx context.Context, c *ui.Chrome, a approval.Approval) view {
	c.Title = a.Title
	v := view{Chrome: c, Approval: a, Version: a.Newest()}
	if before, ok := a.Numbered(a.Version - 1); ok {
		v.Before = diffs(c, before, v.Version)
	}
	v.Preview = p.preview(ctx, v.Version.File)
	return v
}

// due is when to decide by, in the reader's clock.
func (v view) due() string {
	if v.Approval.Due.IsZero() {
		return ""
	}
	return v.Chrome.Moment(v.Approval.Due)
}

// behind shows a decision that came too late: what changed, or who was faster.
// What was typed is kept.
func (v *view) behind(a approval.Answer, told error) {
	v.Kept = strings.TrimSpace(a.Reason)
	if v.Approval.State != approval.Open {
		v.Late = fault.Public(told)
		return
	}
	v.Decide.Reason = a.Reason
	if seen, ok := v.Approval.Numbered(a.Version); ok {
		v.Seen, v.Stale = a.Version, diffs(v.Chrome, seen, v.Version)
	}
}

// said is when a decision by phone was given.
func said(c *ui.Chrome, at time.Time) string { return c.Moment(at) }
