// Package users is where administrators look after everybody who can sign in:
// who they are, what they see and why, who may no longer. It promises that every
// change says what it does before it is made, that an administrator cannot lock
// everybody out, and that a role is described by what its scopes grant and not by
// a copy of it.
package users

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// Path is where the pages begin.
const Path = "/admin/users"

// Directory is who can sign in.
type Directory interface {
	People(ctx context.Context, s access.Scope, q access.PeopleQuery) (list []access.PersonRow, more bool, err error)
	Person(ctx context.Context, s access.Scope, user string) (access.Person, error)
	AllAccounts(ctx context.Context) ([]record.AccountInfo, error)
}

// Changes are what administrators decide. What cannot be is fault.Conflict with a
// sentence that says what to do first.
type Changes interface {
	ChangeStaff(ctx context.Context, s access.Scope, user string, role access.Role, from action.Origin) error
	SwitchUser(ctx context.Context, s access.Scope, user string, disabled bool, from action.Origin) error
	AssignAccount(ctx context.Context, s access.Scope, user string, account record.AccountID, yes bool, from action.Origin) error
	AddColleague(ctx context.Context, s access.Scope, account record.AccountID, user string, role access.Role, from action.Origin) error
	// SendLink mails a link that sets a new password.
	SendLink(ctx context.Context, s access.Scope, user string, from action.Origin) error
}

// Invitations is who was asked to work here; the account is zero.
type Invitations interface {
	InvitationsTo(ctx context.Context, s access.Scope, account record.AccountID) ([]access.Invitation, error)
	Invite(ctx context.Context, s access.Scope, account record.AccountID, people []access.Invitee, key string, from action.Origin) ([]access.Invited, error)
	InviteAgain(ctx context.Context, s access.Scope, account record.AccountID, id access.InvitationID, from action.Origin) error
	WithdrawInvitation(ctx context.Context, s access.Scope, account record.AccountID, id access.InvitationID, from action.Origin) error
}

// Options are what the pages work with; all are needed.
type Options struct {
	Directory   Directory
	Changes     Changes
	Invitations Invitations
	// Preset is what a role brings along, as the scopes are made.
	Preset func(access.Role) access.Preset
	// Fresh asks that who is signed in has just proved who they are, before
	// somebody is made staff; see session.Fresh.
	Fresh func(ctx context.Context) error
	Frame ui.Framer
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// perPage is how many users a page lists.
const perPage = 50

type filter struct {
	Search string `form:"q" validate:"max=200"`
	State  string `form:"state" validate:"omitempty,oneof=staff members off"`
	Page   int    `form:"page" validate:"min=0,max=100000"` // 0 is the first
}

func (f filter) address(state string, page int) string {
	v := url.Values{}
	if f.Search != "" {
		v.Set("q", f.Search)
	}
	if state != "" {
		v.Set("state", state)
	}
	if page > 0 {
		v.Set("page", strconv.Itoa(page))
	}
	if len(v) == 0 {
		return Path
	}
	return Path + "?" + v.Encode()
}

type listView struct {
	Chrome      *ui.Chrome
	Filter      filter
	Rows        []access.PersonRow
	More        bool
	Invitations []access.Invitation
	Preset      func(access.Role) access.Preset
}

// List serves GET /admin/users.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f filter
	if err := form.Query(r, &f); err != nil {
		return err
	}
	v, err := p.list(r, s, f)
	if err != nil {
		return err
	}
	flash(v.Chrome, r)
	return ui.Show(w, r, http.StatusOK, listPage(v))
}

func (p *Pages) list(r *http.Request, s access.Scope, f filter) (listView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return listView{}, err
	}
	c.Title = c.T("users.title")
	v := listView{Chrome: c, Filter: f, Preset: p.o.Preset}
	v.Rows, v.More, err = p.o.Directory.People(r.Context(), s, access.PeopleQuery{Search: f.Search, State: f.State, Offset: f.Page * perPage, Limit: perPage})
	if err != nil {
		return v, err
	}
	if f.Search == "" && f.Page == 0 && (f.State == "" || f.State == "staff") {
		all, err := p.o.Invitations.InvitationsTo(r.Context(), s, record.AccountID{})
		if err != nil {
			return v, err
		}
		for _, i := range all {
			if i.State != access.InvitationAccepted {
				v.Invitations = append(v.Invitations, i)
			}
		}
	}
	return v, nil
}

func (v listView) tabs() []ui.Tab {
	var out []ui.Tab
	for _, state := range []string{"", "staff", "members", "off"} {
		word := "users.tab.all"
		if state != "" {
			word = "users.tab." + state
		}
		out = append(out, ui.Tab{Label: v.Chrome.T(word), Href: v.Filter.address(state, 0), Current: v.Filter.State == state})
	}
	return out
}

func (v listView) pager() ui.Pager {
	p := ui.Pager{Text: v.Chrome.T("users.page", v.Chrome.Number(v.Filter.Page*perPage+1), v.Chrome.Number(v.Filter.Page*perPage+len(v.Rows)))}
	if v.Filter.Page > 0 {
		p.First = v.Filter.address(v.Filter.State, 0)
	}
	if v.More {
		p.Next = v.Filter.address(v.Filter.State, v.Filter.Page+1)
	}
	return p
}

// done are the things that a page says were done.
var done = map[string]bool{"invited": true, "again": true, "withdrawn": true, "staff": true, "off": true, "on": true, "link": true, "joined": true, "assigned": true, "unassigned": true}

func flash(c *ui.Chrome, r *http.Request) {
	if what := r.URL.Query().Get("done"); done[what] {
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("users.done." + what)}
	}
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
	default:
		return http.StatusUnprocessableEntity
	}
}

// correctable reports whether the administrator can do something about it.
func correctable(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Limited)
}

func named(name, email string) string {
	if name == "" {
		return email
	}
	return name
}
