package connections

import (
	"context"
	"encoding/json"
	"net/http"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// Dictionary says what the raw statuses of a system mean to clients.
type Dictionary interface {
	// Statuses lists the rows, and how many records have each, by kind and raw value;
	// nil counts take too long to be counted.
	Statuses(ctx context.Context, id record.ConnectionID) ([]record.Meaning, map[record.Meaning]int, error)
	// SaveStatus corrects a row that was seen, and every record that has it;
	// fault.Conflict when it is not as it was seen any more.
	SaveStatus(ctx context.Context, s access.Scope, id record.ConnectionID, seen, m record.Meaning) error
}

// statusRow is one raw value.
type statusRow struct {
	record.Meaning

	Records int // -1 is not counted
}

// coverage counts records by how well their status is known.
type coverage struct{ mapped, guessed, unmapped int }

// statusesView is everything that the page of the dictionary shows.
type statusesView struct {
	Chrome   *ui.Chrome
	Detail   Detail
	Rows     []statusRow
	Cover    coverage
	Counted  bool
	Edit     *record.Meaning // what the form holds; nil shows no form
	Seen     string
	Theirs   *record.Meaning // what somebody else has saved meanwhile
	Problem  string
	Problems map[string]string
	// FileProblem is what is wrong with a file that was brought, or "".
	FileProblem string
}

// Statuses serves GET /admin/connections/{id}/statuses.
func (p *Pages) Statuses(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.statusesView(r, s)
	if err != nil {
		return err
	}
	parts.Said(v.Chrome, r)
	q := r.URL.Query()
	if row, ok := rowOf(v.Rows, record.Kind(q.Get("kind")), q.Get("raw")); ok {
		v.Edit, v.Seen = &row.Meaning, seenAs(row.Meaning)
	}
	return ui.Show(w, r, http.StatusOK, statusesPage(v))
}

func (p *Pages) statusesView(r *http.Request, s access.Scope) (statusesView, error) {
	d, err := p.one(r)
	if err != nil {
		return statusesView{}, err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return statusesView{}, err
	}
	c.Title = c.T("connections.statuses.of", d.Name)
	v := statusesView{Chrome: c, Detail: d}
	rows, uses, err := p.o.Words.Statuses(r.Context(), d.ID)
	if err != nil {
		return v, err
	}
	v.Counted = uses != nil
	for _, m := range rows {
		n := -1
		if v.Counted {
			n = uses[record.Meaning{Kind: m.Kind, Raw: m.Raw}]
			v.Cover.add(m, n)
		}
		v.Rows = append(v.Rows, statusRow{m, n})
	}
	return v, nil
}

func (c *coverage) add(m record.Meaning, n int) {
	switch {
	case m.State == record.StateUnmapped:
		c.unmapped += n
	case m.Guessed:
		c.guessed += n
	default:
		c.mapped += n
	}
}

func rowOf(rows []statusRow, kind record.Kind, raw string) (statusRow, bool) {
	for _, row := range rows {
		if row.Kind == kind && row.Raw == raw && raw != "" {
			return row, true
		}
	}
	return statusRow{}, false
}

// seenAs is a row on its way through a form.
func seenAs(m record.Meaning) string {
	data, err := json.Marshal(m)
	if err != nil {
		return ""
	}
	return string(data)
}

// statusInput is what the form posts.
type statusInput struct {
	Kind        string `form:"kind" validate:"required,max=40"`
	Raw         string `form:"raw,exact" validate:"required,max=120"`
	State       string `form:"state" validate:"required,oneof=new open waiting resolved closed cancelled"`
	Label       string `form:"label" validate:"required,max=60"`
	Explanation string `form:"explanation" validate:"max=300"`
	Turn        string `form:"turn" validate:"required,oneof=client provider third nobody"`
	Seen        string `form:"seen,exact" validate:"max=4000"`
}

// SaveStatus serves POST /admin/connections/{id}/statuses.
func (p *Pages) SaveStatus(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.statusesView(r, s)
	if err != nil {
		return err
	}
	var in statusInput
	err = form.Decode(w, r, &in)
	m := record.Meaning{Kind: record.Kind(in.Kind), Raw: in.Raw, State: record.State(in.State), Label: in.Label, Explanation: in.Explanation, Turn: record.Turn(in.Turn)}
	v.Edit, v.Seen = &m, in.Seen
	var seen record.Meaning
	if err == nil && json.Unmarshal([]byte(in.Seen), &seen) != nil {
		err = fault.New(fault.Invalid, "The form could not be read. Go back and send it again.")
	}
	if err == nil {
		err = p.o.Words.SaveStatus(r.Context(), s, v.Detail.ID, seen, m)
	}
	switch {
	case err == nil:
		return parts.Leads(w, r, parts.Of(v.Detail.ID)+"/statuses", "status")
	case !parts.Correctable(err):
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	if row, ok := rowOf(v.Rows, m.Kind, m.Raw); ok && fault.Is(err, fault.Conflict) {
		v.Theirs, v.Seen = &row.Meaning, seenAs(row.Meaning)
	}
	return ui.Show(w, r, parts.Status(err), statusesPage(v))
}
