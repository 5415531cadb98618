package people

import (
	"context"
	"io"
	"net/http"
	"strings"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
)

type manyView struct {
	Chrome   *ui.Chrome
	Base     string
	Search   string
	Contacts []access.Contact // that can be invited
	Off      int              // that are switched off at their source
	In       int              // that are in, or invited
	All      int
	Role     access.Role
	List     string // as it was pasted
	Problem  string
}

// Many asks for several people: GET /a/{account}/people/many.
func (p *Pages) Many(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.many(r, s)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, manyPage(v))
}

func (p *Pages) many(r *http.Request, s access.Scope) (manyView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return manyView{}, err
	}
	c.Title = c.T("bulk.title")
	v := manyView{Chrome: c, Base: base(s.Account()), Search: searched(r), Role: access.Contributor}
	all, err := p.o.Members.Contacts(r.Context(), s, s.Account())
	if err != nil {
		return v, err
	}
	seen := map[string]bool{}
	for _, k := range all {
		switch {
		case seen[k.Email]:
			continue
		case k.Member || k.Invited:
			v.In++
		case k.Disabled:
			v.Off++
		case holds(k.Name+" "+k.Email, v.Search):
			v.Contacts = append(v.Contacts, k)
		}
		seen[k.Email] = true
		v.All++
	}
	return v, nil
}

// searched is what is searched for.
func searched(r *http.Request) string {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	if len(q) > 200 {
		return ""
	}
	return strings.ToValidUTF8(q, "")
}

type manyInput struct {
	Role  access.Role `form:"role" validate:"max=40"`
	Picks []string    `form:"pick"` // addresses of contacts
	All   bool        `form:"all"`  // every contact that is shown or searched for
	List  string      `form:"text,body"`
}

// Read takes a list or picked contacts and shows who would be invited; nothing is
// sent: POST /a/{account}/people/many.
func (p *Pages) Read(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.many(r, s)
	if err != nil {
		return err
	}
	var in manyInput
	var file memory
	_, err = form.DecodeFiles(w, r, &in, "file", &file)
	if access.IsMemberRole(in.Role) {
		v.Role = in.Role
	}
	var list sheet
	if err == nil {
		list, err = p.taken(v, in, file)
	}
	if err == nil {
		err = p.begin(w, r, s, list)
	}
	if err == nil || !correctable(err) {
		return err
	}
	v.List, v.Problem = in.List, fault.Public(err)
	for _, said := range fault.Fields(err) {
		v.Problem = said
	}
	return ui.Show(w, r, status(err), manyPage(v))
}

// taken is the list that a form brings: a file, a text, or picked contacts.
func (p *Pages) taken(v manyView, in manyInput, file memory) (sheet, error) {
	switch {
	case len(file) > 0:
		return readSheet(file, v.Role, v.Chrome.Reader)
	case in.List != "":
		return readSheet([]byte(in.List), v.Role, v.Chrome.Reader)
	case len(in.Picks) == 0 && !in.All:
		return sheet{}, fault.New(fault.Invalid, v.Chrome.T("bulk.nobody"))
	}
	picked := map[string]bool{}
	for _, email := range in.Picks {
		picked[email] = true
	}
	var list sheet
	for _, k := range v.Contacts {
		if picked[k.Email] || in.All && len(list.Lines) < access.InvitesInList {
			list.Lines = append(list.Lines, line{Invitee: access.Invitee{Email: k.Email, Name: k.Name, Role: v.Role}})
		}
	}
	if len(list.Lines) == 0 {
		return sheet{}, fault.New(fault.Invalid, v.Chrome.T("bulk.nobody"))
	}
	return list, nil
}

// memory keeps one small file while its form is read.
type memory []byte

// Keep implements form.Keeper.
func (m *memory) Keep(_ context.Context, name string, r io.Reader) (action.File, error) {
	data, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err == nil && len(data) > mostBytes {
		err = fault.Newf(fault.TooLarge, "A list may have at most %s.", form.Bytes(mostBytes))
	}
	*m = data
	return action.File{Name: name}, err
}

// Drop implements form.Keeper.
func (m *memory) Drop(context.Context, string) error {
	*m = nil
	return nil
}
