package approvals

import (
	"net/http"

	"github.com/google/uuid"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/fault"
)

// linkCookie begins the name of the cookie that holds a link's token: one per
// link, so that several can be open side by side. It is no sign-in.
const linkCookie = "__Host-portico-decide-"

// linkLife is how long a browser keeps a token, in seconds. The mail opens it again.
const linkLife = 2 * 60 * 60

// OpenLink serves GET /decide?t=TOKEN, the address in a mail: it moves the token
// into a cookie and leads to an address without it, so that it stays in no
// history and no Referer. It changes nothing else, because mail scanners open
// links before people do.
func (p *Pages) OpenLink(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("t")
	l, err := p.o.Links.Linked(r.Context(), session.Hash(token))
	if fault.Is(err, fault.NotFound) {
		return p.noLink(w, r)
	}
	if err != nil {
		return err
	}
	session.SetCookie(w, linkCookie+string(l.Link), token, linkLife)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, linkPath(l.Link), http.StatusSeeOther)
	return nil
}

// Link shows what a link is for: GET /decide/{link}.
func (p *Pages) Link(w http.ResponseWriter, r *http.Request) error {
	l, _, err := p.linked(r)
	if fault.Is(err, fault.NotFound) {
		return p.noLink(w, r)
	}
	if err != nil {
		return err
	}
	return ui.Show(w, r, http.StatusOK, linkPage(p.linkView(r, l)))
}

// LinkDecide records the decision of whose link it is: POST /decide/{link}.
func (p *Pages) LinkDecide(w http.ResponseWriter, r *http.Request) error {
	l, token, err := p.linked(r)
	if fault.Is(err, fault.NotFound) {
		return p.noLink(w, r)
	}
	if err != nil {
		return err
	}
	var in decideInput
	problem := form.Decode(w, r, &in)
	d := in.answer(p.o.Plain(r))
	d.From = action.Origin{IP: session.Address(r.Context()), Agent: session.Clip(r.UserAgent(), 300)}
	if problem == nil {
		_, problem = p.o.Links.DecideLinked(r.Context(), session.Hash(token), d)
	}
	if problem == nil {
		http.Redirect(w, r, linkPath(l.Link)+"#decision", http.StatusSeeOther)
		return nil
	}
	if !correctable(problem) && !fault.Is(problem, fault.Forbidden) {
		return problem
	}
	if l, _, err = p.linked(r); err != nil { // as it is now
		return p.noLink(w, r)
	}
	v := p.linkView(r, l)
	v.refused(d, problem)
	status := statusOf(problem)
	if fault.Is(problem, fault.Forbidden) {
		status = http.StatusForbidden
	}
	return ui.Show(w, r, status, linkPage(v))
}

// LinkFile serves the file of the version that a link is for: GET /decide/{link}/file.
func (p *Pages) LinkFile(w http.ResponseWriter, r *http.Request) error {
	return p.linkedFile(r, func(f action.File) error { return p.send(w, r, f) })
}

// LinkPicture serves a picture of it drawn anew: GET /decide/{link}/file/picture.
func (p *Pages) LinkPicture(w http.ResponseWriter, r *http.Request) error {
	return p.linkedFile(r, func(f action.File) error { return p.draw(w, r, f) })
}

func (p *Pages) linkedFile(r *http.Request, serve func(action.File) error) error {
	l, _, err := p.linked(r)
	if err != nil {
		return err
	}
	if p.over(l) {
		return notHere()
	}
	f, err := fileNumbered(l.Approval, l.Approval.Version)
	if err != nil {
		return err
	}
	return serve(f)
}

// linked finds what the browser's cookie opens, if it is what the address names.
func (p *Pages) linked(r *http.Request) (approval.Linked, string, error) {
	id := r.PathValue("link")
	cookie, err := r.Cookie(linkCookie + id)
	if err != nil || uuid.Validate(id) != nil {
		return approval.Linked{}, "", notHere()
	}
	l, err := p.o.Links.Linked(r.Context(), session.Hash(cookie.Value))
	if err == nil && string(l.Link) != id {
		err = notHere()
	}
	return l, cookie.Value, err
}

// over reports whether the date of a link has passed while nobody decided: it
// then shows nothing any more.
func (p *Pages) over(l approval.Linked) bool {
	return l.Approval.State == approval.Open && !p.o.Now().Before(l.Expires)
}

func (p *Pages) linkView(r *http.Request, l approval.Linked) view {
	c := p.o.Plain(r)
	a := l.Approval
	signIn := "/signin?next=" + path(a.Account, a.ID)
	if p.over(l) {
		c.Title = c.T("approvals.link.over")
		return view{Chrome: c, Link: &l, Decide: decideView{SignIn: signIn}}
	}
	v := p.common(r.Context(), c, a)
	v.Link = &l
	v.Who = who(c, a, l.Person.User, access.Role(l.Person.Role))
	if v.Version.File != nil {
		v.Download = linkPath(l.Link) + "/file"
		v.Preview.Picture = v.Preview.picture(v.Download)
	}
	if a.Reply != nil {
		v.Reply = &ui.Progress{Action: *a.Reply, System: c.T("approvals.helpdesk")}
	}
	switch {
	case a.State != approval.Open:
	case l.Version != a.Version:
		if seen, ok := a.Numbered(l.Version); ok {
			v.Seen, v.Stale = l.Version, diffs(c, seen, v.Version)
		}
		v.Decide.SignIn = signIn
	case a.SignIn:
		v.Decide.SignIn = signIn
	default:
		v.Decide = decideView{May: true, Post: linkPath(l.Link), Key: uuid.NewString()}
	}
	return v
}

// noLink is the one answer to every link that opens nothing.
func (p *Pages) noLink(w http.ResponseWriter, r *http.Request) error {
	c := p.o.Plain(r)
	c.Title = c.T("approvals.link.none")
	return ui.Show(w, r, http.StatusGone, noLinkPage(c))
}
