package connections

import (
	"net/http"
	"time"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/remote"
)

// formView is everything that the form of a connection shows.
type formView struct {
	Chrome   *ui.Chrome
	Spec     remote.Spec
	Typed    Draft
	Action   string
	Redirect string // where a system sends people back to
	Carry    string
	Kept     map[string]time.Time // credentials that are stored, when each was entered
	Problem  string
	Problems map[string]string
	Report   *remote.Report
	SignedIn bool
	Token    string
	Confirm  string
	Failed   Failure // of somebody who was at the system and came back, or ""
	Detail   string  // of Failed
}

// take puts what came of a try into the view.
func (v *formView) take(t Tried) {
	v.Carry, v.Token, v.Confirm, v.SignedIn = t.Carry, t.Token, t.Confirm, t.SignedIn
	if len(t.Report.Items) > 0 {
		v.Report = &t.Report
	}
}

func (p *Pages) formView(r *http.Request, s access.Scope) (formView, error) {
	spec, ok := specOf(p.o.Add.Systems(), r.PathValue("id"))
	if !ok {
		return formView{}, fault.New(fault.NotFound, "There is no such system in the catalogue.")
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return formView{}, err
	}
	c.Title = c.T("connections.add.of", spec.Name)
	return formView{Chrome: c, Spec: spec, Action: parts.Path + "/new/" + spec.ID, Redirect: p.o.Consent.Redirect()}, nil
}

// Form serves an empty form: GET /admin/connections/new/{id}. Read-only is what a
// new connection begins as, unless somebody decides otherwise.
func (p *Pages) Form(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.formView(r, s)
	if err != nil {
		return err
	}
	v.Typed = Draft{Connector: v.Spec.ID, Name: v.Spec.Name, Settings: map[string]string{}, ReadOnly: true}
	for _, f := range v.Spec.Fields {
		v.Typed.Settings[f.Name] = f.Default
	}
	return ui.Show(w, r, http.StatusOK, formPage(v))
}

// Check signs in with what is typed and saves nothing: POST /admin/connections/new/{id}.
func (p *Pages) Check(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.formView(r, s)
	if err != nil {
		return err
	}
	var tried Tried
	if v.Typed, err = typedDraft(w, r, v.Spec); err == nil {
		tried, err = p.o.Add.Try(r.Context(), s, v.Typed)
	}
	v.take(tried)
	switch {
	case err == nil && tried.Leave != nil:
		return p.leave(w, r, v.Chrome, *tried.Leave, v.Action)
	case err == nil && tried.Report.OK:
		return ui.Show(w, r, http.StatusOK, checkedPage(v))
	case err == nil:
		return ui.Show(w, r, http.StatusUnprocessableEntity, formPage(v))
	case !parts.Correctable(err):
		return err
	}
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	return ui.Show(w, r, parts.Status(err), formPage(v))
}

// previewView is everything that the look before the first pull shows.
type previewView struct {
	formView

	Glimpse  Glimpse
	Accounts []string
	Rows     []companyRow
	More     int // companies that are not shown here
}

// Preview reads the beginning of what would come, and saves nothing:
// POST /admin/connections/new/{id}/preview.
func (p *Pages) Preview(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, in, err := p.tokenForm(w, r, s)
	if err != nil {
		return err
	}
	return p.preview(w, r, s, v, in.Token, nil)
}

// tokenInput is what the forms after the check post.
type tokenInput struct {
	Token string `form:"draft" validate:"required,max=900000"`
	matchInput
}

func (p *Pages) tokenForm(w http.ResponseWriter, r *http.Request, s access.Scope) (previewView, tokenInput, error) {
	f, err := p.formView(r, s)
	if err != nil {
		return previewView{}, tokenInput{}, err
	}
	var in tokenInput
	err = form.Decode(w, r, &in)
	if filled := form.Fill(r.PostForm, &in.matchInput); err == nil {
		err = filled
	}
	return previewView{formView: f}, in, err
}

// preview draws the look. problems, of companies, are of a form that was refused.
func (p *Pages) preview(w http.ResponseWriter, r *http.Request, s access.Scope, v previewView, token string, refused *refusal) error {
	g, err := p.o.Add.Glimpse(r.Context(), s, token)
	if err != nil {
		return p.again(w, r, v.formView, err)
	}
	v.Glimpse, v.Token, v.Typed = g, g.Token, g.Draft
	if v.Accounts, err = p.accountNames(r.Context()); err != nil {
		return err
	}
	shown := g.Companies[:min(len(g.Companies), rowsShown)]
	v.More = len(g.Companies) - len(shown)
	v.Rows = rowsOf(shown, refused)
	code := http.StatusOK
	if refused != nil {
		v.Problem, code = refused.text, http.StatusUnprocessableEntity
	}
	return ui.Show(w, r, code, previewPage(v))
}

// again leads somebody whose draft cannot be used any more back to the form.
func (p *Pages) again(w http.ResponseWriter, r *http.Request, v formView, err error) error {
	if !parts.Correctable(err) {
		return err
	}
	v.Problem = fault.Public(err)
	v.Typed = Draft{Connector: v.Spec.ID, Name: v.Spec.Name, Settings: map[string]string{}, ReadOnly: true}
	for _, f := range v.Spec.Fields {
		v.Typed.Settings[f.Name] = f.Default
	}
	return ui.Show(w, r, parts.Status(err), formPage(v))
}

// Connect makes the connection and has it pulled: POST /admin/connections/new/{id}/connect.
func (p *Pages) Connect(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, in, err := p.tokenForm(w, r, s)
	if err != nil {
		return err
	}
	picks, refused, err := p.picks(r.Context(), in.matchInput)
	if err != nil {
		return err
	}
	if refused != nil {
		return p.preview(w, r, s, v, in.Token, refused)
	}
	id, err := p.o.Add.Connect(r.Context(), s, in.Token, picks)
	switch {
	case err == nil && v.Spec.Local:
		return parts.Leads(w, r, parts.Of(id)+"/files", "unread")
	case err == nil:
		return parts.Leads(w, r, parts.Of(id), "connected")
	case fault.Is(err, fault.Conflict) && fault.Fields(err) == nil:
		// A company was matched by somebody else at this moment; the connection stands.
		return parts.Leads(w, r, parts.Of(id)+"/companies", "raced")
	default:
		return p.again(w, r, v.formView, err)
	}
}

// Again serves GET where only a form can be posted: somebody loaded a page anew.
func (p *Pages) Again(w http.ResponseWriter, r *http.Request, _ access.Scope) error {
	spec, ok := specOf(p.o.Add.Systems(), r.PathValue("id"))
	if !ok {
		return fault.New(fault.NotFound, "There is no such system in the catalogue.")
	}
	http.Redirect(w, r, parts.Path+"/new/"+spec.ID, http.StatusSeeOther)
	return nil
}
