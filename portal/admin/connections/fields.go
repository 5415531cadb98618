package connections

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// Fields are the custom fields of a connection.
type Fields struct {
	List   []record.CustomField
	Counts map[record.Kind]map[string]int // records that have a value, by field
	Looked map[record.Kind]int            // records there are
}

// Fielding says who is shown which custom field. Every method is an administrator's.
type Fielding interface {
	Fields(ctx context.Context, s access.Scope, id record.ConnectionID) (Fields, error)
	// Samples are some values of the newest records.
	Samples(ctx context.Context, s access.Scope, id record.ConnectionID, kind record.Kind, field string) ([]string, error)
	// ShowField decides about a field as it was seen; fault.Conflict when it is not
	// like that any more.
	ShowField(ctx context.Context, s access.Scope, id record.ConnectionID, seen, is record.CustomField) error
	// AskFields asks the system which fields it has.
	AskFields(ctx context.Context, s access.Scope, id record.ConnectionID) error
}

// fieldsView is everything that the page of the fields shows.
type fieldsView struct {
	Chrome   *ui.Chrome
	Detail   Detail
	Fields   Fields
	Edit     *record.CustomField // what the form holds; nil shows no form
	Order    string              // as it was typed
	Seen     string
	Samples  []string
	Problem  string
	Problems map[string]string
}

// CustomFields serves GET /admin/connections/{id}/fields.
func (p *Pages) CustomFields(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.fieldsView(r, s)
	if err != nil {
		return err
	}
	parts.Said(v.Chrome, r)
	q := r.URL.Query()
	if f, ok := fieldOf(v.Fields.List, record.Kind(q.Get("kind")), q.Get("field")); ok {
		if err := p.edit(r, s, &v, f, f); err != nil {
			return err
		}
	}
	return ui.Show(w, r, http.StatusOK, fieldsPage(v))
}

// edit opens the form on a field, with what stands in it.
func (p *Pages) edit(r *http.Request, s access.Scope, v *fieldsView, f, seen record.CustomField) (err error) {
	v.Edit, v.Order, v.Seen = &f, strconv.Itoa(f.Order), fieldSeen(seen)
	v.Samples, err = p.o.Fields.Samples(r.Context(), s, v.Detail.ID, f.Kind, f.ID)
	return err
}

func (p *Pages) fieldsView(r *http.Request, s access.Scope) (fieldsView, error) {
	d, err := p.one(r)
	if err != nil {
		return fieldsView{}, err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return fieldsView{}, err
	}
	c.Title = c.T("fields.of", d.Name)
	v := fieldsView{Chrome: c, Detail: d}
	v.Fields, err = p.o.Fields.Fields(r.Context(), s, d.ID)
	v.Fields.List = slices.DeleteFunc(v.Fields.List, func(f record.CustomField) bool { return !slices.Contains(record.CustomKinds, f.Kind) })
	return v, err
}

func fieldOf(list []record.CustomField, kind record.Kind, id string) (record.CustomField, bool) {
	for _, f := range list {
		if f.Kind == kind && f.ID == id {
			return f, true
		}
	}
	return record.CustomField{}, false
}

// decided is what a person saw of a decision, on its way through a form.
type decided struct {
	Name  string          `json:"name"`
	Shown record.Audience `json:"shown"`
	Order int             `json:"order"`
}

func fieldSeen(f record.CustomField) string {
	data, err := json.Marshal(decided{f.Name, f.Shown, f.Order})
	if err != nil {
		return ""
	}
	return string(data)
}

// fieldInput is what the form posts.
type fieldInput struct {
	Kind  string `form:"kind" validate:"required,max=40"`
	Field string `form:"field,exact" validate:"required,max=200"`
	Name  string `form:"name" validate:"max=60"`
	Shown string `form:"shown" validate:"required,oneof=hidden staff clients"`
	Order string `form:"order" validate:"max=3"`
	Seen  string `form:"seen,exact" validate:"max=2000"`
}

// ShowField serves POST /admin/connections/{id}/fields.
func (p *Pages) ShowField(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.fieldsView(r, s)
	if err != nil {
		return err
	}
	var in fieldInput
	bad := form.Decode(w, r, &in)
	f, ok := fieldOf(v.Fields.List, record.Kind(in.Kind), in.Field)
	if !ok {
		return fault.New(fault.NotFound, "There is no such field.")
	}
	var was decided
	if bad == nil && json.Unmarshal([]byte(in.Seen), &was) != nil {
		bad = fault.New(fault.Invalid, "The form could not be read. Go back and send it again.")
	}
	seen, is := f, f
	seen.Name, seen.Shown, seen.Order = was.Name, was.Shown, was.Order
	is.Name, is.Shown = in.Name, record.Audience(in.Shown)
	if is.Order, err = strconv.Atoi(in.Order); in.Order != "" && (err != nil || is.Order < 0) && bad == nil {
		bad = fault.New(fault.Invalid, "Please correct what is marked.").Field("order", v.Chrome.T("fields.order.bad"))
	}
	if err = bad; err == nil {
		err = p.o.Fields.ShowField(r.Context(), s, v.Detail.ID, seen, is)
	}
	switch {
	case err == nil:
		return parts.Leads(w, r, parts.Of(v.Detail.ID)+"/fields", "field")
	case !parts.Correctable(err):
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	if fault.Is(err, fault.Conflict) {
		seen = f // what is there now; saving again decides about that
	}
	if err := p.edit(r, s, &v, is, seen); err != nil {
		return err
	}
	v.Order = in.Order
	return ui.Show(w, r, parts.Status(err), fieldsPage(v))
}

// AskFields serves POST /admin/connections/{id}/fields/read.
func (p *Pages) AskFields(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.fieldsView(r, s)
	if err != nil {
		return err
	}
	if err := p.o.Fields.AskFields(r.Context(), s, v.Detail.ID); err != nil {
		if v.Problem = fault.Public(err); v.Problem == "" {
			return err
		}
		return ui.Show(w, r, parts.Status(err), fieldsPage(v))
	}
	return parts.Leads(w, r, parts.Of(v.Detail.ID)+"/fields", "asked")
}

func fieldPath(id record.ConnectionID, f record.CustomField) string {
	return parts.Of(id) + "/fields?" + url.Values{"kind": {string(f.Kind)}, "field": {f.ID}}.Encode() + "#edit"
}

func fieldColumns(c *ui.Chrome) []ui.Column {
	return []ui.Column{{Label: c.T("fields.column.field")}, {Label: c.T("fields.column.shown")}, {Label: c.T("fields.column.name")},
		{Label: c.T("fields.column.order"), End: true}, {Label: c.T("fields.column.filled"), End: true}, {Label: c.T("fields.column.change"), End: true}}
}

// sourceName is what the system itself calls a field.
func sourceName(f record.CustomField) string {
	f.Name = ""
	return f.Called()
}

func filledWords(v fieldsView, f record.CustomField) string {
	n := v.Fields.Counts[f.Kind][f.ID]
	if n == 0 {
		return v.Chrome.T("fields.filled.none")
	}
	return v.Chrome.T("fields.filled", v.Chrome.Number(n), v.Chrome.Number(max(n, v.Fields.Looked[f.Kind])))
}

func audienceTone(a record.Audience) ui.Tone {
	switch a {
	case record.ShownClients:
		return ui.Good
	case record.ShownStaff:
		return ui.Live
	default:
		return ui.Neutral
	}
}

func audienceOptions(c *ui.Chrome) []ui.Option {
	var out []ui.Option
	for _, a := range []record.Audience{record.ShownNobody, record.ShownStaff, record.ShownClients} {
		out = append(out, ui.Option{Value: string(a), Label: c.T("fields.shown." + string(a))})
	}
	return out
}
