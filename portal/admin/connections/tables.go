package connections

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// Explaining says what the columns of a connection's files mean; see remote.Tabular.
type Explaining interface {
	Tables(ctx context.Context, s access.Scope, id record.ConnectionID) (remote.Tables, error)
	Look(ctx context.Context, s access.Scope, id record.ConnectionID, table string, l *remote.Layout) (remote.TableLook, error)
	// Explain saves what was said; fault.Conflict when the connection is not as it was
	// seen (Mark) any more.
	Explain(ctx context.Context, s access.Scope, id record.ConnectionID, table, seen string, l remote.Layout) error
}

// tablesView is everything that the page of files shows.
type tablesView struct {
	Chrome *ui.Chrome
	Detail Detail
	remote.Tables

	Problem string
}

// tableView is everything that the page of one table shows.
type tableView struct {
	Chrome *ui.Chrome
	Detail Detail
	remote.TableLook

	Seen    string
	Short   bool // its newest file waits for somebody to say that it is right
	Problem string
}

// Tables serves GET /admin/connections/{id}/files.
func (p *Pages) Tables(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	d, c, err := p.tabular(r, s)
	if err != nil {
		return err
	}
	parts.Said(c, r)
	c.Title = c.T("tables.of", d.Name)
	v := tablesView{Chrome: c, Detail: d}
	if v.Tables, err = p.o.Files.Tables(r.Context(), s, d.ID); err != nil {
		if !readable(err) {
			return err
		}
		v.Problem = fault.Public(err)
	}
	return ui.Show(w, r, http.StatusOK, tablesPage(v))
}

// readable reports whether the person at the page can do something about a folder that
// cannot be read, or wait.
func readable(err error) bool {
	return parts.Correctable(err) || fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Broken)
}

func (p *Pages) tabular(r *http.Request, s access.Scope) (Detail, *ui.Chrome, error) {
	d, err := p.one(r)
	if err != nil {
		return d, nil, err
	}
	if !d.Spec.Tabular {
		return d, nil, fault.New(fault.NotFound, "This system has no files to explain.")
	}
	c, err := p.o.Frame(r, s)
	return d, c, err
}

// Table serves GET /admin/connections/{id}/files/{table}: what was said about a table,
// or what its newest file suggests.
func (p *Pages) Table(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.tableView(r, s, nil)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, tablePage(v))
}

func (p *Pages) tableView(r *http.Request, s access.Scope, l *remote.Layout) (tableView, error) {
	d, c, err := p.tabular(r, s)
	if err != nil {
		return tableView{}, err
	}
	v := tableView{Chrome: c, Detail: d, Seen: Mark(d.Connection)}
	v.TableLook, err = p.o.Files.Look(r.Context(), s, d.ID, r.PathValue("table"), l)
	if err != nil {
		if !readable(err) || v.TableLook.Table.Name == "" {
			return v, err
		}
		v.Problem = fault.Public(err)
	}
	if v.Problem == "" {
		v.Problem = v.TableLook.Problem
	}
	v.Short = waiting(d, v.TableLook)
	c.Title = c.T("tables.table.of", parts.Stream(c, v.Table.Name), d.Name)
	return v, nil
}

// waiting reports whether the stream stopped at a file that lacks a lot.
func waiting(d Detail, look remote.TableLook) bool {
	kept := look.Table.Layout
	if kept == nil || kept.Increment || look.File.Mark == "" || kept.Accepted == look.File.Mark {
		return false
	}
	return slices.ContainsFunc(d.Streams, func(s run.StreamState) bool {
		return s.Stream == look.Table.Name && s.Failures > 0 && strings.HasPrefix(s.Problem, look.File.Name) && strings.Contains(s.Problem, "If it is right")
	})
}

// tableInput is what the form of a table posts beside a choice for each field.
type tableInput struct {
	Do        string `form:"do" validate:"required,oneof=look save accept"`
	Seen      string `form:"seen" validate:"max=100"`
	Mark      string `form:"mark" validate:"max=100"`
	Pattern   string `form:"pattern" validate:"max=200"`
	Reading   string `form:"reading" validate:"omitempty,oneof=whole increment"`
	Encoding  string `form:"encoding" validate:"max=40"`
	Separator string `form:"separator" validate:"max=40"`
}

// Explain serves POST /admin/connections/{id}/files/{table}.
func (p *Pages) Explain(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in tableInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	if in.Do == "accept" {
		return p.accept(w, r, s, in)
	}
	l := remote.Layout{Pattern: strings.TrimSpace(in.Pattern), Increment: in.Reading == "increment", Encoding: in.Encoding, Separator: in.Separator, Columns: typedColumns(r)}
	v, err := p.tableView(r, s, &l)
	if err != nil {
		return err
	}
	if in.Do == "look" {
		return ui.Show(w, r, http.StatusOK, tablePage(v))
	}
	if v.File.Name == "" {
		v.Problem = v.Chrome.T("tables.nofile", l.Pattern)
		return ui.Show(w, r, http.StatusUnprocessableEntity, tablePage(v))
	}
	l.Headers = v.Headers
	if v.Table.Layout != nil {
		l.Accepted = v.Table.Layout.Accepted
	}
	err = p.o.Files.Explain(r.Context(), s, v.Detail.ID, v.Table.Name, in.Seen, l)
	switch {
	case err == nil:
		return parts.Leads(w, r, parts.Of(v.Detail.ID)+"/files", "explained")
	case !parts.Correctable(err):
		return err
	}
	v.Problem = fault.Public(err)
	for name, problem := range fault.Fields(err) {
		v.Wrong[name] = problem
	}
	return ui.Show(w, r, parts.Status(err), tablePage(v))
}

// typedColumns reads the choices of the form. Fields that the table does not have are
// dropped where the layout is made.
func typedColumns(r *http.Request) map[string]remote.LayoutColumn {
	out := map[string]remote.LayoutColumn{}
	for name := range r.PostForm {
		field, ok := strings.CutPrefix(name, "column-")
		if !ok || len(out) > 100 {
			continue
		}
		c := remote.LayoutColumn{Header: r.PostForm.Get(name), Format: r.PostForm.Get("format-" + field), Fixed: strings.TrimSpace(r.PostForm.Get("fixed-" + field))}
		if c.Header != "" {
			c.Fixed = ""
		}
		if c.Header != "" || c.Fixed != "" {
			out[field] = c
		}
	}
	return out
}

// accept says that the newest file is right although it lacks what the one before had.
func (p *Pages) accept(w http.ResponseWriter, r *http.Request, s access.Scope, in tableInput) error {
	v, err := p.tableView(r, s, nil)
	if err != nil {
		return err
	}
	if v.Table.Layout == nil || in.Mark == "" || in.Mark != v.File.Mark {
		return fault.New(fault.Conflict, "The file has changed since you saw it. Look at it again.")
	}
	l := *v.Table.Layout
	l.Accepted = in.Mark
	if err := p.o.Files.Explain(r.Context(), s, v.Detail.ID, v.Table.Name, in.Seen, l); err != nil {
		return err
	}
	return parts.Leads(w, r, parts.Of(v.Detail.ID)+"/files", "accepted")
}
