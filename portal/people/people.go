// Package people is where the owners of an account, and administrators, decide
// who is in it: invite, change a role, remove. It promises that nobody is taken
// out of an account without being told what that does, that the last owner does
// not leave it by mistake, and that a form which is sent twice invites once. To
// everybody else it names the owners.
package people

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// Members is who is in an account. What a change is refused for is
// fault.Conflict with a sentence that says what to do.
type Members interface {
	Colleagues(ctx context.Context, s access.Scope, account record.AccountID) ([]access.Colleague, error)
	// Owners lists the names of those who decide, to whoever is in the account.
	Owners(ctx context.Context, s access.Scope, account record.AccountID) ([]string, error)
	ChangeColleague(ctx context.Context, s access.Scope, account record.AccountID, user string, role access.Role, from action.Origin) error
	RemoveColleague(ctx context.Context, s access.Scope, account record.AccountID, user string, from action.Origin) error
	Contacts(ctx context.Context, s access.Scope, account record.AccountID) ([]access.Contact, error)
}

// Invitations is who was asked to come in.
type Invitations interface {
	InvitationsTo(ctx context.Context, s access.Scope, account record.AccountID) ([]access.Invitation, error)
	// Invite says of each whether it did; the same key a second time invites nobody.
	Invite(ctx context.Context, s access.Scope, account record.AccountID, people []access.Invitee, key string, from action.Origin) ([]access.Invited, error)
	InviteAgain(ctx context.Context, s access.Scope, account record.AccountID, id access.InvitationID, from action.Origin) error
	WithdrawInvitation(ctx context.Context, s access.Scope, account record.AccountID, id access.InvitationID, from action.Origin) error
}

// Options are what the pages work with; all are needed.
type Options struct {
	Members     Members
	Invitations Invitations
	// Preset is what a role brings along, as the scopes are made.
	Preset func(access.Role) access.Preset
	Frame  ui.Framer
}

// Pages serves owners and administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// shown is how many people a page lists before it asks to search.
const shown = 200

type filter struct {
	Search string `form:"q" validate:"max=200"`
}

type listView struct {
	Chrome      *ui.Chrome
	Base        string
	Search      string
	All         int // in the account, before the search
	People      []access.Colleague
	Invitations []access.Invitation
	Owners      []string // for who may not decide
	May         bool
}

// List serves GET /a/{account}/people.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	v, err := p.list(r, s, f)
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

func (p *Pages) list(r *http.Request, s access.Scope, f filter) (listView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return listView{}, err
	}
	c.Title = c.T("people.title")
	v := listView{Chrome: c, Base: base(s.Account()), Search: f.Search, May: access.Invite(s, s.Account()) == nil}
	if !v.May {
		v.Owners, err = p.o.Members.Owners(r.Context(), s, s.Account())
		return v, err
	}
	all, err := p.o.Members.Colleagues(r.Context(), s, s.Account())
	if err != nil {
		return v, err
	}
	invited, err := p.o.Invitations.InvitationsTo(r.Context(), s, s.Account())
	if err != nil {
		return v, err
	}
	v.All = len(all)
	for _, m := range all {
		if holds(m.Name+" "+m.Email, f.Search) {
			v.People = append(v.People, m)
		}
	}
	for _, i := range invited {
		if i.State != access.InvitationAccepted && holds(i.Name+" "+i.Email, f.Search) {
			v.Invitations = append(v.Invitations, i)
		}
	}
	flash(c, r)
	return v, nil
}

// done are the things that the list says were done.
var done = []string{"invited", "prepared", "again", "withdrawn", "changed", "removed"}

func flash(c *ui.Chrome, r *http.Request) {
	if what := r.URL.Query().Get("done"); slices.Contains(done, what) {
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("people.done." + what)}
	}
}

func base(a record.AccountID) string { return ui.AccountPath(a) + "people" }

func (v listView) member(user string) string { return v.Base + "/members/" + user }

// off lists those whom a source says are switched off.
func (v listView) off() []access.Colleague {
	var out []access.Colleague
	for _, m := range v.People {
		if len(m.Off) > 0 && !m.Disabled {
			out = append(out, m)
		}
	}
	return out
}

func holds(text, search string) bool {
	text = strings.ToLower(text)
	for word := range strings.FieldsSeq(strings.ToLower(search)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// Again mails an invitation once more: POST …/invitations/{invitation}/again.
func (p *Pages) Again(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.change(w, r, s, "again", p.o.Invitations.InviteAgain)
}

// Withdraw takes an invitation back: POST …/invitations/{invitation}/withdraw.
func (p *Pages) Withdraw(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return p.change(w, r, s, "withdrawn", p.o.Invitations.WithdrawInvitation)
}

type change func(ctx context.Context, s access.Scope, account record.AccountID, id access.InvitationID, from action.Origin) error

func (p *Pages) change(w http.ResponseWriter, r *http.Request, s access.Scope, what string, f change) error {
	id := r.PathValue("invitation")
	if uuid.Validate(id) != nil {
		return fault.New(fault.NotFound, "")
	}
	err := f(r.Context(), s, s.Account(), access.InvitationID(id), from(r))
	if err == nil {
		http.Redirect(w, r, base(s.Account())+"?done="+what, http.StatusSeeOther)
		return nil
	}
	if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Limited) {
		return err
	}
	v, lost := p.list(r, s, filter{})
	if lost != nil {
		return lost
	}
	v.Chrome.Flash = ui.Flash{Tone: ui.Attn, Text: fault.Public(err)}
	return ui.Show(w, r, status(err), listPage(v))
}

func from(r *http.Request) action.Origin {
	return action.Origin{IP: session.Address(r.Context()), Agent: session.Clip(r.UserAgent(), 300)}
}

func status(err error) int {
	switch fault.KindOf(err) {
	case fault.Conflict:
		return http.StatusConflict
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	default:
		return http.StatusUnprocessableEntity
	}
}

// correctable reports whether the person at the form can do something about it.
func correctable(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Limited) || fault.Is(err, fault.TooLarge)
}
