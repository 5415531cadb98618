package session

import (
	"context"
	"net/http"
	"strings"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// Merged returns the account that one was merged into; fault.NotFound when it was not.
type Merged func(ctx context.Context, account record.AccountID) (record.AccountInfo, error)

// ledOn answers who was refused an account. If it was merged into one that they may
// enter, its address leads to the same page there, a form with everything that was
// typed into it too; a bookmark, a mail and an open page thus go on. To everybody
// else it is not there, like any other.
func (g *Gate) ledOn(w http.ResponseWriter, r *http.Request, s access.Session, account record.AccountID, refused error) error {
	if g.o.Merged == nil || account.IsZero() || !fault.Is(refused, fault.NotFound) {
		return refused
	}
	into, err := g.o.Merged(r.Context(), account)
	if err != nil {
		return refused
	}
	_, m, err := g.enter(r, into.ID, false)
	if err != nil {
		return refused
	}
	if _, err := g.scopeIn(r.Context(), s, m, into.ID); err != nil {
		return refused
	}
	u := *r.URL
	u.Path = strings.Replace(u.Path, r.PathValue("account"), into.ID.String(), 1)
	http.Redirect(w, r, u.RequestURI(), http.StatusTemporaryRedirect) //nolint:gosec // the address that was asked for, with another id of ours
	return nil
}
