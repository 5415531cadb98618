// Package rules is where administrators say what clients do not see, after
// they have been shown what that would change, and where they are told why
// somebody sees a record or does not.
package rules

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/visibility"
)

// Rules are what clients do not see. Every method is safe for concurrent use.
type Rules interface {
	Rules(ctx context.Context, s access.Scope) ([]visibility.Rule, error)
	// PreviewRule says what a change would do; it changes nothing.
	PreviewRule(ctx context.Context, s access.Scope, c visibility.Change) (visibility.Preview, error)
	// ChangeRule makes a rule or takes one away; fault.Invalid with the field confirm
	// when that has to be confirmed.
	ChangeRule(ctx context.Context, s access.Scope, c visibility.Change) (visibility.Preview, error)
	// Sources are the connections by id, in the order of their names.
	Sources(ctx context.Context, s access.Scope) ([]Source, error)
	// Explain finds a record, by its number or its address here, and a person, by
	// their mail address; fault.NotFound in words when there is no such person.
	Explain(ctx context.Context, s access.Scope, person, record string) (Explained, error)
}

// Source is a connection that rules are about.
type Source struct {
	ID   record.ConnectionID
	Name string
}

// Explained is why somebody sees a record or does not.
type Explained struct {
	Found  visibility.Found
	Person visibility.Person
	Steps  []visibility.Step
}

// Sees reports whether the person does.
func (e Explained) Sees() bool {
	return len(e.Steps) > 0 && e.Steps[len(e.Steps)-1].Passed
}

// Options are what the pages work with; every field is needed.
type Options struct {
	Rules Rules
	Frame ui.Framer
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

const path = "/admin/visibility"

// ruleInput is a rule as a form or an address says it.
type ruleInput struct {
	Connection string `form:"connection" validate:"max=100"`
	About      string `form:"about" validate:"max=100"` // kind.field
	Value      string `form:"value,exact" validate:"max=250"`
	Remove     string `form:"remove" validate:"max=100"`
	Confirm    string `form:"confirm" validate:"max=250"`
}

// change reads the rule. What is rubbish is left for the store to refuse.
func (in ruleInput) change() visibility.Change {
	c := visibility.Change{Remove: in.Remove, Confirm: in.Confirm}
	kind, field, _ := strings.Cut(in.About, ".")
	id, err := record.ParseConnectionID(in.Connection)
	if err == nil {
		c.Add.Connection = id
	}
	c.Add.Kind, c.Add.Field, c.Add.Value = record.Kind(kind), field, strings.TrimSpace(in.Value)
	return c
}

// whyInput asks for an explanation.
type whyInput struct {
	Person string `form:"person" validate:"max=320"`
	Record string `form:"record" validate:"max=2000"`
}

// view is everything that the pages show.
type view struct {
	Chrome   *ui.Chrome
	Rules    []visibility.Rule
	Sources  []Source
	Input    ruleInput
	Problem  string
	Problems map[string]string
	Preview  *visibility.Preview
	Why      whyInput
	Answer   *Explained
}

// Show serves the rules: GET /admin/visibility.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.view(r, s)
	if err != nil {
		return err
	}
	switch r.URL.Query().Get("done") {
	case "made":
		v.Chrome.Flash = ui.Flash{Tone: ui.Good, Text: v.Chrome.T("visibility.made")}
	case "removed":
		v.Chrome.Flash = ui.Flash{Tone: ui.Good, Text: v.Chrome.T("visibility.removed")}
	}
	return ui.Show(w, r, http.StatusOK, rulesPage(v))
}

func (p *Pages) view(r *http.Request, s access.Scope) (v view, err error) {
	if v.Chrome, err = p.o.Frame(r, s); err != nil {
		return v, err
	}
	v.Chrome.Title = v.Chrome.T("visibility.title")
	if v.Rules, err = p.o.Rules.Rules(r.Context(), s); err != nil {
		return v, err
	}
	v.Sources, err = p.o.Rules.Sources(r.Context(), s)
	return v, err
}

// Preview says what a change would do: GET /admin/visibility/preview.
func (p *Pages) Preview(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in ruleInput
	if err := form.Query(r, &in); err != nil {
		return err
	}
	return p.previewed(w, r, s, in, nil)
}

func (p *Pages) previewed(w http.ResponseWriter, r *http.Request, s access.Scope, in ruleInput, problem error) error {
	v, err := p.view(r, s)
	if err != nil {
		return err
	}
	v.Input = in
	preview, err := p.o.Rules.PreviewRule(r.Context(), s, in.change())
	status := http.StatusOK
	switch {
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Conflict):
		v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
		return ui.Show(w, r, http.StatusUnprocessableEntity, rulesPage(v))
	case err != nil:
		return err
	case problem != nil:
		v.Problem, v.Problems, status = fault.Public(problem), fault.Fields(problem), http.StatusUnprocessableEntity
	}
	v.Preview = &preview
	v.Chrome.Title = v.Chrome.T("visibility.preview")
	return ui.Show(w, r, status, previewPage(v))
}

// Change does what was previewed: POST /admin/visibility.
func (p *Pages) Change(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in ruleInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	_, err := p.o.Rules.ChangeRule(r.Context(), s, in.change())
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.previewed(w, r, s, in, err)
	}
	if err != nil {
		return err
	}
	done := "made"
	if in.Remove != "" {
		done = "removed"
	}
	http.Redirect(w, r, path+"?done="+done, http.StatusSeeOther)
	return nil
}

// Why explains: GET /admin/visibility/why.
func (p *Pages) Why(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in whyInput
	if err := form.Query(r, &in); err != nil {
		return err
	}
	v, err := p.view(r, s)
	if err != nil {
		return err
	}
	v.Why = in
	v.Chrome.Title = v.Chrome.T("visibility.why")
	if in.Person == "" || in.Record == "" {
		return ui.Show(w, r, http.StatusOK, whyPage(v))
	}
	answer, err := p.o.Rules.Explain(r.Context(), s, in.Person, recordOf(in.Record))
	if fault.Is(err, fault.Invalid) {
		v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
		return ui.Show(w, r, http.StatusUnprocessableEntity, whyPage(v))
	}
	if err != nil {
		return err
	}
	v.Answer = &answer
	return ui.Show(w, r, http.StatusOK, whyPage(v))
}

// recordOf is the last part of an address, or what was typed.
func recordOf(text string) string {
	text = strings.TrimPrefix(strings.TrimSpace(text), "#")
	u, err := url.Parse(text)
	if err != nil || !strings.Contains(u.Path, "/") {
		return text
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	return parts[len(parts)-1]
}
