package session

import (
	"context"
	"net/http"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
)

// Looking returns as whom the session of a request looks at an account, for the
// banner of its pages, that of a failure included; zero for itself.
func Looking(ctx context.Context) access.Look { return note(ctx).look }

// lookIn mints the scope of a member as whom somebody on the staff looks: in that
// one account, as long as both may be there, and with the rights of both. All of
// it is asked anew with each request.
func (g *Gate) lookIn(ctx context.Context, s access.Session, id record.AccountID) (access.Scope, error) {
	if id != s.Look.Account || s.User.Staff == "" {
		return access.Scope{}, notHere()
	}
	staff, err := g.staffIn(ctx, s.User, id)
	if err != nil {
		return access.Scope{}, err
	}
	u, role, err := g.o.People.MemberIn(ctx, s.Look.User, id)
	if fault.Is(err, fault.NotFound) {
		return access.Scope{}, fault.Newf(fault.Forbidden, "%s has no access to this account any more, so there is nothing that they see. Stop looking to go on.", s.Look.Name)
	}
	if err != nil {
		return access.Scope{}, fault.At("look up a member", err)
	}
	scope := grant.Look(staff, who(u), role)
	if !scope.Valid() {
		return access.Scope{}, notHere()
	}
	return scope, nil
}

// Leaving serves a handler to whoever is signed in, to those too who look as
// somebody else: it is how they stop.
func (g *Gate) Leaving(h Personal) http.Handler {
	return g.serve(func(w http.ResponseWriter, r *http.Request) error {
		s, _, err := g.enter(r, record.AccountID{}, used(r))
		if err != nil {
			return err
		}
		note(r.Context()).user = s.User.ID
		return h(w, r, s)
	})
}

// readOnly reports whether a request asks for nothing but to be shown something.
func readOnly(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }
