// Package notifications is where members and staff say what they want to be told
// by mail: in the portal, and behind the link that every such mail brings. It promises
// that opening a link changes nothing, because mail scanners open links before
// people do, and that the link of a mail changes nothing but whether its person is
// told of its account.
package notifications

import (
	"bytes"
	"context"
	"net/http"

	"github.com/a-h/templ"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
)

// Choices is what a member wants to be told.
type Choices interface {
	MailChoice(ctx context.Context, s access.Scope, account record.AccountID) (notice.Choice, error)
	ChooseMail(ctx context.Context, s access.Scope, account record.AccountID, c notice.Choice) error
}

// Holders is what the holder of a mail's token may do.
type Holders interface {
	AccountInfo(ctx context.Context, id record.AccountID) (record.AccountInfo, error)
	MailChoiceOf(ctx context.Context, user string, account record.AccountID) (notice.Choice, error)
	ChooseMailOf(ctx context.Context, user string, account record.AccountID, c notice.Choice) error
}

// Options are what the pages work with; every field is needed.
type Options struct {
	Choices Choices
	Holders Holders
	Key     []byte // signs the tokens, see notice.Token
	Frame   ui.Framer
	// Plain returns the frame of a page for nobody in particular.
	Plain func(r *http.Request) *ui.Chrome
}

// Pages serves them. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// chooseView is everything that the page of choices shows.
type chooseView struct {
	Chrome *ui.Chrome
	Choice notice.Choice
	Error  string
	Member bool // may choose
	Staff  bool // asked the account, and may choose whether to hear of answers
}

// choices are what this reader chooses from.
func (v chooseView) choices() []notice.Choice {
	if v.Staff {
		return []notice.Choice{notice.NeedsMe, notice.Nothing}
	}
	return notice.Choices
}

// chosen reports whether a choice is the one that holds. To staff all that are not
// nothing are the same.
func (v chooseView) chosen(c notice.Choice) bool {
	return v.Choice == c || v.Staff && c == notice.NeedsMe && v.Choice == notice.Everything
}

// word is a text of the page, for members or for staff.
func (v chooseView) word(name string, args ...any) string {
	if v.Staff {
		name += ".staff"
	}
	return v.Chrome.T("notifications."+name, args...)
}

// Show serves GET /a/{account}/notifications.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	choice, err := p.o.Choices.MailChoice(r.Context(), s, s.Account())
	if err != nil {
		return err
	}
	return p.choose(w, r, s, http.StatusOK, chooseView{Choice: choice})
}

// path is where the choices of an account are.
func path(a record.AccountID) string { return ui.AccountPath(a) + "notifications" }

type chooseForm struct {
	Choice string `form:"choice" validate:"required,max=20"`
}

// Choose serves POST /a/{account}/notifications.
func (p *Pages) Choose(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var in chooseForm
	err := form.Decode(w, r, &in)
	if err == nil {
		err = p.o.Choices.ChooseMail(r.Context(), s, s.Account(), notice.Choice(in.Choice))
	}
	if problem := fault.Fields(err)["choice"]; problem != "" {
		return p.choose(w, r, s, http.StatusUnprocessableEntity, chooseView{Error: problem})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, path(s.Account())+"?done=1", http.StatusSeeOther)
	return nil
}

func (p *Pages) choose(w http.ResponseWriter, r *http.Request, s access.Scope, status int, v chooseView) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	c.Title = c.T("notifications.title") + " · " + c.Account.Name
	if r.URL.Query().Get("done") != "" {
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("notifications.done")}
	}
	v.Chrome, v.Member, v.Staff = c, s.Acts(record.KindTicket), s.IsStaff()
	return show(w, r, status, choosePage(v))
}

// stopView is everything that the page behind a mail's link shows.
type stopView struct {
	Chrome  *ui.Chrome
	Account string
	Path    string // of the page in the portal
	Token   string
	Stopped bool
}

// Unsubscribe serves GET /unsubscribe/{token}. It asks, and changes nothing.
func (p *Pages) Unsubscribe(w http.ResponseWriter, r *http.Request) error {
	user, v, err := p.holder(r)
	if err != nil {
		return err
	}
	choice, err := p.o.Holders.MailChoiceOf(r.Context(), user, v.account)
	if err != nil {
		return err
	}
	v.Stopped = choice == notice.Nothing
	return show(w, r, http.StatusOK, stopPage(v.stopView))
}

// Stop serves POST /unsubscribe/{token}: by the button, or by a mail program
// without cookies (RFC 8058). What the body says does not matter.
func (p *Pages) Stop(w http.ResponseWriter, r *http.Request) error {
	user, v, err := p.holder(r)
	if err != nil {
		return err
	}
	if err := p.o.Holders.ChooseMailOf(r.Context(), user, v.account, notice.Nothing); err != nil {
		return err
	}
	v.Stopped = true
	return show(w, r, http.StatusOK, stopPage(v.stopView))
}

// held is what a token stands for.
type held struct {
	stopView
	account record.AccountID
}

func (p *Pages) holder(r *http.Request) (user string, v held, err error) {
	v.Token = r.PathValue("token")
	if user, v.account, err = notice.ReadToken(p.o.Key, v.Token); err != nil {
		return "", v, err
	}
	info, err := p.o.Holders.AccountInfo(r.Context(), v.account)
	if err != nil {
		return "", v, err
	}
	c := p.o.Plain(r)
	c.Title = c.T("unsubscribe.title")
	v.Chrome, v.Account, v.Path = c, info.Name, path(v.account)
	return user, v, nil
}

// show draws a page whole before any of it is sent.
func show(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		return fault.Wrap(fault.Internal, "draw the page", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader is gone if this fails
	return nil
}
