package notice

import (
	"math"
	"time"

	"github.com/google/uuid"

	"portico/sync/access"
	"portico/sync/record"
)

// ID identifies a mail, a UUIDv7 as text. Every attempt carries it as its
// Message-ID, so that a receiver who got it already can tell.
type ID string

// NewID returns a fresh, time-ordered id.
func NewID() ID { return ID(uuid.Must(uuid.NewV7()).String()) }

// Sort is the sort of a mail.
type Sort string

// The sorts.
const (
	News     Sort = "news"              // what happened in an account
	Question Sort = "approval"          // somebody is asked to decide
	Reminder Sort = "approval-reminder" // and has not decided yet
	Recorded Sort = "approval-recorded" // a decision of theirs by phone was written down
	// Answers tells somebody on the staff what became of what they asked a client.
	Answers         Sort = "approval-answers"
	PasswordReset   Sort = "password-reset"   // the link that sets a new password
	PasswordChanged Sort = "password-changed" // somebody's password is another one
	SignIn          Sort = "sign-in"          // the link and the code that sign in once
	EndpointOff     Sort = "endpoint-off"     // a webhook endpoint was switched off by its answers
	// Invitation asks somebody to come in, and InvitationCode brings what proves
	// their mailbox. Both are owed in the name of who invites.
	Invitation     Sort = "invitation"
	InvitationCode Sort = "invitation-code"
	SecondStep     Sort = "second-step" // somebody's second step was set up or taken away
)

// About is what a topic speaks of.
type About string

// What topics speak of.
const (
	OfTicket  About = "ticket"
	OfComment About = "comment"
	OfAction  About = "action"
	// OfDecision is an approval that was decided, OfLateness one whose date has
	// passed; only mails to who asked speak of them.
	OfDecision About = "decision"
	OfLateness About = "lateness"
	// OfEndpoint is a webhook endpoint; only mails to administrators speak of it.
	OfEndpoint About = "endpoint"
)

// Topic is one thing that happened. It names it and says nothing of it: what is
// true, and may be told, is read when the mail is written.
type Topic struct {
	About About `json:"about"`
	// Ticket is the request concerned; zero for an action.
	Ticket record.ID `json:"ticket,omitzero"`
	// Entry is the id of the comment, the action or the approval; of a ticket it is
	// the ticket's.
	Entry string   `json:"entry"`
	Was   Standing `json:"was,omitzero"` // of a ticket that was known before
	New   bool     `json:"new,omitempty"`
}

// MostTopics is how many topics one mail names; it counts the others.
const MostTopics = 200

// Mail is one that is owed to a person.
type Mail struct {
	ID      ID
	Sort    Sort
	To      access.User
	Account record.AccountID // zero when it is about no account
	Topics  []Topic
	More    int    // topics that were too many to name
	Sealed  string // of a letter: what it says, for the vault
	Attempt int    // attempts made so far
	Created time.Time
	Expires time.Time // when it is too late; zero for never
}

// Claim is a mail that one worker may send until then.
type Claim struct {
	Mail
	Fence int64
	Until time.Time
}

// State is where a mail is.
type State string

// States of a mail.
const (
	Due    State = "due"    // to be sent, now or later
	Sent   State = "sent"   // a mail server took it, or it was kept as a file
	Silent State = "silent" // when its time came there was nothing left to say
	Failed State = "failed" // it will not be sent; Problem says why
)

// Step is what working on a claim came to.
type Step struct {
	State   State
	Due     time.Time // of the next attempt
	Problem string    // in words for an administrator, without addresses
	Tried   bool      // an attempt was made
	// Doubtful says that a server may have taken the mail: nothing may be added
	// to it any more, because a receiver would keep the first.
	Doubtful bool
}

// ForStaff reports whether this concerns the provider's people alone.
func (a About) ForStaff() bool { return a == OfDecision || a == OfLateness }

// Report is how the mail of a Portico does.
type Report struct {
	Waiting int       // due, now or later
	Oldest  time.Time // when the oldest of them was written
	Tried   int       // those of them that failed before
	Problem string    // of the latest of those
	Notices int       // things that happened and are in no mail yet
	Sent    int       // in the last day
	Failed  []Failure // the newest first
}

// Failure is a mail that was given up.
type Failure struct {
	ID      ID
	Sort    Sort
	User    string
	Ended   time.Time
	Problem string
}

// How attempts are spread. A server that is down for a day or two costs nothing
// but time.
const (
	GiveUp  = 3 * 24 * time.Hour
	first   = 15 * time.Second
	longest = time.Hour
	spread  = 0.2
)

// Backoff is how long to wait after so many attempts have failed; jitter is in
// [0,1) and adds up to a fifth, so that what failed together does not come back
// together.
func Backoff(failed int, jitter float64) time.Duration {
	wait := min(float64(longest), float64(first)*math.Pow(2, float64(max(0, failed-1))))
	return time.Duration(wait + wait*spread*jitter)
}
