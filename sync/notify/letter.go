package notify

import (
	"bytes"
	"crypto/rand"
	"embed"
	htmltemplate "html/template"
	"net/mail"
	"strings"
	texttemplate "text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"portico/sync/fault"
)

//go:embed mails
var mails embed.FS

var (
	texts = texttemplate.Must(texttemplate.ParseFS(mails, "mails/*.txt"))
	pages = htmltemplate.Must(htmltemplate.ParseFS(mails, "mails/*.html"))
)

// facts are what the texts speak of.
type facts struct {
	Name     string
	Provider string
	Link     string
	Minutes  int
	At       string
	Server   string
}

// letter is one mail before it is written.
type letter struct {
	name    string // of its text
	user    string
	to      mail.Address
	subject string
	facts   facts
	attempt int // attempts made so far
}

// write makes the message: plain text first, the same as HTML beside it.
func (l letter) write(from mail.Address, now time.Time) (*gomail.Msg, error) {
	var text, page bytes.Buffer
	if err := texts.ExecuteTemplate(&text, l.name+".txt", l.facts); err != nil {
		return nil, fault.Wrap(fault.Internal, "write mail", err)
	}
	if err := pages.ExecuteTemplate(&page, l.name+".html", l.facts); err != nil {
		return nil, fault.Wrap(fault.Internal, "write mail", err)
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(&from)
	to := l.to
	m.ToMailAddress(&to)
	m.Subject(l.subject)
	m.SetDateWithValue(now)
	m.SetMessageIDWithValue(messageID(from.Address))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's absence note answers this
	m.SetBodyString(gomail.TypeTextPlain, text.String())
	m.AddAlternativeString(gomail.TypeTextHTML, page.String())
	return m, nil
}

// messageID is unique and names the sender's domain, not this machine.
func messageID(from string) string {
	_, domain, _ := strings.Cut(from, "@")
	return strings.ToLower(rand.Text()) + "@" + domain
}

// stamp begins the name of a kept mail, so that a folder is in order.
func stamp(t time.Time) string { return t.UTC().Format("20060102T150405.000Z") }
