package portal

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"portico/portal/session"
	"portico/sync/fault"
)

// wings are the routers of the doors by the first segment of their paths: a router
// tries its doors one after the other, and there are hundreds.
type wings map[string]*mux.Router

// wing is the first segment of a path; no door has a variable there.
func wing(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}

func (w wings) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	router := w[wing(r.URL.Path)]
	if router == nil {
		router = w[""] // which has no such door either, and says so
	}
	router.ServeHTTP(to, r)
}

// hang builds the routers of the doors.
func (p *Portal) hang(g *session.Gate, doors []door) (http.Handler, error) {
	all := wings{"": newRouter(g)}
	var problems []error
	for _, d := range doors {
		h, err := guard(g, d)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		methods := []string{d.method}
		if d.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		router := all[wing(d.path)]
		if router == nil {
			router = newRouter(g)
			all[wing(d.path)] = router
		}
		// A redirect to the other spelling of a path would lose what was posted.
		router.StrictSlash(d.method == http.MethodGet)
		router.Path(d.path).Methods(methods...).Handler(session.Named(d.path, withPathValues(h)))
		p.routes = append(p.routes, Route{d.method, d.path, d.policy.String()})
	}
	return all, errors.Join(problems...)
}

// newRouter is a router that answers what has no door as the gate does.
func newRouter(g *session.Gate) *mux.Router {
	router := mux.NewRouter()
	router.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.Fail(w, r, fault.New(fault.NotFound, ""))
	})
	router.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", strings.Join(allowed(router, r), ", "))
		g.Answer(w, r, session.Problem{Status: http.StatusMethodNotAllowed}, nil)
	})
	return router
}

// withPathValues hands the path's variables on the standard way, so that pages
// know nothing of the router.
func withPathValues(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range mux.Vars(r) {
			r.SetPathValue(name, value)
		}
		next.ServeHTTP(w, r)
	})
}

// allowed lists the methods that the path does answer (RFC 9110 §15.5.6).
func allowed(router *mux.Router, r *http.Request) []string {
	var out []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		try := *r
		try.Method = method
		var match mux.RouteMatch
		if router.Match(&try, &match) && match.MatchErr == nil {
			out = append(out, method)
		}
	}
	return out
}
