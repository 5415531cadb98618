package connections

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"portico/portal/admin/connections/parts"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Revision is what a form of settings asks for.
type Revision struct {
	Seen  string // Mark of the connection that the form was made from
	Draft Draft
	// Anyway saves although not everything works, as long as we can sign in.
	Anyway bool
}

// Editing changes how a connection is reached.
type Editing interface {
	Current(ctx context.Context, id record.ConnectionID) (Draft, error)
	// Revise signs in with the new settings first, and saves when that works: then the
	// Token of the answer is set. fault.Conflict is a connection that somebody else
	// changed meanwhile.
	Revise(ctx context.Context, s access.Scope, r Revision) (Tried, error)
}

// Mark is another one for everything that a form of settings shows.
func Mark(c remote.Connection) string {
	data, err := json.Marshal([]any{c.Name, c.Settings, c.AllowPrivate, c.CA})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:12])
}

// settingsView is everything that the page of settings shows.
type settingsView struct {
	formView

	Detail Detail
	Seen   string
}

// Settings serves GET /admin/connections/{id}/settings.
func (p *Pages) Settings(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.settingsView(r, s)
	if err != nil {
		return err
	}
	parts.Said(v.Chrome, r)
	return ui.Show(w, r, http.StatusOK, settingsPage(v))
}

func (p *Pages) settingsView(r *http.Request, s access.Scope) (settingsView, error) {
	d, err := p.one(r)
	if err != nil {
		return settingsView{}, err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return settingsView{}, err
	}
	typed, err := p.o.Edit.Current(r.Context(), d.ID)
	if err != nil {
		return settingsView{}, err
	}
	c.Title = c.T("connections.settings.of", d.Name)
	v := settingsView{formView: formView{Chrome: c, Spec: d.Spec, Typed: typed, Kept: d.Secrets}, Detail: d}
	v.Seen = Mark(d.Connection)
	v.Action = parts.Of(d.ID) + "/settings"
	return v, nil
}

// Revise serves POST /admin/connections/{id}/settings: it checks, then saves.
func (p *Pages) Revise(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.settingsView(r, s)
	if err != nil {
		return err
	}
	d, err := typedDraft(w, r, v.Spec)
	d.ID, d.ReadOnly = v.Detail.ID, v.Typed.ReadOnly
	v.Typed = d
	var tried Tried
	if err == nil {
		tried, err = p.o.Edit.Revise(r.Context(), s, Revision{Seen: r.PostForm.Get("seen"), Draft: d, Anyway: r.PostForm.Get("anyway") == "1"})
	}
	v.take(tried)
	switch {
	case err == nil && tried.Token != "":
		return parts.Leads(w, r, v.Action, "revised")
	case err == nil:
		return ui.Show(w, r, http.StatusUnprocessableEntity, settingsPage(v))
	case !parts.Correctable(err):
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	return ui.Show(w, r, parts.Status(err), settingsPage(v))
}
