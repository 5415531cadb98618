package settings

import (
	"context"
	"net/http"
	"strings"
	"time"

	"portico/portal/form"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// MailPath is where the page is.
const MailPath = "/admin/mail"

// Mail is how mail leaves, without its password.
type Mail struct {
	Host     string `form:"host" json:"host" validate:"max=253,omitempty,hostname_rfc1123|ip"`
	Port     int    `form:"port" json:"port" validate:"min=0,max=65535"` // 0 is the usual one
	TLS      string `form:"tls" json:"tls" validate:"omitempty,oneof=starttls tls none"`
	User     string `form:"user" json:"user" validate:"max=320"`
	From     string `form:"from" json:"from" validate:"max=254,omitempty,email"`
	FromName string `form:"from_name" json:"from_name" validate:"max=80"`
}

// Password is what is known of the password, which is everything but itself.
type Password struct {
	Set   bool
	Since time.Time // when it was typed; zero when the configuration has it
	// Lost is a kept password that belongs to another server or user than the one
	// in force, and so is not used.
	Lost bool
}

// MailState is Mail in force.
type MailState struct {
	State[Mail]
	Password Password
}

// MailChange is what a form asks for.
type MailChange struct {
	Seen int // version that the form was made from
	Mail Mail
	// Typed is a new password; Sealed one that was typed before and went through
	// the browser sealed. When both are empty the kept one stays.
	Typed, Sealed string
}

// Mailing keeps how mail leaves. It is safe for concurrent use. What is wrong with
// a change is fault.Invalid with fields; a version that is not the newest any more
// is fault.Conflict.
type Mailing interface {
	Mail(ctx context.Context) (MailState, error)
	// MailAt returns a version that was saved; the zero Mail when it is not known.
	MailAt(ctx context.Context, version int) (Mail, error)
	SaveMail(ctx context.Context, s access.Scope, c MailChange) error
	// TryMail sends a test mail to the person who asks, through exactly what the
	// change says. What went wrong is the fault's public sentence.
	TryMail(ctx context.Context, s access.Scope, c MailChange) error
	// SealPassword returns the password of the change in a form that only this
	// program reads, for the same person and the same server; "" when it has none.
	SealPassword(s access.Scope, c MailChange) string
}

// mailInput is what the form posts beside Mail.
type mailInput struct {
	Version  int    `form:"version" validate:"min=0"`
	Password string `form:"password,exact" validate:"max=1024"`
	Sealed   string `form:"sealed" validate:"max=4096"`
}

// mailView is everything that the page shows.
type mailView struct {
	Chrome   *ui.Chrome
	State    MailState
	Typed    Mail
	Version  int
	Sealed   string
	Problem  string
	Problems map[string]string
	Clashes  []Clash
	Test     *tried
	Records  *records
	To       string
}

// tried is how a test ended.
type tried struct {
	Problem string // "" when the server took the mail
	Server  string
}

// Mail serves the page: GET /admin/mail.
func (p *Pages) Mail(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := p.mailView(r, s)
	if err != nil {
		return err
	}
	flash(v.Chrome, r)
	return show(w, r, http.StatusOK, mailPage(v))
}

func (p *Pages) mailView(r *http.Request, s access.Scope) (mailView, error) {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return mailView{}, err
	}
	now, err := p.o.Mail.Mail(r.Context())
	if err != nil {
		return mailView{}, err
	}
	c.Title = c.T("settings.mail.title")
	return mailView{Chrome: c, State: now, Typed: now.Value, Version: now.Version, To: s.Email()}, nil
}

// SaveMail keeps what was typed: POST /admin/mail.
func (p *Pages) SaveMail(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, change, err := p.typedMail(w, r, s)
	if err == nil {
		err = p.o.Mail.SaveMail(r.Context(), s, change)
	}
	switch {
	case err == nil:
		return saved(w, r, MailPath)
	case !correctable(err) || v.Chrome == nil:
		return err
	}
	if fault.Is(err, fault.Conflict) {
		if err := p.meetMail(r.Context(), &v, change); err != nil {
			return err
		}
	}
	p.refuse(&v, s, change, err)
	return show(w, r, status(err), mailPage(v))
}

// refuse fills in what is wrong and holds the password that was typed.
func (p *Pages) refuse(v *mailView, s access.Scope, change MailChange, err error) {
	v.Problem, v.Problems = fault.Public(err), fault.Fields(err)
	change.Mail = v.Typed
	if v.Problems["password"] == "" {
		v.Sealed = p.o.Mail.SealPassword(s, change)
	}
	if fault.Is(err, fault.Conflict) {
		v.Problem = "" // the clashes say it better
	}
}

// meetMail brings in what somebody else saved while the form was open.
func (p *Pages) meetMail(ctx context.Context, v *mailView, change MailChange) error {
	base, err := p.o.Mail.MailAt(ctx, change.Seen)
	if err != nil {
		return err
	}
	v.Clashes = merge(base, v.State.Value, &v.Typed)
	v.Version = v.State.Version
	return nil
}

// typedMail reads the form. The view is filled as far as the form could be read.
func (p *Pages) typedMail(w http.ResponseWriter, r *http.Request, s access.Scope) (mailView, MailChange, error) {
	v, err := p.mailView(r, s)
	if err != nil {
		return v, MailChange{}, err
	}
	var typed Mail
	var in mailInput
	err = form.Decode(w, r, &in)
	if filled := form.Fill(r.PostForm, &typed); err == nil {
		err = filled
	}
	typed.Host = strings.ToLower(typed.Host)
	Hold(&typed, v.State.State)
	v.Typed, v.Version = typed, in.Version
	change := MailChange{Seen: in.Version, Mail: typed, Typed: in.Password, Sealed: in.Sealed}
	if err == nil && typed.Host != "" && typed.From == "" {
		err = wrong("from", v.Chrome.T("settings.mail.from.needed"))
	}
	return v, change, err
}

// TryMail sends a test mail with what is typed: POST /admin/mail/test.
func (p *Pages) TryMail(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, change, err := p.typedMail(w, r, s)
	if v.Chrome == nil {
		return err
	}
	if err == nil && change.Mail.Host == "" {
		err = wrong("host", v.Chrome.T("settings.mail.host.needed"))
	}
	if err == nil {
		err = p.o.Mail.TryMail(r.Context(), s, change)
	}
	if err != nil && (fault.Is(err, fault.Internal) || fault.Is(err, fault.Unauthenticated)) {
		return err
	}
	if len(fault.Fields(err)) > 0 {
		p.refuse(&v, s, change, err)
		return show(w, r, status(err), mailPage(v))
	}
	v.Test = &tried{Server: change.Mail.Host}
	if err != nil {
		v.Test.Problem = fault.Public(err)
	}
	v.Sealed = p.o.Mail.SealPassword(s, change)
	return show(w, r, http.StatusOK, mailPage(v))
}

// CheckRecords looks up what the sender's domain publishes: POST /admin/mail/records.
func (p *Pages) CheckRecords(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, change, err := p.typedMail(w, r, s)
	if v.Chrome == nil {
		return err
	}
	domain := domainOf(change.Mail.From)
	if err == nil && domain == "" {
		err = wrong("from", v.Chrome.T("settings.mail.from.domain"))
	}
	if err != nil {
		p.refuse(&v, s, change, err)
		return show(w, r, status(err), mailPage(v))
	}
	v.Records = lookUp(r.Context(), p.o.LookupTXT, domain)
	v.Sealed = p.o.Mail.SealPassword(s, change)
	return show(w, r, http.StatusOK, mailPage(v))
}
