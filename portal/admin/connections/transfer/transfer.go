// Package transfer is the page where an administrator takes along what was decided
// about a connection, as a file, and brings one from another connection. It promises
// that nothing is changed before every change was shown, that what is carried out is
// what was shown, and that a file which is not understood changes nothing. It hides
// how a file crosses the browser between the look and the word.
package transfer

import (
	"context"
	"io"
	"net/http"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/mapping"
	"portico/sync/record"
	"portico/sync/remote"
)

// Carrying moves mappings. fault.Invalid is a file that is not understood.
type Carrying interface {
	// Of reads what is connected, and what its kind of system has.
	Of(ctx context.Context, id record.ConnectionID) (remote.Connection, remote.Spec, error)
	// Export returns the mapping as a file, without any credential.
	Export(ctx context.Context, s access.Scope, id record.ConnectionID) ([]byte, error)
	// Look says what a file would change, and changes nothing.
	Look(ctx context.Context, s access.Scope, id record.ConnectionID, text string) (mapping.Plan, error)
	// Adopt carries out the plan that has the mark, all of it or nothing. With another
	// plan than that, the error is fault.Conflict and the plan is the one of now.
	Adopt(ctx context.Context, s access.Scope, id record.ConnectionID, text, mark string) (mapping.Plan, error)
}

// Options are what the pages work with; all are needed.
type Options struct {
	Carry Carrying
	Frame ui.Framer
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// view is everything that the pages show.
type view struct {
	Chrome     *ui.Chrome
	Connection remote.Connection
	Spec       remote.Spec
	File       string // as it was brought
	Plan       *mapping.Plan
	Problem    string
}

func (p *Pages) view(r *http.Request, s access.Scope) (view, error) {
	id, err := parts.ID(r)
	if err != nil {
		return view{}, err
	}
	v := view{}
	if v.Connection, v.Spec, err = p.o.Carry.Of(r.Context(), id); err != nil {
		return v, err
	}
	if v.Chrome, err = p.o.Frame(r, s); err != nil {
		return v, err
	}
	v.Chrome.Title = v.Chrome.T("mapping.of", v.Connection.Name)
	parts.Said(v.Chrome, r)
	return v, nil
}

// Show serves GET /admin/connections/{id}/mapping.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.view(r, s)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, firstPage(v))
}

// Export serves GET /admin/connections/{id}/mapping/file.
func (p *Pages) Export(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := parts.ID(r)
	if err != nil {
		return err
	}
	data, err := p.o.Carry.Export(r.Context(), s, id)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="connection-`+id.String()+`.json"`)
	_, err = w.Write(data) // #nosec G705 -- JSON, to be saved as a file
	return err
}

// input is what the forms post.
type input struct {
	Text string `form:"text,body" validate:"max=2097152"`
	Mark string `form:"mark" validate:"max=64"`
}

// Look serves POST /admin/connections/{id}/mapping/look.
func (p *Pages) Look(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in input
	var brought paper
	_, bad := form.DecodeFiles(w, r, &in, "file", &brought)
	v, err := p.view(r, s)
	if err != nil {
		return err
	}
	if v.File = in.Text; len(brought) > 0 {
		v.File = string(brought)
	}
	if err = bad; err == nil {
		var plan mapping.Plan
		if plan, err = p.o.Carry.Look(r.Context(), s, v.Connection.ID, v.File); err == nil {
			v.Plan = &plan
			v.Chrome.Title = v.Chrome.T("mapping.look")
			return ui.Show(w, r, http.StatusOK, planPage(v))
		}
	}
	return p.refused(w, r, v, err)
}

// Take serves POST /admin/connections/{id}/mapping/take: the changes that were looked at.
func (p *Pages) Take(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in input
	bad := form.Decode(w, r, &in)
	v, err := p.view(r, s)
	if err != nil {
		return err
	}
	if v.File = in.Text; bad != nil {
		return p.refused(w, r, v, bad)
	}
	plan, err := p.o.Carry.Adopt(r.Context(), s, v.Connection.ID, in.Text, in.Mark)
	if err == nil {
		return parts.Leads(w, r, parts.Of(v.Connection.ID)+"/mapping", "mapping")
	}
	if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Setup) {
		return p.refused(w, r, v, err)
	}
	v.Plan, v.Problem = &plan, fault.Public(err)
	v.Chrome.Title = v.Chrome.T("mapping.look")
	return ui.Show(w, r, parts.Status(err), planPage(v))
}

// refused shows the first page with what is wrong with the file.
func (p *Pages) refused(w http.ResponseWriter, r *http.Request, v view, err error) error {
	if !parts.Correctable(err) {
		return err
	}
	v.Problem = fault.Public(err)
	for _, said := range fault.Fields(err) {
		v.Problem = said
	}
	return ui.Show(w, r, parts.Status(err), firstPage(v))
}

// paper keeps an uploaded file in memory for the length of a request.
type paper []byte

// Keep implements form.Keeper.
func (p *paper) Keep(_ context.Context, name string, r io.Reader) (action.File, error) {
	data, err := io.ReadAll(io.LimitReader(r, mapping.MostBytes+1))
	if err == nil && len(data) > mapping.MostBytes {
		err = fault.Newf(fault.TooLarge, "A file has at most %s.", form.Bytes(mapping.MostBytes))
	}
	*p = data
	return action.File{Name: name}, err
}

// Drop implements form.Keeper.
func (p *paper) Drop(context.Context, string) error {
	*p = nil
	return nil
}
