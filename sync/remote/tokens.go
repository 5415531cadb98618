package remote

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"sync"
	"time"
)

// Token is what a connection is signed in with when that changes by itself. It
// shows nothing of itself in a log.
type Token struct {
	// Version counts what was stored; 0 means that nothing ever was.
	Version int64 `json:"-"`
	Access  string
	Refresh string // "" when the system gives none
	// Made is a fingerprint of what the token was asked for with. A token that was
	// made with something else is not sent.
	Made string
	// SignedIn is when a person agreed; zero when nobody has to.
	SignedIn time.Time
	Got      time.Time
	Expires  time.Time // of Access; zero when the system does not say
	// RefreshEnds is when Refresh ends unless it is used; zero when the system does not say.
	RefreshEnds time.Time
	// Ended says, to an administrator, why nothing is asked with it any more.
	Ended string
}

// String hides the token.
func (t Token) String() string { return fmt.Sprintf("token %d", t.Version) }

// Format hides the token from every verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue hides the token from log/slog.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// Tokens keep the token of one connection for everybody who works on it, in this
// process and in others. They are safe for concurrent use.
type Tokens interface {
	// Load returns the newest token; one of version 0 when there is none.
	Load(ctx context.Context) (Token, error)
	// Lease takes the right to renew the token of that version for a time; false
	// means that somebody else has it, or that the version is not the newest.
	Lease(ctx context.Context, version int64, lasts time.Duration) (bool, error)
	// Swap stores the token that follows a version and ends the lease; false means
	// that another was stored meanwhile and nothing was changed.
	Swap(ctx context.Context, version int64, next Token) (bool, error)
	// Free ends the lease on a version without a new token.
	Free(ctx context.Context, version int64) error
}

// Held are tokens that live in memory only: of a draft, of a try.
type Held struct {
	mu     sync.Mutex
	token  Token
	leased bool
}

// Hold keeps a token in memory.
func Hold(t Token) *Held { return &Held{token: t} }

// Load implements Tokens.
func (h *Held) Load(context.Context) (Token, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.token, nil
}

// Lease implements Tokens. Memory ends with who leased, so that the time is not looked at.
func (h *Held) Lease(_ context.Context, version int64, _ time.Duration) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.leased || h.token.Version != version {
		return false, nil
	}
	h.leased = true
	return true, nil
}

// Swap implements Tokens.
func (h *Held) Swap(_ context.Context, version int64, next Token) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.token.Version != version {
		return false, nil
	}
	next.Version = version + 1
	h.token, h.leased = next, false
	return true, nil
}

// Free implements Tokens.
func (h *Held) Free(_ context.Context, version int64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.leased = h.leased && h.token.Version != version
	return nil
}

// Consenting is a Connector whose system asks a person in a browser whether we may
// (OAuth 2.0, authorization code; RFC 6749, section 4.1, with PKCE, RFC 7636).
type Consenting interface {
	// Consent returns the address at the system to send the person to.
	Consent(ctx context.Context, c Conn, ask Ask) (string, error)
	// Redeem exchanges what came back with the person for a token, and learns the
	// settings that only the system can tell.
	Redeem(ctx context.Context, c Conn, back Back) (Redeemed, error)
}

// Ask is what the person takes to the system.
type Ask struct {
	Redirect  string // where the system sends the person back to
	State     string // comes back unchanged
	Challenge string // S256 of the verifier; RFC 7636, section 4.2
}

// Back is what the person brings from the system.
type Back struct {
	Redirect string
	Verifier string
	Values   url.Values // of the callback's address
}

// Redeemed is what a consent came to.
type Redeemed struct {
	Token Token
	// Settings are learned: from the callback, from the answer, or looked up.
	Settings map[string]string
	// Choices are what we were let into, where the system keeps a list: one of them
	// has to be chosen.
	Choices []Choice
}

// Choice is one company, file or organisation that we were let into.
type Choice struct {
	Name     string
	Settings map[string]string
}
