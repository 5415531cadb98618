package portaltest

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/a-h/templ"

	"portico/portal/api"
	"portico/portal/session"
)

// Programs serves the API alone, behind the border that every request passes.
func Programs(t testing.TB, a *api.API) http.Handler {
	t.Helper()
	people := NewPeople()
	gate, err := session.New(session.Options{Sessions: people, People: people, BaseURL: &url.URL{Scheme: "https", Host: "portal.example"},
		ErrorPage: func(*http.Request, session.Problem) templ.Component { return templ.NopComponent }})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, d := range a.Doors() {
		mux.Handle(d.Method+" "+api.Prefix+d.Path, gate.Public(session.Open(a.Handler(d))))
	}
	return gate.Observe(gate.Harden(gate.Recover(gate.SameOrigin(mux))))
}
