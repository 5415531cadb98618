package people

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

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
		return p.review(w, r, s, http.StatusOK, list, uuid.NewString(), "")
	}
	if !correctable(err) {
		return err
	}
	v.Problem = fault.Public(err)
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
	case len(in.Picks) == 0:
		return sheet{}, fault.New(fault.Invalid, v.Chrome.T("bulk.nobody"))
	}
	picked := map[string]bool{}
	for _, email := range in.Picks {
		picked[email] = true
	}
	var list sheet
	for _, k := range v.Contacts {
		if picked[k.Email] {
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

type reviewView struct {
	Chrome *ui.Chrome
	Base   string
	Sheet  sheet
	Key    string
	Good   int
	Done   string // what was done with the others
}

// review shows a list before anything is sent, and says of each line what stands
// in its way.
func (p *Pages) review(w http.ResponseWriter, r *http.Request, s access.Scope, code int, list sheet, key, done string) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("bulk.review")
	v := reviewView{Chrome: c, Base: base(s.Account()), Sheet: list, Key: key, Done: done}
	if done == "" {
		if err := p.compare(r, s, c, list.Lines); err != nil {
			return err
		}
	}
	for _, l := range list.Lines {
		if l.Problem == "" {
			v.Good++
		}
	}
	return ui.Show(w, r, code, reviewPage(v))
}

// compare marks lines that repeat one another, and people who are in or invited.
func (p *Pages) compare(r *http.Request, s access.Scope, c *ui.Chrome, lines []line) error {
	all, err := p.o.Members.Colleagues(r.Context(), s, s.Account())
	if err != nil {
		return err
	}
	invited, err := p.o.Invitations.InvitationsTo(r.Context(), s, s.Account())
	if err != nil {
		return err
	}
	why := map[string]string{}
	for _, i := range invited {
		if i.State.Open() {
			why[i.Email] = c.T("people.why", i.Email, c.T("people.why.invited"))
		}
	}
	for _, m := range all {
		why[m.Email] = c.T("people.why", named(m), c.T("people.why.member"))
	}
	first := map[string]int{}
	for i := range lines {
		l := &lines[i]
		if l.Problem != "" {
			continue
		}
		if n, twice := first[l.Email]; twice {
			l.Problem = c.T("bulk.twice", l.Email, c.Number(n))
			continue
		}
		first[l.Email], l.Problem = l.Number, why[l.Email]
	}
	return nil
}

type sendInput struct {
	Key    string   `form:"key" validate:"required,max=100"`
	Emails []string `form:"email"`
	Names  []string `form:"name"`
	Roles  []string `form:"role"`
	Picks  []string `form:"pick"` // places in the lists
}

// Send invites who was reviewed: POST /a/{account}/people/many/send. The same form
// a second time invites nobody again.
func (p *Pages) Send(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in sendInput
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	who, err := in.people()
	if err != nil {
		return err
	}
	if len(who) == 0 {
		http.Redirect(w, r, base(s.Account()), http.StatusSeeOther)
		return nil
	}
	out, err := p.o.Invitations.Invite(r.Context(), s, s.Account(), who, in.Key, from(r))
	if err != nil {
		return err
	}
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	var left sheet
	done := 0
	for _, o := range out {
		if o.Done {
			done++
			continue
		}
		left.Lines = append(left.Lines, line{Invitee: o.Invitee, Problem: c.T("people.why", o.Email, c.T("people.why."+string(o.Why)))})
	}
	if len(left.Lines) == 0 {
		http.Redirect(w, r, base(s.Account())+"?done="+invitedWord(c), http.StatusSeeOther)
		return nil
	}
	return p.review(w, r, s, http.StatusOK, left, in.Key, c.N("bulk.done", done))
}

// people are the picked lines of the form.
func (in sendInput) people() ([]access.Invitee, error) {
	if len(in.Emails) != len(in.Names) || len(in.Emails) != len(in.Roles) {
		return nil, fault.New(fault.Invalid, "The form could not be read. Go back and send it again.")
	}
	var out []access.Invitee
	for _, pick := range in.Picks {
		i, err := strconv.Atoi(pick)
		if err != nil || i < 0 || i >= len(in.Emails) {
			return nil, fault.New(fault.Invalid, "The form could not be read. Go back and send it again.")
		}
		out = append(out, access.Invitee{Email: in.Emails[i], Name: in.Names[i], Role: access.Role(in.Roles[i])})
	}
	return out, nil
}

// refused are the lines that nobody can be invited by.
func (v reviewView) refused() []line {
	var out []line
	for _, l := range v.Sheet.Lines {
		if l.Problem != "" {
			out = append(out, l)
		}
	}
	return out
}

// good are the others, in order.
func (v reviewView) good() []line {
	var out []line
	for _, l := range v.Sheet.Lines {
		if l.Problem == "" {
			out = append(out, l)
		}
	}
	return out
}
