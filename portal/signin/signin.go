// Package signin is how people come in and go out: with a password, by a link or
// a code that a mail brings, and to the account they choose. It promises that
// guessing is slow for whoever guesses and never locks out who is guessed at,
// that an answer does not tell whether an address is known, that opening a link
// changes nothing, that a mailed code works only in the browser that asked for
// it, and that a changed password ends every session and is announced by mail.
// Who is signed in finds their own page here: profile, password, sessions. It
// hides counting, hashing and the tokens.
package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"portico/portal/session"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/audit"
	"portico/sync/fault"
)

// Users is who can sign in. Every method is safe for concurrent use.
type Users interface {
	// UserByEmail returns fault.NotFound for an address that nobody has.
	UserByEmail(ctx context.Context, email string) (access.User, string, error)
	// SetPassword ends every session of the user.
	SetPassword(ctx context.Context, user, hash string) error
	// Memberships lists the accounts that the user may enter.
	Memberships(ctx context.Context, user string) ([]access.Membership, error)
}

// Resets keeps the links that set a new password, by the hash of their token.
type Resets interface {
	StartReset(ctx context.Context, tokenHash [32]byte, user string, expires time.Time) error
	// PeekReset consumes nothing; fault.NotFound when the link is spent.
	PeekReset(ctx context.Context, tokenHash [32]byte, now time.Time) (access.User, error)
	// UseReset succeeds once; after that it returns fault.NotFound.
	UseReset(ctx context.Context, tokenHash [32]byte, now time.Time) (user string, err error)
}

// Mailed keeps sign-ins that were asked for by mail, one per person, by the hashes
// of their link and their code.
type Mailed interface {
	StartMailedSignIn(ctx context.Context, m access.MailedSignIn) error
	// PeekMailedSignIn consumes nothing; fault.NotFound when the link opens nothing.
	PeekMailedSignIn(ctx context.Context, link [32]byte, now time.Time) (access.User, error)
	// UseMailedLink and UseMailedCode succeed once; after that, and for somebody who
	// was disabled, they return fault.NotFound.
	UseMailedLink(ctx context.Context, link [32]byte, now time.Time) (access.User, error)
	UseMailedCode(ctx context.Context, code [32]byte, now time.Time) (access.User, error)
}

// Own is what somebody looks after of their own.
type Own interface {
	// SessionsOf lists the live sessions of a user, the last used first.
	SessionsOf(ctx context.Context, user string) ([]access.Session, error)
	// EndSessionOf returns fault.NotFound when the user has no such session.
	EndSessionOf(ctx context.Context, user, id string) error
	EndOtherSessions(ctx context.Context, user, keep string) error
	SaveProfile(ctx context.Context, user, name, zone string) error
}

// Steps is what the second step of a sign-in is compared with.
type Steps interface {
	// SecondStep returns the zero value for who has none.
	SecondStep(ctx context.Context, user string) (access.SecondStep, error)
	// UseStep spends a code; fault.Conflict when it, or a newer one, was spent.
	UseStep(ctx context.Context, user string, step int64) error
	// UseRecoveryCode spends one; fault.NotFound when it is none of them.
	UseRecoveryCode(ctx context.Context, user string, code [32]byte) error
}

// Enrolment sets second steps up and takes them away.
type Enrolment interface {
	// StartSecondStep ends every session of the user but the one to keep.
	StartSecondStep(ctx context.Context, user string, s access.SecondStep, codes [][32]byte, keep string) error
	NewRecoveryCodes(ctx context.Context, user string, codes [][32]byte) error
	// EndSecondStep returns fault.NotFound for who has none; by is who does it.
	EndSecondStep(ctx context.Context, user, by string) error
}

// Attempts counts what was tried.
type Attempts interface {
	CountAttempts(ctx context.Context, key string, since time.Time) (int, error)
	NoteAttempt(ctx context.Context, key string, at time.Time) error
	ClearAttempts(ctx context.Context, key string) error
}

// Mailer owes people mails, which are sent later and elsewhere.
type Mailer interface {
	PasswordReset(u access.User, link string, valid time.Duration)
	PasswordChanged(u access.User, at time.Time)
	SignIn(u access.User, link, code string, valid time.Duration)
	// SecondStep says that a second step was set up, or taken away.
	SecondStep(u access.User, on bool, at time.Time)
}

// Gate is what sign-in needs of the session.
type Gate interface {
	Start(w http.ResponseWriter, r *http.Request, u access.User) error
	End(w http.ResponseWriter, r *http.Request) error
	Current(r *http.Request) (access.Session, error)
	Peer(r *http.Request) netip.Addr
	Direct(r *http.Request) bool
}

// Options configure the doors. All but Demands, Demo, DeviceKey, Journal, Log and
// Now are needed.
type Options struct {
	Users  Users
	Resets Resets
	Mailed Mailed
	Own    Own
	Steps  Steps
	// Enrolment, Seal and Open keep secrets of second steps: what is sealed for one
	// place opens in no other.
	Enrolment  Enrolment
	Seal, Open func(place, text string) (string, error)
	// Demands reports whether staff may not go without a second step; nil is no.
	Demands  func(ctx context.Context) bool
	Attempts Attempts
	Mailer   Mailer
	Gate     Gate
	// Frame returns the frame of a page for nobody in particular.
	Frame func(r *http.Request) *ui.Chrome
	// Personal returns the frame of a page about the reader and the accounts that
	// they may enter.
	Personal func(r *http.Request, u access.User, places []access.Membership) *ui.Chrome
	// BaseURL begins the links in mails, without a slash at its end.
	BaseURL string
	// DeviceKey signs the mark of a recognised browser; at least 32 bytes. When
	// empty a key is made, and browsers are recognised until the program ends.
	DeviceKey []byte
	// Demo lists people who may be signed in without a password, from this
	// machine only; empty but in the demo.
	Demo []DemoPerson
	// Journal keeps who came in, went out or was refused; nil keeps nothing.
	Journal func(ctx context.Context, e audit.Entry)
	Log     *slog.Logger
	Now     func() time.Time
}

// Doors are the handlers of the sign-in. They are safe for concurrent use.
type Doors struct {
	o       Options
	limiter limiter
	demo    map[[32]byte]DemoPerson
	// mailing bounds how many requested links are worked on at once.
	mailing chan struct{}
}

// New checks the options and returns the doors.
func New(o Options) (*Doors, error) {
	if !o.whole() {
		return nil, fault.Wrap(fault.Internal, "open the sign-in", errors.New("an option is missing"))
	}
	if len(o.DeviceKey) == 0 {
		o.DeviceKey = make([]byte, 32)
		_, _ = rand.Read(o.DeviceKey) // never fails (crypto/rand)
	}
	if len(o.DeviceKey) < 32 {
		return nil, fault.New(fault.Setup, "The key that recognises browsers needs at least 32 bytes.")
	}
	if o.Demands == nil {
		o.Demands = func(context.Context) bool { return false }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Journal == nil {
		o.Journal = func(context.Context, audit.Entry) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	d := &Doors{o: o, demo: map[[32]byte]DemoPerson{}, mailing: make(chan struct{}, 8)}
	d.limiter = limiter{book: o.Attempts, now: o.Now, running: map[string]int{}}
	for _, p := range o.Demo {
		d.demo[session.Hash(p.Token)] = p
	}
	return d, nil
}

// whole reports whether nothing is missing that is needed.
func (o Options) whole() bool {
	kept := o.Users != nil && o.Resets != nil && o.Mailed != nil && o.Own != nil && o.Attempts != nil
	second := o.Steps != nil && o.Enrolment != nil && o.Seal != nil && o.Open != nil
	return kept && second && o.Mailer != nil && o.Gate != nil && o.Frame != nil && o.Personal != nil && o.BaseURL != ""
}

// First leads from the bare address to where the reader belongs.
func (d *Doors) First(w http.ResponseWriter, r *http.Request) error {
	target := "/accounts"
	if _, err := d.o.Gate.Current(r); fault.Is(err, fault.Unauthenticated) {
		target = "/signin"
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

// SignOut ends the session and leads to the sign-in.
func (d *Doors) SignOut(w http.ResponseWriter, r *http.Request) error {
	s, unknown := d.o.Gate.Current(r)
	if err := d.o.Gate.End(w, r); err != nil {
		return err
	}
	if unknown == nil {
		d.o.Journal(r.Context(), d.entry(r, audit.SignedOut, s.User, s.User.Email))
	}
	http.Redirect(w, r, "/signin?done=out", http.StatusSeeOther)
	return nil
}

// entry tells who did what at the door, from where.
func (d *Doors) entry(r *http.Request, what audit.What, u access.User, email string) audit.Entry {
	e := audit.New(what, d.o.Now(), u.ID, u.ID)
	e.Personal = map[string]string{"mail": email, "ip": d.o.Gate.Peer(r).String(), "agent": session.Clip(r.UserAgent(), agentKept)}
	return e
}

// agentKept is how much of a browser's name is kept, in bytes.
const agentKept = 200

// onward is where somebody goes who has just come in.
func onward(next string) string {
	if local := session.Local(next); local != "" {
		return local
	}
	return "/accounts"
}

// normal is the spelling under which an address is looked up and counted.
func normal(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
