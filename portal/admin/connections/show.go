package connections

import (
	"net/http"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// listView is everything that the list shows.
type listView struct {
	Chrome *ui.Chrome
	Lines  []Line
	Held   string
	Busy   bool
	// Leaving are those that are being removed.
	Leaving []run.Removal
}

// List serves GET /admin/connections.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	lines, err := p.o.Watch.Lines(r.Context())
	if err != nil {
		return err
	}
	c.Title = c.T("connections.title")
	parts.Said(c, r)
	v := listView{Chrome: c, Lines: lines, Held: p.o.Watch.Held(r.Context())}
	if v.Leaving, err = p.o.Remove.Removals(r.Context()); err != nil {
		return err
	}
	v.Busy = len(v.Leaving) > 0
	for _, l := range lines {
		v.Busy = v.Busy || busy(l, c.Now)
	}
	if v.Busy {
		c.Refresh = refreshEvery
	}
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

// refreshEvery is after how many seconds a page with news loads itself anew where no
// script does so.
const refreshEvery = 5

// detailView is everything that the first page of a connection shows.
type detailView struct {
	Chrome *ui.Chrome
	Detail
	Held    string
	Working bool
}

// Show serves GET /admin/connections/{id}.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	d, err := p.one(r)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("connections.of", d.Name)
	parts.Said(c, r)
	v := detailView{Chrome: c, Detail: d, Held: p.o.Watch.Held(r.Context()), Working: busy(d.Line, c.Now)}
	if v.Working {
		c.Refresh = refreshEvery
	}
	return ui.Show(w, r, http.StatusOK, detailPage(v))
}

// runsView is everything that the page of runs shows.
type runsView struct {
	Chrome  *ui.Chrome
	Detail  Detail
	Run     *run.Run // whose rejects are shown
	Rejects []remote.Reject
}

// Runs serves GET /admin/connections/{id}/runs, and what one of them set aside.
func (p *Pages) Runs(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	d, err := p.one(r)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("connections.runs.of", d.Name)
	v := runsView{Chrome: c, Detail: d}
	for i := range d.Runs {
		if string(d.Runs[i].ID) == r.URL.Query().Get("run") {
			v.Run = &d.Runs[i]
		}
	}
	if v.Run != nil {
		if v.Rejects, err = p.o.Watch.Rejects(r.Context(), d.ID, v.Run.ID); err != nil {
			return err
		}
	}
	return ui.Show(w, r, http.StatusOK, runsPage(v))
}

// switchInput is what a switch posts.
type switchInput struct {
	On bool `form:"on"`
}

// Pause serves POST /admin/connections/{id}/pause.
func (p *Pages) Pause(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in switchInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	return p.act(w, r, map[bool]string{true: "paused", false: "resumed"}[in.On], func(id record.ConnectionID) error {
		return p.o.Care.Pause(r.Context(), s, id, in.On)
	})
}

// ReadOnly serves POST /admin/connections/{id}/readonly.
func (p *Pages) ReadOnly(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in switchInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	return p.act(w, r, map[bool]string{true: "readonly", false: "writes"}[in.On], func(id record.ConnectionID) error {
		return p.o.Care.SetReadOnly(r.Context(), s, id, in.On)
	})
}

// Pull serves POST /admin/connections/{id}/pull.
func (p *Pages) Pull(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.act(w, r, "pulling", func(id record.ConnectionID) error { return p.o.Care.Pull(r.Context(), s, id, "") })
}

// streamInput names a stream.
type streamInput struct {
	Stream string `form:"stream" validate:"required,max=60"`
}

// Reread serves POST /admin/connections/{id}/reread.
func (p *Pages) Reread(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.want(w, r, s, "rereading", remote.Everything)
}

// Confirm serves POST /admin/connections/{id}/confirm.
func (p *Pages) Confirm(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.want(w, r, s, "confirmed", remote.Census)
}

func (p *Pages) want(w http.ResponseWriter, r *http.Request, s access.Scope, done string, mode remote.PullMode) error {
	var in streamInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	return p.act(w, r, done, func(id record.ConnectionID) error {
		err := p.o.Care.Want(r.Context(), s, id, in.Stream, mode)
		if fault.Is(err, fault.Conflict) {
			return nil // somebody else was first; the page shows what is so now
		}
		return err
	})
}

// act does something to the connection that the address names, and leads back to it.
func (p *Pages) act(w http.ResponseWriter, r *http.Request, done string, do func(record.ConnectionID) error) error {
	id, err := parts.ID(r)
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return err
	}
	return parts.Leads(w, r, parts.Of(id), done)
}
