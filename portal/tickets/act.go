package tickets

import (
	"net/http"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// replyInput is what the reply form posts.
type replyInput struct {
	Key  string `form:"key" validate:"required,uuid"`
	Text string `form:"text,body" validate:"required,max=20000"`
}

// decideInput is what closing and reopening post.
type decideInput struct {
	Key  string `form:"key" validate:"required,uuid"`
	Base string `form:"base" validate:"required,max=500"`
}

// Reply records an answer: POST /a/{account}/tickets/{id}/reply. An answer is
// no decision, so it does not matter what else has changed.
func (p *Pages) Reply(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	d, _, err := p.ticketOf(r, s)
	if err != nil {
		return err
	}
	var in replyInput
	files, err := form.DecodeFiles(w, r, &in, "files", p.o.Uploads)
	if err == nil && strings.TrimSpace(in.Text) == "" {
		err = fault.New(fault.Invalid, "Please correct what is marked.").Field("text", "This is needed.")
	}
	var a action.Action
	if err == nil {
		a, err = p.o.Actions.Submit(r.Context(), s, action.Draft{
			Account: s.Account(), Kind: action.TicketReply, Target: d.ID, Key: in.Key, Input: action.Input{Text: in.Text, Files: files},
		})
	}
	if err != nil {
		p.spare(r, files, err)
		return p.again(err, func(err error) error { return p.replyAgain(w, r, s, in, err) })
	}
	p.drop(r, files, a.Input.Files)
	p.seeProgress(w, r, a)
	return nil
}

// replyAgain shows the request with the answer as it was typed and what is wrong with it.
func (p *Pages) replyAgain(w http.ResponseWriter, r *http.Request, s access.Scope, in replyInput, problem error) error {
	v, err := p.detail(r, s)
	if err != nil {
		return err
	}
	v.Reply.Text, v.Reply.Problem, v.Reply.Problems = in.Text, fault.Public(problem), fault.Fields(problem)
	return ui.Show(w, r, statusOf(problem), detailPage(v))
}

// Close records the wish to close: POST /a/{account}/tickets/{id}/close.
func (p *Pages) Close(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.decide(w, r, s, action.TicketClose)
}

// Reopen records the wish to reopen: POST /a/{account}/tickets/{id}/reopen.
func (p *Pages) Reopen(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.decide(w, r, s, action.TicketReopen)
}

// decide submits a decision with the version that it was made on. When the
// request has changed since, nothing is done: what differs is shown, and asked again.
func (p *Pages) decide(w http.ResponseWriter, r *http.Request, s access.Scope, kind action.Kind) error {
	var in decideInput
	var saw seen
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	if err := form.Fill(r.PostForm, &saw); err != nil {
		return err
	}
	id, err := record.ParseID(r.PathValue("id"))
	if err != nil {
		return notHere()
	}
	a, err := p.o.Actions.Submit(r.Context(), s, action.Draft{Account: s.Account(), Kind: kind, Target: id, Base: in.Base, Key: in.Key})
	if fault.Is(err, fault.Conflict) {
		v, readErr := p.detail(r, s)
		if readErr != nil {
			return readErr
		}
		v.Stale = &staleView{Diffs: v.diffs(saw, err)}
		return ui.Show(w, r, http.StatusConflict, detailPage(v))
	}
	if err != nil {
		return err
	}
	p.seeProgress(w, r, a)
	return nil
}

// seeProgress leads to where the action can be followed.
func (p *Pages) seeProgress(w http.ResponseWriter, r *http.Request, a action.Action) {
	http.Redirect(w, r, ui.KindPath(a.Account, a.Kind.About())+"/"+a.Target.String()+ui.ProgressAnchor(a.ID), http.StatusSeeOther)
}
