package notify

import (
	"bytes"
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
	texts = texttemplate.Must(texttemplate.ParseFS(mails, "mails/sheet.txt"))
	pages = htmltemplate.Must(htmltemplate.ParseFS(mails, "mails/sheet.html"))
)

// letter is one mail before it is written.
type letter struct {
	name    string // of its kept file
	id      string // left of the @ in its Message-ID
	user    string
	to      mail.Address
	subject string
	sheet   sheet
	// unsubscribe is the address that ends mails like this (RFC 8058), or "".
	unsubscribe string
	list        string // which mails these are (RFC 2919), or ""
}

// sheet is what a mail says, the same as text and as HTML. All of it is text.
type sheet struct {
	Look
	Hello  string
	Lead   []string
	Items  []item
	Button link
	Notes  []string // below the button
	Why    string   // why somebody got this
	Links  []link   // at the end
}

// item is what happened to one request.
type item struct {
	Title  string
	URL    string
	Status string
	News   []piece
}

// piece is one thing that happened, with the beginning of what was written.
type piece struct{ What, Quote string }

type link struct{ Text, URL string }

// write makes the message: plain text first, the same as HTML beside it.
func (l letter) write(from mail.Address, look Look, now time.Time) (*gomail.Msg, error) {
	l.sheet.Look = look
	var text, page bytes.Buffer
	if err := texts.ExecuteTemplate(&text, "sheet.txt", l.sheet); err != nil {
		return nil, fault.Wrap(fault.Internal, "write mail", err)
	}
	if err := pages.ExecuteTemplate(&page, "sheet.html", l.sheet); err != nil {
		return nil, fault.Wrap(fault.Internal, "write mail", err)
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&from)
	to := l.to
	msg.ToMailAddress(&to)
	msg.Subject(named(l.subject, look.Provider))
	msg.SetDateWithValue(now)
	_, domain, _ := strings.Cut(from.Address, "@")
	msg.SetMessageIDWithValue(l.id + "@" + domain) // names the sender's domain, not this machine
	// RFC 3834: nobody's absence note answers this; Exchange has a header of its own.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	if l.unsubscribe != "" {
		msg.SetGenHeaderPreformatted("List-Unsubscribe", "<"+l.unsubscribe+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	if l.list != "" {
		msg.SetGenHeaderPreformatted("List-Id", "<"+l.list+"."+domain+">")
	}
	msg.SetBodyString(gomail.TypeTextPlain, text.String())
	msg.AddAlternativeString(gomail.TypeTextHTML, page.String())
	return msg, nil
}

// longest is how many characters of a request's name a subject holds.
const longest = 120

// named ends a subject with who it is from.
func named(subject, provider string) string {
	subject = short(oneLine(subject), longest)
	if provider != "" {
		return subject + " · " + provider
	}
	return subject
}

// short is the beginning of a text.
func short(text string, most int) string {
	if all := []rune(text); len(all) > most {
		return strings.TrimSpace(string(all[:most])) + "…"
	}
	return text
}
