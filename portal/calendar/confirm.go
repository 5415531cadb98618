package calendar

import (
	"net/http"
	"slices"

	"github.com/google/uuid"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// maxNote is how many characters of a note the form takes.
const maxNote = 1000

// confirmView is the form by which somebody says that they know of an event; May
// false shows none.
type confirmView struct {
	May      bool
	Key      string
	Note     string
	Problem  string
	Problems map[string]string
}

// staleView is what somebody who has seen another event is told.
type staleView struct {
	Text  string
	Diffs []ui.Diff
}

// confirmInput is what the form posts, with what its reader had before them.
type confirmInput struct {
	Key       string `form:"key" validate:"required,uuid"`
	Base      string `form:"base" validate:"required,max=500"`
	Note      string `form:"note,body" validate:"max=1000"`
	SawTitle  string `form:"saw_title" validate:"max=1000"`
	SawWhen   string `form:"saw_when" validate:"max=200"`
	SawStatus string `form:"saw_status" validate:"max=200"`
}

// confirm fills in what was confirmed and whether that can still be done.
func (p *Pages) confirm(r *http.Request, s access.Scope, v *detailView) error {
	d := v.Detail
	asked, err := p.o.Actions.ActionsOn(r.Context(), s, s.Account(), d.ID)
	if err != nil {
		return err
	}
	v.Progress = ui.OwnProgress(v.Chrome, s, asked, d.Stamp.System)
	at := slices.IndexFunc(asked, func(a action.Action) bool {
		return a.Kind == action.EventAcknowledge && a.Pending(d.Stamp.ReadAt)
	})
	switch {
	case v.Event.Acknowledged:
	case at >= 0:
		v.Said = asked[at]
	case !v.Over && d.State != record.StateCancelled && s.Acts(record.KindEvent):
		v.Confirm = confirmView{May: p.o.Able(r.Context(), d.Stamp.Connection, action.EventAcknowledge), Key: uuid.NewString()}
	}
	return nil
}

// Acknowledge records that somebody knows of an event: POST
// /a/{account}/calendar/{id}/acknowledge. Of an event that was moved since it was
// seen, what differs is shown, and nothing is recorded.
func (p *Pages) Acknowledge(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.detail(r, s)
	if err != nil {
		return err
	}
	var in confirmInput
	problem := form.Decode(w, r, &in)
	switch {
	case problem != nil:
	case in.Base != v.Detail.Base: // the store asks for no base here: it decides nothing
		problem = fault.New(fault.Conflict, v.Chrome.T("stale.text"))
	default:
		var a action.Action
		a, problem = p.o.Actions.Submit(r.Context(), s, action.Draft{
			Account: s.Account(), Kind: action.EventAcknowledge, Target: v.Detail.ID, Base: in.Base, Key: in.Key, Input: action.Input{Text: in.Note},
		})
		if problem == nil {
			http.Redirect(w, r, eventPath(v.Detail.Row)+ui.ProgressAnchor(a.ID), http.StatusSeeOther)
			return nil
		}
	}
	return p.again(w, r, s, in, problem)
}

// again shows the event as it is now with what was typed and why nothing was done.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, s access.Scope, in confirmInput, problem error) error {
	status := http.StatusUnprocessableEntity
	switch fault.KindOf(problem) {
	case fault.Conflict:
		status = http.StatusConflict
	case fault.Invalid:
	default:
		return problem
	}
	v, err := p.detail(r, s)
	if err != nil {
		return err
	}
	v.Confirm.Note = in.Note
	switch c := v.Chrome; {
	case !v.Confirm.May: // somebody was faster, or it was called off
		v.Late = fault.Public(problem)
	case status == http.StatusConflict:
		v.Stale = &staleView{Text: fault.Public(problem), Diffs: []ui.Diff{
			{What: c.T("calendar.what"), Was: in.SawTitle, Now: v.Detail.Title},
			{What: c.T("calendar.when"), Was: in.SawWhen, Now: v.When},
			{What: c.T("assets.column.status"), Was: in.SawStatus, Now: v.Detail.Label},
		}}
	default:
		v.Confirm.Problem, v.Confirm.Problems = fault.Public(problem), fault.Fields(problem)
	}
	return ui.Show(w, r, status, detailPage(v))
}

func eventPath(r record.Row) string { return listPath(r.Account) + "/" + r.ID.String() }
