package access

import (
	"time"

	"github.com/google/uuid"

	"portico/sync/fault"
	"portico/sync/record"
)

// NewUserID returns a fresh, time-ordered user id as text.
func NewUserID() string { return uuid.Must(uuid.NewV7()).String() }

// User is a person who can sign in.
type User struct {
	ID       string
	Name     string
	Email    string // lower case; unique
	Staff    Role   // staff role, or "" for a member
	Disabled bool
	// Epoch is raised to end every session of the user at once.
	Epoch   int
	Created time.Time
	Locale  string // BCP 47, or "" for the browser's
	Zone    string // IANA, or "" for the provider's
	// SecondStep says that a password or a mail alone signs the user in no more.
	SecondStep bool
}

// MailedSignIn is a sign-in that somebody asked for by mail. Both hashes open it,
// once; only Code is tied to the browser that asked.
type MailedSignIn struct {
	User       string
	Link, Code [32]byte
	Expires    time.Time
}

// SecondStep is how a user proves a sign-in after the first step.
type SecondStep struct {
	Sealed string    // the secret of RFC 6238, for the vault; "" when there is none
	Last   int64     // the newest step whose code was used
	Since  time.Time // when it was set up
	Codes  int       // recovery codes that are left
}

// Membership is a user's place in an account.
type Membership struct {
	User    string
	Account record.AccountInfo
	Role    Role
}

// Look is a member as whom somebody on the staff looks at an account, in one browser.
type Look struct {
	Account record.AccountID
	User    string // id of the member
	Name    string
	Until   time.Time
}

// LookMost is how long a look lasts.
const LookMost = 30 * time.Minute

// On reports whether the look is going on.
func (l Look) On(now time.Time) bool { return l.User != "" && now.Before(l.Until) }

// Refused is what a look is told that wants to do something.
func (l Look) Refused() error { return lookingOnly() }

func lookingOnly() error {
	return fault.New(fault.Forbidden, "You are looking at this as somebody else, so nothing can be sent or changed. Stop looking first.")
}

// Session is one signed-in browser.
type Session struct {
	ID       string // public handle for listing and ending it; not the cookie
	User     User
	Created  time.Time
	LastSeen time.Time
	Expires  time.Time     // absolute end
	Idle     time.Duration // it also ends when unused for this long
	IP       string
	Agent    string
	// Look is as whom the session looks at an account; zero for itself.
	Look Look
	// Several says that the user may enter other accounts than the one that was
	// asked for; outside an account it says nothing.
	Several bool
}
