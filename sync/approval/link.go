package approval

import (
	"time"

	"github.com/google/uuid"
)

// NoDate is how long a link works whose approval has no date.
const NoDate = 30 * 24 * time.Hour

// LinkID names a link in addresses; it opens nothing.
type LinkID string

// NewLinkID returns a fresh id.
func NewLinkID() LinkID { return LinkID(uuid.NewString()) }

// Linked is what one link shows: one approval, to one person. It works until the
// date, the decision, the withdrawal or a new version.
type Linked struct {
	Link     LinkID
	Person   Person // whose link it is
	Company  string // the account's name
	Version  int    // the one that it was sent for
	Expires  time.Time
	Approval Approval
	// May says that this person may still decide; a link outlives no membership.
	May bool
}

// Asked is what one person on the staff asked of an account.
type Asked struct {
	Company string // the account's name
	List    []Approval
}

// Mail is one letter that is owed or was sent about an approval.
type Mail struct {
	What    string // notice.Question, notice.Reminder or notice.Recorded
	To      Person
	Version int
	At      time.Time // when it was owed
	State   string    // a notice.State; "" when it was so long ago that nothing is kept
	Ended   time.Time // zero while it waits
}
