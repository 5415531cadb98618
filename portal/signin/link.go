package signin

import (
	"net/http"

	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// linkCookie holds the token of a mailed link until the button is pressed, so
// that it stays in no history and no Referer.
const linkCookie = "__Host-portico-link"

// OpenLink serves GET /signin/link?t=TOKEN, the address in a mail: it moves the
// token into a cookie and leads to an address without it. It signs nobody in and
// consumes nothing, because mail scanners open links before people do.
func (d *Doors) OpenLink(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("t")
	if token == "" {
		return d.showLink(w, r)
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, err := d.o.Mailed.PeekMailedSignIn(r.Context(), session.Hash(token), d.o.Now())
	if fault.Is(err, fault.NotFound) {
		return d.showMailSpent(w, r)
	}
	if err != nil {
		return fault.At("look at the sign-in link", err)
	}
	session.SetCookie(w, linkCookie, token, int(mailedLife.Seconds()))
	http.Redirect(w, r, "/signin/link", http.StatusSeeOther)
	return nil
}

// showLink asks whether to sign in here.
func (d *Doors) showLink(w http.ResponseWriter, r *http.Request) error {
	u, _, err := d.linked(r)
	if fault.Is(err, fault.NotFound) {
		return d.showMailSpent(w, r)
	}
	if err != nil {
		return err
	}
	c := d.o.Frame(r)
	c.Title = c.T("signin.link.title")
	_, here := askedBy(r)
	return ui.Show(w, r, http.StatusOK, linkPage(c, LinkView{Email: u.Email, Here: here}))
}

// LinkView is what the page behind a mailed sign-in link shows.
type LinkView struct {
	Email string
	Here  bool // this browser asked for the mail
}

// linked returns whose link the browser's cookie is, and the hash of its token.
func (d *Doors) linked(r *http.Request) (access.User, [32]byte, error) {
	cookie, err := r.Cookie(linkCookie)
	if err != nil {
		return access.User{}, [32]byte{}, fault.New(fault.NotFound, "")
	}
	hash := session.Hash(cookie.Value)
	u, err := d.o.Mailed.PeekMailedSignIn(r.Context(), hash, d.o.Now())
	return u, hash, fault.At("look at the sign-in link", err)
}

// UseLink signs in whose link it is: POST /signin/link.
func (d *Doors) UseLink(w http.ResponseWriter, r *http.Request) error {
	_, hash, err := d.linked(r)
	u := access.User{}
	if err == nil {
		u, err = d.o.Mailed.UseMailedLink(r.Context(), hash, d.o.Now())
	}
	session.SetCookie(w, linkCookie, "", -1)
	if fault.Is(err, fault.NotFound) {
		return d.showMailSpent(w, r)
	}
	if err != nil {
		return fault.At("use the sign-in link", err)
	}
	next := ""
	if a, ok := askedBy(r); ok && a.email == u.Email {
		next = a.next
		forget(w)
	}
	return d.letIn(w, r, u, "mailed link", next)
}

// showMailSpent is the one answer to every link and code that opens nothing.
func (d *Doors) showMailSpent(w http.ResponseWriter, r *http.Request) error {
	c := d.o.Frame(r)
	c.Title = c.T("signin.mail.spent")
	return ui.Show(w, r, http.StatusGone, mailSpentPage(c))
}
