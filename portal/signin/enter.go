package signin

import (
	"log/slog"
	"net/http"
	"time"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/signin/password"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/audit"
	"portico/sync/fault"
)

// enterForm is what the sign-in page posts.
type enterForm struct {
	Email    string `form:"email" validate:"max=320"`
	Password string `form:"password,exact" validate:"max=1024"`
	Next     string `form:"next" validate:"max=2000"`
}

// EnterView is what the sign-in page shows.
type EnterView struct {
	Email   string
	Next    string
	Problem string // a whole sentence, or ""
	ByMail  bool   // the problem is of the address alone
	Demo    bool
}

// Enter shows the sign-in page; who is signed in is led on.
func (d *Doors) Enter(w http.ResponseWriter, r *http.Request) error {
	next := r.URL.Query().Get("next")
	_, err := d.o.Gate.Current(r)
	if err == nil {
		http.Redirect(w, r, onward(next), http.StatusSeeOther) //nolint:gosec // session.Local lets only paths of this portal through
		return nil
	}
	if !fault.Is(err, fault.Unauthenticated) {
		return err
	}
	c := d.o.Frame(r)
	switch r.URL.Query().Get("done") {
	case "reset":
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("signin.done.reset")}
	case "out":
		c.Flash = ui.Flash{Tone: ui.Good, Text: c.T("signin.done.out")}
	}
	return d.showEnter(w, r, c, http.StatusOK, EnterView{Next: session.Local(next)})
}

// SignIn checks the password.
func (d *Doors) SignIn(w http.ResponseWriter, r *http.Request) error {
	var in enterForm
	if err := form.Decode(w, r, &in); err != nil && len(fault.Fields(err)) == 0 {
		return err
	}
	in.Email, in.Next = normal(in.Email), session.Local(in.Next)
	c := d.o.Frame(r)
	v := EnterView{Email: in.Email, Next: in.Next}
	if in.Email == "" || in.Password == "" {
		v.Problem = c.T("signin.missing")
		return d.showEnter(w, r, c, http.StatusUnprocessableEntity, v)
	}
	u, stored, err := d.o.Users.UserByEmail(r.Context(), in.Email)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fault.At("look up who signs in", err)
	}
	t, wait, err := d.limiter.begin(r.Context(), d.subjects(r, u, in.Email)...)
	if err != nil {
		return fault.At("look up sign-in attempts", err)
	}
	if wait > 0 {
		retryAfter(w, wait)
		v.Problem = c.T("signin.wait", c.Span(roundUp(wait)), c.Clock(d.o.Now().Add(roundUp(wait))))
		return d.showEnter(w, r, c, http.StatusTooManyRequests, v)
	}
	ok, err := password.Verify(r.Context(), stored, in.Password)
	if err != nil {
		t.release()
		return err
	}
	if !ok || u.Disabled {
		return d.refuse(w, r, c, t, u, v)
	}
	if err := t.succeed(r.Context()); err != nil {
		return fault.At("forget sign-in attempts", err)
	}
	return d.letIn(w, r, u, "password", in.Next)
}

// subjects are what an attempt counts for. A browser that has signed in with
// this very person before has a count of its own, so that a stranger who
// guesses cannot keep the person out.
func (d *Doors) subjects(r *http.Request, u access.User, email string) []counted {
	if device := d.recognise(r, u); device != "" {
		return []counted{perDevice.of(device, u.ID)}
	}
	peer := network(d.o.Gate.Peer(r))
	return []counted{perPair.of(email, peer), perPeer.of(peer), perAddress.of(email)}
}

// refuse counts the failure and answers the same for every reason.
func (d *Doors) refuse(w http.ResponseWriter, r *http.Request, c *ui.Chrome, t *try, u access.User, v EnterView) error {
	subjects := t.subjects
	counts, err := t.fail(r.Context())
	if err != nil {
		return fault.At("note the attempt", err)
	}
	d.refused(r, u, v.Email)
	for i, s := range subjects {
		if s.kind == perAddress.kind && counts[i] == perAddress.free {
			d.o.Log.ErrorContext(r.Context(), "somebody is guessing a password from many places",
				slog.String("user", u.ID), slog.String("address", s.key), slog.Int("failures", counts[i]))
		}
	}
	v.Problem = c.T("signin.wrong")
	return d.showEnter(w, r, c, http.StatusUnprocessableEntity, v)
}

// refused leaves it in the log and in the journal that somebody was not let in.
func (d *Doors) refused(r *http.Request, u access.User, email string) {
	d.o.Log.InfoContext(r.Context(), "sign-in refused", slog.String("user", u.ID), slog.String("ip", d.o.Gate.Peer(r).String()),
		slog.String("request", session.RequestID(r.Context())))
	d.o.Journal(r.Context(), d.entry(r, audit.SignInRefused, u, email))
}

// letIn lets in who has taken the first step: with a session, or to the second.
func (d *Doors) letIn(w http.ResponseWriter, r *http.Request, u access.User, by, next string) error {
	if u.SecondStep {
		return d.askSecond(w, r, u, by, next)
	}
	return d.enter(w, r, u, by, next)
}

// Admit lets in whom another door has identified; by says how.
func (d *Doors) Admit(w http.ResponseWriter, r *http.Request, u access.User, by, next string) error {
	return d.letIn(w, r, u, by, next)
}

// enter starts the session and leads on.
func (d *Doors) enter(w http.ResponseWriter, r *http.Request, u access.User, by, next string) error {
	if err := d.o.Gate.Start(w, r, u); err != nil {
		return err
	}
	d.remember(w, u)
	d.o.Log.InfoContext(r.Context(), "signed in", slog.String("user", u.ID), slog.String("by", by),
		slog.String("ip", d.o.Gate.Peer(r).String()), slog.String("request", session.RequestID(r.Context())))
	e := d.entry(r, audit.SignedIn, u, u.Email)
	e.Facts = map[string]string{"by": by}
	d.o.Journal(r.Context(), e)
	http.Redirect(w, r, onward(next), http.StatusSeeOther)
	return nil
}

func (d *Doors) showEnter(w http.ResponseWriter, r *http.Request, c *ui.Chrome, status int, v EnterView) error {
	c.Title = c.T("signin.title")
	v.Demo = len(d.demo) > 0 && d.o.Gate.Direct(r)
	return ui.Show(w, r, status, enterPage(c, v))
}

// roundUp makes a wait something that people can read: whole minutes.
func roundUp(d time.Duration) time.Duration {
	return ((d + time.Minute - 1) / time.Minute) * time.Minute
}
