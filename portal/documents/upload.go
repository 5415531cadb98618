package documents

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// uploadView is the form by which a file is brought; without To there is none.
type uploadView struct {
	To       []ui.Option // connections that take one
	Projects []ui.Option // that it may belong to; the first is none
	Input    uploadInput
	Open     bool // the form is unfolded
	Problem  string
	Problems map[string]string
}

// uploadInput is what the form posts beside the file.
type uploadInput struct {
	Key     string `form:"key" validate:"required,uuid"`
	To      string `form:"to" validate:"max=100"`
	Folder  string `form:"in" validate:"max=250"`
	Project string `form:"project" validate:"max=100"`
}

// takers are the connections that bring documents of the account and take new ones.
func (p *Pages) takers(r *http.Request, s access.Scope, fresh []record.Freshness) []record.Freshness {
	var out []record.Freshness
	for _, f := range fresh {
		known := slices.ContainsFunc(out, func(o record.Freshness) bool { return o.Connection == f.Connection })
		if !known && s.Acts(record.KindDocument) && p.o.Able(r.Context(), f.Connection, action.DocumentUpload) {
			out = append(out, f)
		}
	}
	return out
}

// uploads fills in what is on its way, and where a file can be brought.
func (p *Pages) uploads(r *http.Request, s access.Scope, v *listView) error {
	asked, err := p.o.Actions.ActionsOn(r.Context(), s, s.Account(), record.ID{})
	if err != nil {
		return err
	}
	for _, a := range asked {
		at := slices.IndexFunc(v.Fresh, func(f record.Freshness) bool { return f.Connection == a.Connection })
		if a.Kind == action.DocumentUpload && at >= 0 {
			v.Progress = append(v.Progress, ui.OwnProgress(v.Chrome, s, []action.Action{a}, v.Fresh[at].System)...)
		}
	}
	takers := p.takers(r, s, v.Fresh)
	for _, f := range takers {
		v.Upload.To = append(v.Upload.To, ui.Option{Value: f.Connection.String(), Label: f.System})
	}
	v.Upload.Input = uploadInput{Key: uuid.NewString(), Folder: v.Filter.Folder}
	if len(takers) == 0 || !v.Chrome.Shows(s, record.KindProject) {
		return nil
	}
	open := true
	page, err := p.o.Records.Whole(r.Context(), s, s.Account(), record.Query{Kind: record.KindProject, Open: &open, Sort: record.SortTitle, Limit: 200})
	for _, d := range page.Details {
		if slices.ContainsFunc(takers, func(f record.Freshness) bool { return f.Connection == d.Stamp.Connection }) {
			v.Upload.Projects = append(v.Upload.Projects, ui.Option{Value: d.ID.String(), Label: strings.TrimSpace(d.Number + " " + d.Title)})
		}
	}
	if len(v.Upload.Projects) > 0 {
		v.Upload.Projects = append([]ui.Option{{Label: v.Chrome.T("documents.upload.project.none")}}, v.Upload.Projects...)
	}
	return err
}

// Upload brings a file: POST /a/{account}/documents. It is kept whole or not at all,
// and the same form with the same file is one upload.
func (p *Pages) Upload(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in uploadInput
	files, problem := form.DecodeFiles(w, r, &in, "file", p.o.Uploads)
	v, err := p.list(r, s, filter{Folder: in.Folder})
	if err != nil {
		p.drop(r, files, nil)
		return err
	}
	var a action.Action
	if problem == nil {
		var d action.Draft
		if d, problem = p.draft(r, s, v, in, files); problem == nil {
			a, problem = p.o.Actions.Submit(r.Context(), s, d)
		}
	}
	if problem == nil {
		p.drop(r, files, a.Input.Files)
		http.Redirect(w, r, filter{Folder: v.Filter.Folder}.address(listPath(s.Account()))+ui.ProgressAnchor(a.ID), http.StatusSeeOther)
		return nil
	}
	switch fault.KindOf(problem) { // after anything else the action may stand, and needs its file
	case fault.Invalid, fault.TooLarge, fault.Conflict, fault.Forbidden, fault.NotFound:
		p.drop(r, files, nil)
	}
	status := http.StatusUnprocessableEntity
	switch fault.KindOf(problem) {
	case fault.Invalid:
	case fault.TooLarge:
		status = http.StatusRequestEntityTooLarge
	default:
		return problem
	}
	in.Key, in.Folder = uuid.NewString(), v.Filter.Folder
	v.Upload.Input, v.Upload.Open, v.Upload.Problem, v.Upload.Problems = in, true, fault.Public(problem), fault.Fields(problem)
	return ui.Show(w, r, status, listPage(v))
}

// draft is what the form asks for: only where the reader may bring something, and
// only to a project that they see, whatever was posted.
func (p *Pages) draft(r *http.Request, s access.Scope, v listView, in uploadInput, files []action.File) (action.Draft, error) {
	wrong := func(field, words string) error {
		return fault.New(fault.Invalid, "Please correct what is marked.").Field(field, words)
	}
	switch {
	case len(files) == 0:
		return action.Draft{}, wrong("file", v.Chrome.T("documents.upload.choose"))
	case len(files) > 1:
		return action.Draft{}, wrong("file", v.Chrome.T("documents.upload.one"))
	}
	takers := p.takers(r, s, v.Fresh)
	at := slices.IndexFunc(takers, func(f record.Freshness) bool { return f.Connection.String() == in.To })
	if in.To == "" && len(takers) == 1 {
		at = 0
	}
	if at < 0 {
		return action.Draft{}, wrong("to", v.Chrome.T("documents.upload.to.choose"))
	}
	d := action.Draft{Account: s.Account(), Kind: action.DocumentUpload, Connection: takers[at].Connection, Key: in.Key,
		Input: action.Input{Files: files, Fields: map[string]string{}}}
	if v.Filter.Folder != "" {
		d.Input.Fields[action.FieldFolder] = v.Filter.Folder
	}
	if in.Project == "" {
		return d, nil
	}
	id, err := record.ParseID(in.Project)
	if err != nil {
		return d, wrong("project", v.Chrome.T("documents.upload.project.choose"))
	}
	of, err := p.o.Records.Detail(r.Context(), s, s.Account(), record.KindProject, id)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && of.Stamp.Connection != d.Connection:
		return d, wrong("project", v.Chrome.T("documents.upload.project.choose"))
	case err != nil:
		return d, err
	}
	d.Input.Fields[action.FieldProject] = of.Stamp.External
	return d, nil
}

// drop forgets files that did not become part of an action.
func (p *Pages) drop(r *http.Request, uploaded, kept []action.File) {
	for _, f := range uploaded {
		if !slices.ContainsFunc(kept, func(k action.File) bool { return k.ID == f.ID }) {
			_ = p.o.Uploads.Drop(r.Context(), f.ID) // what is left is released with age
		}
	}
}
