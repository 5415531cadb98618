package projects

import (
	"net/http"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// detailView is everything that the page of a project shows.
type detailView struct {
	Chrome *ui.Chrome
	project
	Documents []document
	SeesFiles bool
	Down      []ui.Down
}

// document is a file of the project.
type document struct {
	Detail record.Detail
	Body   record.Document
}

// Show serves one project: GET /a/{account}/projects/{id}.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := record.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
	}
	d, err := p.o.Records.Detail(r.Context(), s, s.Account(), record.KindProject, id)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = d.Title
	v := detailView{Chrome: c, SeesFiles: s.Sees(record.KindDocument)}
	if v.project, err = newProject(c, d); err != nil {
		return err
	}
	if v.SeesFiles {
		if v.Documents, err = p.documents(r, s, d); err != nil {
			return err
		}
	}
	if d.Stamp.Down != "" {
		v.Down = []ui.Down{{System: d.Stamp.System, Since: d.Stamp.DownSince, ReadAt: d.Stamp.ReadAt}}
	}
	return ui.Show(w, r, http.StatusOK, detailPage(v))
}

// documents finds those that name the project, in the same system.
func (p *Pages) documents(r *http.Request, s access.Scope, of record.Detail) ([]document, error) {
	var out []document
	q := record.Query{Kind: record.KindDocument, Sort: record.SortTitle, Limit: 200}
	for range mostPages {
		page, err := p.o.Records.Whole(r.Context(), s, s.Account(), q)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Details {
			body, ok := d.Body.(record.Document)
			if ok && body.Project == of.Stamp.External && d.Stamp.Connection == of.Stamp.Connection {
				out = append(out, document{d, body})
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	return out, nil
}
