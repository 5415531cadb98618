package signin

import (
	"net/http"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// Accounts leads to the one account that somebody has, to the staff pages, or
// shows the accounts to choose from.
func (d *Doors) Accounts(w http.ResponseWriter, r *http.Request, s access.Session) error {
	if s.User.Staff != "" {
		http.Redirect(w, r, "/staff", http.StatusSeeOther)
		return nil
	}
	list, err := d.o.Users.Memberships(r.Context(), s.User.ID)
	if err != nil {
		return fault.At("list accounts", err)
	}
	if len(list) == 1 {
		http.Redirect(w, r, ui.AccountPath(list[0].Account.ID), http.StatusSeeOther)
		return nil
	}
	c := d.o.Frame(r)
	c.Title = c.T("accounts.title")
	return ui.Show(w, r, http.StatusOK, accountsPage(c, s.User, list))
}
