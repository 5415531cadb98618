// Package settings is the pages where an administrator decides how mail leaves, how
// the provider appears and what is asked of people who sign in. It promises that what the configuration decides is
// shown with its place and cannot be changed here, that a secret never goes back
// to a browser, that nothing which was typed is lost to a mistake or to somebody
// who saved first, and that what is tried is exactly what is typed.
//
// Another group of settings is a struct whose fields carry form tags, a State of
// it, and a page of its own; see Mail.
package settings

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"portico/portal/ui"
	"portico/sync/fault"
)

// State is a group of settings as it is in force.
type State[T any] struct {
	Value   T
	Version int       // of what was saved; 0 when nothing was
	By      string    // who saved it, or "" when that person is gone
	At      time.Time // when
	// Fixed says of the fields that the configuration decides where it does so:
	// "portico.yaml:12", "PORTICO_SMTP_HOST".
	Fixed map[string]string
}

// Options are what the pages work with; all are needed.
type Options struct {
	Mail     Mailing
	Branding Appearance
	Entry    Entries
	Legal    Texts
	// LookupTXT asks the resolver for the TXT records of a name (RFC 1035); it is
	// called only when somebody presses the button for it.
	LookupTXT func(ctx context.Context, name string) ([]string, error)
	Frame     ui.Framer
}

// Pages serves administrators. It is safe for concurrent use.
type Pages struct{ o Options }

// New returns the pages.
func New(o Options) *Pages { return &Pages{o} }

// show draws a page whole before any of it is sent, so that a failure can still
// become an error page.
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

// saved leads back to the page, which then says so.
func saved(w http.ResponseWriter, r *http.Request, page string) error {
	http.Redirect(w, r, page+"?done=saved", http.StatusSeeOther)
	return nil
}

// flash is what the page says after saved.
func flash(c *ui.Chrome, r *http.Request) {
	if r.URL.Query().Get("done") == "saved" {
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("settings.saved")}
	}
}

// status is the answer to a form that was not accepted.
func status(err error) int {
	switch fault.KindOf(err) {
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	default:
		return http.StatusUnprocessableEntity
	}
}

// correctable reports whether the person at the form can do something about it.
func correctable(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) || fault.Is(err, fault.Conflict)
}

// wrong is a form with one field to correct.
func wrong(field, problem string) error {
	return fault.New(fault.Invalid, "Please correct what is marked.").Field(field, problem)
}
