package tour

import (
	"errors"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"path"
	"slices"
	"strings"
	"time"

	"portico/portal/ui"
	"portico/sync/fault"
)

// MailsPath is where the mails are.
const MailsPath = "/demo/mails"

// letter is a mail that the practice would have sent.
type letter struct {
	Name, To, Subject string
	At                time.Time
	Lines             []line
}

func (l letter) Href() string { return MailsPath + "/" + l.Name }

// line is a line of a mail; a link of ours stands alone in one.
type line struct{ Text, Href string }

// Mails serves GET /demo/mails.
func (p *Pages) Mails(w http.ResponseWriter, r *http.Request) error {
	names, err := p.list()
	if err != nil {
		return err
	}
	letters := make([]letter, 0, len(names))
	for _, name := range names {
		l, err := p.read(name)
		if err != nil {
			return err
		}
		letters = append(letters, l)
	}
	c := p.o.Frame(r)
	c.Title = c.T("mails.title")
	return ui.Show(w, r, http.StatusOK, mailsPage(c, letters))
}

// Mail serves GET /demo/mails/{mail}.
func (p *Pages) Mail(w http.ResponseWriter, r *http.Request) error {
	names, err := p.list()
	if err != nil {
		return err
	}
	name := r.PathValue("mail")
	if !slices.Contains(names, name) {
		return fault.New(fault.NotFound, "")
	}
	l, err := p.read(name)
	if err != nil {
		return err
	}
	c := p.o.Frame(r)
	c.Title = l.Subject
	return ui.Show(w, r, http.StatusOK, mailPage(c, l))
}

// list names the mails, the newest first: their names begin with their time.
func (p *Pages) list() ([]string, error) {
	names, err := fs.Glob(p.o.Mails, "*.eml")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "list the kept mails", err)
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

func (p *Pages) read(name string) (letter, error) {
	f, err := p.o.Mails.Open(path.Clean(name))
	if err != nil {
		return letter{}, fault.Wrap(fault.Internal, "open a kept mail", err)
	}
	defer func() { _ = f.Close() }()
	m, err := mail.ReadMessage(f)
	if err != nil {
		return letter{}, fault.Wrap(fault.Internal, "read a kept mail", err)
	}
	text, err := plain(m)
	if err != nil {
		return letter{}, fault.Wrap(fault.Internal, "read the text of a kept mail", err)
	}
	var decoder mime.WordDecoder
	l := letter{Name: name, To: m.Header.Get("To")}
	if l.Subject, err = decoder.DecodeHeader(m.Header.Get("Subject")); err != nil {
		l.Subject = m.Header.Get("Subject")
	}
	if to, err := mail.ParseAddress(l.To); err == nil {
		l.To = to.String()
		if to.Name != "" {
			l.To = to.Name + " <" + to.Address + ">"
		}
	}
	l.At, _ = m.Header.Date() // a mail without a date shows none
	for _, s := range strings.Split(strings.TrimSpace(text), "\n") {
		s = strings.TrimRight(s, "\r ")
		it := line{Text: s}
		if strings.HasPrefix(s, p.o.BaseURL+"/") && !strings.ContainsAny(s, " \t") {
			it.Href = s
		}
		l.Lines = append(l.Lines, it)
	}
	return l, nil
}

// plain is the text of a mail: its body, or the first part that is text.
func plain(m *mail.Message) (string, error) {
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return decoded(m.Header.Get("Content-Transfer-Encoding"), m.Body)
	}
	parts := multipart.NewReader(m.Body, parameters["boundary"])
	for {
		part, err := parts.NextPart() // which decodes quoted-printable itself
		if errors.Is(err, io.EOF) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/plain") {
			return decoded(part.Header.Get("Content-Transfer-Encoding"), part)
		}
	}
}

func decoded(encoding string, from io.Reader) (string, error) {
	if strings.EqualFold(encoding, "quoted-printable") {
		from = quotedprintable.NewReader(from)
	}
	text, err := io.ReadAll(from)
	return string(text), err
}
