// Package invitation is how somebody who was invited comes in. It promises that
// opening a link changes nothing, because mail scanners open links before people
// do; that a link which was passed on lets nobody in, because a code that goes to
// the invited mailbox, or the sign-in of whoever has that address, proves it; and
// that of two who accept at once one does. It hides the cookie that holds a
// link's token.
package invitation

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
)

// Invitations is what the pages work with. It is safe for concurrent use.
type Invitations interface {
	// Invited changes nothing; fault.NotFound for the hash of a token that opens nothing.
	Invited(ctx context.Context, tokenHash [32]byte) (access.Invitation, error)
	// InvitedAs is Invited for somebody who is signed in with the invited address.
	InvitedAs(ctx context.Context, id access.InvitationID, email string) (access.Invitation, error)
	// StartCode mails a code to the invited address; fault.Limited when too many were.
	StartCode(ctx context.Context, token string, i access.Invitation) error
	// Accept makes the user; fault.Invalid with the field "code" for a wrong one,
	// fault.Conflict when the invitation is over.
	Accept(ctx context.Context, token string, i access.Invitation, a Answer) error
	// Join lets a user in who exists.
	Join(ctx context.Context, id access.InvitationID, u access.User, from action.Origin) error
}

// Answer is what somebody new typed.
type Answer struct {
	Code, Name string
	Password   string // its hash
	From       action.Origin
}

// Passwords judges and hashes them.
type Passwords struct {
	// Check is fault.Invalid with the field "password" for one that is too weak; the
	// words are what others know about the person.
	Check     func(plain string, words ...string) error
	Hash      func(ctx context.Context, plain string) (string, error)
	MinLength int
}

// Options are what the pages work with; all are needed.
type Options struct {
	Invitations Invitations
	Passwords   Passwords
	Plain       func(r *http.Request) *ui.Chrome
}

// Pages serves whoever was invited. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// cookie begins the name of the one that holds a link's token; it is no sign-in.
const cookie = "__Host-portico-invitation-"

// cookieLife is how long a browser keeps a token, in seconds. The mail opens it again.
const cookieLife = 2 * 60 * 60

const base = "/invitation"

func path(id access.InvitationID) string { return base + "/" + string(id) }

type acceptInput struct {
	Code     string `form:"code" validate:"max=40"`
	Name     string `form:"name" validate:"max=200"`
	Password string `form:"password,exact"`
	Again    string `form:"again,exact"`
}

type view struct {
	Chrome   *ui.Chrome
	I        access.Invitation
	To       string // the invited address, as a stranger may see it
	Typed    acceptInput
	Problem  string
	Problems map[string]string
	Min      int
	User     access.User // of who is signed in
}

// Open serves GET /invitation?t=TOKEN, the address in a mail: it moves the token
// into a cookie and leads to an address without it, so that it stays in no
// history and no Referer.
func (p *Pages) Open(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("t")
	i, err := p.o.Invitations.Invited(r.Context(), session.Hash(token))
	if fault.Is(err, fault.NotFound) {
		return p.none(w, r)
	}
	if err != nil {
		return err
	}
	session.SetCookie(w, cookie+string(i.ID), token, cookieLife)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, path(i.ID), http.StatusSeeOther)
	return nil
}

// Show says who invites whom to what: GET /invitation/{invitation}.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request) error {
	i, _, err := p.invited(r)
	if fault.Is(err, fault.NotFound) {
		return p.none(w, r)
	}
	if err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, p.view(r, i))
}

// Code mails the code: POST /invitation/{invitation}/code.
func (p *Pages) Code(w http.ResponseWriter, r *http.Request) error {
	i, token, err := p.invited(r)
	if fault.Is(err, fault.NotFound) {
		return p.none(w, r)
	}
	if err == nil {
		err = p.o.Invitations.StartCode(r.Context(), token, i)
	}
	if err == nil || fault.Is(err, fault.Conflict) { // the page says why it is over
		http.Redirect(w, r, path(i.ID), http.StatusSeeOther)
		return nil
	}
	if !fault.Is(err, fault.Limited) {
		return err
	}
	v := p.view(r, i)
	v.Problem = fault.Public(err)
	return p.show(w, r, http.StatusTooManyRequests, v)
}

// Accept makes the user and their place: POST /invitation/{invitation}.
func (p *Pages) Accept(w http.ResponseWriter, r *http.Request) error {
	i, token, err := p.invited(r)
	if fault.Is(err, fault.NotFound) {
		return p.none(w, r)
	}
	if err != nil {
		return err
	}
	v := p.view(r, i)
	v.Typed = acceptInput{}
	err = form.Decode(w, r, &v.Typed)
	if err == nil {
		err = p.accept(r, v, token)
	}
	switch {
	case err == nil, fault.Is(err, fault.Conflict):
		http.Redirect(w, r, path(i.ID), http.StatusSeeOther)
		return nil
	case !fault.Is(err, fault.Invalid):
		return err
	}
	v.Problems = fault.Fields(err)
	return p.show(w, r, http.StatusUnprocessableEntity, v)
}

func (p *Pages) accept(r *http.Request, v view, token string) error {
	c, in := v.Chrome, v.Typed
	if in.Name == "" {
		return fault.New(fault.Invalid, "").Field("name", c.T("settings.needed"))
	}
	if err := p.o.Passwords.Check(in.Password, in.Name, v.I.Email, c.Provider.Name); err != nil {
		return err
	}
	if in.Password != in.Again {
		return fault.New(fault.Invalid, "").Field("again", c.T("reset.differs"))
	}
	hash, err := p.o.Passwords.Hash(r.Context(), in.Password)
	if err != nil {
		return err
	}
	return p.o.Invitations.Accept(r.Context(), token, v.I, Answer{Code: in.Code, Name: in.Name, Password: hash, From: from(r)})
}

// JoinForm asks somebody who is signed in: GET /invitation/{invitation}/join.
func (p *Pages) JoinForm(w http.ResponseWriter, r *http.Request, s access.Session) error {
	c := p.o.Plain(r)
	i, err := p.o.Invitations.InvitedAs(r.Context(), idOf(r), s.User.Email)
	if fault.Is(err, fault.NotFound) {
		c.Title = c.T("invite.title")
		return ui.Show(w, r, http.StatusForbidden, otherPage(c, s.User))
	}
	if err != nil {
		return err
	}
	if i.State == access.InvitationAccepted {
		http.Redirect(w, r, onward(i), http.StatusSeeOther) //nolint:gosec // made of ids that were read back
		return nil
	}
	v := p.view(r, i)
	v.User = s.User
	return p.show(w, r, http.StatusOK, v)
}

// Join accepts as who is signed in: POST /invitation/{invitation}/join.
func (p *Pages) Join(w http.ResponseWriter, r *http.Request, s access.Session) error {
	id := idOf(r)
	i, err := p.o.Invitations.InvitedAs(r.Context(), id, s.User.Email)
	if err == nil {
		err = p.o.Invitations.Join(r.Context(), id, s.User, from(r))
	}
	switch {
	case err == nil:
		http.Redirect(w, r, onward(i), http.StatusSeeOther) //nolint:gosec // made of ids that were read back
		return nil
	case fault.Is(err, fault.Conflict):
		http.Redirect(w, r, path(id)+"/join", http.StatusSeeOther) //nolint:gosec // made of an id that was parsed
		return nil
	default:
		return err
	}
}

// onward is where somebody goes who is in.
func onward(i access.Invitation) string {
	if i.Staff() {
		return "/staff"
	}
	return ui.AccountPath(i.Account.ID)
}

// invited finds what the browser's cookie opens, if it is what the address names.
func (p *Pages) invited(r *http.Request) (access.Invitation, string, error) {
	id := idOf(r)
	kept, err := r.Cookie(cookie + string(id))
	if err != nil || id == "" {
		return access.Invitation{}, "", fault.New(fault.NotFound, "")
	}
	i, err := p.o.Invitations.Invited(r.Context(), session.Hash(kept.Value))
	if err == nil && i.ID != id {
		err = fault.New(fault.NotFound, "")
	}
	return i, kept.Value, err
}

func idOf(r *http.Request) access.InvitationID {
	id := r.PathValue("invitation")
	if uuid.Validate(id) != nil {
		return ""
	}
	return access.InvitationID(id)
}

func (p *Pages) view(r *http.Request, i access.Invitation) view {
	c := p.o.Plain(r)
	c.Title = c.T("invite.title")
	return view{Chrome: c, I: i, To: veiled(i.Email), Typed: acceptInput{Name: i.Name}, Min: p.o.Passwords.MinLength}
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, v view) error {
	w.Header().Set("Cache-Control", "no-store")
	return ui.Show(w, r, status, invitationPage(v))
}

// none is the one answer to every link that opens nothing.
func (p *Pages) none(w http.ResponseWriter, r *http.Request) error {
	c := p.o.Plain(r)
	c.Title = c.T("invite.none")
	return ui.Show(w, r, http.StatusGone, nonePage(c))
}

// veiled shows enough of an address for its owner to know it, and not enough for
// somebody else to write to it.
func veiled(email string) string {
	name, domain, _ := strings.Cut(email, "@")
	letters := []rune(name)
	if len(letters) > 2 {
		return string(letters[0]) + "…" + string(letters[len(letters)-1]) + "@" + domain
	}
	return "…@" + domain
}

func from(r *http.Request) action.Origin {
	return action.Origin{IP: session.Address(r.Context()), Agent: session.Clip(r.UserAgent(), 300)}
}

// coded reports whether a code is on its way or there.
func (v view) coded() bool { return v.I.Coded.After(v.Chrome.Now) || len(v.Problems) > 0 }
