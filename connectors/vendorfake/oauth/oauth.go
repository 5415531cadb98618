// Package oauth is a small authorization server for tests and the demonstration
// of signing in: codes that end and work once, PKCE, refresh tokens that rotate
// with a grace and notice when an old one comes back, signed statements, and a
// plain log-in for a session. It promises to refuse what a strict vendor refuses,
// and to count what it was asked.
package oauth

import (
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Defaults that Options leave at zero.
const (
	AccessLasts = 30 * time.Minute
	CodeLasts   = time.Minute
)

// Options are what a tenant of the server has. The zero value of a field that is
// not named here is a server that is as strict as it can be.
type Options struct {
	Clock        func() time.Time // nil is the real one
	ClientID     string
	ClientSecret string
	// Redirects are the addresses that the application is registered with.
	Redirects []string
	// Callback is added to the address that a person is sent back to.
	Callback url.Values
	// Answer is added to the answer with a token.
	Answer map[string]any
	// AccessLasts is the life of an access token.
	AccessLasts time.Duration
	// Grace is how long a replaced refresh token still works; 0 means that its use
	// ends everything that a person agreed to.
	Grace time.Duration
	// Keep says that a refresh token is not replaced.
	Keep bool
	// Key verifies signed statements; Issuer and Audience are what they must say.
	Key      crypto.PublicKey
	Issuer   string
	Audience string
	// User and Password are what the log-in takes.
	User, Password string
	// Tenants are what somebody let in may choose from.
	Tenants []Tenant
}

// Tenant is one company that a person may open to us.
type Tenant struct{ ID, Name string }

// Server is the server. It is safe for concurrent use.
type Server struct {
	o   Options
	mux *http.ServeMux

	mu       sync.Mutex
	codes    map[string]*code
	access   map[string]time.Time // until when
	families map[string]*family   // by every refresh token that they ever had
	asked    map[string]int       // requests for a token, by grant
	lost     int                  // answers to withhold
	fail     int                  // status for the next requests for a token
}

// code is what a person agreed to.
type code struct {
	redirect, challenge string
	until               time.Time
	used                bool
}

// family is every refresh token that came of one consent.
type family struct {
	newest   string
	before   string
	replaced time.Time
	ended    bool
	access   []string
}

// New returns a server.
func New(o Options) *Server {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.AccessLasts == 0 {
		o.AccessLasts = AccessLasts
	}
	s := &Server{o: o, mux: http.NewServeMux(), codes: map[string]*code{}, access: map[string]time.Time{},
		families: map[string]*family{}, asked: map[string]int{}}
	s.mux.HandleFunc("GET /authorize", s.ask)
	s.mux.HandleFunc("POST /authorize", s.decide)
	s.mux.HandleFunc("POST /token", s.token)
	s.mux.HandleFunc("POST /login", s.login)
	s.mux.HandleFunc("GET /connections", s.tenants)
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Guard lets requests to next through that carry a good token: as bearer, or in
// the header X-Session.
func (s *Server) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if session := r.Header.Get("X-Session"); session != "" {
			token = session
		}
		if !s.Good(token) {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			reply(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Good reports whether an access token works now.
func (s *Server) Good(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.o.Clock().Before(s.access[token])
}

// EndAccess ends every access token and no consent.
func (s *Server) EndAccess() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
}

// Revoke ends everything that people agreed to, as they can at the vendor.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.families {
		f.ended = true
	}
	clear(s.access)
}

// SetSecret gives the application another secret; the one before ends.
func (s *Server) SetSecret(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.ClientSecret = secret
}

// SetPassword gives the log-in another password.
func (s *Server) SetPassword(password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.Password = password
}

// SetCallback changes what is added to the address that a person is sent back to.
func (s *Server) SetCallback(values url.Values) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.Callback = values
}

// LoseAnswers withholds the next answers with a token, after it was made.
func (s *Server) LoseAnswers(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = n
}

// Fail answers requests for a token with a status until it is 0.
func (s *Server) Fail(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = status
}

// Asked counts the requests for a token, by grant_type.
func (s *Server) Asked(grant string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[grant]
}

// random is a token that nobody guesses.
func random(prefix string) string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// Consented is the refresh token of somebody who let the application in.
func (s *Server) Consented() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.follow(&family{})["refresh_token"].(string)
}
