package session

import (
	"context"
	"net/http"

	"portico/sync/access"
)

// Stream is a Page whose answer goes on. again repeats every check of the door
// and returns the scope as it is now, or why there is none any more: a session
// that ended, a membership that was taken away, an account that was hidden.
type Stream func(w http.ResponseWriter, r *http.Request, s access.Scope, again func(context.Context) (access.Scope, error)) error

// AccountStream serves a stream in the account that the path names. Neither
// opening it nor asking again counts as use of the session: pages do both by
// themselves.
func (g *Gate) AccountStream(need Need, h Stream) http.Handler {
	return g.serve(func(w http.ResponseWriter, r *http.Request) error {
		reader := ""
		again := func(ctx context.Context) (access.Scope, error) {
			account := accountOf(r)
			s, m, err := g.enter(r.WithContext(ctx), account, false)
			if err != nil {
				return access.Scope{}, err
			}
			reader = s.User.ID
			return g.scopeFor(ctx, s, m, account, need)
		}
		scope, err := again(r.Context())
		if err != nil {
			return err
		}
		note(r.Context()).user = reader
		return h(w, r, scope, again)
	})
}
