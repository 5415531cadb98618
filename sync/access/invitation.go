package access

import (
	"crypto/rand"
	"crypto/sha256"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"portico/sync/fault"
	"portico/sync/record"
)

// How long an invitation and the code that proves a mailbox last, and how often
// they may be asked for. The link alone opens nothing but a page, so it may wait
// for somebody's holiday; the code may not (OWASP ASVS 5.0.0, 6.4.1 and 6.6.2).
const (
	InvitationLife = 14 * 24 * time.Hour
	CodeLife       = 10 * time.Minute
	CodeTries      = 5    // wrong ones, before a new code is needed
	CodesPerHour   = 5    // of one invitation
	InvitesPerDay  = 2000 // by one person
	InvitesAtOnce  = 200
	InvitesInList  = InvitesPerDay // brought at once, and sent in parts of InvitesAtOnce
	MailsPerDay    = 5             // of one invitation
)

// codeLetters are those of a code: none looks like another, none makes a word.
const codeLetters = "BCDFGHJKMNPQRSTVWXZ23456789"

// codeLength makes 38 bits, of which five tries are nothing.
const codeLength = 8

// NewCode returns a fresh code as people read it, in two halves.
func NewCode() string {
	var b strings.Builder
	for i := range codeLength {
		if i == codeLength/2 {
			b.WriteByte(' ')
		}
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(codeLetters)))) // never fails (crypto/rand)
		b.WriteByte(codeLetters[n.Int64()])
	}
	return b.String()
}

// HashCode is what is kept of a code, however it was typed: small letters, spaces
// and dashes do not matter. It holds the token of the link, which is kept nowhere,
// so that a copy of the database gives no code away although codes are short.
func HashCode(token, code string) [32]byte {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, code)
	return sha256.Sum256([]byte(token + "\x00" + plain))
}

// InvitationID identifies an invitation, a UUIDv7 as text.
type InvitationID string

// NewInvitationID returns a fresh, time-ordered id.
func NewInvitationID() InvitationID { return InvitationID(uuid.Must(uuid.NewV7()).String()) }

// InvitationState is where an invitation is.
type InvitationState string

// States of an invitation.
const (
	InvitationPrepared  InvitationState = "prepared"  // mailed when its account is opened to clients
	InvitationWaiting   InvitationState = "waiting"   // its mail is on the way out
	InvitationSent      InvitationState = "sent"      // a mail server took it
	InvitationFailed    InvitationState = "failed"    // its mail was given up
	InvitationOpened    InvitationState = "opened"    // somebody who has the link asked for a code
	InvitationAccepted  InvitationState = "accepted"  // somebody is in
	InvitationExpired   InvitationState = "expired"   // nobody came in time
	InvitationWithdrawn InvitationState = "withdrawn" // somebody took it back
	InvitationLapsed    InvitationState = "lapsed"    // who invited may not invite any more
)

// Open reports whether it can still be accepted, now or once it is mailed.
func (s InvitationState) Open() bool {
	switch s {
	case InvitationPrepared, InvitationWaiting, InvitationSent, InvitationFailed, InvitationOpened:
		return true
	default:
		return false
	}
}

// Invitation is somebody asked to come in: into an account, or to the staff.
type Invitation struct {
	ID      InvitationID
	Account record.AccountInfo // zero when it is to the staff
	Email   string             // lower case
	Name    string
	Role    Role
	By      string // name of who invited
	ByUser  string // and their id
	State   InvitationState
	Problem string // why its mail was given up, in words for an administrator
	Made    time.Time
	Mailed  time.Time // when its newest mail was owed; zero for none
	Expires time.Time // zero while prepared
	Opened  time.Time
	Ended   time.Time // accepted or withdrawn
	Mails   int
	// Known says that somebody with the address can sign in already.
	Known bool
	// Coded is until when the newest code works; zero for none.
	Coded time.Time
}

// Staff reports whether it is to the provider's staff.
func (i Invitation) Staff() bool { return i.Account.ID.IsZero() }

// Invitee is one person to invite.
type Invitee struct {
	Email, Name string
	Role        Role
}

// Invited is what became of one Invitee.
type Invited struct {
	Invitee

	// Done says that there is an invitation now, made by this form. Why says
	// otherwise why there is none.
	Done bool
	Why  NotInvited
}

// NotInvited is why somebody was not invited.
type NotInvited string

// Why somebody is not invited.
const (
	IsMember  NotInvited = "member"  // has access already
	IsInvited NotInvited = "invited" // has an invitation that is open
	IsStaff   NotInvited = "staff"   // works for the provider, or may not be invited to
	IsBlocked NotInvited = "blocked" // was switched off by an administrator
)

// Invite returns nil when the scope may invite people into the account, and look
// after who is in: its owners, and administrators.
func Invite(s Scope, a record.AccountID) error {
	switch {
	case !s.Valid():
		return fault.New(fault.Unauthenticated, "Please sign in.")
	case !s.Covers(a):
		return fault.New(fault.NotFound, "This page does not exist, or you may not see it.")
	case s.IsStaff() && s.Role() == string(Admin), !s.IsStaff() && !s.IsJob() && s.Role() == string(Owner):
		return nil
	case s.IsStaff():
		return fault.New(fault.Forbidden, "This takes the administrator role. Ask an administrator.")
	default:
		return fault.New(fault.Forbidden, "Owners of the account decide who is in it. Ask one of them.")
	}
}

// IsMemberRole reports whether r is a role in an account.
func IsMemberRole(r Role) bool { return slices.Contains(MemberRoles, r) }

// IsStaffRole reports whether r is a role among staff.
func IsStaffRole(r Role) bool { return slices.Contains(StaffRoles, r) }

// Preset is what a role brings along.
type Preset struct {
	See, Act []record.Kind
	OwnOnly  bool // of requests only those that the person asked for
	Staff    bool // works for the provider
	All      bool // of staff: every account, not only the assigned ones
	// Invites says that the role decides who is in the account; Administers, that
	// it looks after the whole portal.
	Invites, Administers bool
}
