// Package session turns a request into a person and a scope. It promises that
// a page handler runs only with a scope minted for the account in the address
// of the request, that a session ends when it is idle or old, that a cookie
// never holds anything but a random token of which only the hash is stored,
// and that every answer (pages, errors, redirects) carries the security
// headers. It hides the cookie, the token, the proxies in front, and how a
// fault becomes a page or a problem document.
package session

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// How long a session lives (OWASP ASVS 5.0.0, 7.3.1 and 7.3.2).
const (
	MemberIdle = time.Hour
	MemberMost = 24 * time.Hour
	StaffIdle  = 30 * time.Minute
	StaffMost  = 12 * time.Hour
)

// Sessions is where sessions are kept, by the hash of their token. Every
// method is safe for concurrent use.
type Sessions interface {
	StartSession(ctx context.Context, tokenHash [32]byte, s access.Session) error
	// Enter returns the session of a token, and its user's place in an account: the
	// zero membership where there is none, or the account is not invited. It is
	// fault.Unauthenticated for a token that is not known, was ended, or belongs to
	// an older epoch of its user. What a page does by itself does not count as use,
	// so that an open page keeps no session from going idle.
	Enter(ctx context.Context, tokenHash [32]byte, account record.AccountID, now time.Time, used bool) (access.Session, access.Membership, error)
	EndSession(ctx context.Context, tokenHash [32]byte) error
}

// People says who may enter which account. Every method is safe for concurrent use.
type People interface {
	AccountInfo(ctx context.Context, account record.AccountID) (record.AccountInfo, error)
	// StaffAccounts lists what is assigned to a staff member whose role does not reach every account.
	StaffAccounts(ctx context.Context, user string) ([]record.AccountID, error)
	// MemberIn returns somebody who could sign in and has a place in an account,
	// whatever its launch; fault.NotFound for everybody else.
	MemberIn(ctx context.Context, user string, account record.AccountID) (access.User, access.Role, error)
}

// Options configure a Gate. Sessions, People, BaseURL and ErrorPage are needed.
type Options struct {
	Sessions Sessions
	People   People
	// BaseURL is the public address of the portal; its scheme decides on HSTS
	// and its origin is trusted for posts.
	BaseURL *url.URL
	// Proxies are the peers whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// ErrorPage draws a failure. It may look at preferences of the reader, never
	// at the address: foreign, missing and malformed have to be the same bytes.
	ErrorPage func(r *http.Request, p Problem) templ.Component
	// SignIn is the path that asks people to sign in; "/signin" when empty.
	SignIn string
	// Demands reports whether staff may see nothing before they have set up a second
	// step; nil is no.
	Demands func(ctx context.Context) bool
	// Merged says where the account of an old address is now; nil knows of none.
	Merged Merged
	// Served is told of every request when it has been answered: the route that
	// Named gave it, its status (0 when the client left before) and how long it
	// took. Nil tells nobody.
	Served func(route, method string, status int, took time.Duration)
	Log    *slog.Logger
	Now    func() time.Time
}

// Gate is the border between a request and the pages. It is safe for
// concurrent use.
type Gate struct {
	o      Options
	origin *http.CrossOriginProtection
}

// New checks the options and returns a Gate.
func New(o Options) (*Gate, error) {
	if o.Sessions == nil || o.People == nil || o.ErrorPage == nil {
		return nil, fault.New(fault.Internal, "").Because("start the session gate", errIncomplete)
	}
	if o.BaseURL == nil || o.BaseURL.Host == "" || (o.BaseURL.Scheme != "https" && o.BaseURL.Scheme != "http") {
		return nil, fault.New(fault.Setup, "The public address (base_url) must be a whole web address such as https://portal.example.com.")
	}
	if o.SignIn == "" {
		o.SignIn = "/signin"
	}
	if o.Served == nil {
		o.Served = func(string, string, int, time.Duration) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	g := &Gate{o: o}
	if err := g.trust(); err != nil {
		return nil, err
	}
	return g, nil
}

// limits returns how long a session of the user may rest and last.
func limits(u access.User) (idle, most time.Duration) {
	if u.Staff != "" {
		return StaffIdle, StaffMost
	}
	return MemberIdle, MemberMost
}
