package session

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"portico/sync/access"
	"portico/sync/fault"
)

// FreshFor is how old a sign-in may be for what is dangerous: another password, a
// second step that ends, a secret that is replaced.
const FreshFor = 15 * time.Minute

// Fresh asks that the reader has signed in, or confirmed who they are, within
// FreshFor. A page returns the error as it is: the reader is led to confirm and
// then back. Ask already on the page that holds the form, so that nothing typed
// is lost, and again where the form arrives.
func Fresh(ctx context.Context) error {
	v, ok := ctx.Value(sessionKey{}).(visit)
	if ok && v.at.Sub(v.Created) <= FreshFor {
		return nil
	}
	return fault.New(fault.Forbidden, "Confirm that it is you, and do this again.").Because("ask for a fresh sign-in", detour{confirmPath})
}

// Where a reader is led before what they asked for.
const (
	confirmPath = "/confirm"
	enrolPath   = "/me/second-step"
)

// detour is a refusal that another page mends.
type detour struct{ to string }

func (d detour) Error() string { return "first to " + d.to }

// visit is a session at the moment of a request.
type visit struct {
	access.Session

	at time.Time
}

// detoured leads the reader to the page that mends a refusal and says where to
// come back to; false when none does.
func (g *Gate) detoured(w http.ResponseWriter, r *http.Request, err error) bool {
	var d detour
	switch {
	case wantsJSON(r):
		return false
	case fault.Is(err, fault.Unauthenticated):
		d.to = g.o.SignIn
	case !errors.As(err, &d):
		return false
	}
	g.lead(w, r, d.to)
	return true
}

// lead leads to a page that leads back here. The place of a post is the page that
// held the form, whose draft the browser keeps.
func (g *Gate) lead(w http.ResponseWriter, r *http.Request, target string) {
	if next := Local(g.returnTo(r)); next != "" && next != "/" {
		target += "?next=" + url.QueryEscape(next)
	}
	if r.Header.Get("HX-Request") == "true" {
		// htmx follows a redirect inside its own request and would swap the
		// sign-in into the page; this header moves the whole page.
		w.Header().Set("HX-Redirect", target)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}
