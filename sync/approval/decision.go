package approval

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// Limits that the forms state.
const (
	MaxTitle  = 200    // characters
	MaxText   = 10_000 // characters
	MaxReason = 4_000  // characters
	MaxPeople = 50
)

// Decision is the answer that counts, with its evidence.
type Decision struct {
	State   State  `json:"state"`
	Version int    `json:"version"`
	Digest  string `json:"digest"` // of the version, see Version.Digest
	By      Person `json:"by"`     // whose decision it is
	Way     Way    `json:"way"`
	// RecordedBy is who wrote down a decision by phone; nil otherwise.
	RecordedBy *Person   `json:"recorded_by,omitempty"`
	At         time.Time `json:"at"` // when it was recorded
	// Said is when it was given by phone; zero otherwise.
	Said   time.Time `json:"said,omitzero"`
	Reason string    `json:"reason,omitempty"`
	Note   string    `json:"note,omitempty"` // of staff, on a phone call
	// Words are those beside the button and on it, as they were shown.
	Words string        `json:"words,omitempty"`
	Key   string        `json:"key,omitempty"` // of the form
	From  action.Origin `json:"from"`
}

// Answer is what a form posts: one decision on one version.
type Answer struct {
	Account record.AccountID
	ID      ID
	Version int // the one that was seen
	State   State
	Reason  string
	Words   string // what stood beside the button and on it
	Key     string // makes a form posted twice one decision
	From    action.Origin
}

// Check refuses an answer that nobody can act on: fault.Invalid with fields.
func (a Answer) Check() error {
	if !slices.Contains(Answers, a.State) {
		return fault.New(fault.Invalid, "Choose what you decide.").Field("answer", "Choose one.")
	}
	if a.Key == "" || len(a.Key) > 100 {
		return fault.New(fault.Invalid, "The form has lost its key. Reload the page; what you typed is kept.")
	}
	return a.reasoned()
}

// reasoned asks for words where an answer is of no use without them.
func (a Answer) reasoned() error {
	switch {
	case utf8.RuneCountInString(a.Reason) > MaxReason:
		return wrong("reason", "This is too long.")
	case a.State == Declined && blank(a.Reason):
		return wrong("reason", "Say why, so that it can be put right.")
	case a.State == Changes && blank(a.Reason):
		return wrong("reason", "Say what should change.")
	default:
		return nil
	}
}

// Call is a decision that was given by phone.
type Call struct {
	Answer
	By   Person    // who gave it
	Said time.Time // when
	Note string    // how we know that it was them
}

// Check is Answer.Check, and asks for what makes a phone call evidence.
func (c Call) Check(now time.Time) error {
	if err := c.Answer.Check(); err != nil {
		return err
	}
	switch {
	case c.By.User == "":
		return wrong("by", "Choose who decided.")
	case blank(c.Note):
		return wrong("note", "Say how you know that it was them.")
	case utf8.RuneCountInString(c.Note) > MaxReason:
		return wrong("note", "This is too long.")
	case c.Said.IsZero() || c.Said.After(now.Add(time.Minute)):
		return wrong("said", "Say when; it cannot be later than now.")
	default:
		return nil
	}
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

func wrong(field, problem string) error {
	return fault.New(fault.Invalid, "Please correct what is marked.").Field(field, problem)
}
