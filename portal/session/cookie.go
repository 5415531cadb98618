package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"github.com/google/uuid"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// Cookie is the name of the session cookie. The prefix makes browsers refuse
// it unless it is Secure, host-only and for the whole site (RFC 6265bis §4.1.3.2).
const Cookie = "__Host-portico"

// tokenBytes is 256 bits (OWASP ASVS 5.0.0, 7.2.3 asks for at least 128).
const tokenBytes = 32

// NewToken returns a random token for a cookie or a mail link.
func NewToken() string {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Hash returns what is stored of a token. A fast hash is enough: the token is
// random, so there is nothing to guess.
func Hash(token string) [32]byte { return sha256.Sum256([]byte(token)) }

// Start signs the user in: a fresh token and a fresh session, and the session
// that the browser came with is ended, so that a planted cookie is worth nothing.
func (g *Gate) Start(w http.ResponseWriter, r *http.Request, u access.User) error {
	if err := g.endPresented(r); err != nil {
		return err
	}
	now := g.o.Now().UTC()
	idle, most := limits(u)
	token := NewToken()
	s := access.Session{
		ID: uuid.Must(uuid.NewV7()).String(), User: u,
		Created: now, LastSeen: now, Idle: idle, Expires: now.Add(most),
		IP: g.Peer(r).String(), Agent: Clip(r.UserAgent(), 300),
	}
	if err := g.o.Sessions.StartSession(r.Context(), Hash(token), s); err != nil {
		return fault.At("start session", err)
	}
	SetCookie(w, Cookie, token, 0)
	return nil
}

// End signs the browser out. The answer tells it to forget its cookies and its
// cache but not its storage: drafts that were not sent stay with their writer.
func (g *Gate) End(w http.ResponseWriter, r *http.Request) error {
	err := g.endPresented(r)
	SetCookie(w, Cookie, "", -1)
	w.Header().Set("Clear-Site-Data", `"cache", "cookies"`)
	return err
}

func (g *Gate) endPresented(r *http.Request) error {
	for _, c := range r.CookiesNamed(Cookie) {
		if err := g.o.Sessions.EndSession(r.Context(), Hash(c.Value)); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Unauthenticated) {
			return fault.At("end session", err)
		}
	}
	return nil
}

// Background is a header by which a page says that it asks by itself and that
// nobody did anything: such a request does not keep the session from going idle.
const Background = "Portico-Background"

// Current returns the session of the request, or fault.Unauthenticated.
func (g *Gate) Current(r *http.Request) (access.Session, error) {
	s, _, err := g.enter(r, record.AccountID{}, used(r))
	return s, err
}

// used reports whether the request is something that somebody did.
func used(r *http.Request) bool { return r.Header.Get(Background) == "" }

// enter returns the session of the request and its user's place in an account.
func (g *Gate) enter(r *http.Request, account record.AccountID, used bool) (access.Session, access.Membership, error) {
	c, err := r.Cookie(Cookie)
	if err != nil || len(c.Value) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return access.Session{}, access.Membership{}, signInFirst()
	}
	now := g.o.Now().UTC()
	s, m, err := g.o.Sessions.Enter(r.Context(), Hash(c.Value), account, now, used)
	if err != nil {
		return access.Session{}, access.Membership{}, fault.At("look up session", err)
	}
	idle, most := limits(s.User)
	over := !now.Before(s.Expires) || now.Sub(s.Created) >= most || now.Sub(s.LastSeen) >= idle
	if over || s.User.Disabled {
		if err := g.o.Sessions.EndSession(r.Context(), Hash(c.Value)); err != nil {
			return access.Session{}, access.Membership{}, fault.At("end session that is over", err)
		}
		return access.Session{}, access.Membership{}, signInFirst()
	}
	if !s.Look.On(now) {
		s.Look = access.Look{}
	}
	note(r.Context()).look = s.Look
	return s, m, nil
}

func signInFirst() error { return fault.New(fault.Unauthenticated, "Please sign in.") }

// SetCookie writes a cookie with every guard on: Secure, HttpOnly, Lax, for the
// whole site and this host only. The name has to begin with "__Host-"; seconds
// is its life as in http.Cookie.MaxAge.
func SetCookie(w http.ResponseWriter, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Clip keeps the first bytes of what a stranger sent, for logs.
func Clip(s string, most int) string {
	if len(s) > most {
		return s[:most]
	}
	return s
}
