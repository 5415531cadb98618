package signin

import (
	"net/http"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// searchable is from how many accounts on a list of them can be searched.
const searchable = 8

type placesForm struct {
	Search string `form:"q" validate:"max=200"`
	At     string `form:"at" validate:"max=64"` // the account that the reader is in
}

// PlacesView is the accounts that somebody may enter.
type PlacesView struct {
	List   []access.Membership // those that the search finds
	All    int
	Search string
	At     string
	ID     string // tells two such lists of one page apart
}

func (d *Doors) places(r *http.Request, s access.Session) (PlacesView, error) {
	var in placesForm
	if err := form.Query(r, &in); err != nil {
		return PlacesView{}, err
	}
	list, err := d.o.Users.Memberships(r.Context(), s.User.ID)
	if err != nil {
		return PlacesView{}, fault.At("list accounts", err)
	}
	v := PlacesView{All: len(list), Search: in.Search, At: in.At, ID: "places"}
	for _, m := range list {
		if strings.Contains(strings.ToLower(m.Account.Name), strings.ToLower(in.Search)) {
			v.List = append(v.List, m)
		}
	}
	return v, nil
}

// Accounts leads to the one account that somebody has, to the staff pages, or
// shows the accounts to choose from.
func (d *Doors) Accounts(w http.ResponseWriter, r *http.Request, s access.Session) error {
	if s.User.Staff != "" {
		http.Redirect(w, r, "/staff/queue", http.StatusSeeOther)
		return nil
	}
	v, err := d.places(r, s)
	if err != nil {
		return err
	}
	if v.All == 1 && len(v.List) == 1 {
		http.Redirect(w, r, ui.AccountPath(v.List[0].Account.ID), http.StatusSeeOther)
		return nil
	}
	c := d.o.Frame(r)
	c.Title = c.T("accounts.title")
	return ui.Show(w, r, http.StatusOK, accountsPage(c, s.User, v))
}

// Switch serves the list of accounts that the frame opens: GET /accounts/switch.
// Only who has several is shown its button.
func (d *Doors) Switch(w http.ResponseWriter, r *http.Request, s access.Session) error {
	v, err := d.places(r, s)
	if err != nil {
		return err
	}
	v.ID = "switch"
	return ui.Show(w, r, http.StatusOK, switchPart(d.o.Frame(r), v))
}
