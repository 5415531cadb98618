package provider

import (
	"context"
	"strconv"
	"strings"
	"time"

	"portico/portal/admin/settings"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/notify"
	"portico/sync/vault"
)

// mailDocument is how the group is kept. The password is sealed for exactly this
// server and user.
type mailDocument struct {
	settings.Mail

	Password string    `json:"password,omitempty"`
	Since    time.Time `json:"password_since,omitzero"`
}

// mailKeys are the settings of the configuration that decide fields of the page.
var mailKeys = map[string]string{
	"host": "smtp.host", "port": "smtp.port", "tls": "smtp.tls", "user": "smtp.user", "from": "smtp.from",
}

// configured reports whether the configuration names the server. Then all that
// belongs to reaching it stands there too: its password must not go to a server
// that a page names, nor a page's password to it.
func (p *Provider) configured() bool { return p.o.Config.Origin("smtp.host") != "default" }

// over returns the saved fields with those of the configuration put over them.
func (p *Provider) over(saved settings.Mail) (settings.Mail, map[string]string) {
	c, fixed := p.o.Config.SMTP, p.fixed(mailKeys)
	if p.configured() {
		for _, field := range []string{"port", "tls", "user", "password"} {
			if place := p.o.Config.Origin("smtp." + field); place != "default" {
				fixed[field] = place
			} else {
				fixed[field] = fixed["host"]
			}
		}
	}
	settings.Hold(&saved, settings.State[settings.Mail]{Fixed: fixed,
		Value: settings.Mail{Host: c.Host, Port: c.Port, TLS: c.TLS, User: c.User, From: c.From}})
	return saved, fixed
}

// Server says how mail leaves now.
func (p *Provider) Server(ctx context.Context) (notify.Server, error) {
	k, err := p.mail.current(ctx)
	if err != nil && k.version == 0 {
		return notify.Server{}, fault.At("read the mail settings", err)
	}
	m, _ := p.over(k.value.Mail)
	password, err := p.password(m, k.value)
	if err != nil {
		return notify.Server{}, err
	}
	return server(m, password), nil
}

func server(m settings.Mail, password string) notify.Server {
	return notify.Server{Host: m.Host, Port: m.Port, TLS: m.TLS, User: m.User, Password: password, From: m.From, FromName: m.FromName}
}

// password is that of the configuration, or the kept one when it was typed for
// this server and user.
func (p *Provider) password(m settings.Mail, d mailDocument) (string, error) {
	switch {
	case m.User == "":
		return "", nil
	case p.configured():
		return p.o.Config.SMTP.Password.Reveal(), nil
	case d.Password == "":
		return "", nil
	}
	secret, err := p.o.Vault.Open(place("mail password", m), d.Password)
	if fault.Is(err, fault.Broken) {
		return "", fault.New(fault.Setup, "The mail password belongs to another server or user. Type it again.").Because("open the mail password", err)
	}
	return secret.Reveal(), err
}

// place binds a password to where it is sent and how: a page that was made to
// point elsewhere takes none along.
func place(what string, m settings.Mail) vault.Place {
	mode := m.TLS
	if mode == "" {
		mode = "starttls"
	}
	return vault.Place{Purpose: "settings", Field: strings.Join([]string{what, m.Host, strconv.Itoa(m.Port), mode, m.User}, "\n")}
}

// Mail implements settings.Mailing.
func (p *Provider) Mail(ctx context.Context) (settings.MailState, error) {
	k, err := p.mail.fresh(ctx)
	if err != nil {
		return settings.MailState{}, err
	}
	m, fixed := p.over(k.value.Mail)
	out := settings.MailState{State: state(k, m, fixed)}
	if p.configured() {
		out.Password.Set = p.o.Config.SMTP.Password != ""
		return out, nil
	}
	_, err = p.password(m, k.value)
	out.Password = settings.Password{Set: k.value.Password != "", Since: k.value.Since, Lost: err != nil}
	return out, nil
}

// MailAt implements settings.Mailing.
func (p *Provider) MailAt(ctx context.Context, version int) (settings.Mail, error) {
	k, err := p.mail.version(ctx, version)
	m, _ := p.over(k.value.Mail)
	return m, err
}

// SaveMail implements settings.Mailing.
func (p *Provider) SaveMail(ctx context.Context, s access.Scope, c settings.MailChange) error {
	if err := access.Administer(s); err != nil {
		return err
	}
	k, err := p.mail.fresh(ctx)
	if err != nil {
		return err
	}
	if k.version != c.Seen {
		return fault.New(fault.Conflict, "Somebody else saved this meanwhile. Compare, and save again.")
	}
	m, fixed := p.over(k.value.Mail)
	settings.Hold(&c.Mail, settings.State[settings.Mail]{Value: m, Fixed: fixed})
	password, kept, err := p.meant(s, c, k.value)
	if err != nil {
		return err
	}
	next := mailDocument{Mail: c.Mail}
	settings.Hold(&next.Mail, settings.State[settings.Mail]{Value: k.value.Mail, Fixed: fixed})
	changed := settings.Differ(k.value.Mail, next.Mail)
	switch {
	case kept:
		next.Password, next.Since = k.value.Password, k.value.Since
	case password != "":
		next.Since = p.o.Now().UTC()
		if next.Password, err = p.o.Vault.Seal(place("mail password", c.Mail), vault.NewSecret(password)); err != nil {
			return err
		}
		changed = append(changed, "password")
	case k.value.Password != "":
		changed = append(changed, "password")
	}
	return p.mail.save(ctx, s, c.Seen, next, changed)
}

// meant is the password that a form means: the one typed, the one typed before and
// carried sealed, or the kept one, which only goes where it belongs.
func (p *Provider) meant(s access.Scope, c settings.MailChange, saved mailDocument) (password string, kept bool, err error) {
	if p.configured() {
		password, err = p.password(c.Mail, saved)
		return password, true, err
	}
	if c.Mail.User == "" {
		return "", false, nil
	}
	if c.Typed != "" {
		return c.Typed, false, nil
	}
	again := fault.New(fault.Invalid, "Please correct what is marked.").
		Field("password", "Type the password again: the one that is kept belongs to another server, port, encryption or user, and is not sent elsewhere.")
	if c.Sealed != "" {
		secret, err := p.o.Vault.Open(carried(s, c.Mail), c.Sealed)
		if err != nil {
			return "", false, again
		}
		return secret.Reveal(), false, nil
	}
	if saved.Password == "" {
		return "", false, nil
	}
	if password, err = p.password(c.Mail, saved); err != nil {
		return "", false, again
	}
	return password, true, nil
}

// carried is the place of a password on its way through the browser: of this
// person, for this server.
func carried(s access.Scope, m settings.Mail) vault.Place {
	at := place("typed mail password", m)
	at.Field += "\n" + s.User()
	return at
}

// SealPassword implements settings.Mailing.
func (p *Provider) SealPassword(s access.Scope, c settings.MailChange) string {
	if c.Typed == "" {
		if _, err := p.o.Vault.Open(carried(s, c.Mail), c.Sealed); err != nil {
			return ""
		}
		return c.Sealed
	}
	sealed, err := p.o.Vault.Seal(carried(s, c.Mail), vault.NewSecret(c.Typed))
	if err != nil {
		return "" // it will be asked for again
	}
	return sealed
}

// A person may try this often: every test is a mail, and an address that the
// program connects to.
const (
	testsMost = 10
	testsIn   = 10 * time.Minute
)

// TryMail implements settings.Mailing.
func (p *Provider) TryMail(ctx context.Context, s access.Scope, c settings.MailChange) error {
	if err := access.Administer(s); err != nil {
		return err
	}
	k, err := p.mail.fresh(ctx)
	if err != nil {
		return err
	}
	m, fixed := p.over(k.value.Mail)
	settings.Hold(&c.Mail, settings.State[settings.Mail]{Value: m, Fixed: fixed})
	password, _, err := p.meant(s, c, k.value)
	if err != nil {
		return err
	}
	key, now := "mail test "+s.User(), p.o.Now()
	n, err := p.o.Store.CountAttempts(ctx, key, now.Add(-testsIn))
	if err != nil {
		return err
	}
	if n >= testsMost {
		return fault.Newf(fault.Limited, "That were %d tests in %d minutes. Wait a little before the next one.", testsMost, int(testsIn.Minutes())).After(testsIn)
	}
	if err := p.o.Store.NoteAttempt(ctx, key, now); err != nil {
		return err
	}
	if err := p.check(ctx, server(c.Mail, password), s.Email()); err != nil {
		return err
	}
	return p.o.Store.NoteAttempt(ctx, testPassed, p.o.Now())
}

// testPassed is where a test mail that a server took is noted, for a day.
const testPassed = "mail test passed"

// MailTested reports whether a server took a test mail within a day.
func (p *Provider) MailTested(ctx context.Context) (bool, error) {
	n, err := p.o.Store.CountAttempts(ctx, testPassed, p.o.Now().Add(-24*time.Hour))
	return n > 0, err
}
