package portal

import (
	"context"
	"net/http"
	"strings"

	"portico/portal/session"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// StandsFor returns the record that a copy of it is shown as; fault.NotFound when the
// id is no copy.
type StandsFor func(ctx context.Context, s access.Scope, account record.AccountID, id record.ID) (record.ID, error)

// following lets the address of a record that has become a linked source of another
// one lead there, a form with everything that was typed into it too. A bookmark, a
// mail and an open page thus go on.
func following(doors []door, to StandsFor) []door {
	if to == nil {
		return doors
	}
	for i, d := range doors {
		if h, ok := d.handler.(session.Page); ok && h != nil && strings.HasPrefix(d.path, "/a/{account}/") && strings.Contains(d.path, "/{id}") {
			doors[i].handler = follow(h, to)
		}
	}
	return doors
}

func follow(h session.Page, to StandsFor) session.Page {
	return func(w http.ResponseWriter, r *http.Request, s access.Scope) error {
		err := h(w, r, s)
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		text := r.PathValue("id")
		id, bad := record.ParseID(text)
		if bad != nil {
			return err
		}
		is, missing := to(r.Context(), s, s.Account(), id)
		if missing != nil {
			return err
		}
		u := *r.URL
		u.Path = strings.Replace(u.Path, text, is.String(), 1)
		http.Redirect(w, r, u.RequestURI(), http.StatusTemporaryRedirect) //nolint:gosec // the address that was asked for, with another id of ours
		return nil
	}
}
