// Package letters is the pages where an administrator looks after what clients asked
// for and what goes no further by itself: why, in plain words, and what can be
// done. It promises that a decision counts only for what was seen, so that of two
// administrators at once one is told, and that the client reads what was done.
package letters

import (
	"context"
	"net/http"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
)

// Path is where the list is.
const Path = "/admin/actions"

// Actions are what clients asked for. It is safe for concurrent use. A ruling on
// what has moved since it was seen is fault.Conflict.
type Actions interface {
	HeldActions(ctx context.Context, state action.State, limit int) ([]action.Held, error)
	HeldAction(ctx context.Context, id action.ID) (action.Held, error)
	// Revive tries an action again, with other words when there are any.
	Revive(ctx context.Context, s access.Scope, r action.Ruling) error
	// Discard gives it up, for a reason that the client reads.
	Discard(ctx context.Context, s access.Scope, r action.Ruling) error
}

// Options are what the pages work with; all are needed.
type Options struct {
	Actions Actions
	Frame   ui.Framer
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// most is how many are listed.
const most = 200

// views are the states that are listed, the pressing one first.
var views = []action.State{action.Dead, action.Unknown, action.Retrying, action.Refused}

type listView struct {
	Chrome *ui.Chrome
	State  action.State
	Held   []action.Held
}

// List serves GET /admin/actions.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	v := listView{Chrome: c, State: action.Dead}
	for _, state := range views {
		if r.URL.Query().Get("state") == string(state) {
			v.State = state
		}
	}
	if v.Held, err = p.o.Actions.HeldActions(r.Context(), v.State, most); err != nil {
		return err
	}
	c.Title = c.T("held.title")
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

type showView struct {
	Chrome   *ui.Chrome
	Held     action.Held
	Text     string // in the form of other words
	Reason   string
	Open     string // the form that is open: "", amend, discard
	Problem  string
	Problems map[string]string
}

// Show serves GET /admin/actions/{action}.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.view(r, s)
	if err != nil {
		return err
	}
	switch what := r.URL.Query().Get("done"); what {
	case "retry", "amend", "discard":
		v.Chrome.Flash = ui.Flash{Tone: ui.Good, Text: v.Chrome.T("held.done." + what)}
	}
	return ui.Show(w, r, http.StatusOK, showPage(v))
}

func (p *Pages) view(r *http.Request, s access.Scope) (showView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return showView{}, err
	}
	id, err := action.ParseID(r.PathValue("action"))
	if err != nil {
		return showView{}, fault.New(fault.NotFound, "")
	}
	held, err := p.o.Actions.HeldAction(r.Context(), id)
	if err != nil {
		return showView{}, err
	}
	c.Title = c.T("held.one", held.Ref)
	return showView{Chrome: c, Held: held, Text: held.Input.Text}, nil
}

// input is what the three forms post.
type input struct {
	Seen   int    `form:"seen" validate:"min=0"`
	Text   string `form:"text,body" validate:"max=40000"`
	Reason string `form:"reason" validate:"max=4000"`
}

// Retry serves POST /admin/actions/{action}/retry.
func (p *Pages) Retry(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.decide(w, r, s, "retry", func(in input, id action.ID) error {
		return p.o.Actions.Revive(r.Context(), s, action.Ruling{ID: id, Seen: in.Seen, By: s.Name()})
	})
}

// Amend serves POST /admin/actions/{action}/amend: other words, and another try.
func (p *Pages) Amend(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.decide(w, r, s, "amend", func(in input, id action.ID) error {
		if err := action.CheckText(in.Text); err != nil {
			return err
		}
		return p.o.Actions.Revive(r.Context(), s, action.Ruling{ID: id, Seen: in.Seen, Text: in.Text, By: s.Name()})
	})
}

// Discard serves POST /admin/actions/{action}/discard.
func (p *Pages) Discard(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.decide(w, r, s, "discard", func(in input, id action.ID) error {
		if err := action.CheckReason(in.Reason); err != nil {
			return err
		}
		return p.o.Actions.Discard(r.Context(), s, action.Ruling{ID: id, Seen: in.Seen, Reason: in.Reason, By: s.Name()})
	})
}

// decide reads a form and does what it asks. What is wrong, and that somebody was
// faster, is said on the page as it is now, with what was typed.
func (p *Pages) decide(w http.ResponseWriter, r *http.Request, s access.Scope, what string, do func(input, action.ID) error) error {
	var in input
	err := form.Decode(w, r, &in)
	v, readErr := p.view(r, s)
	if readErr != nil {
		return readErr
	}
	if err == nil {
		err = do(in, v.Held.ID)
	}
	switch {
	case err == nil:
		http.Redirect(w, r, Path+"/"+v.Held.ID.String()+"?done="+what, http.StatusSeeOther)
		return nil
	case !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict):
		return err
	}
	status := http.StatusUnprocessableEntity
	if fault.Is(err, fault.Conflict) {
		status = http.StatusConflict
		if v, readErr = p.view(r, s); readErr != nil {
			return readErr
		}
	}
	v.Problem, v.Problems, v.Open, v.Reason = fault.Public(err), fault.Fields(err), what, in.Reason
	if what == "amend" {
		v.Text = in.Text
	}
	return ui.Show(w, r, status, showPage(v))
}
