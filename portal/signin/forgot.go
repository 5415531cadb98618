package signin

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/fault"
)

// resetLife is how long a mailed link works.
const resetLife = 30 * time.Minute

// mailWork is how long preparing one mail may take, away from the request.
const mailWork = 30 * time.Second

type forgotForm struct {
	Email string `form:"email" validate:"required,email,max=320"`
}

// ForgotView is what the page for a forgotten password shows.
type ForgotView struct {
	Email   string
	Problem string
	Sent    bool
	Life    time.Duration
}

// Forgot shows the page that asks for the address.
func (d *Doors) Forgot(w http.ResponseWriter, r *http.Request) error {
	return d.showForgot(w, r, http.StatusOK, ForgotView{})
}

// SendLink takes the address and says the same whether it is known or not. The
// rest happens after the answer, so that its time does not tell either.
func (d *Doors) SendLink(w http.ResponseWriter, r *http.Request) error {
	var in forgotForm
	if err := form.Decode(w, r, &in); err != nil {
		problem := fault.Fields(err)["email"]
		if problem == "" {
			return err
		}
		return d.showForgot(w, r, http.StatusUnprocessableEntity, ForgotView{Email: in.Email, Problem: problem})
	}
	email := normal(in.Email)
	t, wait, err := d.limiter.begin(r.Context(), forgotAddress.of(email), forgotPeer.of(network(d.o.Gate.Peer(r))))
	if err != nil {
		return fault.At("look up requests for a link", err)
	}
	if wait > 0 {
		retryAfter(w, wait)
		c := d.o.Frame(r)
		return d.showForgot(w, r, http.StatusTooManyRequests, ForgotView{Email: email,
			Problem: c.T("forgot.wait", c.Span(roundUp(wait)), c.Clock(d.o.Now().Add(roundUp(wait))))})
	}
	if _, err := t.fail(r.Context()); err != nil {
		return fault.At("note the request for a link", err)
	}
	d.later(r.Context(), "reset link", func(ctx context.Context) error { return d.mailLink(ctx, email) })
	return d.showForgot(w, r, http.StatusOK, ForgotView{Email: email, Sent: true, Life: resetLife})
}

// later prepares a mail away from the request. When too many wait already, it is
// not sent and the log says so.
func (d *Doors) later(ctx context.Context, what string, prepare func(context.Context) error) {
	select {
	case d.mailing <- struct{}{}:
	default:
		d.o.Log.WarnContext(ctx, what+" not sent: too many at once")
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mailWork)
	go func() {
		defer func() { cancel(); <-d.mailing }()
		if err := prepare(ctx); err != nil {
			d.o.Log.ErrorContext(ctx, what+" not sent", slog.String("error", err.Error()))
		}
	}()
}

func (d *Doors) mailLink(ctx context.Context, email string) error {
	u, _, err := d.o.Users.UserByEmail(ctx, email)
	if fault.Is(err, fault.NotFound) || err == nil && u.Disabled {
		return nil
	}
	if err != nil {
		return fault.At("look up who forgot the password", err)
	}
	token := session.NewToken()
	if err := d.o.Resets.StartReset(ctx, session.Hash(token), u.ID, d.o.Now().Add(resetLife)); err != nil {
		return fault.At("keep the reset link", err)
	}
	d.o.Mailer.PasswordReset(u, d.o.BaseURL+"/reset?token="+token, resetLife)
	d.o.Log.InfoContext(ctx, "reset link sent", slog.String("user", u.ID))
	return nil
}

func (d *Doors) showForgot(w http.ResponseWriter, r *http.Request, status int, v ForgotView) error {
	c := d.o.Frame(r)
	c.Title = c.T("forgot.title")
	return ui.Show(w, r, status, forgotPage(c, v))
}
