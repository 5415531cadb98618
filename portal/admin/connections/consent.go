package connections

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"portico/portal/admin/connections/parts"
	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// ConsentPath is where systems send people back to. It is registered at vendors and
// stays what it is.
const ConsentPath = parts.Path + "/consent"

// Leave is the way of a person to a system that asks whether we may.
type Leave struct {
	Address string
	Host    string // as the person will see it in the browser
	System  string
}

// Failure is why somebody who came back has not let us in.
type Failure string

// Failures; each has words of its own in the catalogue.
const (
	Denied   Failure = "denied"   // they said no
	Unknown  Failure = "unknown"  // nobody was sent with this state, or somebody else
	Expired  Failure = "expired"  // it took them longer than the state lasts
	Used     Failure = "used"     // the page was loaded again
	Wrong    Failure = "wrong"    // they signed in to another company
	Refused  Failure = "refused"  // the system does not accept our application
	Away     Failure = "away"     // the system did not answer us
	Unusable Failure = "unusable" // anything else that the system said
)

// Returned is what came of somebody who was at a system.
type Returned struct {
	Failed Failure // "" when they let us in
	Detail string  // of a failure, in plain words
	Spec   remote.Spec
	// Connection is one that exists and is signed in again, or should have been.
	Connection record.ConnectionID
	// Draft and Tried are of one that is being made, also when it failed; the secrets
	// are not with them.
	Draft Draft
	Tried Tried
	// Choices ask which company is meant; Token carries what was brought until then.
	Choices []remote.Choice
	Token   string
}

// Consents takes people to systems that ask them whether we may, and back. Every
// method is an administrator's.
type Consents interface {
	// Redirect is the exact address that systems send people back to.
	Redirect() string
	// Again begins a new sign-in of a connection that exists.
	Again(ctx context.Context, s access.Scope, id record.ConnectionID) (Leave, error)
	// Return takes what a person brought back, once.
	Return(ctx context.Context, s access.Scope, values url.Values) (Returned, error)
	// Choose goes on with one of the choices.
	Choose(ctx context.Context, s access.Scope, token string, choice int) (Returned, error)
}

// SignedIn is how old a sign-in is; nothing of what it consists of.
type SignedIn struct {
	At          time.Time // when a person let us in; zero when nobody has
	Got         time.Time // when the token was renewed last
	Expires     time.Time // of the token that is in use
	RefreshEnds time.Time // when it ends if it is not used
	Ended       string    // why somebody has to sign in again, or ""
}

// leaveView is what is shown before a person goes to the system.
type leaveView struct {
	Chrome *ui.Chrome
	Leave  Leave
	Back   string
}

// leave shows the way out. It is a page with a link, because a form may lead to
// nobody but ourselves (CSP, form-action).
func (p *Pages) leave(w http.ResponseWriter, r *http.Request, c *ui.Chrome, l Leave, back string) error {
	c.Title = c.T("consent.leave", l.System)
	return ui.Show(w, r, http.StatusOK, leavePage(leaveView{c, l, back}))
}

// ConsentAgain serves POST /admin/connections/{id}/consent.
func (p *Pages) ConsentAgain(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := parts.ID(r)
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	l, err := p.o.Consent.Again(r.Context(), s, id)
	if err != nil {
		return err
	}
	return p.leave(w, r, c, l, parts.Of(id))
}

// ConsentBack serves GET /admin/connections/consent, where systems send people back to.
func (p *Pages) ConsentBack(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	got, err := p.o.Consent.Return(r.Context(), s, r.URL.Query())
	if err != nil {
		return err
	}
	return p.returned(w, r, s, got)
}

// chooseInput says which company is meant.
type chooseInput struct {
	Token  string `form:"draft" validate:"required,max=900000"`
	Choice string `form:"choice" validate:"required,max=4"`
}

// ConsentChoose serves POST /admin/connections/consent.
func (p *Pages) ConsentChoose(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in chooseInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	n, err := strconv.Atoi(in.Choice)
	if err != nil {
		return fault.New(fault.Invalid, "Choose one of the list.").Because("read choice", err)
	}
	got, err := p.o.Consent.Choose(r.Context(), s, in.Token, n)
	if err != nil {
		return err
	}
	return p.returned(w, r, s, got)
}

// backView is what is shown to somebody who came back.
type backView struct {
	Chrome *ui.Chrome
	Returned
	Back string
}

func (p *Pages) returned(w http.ResponseWriter, r *http.Request, s access.Scope, got Returned) error {
	if got.Failed == "" && len(got.Choices) == 0 && !got.Connection.IsZero() {
		return parts.Leads(w, r, parts.Of(got.Connection), "consented")
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	v := backView{Chrome: c, Returned: got, Back: parts.Path}
	switch {
	case !got.Connection.IsZero():
		v.Back = parts.Of(got.Connection)
	case got.Spec.ID != "":
		v.Back = parts.Path + "/new/" + got.Spec.ID
	}
	switch {
	case got.Failed != "" && got.Connection.IsZero() && got.Draft.Connector != "":
		// What was typed is not typed again.
		c.Title = c.T("consent.failed." + string(got.Failed))
		f := formView{Chrome: c, Spec: got.Spec, Typed: got.Draft, Action: v.Back, Redirect: p.o.Consent.Redirect(), Failed: got.Failed, Detail: got.Detail}
		f.take(got.Tried)
		return ui.Show(w, r, failedStatus[got.Failed], formPage(f))
	case got.Failed != "":
		c.Title = c.T("consent.failed." + string(got.Failed))
		return ui.Show(w, r, failedStatus[got.Failed], failedPage(v))
	case len(got.Choices) > 0:
		c.Title = c.T("consent.choose", got.Spec.Name)
		return ui.Show(w, r, http.StatusOK, choosePage(v))
	}
	f := formView{Chrome: c, Spec: got.Spec, Typed: got.Draft, Action: v.Back, Redirect: p.o.Consent.Redirect()}
	f.take(got.Tried)
	c.Title = c.T("connections.add.of", got.Spec.Name)
	if got.Tried.Report.OK {
		return ui.Show(w, r, http.StatusOK, checkedPage(f))
	}
	return ui.Show(w, r, http.StatusUnprocessableEntity, formPage(f))
}

// failedStatus answers each failure.
var failedStatus = map[Failure]int{
	Denied: http.StatusForbidden, Unknown: http.StatusBadRequest, Expired: http.StatusBadRequest, Used: http.StatusConflict, Wrong: http.StatusConflict,
	Refused: http.StatusUnprocessableEntity, Away: http.StatusServiceUnavailable, Unusable: http.StatusUnprocessableEntity,
}

// reachable reports whether a vendor would take the address: HTTPS, and a name that
// means something elsewhere, too. Most take the machine itself for trying out.
func reachable(redirect string) (https, here bool) {
	u, err := url.Parse(redirect)
	if err != nil {
		return false, false
	}
	host := u.Hostname()
	return u.Scheme == "https", host == "localhost" || host == "127.0.0.1" || host == "::1"
}

// redirectWord says whether the address of this Portico will do.
func redirectWord(redirect string) (word string, icon ui.Icon) {
	switch https, here := reachable(redirect); {
	case https && !here:
		return "consent.redirect.fine", ui.IconCheck
	case here:
		return "consent.redirect.here", ui.IconAlert
	default:
		return "consent.redirect.plain", ui.IconAlert
	}
}

// goWord is what the form of a connection does next.
func goWord(v formView) string {
	if v.Spec.Consent != nil {
		return "consent.connect"
	}
	return "connections.check"
}
