package approval

import (
	"slices"
	"time"
	"unicode/utf8"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

// Draft is what staff ask; the store completes it to an Approval.
type Draft struct {
	Account record.AccountID
	Ticket  record.ID // zero when it is about no request
	Title   string
	Text    string
	File    *action.File
	// People must be members of the account: who asks makes sure, and a mail goes
	// to nobody who is none when it is sent.
	People []Person
	Roles  []access.Role
	SignIn bool
	Due    time.Time // zero for no date
	Remind time.Time // zero for no reminder
	Key    string
	From   action.Origin
}

// Deciders are the roles that may be asked as a whole.
var Deciders = []access.Role{access.Owner, access.Approver}

// Check refuses what nobody could decide: fault.Invalid with fields.
func (d Draft) Check(now time.Time) error {
	switch {
	case d.Key == "" || len(d.Key) > 100:
		return fault.New(fault.Invalid, "The form has lost its key. Reload the page; what you typed is kept.")
	case len(d.People) == 0 && len(d.Roles) == 0:
		return wrong("who", "Choose who may decide.")
	case len(d.People) > MaxPeople:
		return wrong("who", "These are too many people.")
	case slices.ContainsFunc(d.Roles, func(r access.Role) bool { return !slices.Contains(Deciders, r) }):
		return wrong("who", "This role cannot be asked.")
	case !d.Due.IsZero() && d.Due.Before(now):
		return wrong("due", "This day has passed.")
	case !d.Remind.IsZero() && (d.Due.IsZero() || d.Remind.After(d.Due)):
		return wrong("remind", "A reminder comes before the date.")
	default:
		return checkWords(d.Title, d.Text)
	}
}

// Revision is a new version of what is asked. The one before cannot be decided
// any more; whoever tries is shown the difference.
type Revision struct {
	Account record.AccountID
	ID      ID
	// Base is the version that the asker saw.
	Base  int
	Title string
	Text  string
	File  *action.File // nil keeps the file of the version before
	Note  string
	Due   time.Time // zero for no date
	Key   string
	From  action.Origin
}

// Check refuses a version that says nothing: fault.Invalid with fields.
func (r Revision) Check(now time.Time) error {
	switch {
	case r.Key == "" || len(r.Key) > 100:
		return fault.New(fault.Invalid, "The form has lost its key. Reload the page; what you typed is kept.")
	case utf8.RuneCountInString(r.Note) > MaxReason:
		return wrong("note", "This is too long.")
	case !r.Due.IsZero() && r.Due.Before(now):
		return wrong("due", "This day has passed.")
	default:
		return checkWords(r.Title, r.Text)
	}
}

func checkWords(title, text string) error {
	switch {
	case blank(title):
		return wrong("title", "This is needed.")
	case utf8.RuneCountInString(title) > MaxTitle:
		return wrong("title", "This is too long.")
	case blank(text):
		return wrong("text", "This is needed.")
	case utf8.RuneCountInString(text) > MaxText:
		return wrong("text", "This is too long.")
	default:
		return nil
	}
}

// Query selects approvals of one account.
type Query struct {
	Open   bool      // only those that wait
	Mine   bool      // only those that the viewer may decide
	Ticket record.ID // only those about this request
	After  string    // the id of the last one that was shown
	Limit  int       // 0 means 50, at most 200
}
