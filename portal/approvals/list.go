package approvals

import (
	"net/http"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/approval"
)

// listView is everything that the list shows.
type listView struct {
	Chrome  *ui.Chrome
	Waiting []approval.Approval
	Done    []approval.Approval
	Next    string // address of older ones, or ""
	Staff   bool
	Own     bool // only those that the reader was asked
}

// page is how many are shown at once.
const page = 50

// List serves GET /a/{account}/approvals: what waits first, then what was decided.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("approvals.title")
	v := listView{Chrome: c, Staff: s.IsStaff(), Own: !s.IsStaff() && s.Role() != string(access.Owner)}
	after := r.URL.Query().Get("after")
	if _, err := approval.ParseID(after); err != nil {
		after = ""
	}
	list, err := p.o.Questions.Approvals(r.Context(), s, s.Account(), approval.Query{After: after, Limit: page + 1})
	if err != nil {
		return err
	}
	if len(list) > page {
		list = list[:page]
		v.Next = listPath(s.Account()) + "?after=" + list[page-1].ID.String()
	}
	for _, a := range list {
		if a.State == approval.Open {
			v.Waiting = append(v.Waiting, a)
		} else {
			v.Done = append(v.Done, a)
		}
	}
	return ui.Show(w, r, http.StatusOK, listPage(v))
}
