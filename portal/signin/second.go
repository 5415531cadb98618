package signin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"portico/portal/form"
	"portico/portal/session"
	"portico/portal/signin/totp"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/fault"
)

// secondCookie holds a sign-in whose first step was taken and whose second is to
// come. There is no session yet: what it opens is the page that asks for a code.
const secondCookie = "__Host-portico-second"

// secondLife is how long the second step may take.
const secondLife = 10 * time.Minute

// firstStep is a sign-in that waits for its second step.
type firstStep struct {
	User  string    `json:"user"`
	Email string    `json:"email"`
	Epoch int       `json:"epoch"`
	By    string    `json:"by"`
	Next  string    `json:"next,omitempty"`
	Until time.Time `json:"until"`
}

// askSecond leads to the page that asks for a code.
func (d *Doors) askSecond(w http.ResponseWriter, r *http.Request, u access.User, by, next string) error {
	f := firstStep{User: u.ID, Email: u.Email, Epoch: u.Epoch, By: by, Next: next, Until: d.o.Now().Add(secondLife).UTC()}
	data, err := json.Marshal(f)
	if err != nil {
		return fault.Wrap(fault.Internal, "keep the first step", err)
	}
	text := base64.RawURLEncoding.EncodeToString(data)
	session.SetCookie(w, secondCookie, text+"."+d.secondMark(text), int(secondLife.Seconds()))
	http.Redirect(w, r, "/signin/second", http.StatusSeeOther)
	return nil
}

func (d *Doors) secondMark(text string) string {
	mac := hmac.New(sha256.New, d.o.DeviceKey)
	mac.Write([]byte("portico second step\x00" + text))
	return hex.EncodeToString(mac.Sum(nil))
}

// first returns the sign-in that the browser began, and whose it is now. False
// when it began none, or too long ago, or the person is another one since: a new
// password and a disabled person end it.
func (d *Doors) first(r *http.Request) (firstStep, access.User, bool, error) {
	var f firstStep
	c, err := r.Cookie(secondCookie)
	if err != nil {
		return f, access.User{}, false, nil
	}
	text, mark, _ := strings.Cut(c.Value, ".")
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !hmac.Equal([]byte(mark), []byte(d.secondMark(text))) || json.Unmarshal(data, &f) != nil || !d.o.Now().Before(f.Until) {
		return f, access.User{}, false, nil
	}
	u, _, err := d.o.Users.UserByEmail(r.Context(), f.Email)
	if fault.Is(err, fault.NotFound) {
		return f, u, false, nil
	}
	return f, u, u.ID == f.User && u.Epoch == f.Epoch && !u.Disabled, fault.At("look up who takes the second step", err)
}

// SecondView is what the page for the second step shows.
type SecondView struct {
	Email   string
	Problem string
}

// Second asks for the code of the second step: GET /signin/second.
func (d *Doors) Second(w http.ResponseWriter, r *http.Request) error {
	f, _, ok, err := d.first(r)
	if err != nil {
		return err
	}
	if !ok {
		http.Redirect(w, r, "/signin", http.StatusSeeOther)
		return nil
	}
	return d.showSecond(w, r, http.StatusOK, SecondView{Email: f.Email})
}

// TakeSecond takes the code and signs in: POST /signin/second.
func (d *Doors) TakeSecond(w http.ResponseWriter, r *http.Request) error {
	var in codeForm
	if err := form.Decode(w, r, &in); err != nil {
		return err
	}
	f, u, ok, err := d.first(r)
	if err != nil {
		return err
	}
	if !ok {
		http.Redirect(w, r, "/signin", http.StatusSeeOther)
		return nil
	}
	how, wait, err := d.prove(r, u, in.Code)
	if err != nil {
		return err
	}
	c := d.o.Frame(r)
	switch {
	case wait > 0:
		retryAfter(w, wait)
		return d.showSecond(w, r, http.StatusTooManyRequests, SecondView{Email: f.Email, Problem: c.T("confirm.wait", c.Span(roundUp(wait)))})
	case how == "":
		d.refused(r, u, u.Email)
		return d.showSecond(w, r, http.StatusUnprocessableEntity, SecondView{Email: f.Email, Problem: c.T("signin.second.wrong")})
	}
	session.SetCookie(w, secondCookie, "", -1)
	return d.enter(w, r, u, f.By+", "+how, f.Next)
}

// prove spends a code of the user's authenticator, or a recovery code, and says
// which it was; "" when it is neither. It counts tries per person: only who took
// the first step gets here, so that nobody is kept out by a stranger.
func (d *Doors) prove(r *http.Request, u access.User, typed string) (how string, wait time.Duration, err error) {
	t, wait, err := d.limiter.begin(r.Context(), perSecond.of(u.ID))
	if err != nil || wait > 0 {
		return "", wait, fault.At("look up tries of a code", err)
	}
	how, err = d.spend(r.Context(), u, session.Typed(typed))
	switch {
	case err != nil:
		t.release()
		return "", 0, err
	case how == "":
		_, err = t.fail(r.Context())
	default:
		err = t.succeed(r.Context())
	}
	return how, 0, fault.At("note the try of a code", err)
}

func (d *Doors) spend(ctx context.Context, u access.User, code string) (string, error) {
	if !totp.IsCode(code) {
		err := d.o.Steps.UseRecoveryCode(ctx, u.ID, recoveryHash(u.ID, code))
		if fault.Is(err, fault.NotFound) {
			return "", nil
		}
		return "recovery code", fault.At("use a recovery code", err)
	}
	s, err := d.o.Steps.SecondStep(ctx, u.ID)
	if err != nil || s.Sealed == "" {
		return "", fault.At("read the second step", err)
	}
	secret, err := d.o.Open(u.ID, s.Sealed)
	if err != nil {
		return "", fault.At("open the second step", err)
	}
	step, ok, err := totp.Find(secret, code, d.o.Now(), s.Last)
	if err != nil || !ok {
		return "", fault.Wrap(fault.Broken, "compare a code", err)
	}
	if err := d.o.Steps.UseStep(ctx, u.ID, step); fault.Is(err, fault.Conflict) {
		return "", nil // somebody was quicker with the same code
	} else if err != nil {
		return "", fault.At("use a code", err)
	}
	return "authenticator", nil
}

// recoveryHash is what is kept of a recovery code; 79 random bits need no slow one.
func recoveryHash(user, code string) [32]byte {
	return session.Hash("recovery\x00" + user + "\x00" + code)
}

func (d *Doors) showSecond(w http.ResponseWriter, r *http.Request, status int, v SecondView) error {
	c := d.o.Frame(r)
	c.Title = c.T("signin.second.title")
	return ui.Show(w, r, status, secondPage(c, v))
}
